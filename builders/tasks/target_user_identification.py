"""Target user identification: whom an item suits and who should avoid it, from what it is and what is
said of it; answered from who in fact liked it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.core.text import cut, plain
from itdr.builders.evidence import comments as spoken
from itdr.builders.evidence import verdicts
from itdr.builders.evidence.aspects import sentences_of
from itdr.builders.evidence.audiences.fact_table import FactTable, fact_table
from itdr.builders.evidence.audiences.field_counts import FieldCounts
from itdr.builders.evidence.audiences.kindred import is_single
from itdr.builders.evidence.audiences.remarks import remarks
from itdr.builders.evidence.audiences.tagged import with_tags
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.prices import PRICE, prices
from itdr.builders.rendering import lists
from itdr.builders.rendering.lexicon_files import Lexicon
from itdr.builders.rendering.realiser import Realiser, Statement, load_realiser
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store.titles import shown_titles
from itdr.builders.tasks import target_user_groups as groups
from itdr.builders.tasks.base import CellRule, OpenCell, Task
from itdr.builders.tasks.target_user_swaps import SwappedFacts

MOST_ATTRIBUTES = 6
LONGEST_ATTRIBUTE = 120
NO_PLACE = 1 << 30
MOST_TAGS = 8
LOOKED_AT = 1.9
"""Candidates looked at for facts against, as a multiple of the items wanted."""
ONE_IN_OF_SERIES = 3
"""Of the items of which nothing is known but that the followers of their series like them, one in so many makes a
case."""
MOST_LINES = 12
"""Facts that a table holds besides those that the answer says."""
TRIES, OTHERS = 48, 12
"""Other items drawn for false facts, and how many of them are looked at."""
SPARES, FEW = 8, 1
"""Items of a part that has none of which enough is known: of which a group is named, or else of which
nothing but their own words say for whom they are."""
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
    """A case with what is shown of its item ((name, value), comments, tags) and its answer."""

    code: int = -1
    facts: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    answer: str = ""


# -- which items --------------------------------------------------------------------------------


def _order(cell: OpenCell, count: int) -> Iterator[np.ndarray]:
    """Items in the order in which they are taken: those of which something is known against them
    first, among nearly twice as many as are wanted; of each third by popularity in turn."""
    candidates = _table(cell).candidates
    looked = candidates[: int(LOOKED_AT * count) + groups.ENOUGH]
    against = np.array([_is_against(cell, int(code)) for code in looked], bool)
    yield looked[against]
    yield looked[~against]
    for start in range(len(looked), len(candidates), 256):
        yield candidates[start : start + 256]


def _is_against(cell: OpenCell, code: int) -> bool:
    statements = _statements(cell, code)
    return _is_enough(cell, code) and any(
        fact.direction == DOWN for one in statements for fact in one.facts
    )


def _windows(cell: OpenCell, code: int) -> Iterator[ItemWindow]:
    """The item, if enough is known of who likes it, or if its part has no such item."""
    if _table(cell).is_candidate(code) and (_is_enough(cell, code) or code in _spares(cell)):
        yield ItemWindow(code)


def _spares(cell: OpenCell) -> frozenset[int]:
    """A few items of each part in which enough is known of none, but of which a group is named, more than
    a list of works if possible: so that a small file gives rows in every split. Where items are only taken, that
    would restate their topics: there are none."""
    key = _key(cell, "audience spares")
    return cell.store.shared(key, lambda: frozenset(_found_spares(cell)))


def _key(cell: OpenCell, what: str) -> tuple[object, ...]:
    """Names what is remembered of all items, as it depends on options."""
    return what, cell.cell.seed, str(cell.cell.templates), cell.cell.options["text_chars"]


def _found_spares(cell: OpenCell) -> Iterator[int]:
    if not _is_rated(cell):
        return
    candidates = _table(cell).candidates
    parts = cell.parts(cell.subjects[0][candidates])
    used: set[tuple[str, str]] = set()
    for part in range(len(SPLITS)):
        codes = candidates[parts == part].tolist()
        if not any(_is_enough(cell, code) for code in codes):
            able = [code for code in codes if groups.are_many(_statements(cell, code))]
            suited = {code: groups.suited(_statements(cell, code)) for code in able}
            named = [code for code in able if any(map(groups.is_named, suited[code]))]
            lists = _with_works_of_their_own(
                [code for code in able if any(map(groups.is_list, suited[code]))], suited, used
            )
            rest = sorted(able, key=lambda code: -groups.solid(suited[code]))
            yield from (named or lists)[:SPARES] or rest[:FEW]


def _with_works_of_their_own(
    codes: Sequence[int], suited: Mapping[int, Sequence[Statement]], used: set[tuple[str, str]]
) -> list[int]:
    """Those of the items whose answers begin with a work that no other answer begins with.

    used: the works with which answers begin; those of the items are added.
    """
    own_codes = []
    for code in codes:
        lead = suited[code][0].facts[0].topic
        if lead not in used:
            used.add(lead)
            own_codes.append(code)
    return own_codes


def _is_enough(cell: OpenCell, code: int) -> bool:
    """Whether enough can be said of an item; remembered, as a plan asks before rows do."""
    cache: dict[int, bool] = cell.store.shared(_key(cell, "audience enough"), dict)
    return cache[code] if code in cache else cache.setdefault(code, _says_enough(cell, code))


def _says_enough(cell: OpenCell, code: int) -> bool:
    statements = _statements(cell, code)
    if groups.tell_series_alone(statements) and cell.draws(code, "series").below(ONE_IN_OF_SERIES):
        return False
    comments, _ = _said(cell, code)
    if not groups.is_founded(statements, comments, _realiser(cell).lexicon.aspects):
        return False
    return groups.are_enough(statements, _is_rated(cell), cell.store.item(code).categories)


def _is_rated(cell: OpenCell) -> bool:
    """Whether it is known what people thought of an item, not only that they took it."""
    return verdicts.rule(cell.store) in ("ratings", "hours")


def _statements(cell: OpenCell, code: int) -> list[Statement]:
    """What can be said of an item; remembered, as a plan asks for what rows then say."""
    cache: dict[int, list[Statement]] = cell.store.shared(_key(cell, "audience statements"), dict)
    if code not in cache:
        if len(cache) > 20_000:
            cache.clear()
        comments = _comments(cell)
        if comments is not None:
            comments.prepare(code)
        item_comments, _ = _said(cell, code)
        words = _realiser(cell).lexicon.aspects
        plan = _realiser(cell).plan_statements(_facts(cell, code, item_comments))
        statements = groups.asked_for(plan, words)
        # Whoever asks whom to warn is not to overlook a complaint that the reviews make.
        overlooked = groups.overlook_complaint(statements, item_comments, words)
        cache[code] = [] if overlooked else statements
    return cache[code]


def _facts(cell: OpenCell, code: int, comments: Sequence[spoken.Comment]) -> list[Fact]:
    """All that may be said of an item."""
    lexicon = _realiser(cell).lexicon
    table_facts = _table(cell).of(code)
    item = cell.store.item(code)
    remark_facts = remarks(
        comments,
        lexicon.aspects,
        item.title,
        ", ".join(item.categories),
        _own(cell, code, lexicon),
        lambda fact: lexicon.forms_of(fact.about, fact.value).get("fans", fact.value),
    )
    text = "\n".join(
        [*(f"{n}: {v}" for n, v in _displayed(cell, code)), *(c.text for c in comments)]
    )
    label = f"{item.title}\n{', '.join(item.categories)}"
    field_counts = _field_counts(cell)
    worded = [
        subject_fact
        for fact in remark_facts
        for subject_fact in _on_its_subject(fact, item.categories, lexicon)
        if not lexicon.aspects.rules_out(fact, text, label)
        and (fact.kind != "own" or field_counts.is_rare(fact))
    ]
    values = ", ".join(value for _, value in _displayed(cell, code)[1:])
    worded = with_tags(worded, lexicon.aspects, values.split(", "), sentences_of(comments))
    if "categories" in cell.store.items.column_names:
        # Where kinds are known, works of no kind in common tell a reader nothing.
        table_facts = [fact for fact in table_facts if not is_single(fact)]
    return lexicon.sayable([*table_facts, *worded])


def _on_its_subject(fact: Fact, categories: Sequence[str], lexicon: Lexicon) -> Iterator[Fact]:
    """Beginners are newcomers to what the item is about, where the lexicon has words for that; to an unknown subject
    they are none."""
    if fact.topic != ("audience", "beginners") or fact.direction != UP:
        yield fact
    elif subject := next((one for one in categories if lexicon.is_taste("newcomers", one)), None):
        yield dataclasses.replace(fact, about="newcomers", value=subject)
    elif not lexicon.terms.get("newcomers"):
        yield fact


def _own(cell: OpenCell, code: int, lexicon: Lexicon) -> Iterator[Fact]:
    """What is displayed of the item that says for whom it is: words of its title, price, attributes."""
    title = cell.store.item(code).title
    for name, quote in lexicon.aspects.audiences_in(title):
        if "reason" in lexicon.terms.get("audience", {}).get(plain(name), {}):
            yield Fact("own", "audience", name, direction=UP, quote=quote)
    attributes = _attributes(cell, code)
    price = prices(cell.store).fact(code) if any(name == PRICE for name, _ in attributes) else None
    if price is not None:
        yield price
    for attribute in cell.draws(code, "own").shuffled(attributes):
        for _, value in _telling(lexicon, *attribute)[:1]:
            yield Fact("own", "attribute", value, direction=UP)


def _telling(lexicon: Lexicon, name: str, value: str) -> list[tuple[int, str]]:
    """What the lexicon has words for, of an attribute and the several values it may have; with its place
    there, the most telling first."""
    every = [f"{name}: {one}" for one in value.split(", ")]
    places = [(lexicon.place_of("attribute", one), one) for one in every]
    return sorted((place, one) for place, one in places if place is not None)


def _table(cell: OpenCell) -> FactTable:
    return fact_table(cell.store, cell.cell.seed)


def _realiser(cell: OpenCell, end: str = "") -> Realiser:
    words, folder = cell.cell.source.words, cell.cell.templates
    key = ("audience realiser", end, words, str(folder))

    def load() -> Realiser:
        realiser = load_realiser(f"{TASK.id}{end}", words, cell.words, folder)
        titles = shown_titles(cell.store)
        return dataclasses.replace(realiser, lexicon=realiser.lexicon.telling_apart(titles))

    return cell.store.shared(key, load)


def _field_counts(cell: OpenCell) -> FieldCounts:
    key = ("audience fields", cell.cell.source.words, str(cell.cell.templates))
    return cell.store.shared(key, lambda: FieldCounts(cell.store, _realiser(cell).lexicon.aspects))


def _comments(cell: OpenCell) -> spoken.Comments | None:
    store = cell.store
    chars = int(cell.cell.options["text_chars"])
    return spoken.comments(store, cell.cell.seed, chars, lambda: verdicts.verdicts(store))


# -- cases --------------------------------------------------------------------------------------


def _draw(cell: OpenCell, windows: Sequence[ItemWindow]) -> list[AudienceCase]:
    return [_case(cell, window.code) for window in windows]


def _case(cell: OpenCell, code: int) -> AudienceCase:
    item = cell.store.item(code)
    comments, tags = _said(cell, code)
    statements = _statements(cell, code)
    answer = _realiser(cell).write(statements, cell.draws(code, "answer"))
    states = {"comments": comments, "tags": tags, "facts_shown": cell.cell.options["show_facts"]}
    states["avoid"] = groups.warns(statements)
    states["single"] = len(groups.suited(statements)) == 1
    flags = [name for name, there in states.items() if there]
    return AudienceCase(
        key=item.id,
        item=item,
        code=code,
        facts=_displayed(cell, code),
        comments=[one.text for one in comments],
        tags=[tag for tag, _ in tags],
        statements=statements,
        answer=answer.text,
        evidence=answer.evidence,
        table=_facts_table(cell, code, answer.facts) if cell.cell.options["show_facts"] else [],
        flags=frozenset(flags),
    )


def _facts_table(cell: OpenCell, code: int, answer_facts: Sequence[Fact]) -> list[str]:
    """The lines of what was counted of an item: all that its answer says, and some that it does not,
    in the order in which they were counted."""
    table_facts = _realiser(cell).lexicon.sayable(_table(cell).of(code))
    every = dict.fromkeys(part for fact in table_facts for part in (*fact.details, fact))
    line_facts = {*answer_facts, *list(every)[:MOST_LINES]}
    table = [fact for fact in every if fact in line_facts]
    table += [fact for fact in answer_facts if fact not in every]
    rng = cell.draws(code, "table")
    return _realiser(cell, "_table").table(table, rng)


def said_again(cell: OpenCell, case: AudienceCase, rng: HashRng) -> str:
    """The answer of a case in wordings drawn anew."""
    return _realiser(cell).write(case.statements, rng).text


def _said(cell: OpenCell, code: int) -> tuple[list[spoken.Comment], list[tuple[str, int]]]:
    """The comments to show, in a random order; where the source has none, the tags."""
    comments = _comments(cell)
    if comments is not None:
        return cell.draws(code, "comments").shuffled(comments.of(code)), []
    tags = spoken.tags(cell.store, cell.cell.seed)
    return [], tags.of(code)[:MOST_TAGS] if tags is not None else []


# -- what is shown ------------------------------------------------------------------------------


def _attributes(cell: OpenCell, code: int) -> list[tuple[str, str]]:
    """A few of the item's own attributes; those first that say for whom it is."""
    lexicon = _realiser(cell).lexicon
    attributes = []
    for one in cell.store.value("items", "attributes", code) or ():
        name, value = one["name"], one["value"]
        if name and value and not _OF_NO_INTEREST.search(name) and len(value) <= LONGEST_ATTRIBUTE:
            attributes.append((name, value))
    # As stable as it was: those that say nothing of people stay in the source's order.
    places = {one: _telling(lexicon, *one)[:1] for one in attributes}
    attributes.sort(key=lambda one: places[one][0][0] if places[one] else NO_PLACE)
    return attributes[:MOST_ATTRIBUTES]


