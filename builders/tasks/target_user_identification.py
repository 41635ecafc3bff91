"""Target user identification: whom an item suits and who should avoid it, from what it is and what is
said of it; answered from who in fact liked it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.core.text import cut
from itdr.builders.evidence import comments as spoken
from itdr.builders.evidence import mentions as _audience
from itdr.builders.evidence import title_mentions as _titles
from itdr.builders.evidence import traits, verdicts
from itdr.builders.evidence.audiences import counts as audiences_counts
from itdr.builders.evidence.audiences import groups as _groups
from itdr.builders.evidence.audiences.judges import Counts
from itdr.builders.evidence.audiences.statements import FEW_JUDGES
from itdr.builders.rendering import audience_answer, lists
from itdr.builders.rendering.teller import Teller, quoted, sayable, upper
from itdr.builders.sampling.case import Case, Evidence
from itdr.builders.tasks.base import CellRule, OpenCell, Task

MOST_ATTRIBUTES = 6
LONGEST_ATTRIBUTE = 120
MOST_TAGS = 8
TRIES = 64
"""Other items looked at for a wrong answer."""
_OF_NO_INTEREST = re.compile(
    r"(?i)\b(asin|upc|ean|isbn|model number|part number|dimensions|weight|date first|discontinued|"
    r"barcode|url|score|rank|rating)\b"
)


@dataclass(slots=True)
class ItemWindow:
    """An item that makes a case; there is one of each."""

    code: int
    targets: tuple[int, ...] = ()
    index: int = 0


@dataclass(slots=True)
class AudienceCase(Case):
    """A case with what is shown of its item: (name, value) facts, comments, tags; with all that an
    answer may say; and with its answer."""

    code: int = -1
    facts: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    known: audience_answer.TrainStats = field(kw_only=True)
    answer: str = ""


def _windows(cell: OpenCell, code: int) -> Iterator[ItemWindow]:
    """The item, if it leads its work, can be shown, and there is something to say of it."""
    store = cell.store
    if store.work[code] != code or store.title_code[code] < 0:
        return
    comments = _comments(cell)
    if comments is not None:
        comments.prepare(code)
    if _something_to_say(cell, code):
        yield ItemWindow(code)


def _something_to_say(cell: OpenCell, code: int) -> bool:
    """Whether an attribute, a comment or a tag is known of the item, or enough users liked it."""
    item = cell.store.item(code)
    if item.categories or item.creators or _hashtags(cell, code) or _attributes(cell, code):
        return True
    return _counts(cell).judges(code)[0] >= FEW_JUDGES or any(_said(cell, code))


def _hashtags(cell: OpenCell, code: int) -> list[str]:
    title = cell.store.item(code).title
    return traits.hashtags(title) if traits.has_hashtags(cell.store) else []


def _counts(cell: OpenCell) -> Counts:
    return audiences_counts.counts(cell.store, cell.cell.seed)


def _comments(cell: OpenCell) -> spoken.Comments | None:
    store = cell.store
    chars = int(cell.cell.options["text_chars"])
    return spoken.comments(store, cell.cell.seed, chars, lambda: verdicts.verdicts(store))


def _draw(cell: OpenCell, windows: Sequence[ItemWindow]) -> list[AudienceCase]:
    found = _groups.groups_of(_counts(cell), [window.code for window in windows])
    return [_case(cell, *of) for of in zip(windows, found, strict=True)]


def _case(
    cell: OpenCell, window: ItemWindow, groups: tuple[list[_groups.Group], list[_groups.Group]]
) -> AudienceCase:
    """groups: those that the item suits, and those to warn."""
    code = window.code
    item = cell.store.item(code)
    comments, tags = _said(cell, code)
    case = AudienceCase(
        key=item.id,
        item=item,
        code=code,
        facts=_facts(cell, code),
        comments=[one.text for one in comments],
        tags=[tag for tag, _ in tags],
        known=_known(cell, code, comments, tags, groups),
        flags=frozenset({"comments"} if comments else {"tags"} if tags else ()),
    )
    case.answer, case.evidence = answered(cell, case, "answer")
    return case


def answered(cell: OpenCell, case: AudienceCase, purpose: str) -> tuple[str, list[Evidence]]:
    """What a case's answer says, and what it stands on, in words drawn for this purpose."""
    return audience_answer.compose(case.known, _teller(cell, case.code, purpose))


def _said(cell: OpenCell, code: int) -> tuple[list[spoken.Comment], list[tuple[str, int]]]:
    """The comments to show, in a random order; where the source has none, the tags."""
    comments = _comments(cell)
    if comments is not None:
        return cell.draws(code, "comments").shuffled(comments.of(code)), []
    tags = spoken.tags(cell.store, cell.cell.seed)
    return [], tags.of(code)[:MOST_TAGS] if tags is not None else []


def _known(
    cell: OpenCell,
    code: int,
    comments: list[spoken.Comment],
    tags: list[tuple[str, int]],
    groups: tuple[list[_groups.Group], list[_groups.Group]],
) -> audience_answer.TrainStats:
    """All that an answer may say."""
    counts = _counts(cell)
    item = cell.store.item(code)
    likers, dislikers = counts.judges(code)
    suited, avoided = groups
    attributes = _attributes(cell, code)
    heard = [(one.text, one.verdict) for one in comments]
    return audience_answer.TrainStats(
        categories=item.categories,
        telling=traits.rarest_first(cell.store, item.categories),
        creators=item.creators,
        hashtags=_hashtags(cell, code),
        attributes=attributes,
        likers=likers,
        dislikers=dislikers,
        tested=any(counts.tested.values()),
        dislikes=verdicts.rule(cell.store) != "taken",
        suited=[one for one in suited if sayable(one)],
        avoided=[one for one in avoided if sayable(one)],
        phrases=_audience.phrases(heard, bought=cell.cell.source.words == "products"),
        marked=_audience.marked(attributes),
        titled=_titles.titled(item.title, cell.cell.source.words),
        tags=tags,
        heard=bool(comments),
    )


