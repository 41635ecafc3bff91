"""The prose of a row against its columns, without raw data: the question follows from template and
columns, the answer says exactly what they hold, and the template belongs to the row's split."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from itdr.audit import question_facts
from itdr.audit.known import (
    MARKS,
    answer_forms,
    judged,
    known_of,
    layout_of,
    rating_texts,
    short_forms,
)
from itdr.audit.result import Result, RowCheck
from itdr.audit.shapes import Choice, Known, Shape, fits, shape_of
from itdr.builders.core.errors import ItdrError
from itdr.builders.core.schema import EXTRA, Source
from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import texts_of
from itdr.builders.rendering import templates
from itdr.builders.rendering.layout import Layout
from itdr.builders.rendering.template_files import Texts
from itdr.builders.rendering.template_files import texts_of as template_texts
from itdr.scoring.metrics.per_task import ALL_TASKS, RATING_TASK, TEXT_TASKS

Row = Mapping[str, Any]
_AVERAGE = re.compile(
    r"(?im)^[\s\-*\d.]*(average|mean|overall|avg\.?)[ _](user |member )?(rating|score|stars)\b.*\d"
)
SIDES = ("source", "history", "items", "liked", "disliked", "likes", "dislikes")
"""Labels of what stands beside the titles of a history."""
_REST = "rest"


class Wordings(RowCheck):
    """The check. folder: of the user's own templates, where the rows were worded with some."""

    def __init__(self, folder: Path | None = None) -> None:
        self.result = Result(
            "wording", "question and answer say what the columns hold, and nothing else"
        )
        self._folder = folder

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        if row["task"] not in ALL_TASKS:
            self.result.leave_out(f"{row['task']}, as to their answers")
        for what in _faults(split, row, self._folder):
            self.result.fault(row["id"], what)

    def end(self) -> Result:
        if len(self.result.faults) > max(10, self.result.checked // 2):
            self.result.notes.append(
                "most rows differ from the templates of this version: rows of another version, or "
                "of other templates, are audited with those"
            )
        return self.result


def _faults(split: str, row: Row, folder: Path | None) -> Iterator[str]:
    _, question, answer, _ = texts_of(row)
    if not question:
        return
    if _AVERAGE.search(question):
        yield "the question shows an average rating"
    if _shows(row, answer, question):
        yield "the question holds the answer"
    try:
        registry.task(row["task"])
        registry.source(row["source"])
        texts = _in_languages(row["task"], row["template"], folder)
    except ItdrError as error:
        yield str(error).splitlines()[0]
        return
    if not texts:
        yield f"there is no template {row['template']!r}"
        return
    prompts = [language_texts["prompts"][row["template"]] for _, language_texts in texts]
    if any(one.unseen for one in prompts) and split != "test":
        yield f"{row['template']} is held back for test, and stands in {split}"
    closest: list[str] | None = None
    source_texts = [one for one in texts if _speaks(row["source"], folder, one[0])]
    for language, language_texts in source_texts or texts:
        faults = list(_differences(row, language_texts, language, folder))
        closest = faults if closest is None or len(faults) < len(closest) else closest
        if not closest:
            return
    yield from closest or ()


def _speaks(source: str, folder: Path | None, language: str) -> bool:
    """Whether a source has words in a language."""
    try:
        _words(registry.source(source), folder, language)
    except ItdrError:
        return False
    return True


def _in_languages(task: str, template: str, folder: Path | None) -> list[tuple[str, Texts]]:
    """The texts of a task in each language that has this prompt."""
    by_language = [(one, _texts(task, folder, one)) for one in templates.languages()]
    return [(language, texts) for language, texts in by_language if template in texts["prompts"]]


@functools.lru_cache(maxsize=64)
def _texts(task: str, folder: Path | None, language: str) -> Texts:
    return template_texts(task, folder, language)


def _differences(row: Row, texts: Texts, language: str, folder: Path | None) -> Iterator[str]:
    instruction, question, answer, _ = texts_of(row)
    try:
        words = _words(registry.source(row["source"]), folder, language)
    except ItdrError:
        yield f"{row['source']} has no words in {language}"
        return
    layout = layout_of(language, folder)
    prompt = texts["prompts"][row["template"]]
    descriptions = [one for one in texts["descriptions"].values() if one.person == prompt.person]
    closest: list[str] | None = None
    for slot_values in known_of(row, words, layout):
        before = [shape_of(one.text, slot_values) for one in descriptions]
        if instruction and all(fits(instruction, shape) is None for shape in before):
            yield "the description is none of its task's, or says more"
            instruction = ""
        shape = shape_of(prompt.text, slot_values)
        tails = fits(question, shape)
        if tails is None and not instruction:
            tails = fits(question, _after(before, shape))
        faults = ["the question is not what its template makes of the columns"]
        if tails is not None:
            faults = list(_beside(row, tails, layout))
        closest = faults if closest is None or len(faults) < len(closest) else closest
        if not closest:
            break
    if closest and closest[0].startswith("the question is not"):
        yield from _why(row, question) or closest
    else:
        yield from closest or ()
    if answer:
        yield from _answer(row, answer, texts, words, layout)


def _after(descriptions: list[Shape], shape: Shape) -> Shape:
    """The question in a format that puts a description before it."""
    return (Choice(tuple((*one, "\n\n") for one in descriptions)), *shape)


def _answer(
    row: Row, answer: str, texts: Texts, words: Mapping[str, str], layout: Layout
) -> Iterator[str]:
    forms = answer_forms(row, layout)
    if not forms:
        return
    values = {name: (word,) for name, word in words.items()}
    slot_values = Known({**values, "answer": (Choice(tuple(forms)),)})
    tails = next(
        (
            gaps
            for one in texts["answers"].values()
            if (gaps := fits(answer, shape_of(one.text, slot_values))) is not None
        ),
        None,
    )
    if tails is None:
        yield "the answer is not what the columns hold, word for word"
        return
    rest = sorted(text for label, text in tails if label == _REST)
    false = [one["title"] for one in row["candidates"] if one["item_id"] not in row["relevant"]]
    if rest and rest != sorted(false):
        yield "the answer does not list each false candidate once"


def _words(source: Source, folder: Path | None, language: str) -> Mapping[str, str]:
    """The words of a source, those of its own description included."""
    if source.described:
        return templates.words_of(source, folder, language)
    return _domain_words(source.words, folder, language)


@functools.lru_cache(maxsize=256)
def _domain_words(key: str, folder: Path | None, language: str) -> Mapping[str, str]:
    return templates.load_words(key, folder, language)


# -- details --------------------------------------------------------------------------------------


def _shows(row: Row, answer: str, question: str) -> bool:
    """Whether a question holds a whole answer of several lines, or a long line of a written one."""
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    if len(lines) > 1 and answer.strip() in question:
        return answer not in short_forms(row)
    prose = row["task"] in TEXT_TASKS
    return prose and any(len(line) >= 80 and line in question for line in lines)


def _beside(row: Row, held: list[tuple[str, str]], layout: Layout) -> Iterator[str]:
    """What stands beside the titles of a list and does not come from the layout, or another rating."""
    marks = (*MARKS, *_marks(layout))
    by_list: dict[str, list[str]] = {}
    totals = {label: tail for label, tail in held if label in question_facts.TOTALS}
    yield from question_facts.totals(row, totals)
    for label, tail in held:
        if label in totals:
            continue
        by_list.setdefault(label, []).append(tail)
        if label != "target" and tail and not tail.startswith(marks):
            yield f"something else stands beside a title: {tail[:60]!r}"
        elif tail.endswith(" "):
            yield f"blanks stand behind a title: {tail[-60:]!r}"
    ratings = rating_texts(row)
    if row.get("root_task") == EXTRA:
        ratings = [ratings[k] for places in judged(row) for k in places]
    tails = [tail for name in SIDES for tail in by_list.get(name, ())]
    if len(tails) != len(ratings):
        return
    pattern = _rated(layout)
    matches = [pattern.search(tail) for tail in tails]
    pairs = [(one, true) for one, true in zip(matches, ratings, strict=True) if true]
    if not pairs or (row["task"] != RATING_TASK and not all(one for one, _ in pairs)):
        return
    for one, true in pairs:
        if one is None or one["rating"] != true:
            rating_text = one["rating"] if one else "nothing"
            yield f"the question shows {rating_text} where the rating is {true}"


@functools.lru_cache(maxsize=16)
def _marks(layout: Layout) -> tuple[str, ...]:
    patterns = (layout.by, layout.aside, layout.rated, layout.dated, layout.noted)
    return tuple(one.partition("{entry}")[2].partition("{")[0] for one in patterns)


@functools.lru_cache(maxsize=16)
def _rated(layout: Layout) -> re.Pattern[str]:
    """The rating at the end of what an entry shows, before the time that may follow."""
    before, _, after = layout.rated.partition("{entry}")[2].partition("{rating}")
    opening, _, closing = layout.dated.partition("{entry}")[2].partition("{time_gap}")
    gap = f"(?:{re.escape(opening)}[^()]*{re.escape(closing)})?"
    marks = f"(?:{re.escape(before)}|, rated )"
    return re.compile(rf"{marks}(?P<rating>\d+(?:\.\d+)?){re.escape(after)}{gap}(?:\n|$)")


def _why(row: Row, question: str) -> list[str]:
    """The first difference that one of the lists alone shows."""
    faults = []
    for name in ("history", "candidates"):
        titles = [one["title"] for one in row[name]]
        missing = [title for title in titles if title and title not in question]
        if missing:
            faults.append(f"the question lacks {missing[0]!r} of the {name}")
        elif titles and all(titles) and not _in_order(titles, question):
            faults.append(f"the question does not show the {name} in its order")
    return faults


def _in_order(titles: list[str], text: str) -> bool:
    place = 0
    for title in titles:
        place = text.find(title, place)
        if place < 0:
            return False
        place += len(title)
    return True
