"""What single works have in common with an item: the kind that is named, and the works that share none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from itdr.builders.evidence.audiences.examples import is_close, names_kind
from itdr.builders.evidence.audiences.kindred import Kindred
from itdr.builders.evidence.audiences.members import Members
from itdr.builders.evidence.facts import UP, Fact

RARE = "Heist"
"""A category that too few works have to be a trait."""
NAMES = [("category", one) for one in ("Drama", "Thriller", "War", "Comedy")]
NAMES += [("decade", "early 1990s"), ("creator", "Somebody")]
NAMES += [("decade", one) for one in ("1950s", "early 1960s", "1970s", "late 1960s", "1920s")]
DRAMA, THRILLER, WAR, COMEDY, NINETIES, MAKER = range(6)
FIFTIES, SIXTIES, SEVENTIES, LATE_SIXTIES, TWENTIES = range(6, 11)
CARRIED = {
    "Ghost": [DRAMA, THRILLER, NINETIES],
    "Crimson Tide": [DRAMA, THRILLER, WAR],
    "In the Line of Fire": [THRILLER, NINETIES],
    "Babe": [COMEDY, MAKER],
    "Speed": [THRILLER, NINETIES],
    "Glory": [DRAMA, WAR],
    "Platoon": [DRAMA, WAR],
    "Dead Calm": [DRAMA, THRILLER],
    "Heat": [THRILLER],
    "The Firm": [THRILLER, NINETIES],
    "Brazil": [DRAMA, THRILLER, WAR, COMEDY],
    "The Sting": [],
    "Topkapi": [],
    "Rififi": [DRAMA],
    "Rear Window": [THRILLER, FIFTIES],
    "Charade": [THRILLER, SIXTIES],
    "Psycho": [THRILLER, SIXTIES],
    "Klute": [THRILLER, SEVENTIES],
    "Das Boot": [THRILLER, WAR],
    "Wait Until Dark": [THRILLER, LATE_SIXTIES],
    "Vertigo": [THRILLER, FIFTIES],
    "Metropolis": [THRILLER, TWENTIES],
    "M": [THRILLER, TWENTIES],
}
OF_RARE = ("The Sting", "Topkapi", "Rififi")
CODES = {title: code for code, title in enumerate(CARRIED)}


def kindred() -> Kindred:
    traits: Any = SimpleNamespace(
        names=NAMES,
        likes=np.array([45, 20, 5, 30, 10, 5, 5, 5, 5, 5, 5]),
        of=lambda work: list(CARRIED.values())[work],
    )
    values = [[NAMES[code] for code in codes] for codes in CARRIED.values()]

    def categories(work: int) -> list[str]:
        found = [value for about, value in values[work] if about == "category"]
        return [*found, RARE] if list(CARRIED)[work] in OF_RARE else found

    return Kindred(traits, 100, categories)


def likes(*titles: str) -> list[Fact]:
    return [Fact("also_liked", "work", title, 15, 20, 10.0, UP) for title in titles]


def kinds(item: str, *titles: str) -> list[tuple[str, int, int, list[str]]]:
    found = kindred().kinds(CODES[item], likes(*titles), CODES)
    assert all(one.kind == "kin" for one in found)
    return [(one.value, one.count, one.of, [part.value for part in one.details]) for one in found]


def test_the_genre_that_tells_most_is_named_with_its_works() -> None:
    # Two genres together are one work's alone.
    found = kinds("Ghost", "Crimson Tide", "In the Line of Fire", "Heat", "Glory", "Babe")
    assert found == [("Thriller", 2, 4, ["In the Line of Fire", "Heat"])]


def test_a_work_is_no_example_of_a_genre_beside_a_rarer_one_that_it_shares() -> None:
    # "Dead Calm" is a thriller like the item: no drama to name beside "Rififi".
    assert kinds("Ghost", "Dead Calm", "Rififi") == []
    assert kinds("Ghost", "Dead Calm", "Rififi", "Glory") == []
    found = kinds("Ghost", "Dead Calm", "Rififi", "Glory", "Platoon")
    assert found[0][3] == ["Rififi", "Glory", "Platoon"]


def test_works_of_no_rarer_genre_are_named_where_they_are_enough() -> None:
    (found,) = kinds("Heat", "Crimson Tide", "Speed", "The Firm")
    assert found[3] == ["Speed", "The Firm"]
    assert kinds("Heat", "Das Boot", "Speed") == []
    # What is first of all something else, which the item is not, is no example.
    assert kinds("Heat", "Crimson Tide", "Speed") == []


def test_a_period_is_named_where_it_is_that_of_the_works() -> None:
    near = ["In the Line of Fire", "Speed"]
    (found,) = kinds("Ghost", *near)
    assert found == ("early 1990s", 2, 2, ["Thriller", *near])
    (found,) = kinds("Ghost", *near, "Heat")
    assert found == ("Thriller", 3, 3, [*near, "Heat"])
    # Beside three others are not missed.
    (found,) = kinds("Ghost", *near, "Heat", "The Firm")
    assert found == ("early 1990s", 3, 4, ["Thriller", *near, "The Firm"])


def test_a_decade_is_named_where_all_works_are_of_it() -> None:
    (found,) = kinds("Charade", "Wait Until Dark", "Psycho")
    assert found == ("1960s", 2, 2, ["Thriller", "Wait Until Dark", "Psycho"])
    (found,) = kinds("Charade", "Wait Until Dark", "Rear Window")
    assert found[0] == "1950s and 1960s"


def test_old_works_around_the_item_are_of_two_decades() -> None:
    # Those of three decades are of no period.
    assert [one[0] for one in kinds("Psycho", "Rear Window", "Klute")] == ["Thriller"]
    (found,) = kinds("Psycho", "Klute", "Charade")
    assert found == ("1960s and 1970s", 2, 2, ["Thriller", "Klute", "Charade"])
    (found,) = kinds("Rear Window", "Charade", "Psycho", "Heat", "Klute")
    assert found[0] == "Thriller"
    (found,) = kinds("Rear Window", "Charade", "Psycho")
    assert found == ("1950s and 1960s", 2, 2, ["Thriller", "Charade", "Psycho"])
    # A later item is not of those times.
    (found,) = kinds("Speed", "Rear Window", "Klute")
    assert found == ("Thriller", 2, 2, ["Rear Window", "Klute"])


def test_two_genres_together_come_first_where_the_works_share_both() -> None:
    found = kinds("Crimson Tide", "Ghost", "Glory", "Heat")
    assert found[0][:3] == ("Thriller", 2, 3)
    found = kinds("Crimson Tide", "Ghost", "Dead Calm", "Glory", "Platoon")
    assert found[0] == ("Drama + War", 2, 4, ["Glory", "Platoon"])
    # A war film is a war film before it is a dramatic thriller.
    assert all("War" in one[0] for one in found if "+" in one[0])
    # Not where more works can be named for one of them.
    found = kinds("Crimson Tide", "Ghost", "Dead Calm", "Heat", "Speed")
    assert found[0][:3] == ("Thriller", 4, 4)


def test_a_work_counts_once_by_its_first_fact() -> None:
    assert kinds("Ghost", "Speed", "Speed") == []
    assert kinds("Ghost", "Speed", "Heat", "Speed", "Glory")[0][1:3] == (2, 3)


def test_two_works_that_few_fans_have_judged_are_no_kind() -> None:
    few = [Fact("also_liked", "work", title, 15, 19, 10.0, UP) for title in ("Speed", "Heat")]
    assert kindred().kinds(CODES["Ghost"], few, CODES) == []
    more = [*few, *likes("The Firm")]
    assert [one.value for one in kindred().kinds(CODES["Ghost"], more, CODES)] == ["Thriller"]


def test_of_a_genre_that_is_everybodys_two_works_say_too_little() -> None:
    assert kinds("Rififi", "Glory", "Platoon") == []
    assert kinds("Platoon", "Glory", "Rififi", "Ghost", "Dead Calm")[0][0] == "Drama"


def test_what_most_of_the_works_of_a_theme_are_besides_is_named_first() -> None:
    """Two genres of the item's period, the two alone, and the genre of the period."""
    works = likes("Glory", "Platoon", "Das Boot")
    found = kindred().narrower(CODES["Crimson Tide"], "War", works, CODES, 5)
    assert [(one.name, one.value) for one in found] == [("kin/blend/up", "Drama + War")]
    assert [part.value for part in found[0].details] == ["Glory", "Platoon"]
    near = likes("In the Line of Fire", "Speed", "The Firm")
    (found,) = (kindred().narrower(CODES["Ghost"], "Thriller", near, CODES, 5),)
    assert [(one.name, one.value, one.count, one.of) for one in found] == [
        ("kin/decade/up", "early 1990s", 3, 5)
    ]
    assert kindred().narrower(CODES["Heat"], "Thriller", near, CODES, 5) == []


