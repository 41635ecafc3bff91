"""The facts of interest profiles: exact tests, few on permuted data, planted tastes found."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.evidence import series as all_series
from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import person as person_module
from itdr.builders.evidence.interests import tastes
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS, decade
from itdr.builders.evidence.series import known_series, part, series_of, told_series
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from tests.interest import open_cell, people, people_with

# -- exact tests ----------------------------------------------------------------------------------


@given(n=st.integers(1, 60), k=st.integers(0, 60), p=st.floats(1e-6, 0.95))
@settings(max_examples=200, deadline=None)
def test_the_tail_is_the_binomial_one(n: int, k: int, p: float) -> None:
    k = min(k, n)
    share = Fraction(p)
    exact = sum(comb(n, j) * share**j * (1 - share) ** (n - j) for j in range(k, n + 1))
    assert significance.at_least(k, n, p) == pytest.approx(float(exact), rel=1e-9)


def test_the_tail_of_many_likes_does_not_vanish() -> None:
    assert significance.at_least(1200, 2000, 0.5) == pytest.approx(1.7e-19, rel=0.1)
    assert significance.at_least(2000, 2000, 1e-9) == 0.0


def test_a_gain_is_twice_the_logarithm_of_likelihoods() -> None:
    assert significance.gain(10, 10) == 0
    assert significance.gain(62, 13) == pytest.approx(2 * (62 * math.log(62 / 13) - 49))


# -- titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name", "numbered"),
    [
        ("Halloween 5: The Revenge of Michael Myers (1989)", "Halloween", True),
        ("Rocky II (1979)", "Rocky", True),
        ("Friday the 13th Part VII: The New Blood (1988)", "Friday the 13th", True),
        ("Star Wars: Episode IV - A New Hope (1977)", "Star Wars", False),
        ("Star Wars: Episode V - The Empire Strikes Back (1980)", "Star Wars", True),
        ("The Drawing of the Three (The Dark Tower, Book 2)", "The Dark Tower", False),
        ("Ender's Shadow (Ender Wiggins Saga)", "Ender Wiggins Saga", False),
        ("Part Two (Green Mile Series)", "Green Mile", False),
        ("Key of Light (Key Trilogy (Paperback))", "Key Trilogy", False),
        ("The Twilight Saga: Eclipse (2010)", "Twilight", False),
        ("Nine Lives (An Ada Fox Novel)", "Ada Fox", False),
        ("Nine Lives - The Ada Fox Mysteries", "Ada Fox", False),
        ("Nine Lives (Inspector Fox Novels (Paperback))", "Inspector Fox", False),
        # Kinds of novels, and the lists of publishers.
        ("Nine Lives (A Novel)", "", False),
        ("Nine Lives, A Crime Novel", "", False),
        ("Nine Lives (A Novel of Suspense)", "", False),
        ("Nine Lives (Penguin Mysteries)", "", False),
        ("Nine Lives (Harlequin Historical, No. 12)", "", False),
        ("Spice and Wolf 2nd Season", "Spice and Wolf", True),
        ("Apollo 13 (1995)", "Apollo", True),
        ("Heat (1995)", "", False),
        ("", "", False),
    ],
)
def test_titles_name_their_series(title: str, name: str, numbered: bool) -> None:
    found = part(title)
    assert (found.name, found.numbered) == (name, numbered)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Nine Lives (An Ada Fox Novel)", "Ada Fox"),
        ("Nine Lives (The Fox Chronicles, Book 2)", "Fox Chronicles"),
        ("Nine Lives (Fox Series, Book 2)", "Fox"),
        # "Rocky II" has a series, but does not say so in words.
        ("Rocky II (1979)", ""),
        ("Nine Lives: A Novel", ""),
        ("Nine Lives (Harlequin Romance, No. 12)", ""),
        ("Blindside: An FBI Thriller", ""),
    ],
)
def test_a_title_tells_its_series_in_words(title: str, name: str) -> None:
    assert told_series(title) == name


def test_a_series_has_several_works() -> None:
    titles = ["Rocky (1976)", "Rocky II (1979)", "Apollo 13 (1995)", "Heat: A Novel", "Heat", None]
    assert series_of(titles) == ["Rocky", "Rocky", None, None, None, None]
    trek = ["Star Trek: Insurrection", "STAR TREK: Nemesis", "Star Trek: First Contact"]
    assert series_of(trek) == ["Star Trek"] * 3
    assert series_of(trek[:2]) == [None, None]
    saga = ["Twilight (2008)", "The Twilight Saga: New Moon", "The Twilight Saga: Eclipse"]
    assert series_of(saga) == ["Twilight"] * 3


def test_decades_have_names() -> None:
    assert [decade(year) for year in (1921, 1950, 1999)] == ["before 1950", "1950s", "1990s"]


# -- permuted and planted -------------------------------------------------------------------------


def told(person: Person, kinds: tuple[str, ...]) -> list[Fact]:
    return [fact for fact in tastes.facts(person, 1) if fact.kind in kinds]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Person]:
    """People who watch by popularity and judge by quality and mood: no tastes at all."""
    root = tmp_path_factory.mktemp("plain")
    people_with(root)
    found = people(open_cell("ml-1m", root))
    assert len(found) > 200
    return found


def test_what_is_expected_of_little_known_works_goes_by_category(plain: dict[str, Person]) -> None:
    """All works of one category are expected to be as little known as its likes are."""
    known = next(iter(plain.values())).counts
    category = KINDS.index("category")
    little_known = known.likes < known.known
    for code in known.codes["category"].values():
        works = known.bearers(code)
        alone = [
            sum(known.kinds[known.traits_of(np.array([work]))[1]] == category) == 1
            for work in works
        ]
        assert all(alone)
        drawn = known._drawn(known.likes, known._step(len(works)))
        share = drawn[works[little_known[works]]].sum() / drawn[works].sum()
        assert known.obscure_share(works) == pytest.approx(share, abs=1e-6)
    assert known.obscure_share(np.zeros(0, np.int64)) == 0.0


def test_people_without_tastes_have_none(plain: dict[str, Person]) -> None:
    for kinds in (("share",), ("era", "series"), ("contrast",)):
        number = sum(len(told(person, kinds)) for person in plain.values())
        assert number / len(plain) <= 0.05, kinds
    obscure = sum(
        fact.about == "obscure" for person in plain.values() for fact in told(person, ("habit",))
    )
    assert obscure / len(plain) <= 0.05
    # What must also be plain in the displayed list is surmised more easily.
    for direction in (UP, DOWN):
        listed = [fact for person in plain.values() for fact in told(person, ("listed",))]
        number = sum(fact.direction == direction for fact in listed)
        assert number / len(plain) <= 0.2, direction


def test_flops_that_everybody_dislikes_are_nobodys_contrast(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All hate one genre: by the user's marks alone it would be nearly everybody's line."""
    people_with(tmp_path, users=200)
    ratings = tmp_path / "ml-1m" / "ratings.dat"
    flops = {
        line.split("::")[0]
        for line in (tmp_path / "ml-1m" / "movies.dat").read_text("latin-1").splitlines()
        if line.endswith("::War")
    }
    lines = [line.split("::") for line in ratings.read_text().splitlines()]
    rng = np.random.Generator(np.random.PCG64(1))
    for line in lines:
        if line[1] in flops and rng.random() < 0.7:
            line[2] = "1"
    ratings.write_text("".join("::".join(line) + "\n" for line in lines))
    found = people(open_cell("ml-1m", tmp_path))
    number = sum(len(told(person, ("contrast",))) for person in found.values())
    assert number / len(found) <= 0.15
    # As if nobody knew how others like each work.
    monkeypatch.setattr(person_module, "SHRINK", 1e9)
    found = people(open_cell("ml-1m", tmp_path))
    alone = sum(len(told(person, ("contrast",))) for person in found.values())
    assert alone / len(found) > 0.4


