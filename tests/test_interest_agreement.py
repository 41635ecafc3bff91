"""The claims of an interest profile agree on the titles that they give."""

from __future__ import annotations

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import agreement, display
from tests.interest import Traits, question_list

WAR, FUN, BOTH, NONE = ("War",), ("Comedy",), ("Comedy", "War"), ()


def told(lows: list[Traits]) -> tuple[list[str], list[str]]:
    """Examples of a warning of war films, and exceptions to a taste for comedies."""
    found = question_list([FUN] * 4 + [NONE] * 6, lows, [FUN] * 20, [WAR] * 8)
    liked = Fact("share", "category", "Comedy", 24, 30, 0.1, UP)
    reason = Fact("contrast", "category", "War", 10, 13, 0.0, DOWN)
    facts = display.shown_facts(found, [liked, reason])
    taste, warning = agreement.agreed(found, facts, facts)
    examples = [one.value for one in warning.details if one.about == "work"]
    return examples, [one.value for one in taste.details if one.about == "title"]


def test_an_example_is_of_no_kind_of_the_other_side_or_is_conceded() -> None:
    examples, _ = told([WAR, BOTH, WAR, NONE, NONE])
    assert sorted(examples) == ["Film K", "Film M"]
    # Where there is no other, it is an exception to the taste.
    examples, conceded = told([BOTH, BOTH, NONE, NONE, NONE])
    assert sorted(examples) == sorted(conceded) == ["Film K", "Film L"]
