"""Facts about an item that rest on itself and on everybody: its reception, its price, the era of what its
audience likes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.evidence.audiences.kindred import Kindred
from itdr.builders.evidence.audiences.reception import (
    Verdicts,
    beyond,
    clicks,
    disappointed,
    of_a_series,
    reception,
    with_others,
)
from itdr.builders.evidence.audiences.themes import Themes
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.prices import Prices


@pytest.mark.parametrize(
    ("verdicts", "names"),
    [
        (Verdicts(100, 88, 4), ["reception/acclaimed/up"]),
        (Verdicts(100, 87, 4), ["reception/praised/up"]),
        # As answers give it, 40%.
        (Verdicts(202, 81, 60), ["reception/panned/down"]),
        (Verdicts(200, 81, 60), ["reception/lukewarm/down"]),
        (Verdicts(100, 45, 20), ["reception/lukewarm/down"]),
        (Verdicts(100, 58, 30), ["reception/divided"]),
        (Verdicts(100, 58, 16), []),
        # Within chance, whatever the shares are.
        (Verdicts(20, 9, 5), []),
        (Verdicts(20, 15, 1), []),
        (Verdicts(10, 0, 10), []),
    ],
)
def test_reception_is_said_where_chance_would_hardly_give_it(
    verdicts: Verdicts, names: list[str]
) -> None:
    assert [fact.name for fact in reception(verdicts, 0.58, 0.16)] == names


def test_a_broad_audience_is_no_fan_of_the_series() -> None:
    """Of 60 who rated a work, 40 are fans of another part, 30 of whom like it; of the 20 others all, most or half do."""
    part = Fact("series", "work", "Part", 30, 40, 20.0, UP)
    praised = Fact("reception", "praised", "", 50, 60, 34.8, UP)
    judged: Any = SimpleNamespace(takers=lambda work: np.arange(40))
    for liking, found in ((20, ["reception/general/up"]), (17, ["reception/general/up"]), (13, [])):
        liked = np.concatenate([np.arange(40) < 30, np.arange(20) < liking])
        everybody: Any = SimpleNamespace(users=np.arange(60), liked=liked)
        facts = beyond([part, praised], {"Part": 1}, judged, everybody, 0.58)
        assert [fact.name for fact in facts] == found
        assert all((fact.count, fact.of) == (liking, 20) for fact in facts)
        assert not beyond([praised], {}, judged, everybody, 0.58)
        assert not beyond([part], {"Part": 1}, judged, everybody, 0.58)


def test_others_are_disappointed_where_a_work_is_no_favorite_and_nobody_is_warned() -> None:
    """Of 100 who rated a work, 20 are fans of the work named, all of whom like it; of the 80 others so many do."""
    named = Fact("also_liked", "work", "Other", 20, 20, 12.0, UP)
    kind = Fact("kin", "category", "Drama", 1, 1, 0.0, UP, "", (named,))
    judged: Any = SimpleNamespace(takers=lambda work: np.arange(20))
    warned = Fact("liked_if", "age", "under 18", 3, 30, 15.0, DOWN)
    unsaid = Fact("liked_if", "seldom_decade", "1970s", 3, 24, 15.0, DOWN)
    for liking, found in ((30, [(30, 80)]), (37, [(37, 80)]), (39, [])):
        liked = np.concatenate([np.ones(20, bool), np.arange(80) < liking])
        everybody: Any = SimpleNamespace(users=np.arange(100), liked=liked)

        def facts(*known: Fact, people: Any = everybody) -> list[Fact]:
            return disappointed(known, {"Other": 1}, judged, people, 0.6)

        assert [(one.count, one.of) for one in facts(kind)] == found
        assert [(one.count, one.of) for one in facts(kind, unsaid)] == found
        assert {one.name for one in facts(kind)} <= {"reception/general/down"}
        assert facts() == []
        told = with_others([kind, warned], {"Other": 1}, judged, everybody, 0.6, False)
        assert told == [kind, warned]
        for about in ("lukewarm", "panned"):
            by_all = Fact("reception", about, "", 45, 100, 60.0, DOWN)
            told = with_others([kind, warned, by_all], {"Other": 1}, judged, everybody, 0.6, True)
            assert told == [kind, warned, *(facts(kind) or [by_all])]
            # Who they are is not known beside a group that no works tell.
            women = Fact("liked_if", "gender", "female", 15, 20, 9.0, UP)
            known = [kind, women, by_all]
            assert with_others(known, {"Other": 1}, judged, everybody, 0.6, True) == known
    # Of a work that is liked more than others, its fans are only the warmest.
    liked = np.concatenate([np.ones(20, bool), np.arange(80) < 30])
    liking = SimpleNamespace(users=np.arange(100), liked=liked)
    assert disappointed([kind], {"Other": 1}, judged, liking, 0.45) == []  # type: ignore[arg-type]


def test_others_are_warned_from_twelve_points_below_the_average_on() -> None:
    named = Fact("also_liked", "work", "Other", 20, 20, 12.0, UP)
    kind = Fact("kin", "category", "Drama", 1, 1, 0.0, UP, "", (named,))
    judged: Any = SimpleNamespace(takers=lambda work: np.arange(20))
    for liking, warned in ((152, True), (153, False)):
        liked = np.concatenate([np.ones(20, bool), np.arange(400) < liking])
        everybody: Any = SimpleNamespace(users=np.arange(420), liked=liked)
        assert bool(disappointed([kind], {"Other": 1}, judged, everybody, 0.5)) == warned


def test_what_is_said_of_a_part_of_a_series_fits_it() -> None:
    part = Fact("series", "work", "Part", 30, 40, 20.0, UP)
    named = Fact("kin", "series", "Parts", 2, 2, 0.0, UP)
    loved = Fact("reception", "acclaimed", "", 90, 100, 58.0, UP)
    flop = Fact("reception", "panned", "", 20, 100, 58.0, DOWN)
    assert of_a_series([part, named, loved]) == [part, named]
    assert of_a_series([part, named, flop]) == [part, named, flop]
    assert of_a_series([loved]) == [loved] and of_a_series([flop]) == [flop]
    # A later volume by its title, though no other part is known.
    assert of_a_series([loved], is_later=True) == []


def test_what_most_leave_is_no_flop() -> None:
    """Of games, three in ten are played on: 30% is no disappointment."""
    assert not reception(Verdicts(61, 18, 15), 0.28, 0.21)
    assert not clicks(Verdicts(61, 3, 58), 0.06)
    assert [fact.about for fact in clicks(Verdicts(600, 100, 500), 0.06)] == ["praised"]


def store(prices: list[str | None], categories: list[list[str]]) -> Any:
    attributes = [[{"name": "Price", "value": one}] if one else [] for one in prices]
    kind = pa.list_(pa.struct({"name": pa.string(), "value": pa.string()}))
    items = pa.table({"attributes": pa.array(attributes, kind), "categories": categories})
    return SimpleNamespace(items=items)


def test_the_cheapest_and_the_dearest_fifth_of_a_category() -> None:
    amounts = [f"${n}.50" for n in range(1, 31)]
    both = store([*amounts, None, "$1,000.00", "$5"], [["All", "Hats"]] * 31 + [["Pens"], []])
    found = [Prices(both).fact(item) for item in range(33)]
    low = [fact for fact in found if fact is not None and fact.value == "low"]
    high = [fact for fact in found if fact is not None and fact.value == "high"]
    assert found[:6] == low and found[24:30] == high
    assert (low[2].count, low[2].of) == (3, 30) and (high[0].count, high[0].of) == (6, 30)
    # Too few pens to compare, and nothing to compare what has no category with.
    assert found[30:] == [None, None, None]
    assert not any(fact.solid for fact in low)


class Titles:
    """A store of works named by their number, none of a series."""

    items = pa.table({"title": [f"Work {letter}" for letter in "abcdefghijklmnopqrst"]})
    title_code = np.arange(20)

    def item(self, work: int) -> Any:
        return SimpleNamespace(title=f"Work {'abcdefghijklmnopqrst'[work]}", creators=())


@pytest.mark.parametrize("of_its_period", [True, False])
def test_a_genre_of_a_decade_is_one_theme_and_its_works_are_of_no_other(
    of_its_period: bool,
) -> None:
    names = [("category", "Thriller"), ("category", "Comedy"), ("decade", "1940s")]
    works = [(0, 0), (0, 2), (1, 0), (1, 2), (2, 0), (2, 2), (3, 0), (3, 2), (4, 1), (5, 1), (6, 1)]
    works += [(19, 0), (19, 1), *([(19, 2)] if of_its_period else [])]
    table = SimpleNamespace(
        names=names,
        works=np.array([work for work, _ in works]),
        codes=np.array([code for _, code in works]),
        begins=np.searchsorted([work for work, _ in works], np.arange(21)),
        likers=np.full(20, 10),
        likes=np.array([300, 100, 80]),
    )
    table.of = lambda work: table.codes[table.begins[work] : table.begins[work + 1]].tolist()
    kindred = Kindred(
        table,  # type: ignore[arg-type]
        1000,
        lambda work: [names[code][1] for code in table.of(work) if names[code][0] == "category"],
    )
    shared = [
        (
            float(20 - work),
            work,
            Fact("also_liked", "work", f"Work {'abcdefg'[work]}", 9, 12, 1.0, UP),
        )
        for work in range(7)
    ]
    themes = Themes(Titles(), table, 1000, kindred).facts(19, shared)  # type: ignore[arg-type]
    if not of_its_period:
        # What the item is not of is no theme of its audience.
        assert not any(one.kind == "era" for one in themes)
        return
    narrower, era, comedy = themes[:3]
    # Two thirds of the works of a theme, or all of its period, say more than the theme.
    assert narrower.name == "kin/decade/up" and narrower.details[0].value == "Thriller"
    assert era.name == "era/decade/up" and era.details[0].value == "Thriller"
    assert [one.value for one in era.details[1:]] == ["Work a", "Work b", "Work c", "Work d"]
    assert (era.count, era.of, era.base) == (4, 7, pytest.approx(7 * 0.05))
    assert comedy.value == "Comedy" and len(comedy.details) == 3
    assert [one.value for one in themes[3:]] == [f"Work {one}" for one in "abcdefg"]


def test_a_series_is_named_if_the_work_or_one_of_its_parts_tells_it() -> None:
    def series(*titles: str) -> list[tuple[str, list[str]]]:
        class Titles:
            source = SimpleNamespace(words="books")
            items = pa.table({"title": list(titles)})
            title_code = np.arange(len(titles))

            def item(self, code: int) -> SimpleNamespace:
                return SimpleNamespace(title=titles[code], creators=("Edna Crane",))

        table: Any = SimpleNamespace(names=[], likes=np.zeros(0), of=lambda work: [])
        shared = [
            (9.0, code, Fact("also_liked", "work", title, 9, 12, 4.0, UP))
            for code, title in list(enumerate(titles))[1:]
        ]
        found = Themes(Titles(), table, 100, Kindred(table, 100, lambda work: [])).facts(0, shared)  # type: ignore[arg-type]
        return [
            (one.value, [part.value for part in one.details]) for one in found if one.kind == "kin"
        ]

    two, three = "Two Cats (An Ada Fox Novel)", "Three Hens (An Ada Fox Novel)"
    assert series("One Dog: An Ada Fox Mystery", two, three) == [("Ada Fox", [two, three])]
    assert series("One Dog: An Ada Fox Mystery", two) == [("Ada Fox", [two])]
    # Another edition tells that the first title is of the series.
    several = series("One Dog", two, three, "One Dog (Ada Fox Novels)")
    assert several == [("Ada Fox", [two, three])]
    assert series("One Dog (An Ada Fox Novel)", "Three Hens", "Two Cats") == []
    # Or all begin with the name.
    assert series("Rocky", "Rocky II", "Rocky III") == [("Rocky", ["Rocky II", "Rocky III"])]
