"""What the columns of a row say about its texts, by the variables of templates."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.audit.question_facts import TOTALS
from itdr.audit.shapes import ANY, LINE, Choice, Gap, Known, Shape
from itdr.builders.core.schema import EXTRA
from itdr.builders.core.text import readable_domain
from itdr.builders.dataset import registry
from itdr.builders.rendering.layout import Layout, load_layout
from itdr.builders.tasks.rating_prediction import rating_text
from itdr.scoring.metrics.per_task import (
    ATTRIBUTE_TASK,
    CHOICE_TASK,
    LIKE_TASK,
    PAIR_TASK,
    RANKING_TASKS,
    RATING_TASK,
    TEXT_TASKS,
)

Row = Mapping[str, Any]
Words = Mapping[str, str]
MARKS = (", ", " (")
"""What may follow a title besides the layout's marks, as in a profile's list of likes."""
_UNSHOWN = (
    "facts",
    "facts_lines",
    "details",
    "comments_lines",
    "comments_numbered",
    "tags",
    "table",
)
"""Variables of several lines about which the columns say nothing."""


@functools.lru_cache(maxsize=16)
def layout_of(language: str, folder: Path | None) -> Layout:
    """The layout of a language, with what a user's folder changes."""
    return load_layout(language, folder)


def known_of(row: Row, words: Words, layout: Layout) -> Iterator[Known]:
    """What is known about a question's variables; several readings if the columns leave
    something open.

    Args:
        row: the row.
        words: the words of the row's source and language.
        layout: how lists are laid out.

    Yields:
        One set of values for each reading of the row.
    """
    values: dict[str, Shape] = {name: (word,) for name, word in words.items()}
    values |= dict.fromkeys(_UNSHOWN, (ANY,))
    candidates = _titles(row["candidates"])
    listed = _listed("candidates", candidates, layout)
    values |= listed.values
    n = len(candidates)
    values |= {
        "n_candidates": (str(n),),
        "all_candidates": (layout.all_of(n),) if n else (LINE,),
        "n_relevant": (str(len(row["relevant"])),),
        "n_history": (str(len(row["history"])),),
        "n_items": (str(len(row["history"])),),
    }
    values |= _of_attributes(row, layout) | _of_scale(row) | _left_out(words, layout)
    if row.get("root_task") == EXTRA:
        likes, dislikes = judged(row)
        values |= {"n_likes": (str(len(likes)),), "n_dislikes": (str(len(dislikes)),)}
    past = _titles(row["history"])
    if row["task"] == "interest_recognition":
        yield from _profiles(values, past, words)
        return
    if row["task"] in TEXT_TASKS:
        yield Known(values, unknown=ANY)
        return
    entries = dict(listed.entries)
    for name, loop, titles, ratings in _histories(row, past):
        more = _listed(name, titles, layout, loop, ratings)
        values |= more.values
        entries |= more.entries
    yield Known(values, entries, LINE)


def _histories(
    row: Row, past: list[str | None]
) -> Iterator[tuple[str, str, list[str | None], Sequence[str]]]:
    """Name, name in loops, titles and ratings of each list that the history makes."""
    ratings = rating_texts(row)
    if row["task"] == "cross_domain_rec":
        half = len(past) // 2
        yield "source", "source_history", past[:half], ratings[:half]
        yield "history", "history", past[half:], ratings[half:]
    elif row.get("root_task") == EXTRA:
        for name, places in zip(("likes", "dislikes"), judged(row), strict=True):
            yield name, name, [past[k] for k in places], [ratings[k] for k in places]
    elif row["task"] == ATTRIBUTE_TASK:
        yield "items", "history", past, ratings
    else:
        yield "history", "history", past, ratings


def _left_out(words: Words, layout: Layout) -> dict[str, Shape]:
    """What an answer is asked to leave out: nothing, or what entries may show beside titles."""
    kinds = ((words["categories"],), (words["category"],))
    makers = ((words["creators"],), (words["creator"],))
    parts = (*kinds, *makers, *(one + other for one in makers for other in kinds))
    phrases = [layout.leave_out.format(names=layout.joined([*names])) for names in parts]
    return {"leaving_out": (Choice((*((phrase,) for phrase in phrases), ())),)}


