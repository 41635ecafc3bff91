"""Whether titles of reviews belong to their texts, and those of products to what is said of them: columns that were
swapped, or moved by a row."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN, ends_of
from itdr.builders.sources._shared.moved_columns import require_together

ENOUGH_REVIEWS = 100
"""So many reviews show whether their titles are longer than their texts."""
MANY_REVIEWS, LONG_TEXT, LEAST_NAMED = 400, 200, 0.25
"""Of so many reviews of so many characters, at least such a share has a word of the name of what they are about; officially
most do."""
_MANY = 1 << 22
"""Bytes of each end of a file in which reviews and their products meet."""
ENOUGH_RELATED, MORE_RELATED = 400, 1.25
"""Of so many reviews, so many times as many titles share a word with their own text as with another one."""
_WORD = re.compile("[a-z]{4,}")


def require_own_texts(path: Path) -> None:
    """Check the first and the last reviews of a file of JSON lines.

    Args:
        path: the file; its records have `title` and `text`.

    Raises:
        RawFileError: most texts are empty, titles are longer than texts or begin them, or share their words with those of
            the review before or after.
    """
    _require_texts(path)
    reviews = list(dict.fromkeys(_pairs(path)))
    require_short_titles(path, reviews, "title", "text")
    require_own_words(path, reviews, "reviews", "text")
    asins = [(record.get("asin"), record.get("parent_asin")) for record in records(path)]
    require_together(path, "'asin'", "'parent_asin'", asins)


def require_short_titles(
    path: Path, reviews: Sequence[tuple[str, str]], one: str, other: str
) -> None:
    """Check that titles of reviews are shorter than their texts, and not a part of them.

    Args:
        path: the file.
        reviews: the title and the text of each.
        one: the column of titles.
        other: the column of texts.

    Raises:
        RawFileError: most are longer, or most texts begin with them.
    """
    joined = sum(text.startswith(title) and text != title for title, text in reviews)
    if len(reviews) >= ENOUGH_REVIEWS and 2 * joined > len(reviews):
        raise RawFileError(
            f"{path}: of {len(reviews):,} reviews that were looked at, {joined:,} begin their {other} with their {one}: the two "
            f"columns were joined. {AGAIN}"
        )
    longer = sum(len(title) > len(text) for title, text in reviews)
    if len(reviews) >= ENOUGH_REVIEWS and 2 * longer > len(reviews):
        raise RawFileError(
            f"{path}: of {len(reviews):,} reviews that were looked at, {longer:,} have a {one} longer than the {other}: the two "
            f"columns were swapped, or the longer texts cut. {AGAIN}"
        )


def _require_texts(path: Path) -> None:
    """Raise `RawFileError` where most reviews have an empty text, but a title."""
    texts = [one.get("text") for one in records(path) if isinstance(one.get("title"), str)]
    empty = sum(isinstance(text, str) and not text.strip() for text in texts)
    if len(texts) >= ENOUGH_REVIEWS and 2 * empty > len(texts):
        raise RawFileError(
            f"{path}: of {len(texts):,} reviews that were looked at, {empty:,} have no text: the texts were removed. {AGAIN}"
        )


def require_own_products(path: Path, reviews: Path) -> None:
    """Check the first and the last products against the first and the last reviews, and these against the titles of
    the products.

    Args:
        path: a file of JSON lines with `parent_asin` and `title`.
        reviews: one with `parent_asin` and `text`.

    Raises:
        RawFileError: titles share their words with the reviews of the product before or after, or reviews with the
            title of what the review before or after is about.
    """
    titles = _named(path, "parent_asin", "title")
    names = dict(titles)
    texts = _texts(reviews, "parent_asin", names)
    words_of: dict[str, set[str]] = {}
    for product, words, _ in texts:
        words_of.setdefault(product, set()).update(words)
    products = [(words, words_of.get(product, set())) for product, words in titles]
    _require_own(path, products, "products", "reviews")
    _require_own_names(reviews, names, texts, "parent_asin")


def require_own_names(path: Path, reviews: Path, key: str, name: str) -> None:
    """Check the first and the last reviews against the names of what they are about.

    Args:
        path: a file of JSON lines with `key` and `name`.
        reviews: one with `key` and `text`.
        key: the id of a product or business.
        name: its name.

    Raises:
        RawFileError: texts share words with the names of what the review before or after is about, or hardly any with
            the names of what they are about.
    """
    names = dict(_named(path, key, name))
    texts = _texts(reviews, key, names)
    _require_own_names(reviews, names, texts, key)
    long = [
        (names[about], text_words)
        for about, text_words, size in texts
        if names.get(about) and size >= LONG_TEXT
    ]
    own = sum(bool(words & text_words) for words, text_words in long)
    if len(long) >= MANY_REVIEWS and own < LEAST_NAMED * len(long):
        raise RawFileError(
            f"{path}, {reviews}: of {len(long):,} reviews that were looked at, {own:,} have a word of the {name} of what they "
            f"are about, and officially most do: names, texts or ids were moved to other rows. {AGAIN}"
        )


def _require_own_names(
    reviews: Path,
    names: Mapping[str, set[str]],
    texts: Sequence[tuple[str, set[str], int]],
    key: str,
) -> None:
    words = [(names.get(about, set()), text_words) for about, text_words, _ in texts]
    _require_own(reviews, words, "reviews", "text", f"{key} or text")


def _named(path: Path, key: str, name: str) -> list[tuple[str, set[str]]]:
    """The ids at the ends of a file, and the words of the names."""
    return [
        (str(record.get(key)), _words(record[name]))
        for record in records(path, _MANY)
        if isinstance(record.get(name), str)
    ]


def _texts(path: Path, key: str, names: Collection[str]) -> list[tuple[str, set[str], int]]:
    """The ids that the reviews at the ends of a file are about, the words of their texts, and how long these are: no words
    where neither the review nor one beside it is about anything named, so that nobody asks for them."""
    reviews = [
        (str(record.get(key)), record["text"])
        for record in records(path, _MANY)
        if isinstance(record.get("text"), str)
    ]
    is_named = [False, *(about in names for about, _ in reviews), False]
    return [
        (about, _words(text) if any(is_named[place : place + 3]) else set(), len(text))
        for place, (about, text) in enumerate(reviews)
    ]


def require_own_words(
    path: Path,
    texts: Sequence[tuple[str, str]],
    what: str,
    where: str,
    column: str = "",
) -> None:
    """Check that short texts share words with the longer ones beside which they stand.

    Args:
        path: the file.
        texts: both of each row, in the order of the file.
        what: what rows are.
        where: what the longer text is called.
        column: what may have been moved; by default one of the two.

    Raises:
        RawFileError: they share more with those of the row before or after.
    """
    words = [(_words(short), _words(long)) for short, long in texts]
    _require_own(path, words, what, where, column)
    if what == "reviews":
        _require_related(path, words, what, where)


def require_related(path: Path, texts: Sequence[tuple[str, str]], what: str, where: str) -> None:
    """Check that titles share words with their own texts more often than with others.

    Args:
        path: the file.
        texts: title and text of each row, in the order of the file.
        what: what rows are.
        where: what the text is called.

    Raises:
        RawFileError: they do not.
    """
    _require_related(path, [(_words(title), _words(text)) for title, text in texts], what, where)


def _require_related(
    path: Path, words: Sequence[tuple[set[str], set[str]]], what: str, where: str
) -> None:
    """Raise `RawFileError` where titles have words of their texts no more often than words of texts far from them."""
    both = [(title, text) for title, text in words if title and text]
    n, half = len(both), len(both) // 2
    own = sum(not title.isdisjoint(text) for title, text in both)
    far = sum(not both[place][0].isdisjoint(both[place - half][1]) for place in range(n))
    if n >= ENOUGH_RELATED and far >= 2 * ENOUGH_TO_JUDGE and own < MORE_RELATED * far:
        raise RawFileError(
            f"{path}: of {n:,} {what} that were looked at, {own:,} have a word of the title in their own {where}, and {far:,} "
            f"in that of another one: one of the two columns was moved to other rows, or replaced. {AGAIN}"
        )


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    """The titles and texts of reviews that have both."""
    for record in records(path):
        title, text = record.get("title"), record.get("text")
        if isinstance(title, str) and isinstance(text, str) and title and text:
            yield title, text


def records(path: Path, size: int = 1 << 18) -> Iterator[dict[str, Any]]:
    """The first and the last records of a file of JSON lines.

    Args:
        path: the file.
        size: how many bytes of each end.

    Yields:
        The records; lines that hold none are passed over.
    """
    for line in ends_of(path, size).split("\n"):
        with suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                yield record


def _require_own(
    path: Path,
    words: Sequence[tuple[set[str], set[str]]],
    what: str,
    where: str,
    column: str = "",
) -> None:
    """Raise `RawFileError` where titles share more words with what stands beside them than with their own."""
    own, others = max((_nearer(words), _nearer(words[::-1])), key=lambda both: both[1] - both[0])
    if others >= ENOUGH_TO_JUDGE and others > 2 * own:
        raise RawFileError(
            f"{path}: of {len(words):,} {what} that were looked at, {own:,} share more words of the title with their own "
            f"{where} than with that of the one beside them, and {others:,} fewer: {column or 'one of the two columns'} was moved by a row. "
            f"{AGAIN}"
        )


def _nearer(words: Sequence[tuple[set[str], set[str]]]) -> tuple[int, int]:
    """How many titles share more words with their own text than with the next one, and how many share fewer."""
    pairs = [(len(one[0] & one[1]), len(one[0] & other[1])) for one, other in pairwise(words)]
    return sum(own > other for own, other in pairs), sum(own < other for own, other in pairs)
