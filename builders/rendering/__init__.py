"""Cases into prose: template files read and checked, texts chosen and rendered."""
