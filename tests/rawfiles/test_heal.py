"""After the server heals, one more call succeeds: whatever it did before."""

from __future__ import annotations

import pytest

from tests.rawfiles import damages
from tests.rawfiles.server import count

BLOCK = 25


@pytest.mark.parametrize("first", range(0, 8 * BLOCK, BLOCK))
def test_damages_are_mended(first: int) -> None:
    """A sample of those that `python -m tests.rawfiles.damages 0 1000` tries."""
    ends = damages.sweep(range(first, first + BLOCK))
    count("damage", sum(ends.values()))
    assert ends["refused"] > 5, "hardly anything was damaged"


def test_the_walk_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damages.refused_files, "put_aside", lambda source, path: "Delete it.")
    with pytest.raises(damages.Wrong, match="healed"):
        damages.sweep(range(3 * BLOCK))
