"""Raw files onto this disk: looked for, downloaded, unpacked, verified. Begins at `locate.py`."""
