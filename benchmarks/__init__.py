"""What is fast and what is not: ratios against floors measured in the same run. `python -m benchmarks`."""
