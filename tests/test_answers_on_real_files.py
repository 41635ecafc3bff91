"""Written answers from MovieLens 1M as it is published: facts, named works, whom an item does not suit, length."""

from __future__ import annotations

import re
import statistics
from pathlib import Path
from typing import Any

import pytest

from tests import world

pytestmark = pytest.mark.real
Row = dict[str, Any]


def rows(config: str, raw: Path, size: int) -> list[Row]:
    options: dict[str, Any] = {"sources": ["ml-1m"], "cells": "all", "size": size}
    found = world.everything(world.load(config, raw, **options))
    assert len(found) == size
    return found


def facts(row: Row) -> int:
    """Facts that count or quote people."""
    return sum(bool(one["of"] or one["quote"]) for one in row["evidence"])


def is_warning(row: Row) -> bool:
    """Whether a fact speaks against the item: a group that does not like it, or its reception."""
    return any(one["fact"].endswith("/down") for one in row["evidence"])


def named(row: Row) -> set[str]:
    """The works named in an answer. These ratings come without reviews, so that nothing else is quoted."""
    return set(re.findall(r'"([^"]+)"', row["output"]))


def share(found: list[Row], holds: Any) -> float:
    return sum(map(holds, found)) / len(found)


def median_length(found: list[Row]) -> float:
    """Words and marks of an answer."""
    return statistics.median(len(re.findall(r"\w+|[^\w\s]", row["output"])) for row in found)


def test_target_users_are_named_from_what_people_did(raw: Path) -> None:
    found = rows("target_user_identification", raw, 60)
    assert min(map(facts, found)) >= 3
    assert share(found, lambda row: len(named(row)) >= 2) >= 0.95
    # A warning is a group that it does not suit, or that most who rated it did not like it. People who rarely like
    # its genre are none beside those who do.
    assert share(found, is_warning) >= 0.4
    for row in found:
        warned = re.search(r"\n\n(Not for|Not to|This film is less likely)", row["output"])
        assert bool(warned) == is_warning(row)
    assert 70 <= median_length(found) <= 260


def test_interests_are_named_from_what_the_user_did(raw: Path) -> None:
    found = rows("interest_recognition", raw, 20)
    assert min(map(facts, found)) >= 3
    assert share(found, lambda row: len(named(row)) >= 2) >= 0.95
    assert 90 <= median_length(found) <= 200
