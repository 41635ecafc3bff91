"""Generators of made-up raw files in the official layouts, one module for each source."""
