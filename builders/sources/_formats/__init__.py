"""Readers and checks of file formats, shared by sources."""