def _displayed(cell: OpenCell, code: int) -> list[tuple[str, str]]:
    """What is shown of the item, by name: title, categories, creators, year, attributes, description."""
    store, item = cell.store, cell.store.item(code)
    words = cell.words
    chars = int(cell.cell.options["text_chars"])
    fields = [(words["title"], item.title)]
    for one, many, values in (
        ("category", "categories", item.categories),
        ("creator", "creators", item.creators),
    ):
        if values:
            fields.append((words[one if len(values) == 1 else many], ", ".join(values)))
    year = store.value("items", "year", code)
    if year and str(year) not in item.title:
        fields.append(("year", str(year)))
    fields += _attributes(cell, code)
    description = store.value("items", "description", code)
    if description:
        fields.append(("description", cut(description, chars)))
    return [(name[:1].upper() + name[1:], value) for name, value in fields]


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    assert isinstance(case, AudienceCase) and case.item is not None
    return {
        # Templates put it between quotes.
        "target": case.item.title.replace('"', "'"),
        "facts": "\n".join(f"{name}: {value}" for name, value in case.facts),
        "facts_lines": "\n".join(f"- {name}: {value}" for name, value in case.facts),
        "details": "\n".join(f"{name}: {value}" for name, value in case.facts[1:]),
        "comments_lines": "\n".join(f"- {text}" for text in case.comments),
        "comments_numbered": lists.numbered(case.comments),
        "n_comments": len(case.comments),
        "tags": ", ".join(case.tags),
        "table": "\n".join(f"- {line}" for line in case.table),
        "answer": case.answer,
    }


