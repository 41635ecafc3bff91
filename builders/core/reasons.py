"""Why rows are left out: the reasons that several sources share."""

from __future__ import annotations

OUTSIDE_SCALE = "rating outside the scale"
NO_RATING = "no valid rating"
UNDATED = "no date"
IMPLAUSIBLE_TIME = "implausible time"
BAD_ID = "malformed id"
WRONG_TYPE = "a value of the wrong type"
ROUNDED = "a number rounded by a spreadsheet"
AMBIGUOUS = "a number with a comma that can be read in two ways"
NO_RECORD = "not a JSON record"
NO_LITERAL = "not a Python dict"
"""A line holds anything but one record."""