def test_a_period_that_is_no_taste_is_named_by_its_decade_unless_it_is_everybodys() -> None:
    years = {"Heat": 1999, "Wait Until Dark": 1999, "Dead Calm": 1998, "Topkapi": 1997}
    codes = {CODES[title]: year for title, year in years.items()}
    for common, named in ((set(), True), ({1990}, False)):
        made = kindred()
        made._year, made._common_decades = (lambda work: codes.get(work, 0)), common
        assert (made._period(CODES["Heat"]) == "1990s") is named
        assert made._period(CODES["Glory"]) == "" and made._period(CODES["Psycho"]) != ""


def test_a_period_is_that_of_the_examples_to_which_the_item_is_near() -> None:
    def period(own: int, *years: int) -> list[str]:
        known = dict(zip(("Heat", "Speed", "The Firm"), (own, *years), strict=True))
        of = {CODES[title]: year for title, year in known.items()}
        made = Kindred(
            kindred().traits,
            100,
            kindred()._categories,
            year=lambda work: of.get(work, 0),
            names_blends=True,
        )
        found = made.kinds(CODES["Heat"], likes("Speed", "The Firm"), CODES)
        return [one.value for one in found]

    assert period(1989, 1994, 1996) == ["mid-1990s"]
    assert period(1988, 1994, 1996) == []


