"""Log messages that are worth showing once."""

from __future__ import annotations

import functools
import logging

logger = logging.getLogger("itdr")


@functools.cache
def warn_once(text: str) -> None:
    """Log a warning, unless this process has already logged the same text."""
    logger.warning("%s", text)
