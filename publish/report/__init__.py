"""What is inside a built folder: numbers, plots, and one page that shows both."""