def judged(row: Row) -> tuple[list[int], list[int]]:
    """The history split by the source's scale.

    Args:
        row: the row.

    Returns:
        Places of what the user liked, and of the rest.
    """
    scale = registry.source(row["source"]).scale
    sides: tuple[list[int], list[int]] = ([], [])
    for place, one in enumerate(row["history"]):
        likes = scale is not None and one["rating"] is not None and one["rating"] >= scale.liked
        sides[not likes].append(place)
    return sides


def rating_texts(row: Row) -> list[str]:
    """The ratings of the history as the source prints them; "" for none."""
    scale = registry.source(row["source"]).scale
    ratings = [one["rating"] for one in row["history"]]
    if scale is None:
        return [""] * len(ratings)
    return ["" if one is None else f"{one:.{scale.decimals}f}" for one in ratings]


def _titles(items: Sequence[Mapping[str, Any]]) -> list[str | None]:
    return [one["title"] for one in items]


def _listed(
    name: str,
    titles: Sequence[str | None],
    layout: Layout,
    loop: str | None = None,
    ratings: Sequence[str] = (),
) -> Known:
    """A list of titles in each layout, and for loops; whatever appears beside a title is a gap labelled with the
    list's name."""
    tail = Gap(label=name)
    entries: list[Shape] = [(LINE if title is None else title, tail) for title in titles]
    values: dict[str, Shape] = {
        f"{name}_lines": _joined([_within(layout.line, one) for one in entries], "\n"),
        f"{name}_numbered": _joined(
            [
                _within(layout.number.replace("{n}", str(n)), one)
                for n, one in enumerate(entries, 1)
            ],
            "\n",
        ),
        f"{name}_inline": _inline(titles, entries, tail, layout),
    }
    fields = [
        {
            "title": entry[:1],
            "text": entry,
            **({"rating": (rating,)} if rating else {}),
        }
        for entry, rating in zip(entries, ratings or [""] * len(entries), strict=True)
    ]
    return Known(values, {loop or name: fields})


def _within(pattern: str, entry: Shape) -> Shape:
    before, _, after = pattern.partition("{entry}")
    return (before, *entry, after)


def _joined(entries: Sequence[Shape], by: str) -> Shape:
    parts: list[Any] = []
    for k, one in enumerate(entries):
        parts += [by] * bool(k)
        parts += one
    return tuple(parts)


def _inline(
    titles: Sequence[str | None], entries: Sequence[Shape], tail: Gap, layout: Layout
) -> Shape:
    shapes = [_joined(entries, by) for by in layout.separators]
    before, _, after = layout.within_line.partition("{title}")
    if before or after:
        quoted: list[Shape] = [
            (before, LINE if title is None else title, after, tail) for title in titles
        ]
        shapes.append(_joined(quoted, layout.separators[0]))
    return (Choice(tuple(shapes)),) if titles else ("",)


def _of_attributes(row: Row, layout: Layout) -> dict[str, Shape]:
    names = [one["name"] for one in row["attributes"]]
    if not names:
        return {}
    labels = [name[:1].upper() + name[1:] for name in names]
    entries = [_with_values(one, layout) for one in labels]
    lines = [_within(layout.line, (one,)) for one in entries]
    return {
        "attributes": (layout.joined(names),),
        "attribute": (labels[0],),
        "n_attributes": (str(len(names)),),
        "attributes_lines": (entries[0],) if len(entries) == 1 else _joined(lines, "\n"),
    }


def _with_values(name: str, layout: Layout) -> Choice:
    """An attribute's name, alone or with the values that it may have."""
    shapes: list[Shape] = [(name,)]
    for pattern in (layout.one_of, layout.such_as):
        before, _, after = pattern.replace("{entry}", name).partition("{values}")
        shapes.append((before, LINE, after))
    return Choice(tuple(shapes))