def _teller(cell: OpenCell, code: int, purpose: str) -> Teller:
    source = cell.cell.source
    rated = verdicts.rule(cell.store) == "ratings"
    return Teller(cell.words, source.words, rated, cell.draws(code, purpose))


# -- what is shown ----------------------------------------------------------------------------


def _attributes(cell: OpenCell, code: int) -> list[tuple[str, str]]:
    """A few of the item's own attributes, those first that speak of an audience."""
    found = []
    for one in cell.store.value("items", "attributes", code) or ():
        name, value = one["name"], one["value"]
        if name and value and not _OF_NO_INTEREST.search(name) and len(value) <= LONGEST_ATTRIBUTE:
            found.append((name, value))
    telling = {mark.name for mark in _audience.marked(found)}
    first = [pair for pair in found if pair[0] in telling]
    kept = (first + [pair for pair in found if pair[0] not in telling])[:MOST_ATTRIBUTES]
    return [pair for pair in found if pair in kept]


def _facts(cell: OpenCell, code: int) -> list[tuple[str, str]]:
    """What is shown of the item, by name: title, categories, creators, year, attributes, description."""
    store, item = cell.store, cell.store.item(code)
    words = cell.words
    chars = int(cell.cell.options["text_chars"])
    found = [(words["title"], item.title)]
    for one, many, values in (
        ("category", "categories", item.categories),
        ("creator", "creators", item.creators),
    ):
        if values:
            found.append((words[one if len(values) == 1 else many], ", ".join(values)))
    year = store.value("items", "year", code)
    if year and str(year) not in item.title:
        found.append(("year", str(year)))
    found += _attributes(cell, code)
    description = store.value("items", "description", code)
    if description:
        found.append(("description", cut(description, chars)))
    return [(upper(name), value) for name, value in found]


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    assert isinstance(case, AudienceCase) and case.item is not None
    return {
        # Templates put it between quotes.
        "target": quoted(case.item.title),
        "facts": "\n".join(f"{name}: {value}" for name, value in case.facts),
        "facts_lines": "\n".join(f"- {name}: {value}" for name, value in case.facts),
        "details": "\n".join(f"{name}: {value}" for name, value in case.facts[1:]),
        "comments_lines": "\n".join(f"- {text}" for text in case.comments),
        "comments_numbered": lists.numbered(case.comments),
        "n_comments": len(case.comments),
        "tags": ", ".join(case.tags),
        "answer": case.answer,
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """The answer for another item of the same part, with other groups; else with some of the same
    groups, else for one of any part."""
    assert isinstance(case, AudienceCase)
    hashes = cell.subjects[0]
    part = cell.parts(hashes[case.code : case.code + 1])
    said = {(one.name, one.value) for one in case.evidence[2:]}
    answer = ""
    for _ in range(TRIES):
        code = draw.below(len(hashes))
        if cell.parts(hashes[code : code + 1]) != part:
            continue
        for other in _others(cell, case, code):
            answer = other.answer
            if not said & {(one.name, one.value) for one in other.evidence[2:]}:
                return answer
    first = draw.below(len(hashes))
    rest = (one for code in range(len(hashes)) for one in _others(cell, case, code - first))
    return answer or next((one.answer for one in rest), "")


def _others(cell: OpenCell, case: AudienceCase, code: int) -> Iterator[AudienceCase]:
    """The case of an item (counted from the end where negative) that another answer suits."""
    for window in _windows(cell, code % len(cell.subjects[0])):
        (other,) = _draw(cell, [window])
        if window.code != case.code and other.answer.casefold() != case.answer.casefold():
            yield other


TASK = Task(
    id="target_user_identification",
    root=UNDERSTANDING,
    title="Target user identification",
    metrics=("BLEU-1", "BLEU-2", "ROUGE-1", "ROUGE-2", "ROUGE-L"),
    cells={
        "amazon-reviews-2023": CellRule(6300),
        "bookcrossing": CellRule(6250),
        "anime-2023": CellRule(6250),
        "steam": CellRule(6250),
        "yelp": CellRule(6250),
        "microlens": CellRule(6250),
        "pixelrec": CellRule(6250),
        "ml-32m": CellRule(6250),
        "mind": CellRule(6250),
    },
    needs=frozenset({"items.title"}),
    needs_any=frozenset(
        {
            "items.categories",
            "items.creators",
            "items.attributes",
            "users.gender",
            "users.age",
            "users.age_group",
            "users.birth_year",
            "users.country",
            "interactions.text",
            "tags.tag",
        }
    ),
    defaults={"text_chars": 800},
    variables=frozenset(
        {
            "target",
            "facts",
            "facts_lines",
            "details",
            "comments_lines",
            "comments_numbered",
            "n_comments",
            "tags",
            "answer",
        }
    ),
    flags=frozenset({"comments", "tags"}),
    windows=_windows,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    about="item",
    facet="text",
)
