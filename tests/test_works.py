"""Works: which items count as one thing."""

from __future__ import annotations

import pytest

from itdr.builders.store.build.works import work_key


def book(title: str, creator: str | None = "Ada Example") -> str:
    return work_key(title, title, creator, "book")


@pytest.mark.parametrize(
    "title",
    [
        *("Orchard", "ORCHARD", "The orchard.", "An Orchard", "Orchard, The", "Orchard : A Novel"),
        *("The Orchard: a novel", "Orchard : Novel, A", "The Orchard (A Novel)"),
        *("Orchard (Sea Books)", "Orchard (Book 1)", "The Orchard (Salt (Paperback))"),
        *("Orchard: A Novel (Sea Classics) [Large Print]", "Orchard (Salt Mysteries, No 13)."),
    ],
)
def test_editions_of_a_book_are_one_work(title: str) -> None:
    assert book(title) == book("The Orchard")


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Orchard II",
            "Orchard (Vol. 2)",
            "Orchard (3)",
            "Orchard, Vol. 2",
            "Orchard: A Memoir",
            "Orchards",
        ),
        *("Theorchard", "Orchard A", "Novel"),
    ],
)
def test_other_books_of_an_author_are_other_works(title: str) -> None:
    assert book(title) != book("The Orchard")


def test_editions_without_a_creator_are_told_by_the_whole_title() -> None:
    assert book("The Orchard", None) != book("Orchard", None) == book("ORCHARD!", None)
    assert book("Orchard", "Ben Example") != book("Orchard")


@pytest.mark.parametrize("title", ["A", "The", "A Novel", "(A Novel)", "The : A Novel", "(Book 1)"])
def test_a_title_of_such_words_alone_is_a_title(title: str) -> None:
    assert book(title).split("\x1f")[0]


def test_only_books_leave_an_article_out() -> None:
    assert work_key("1", "The Orchard", "x") != work_key("2", "Orchard", "x")
    assert work_key("1", "The Orchard", "x", "id") != work_key("2", "The Orchard", "x", "id")
