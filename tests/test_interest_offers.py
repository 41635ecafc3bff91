"""What interest profiles offer next, and what they leave out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import counts, likeness, offers, works
from itdr.builders.evidence.interests.companions import Pairs
from itdr.builders.evidence.interests.likeness import Rated
from itdr.builders.evidence.interests.works import works_of
from itdr.builders.evidence.traits import MAX_CATEGORIES_OF_AN_EXAMPLE
from itdr.builders.rendering import template_files
from tests.interest import cases, open_cell, shared_cell, shown
from tests.test_interest_companions import DRAMA, FIRST, crowd, rated, table, write


def test_offers_agree_with_the_taste_and_with_no_dislike(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), 300)
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    liked = np.array([codes[k] for k in range(FIRST, FIRST + 20, 2)])

    def offered(of: Rated, tastes: list[Fact], **more: Any) -> list[Fact]:
        return offers.offers(cell.partition, of, tastes=tastes, **more)

    found = offered(rated(liked), [DRAMA])
    assert found and all(fact.details[0] == DRAMA.details[0] for fact in found)
    for fact in found:
        assert (
            fact.count >= offers.MIN_LIFT_OF_OFFERS * fact.base
            and fact.count >= offers.MIN_SHARE_OF_FANS * fact.of
        )
        assert fact.count >= offers.MIN_SHARED_FANS and fact.of >= offers.MIN_FANS
    war = Fact("share", "category", "War", 9, 10, 0.5, UP)
    assert offered(rated(liked), [war]) == []
    assert offered(rated(liked), [DRAMA], against=[DRAMA]) == []
    title = {cell.store.item(code).title: code for code in codes.values()}
    best = np.array([title[found[0].value]])
    friends = counts.companions_of(cell.partition).of(best).other
    again = offered(rated(liked, dislikes=friends), [DRAMA])
    assert found[0].value not in {fact.value for fact in again}


def test_the_favorite_that_speaks_for_a_work_is_of_the_taste_itself() -> None:
    seen = 0
    for source in ("ml-1m", "anime-2023"):
        cell = shared_cell(source)
        title = {cell.store.item(code).title: code for code in range(len(cell.store.work))[::-1]}
        names = {works.without_year(one): code for one, code in title.items()}
        for case in cases(cell):
            for one in case.answer.statements:
                fact = one.facts[0]
                if fact.kind != "also_liked" or fact.direction != UP:
                    continue
                seen += 1
                taste, *others = one.facts[1:]
                anchors = [names[fact.quote], *(names[other.quote] for other in others)]
                for work in works_of(cell.store, [title[fact.value], *anchors]):
                    assert taste.value in work.traits(taste.about)
                    assert (
                        len(work.categories) <= MAX_CATEGORIES_OF_AN_EXAMPLE
                        or taste.about == "decade"
                    )
                    assert not work.sequel or work.title != fact.value
    assert seen > 40


def test_nothing_like_what_is_rated_low_is_offered() -> None:
    """By a maker who is rated low more often than high, of just that kind, or of that name."""
    cell = shared_cell("anime-2023")
    split, store = cell.partition, cell.store
    title = {store.item(code).title: code for code in range(len(store.work))[::-1]}
    checked = 0
    for case in cases(cell):
        liked, disliked = case.works[: case.liked], case.works[case.liked :]
        kinds = {frozenset(one.categories) for one in disliked}
        kinds -= {frozenset(one.categories) for one in liked}
        for fact in case.answer.facts:
            if fact.kind != "also_liked" or fact.direction != UP:
                continue
            checked += 1
            (work,) = works_of(store, [title[fact.value]])
            assert frozenset(work.categories) not in kinds
            for maker in work.creators:
                low, high = (sum(maker in one.creators for one in of) for of in (disliked, liked))
                assert low <= high
    assert checked > 20
    none = np.zeros(0, np.int64)
    everything = counts.companions_of(split).works
    low = everything[:1]
    alike = likeness.like_the_low(split, rated(none, low), everything)
    (own,) = works_of(store, low.tolist())
    assert alike[low[0]]
    for code, work in zip(everything.tolist(), works_of(store, everything.tolist()), strict=True):
        if set(work.creators) & set(own.creators) or set(work.categories) == set(own.categories):
            assert alike[code]
    assert not likeness.like_the_low(split, rated(none, none), everything).any()


def test_offers_name_no_work_twice(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), 300)
    cell = open_cell("ml-1m", tmp_path)
    table_of, codes = table(tmp_path)
    liked = np.array([codes[k] for k in range(FIRST, FIRST + 20, 2)])
    pairs = table_of.of(liked)
    places = np.argsort(-pairs.gain)
    best, later = int(places[0]), int(places[-1])
    used: set[object] = set()
    assert offers._place(cell.partition, pairs, places, used) == best
    assert {int(pairs.work[best]), int(pairs.other[best])} <= used
    # What was named once is not named again.
    again = offers._place(cell.partition, pairs, places, used)
    assert again is not None
    assert not {int(pairs.work[again]), int(pairs.other[again])} & {
        int(pairs.work[best]),
        int(pairs.other[best]),
    }
    assert offers._place(cell.partition, pairs, places[-1:], set()) == later


def test_who_keeps_to_the_well_known_or_the_little_known_is_offered_that() -> None:
    split = shared_cell("ml-1m").partition
    companions = counts.companions_of(split)
    liked = companions.works
    none = np.zeros(0, np.int64)
    taste = shown("share", "War", 15)
    title = {split.store.item(code).title: code for code in liked.tolist()}
    known = offers._well_known(split)
    for popular, fame in ((True, offers.Fame.WELL_KNOWN), (False, offers.Fame.LITTLE_KNOWN)):
        found = offers.offers(
            split,
            rated(liked, touched=none),
            tastes=[taste],
            fame=fame,
        )
        assert found and all(known[title[one.value]] == popular for one in found)


def test_what_shares_its_title_with_another_work_is_not_offered(
    tmp_path: Path, caches: Path
) -> None:
    write(tmp_path, crowd(20), 300)
    films = tmp_path / "ml-1m" / "movies.dat"
    named = films.read_text("latin-1")
    films.write_text(
        named.replace("Film number 299 (1990)", "The Film number 31 (1975)"), "latin-1"
    )
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    alike = works.namesakes(cell.store)
    assert np.flatnonzero(alike).tolist() == sorted(codes[film] for film in (31, 299))
    liked = np.array([codes[FIRST]])
    assert "Film number 31 (1990)" not in {
        fact.value for fact in offers.offers(cell.partition, rated(liked), tastes=[DRAMA])
    }


def test_a_work_to_leave_out_goes_with_a_dislike_of_its_kind_and_with_no_like() -> None:
    cell = shared_cell("ml-1m")
    split, store = cell.partition, cell.store
    title = {store.item(code).title: code for code in range(len(store.work))[::-1]}
    names = {works.without_year(one): code for one, code in title.items()}
    none, seen = np.zeros(0, np.int64), 0
    for code in counts.companions_of(split).works.tolist():
        disliked = np.array([code])
        kinds = [
            Fact(
                "risk",
                "category",
                name,
                details=(Fact("shown", "category", name, 2, 5, 0.0, DOWN),),
            )
            for name in store.item(code).categories
        ]

        def left_out(of: Rated, kinds: list[Fact] = kinds) -> list[Fact]:
            return offers.aversions(split, of, kinds=kinds)

        for fact in left_out(rated(none, disliked)):
            seen += 1
            work, (kind,) = title[fact.value], fact.details
            assert work != code and fact.direction == DOWN
            for one in works_of(store, (work, names[fact.quote])):
                assert kind.value in one.traits(kind.about)
            assert fact.count >= offers.MIN_LIFT_OF_AVERSIONS * fact.base
            assert fact.count >= offers.MIN_SHARE_OF_FANS_OF_A_DISLIKE * fact.of
            assert fact.of >= offers.MIN_FANS_OF_A_DISLIKE
            # What goes with a like, or is met, is none, and without a kind that disappoints there is none.
            found = left_out(rated(none, disliked, likes=np.array([names[fact.quote]])))
            found += left_out(rated(none, disliked, touched=np.append(disliked, work)))
            assert fact.value not in {one.value for one in found}
            assert left_out(rated(none, disliked), []) == []
    assert seen


def pairs_of(*of: tuple[int, int, int, float]) -> Pairs:
    """Pairs of work and other, both together, and what would be expected, of 20 fans."""
    work, other, together, expected = (np.array(column) for column in zip(*of, strict=True))
    return Pairs(work, other, together, np.full(len(work), 20), expected.astype(float), together)


@pytest.mark.parametrize(
    ("together", "expected", "is_clear"), [(8, 4.0, True), (8, 4.000001, False), (7, 1.0, False)]
)
def test_a_work_is_liked_twice_as_often_as_expected(
    together: int, expected: float, is_clear: bool
) -> None:
    pairs = pairs_of((1, 2, together, expected))
    assert offers._clear(pairs, offers.MIN_LIFT_OF_OFFERS, offers.MIN_SHARE_OF_FANS).tolist() == [
        is_clear
    ]


def test_a_quarter_of_the_fans_is_needed() -> None:
    pairs = pairs_of((1, 2, 8, 1.0), (1, 3, 8, 1.0))._replace(of=np.array([32, 33]))
    assert offers._clear(pairs, offers.MIN_LIFT_OF_OFFERS, offers.MIN_SHARE_OF_FANS).tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("about", "expected", "is_enough"),
    [
        ("category", 4.0, True),
        ("category", 4.000001, False),
        ("decade", 2.5, True),
        ("decade", 2.500001, False),
    ],
)
def test_one_favorite_alone_speaks_clearly(about: str, expected: float, is_enough: bool) -> None:
    """Two and a half times as many as expected, for a period four times as many; two favorites need not."""
    taste, places = Fact("share", about, "1950s"), np.arange(3)
    pairs = pairs_of((1, 2, 10, expected), (3, 4, 10, 5.0), (5, 4, 10, 5.0))
    kept = offers._supported(pairs, places, taste).tolist()
    assert kept == ([0, 1, 2] if is_enough else [1, 2])


@pytest.mark.parametrize(
    ("fans", "together", "is_enough"),
    [(50, 17, True), (50, 16, False), (49, 24, False), (16, 8, True), (17, 8, False)],
)
def test_one_favorite_alone_has_many_fans_or_most_of_them(
    fans: int, together: int, is_enough: bool
) -> None:
    """A third of fifty fans or more, or half of fewer; of two favorites neither is asked for."""
    taste = Fact("share", "category", "War")
    pairs = pairs_of((1, 2, together, 1.0), (3, 4, together, 1.0), (5, 4, together, 1.0))
    pairs = pairs._replace(of=np.array([fans] * 3))
    kept = offers._supported(pairs, np.arange(3), taste).tolist()
    assert kept == ([0, 1, 2] if is_enough else [1, 2])


def test_a_gift_speaks_for_nothing(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), 300)
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    anchor = np.array([codes[FIRST + 2]])
    assert offers.offers(cell.partition, rated(anchor), tastes=[DRAMA])
    gifts = anchor.tolist()
    assert offers.offers(cell.partition, rated(anchor), tastes=[DRAMA], silent=gifts) == []


def test_a_working_title_is_no_offer(tmp_path: Path, caches: Path) -> None:
    liked = crowd(20)
    write(tmp_path, liked, 300)
    films = (tmp_path / "ml-1m" / "movies.dat").read_text("latin-1")
    first = FIRST + 2
    films = films.replace(f"::Film number {first + 1} (", "::Untitled Film Project (")
    (tmp_path / "ml-1m" / "movies.dat").write_text(films, "latin-1")
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    anchor = np.array([codes[first]])
    assert cell.store.item(codes[first + 1]).title.startswith("Untitled")
    found = offers.offers(cell.partition, rated(anchor), tastes=[DRAMA])
    assert all("Untitled" not in fact.value for fact in found)


@pytest.mark.parametrize(("year", "is_offered"), [(1965, True), (1964, False), (2015, True)])
def test_a_work_of_another_age_is_no_offer(
    tmp_path: Path, caches: Path, year: int, is_offered: bool
) -> None:
    """25 years lie between a work and the one that speaks for it, at most."""
    write(tmp_path, crowd(20), 300)
    first = FIRST + 2
    path = tmp_path / "ml-1m" / "movies.dat"
    films = path.read_text("latin-1")
    path.write_text(
        films.replace(f"Film number {first + 1} (1990)", f"Film number {first + 1} ({year})"),
        "latin-1",
    )
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    found = offers.offers(cell.partition, rated(np.array([codes[first]])), tastes=[DRAMA])
    titles = [works.without_year(one.value) for one in found]
    assert (f"Film number {first + 1}" in titles) == is_offered


def test_two_old_works_have_more_in_common_than_their_age(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A category, which another displayed like has, too."""
    monkeypatch.setattr(offers, "MIN_LIFT_FROM_ONE_WORK_OF_A_PERIOD", 2)
    write(tmp_path, crowd(20), 300)
    first, period = FIRST + 2, Fact("era", "decade", "1990s", details=DRAMA.details)
    path = tmp_path / "ml-1m" / "movies.dat"
    films = path.read_text("latin-1")
    for number, kind in ((first, "Western"), (first + 1, "Western")):
        films = films.replace(
            f"Film number {number} (1990)::Drama", f"Film number {number} (1990)::{kind}"
        )
    films = films.replace(f"Film number {first + 2} (1990)::Drama", f"Film number {first + 2} (1990)::Western")  # fmt: skip
    path.write_text(films, "latin-1")
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    western, drama = codes[first + 2], codes[first + 4]
    for other, is_offered in ((western, True), (drama, False)):
        liked = np.array([codes[first], other])
        found = offers.offers(cell.partition, rated(liked), tastes=[period])
        titles = [works.without_year(one.value) for one in found]
        assert (f"Film number {first + 1}" in titles) == is_offered


def test_whoever_gets_a_suggestion_has_asked_for_one() -> None:
    path = template_files.built_in_file("interest_recognition", "en")
    _, found = template_files.read_task(path, "interest_recognition")
    asks = re.compile("suggest|recommend|offer|next|good choice")
    for one in found["prompts"].values():
        if dict(one.when).get("offered") is None:
            conditional = re.search(r"{% if offered %}(.*?){% endif %}", one.text)
            assert asks.search(conditional[1] if conditional else one.text), one.id