def test_a_common_genre_is_not_named_of_an_item_that_has_one_that_says_more() -> None:
    named = Kindred(kindred().traits, 100, kindred()._categories, names_blends=True)
    # Dramas are 45 of 100 likes, thrillers 20, war films 5.
    assert named.is_too_broad("Drama", CODES["Platoon"])
    assert not named.is_too_broad("War", CODES["Platoon"])
    assert not named.is_too_broad("Drama", CODES["Rififi"]) or RARE in named.genres(CODES["Rififi"])
    assert not kindred().is_too_broad("Drama", CODES["Platoon"])
    works = likes("Rififi", "Glory", "Dead Calm", "Ghost")
    assert all(one.value != "Drama" for one in named.kinds(CODES["Platoon"], works, CODES))


def test_one_work_is_no_kind_nor_is_a_genre_of_others() -> None:
    assert kinds("Ghost", "Heat", "Babe") == []
    assert kinds("Babe", "Crimson Tide", "Heat", "Glory", "Speed") == []
    # An item without genres is of no kind.
    assert kinds("Brazil", "Babe", "Heat") == []


def test_a_kind_of_few_works_counts_as_the_rarest() -> None:
    assert kinds("Rififi", "The Sting", "Topkapi")[0] == (RARE, 2, 2, ["The Sting", "Topkapi"])


def test_works_that_all_share_a_genre_that_the_item_lacks_are_no_kind_of_it() -> None:
    assert kinds("Glory", "Dead Calm", "Ghost") == []
    # With the period of the item.
    found = kinds("Ghost", "In the Line of Fire", "Speed")
    assert found == [("early 1990s", 2, 2, ["Thriller", "In the Line of Fire", "Speed"])]


def test_a_work_of_many_genres_is_no_example() -> None:
    assert kinds("Ghost", "Brazil", "Heat") == []
    assert kinds("Ghost", "Brazil", "Heat", "Speed")[0] == ("Thriller", 2, 2, ["Heat", "Speed"])


def test_works_that_share_no_genre_are_left_out_where_others_do() -> None:
    facts = [*likes("Babe", "Speed"), Fact("liked_if", "category", "War", 9, 12, 6.0, UP)]
    kept = kindred().related(CODES["Ghost"], facts, CODES)
    assert [one.value for one in kept] == ["Speed", "War"]
    alone = likes("Babe")
    assert kindred().related(CODES["Ghost"], alone, CODES) == alone


def films(leans: tuple[str, ...] = ("Heat", "Speed", "The Firm")) -> Kindred:
    """Works whose examples must be close to the item; `leans` names those whose likers like their genres."""
    made = kindred()
    return Kindred(
        made.traits,
        100,
        made._categories,
        names_blends=True,
        agree=lambda kind, work, other: True,
        leans=lambda work, genre: list(CARRIED)[work] in leans,
    )


