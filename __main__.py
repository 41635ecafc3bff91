"""`python -m itdr`: the command line."""

from itdr.cli import main

main()
