"""Sources, one file per benchmark. This module exports what a new source needs."""

from itdr.builders.core.duckdb_csv import csv_rejects, literal, read_csv, read_lines, read_plain
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.reasons import BAD_ID, EMPTY_ID, NO_RATING, NO_TIME, OUTSIDE_SCALE
from itdr.builders.core.schema import (
    Cut,
    Licence,
    RawFile,
    Readers,
    Remote,
    Scale,
    Source,
    column_names,
)
from itdr.builders.sources._formats.text import clean, clean_sql
from itdr.builders.sources._formats.validate import (
    require_encoding,
    require_fields,
    require_header,
)

__all__ = [
    "BAD_ID",
    "EMPTY_ID",
    "NO_RATING",
    "NO_TIME",
    "OUTSIDE_SCALE",
    "Cut",
    "Licence",
    "Raw",
    "RawFile",
    "RawFileError",
    "Readers",
    "Remote",
    "Scale",
    "Source",
    "clean",
    "clean_sql",
    "column_names",
    "csv_rejects",
    "literal",
    "read_csv",
    "read_lines",
    "read_plain",
    "require_encoding",
    "require_fields",
    "require_header",
]