def test_planted_tastes_and_aversions_are_found(tmp_path: Path, caches: Path) -> None:
    loved, hated = people_with(tmp_path, meets=4.0, hates=0.7)
    found = people(open_cell("ml-1m", tmp_path))
    n: Counter[str] = Counter()
    for user, person in found.items():
        shares = {fact.value for fact in told(person, ("share",))}
        against = {fact.value for fact in told(person, ("contrast",)) if fact.direction == DOWN}
        n["loved"] += loved[user] in shares
        if person.likes >= 40 and not _displeases_as_often(person, loved[user]):
            n["active"] += 1
            n["loved by the active"] += loved[user] in shares
        n["other loves"] += len(shares - {loved[user]})
        n["hated"] += hated[user] in against
        n["other hates"] += len(against - {hated[user]})
    # 20 likes cannot show as much as 40.
    assert n["loved"] / len(found) >= 0.7
    assert n["loved by the active"] / n["active"] >= 0.85
    assert n["hated"] / len(found) >= 0.6
    assert n["other loves"] / len(found) <= 0.05
    assert n["other hates"] / len(found) <= 0.1


def _displeases_as_often(person: Person, genre: str) -> bool:
    """Whether a genre is as common among three dislikes or more as among the likes."""
    has = person.carries(Fact("share", "category", genre))
    k, low = (int((person.sides[has] == side).sum()) for side in (LIKE, DISLIKE))
    return low >= 3 and low * person.likes >= k * person.dislikes