def test_an_example_shares_two_genres_or_all_that_say_most() -> None:
    for kind, categories, own, close in (
        (["Thriller"], ["Thriller"], ["Drama", "Thriller"], False),
        (["Thriller"], ["Drama", "Thriller"], ["Action", "Drama", "Thriller"], True),
        (["Western"], ["Western"], ["Action", "Western"], True),
        (["Horror"], ["Horror"], ["Horror", "Sci-Fi"], False),
        # A comedy-drama is no comedy, and a live-action film no cartoon.
        (["Comedy"], ["Comedy", "Drama"], ["Comedy"], False),
        (["Comedy"], ["Comedy", "Western"], ["Comedy"], False),
        (["Children's"], ["Children's", "Musical"], ["Animation", "Children's", "Musical"], True),
        (["Children's"], ["Animation", "Children's"], ["Children's"], False),
        # Of a work of many genres two say little.
        (["Crime"], ["Crime", "Drama"], ["Crime", "Drama", "Mystery", "Sci-Fi", "Thriller"], False),
    ):
        assert is_close(kind, categories, own) == close, (kind, categories, own)


def test_a_kind_names_what_a_work_is() -> None:
    cartoon = ["Animation", "Children's", "Musical"]
    assert not names_kind(["Children's", "Musical"], cartoon)
    assert names_kind(["Animation", "Musical"], cartoon)
    assert not names_kind(["Drama"], ["Crime", "Drama"]) and names_kind(["Drama"], ["Drama"])
    assert not names_kind(["Comedy"], ["Comedy", "Drama"])
    assert names_kind(["Comedy", "Drama"], ["Comedy", "Drama"])
    # A funny documentary is more than that.
    assert not names_kind(["Documentary"], ["Comedy", "Documentary"])
    assert names_kind(["Action"], ["Action", "Thriller"])


def test_a_film_whose_likers_do_not_like_its_genre_is_no_example() -> None:
    works = likes("Heat", "Speed", "The Firm")
    (found,) = films().kinds(CODES["Heat"], works, CODES)
    assert [one.value for one in found.details] == ["Heat", "Speed", "The Firm"]
    # Two thrillers of no period that the film is of are too few.
    assert films(("Speed", "The Firm")).kinds(CODES["Heat"], works, CODES) == []


def test_an_example_whose_fans_hardly_like_it_more_is_not_named_beside_two_others() -> None:
    weak = Fact("also_liked", "work", "The Firm", 230, 250, 200.0, UP)
    found = films().kinds(CODES["Heat"], [*likes("Speed"), weak], CODES)
    assert found == []  # Two thrillers are too few.
    works = [weak, *likes("Heat", "Speed")]
    assert kindred().best_examples(["Thriller"], works, CODES, CODES["Ghost"]) == works[1:]
    assert kindred().best_examples(["Thriller"], works[:2], CODES, CODES["Ghost"]) == works[:2]


def test_two_examples_stand_out_and_a_third_nearly_does() -> None:
    def named(*counts: int) -> list[int]:
        # Of 20 fans, 10 are expected to like the item: 14.5 are two standard errors more, 13.4 one and a half.
        works = [
            Fact("also_liked", "work", title, count, 20, 10.0, UP)
            for title, count in zip(("The Firm", "Speed", "Heat"), counts, strict=False)
        ]
        found = kindred().best_examples(["Thriller"], works, CODES, CODES["Ghost"])
        return [one.count for one in found]

    assert named(15, 15) == [15, 15] and named(15, 14) == []
    assert named(15, 15, 14) == [15, 15, 14] and named(15, 15, 13) == [15, 15]


def test_no_old_work_is_an_action_film() -> None:
    made = kindred()
    made._year = lambda work: 1976 if work == CODES["Heat"] else 1985
    assert not made._is_of_its_time(["Action", "Sci-Fi"], CODES["Heat"])
    assert made._is_of_its_time(["Sci-Fi", "War"], CODES["Heat"])
    assert made._is_of_its_time(["Action", "Sci-Fi"], CODES["Speed"])


def test_works_of_the_fifties_and_before_are_from_before_1960() -> None:
    (found,) = kinds("Rear Window", "Metropolis", "Vertigo")
    assert found[0] == "before 1960"
    # None of them is of the item's decade.
    assert [one[0] for one in kinds("Rear Window", "Metropolis", "M")] == ["Thriller"]


def test_a_work_leans_to_a_genre_that_its_likers_like_as_often_as_people_do() -> None:
    """Of 100 likes 30 are of westerns; those who like the works like so many in ten."""
    members: Any = Members.__new__(Members)
    members.counts = np.array([[4], [3], [2]], np.int32)
    members.likes = np.array([10, 10, 10])
    members.traits = SimpleNamespace(likes=np.array([30]), names=[("category", "Western")])
    members.chosen, members.total, members._leans = np.array([0]), 100, {}
    members.judged = SimpleNamespace(takers=lambda work: np.array([0, 1, 2])[work:])
    assert [members.leans(work, "Western") for work in range(4)] == [True, False, False, True]
    assert members.leans(2, "Heist")
