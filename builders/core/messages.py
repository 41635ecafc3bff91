"""Messages of the log that are worth saying once."""

from __future__ import annotations

import functools
import logging

logger = logging.getLogger("itdr")


@functools.cache
def warn_once(text: str) -> None:
    """Log a warning, unless this process has logged the same before."""
    logger.warning("%s", text)
