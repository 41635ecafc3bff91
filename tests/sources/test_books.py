"""Titles of books as they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.sources._shared.books import display_title

TITLES = {
    "Orchard, The": "The Orchard",
    "ORCHARD, AN": "An Orchard",
    "Huerto, El": "El Huerto",
    "Orchard, The: Salt and Sea": "The Orchard: Salt and Sea",
    "Orchard, An : A Novel": "An Orchard: A Novel",
    "Orchard, The (Sea Books (Paperback))": "The Orchard",
    "Orchard, The - 20th Anniversary": "The Orchard - 20th Anniversary",
    "Salt, the Sea & the Orchard, The": "The Salt, the Sea & the Orchard",
    "Orchard : Novel, A": "Orchard: A Novel",
    "The Orchard : Guide to Apples, A (5th ed)": "The Orchard: A Guide to Apples",
    "The Orchard (Sea Children, The)": "The Orchard (The Sea Children)",
    "Orchard;: A new life style for trees,": "Orchard: A new life style for trees",
    "The sea law,: A study": "The sea law: A study",
    "Orchard Street ;": "Orchard Street",
    "Orchard, The,": "The Orchard",
    ";": None,
    "Orchard (Paperback)": "Orchard",
    "Orchard (Sea Classics) (Large Print)": "Orchard",
    "Orchard [Unabridged]": "Orchard",
    "The Orchard (Oprah's Book Club)": "The Orchard",
    "The Orchard (An Ada Salt Mystery) (Mass Market)": "The Orchard (An Ada Salt Mystery)",
    "Orchard : Orchard": "Orchard",
    "ORCHARD: ORCHARD (Penguin Classics)": "Orchard",
    "Salt - salt": "Salt",
    "THE SEA OF SALT: A GUIDE TO THE FBI AND WORLD WAR II": "The Sea of Salt: A Guide to the FBI and "
    "World War II",
    "ANNE'S SELF-HELP (THE SALT)": "Anne's Self-Help (The Salt)",
    "ÉTÉ EN MER": "Été en Mer",
    "Orchard Description of the Issue - the title is wrong": "Orchard",
}
KEPT = (
    *("The Orchard", "Salt, the Sea and the Orchard", "Oh, The Places", "A Sea: Salt, A Guide"),
    # One article has its place already; an alphabet; whose article it is cannot be told.
    *("The Huerto, La", "Apples, A - Z", "Orchards: Sea, The (Orchards)", "Me: As Told to"),
    # A series; a title in brackets alone; what may be an abbreviation; what is said twice within.
    *(
        "Orchard (Salt and Sea, Book 2)",
        "(Paperback)",
        "IT",
        "JFK",
        "Salt: Salt and Sea",
        "Sea Sea Salt",
    ),
)


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_titles_get_their_article_back_and_lose_idle_separators(
    title: str, expected: str | None
) -> None:
    assert display_title(title) == expected
    assert expected is None or display_title(expected) == expected


@pytest.mark.parametrize("title", KEPT)
def test_other_titles_stay_as_they_are(title: str) -> None:
    assert display_title(title) == title


PIECES = st.lists(
    st.sampled_from(
        ["Orchard", "Sea", "A", "The", "LA", "Novel", ", ", " : ", ": ", ";", ":", " (", ")", " - "]
    ),
    max_size=9,
).map("".join)


def test_an_author_is_not_named_again() -> None:
    assert display_title("Orchard (Example, Ada)", "Ada B. Example") == "Orchard"
    assert display_title("Orchard (Example, Ben)", "Ada B. Example") == "Orchard (Example, Ben)"


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_a_shown_title_is_shown_as_it_is(title: str) -> None:
    once = display_title(" ".join(f"Salt{title}".split()))
    assert once is not None and once == once.strip() and display_title(once) == once
