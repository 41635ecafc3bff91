"""Python's search for cyclic garbage, put off while many small objects are made at a time.

They form no cycles and go when they are no longer used, but every few hundred of them would start a
search, and every few thousand one through all objects of the process.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Within this block no search begins; not to be left open where others wait (in a `yield`)."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
