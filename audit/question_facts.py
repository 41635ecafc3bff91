"""A profile checked against its own question: counts of the displayed works are recomputed from the text
of the question, works named as examples must appear on the right side, and totals must agree."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import texts_of
from itdr.builders.evidence.facts import DOWN, SHARE_KINDS, UP, Fact, fact_of
from itdr.builders.rendering.realiser import Statement

Row = Mapping[str, Any]
PROFILES = "interest_recognition"
TOTALS = ("judged", "likes", "dislikes")
"""Numbers in a profile question that no column holds."""
READ = ("category", "creator", "tag")
"""Traits that stand beside a title in the question."""
_TAGS = re.compile(r"(?i)\btags: ")
_REVIEW = re.compile(r"\n\s*Review: ")


def differences(row: Row, statements: Sequence[Statement]) -> Iterator[str]:
    """Where statements about displayed works do not fit the question.

    Args:
        row: a row whose answer is composed of statements.
        statements: those that its answer makes.

    Yields:
        One sentence per difference.
    """
    question = " ".join(texts_of(row).prompt.split())
    for fact in dict.fromkeys(fact for one in statements for fact in one.facts):
        quote = " ".join(fact.quote.split()).rstrip(".…")
        if fact.kind == "aspect" and quote not in question:
            yield f"the question does not hold the quote {fact.quote[:60]!r}"
    if row["task"] != PROFILES:
        return
    display = _Displayed(row)
    for fact in dict.fromkeys(fact for one in statements for fact in one.facts):
        if fact.kind == "shown":
            yield from display.miscounted(fact)
    for one in statements:
        yield from display.misplaced(one)


class _Displayed:
    """The displayed works as the question lists them: likes, then dislikes."""

    def __init__(self, row: Row) -> None:
        self.titles = [str(one["title"]) for one in row["history"]]
        self.liked = _likes(row)
        self.entries = _entries(self.titles, texts_of(row).question)

    def side(self, direction: int) -> range:
        liked = self.liked if self.liked is not None else 0
        if not direction:
            return range(len(self.titles))
        return range(liked) if direction == UP else range(liked, len(self.titles))

    def miscounted(self, fact: Fact) -> Iterator[str]:
        """What is wrong with a count of displayed works."""
        if self.liked is None:
            return
        side, name = self.side(fact.direction), "liked" if fact.direction == UP else "disliked"
        if fact.of != len(side):
            yield f"{fact.of} {name} works are counted, the question lists {len(side)}"
        elif self.entries and fact.about in READ:
            count = sum(_bears(self.entries[k], fact) for k in side)
            if count != fact.count:
                yield (
                    f"{fact.count} {name} works with {fact.value!r} are counted, the question "
                    f"lists {count}"
                )

    def misplaced(self, statement: Statement) -> Iterator[str]:
        """Works named as examples that are not displayed, stand on the other side, or lack the trait."""
        if not statement.facts:
            return
        first, *details = statement.facts
        examples = [one.value for one in details if one.kind == "own"]
        for title in sorted({one for one in examples if examples.count(one) > 1}):
            yield f"{title!r} is named twice as an example"
        for one in details:
            if one.kind != "own" or one.about not in ("work", "title"):
                continue
            places = [k for k, title in enumerate(self.titles) if _names(one, title)]
            if not places:
                yield f"{one.value!r} is named as an example and not in the question"
            elif first.about in READ and (first.kind in SHARE_KINDS or first.kind == "shown"):
                yield from self._misnamed(first, one, places)

    def _misnamed(self, first: Fact, one: Fact, places: Sequence[int]) -> Iterator[str]:
        if self.liked is None:
            return
        # A `title` is of the other side: a dislike beside a taste, a like beside a reason against works.
        failed = (first.direction == DOWN) != (one.about == "title")
        side = self.side(DOWN if failed else UP)
        if not any(k in side for k in places):
            yield f"{one.value!r} stands among the {'likes' if failed else 'dislikes'}"
        elif self.entries and not any(_bears(self.entries[k], first) for k in places):
            yield f"{one.value!r} is named as an example of {first.value!r}, which it is not"


def _names(fact: Fact, title: str) -> bool:
    return title == fact.value or (fact.about == "title" and title.startswith(fact.value))


def _likes(row: Row) -> int | None:
    """How many of the displayed works are likes: by their ratings, else by what counts them."""
    scale = registry.source(row["source"]).scale
    ratings = [one["rating"] for one in row["history"]]
    if scale is not None and ratings and all(one is not None for one in ratings):
        return sum(one >= scale.liked for one in ratings)
    like_counts = {
        fact.of
        for fact in map(fact_of, row["evidence"])
        if fact.kind == "shown" and fact.direction == UP
    }
    return like_counts.pop() if len(like_counts) == 1 else None


def _entries(titles: Sequence[str], question: str) -> list[str]:
    """What stands beside each title in the question; empty where the titles are not found in order."""
    starts, place = [], 0
    for title in titles:
        mention = re.compile(rf"{re.escape(title)}(?=,| by | \[|\n)").search(question, place)
        if mention is None:
            return []
        starts.append(mention.span())
        place = mention.end()
    ends = [start for start, _ in starts[1:]] + [len(question)]
    return [
        _REVIEW.split(question[after:end])[0] for (_, after), end in zip(starts, ends, strict=True)
    ]


@functools.lru_cache(maxsize=1024)
def _listed(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:[\[,;:]| by )\s*{re.escape(value)}(?=\s*(?:[\],;\n]|$| \[))")


def _bears(entry: str, fact: Fact) -> bool:
    """Whether an entry shows a trait; the tags that follow the categories do not count as categories."""
    if fact.about == "category":
        entry = _TAGS.split(entry)[0]
    return _listed(fact.value).search(entry) is not None


def totals(row: Row, said: Mapping[str, str]) -> Iterator[str]:
    """Where the totals in a profile question disagree with each other or with the evidence.

    Args:
        row: a row about a profile.
        said: the totals as the question has them, by name.

    Yields:
        One sentence per difference.
    """
    numbers = {name: int(text.replace(",", "")) for name, text in said.items() if _is_number(text)}
    if set(numbers) >= set(TOTALS) and numbers["likes"] + numbers["dislikes"] > numbers["judged"]:
        yield "the question counts more likes and dislikes than works"
    for fact in map(fact_of, row["evidence"]):
        name = _counted_of(fact)
        if name in numbers and fact.of != numbers[name]:
            yield f"the question says {numbers[name]} {name}, {fact.name} counts {fact.of}"


def _counted_of(fact: Fact) -> str:
    """The total that a fact counts of; "" for others."""
    if fact.kind == "habit":
        return "judged" if fact.about in ("generous", "strict") else ""
    if fact.kind in ("contrast", "risk"):
        return "dislikes" if fact.direction == DOWN else "likes"
    return "likes" if fact.kind in ("share", "most") else ""


def _is_number(text: str) -> bool:
    return text.replace(",", "").isdecimal()
