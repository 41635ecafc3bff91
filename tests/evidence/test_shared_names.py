"""Names that titles share: what may name a series that no form of a title tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.evidence.audiences.shared_names import MAX_TITLES_OF_A_NAMED_SERIES, SharedNames


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
    few = [f"Captain {'abcdefghijkl'[place]}" for place in range(MAX_TITLES_OF_A_NAMED_SERIES)]
    assert names_of(*few) == {"captain"} and names_of(*few, "Captain Zed Again") == set()


class Shelf:
    """A store of titles, and their genres by name."""

    def __init__(self, genres: dict[str, str]) -> None:
        self.items = pa.table({"title": pa.array(list(genres), pa.string())})
        self.title_code = np.zeros(len(genres), np.int64)
        self.work = np.arange(len(genres))
        self.genres = list(genres.values())
        self.names = [
            ("category", name) for name in sorted({one for g in self.genres for one in g})
        ]

    def item(self, code: int) -> Any:
        return SimpleNamespace(title=self.items.column("title")[code].as_py())

    def of(self, work: int) -> list[int]:
        return [self.names.index(("category", one)) for one in self.genres[work]]


UNLIKE = {f"{chr(97 + one % 26)}{chr(97 + one // 26)}" * 3: "d" for one in range(400)}


def followed(first: str, others: list[str], genres: dict[str, str]) -> set[str]:
    """Those of the others that follow a title, among many films of other names."""
    store: Any = Shelf(genres | UNLIKE)
    titles = list(genres)
    places = [titles.index(one) for one in others]
    return {titles[one] for one in SharedNames(store).alike(titles.index(first), places, store)}


COMEDIES = {
    "Four Weddings and a Funeral": "cr",
    "Muriel's Wedding": "c",
    "The Wedding Banquet": "c",
    "Notting Hill": "cr",
}
MATRIX = {"The Matrix": "as", "The Matrix Reloaded": "as", "The Matrix Revolutions": "as"}


def test_a_word_inside_titles_names_no_series() -> None:
    others = ["Muriel's Wedding", "The Wedding Banquet"]
    assert followed("Four Weddings and a Funeral", others, COMEDIES) == set()


def test_a_first_work_of_that_name_makes_one_sequel_follow_another() -> None:
    assert followed("The Matrix Reloaded", ["The Matrix Revolutions"], MATRIX) == {
        "The Matrix Revolutions"
    }
    # Neither without it, nor where works of the name are of no common genre.
    del (sequels := dict(MATRIX))["The Matrix"]
    assert followed("The Matrix Reloaded", ["The Matrix Revolutions"], sequels) == set()
    unlike = MATRIX | {"The Matrix": "d"}
    assert followed("The Matrix Reloaded", ["The Matrix Revolutions"], unlike) == set()


def test_neither_a_kind_of_works_nor_a_word_that_leads_to_a_place_is_a_name() -> None:
    mysteries = ["Mystery Men", "Mystery Train", "Mystery, Alaska"]
    store: Any = Shelf(dict.fromkeys(mysteries, "a") | UNLIKE)
    for kinds, found in (((), {1, 2}), (("Mystery", "Action"), set())):
        assert SharedNames(store, kinds).alike(0, [1, 2], store) == found
    masters = dict.fromkeys(
        ["Robert A. Heinlein's The Puppet Masters", "Puppet Master 5", "Puppet Master 4"], "a"
    )
    assert not followed("Robert A. Heinlein's The Puppet Masters", list(masters)[1:], masters)
    flights = dict.fromkeys(["Escape from Alcatraz", "Escape to Victory", "Escape to Athena"], "a")
    assert (
        followed("Escape from Alcatraz", ["Escape to Victory", "Escape to Athena"], flights)
        == set()
    )


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("The Bourne Ultimatum", ["The Bourne Identity", "The Bourne Supremacy"]),
        ("The Great Muppet Caper", ["Muppets From Space", "Muppet Treasure Island"]),
        ("The Pink Panther", ["The Pink Panther Strikes Again", "Trail of the Pink Panther"]),
        (
            "Planet of the Apes",
            ["Escape from the Planet of the Apes", "Beneath the Planet of the Apes"],
        ),
        ("Wallace & Gromit: A Close Shave", ["A Grand Day Out with Wallace and Gromit"]),
    ],
)
def test_series_by_a_shared_name(first: str, others: list[str]) -> None:
    genres = dict.fromkeys([first, *others, "Heat"], "a")
    assert followed(first, [*others, "Heat"], genres) == set(others)


@pytest.mark.parametrize(
    ("first", "other", "genres", "is_series"),
    [
        ("Alien", "Aliens", "hh", True),
        ("Alien", "Aliens", "hc", False),
        ("300", "1408", "aa", False),
        ("Red Sun", "Sun Red", "dd", False),
    ],
)
def test_a_title_in_the_plural_follows_another(
    first: str, other: str, genres: str, is_series: bool
) -> None:
    """Titles without words do not, nor those of the same words in another order or of other genres."""
    found = followed(first, [other], dict(zip((first, other), genres, strict=True)))
    assert found == ({other} if is_series else set())