def test_the_figures_of_a_fact_are_those_of_the_user(tmp_path: Path, caches: Path) -> None:
    people_with(tmp_path, meets=4.0, hates=0.7, users=120)
    checked = 0
    for person in people(open_cell("ml-1m", tmp_path)).values():
        for fact in told(person, ("share", "contrast")):
            has = person.carries(fact)
            likes, dislikes = (int((person.sides[has] == side).sum()) for side in (LIKE, DISLIKE))
            n, m = person.likes, int((person.sides == DISLIKE).sum())
            if fact.kind == "share":
                assert (fact.count, fact.of) == (likes, n)
                code = person.counts.codes["category"][fact.value]
                own = int(person.training)
                rest = person.counts.all_likes - own * n
                p = (person.counts.liked[code] - own * likes + 1) / (rest + 2)
                assert fact.base >= p - 1e-12 and likes > fact.base * n
            elif fact.direction == UP:
                code = person.counts.codes["category"][fact.value]
                assert (fact.count, fact.of) == (likes, n) and likes / n > dislikes / m
                assert fact.base == person.counts.share(code, n)
            else:
                assert (fact.count, fact.of, fact.base) == (dislikes, m, likes / n)
            checked += 1
    assert checked > 100


def test_a_decade_that_was_new_is_no_taste() -> None:
    assert tastes.is_recent("1980s", 2000) and not tastes.is_recent("1970s", 2000)
    assert tastes.is_recent("before 1950", 1951) and not tastes.is_recent("before 1980", 2000)
    assert tastes.is_recent("1970s", None) and tastes.is_recent("before 1980", None)
    assert not tastes.is_recent("1960s", None) and not tastes.is_recent("before 1970", None)


@given(n=st.integers(1, 30), k=st.integers(0, 30), m=st.integers(1, 30), j=st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_fishers_test_is_the_exact_one(n: int, k: int, m: int, j: int) -> None:
    k, j = min(k, n), min(j, m)
    ways = sum(comb(n, x) * comb(m, k + j - x) for x in range(k, min(n, k + j) + 1))
    exact = Fraction(ways, comb(n + m, k + j))
    assert significance.more_common(k, n, j, m) == pytest.approx(float(exact), abs=1e-8)


def test_every_declared_part_of_a_series_is_known_by_its_title_and_year() -> None:
    path = Path(all_series.__file__).with_name("series_names.yaml")
    written = yaml.safe_load(path.read_text("utf-8"))
    for name, titles in written.pop("within a series").items():
        assert all_series.series_within(titles) == name
    parts = [(name, title) for name, titles in written.items() for title in titles]
    assert len({title for _, title in parts}) == len(parts)
    for name, title in parts:
        assert known_series(title) == name
        assert known_series(title.split(" (")[0] + " (1901)") == ""
