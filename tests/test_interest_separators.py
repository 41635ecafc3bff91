"""What separates the hits from the misses of a kind that an interest profile says has mixed results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import core, overlap, separators
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.rendering.realiser import Statement
from itdr.builders.tasks import profile_claims
from itdr.builders.tasks.profile_sketch import realiser_of
from tests.interest import Traits, question_list, shared_cell

WAR, BOTH, FUN, NONE = ("War",), ("Drama", "War"), ("Drama",), ()
MIXED = Fact("share", "category", "War", 20, 40, 0.3)


def judged(highs: int, lows: int, of_highs: int = 20, of_lows: int = 20) -> QuestionList:
    """Forty likes and forty dislikes, half of each war films, so many of these dramas as well; the list shows them in
    proportion, of the likes two at least."""

    def listed(both: int, whole: int, n: int) -> list[Traits]:
        drama = round(both * n / 2 / whole)
        return [BOTH] * drama + [WAR] * (n // 2 - drama) + [NONE] * (n - n // 2)

    likes, dislikes = listed(highs, of_highs, 10), listed(lows, of_lows, 6)
    more = [
        [BOTH] * (both - had.count(BOTH))
        + [WAR] * (whole - both - had.count(WAR))
        + [NONE] * (40 - whole - had.count(NONE))
        for both, whole, had in ((highs, of_highs, likes), (lows, of_lows, dislikes))
    ]
    return question_list(likes, dislikes, *more)


def with_blend(found: QuestionList) -> QuestionList:
    """The list, in which works of both kinds have their blend as well."""
    counts = found.person.counts
    codes = {**counts.codes, "blend": {"Drama + War": len(counts.names)}}
    both = [
        set(np.flatnonzero(found.person.bears(code)).tolist())
        for code in counts.codes["category"].values()
    ]
    own = [
        sorted(counts.traits[start:end].tolist())
        + [len(counts.names)] * (place in both[0] & both[1])
        for place, (start, end) in enumerate(zip(counts.starts, counts.starts[1:], strict=False))
    ]
    known = replace(
        counts,
        codes=codes,
        names=[*counts.names, ("blend", "Drama + War")],
        kinds=np.append(counts.kinds, KINDS.index("blend")),
        starts=np.cumsum([0, *map(len, own)]),
        traits=np.array([trait for one in own for trait in one], np.int64),
        works=np.append(counts.works, 1),
        liked=np.append(counts.liked, 1),
        disliked=np.append(counts.disliked, 1),
    )
    person = replace(found.person, counts=known, _bearing={})
    known.cache["share", len(counts.names), known._step(person.likes)] = 0.05
    return replace(found, person=person)


@pytest.mark.parametrize(
    ("highs", "lows", "direction"),
    [
        (12, 2, UP),
        (2, 12, DOWN),
        # Not one and a half times as common, or fewer than a quarter of that side's.
        (14, 10, None),
        (4, 0, None),
        # Chance does that often enough.
        (6, 3, None),
    ],
)
def test_a_second_trait_separates_hits_from_misses(
    highs: int, lows: int, direction: int | None
) -> None:
    found = separators.separator_of(judged(highs, lows), [MIXED])
    assert (found and found.direction) == direction
    if found is None:
        return
    own, other = (highs, lows) if direction == UP else (lows, highs)
    assert (found.kind, found.topic) == ("among", ("category", "Drama"))
    assert (found.count, found.of, found.base) == (own, 20, other / 20)
    kind, opposite, *titles = found.details
    assert kind.topic == MIXED.topic and (opposite.count, opposite.of) == (other, 20)
    assert opposite.direction == -found.direction and titles


def test_only_what_is_said_to_have_mixed_results_is_looked_into() -> None:
    shown = judged(12, 2)
    assert separators.separator_of(shown, [replace(MIXED, direction=UP)]) is None
    assert separators.separator_of(shown, [replace(MIXED, kind="risk", direction=DOWN)])
    # What was said before is not said again.
    drama = Fact("share", "category", "Drama", 12, 40, 0.1, UP)
    assert separators.separator_of(shown, [MIXED, drama]) is None


def test_what_the_list_does_not_show_separates_nothing() -> None:
    shown = judged(12, 2)
    plain = [place for place in shown.liked if not shown.person.bears(0)[place]]
    assert separators.separator_of(replace(shown, liked=plain[:8]), [MIXED]) is None


def test_a_separator_is_told_with_both_sides() -> None:
    realiser = realiser_of(shared_cell("ml-1m"))
    for highs, lows, name, words in (
        (
            12,
            2,
            "pleases_within",
            "please more often: they make up 12 of the 20 that this viewer rated highly",
        ),
        (
            0,
            12,
            "fails_within",
            "disappoint more often: they make up 12 of the 20 that this viewer rated poorly",
        ),
    ):
        found = separators.separator_of(judged(highs, lows), [MIXED])
        assert found is not None
        form = realiser.form.statements[name]
        said = realiser.sentence(Statement(form, "profile", (found, *found.details)))
        assert said.startswith('among war films, dramas such as "Film ') and words in said
        ends = (
            "but only 2 of the 20 that they rated poorly."
            if highs
            else "but none of the 20 that they rated highly."
        )
        assert said.endswith(ends)


def test_two_categories_with_a_name_are_told_by_it_and_older_works_as_such() -> None:
    realiser = realiser_of(shared_cell("ml-1m"))
    form = realiser.form.statements["pleases_within"]
    found = separators.separator_of(with_blend(judged(12, 2)), [MIXED])
    assert found is not None and (found.topic, found.of) == (("blend", "Drama + War"), 20)
    assert found.details[1].topic == found.topic
    said = realiser.sentence(Statement(form, "profile", (found, *found.details)))
    assert said.startswith('war dramas such as "Film ')
    assert "they make up 12 of the 20 war films that this viewer rated highly, but only 2" in said
    for value, words in (
        ("before 1970", "war films from before 1970 such as"),
        ("1960s", "war films from the 1960s such as"),
    ):
        dated = (replace(found, about="decade", value=value), *found.details)
        assert realiser.sentence(Statement(form, "profile", dated)).startswith(words)


def test_what_dominates_stands_alone_only_with_what_separates_it() -> None:
    field = replace(MIXED, count=36)
    among = Fact("among", "category", "Drama", 12, 20, 0.1, UP)
    assert core.led([field]) == [field] and core.led([replace(MIXED, count=19, base=0.4)]) == []
    assert not profile_claims.tells([field]) and profile_claims.tells([field, among])
    # Nor with what disappoints more often alone: nothing is liked then.
    assert not profile_claims.tells([field, replace(among, direction=DOWN)])


def test_what_disappoints_more_often_is_no_example_of_what_is_liked() -> None:
    shown = judged(8, 19)
    found = separators.separator_of(shown, [MIXED])
    assert found is not None and found.direction == DOWN
    war, both = (
        [one for one in shown.items[:10] if set(one.categories) == set(kind)]
        for kind in (WAR, BOTH)
    )
    assert len(war) > 1 and both
    titles = [Fact("own", "work", one.title) for one in (*both[:1], *war[:2])]
    other = Fact("own", "title", both[0].title)

    def kept(*details: Fact) -> tuple[Fact, ...]:
        fact = replace(MIXED, direction=UP, details=details)
        (changed,) = separators.without_its_examples(shown, [fact], found)
        return changed.details

    assert kept(other, *titles) == (other, *titles[1:])
    # Two examples stay in any case.
    assert kept(*titles[:2]) == tuple(titles[:2])


def test_part_of_what_has_mixed_results_is_no_claim_of_its_own() -> None:
    field = replace(MIXED, count=36)
    parts = [Fact("share", "blend", f"{one} + War", 9, 40, 0.05, UP) for one in ("Action", "Drama")]
    reason = Fact("risk", "blend", "Comedy + War", 6, 20, 0.1, DOWN)
    other = Fact("share", "category", "Horror", 9, 40, 0.05, UP)
    shown = question_list([BOTH, WAR, ("Horror",)], [NONE])
    assert overlap.without_parts(shown, [field, *parts, other, reason]) == [field, other]
    # Nor is what the list shows within it alone.
    drama = Fact("share", "category", "Drama", 9, 40, 0.05, UP)
    assert overlap.without_parts(shown, [field, drama]) == [field]
    # What makes up less is told with its parts, but not warned of in part.
    mixed = replace(MIXED, count=19, base=0.4)
    assert overlap.without_parts(shown, [mixed, *parts, reason]) == [mixed, *parts]


def test_a_taste_is_inside_another_where_the_list_shows_no_other() -> None:
    drama = Fact("share", "category", "Drama", 12, 40, 0.1, UP)
    shown = judged(12, 2)
    assert overlap.is_inside(shown, drama, MIXED)
    assert not overlap.is_inside(question_list([BOTH, FUN, WAR], [NONE]), drama, MIXED)
    assert np.array_equal(shown.carriers(drama) & ~shown.carriers(MIXED), np.zeros(16, bool))
