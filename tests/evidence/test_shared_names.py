"""Names that titles share: what may name a series that no form of a title tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from itdr.builders.evidence.audiences.shared_names import MOST_WORKS, SharedNames


def names_of(*titles: str) -> set[str]:
    store: Any = SimpleNamespace(items=pa.table({"title": pa.array(titles, pa.string())}))
    return set(SharedNames(store)._names)


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("The Bourne Identity", "The Bourne Supremacy"), {"bourne"}),
        (("Alien", "Alien Nation", "Alien: Resurrection"), set()),  # a title by itself
        (("Heat", "The Bourne Identity"), set()),
        (("A Grand Day Out with Wallace", "Wallace at Sea"), {"wallace"}),
    ],
)
def test_a_name_stands_in_several_titles_and_is_none_of_them(
    titles: tuple[str, ...], names: set[str]
) -> None:
    assert names_of(*titles) == names


def test_a_word_of_many_titles_is_no_name() -> None:
    few = [f"Captain {'abcdefghijkl'[place]}" for place in range(MOST_WORKS)]
    assert names_of(*few) == {"captain"} and names_of(*few, "Captain Zed Again") == set()
