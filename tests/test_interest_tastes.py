"""Which taste of an interest profile comes first, and blends of two categories."""

from __future__ import annotations

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import (
    core,
    counts,
)
from itdr.builders.evidence.interests.works import KINDS, blends
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.template_files import BUILT_IN
from itdr.builders.rendering.templates import load_words
from itdr.builders.tasks import profiles
from tests.interest import cases, folder, open_cell, people, shown


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
    assert core.flags([war, drama], war) == {"core", "two", "nearly"}
    # Larger shares come first; what chance could turn round is just as important.
    close = shown("share", "Drama", 16)
    assert core.equal_second([war, close]) == [close, war]
    assert core.flags([shown("share", "Drama", 15), war], war) == {"core", "two"}
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
        if {"core", "core_line", "mainstay", "core_mixed"} & case.flags:
            assert first.form.id not in ("leaning", "second")
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
