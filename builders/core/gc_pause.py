"""Pausing Python's cyclic garbage collector while many small objects are created.

The objects form no cycles and are freed by reference counting, but every few hundred of them would
start a collection, and every few thousand a full one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause garbage collection within the block. Never hold the block open across a `yield`."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