def _of_scale(row: Row) -> dict[str, Shape]:
    source = registry.source(row["source"])
    start, _, to = (row["domain"] or "").partition(">")
    values: dict[str, Shape] = {
        "source_domain": (readable_domain(start),),
        "target_domain": (readable_domain(to),),
        "target": (Gap(label="target"),),
        "target_line": (Gap(label="target"),),
    }
    if source.scale is not None:
        values |= {
            "scale_low": (rating_text(source.scale.low, source.scale),),
            "scale_high": (rating_text(source.scale.high, source.scale),),
            "scale_step": (f"{source.scale.step:g}",),
        }
    return values


def _profiles(
    values: Mapping[str, Shape], titles: Sequence[str | None], words: Words
) -> Iterator[Known]:
    """A profile's history lists likes, then dislikes; no column says where the dislikes begin."""
    title_word = words["title"][:1].upper() + words["title"][1:]
    for liked in range(len(titles), -1, -1):
        shapes: dict[str, Shape] = {
            **values,
            "n_liked": (str(liked),),
            "n_disliked": (str(len(titles) - liked),),
            **{name: (Gap(label=name),) for name in TOTALS},
        }
        for name, part in (("liked", titles[:liked]), ("disliked", titles[liked:])):
            tail = Gap(label=name)
            heads: list[Shape] = [(LINE if title is None else title, tail) for title in part]
            shapes[f"{name}_inline"] = (
                Choice(tuple(_joined(heads, by) for by in ("; ", " | ", " // "))),
            )
            shapes[f"{name}_lines"] = _joined(
                [("- ", *head, _review("  ")) for head in heads], "\n"
            )
            shapes[f"{name}_numbered"] = _joined(
                [(f"{n}. ", *head, _review("   ")) for n, head in enumerate(heads, 1)], "\n"
            )
            blocks: list[Shape] = [(f"{title_word}: ", head[0], Gap(line=False)) for head in heads]
            shapes[f"{name}_blocks"] = _joined(blocks, "\n\n")
        yield Known(shapes, unknown=LINE)


def _review(indent: str) -> Choice:
    return Choice(((f"\n{indent}Review: ", LINE), ()))


# -- answers --------------------------------------------------------------------------------------


def answer_forms(row: Row, layout: Layout) -> list[Shape]:
    """The answers that the columns allow, word for word.

    Args:
        row: the row.
        layout: how lists are laid out.

    Returns:
        Allowed answers; empty where the columns leave them open.
    """
    task = row["task"]
    if task == RATING_TASK and row["rating"] is not None:
        scale = registry.source(row["source"]).scale
        return [(f"{row['rating']:.{scale.decimals}f}",)] if scale else []
    if task == ATTRIBUTE_TASK:
        lines = [
            f"{one['name'][:1].upper()}{one['name'][1:]}: {one['value']}"
            for one in row["attributes"]
        ]
        return [("\n".join(lines),)]
    if task == LIKE_TASK and row["rating"] is not None:
        scale = registry.source(row["source"]).scale
        return [(layout.yes_or_no(row["rating"] >= scale.liked),)] if scale else []
    if task in (CHOICE_TASK, PAIR_TASK) or task in RANKING_TASKS:
        return list(_of_candidates(row, layout))
    return []


def short_forms(row: Row) -> tuple[str, ...]:
    """The right answer in its short forms: numbers of candidates, and targets one per line.

    Args:
        row: the row.

    Returns:
        Both texts; empty where a target is no candidate.
    """
    titles = {one["item_id"]: one["title"] for one in row["candidates"]}
    if not titles or not set(row["relevant"]) <= titles.keys():
        return ()
    true = [
        (k, title) for k, (item, title) in enumerate(titles.items(), 1) if item in row["relevant"]
    ]
    return ", ".join(str(k) for k, _ in true), "\n".join(title for _, title in true)


def _of_candidates(row: Row, layout: Layout) -> Iterator[Shape]:
    short = short_forms(row)
    if not short:
        return
    yield from ((text,) for text in short)
    if row["task"] in RANKING_TASKS:
        titles = {one["item_id"]: one["title"] for one in row["candidates"]}
        lines: list[Shape] = [(titles[item],) for item in row["relevant"]]
        lines += [(Gap(label="rest"),)] * (len(titles) - len(lines))
        numbered = [
            _within(layout.number.replace("{n}", str(n)), one) for n, one in enumerate(lines, 1)
        ]
        yield _joined(numbered, "\n")
