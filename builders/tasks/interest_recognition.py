"""Interest recognition: a profile of a user's taste, from a fair sample of what they liked and disliked.

The evidence is counted and tested over all that the user judged (`evidence/interests/`); the answer says
what the displayed works show of it, as `templates/answers/interest_recognition.yaml` plans it: what there
is most of or comes first, a second taste, what sets likes apart from dislikes, what to avoid, and last a work
to offer next. What fills likes and dislikes alike is no taste; what separates its hits from its misses is said instead. Such a work is liked by a quarter or more of the fans of two displayed favorites of that taste, and by
twice as many of them as expected; or by a third of the fifty or more fans, or half of the fewer, of one; where there is
none, no work is named. What is plain to see in the displayed list
is said first, with its shares of all that the user judged; what they do not bear out is not said.
`profiles.py` chooses the users, `profile_sketch.py` what is said of them.

A row needs a user with 20 likes and 5 dislikes (or 5 reviews of 40 words), of whom three facts or more
hold: one tells what sets this user apart from others, one what separates their likes from their dislikes, or there
are two tastes and a work to offer. Others give no row, however many are asked for. Prompts ask for
a next work, or for what disappoints, only where the answer says it. Items without categories, as
those of Book-Crossing, and sources of which few users write often, as All_Beauty and Yelp, give next to none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.interests import counts
from itdr.builders.evidence.interests.works import KINDS, Work
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.tasks import profiles
from itdr.builders.tasks.base import CellRule, OpenCell, Task
from itdr.builders.tasks.profile_sketch import TASK_ID, realiser_of
from itdr.builders.tasks.rating_prediction import rating_text

_TRIES = 64


# -- the question -----------------------------------------------------------------------------


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    assert isinstance(case, profiles.Profile)
    n = len(case.history)
    rated = "hours" not in case.flags
    variables: dict[str, object] = {
        "n_liked": case.liked,
        "n_disliked": n - case.liked,
        "offered": "offered" in case.flags,
        "n_reviews": sum(text is not None for text in case.texts),
        "answer": case.answer.text,
        "table": "\n".join(f"- {line}" for line in case.table),
        "liked_from": rating_text(cell.scale.liked, cell.scale) if rated else "",
        "disliked_to": rating_text(cell.scale.disliked, cell.scale) if rated else "",
        **{name: f"{number:,}" for name, number in case.totals.items()},
    }
    for name, places in (("liked", range(case.liked)), ("disliked", range(case.liked, n))):
        heads = [_head(cell, case, k) for k in places]
        texts = [case.texts[k] for k in places]
        if f"{name}_inline" in needed:
            variables[f"{name}_inline"] = lists.inline(heads)
        if f"{name}_lines" in needed:
            variables[f"{name}_lines"] = _with_texts([f"- {head}" for head in heads], texts, "  ")
        if f"{name}_numbered" in needed:
            numbered = [f"{place}. {head}" for place, head in enumerate(heads, 1)]
            variables[f"{name}_numbered"] = _with_texts(numbered, texts, "   ")
        if f"{name}_blocks" in needed:
            variables[f"{name}_blocks"] = "\n\n".join(_block(cell, case, k) for k in places)
    return variables


def _with_texts(heads: Sequence[str], texts: Sequence[str | None], indent: str) -> str:
    return "\n".join(
        f"{head}\n{indent}Review: {text}" if text else head
        for head, text in zip(heads, texts, strict=True)
    )


def _strength(cell: OpenCell, case: profiles.Profile, k: int) -> tuple[str, str]:
    """The label and the value of what says like or dislike: `Rating`, `4.5`."""
    if "hours" in case.flags:
        hours = f"{case.strengths[k]:.1f}".removesuffix(".0")
        return "Hours played", hours
    return "Rating", rating_text(case.strengths[k], cell.scale)


def _head(cell: OpenCell, case: profiles.Profile, k: int) -> str:
    """`Title by Creator [category, category; tags: tag, tag], rated 4`."""
    item = case.history[k]
    assert isinstance(item, Work)
    text = item.title
    if item.creators:
        text += f" by {', '.join(item.creators)}"
    filed = [lists.categories(item)] * bool(item.categories)
    tags = _own_tags(item)
    filed += [f"tags: {', '.join(tags)}"] * bool(tags)
    if filed:
        text += f" [{'; '.join(filed)}]"
    label, value = _strength(cell, case, k)
    if label == "Rating":
        return f"{text}, rated {value}"
    return f"{text}, {value} {'hour' if value == '1' else 'hours'} played"


def _own_tags(item: Work) -> list[str]:
    """The tags that do not repeat a category."""
    categories = {name.casefold() for name in item.categories}
    return [tag for tag in item.tags if tag.casefold() not in categories]


def _block(cell: OpenCell, case: profiles.Profile, k: int) -> str:
    words = cell.words
    item = case.history[k]
    assert isinstance(item, Work)
    rows = [
        (words["title"], [item.title]),
        (words["creators" if len(item.creators) > 1 else "creator"], item.creators),
        (words["categories" if len(item.categories) > 1 else "category"], item.categories),
        ("tags", _own_tags(item)),
    ]
    label, value = _strength(cell, case, k)
    lines = [f"{name[:1].upper()}{name[1:]}: {', '.join(of)}" for name, of in rows if of]
    lines.append(f"{label}: {value}")
    review = case.texts[k]
    return "\n".join([*lines, f"Review: {review}"] if review else lines)


# -- a wrong answer ---------------------------------------------------------------------------


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """The same statements about other tastes: what the user likes stands where they dislike something,
    and the other way round; else a kind of which nothing holds, and works that nobody shares."""
    assert isinstance(case, profiles.Profile)
    swaps = _swapped(cell, case, draw)
    realiser = realiser_of(cell)
    statements = []
    for one in case.answer.statements:
        facts = tuple(_false(fact, swaps) for fact in one.facts)
        forms = realiser.form.statements.values()
        form = one.form
        if facts and not form.when.holds(facts[0]):
            form = next((other for other in forms if other.when.holds(facts[0])), form)
        statements.append(replace(one, form=form, facts=facts))
    return realiser.write(statements, draw).text


_OPPOSITES = {"generous": "strict", "strict": "generous"}


def _false(fact: Fact, swapped: Mapping[tuple[str, str], tuple[str, str]]) -> Fact:
    about, value = swapped.get(fact.topic, fact.topic)
    if fact.kind == "aspect":
        return replace(fact, direction=-fact.direction or UP)
    if fact.kind == "habit":
        other = _OPPOSITES.get(about, about)
        return replace(fact, about=other, direction=-fact.direction, details=())
    return replace(fact, about=about, value=value, details=())


def _swapped(
    cell: OpenCell, case: profiles.Profile, draw: HashRng
) -> dict[tuple[str, str], tuple[str, str]]:
    """For each (about, value) that the answer names, the one that stands for it in a false one."""
    facts = [one.facts[0] for one in case.answer.statements if one.facts]
    traits = [fact for fact in facts if fact.about in KINDS]
    swaps: dict[tuple[str, str], tuple[str, str]] = {}
    for fact in traits:
        other = next(
            (one for one in traits if one.direction != fact.direction and one.about == fact.about),
            None,
        )
        swaps[fact.topic] = other.topic if other else (fact.about, _untrue(cell, case, fact, draw))
    titles = [work.title for work in case.works]
    own_titles = [fact.value for fact in case.answer.facts if fact.kind == "own"]
    rest = [title for title in titles if title not in own_titles] or titles
    for title in dict.fromkeys(own_titles):
        swaps["work", title] = ("work", rest[draw.below(len(rest))])
    for fact in facts:
        if fact.kind == "also_liked":
            swaps[fact.topic] = ("work", _unshared(cell, case, draw))
    return swaps


def _unshared(cell: OpenCell, case: profiles.Profile, draw: HashRng) -> str:
    """The title of a work that goes with none of the displayed likes."""
    table, store = counts.companions_of(cell.partition), cell.store
    shared = set(table.of(np.unique(case.codes)).other.tolist()) | set(case.codes.tolist())
    shelf = table.works
    for _ in range(_TRIES):
        code = int(shelf[draw.below(len(shelf))]) if len(shelf) else case.codes[-1]
        if code not in shared:
            return store.item(code).title
    return case.works[-1].title


def _untrue(cell: OpenCell, case: profiles.Profile, fact: Fact, draw: HashRng) -> str:
    """A value of the fact's kind that is no taste of the user, and that few displayed works carry."""
    names = list(counts.counts(cell.partition).codes[fact.about])
    lexicon = realiser_of(cell).lexicon
    least = fact.value
    for _ in range(_TRIES):
        name = names[draw.below(len(names))]
        false = replace(fact, value=name)
        if false.topic in case.held or not lexicon.is_taste(fact.about, name):
            continue
        least = name
        if not any(name in work.traits(fact.about) for work in case.works):
            break
    return least


