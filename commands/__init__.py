"""One file per command of `itdr`."""
