"""What a review praises and a tag says, too."""

from __future__ import annotations

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.audiences.tagged import with_tags
from itdr.builders.evidence.facts import DOWN, UP, Fact

WORDS = AspectWords(
    aspects={"calm": ("relaxing",), "story": ("story",)},
    audiences={"children": ("kids", "bought it for my son")},
    tagged={"calm": ("Relaxing",), "children": ("Family Friendly",)},
    lists={"hints": ("bought it for my",)},
)
STORY = Fact("aspect", "aspect", "story", direction=UP, quote="What a story")
CALM = Fact("aspect", "aspect", "calm", direction=UP, quote="So relaxing")
GIFT = Fact("aspect", "audience", "children", direction=UP, quote="Bought it for my son")


def found(facts: list[Fact], tags: list[str], sentences: list[str]) -> list[tuple[str, list[str]]]:
    every = with_tags(facts, WORDS, tags, sentences)
    return [(one.value, [detail.value for detail in one.details]) for one in every]


def test_what_a_tag_says_too_comes_first() -> None:
    assert found([STORY, CALM], ["Relaxing", "War"], []) == [("calm", ["Relaxing"]), ("story", [])]
    assert found([STORY, CALM], ["War"], []) == [("story", []), ("calm", [])]


def test_a_hint_needs_a_tag_or_another_review_and_comes_last() -> None:
    said = ["Bought it for my son"]
    assert found([GIFT, STORY], [], said) == [("story", [])]
    assert found([GIFT, STORY], [], [*said, "My kids play it"]) == [("story", []), ("children", [])]
    assert found([GIFT, STORY], ["family friendly"], said)[-1] == ("children", ["family friendly"])


def test_a_complaint_against_a_tag_warns_nobody() -> None:
    bored = Fact("aspect", "aspect", "calm", direction=DOWN, quote="Not relaxing")
    assert found([bored], ["Relaxing"], []) == []
    assert found([bored], ["War"], []) == [("calm", [])]
