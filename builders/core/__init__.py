"""What every package may use and that uses none: errors, schema, random numbers, paths, Arrow files."""
