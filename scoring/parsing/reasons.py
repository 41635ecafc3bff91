"""Why nothing could be read from a prediction: cases that scores should distinguish."""

from __future__ import annotations

from enum import Enum


class Unread(str, Enum):
    """Why an answer gives nothing to be scored."""

    NO_PREDICTION = "no prediction"
    """The row has no prediction."""
    EMPTY = "empty"
    """Blank, or nothing but the model's reasoning."""
    NO_CANDIDATE = "no candidate"
    """It lists or names something, none of it a candidate."""
    NOT_IN_CATALOGUE = "not in the catalogue"
    """It names something, none of it in the catalogue."""
    UNREADABLE = "unreadable"
    """Text without anything of the kind that was asked for."""
