"""The lowest package, used by all others: errors, schema, random numbers, paths, Arrow files."""