# -- wrong answers ------------------------------------------------------------------------------


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """The same statements with false facts of the same form: other items' works, groups and quotes,
    and the opposite verdict where a fact has no value."""
    assert isinstance(case, AudienceCase)
    others = _other_items(cell, case, draw)
    realiser, rng = _realiser(cell), cell.draws(case.code, "answer")
    answers = (realiser.write(_statements(cell, code), rng).text for code in others)
    another = next((text for text in answers if text not in ("", case.answer)), "")
    false = SwappedFacts(case.statements, [fact for code in others for fact in _known(cell, code)])
    statements = [
        dataclasses.replace(one, facts=tuple(false.of(fact) for fact in one.facts))
        for one in case.statements
    ]
    wrong_text = realiser.write(statements, rng).text
    return wrong_text if wrong_text != case.answer else another


def _other_items(cell: OpenCell, case: AudienceCase, draw: HashRng) -> list[int]:
    """Other candidates in a random order, those first of which enough is known."""
    candidates = _table(cell).candidates
    codes = {int(candidates[draw.below(len(candidates))]) for _ in range(TRIES)} - {case.code}
    order = draw.shuffled(sorted(codes))
    statements = {code: _statements(cell, code) for code in order}
    order.sort(key=lambda code: (not _is_enough(cell, code), not groups.suited(statements[code])))
    return order[:OTHERS]


def _known(cell: OpenCell, code: int) -> list[Fact]:
    """All that is known of an item, details among it."""
    statement_facts = [fact for one in _statements(cell, code) for fact in one.facts]
    table_facts = [part for fact in _table(cell).of(code) for part in (fact, *fact.details)]
    return _realiser(cell).lexicon.sayable([*statement_facts, *table_facts])


TASK = Task(
    id="target_user_identification",
    root=UNDERSTANDING,
    title="Target user identification",
    metrics=(
        "fact F1",
        "fact precision",
        "fact recall",
        "named works",
        *("BLEU-1", "BLEU-2", "ROUGE-1", "ROUGE-2", "ROUGE-L"),
    ),
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
    defaults={"text_chars": 800, "show_facts": False},
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
            "table",
            "answer",
        }
    ),
    flags=frozenset({"comments", "tags", "facts_shown", "avoid", "single"}),
    windows=_windows,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    about="item",
    facet="text",
    order=_order,
)
