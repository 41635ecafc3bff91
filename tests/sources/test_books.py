"""Titles of books as they are shown: the rules, and that Python and SQL follow them alike."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.sources._shared.books import shown, shown_sql

TITLES = {
    "Orchard, The": "The Orchard",
    "ORCHARD, AN": "AN ORCHARD",
    "Huerto, El": "El Huerto",
    "Orchard, The: Salt and Sea": "The Orchard: Salt and Sea",
    "Orchard, An : A Novel": "An Orchard : A Novel",
    "Orchard, The (Sea Books (Paperback))": "The Orchard (Sea Books (Paperback))",
    "Orchard, The - 20th Anniversary": "The Orchard - 20th Anniversary",
    "Salt, the Sea & the Orchard, The": "The Salt, the Sea & the Orchard",
    "Orchard : Novel, A": "Orchard : A Novel",
    "The Orchard : Guide to Apples, A (5th ed)": "The Orchard : A Guide to Apples (5th ed)",
    "The Orchard (Sea Children, The)": "The Orchard (The Sea Children)",
    "Orchard;: A new life style for trees,": "Orchard: A new life style for trees",
    "The sea law,: A study": "The sea law: A study",
    "Orchard Street ;": "Orchard Street",
    "Orchard, The,": "The Orchard",
    ";": None,
}
KEPT = (
    *("The Orchard", "Salt, the Sea and the Orchard", "Oh, The Places", "A Sea: Salt, A Guide"),
    # One article has its place already; an alphabet; whose article it is cannot be told.
    *("The Huerto, La", "Apples, A - Z", "Orchards: Sea, The (Orchards)", "Me: As Told to"),
)


def in_sql(titles: list[str | None]) -> list[str | None]:
    con = duckdb.connect()
    con.register("given", pa.table({"t": pa.array(titles, pa.string())}))
    found = [row[0] for row in con.sql(f"SELECT {shown_sql('t')} FROM given").fetchall()]
    con.close()
    return found


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_titles_get_their_article_back_and_lose_idle_separators(
    title: str, expected: str | None
) -> None:
    assert shown(title) == expected
    assert in_sql([title, None]) == [expected, None]
    assert expected is None or shown(expected) == expected


@pytest.mark.parametrize("title", KEPT)
def test_other_titles_stay_as_they_are(title: str) -> None:
    assert shown(title) == title
    assert in_sql([title]) == [title]


PIECES = st.lists(
    st.sampled_from(
        ["Orchard", "Sea", "A", "The", "LA", "Novel", ", ", " : ", ": ", ";", ":", " (", ")", " - "]
    ),
    max_size=9,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=20))
def test_python_and_sql_agree(titles: list[str]) -> None:
    assert in_sql(list(titles)) == [shown(title) for title in titles]
