"""Parts of interest profiles: which taste comes first, blends, opinions in reviews, what is offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import (
    core,
    counts,
    display,
    offers,
    opinions,
    tastes,
    works,
)
from itdr.builders.evidence.interests.works import KINDS, blends, works_of
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.realiser import figures
from itdr.builders.rendering.template_files import BUILT_IN
from itdr.builders.rendering.templates import load_words
from itdr.builders.store.reader import Item
from itdr.builders.tasks import profiles
from tests.interest import cases, folder, open_cell
from tests.test_interest_companions import FIRST, crowd, table, write
from tests.test_interest_facts import people

# -- the core -------------------------------------------------------------------------------------


def shown(kind: str, value: str, k: int, direction: int = UP, about: str = "category") -> Fact:
    """A fact about 30 likes, ten of which are displayed."""
    listed = (
        Fact("shown", about, value, round(k / 3), 10, 0.0, UP),
        Fact("shown", about, value, 0, 5, 0.0, DOWN),
    )
    return Fact(kind, about, value, k, 30, 0.1, direction, details=listed)


def test_what_comes_first_is_about_as_common_as_anything() -> None:
    cell = open_cell("ml-1m", folder())
    person = max(people(cell).values(), key=lambda one: one.likes)
    n = person.likes
    often, seldom, most = "Drama", "War", Fact("most", "category", "Drama", n, n, 0.5, UP)
    rare = Fact("share", "category", seldom, n // 2, n, 0.01, UP)
    # Half of the likes are no core where all are something else, however unusual they are.
    first, *rest = core.first_taste(person, [rare, most])
    assert first == most and rest == [rare]
    # What is about as common as usual is not said: the taste farthest above that leads.
    usual = Fact("most", "category", "Drama", n * 6 // 10, n, 0.58, UP)
    some = [
        Fact("share", "category", name, n // 4, n, base, UP)
        for name, base in (("Comedy", 0.15), (seldom, 0.05))
    ]
    assert core.first_taste(person, [*some, usual]) == some[::-1]
    tested = Fact("share", "category", often, n, n, 0.5, UP)
    telling = Fact("contrast", "category", often, n, n, 0.2, UP)
    found = core.first_taste(person, [rare, tested, telling, most])
    assert found == [telling, tested, rare]


def test_an_answer_begins_with_what_the_list_shows() -> None:
    def flags(*facts: Fact) -> set[str]:
        return core.flags(facts, facts[0])

    assert flags(shown("share", "War", 15)) == {"core"}
    assert flags(shown("share", "War", 15, direction=0)) == {"core_mixed"}
    assert flags(shown("contrast", "War", 15)) == {"core_line", "divides_up"}
    assert flags(shown("most", "War", 15)) == {"mainstay"}
    assert flags(shown("share", "War", 9)) == set()
    assert core.flags([], shown("share", "War", 15)) == set()
    # What was to lead is not shown.
    assert core.flags([shown("share", "Drama", 15)], shown("share", "War", 15)) == set()


def test_two_tastes_of_equal_weight_are_said_to_be_so() -> None:
    war, drama = shown("share", "War", 15), shown("share", "Drama", 13)
    rare, mixed = shown("share", "Comedy", 11), shown("share", "Horror", 15, direction=0)
    assert core.equal_second([war, rare, mixed, drama]) == [war, drama, rare, mixed]
    assert core.equal_second([war, rare, mixed]) == [war, rare, mixed]
    assert core.flags([war, drama], war) == {"core", "two"}
    assert core.flags([war, rare], war) == {"core"}
    line = shown("contrast", "War", 15)
    assert core.flags([line, drama], line) >= {"core_line", "two", "two_line"}


def test_the_greatest_contrast_is_what_separates_likes_from_dislikes() -> None:
    lead = shown("share", "War", 15)
    up, down = shown("contrast", "Drama", 12), shown("contrast", "Horror", 18, direction=DOWN)
    assert "divides_down" in core.flags([lead, up, down], lead)
    assert "divides_up" in core.flags([lead, up], lead)
    weak = shown("contrast", "Horror", 9, direction=DOWN)
    assert core.flags([lead, weak], lead) == {"core"}
    # Of two in one direction the first is said.
    assert "divides_down" not in core.flags([lead, weak, down], lead)


def test_answers_open_with_their_core_and_say_what_to_avoid() -> None:
    cell = open_cell("ml-1m", folder())
    plan = profiles.realiser_of(cell).form.plan
    openings = next(one.slots[0] for one in plan if one.id == profiles.PROFILE)
    drawn = cases(cell)
    assert len(drawn) > 50
    for case in drawn:
        first = next(one for one in case.answer.statements if one.section == profiles.PROFILE)
        assert first.form.id in openings
        facts = [one.facts[0] for one in case.answer.statements]
        assert any(
            fact.kind in ("contrast", "risk", "listed")
            or (fact.kind == "also_liked" and fact.direction == DOWN)
            for fact in facts
        )
        # Named first is what about as many displayed likes have in common as anything else.
        most = max(
            sum(name in work.categories for work in case.works[: case.liked])
            for name in {name for work in case.works for name in work.categories}
        )
        if {"core", "core_line", "mainstay", "core_mixed"} & case.flags:
            listed = first.facts[1]
            assert listed.kind == "shown" and listed.count >= 0.75 * most - 1


def test_a_blend_is_two_categories_and_said_only_by_its_name() -> None:
    assert blends(["Romance", "Comedy", "War"]) == (
        "Comedy + Romance",
        "Comedy + War",
        "Romance + War",
    )
    assert blends(["War"]) == () and "blend" in KINDS
    lexicon = load_lexicon("films", load_words("films"))
    assert lexicon.forms_of("blend", "Comedy + Romance")["things"] == "romantic comedies"
    assert lexicon.is_taste("blend", "Comedy + Romance")
    assert not lexicon.is_taste("blend", "Western + Zombies")


def test_blends_are_counted_like_categories() -> None:
    cell = open_cell("ml-1m", folder())
    known = counts.counts(cell.partition)
    codes = known.codes["blend"]
    assert codes
    for name, code in codes.items():
        one, other = (
            set(known.bearers(known.codes["category"][part]).tolist()) for part in name.split(" + ")
        )
        assert set(known.bearers(code).tolist()) == one & other


def test_every_blend_of_the_lexicon_is_spelt_as_the_works_spell_it() -> None:
    for domain in ("films", "anime"):
        terms = load_lexicon(domain, load_words(domain)).terms["blend"]
        written = (BUILT_IN / "lexicon" / f"{domain}.yaml").read_text("utf-8")
        assert len(terms) > 10
        for line in written.splitlines():
            if " + " in line:
                name = line.split('"')[1]
                assert blends(name.split(" + ")) == (name,)


# -- likes against dislikes -----------------------------------------------------------------------


def test_the_marks_of_all_works_tell_a_contrast() -> None:
    """Works neither liked nor disliked count, too: half of a kind indifferent, none of it liked."""
    cell = open_cell("ml-1m", folder())
    for person in people(cell).values():
        n, m = person.likes, person.dislikes
        for fact in tastes.facts(person, 1):
            if fact.kind != "contrast":
                continue
            code = person.counts.codes[fact.about][fact.value]
            place = int(np.searchsorted(person.tally.traits, code))
            deviation = person.deviations[place]
            assert fact.direction * deviation > 2 and person.tally.works[place] >= tastes.JUDGED
            share = fact.count / (n if fact.direction == UP else m)
            assert share >= tastes.CLEARLY[fact.direction] * fact.base


def test_only_what_is_disliked_more_often_than_liked_is_said_to_fail() -> None:
    cell = open_cell("ml-1m", folder())
    kinds = set()
    for person in people(cell).values():
        for fact in tastes.facts(person, 1):
            if fact.kind in ("contrast", "risk") and fact.direction == DOWN:
                likes = round(fact.base * person.likes)
                assert (fact.count > likes) == (fact.kind == "contrast")
                kinds.add(fact.kind)
    assert kinds == {"contrast", "risk"}


def test_a_count_never_stands_against_a_percentage() -> None:
    lexicon = load_lexicon("films", load_words("films"))

    def weighed(count: int, of: int, base: float) -> str:
        return figures(Fact("risk", "category", "War", count, of, base, DOWN), lexicon)["weighed"]

    assert weighed(6, 26, 0.07) == "23% of the 26"
    assert weighed(6, 26, 0.0) == "6 of the 26"
    assert weighed(8, 8, 0.07) == "all 8"


def test_examples_are_the_works_of_which_a_trait_says_most() -> None:
    war = shown("share", "War", 15)
    items = [
        Item("1", "Many", ("Action", "Comedy", "Drama", "War"), ()),
        Item("2", "Late", ("Drama", "War"), ()),
        Item("3", "First", ("War", "Western"), ()),
        Item("4", "Warned", ("War",), ()),
        Item("5", "Low", ("Horror", "War"), ()),
        Item("6", "Worse", ("War",), ()),
    ]
    has, none = np.ones(6, bool), np.zeros(6, bool)
    warned = np.array([False, False, False, True, True, False])

    def titles(fact: Fact, warned: np.ndarray, excluded: np.ndarray) -> list[str]:
        found = display._examples(fact, has, warned, excluded, items, 4)
        return [one.value for one in found]

    assert titles(war, none, none) == ["Warned", "First", "Late"]
    # No favorite of a kind that is warned of, where there are two others.
    assert titles(war, warned, none) == ["First", "Late"]
    assert titles(war, ~none, none) == ["Warned", "First", "Late"]
    against = replace(war, direction=DOWN)
    assert titles(against, none, none) == ["Worse", "Low"]
    # What an earlier reason excludes is no example of another one.
    assert titles(against, warned, warned) == ["Worse"]
    assert titles(replace(war, direction=0), none, none)[0] == "Worse"


# -- reviews --------------------------------------------------------------------------------------


def said(*reviews: tuple[str, int], domain: str = "businesses") -> list[Fact]:
    words = load_lexicon(domain, load_words(domain)).aspects
    comments = [Comment(k, side, text) for k, (text, side) in enumerate(reviews)]
    return opinions.opinions(comments, words)


def test_opinions_count_the_reviews_of_a_side() -> None:
    (fact,) = said(
        ("The service was great. We will be back.", UP),
        ("Nice place. The staff was friendly.", UP),
        ("We sat outside for an hour.", UP),
    )
    assert (fact.value, fact.direction, fact.count, fact.of) == ("service", UP, 2, 3)
    assert fact.quote == "The service was great"
    assert [one.quote for one in fact.details] == ["The staff was friendly"]
    assert opinions.is_shared(fact)


def test_what_is_praised_here_and_blamed_there_is_one_fact() -> None:
    (fact,) = said(
        ("The service was great.", UP),
        ("The staff was friendly.", UP),
        ("The service was slow.", DOWN),
    )
    assert (fact.direction, fact.count, fact.of, fact.quote) == (0, 1, 1, "The service was slow")
    (praise,) = fact.details
    assert (praise.direction, praise.count, praise.of) == (UP, 2, 2)


@pytest.mark.parametrize("text", ["We knew the service was great but left.", "the service was gr…"])
def test_parts_of_sentences_are_no_opinions(text: str) -> None:
    assert said((text, UP)) == []


def test_three_reviews_tell_for_whom_somebody_chooses() -> None:
    praise, other = ("Great with friends.", UP), ("A long and quiet game.", UP)
    assert said(other, praise, praise, domain="games") == []
    (fact,) = said(other, praise, praise, praise, domain="games")
    assert (fact.about, fact.value, fact.count, fact.of) == ("audience", "friends", 3, 4)
    assert fact.quote == "Great with friends"


def test_two_complaints_tell_for_whom_a_game_must_work() -> None:
    bored, other = ("My kids were bored.", DOWN), ("Not for me.", DOWN)
    assert said(bored, other, other, domain="games") == []
    (fact,) = said(bored, bored, other, domain="games")
    assert (fact.about, fact.value, fact.direction) == ("audience", "children", DOWN)
    assert (fact.count, fact.of) == (2, 3)


def test_empty_servers_are_no_complaint_about_playing_together() -> None:
    (fact,) = said(("Empty servers.", DOWN), ("Empty servers.", DOWN), domain="games")
    assert fact.value == "servers"
    lexicon = load_lexicon("games", load_words("games"))
    assert lexicon.forms_of("aspect", fact.value)["fault"] == "empty servers"


def test_one_review_tells_no_taste() -> None:
    assert said(("The service was slow.", DOWN), ("Nice view of the lake.", DOWN)) == []


def test_nobody_complains_of_what_they_liked() -> None:
    assert said(("The service was slow.", UP), ("The service was great.", DOWN)) == []


# -- what goes together ---------------------------------------------------------------------------


def test_offers_agree_with_the_taste_and_with_no_dislike(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), 300)
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    liked = np.array([codes[k] for k in range(FIRST, FIRST + 20, 2)])
    drama = Fact(
        "share", "category", "Drama", 9, 10, 0.5, UP, details=(Fact("shown", "category", "Drama"),)
    )
    offered = offers.offers(cell.partition, liked, liked, tastes=[drama])
    assert offered and all(fact.details[0] == drama.details[0] for fact in offered)
    assert all(fact.count >= offers.LIFT * fact.base for fact in offered)
    war = Fact("share", "category", "War", 9, 10, 0.5, UP)
    assert offers.offers(cell.partition, liked, liked, tastes=[war]) == []
    assert offers.offers(cell.partition, liked, liked, tastes=[drama], against=[drama]) == []
    title = {cell.store.item(code).title: code for code in codes.values()}
    best = np.array([title[offered[0].value]])
    friends = counts.companions_of(cell.partition).of(best).other
    again = offers.offers(cell.partition, liked, liked, tastes=[drama], disliked=friends)
    assert offered[0].value not in {fact.value for fact in again}


def test_offers_name_no_work_twice(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), 300)
    cell = open_cell("ml-1m", tmp_path)
    table_of, codes = table(tmp_path)
    liked = np.array([codes[k] for k in range(FIRST, FIRST + 20, 2)])
    pairs = table_of.of(liked)
    places = np.argsort(-pairs.gain)
    best, later = int(places[0]), int(places[-1])
    used: set[object] = set()
    assert offers._place(cell.partition, pairs, places, None, used) == best
    assert {int(pairs.work[best]), int(pairs.other[best])} <= used
    # What was named once is not named again.
    again = offers._place(cell.partition, pairs, places, None, used)
    assert again is not None
    assert not {int(pairs.work[again]), int(pairs.other[again])} & {
        int(pairs.work[best]),
        int(pairs.other[best]),
    }
    assert offers._place(cell.partition, pairs, places[-1:], None, set()) == later


def test_without_a_companion_a_well_received_work_like_a_favorite_is_offered() -> None:
    cell = open_cell("ml-1m", folder())
    split, known = cell.partition, counts.counts(cell.partition)
    usual = known.all_likes / known.judged.sum()
    taste = shown("share", "War", 15)
    seen = known.bearers(known.codes["category"]["War"])
    alone = ~np.isin(seen, counts.companions_of(split).works)
    alone &= np.array([cell.store.item(code).categories[0] == "War" for code in seen.tolist()])
    (liked,) = [seen[alone][:1]]

    def offered(**limits: Any) -> list[Fact]:
        return offers.offers(split, liked, liked, **{"tastes": [taste], **limits})

    def code_of(fact: Fact) -> int:
        return next(code for code in seen.tolist() if cell.store.item(code).title == fact.value)

    (fact,) = offered()
    assert (fact.kind, fact.about, fact.direction) == ("reception", "work", UP)
    assert fact.details[0] == taste.details[0] and fact.of >= offers.JUDGES
    assert fact.count >= offers.BETTER * fact.base
    assert fact.base == pytest.approx(usual * fact.of)
    code = code_of(fact)
    assert (fact.count, fact.of) == (known.likes[code], known.judged[code])
    # Users of one taste are offered different ones, each of that kind in the first place and close to a
    # favorite, which is named.
    found = [one for salt in range(40) for one in offered(salt=salt)]
    assert 1 < len({one.value for one in found}) <= offers.ALIKE
    own = set(cell.store.item(int(liked[0])).categories)
    for one in found:
        named = cell.store.item(code_of(one)).categories
        assert named[0] == "War" or len(named) <= offers.FILED
        # All are of one decade.
        assert (len(own & set(named)) + 1) / (len(own | set(named)) + 1) > offers.CLOSE
        assert one.details[1].value == cell.store.item(int(liked[0])).title
    nothing = np.zeros(0, np.int64)
    assert offers.offers(split, nothing, nothing, tastes=[taste]) == []
    # Nobody who likes what few know is offered what many know, and the other way round.
    for one in offered(popular=False):
        assert known.likes[code_of(one)] < known.known
    for one in offered(obscure=False):
        assert offers._well_known(split)[code_of(one)]
    # What the user has met, or what is to be avoided, is not offered.
    assert offers.offers(split, liked, seen, tastes=[taste]) == []
    assert offered(against=[taste]) == []


def test_what_shares_its_title_with_another_work_is_not_offered(
    tmp_path: Path, caches: Path
) -> None:
    write(tmp_path, crowd(20), 300)
    films = tmp_path / "ml-1m" / "movies.dat"
    named = films.read_text("latin-1")
    films.write_text(named.replace("number 299 (1990)", "number 31 (1975)"), "latin-1")
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    alike = works.namesakes(cell.store)
    assert np.flatnonzero(alike).tolist() == sorted(codes[film] for film in (31, 299))
    liked = np.array([codes[FIRST]])
    assert "Film number 31 (1990)" not in {
        fact.value for fact in offers.offers(cell.partition, liked, liked)
    }


def test_of_games_the_same_share_is_always_kept_so_none_is_well_received() -> None:
    cell = open_cell("steam", folder())
    nothing = np.zeros(0, np.int64)
    taste = shown("share", "Strategy", 15)
    assert offers.offers(cell.partition, nothing, nothing, tastes=[taste]) == []


# -- the order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023"])
def test_answers_begin_in_different_ways_and_lose_nothing_by_it(source: str) -> None:
    cell = open_cell(source, folder())
    realiser = profiles.realiser_of(cell)
    begun = dict.fromkeys(profiles.ORDERS, 0)
    for case in cases(cell):
        first = case.answer.statements[0]
        flag = next((one for one in profiles.ORDERS[1:] if one in case.flags), "")
        begun[flag] += 1
        if flag == "offer_first":
            assert first.facts[0].about == "work" and first.facts[0].direction == UP
        elif flag == "against_first":
            assert first.facts[0].kind in ("contrast", "risk", "listed")
            assert first.facts[0].direction == DOWN
        else:
            assert first.section == profiles.PROFILE
        assert realiser.write(case.answer.statements, cell.draws(0, "again")) == case.answer
    assert all(number > 5 for number in begun.values()), begun


def test_every_profile_names_a_work_and_says_what_its_prompt_asks_for() -> None:
    for source in ("ml-1m", "steam"):
        for case in cases(open_cell(source, folder())):
            named = [
                fact for fact in case.answer.facts if fact.about == "work" and fact.kind != "own"
            ]
            assert named
            assert ("offered" in case.flags) == any(fact.direction == UP for fact in named)
            down = any(
                one.facts[0].direction != UP and one.facts[0].kind != "habit"
                for one in case.answer.statements
            )
            assert ("warned" in case.flags) == down


def test_who_knows_the_field_is_offered_something_after_it_is_said() -> None:
    for case in cases(open_cell("ml-1m", folder())):
        said_of = [(one.facts[0].kind, one.facts[0].about) for one in case.answer.statements]
        if ("habit", "heavy") in said_of:
            later = said_of[said_of.index(("habit", "heavy")) :]
            assert any(about == "work" for _, about in later)


def test_an_aversion_goes_with_two_dislikes_and_with_no_like() -> None:
    cell = open_cell("anime-2023", folder())
    split, store = cell.partition, cell.store
    companions = counts.companions_of(split)
    title = {store.item(code).title: code for code in companions.works.tolist()}
    none, seen = np.zeros(0, np.int64), 0
    title_of = {store.item(code).title: code for code in range(len(store.work))[::-1]}
    for case in cases(cell)[:60]:
        disliked = case.codes[case.liked :]
        for fact in offers.aversions(split, disliked, none, case.codes):
            work, (kind, other) = title[fact.value], fact.details
            seen += 1
            assert work not in case.codes and other.value == fact.value
            assert fact.direction == DOWN and fact.quote != other.quote
            # The three are of one kind, which the fact names.
            three = (work, title_of[fact.quote], title_of[other.quote])
            assert all(kind.value in one.traits(kind.about) for one in works_of(store, three))
            assert kind.kind == "shown" and kind.count >= 2 and kind.of == len(disliked)
            unsaid = offers.aversions(
                split, disliked, none, case.codes, sayable=lambda *of, no=kind.topic: of != no
            )
            assert all(one.details[0].topic != kind.topic for one in unsaid)
            for one in (fact, other):
                assert one.count >= offers.CLEAR * one.base and one.count >= offers.FANS * one.of
            # What goes with a like, is met, or is of a kind that pleases is none.
            friends = companions.of(np.array([work])).other
            values = {one.value for one in offers.aversions(split, disliked, friends, case.codes)}
            met = np.append(case.codes, work)
            values |= {one.value for one in offers.aversions(split, disliked, none, met)}
            taste = Fact("share", "category", store.item(work).categories[0], 9, 10, 0.1, UP)
            liking = offers.aversions(split, disliked, none, case.codes, tastes=[taste])
            assert fact.value not in values | {one.value for one in liking}
        assert offers.aversions(split, disliked[:1], none, case.codes) == []
    assert seen