TASK = Task(
    id=TASK_ID,
    root=UNDERSTANDING,
    title="Interest recognition",
    metrics=(
        "fact F1",
        "fact precision",
        "fact recall",
        "named works",
        *("BLEU-1", "BLEU-2", "ROUGE-1", "ROUGE-2", "ROUGE-L"),
    ),
    cells={
        "amazon-books": CellRule(6250, options={"carried": 20}),
        "anime-2023": CellRule(6250),
        "steam": CellRule(6228),
    },
    needs=frozenset({"items.title"}),
    needs_any=frozenset({"interactions.rating", "interactions.weight"}),
    defaults={"history": 10, "text_chars": 800, "show_facts": False},
    variables=lists.layouts("liked", "disliked")
    | {"liked_blocks", "disliked_blocks", "n_liked", "n_disliked", "n_reviews", "answer"}
    | {"likes", "dislikes", "judged", "liked_from", "disliked_to", "table", "offered"},
    flags=frozenset(
        {
            "reviews",
            "disliked",
            "hours",
            "facts_shown",
            "offered",
            "warned",
        }
    ),
    windows=profiles.windows,
    draw=profiles.draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: profiles.LEAST_REVIEWS,
    asks=(
        f"users with {profiles.LEAST_LIKES} likes and {profiles.LEAST_DISLIKES} dislikes, or {profiles.LEAST_REVIEWS} reviews of "
        f"{profiles.REVIEW_WORDS} words, of whom the data say what they like and what to avoid"
    ),
)
