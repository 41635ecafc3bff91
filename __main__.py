"""`python -m itdr`: the command line."""

from itdr.commands.app import main

main()
