"""Checks that need nothing but the rows: ids, splits, texts, candidates, answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from itdr.audit.known import layout_of, short_forms
from itdr.audit.result import Result, RowCheck
from itdr.builders.core.rng import stable_hash
from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import texts_of
from itdr.builders.rendering.templates import languages
from itdr.builders.sources import clean
from itdr.builders.store.build.works import title_key
from itdr.scoring.metrics.per_task import (
    ALL_TASKS,
    ATTRIBUTE_TASK,
    CHOICE_TASK,
    LIKE_TASK,
    PAIR_TASK,
    RANKING_TASKS,
    RATING_TASK,
    TEXT_TASKS,
    is_open,
    scale_of,
)
from itdr.scoring.parsing import parse
from itdr.scoring.parsing.attributes import same_value
from itdr.scoring.parsing.forms import asks_whole_catalogue
from itdr.scoring.parsing.lists import entries
from itdr.scoring.parsing.titles import Titles

Row = Mapping[str, Any]
MAX_TEXT_CHARS = 20_000
"""The most characters allowed in a question; an answer may have a quarter of that."""
ALIKE = 5
"""How many consecutive events, with their times, two people do not share by chance."""

_INDEX = re.compile(r"\d+(, \d+)*")
_SPAN = re.compile(r"/(train|validation|test)/\d+$")


class Ids(RowCheck):
    """Every id names one row."""

    def __init__(self) -> None:
        self.result = Result("ids", "ids are unique")
        self._seen: dict[str, str] = {}

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        if row["id"] in self._seen:
            before = self._seen[row["id"]]
            self.result.fault(row["id"], f"the id stands in {before} and again in {split}")
        self._seen[row["id"]] = split


class OneSplit(RowCheck):
    """A user (an item, where rows are about items) is in one split only, over all subtasks.

    Args:
        by_time: where time separates the splits, a user may be in several.
    """

    def __init__(self, by_time: bool = False) -> None:
        self.result = Result(
            "one split", "a user, or the item that a row is about, is in one split only"
        )
        self._where: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._by_time = by_time
        if by_time:
            self.result.skipped = "time separates these splits; see the check `part`"

    def see(self, split: str, row: Row) -> None:
        span = _span(row)
        if span is not None and span != split:
            self.result.fault(row["id"], f"a case of {span}, as its id says, is in {split}")
        if self._by_time or span is not None:
            return
        kind = "user" if row["user_id"] is not None else "item"
        key = (row["source"], kind, row[f"{kind}_id"])
        self.result.checked += 1
        first, other = self._where.setdefault(key, (split, row["id"]))
        if first != split:
            self.result.fault(
                row["id"], f"{kind} {key[2]} is in {split} here and in {first} as {other}"
            )


def _span(row: Row) -> str | None:
    """The split whose span of time a case lies in, as the ids say where time separates the splits."""
    match = _SPAN.search(row["id"])
    return match[1] if match else None


class DuplicateUsers(RowCheck):
    """No two users of different splits have a run of `ALIKE` events in common, item and time: some
    sources hold one person under two ids.

    Args:
        by_time: as in `OneSplit`.
    """

    def __init__(self, by_time: bool = False) -> None:
        self.result = Result(
            "one person",
            f"no two users in different splits share {ALIKE} consecutive events (item and time)",
        )
        self._first: dict[int, tuple[str, str, str]] = {}
        self._by_time = by_time
        if by_time:
            self.result.skipped = "time separates these splits"

    def see(self, split: str, row: Row) -> None:
        events = [(one["item_id"], one["timestamp"]) for one in row["history"]]
        if (
            self._by_time
            or _span(row)
            or len(events) < ALIKE
            or any(time is None for _, time in events)
        ):
            return
        self.result.checked += 1
        twins = {}
        for k in range(len(events) - ALIKE + 1):
            key = stable_hash(row["source"], *events[k : k + ALIKE])
            first, user, other = self._first.setdefault(key, (split, row["user_id"], row["id"]))
            if first != split and user != row["user_id"]:
                twins[user] = f"shows the events of user {user}, who is in {first} as {other}"
        for what in twins.values():
            self.result.fault(row["id"], what)


class FilledTexts(RowCheck):
    """No text is empty or overlong."""

    def __init__(self, longest: int = MAX_TEXT_CHARS) -> None:
        self.result = Result(
            "texts", f"no text is empty, no question has more than {longest:,} characters"
        )
        self._longest = longest

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        for name, text in _texts(row).items():
            limit = self._longest // (1 if name == "question" else 4)
            if not text or not text.strip():
                self.result.fault(row["id"], f"{name} is empty")
            elif len(text) > limit:
                self.result.fault(row["id"], f"{name} has {len(text):,} characters")
        for item in (*row["history"], *row["candidates"]):
            title = item["title"] or ""
            if not title.strip():
                self.result.fault(row["id"], f"item {item['item_id']} is shown without a title")
            elif title != clean(title):
                self.result.fault(
                    row["id"], f"the title {title!r} holds marks that are cleaned away"
                )


def _texts(row: Row) -> dict[str, str]:
    """The question, the answer and the other texts of a row in any format."""
    instruction, question, answer, wrong = texts_of(row)
    texts = {"question": question}
    if instruction:
        texts["instruction"] = instruction
    if answer or not wrong:
        texts["answer"] = answer
    return texts | {f"rejected{n or ''}": text for n, text in enumerate(wrong) if text is not None}


class HistoryTimes(RowCheck):
    """A history is shown in the order of its times, where it has times and an order."""

    def __init__(self) -> None:
        self.result = Result("history", "times rise from entry to entry")

    def see(self, split: str, row: Row) -> None:
        if row["task"] not in (*RANKING_TASKS, CHOICE_TASK, RATING_TASK) or not row["history"]:
            if row["task"] not in ALL_TASKS and row["history"]:
                self.result.leave_out(row["task"])
            return
        times = [one["timestamp"] for one in row["history"]]
        # With two domains, each has its own history.
        half = len(times) // 2 if ">" in (row["domain"] or "") else 0
        self.result.checked += 1
        for part in (times[:half], times[half:]):
            stamps = [one for one in part if one is not None]
            if stamps != sorted(stamps):
                self.result.fault(row["id"], "the times of the history do not rise")


class Candidates(RowCheck):
    """The true items are among the candidates, which are distinct and not in the history."""

    def __init__(self) -> None:
        self.result = Result(
            "candidates", "they include the true items, no duplicate, and nothing from the history"
        )

    def see(self, split: str, row: Row) -> None:
        if not row["candidates"]:
            if row["relevant"]:
                self._without(row)
            return
        if asks_whole_catalogue(row):
            self.result.fault(row["id"], "there are candidates, which its template does not show")
        self.result.checked += 1
        ids = [one["item_id"] for one in row["candidates"]]
        titles = [title_key(one["title"] or "") for one in row["candidates"]]
        past = {one["item_id"]: title_key(one["title"] or "") for one in row["history"]}
        missing = [one for one in row["relevant"] if one not in ids]
        faults = {
            "no true item is given": not row["relevant"],
            f"true items are not among the candidates: {', '.join(missing)}": bool(missing),
            "a true item is given twice": len(set(row["relevant"])) < len(row["relevant"]),
            "every candidate is true": set(ids) <= set(row["relevant"]),
            "a candidate is there twice": len(set(ids)) < len(ids),
            "two candidates have one title": len(set(titles)) < len(titles),
            "a candidate stands in the history": bool(set(ids) & past.keys()),
            "a candidate's title stands in the history": bool(set(titles) & set(past.values()))
            and not set(ids) & past.keys(),
        }
        for what, wrong in faults.items():
            if wrong:
                self.result.fault(row["id"], what)

    def _without(self, row: Row) -> None:
        """A row that lists no candidates: its template must ask for that, and the history must hold no true item."""
        if asks_whole_catalogue(row) is False:
            self.result.fault(row["id"], "there are true items and no candidates")
            return
        self.result.checked += 1
        past = {one["item_id"] for one in row["history"]}
        if len(set(row["relevant"])) < len(row["relevant"]):
            self.result.fault(row["id"], "a true item is given twice")
        if past & set(row["relevant"]):
            self.result.fault(row["id"], "a true item stands in the history")


class Answers(RowCheck):
    """The answer says what the row holds; the rejected answer of preference rows does not."""

    def __init__(self) -> None:
        self.result = Result("answers", "the text of the answer agrees with the columns")

    def see(self, split: str, row: Row) -> None:
        says = {
            RATING_TASK: self._rating,
            CHOICE_TASK: self._choice,
            PAIR_TASK: self._choice,
            LIKE_TASK: self._like,
            ATTRIBUTE_TASK: self._attributes,
            **dict.fromkeys(RANKING_TASKS, self._ranking),
        }.get(row["task"])
        if says is None:
            if row["task"] not in TEXT_TASKS:
                self.result.leave_out(row["task"])
            return
        self.result.checked += 1
        texts = texts_of(row)
        # A row of `kto` may hold only a wrong answer.
        wrong = says(row, texts.answer) if texts.answer or not texts.wrong else ""
        if wrong:
            self.result.fault(row["id"], wrong)
        wrong_texts = [text for text in texts.wrong if text is not None]
        if is_open(row):
            if texts.answer and texts.answer in wrong_texts:
                self.result.fault(row["id"], "the rejected answer is right")
        elif any(not says(row, text) for text in wrong_texts):
            self.result.fault(row["id"], "the rejected answer is right")
        elif row["task"] in (CHOICE_TASK, PAIR_TASK):
            titles = [one["title"] for one in row["candidates"]]
            if any(
                not _INDEX.fullmatch(text) and parse.choice(text, titles) is None
                for text in wrong_texts
            ):
                self.result.fault(row["id"], "the rejected answer is none of the candidates")

    @staticmethod
    def _rating(row: Row, text: str) -> str:
        rating = parse.rating(text, scale_of(row))
        if row["rating"] is None:
            return "there is no rating"
        right = rating is not None and abs(rating - row["rating"]) < 1e-4
        return "" if right else f"the answer reads as {rating}, the rating is {row['rating']}"

    @staticmethod
    def _like(row: Row, text: str) -> str:
        scale = registry.source(row["source"]).scale
        if row["rating"] is None or scale is None:
            return "there is no rating"
        likes = row["rating"] >= scale.liked
        layouts = [layout_of(language, None) for language in languages()]
        if text in [one.yes_or_no(likes) for one in layouts]:
            return ""
        if text in [one.yes_or_no(not likes) for one in layouts]:
            return f"the answer says {text}, the rating is {row['rating']:g}"
        return "the answer says neither yes nor no"

    @staticmethod
    def _titles(row: Row, text: str) -> str:
        """Of an answer out of the whole catalogue: as many titles as there are true items, none twice
        and none of the history. Whether they are the true ones, the raw data say (`redrawn`)."""
        ranked = row["task"] in RANKING_TASKS
        lines = [entry.text for entry in entries(text)] if ranked else [text]
        keys = [title_key(line) for line in lines]
        past = {title_key(one["title"] or "") for one in row["history"]}
        if len(lines) != len(row["relevant"]):
            return f"the answer has {len(lines)} titles, and {len(row['relevant'])} items are true"
        if len(set(keys)) < len(keys):
            return "the answer names a title twice"
        return "the answer names a title of the history" if set(keys) & past else ""

    @staticmethod
    def _choice(row: Row, text: str) -> str:
        if not row["candidates"]:
            return Answers._titles(row, text)
        if text in short_forms(row):
            return ""
        titles = [one["title"] for one in row["candidates"]]
        place = parse.choice(text, titles)
        if place is None:
            return "the answer is not among the candidates"
        return (
            ""
            if row["candidates"][place]["item_id"] in row["relevant"]
            else (f"the answer names {titles[place]!r}, which is not the true item")
        )

    @staticmethod
    def _ranking(row: Row, text: str) -> str:
        if not row["candidates"]:
            return Answers._titles(row, text)
        if text in short_forms(row):
            return ""
        places = parse.ranking(text, Titles([one["title"] for one in row["candidates"]])).places
        if None in places or sorted(places) != list(range(len(row["candidates"]))):  # type: ignore[type-var]
            return "the answer does not list every candidate once"
        first = [row["candidates"][place]["item_id"] for place in places[: len(row["relevant"])]]  # type: ignore[index]
        return (
            ""
            if first == list(row["relevant"])
            else "the answer does not begin with the true items"
        )

    @staticmethod
    def _attributes(row: Row, text: str) -> str:
        answer_values = parse.attributes(text, [one["name"] for one in row["attributes"]])
        wrong = [
            one["name"]
            for one in row["attributes"]
            if not same_value(one["name"], answer_values.get(one["name"], ""), one["value"])
        ]
        if not row["attributes"]:
            return "there is no attribute"
        return f"the answer says otherwise of: {', '.join(wrong)}" if wrong else ""
