"""Interest profiles agree with what was asked, with their evidence, and with themselves."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml

from itdr.builders.core.errors import EmptySplitError
from itdr.builders.core.rng import HashRng
from itdr.builders.evidence.interests import claims, counts
from itdr.builders.evidence.interests.statements import DISLIKED, LIKED
from itdr.builders.rendering import interest_answer, lexicon, templates
from itdr.builders.rendering.interest_answer_plan import Point, Story
from itdr.builders.rendering.template_files import BUILT_IN
from tests import world
from tests.interest import SOURCES, open_cell, rows
from tests.world import everything

QUOTED = re.compile(r'"[^"]*"')


def point(name: str, titles: tuple[str, ...], **more: Any) -> Point:
    return Point("category", name, lexicon.category(name, "films", "films"), titles, **more)


@functools.cache
def terms() -> dict[str, str]:
    return dict(templates.load_words("films"))


def profiles(**told: Any) -> Iterator[str]:
    """Many ways to tell a story of three liked films and three disliked ones."""
    given = {"liked": ("Ash", "Birch", "Cedar"), "disliked": ("Dune", "Elm", "Fir"), **told}
    story = Story(terms=terms(), hours=False, **given)
    return (interest_answer.compose(story, HashRng(seed)) for seed in range(400))


# -- what was asked -------------------------------------------------------------------------------


def test_no_prompt_asks_for_more_than_every_answer_gives() -> None:
    read = yaml.safe_load((BUILT_IN / "interest_recognition.yaml").read_text("utf-8"))
    texts = [one["text"] for one in read["descriptions"] + read["prompts"]]
    assert len(texts) > 15
    for text in texts:
        assert not re.search(r"\bsentences\b", text), text
        # What to avoid is not always known.
        if re.search(r"left out|careful with|which do not", text):
            assert re.search(r"if that can be told|record tells it|where it can be told", text)


@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_is_one_paragraph_of_some_sentences(source: str) -> None:
    for row in everything(rows(source)):
        assert "\n" not in row["output"]
        assert len(re.findall(r"[.?](?: |$)", QUOTED.sub("T", row["output"]))) <= 7


# -- with itself ----------------------------------------------------------------------------------


def test_films_of_one_kind_are_not_summed_up_as_varied() -> None:
    shared = point("Mystery", ("Ash", "Birch", "Cedar"))
    for text in profiles(shared=shared, broad=True):
        assert not re.search(r"(broad taste|many tastes|no fixed taste|varied|eclectic)\.$", text)


def test_what_the_likes_are_is_not_named_as_a_problem() -> None:
    bad = point("War", ("Dune", "Elm"), against=("Ash", "Cedar"))
    assert not any("war films" in text for text in profiles(disliked_shared=bad))
    once = point("War", ("Dune", "Elm"), against=("Ash",))
    assert any("war films" in text for text in profiles(disliked_shared=once))


def test_an_exception_follows_the_liking_that_it_is_one_to() -> None:
    like = point("Action", ("Ash", "Birch", "Cedar"), against=("Elm",), lift=3.0)
    beside = point("Adventure", ("Ash", "Birch"))
    found = 0
    for text in profiles(likes=(like,), also=beside, held_against=True):
        exception, side_note = text.find('"Elm"'), text.find("dventure")
        if exception >= 0 and side_note >= 0:
            found += 1
            assert exception < side_note, text
    assert found > 20


def test_an_exception_to_one_of_several_likings_names_it() -> None:
    likes = (
        point("Horror", ("Ash", "Birch"), lift=3.0),
        point("Western", ("Birch", "Cedar"), against=("Elm",), lift=2.5),
    )
    excepted = [
        sentence
        for text in profiles(likes=likes, disliked=("Elm", "Fir"), held_against=True)
        for sentence in re.split(r"(?<=[.])\s+", text)
        if '"Elm"' in sentence
    ]
    assert len(excepted) > 100
    assert all("western" in sentence.casefold() for sentence in excepted)


def test_two_are_both_and_three_are_all() -> None:
    like = point("Action", ("Ash", "Birch"), lift=3.0)
    two = point("War", ("Dune", "Elm"))
    shown = {"liked": like.titles, "disliked": two.titles}
    told = list(profiles(likes=(like,), disliked_shared=two, **shown))
    told += profiles(shared=like, disliked_shared=two, **shown)
    assert any("both of them war films" in text for text in told)
    for text in told:
        assert not re.search(r"(?i)\ball (two|of|are|war)\b|two [^.]* all|one of the two", text), (
            text
        )


def test_a_name_that_ends_in_a_stop_ends_the_sentence() -> None:
    name = "Fenbright, Inc."
    shared = Point("creator", name, lexicon.creator(name, "films"), ("Ash", "Birch"))
    told = list(profiles(shared=shared))
    assert not any(".." in text for text in told)
    assert any("Inc. " in text for text in told)


# -- with the evidence ----------------------------------------------------------------------------

SLIGHT = re.compile(
    r"\ba little|a touch|slight|[Aa] bit more|[Ss]omewhat|gently|mild|matter of deg"
)


@pytest.mark.parametrize(
    ("lifts", "slight"), [((13.0, 1.4), False), ((1.8, 1.4), False), ((1.5, 1.4), True)]
)
def test_a_liking_is_no_weaker_in_words_than_in_numbers(
    lifts: tuple[float, ...], slight: bool
) -> None:
    likes = tuple(
        point(name, ("Ash", "Birch"), lift=lift, share=0.3)
        for name, lift in zip(("Western", "Action"), lifts, strict=True)
    )
    told = list(profiles(likes=likes, broad=True))
    assert any(SLIGHT.search(text) for text in told) == slight
    opened = [re.split(r"(?<=[.])\s+", text)[0].casefold() for text in told]
    assert all("western" in one for one in opened)
    # What is weak beside a clear liking is said apart.
    assert all(("action" in one) == (lifts[0] < 2) for one in opened)
    assert all("action" in text.casefold() for text in told)


@pytest.mark.parametrize(("share", "ruling"), [(0.55, False), (0.7, True)])
def test_only_a_large_share_dominates_a_list(share: float, ruling: bool) -> None:
    like = point("Drama", ("Ash", "Birch"), lift=1.7, share=share)
    told = list(profiles(likes=(like,)))
    assert any(re.search(r"ominated|bulk", text) for text in told) == ruling
    assert any(re.search(r"[Mm]ost of|[Mm]ore than half", text) for text in told)


@pytest.mark.parametrize(("against", "mixed"), [(11, True), (10, False)])
def test_as_many_dislikes_as_likes_make_a_liking_mixed(against: int, mixed: bool) -> None:
    """11 of 40 likes are horror films, and of 200 dislikes a smaller share: yet as many in number."""
    common = claims._Common({"Horror": 0.08}, {"Horror": 0.05})
    (made,) = claims._tested(
        "category", LIKED, common, (40, {"Horror": 11}), (200, {"Horror": against})
    )
    assert made.mixed == mixed
    (same,) = claims._tested(
        "category", DISLIKED, common, (40, {"Horror": 11}), (200, {"Horror": 2})
    )
    assert not same.mixed


# -- what can be told of -----------------------------------------------------------------------------


def test_each_case_displays_a_trait() -> None:
    found = datasets.load_dataset(
        "itdr", "interest_recognition", sources=["amazon-reviews-2023"], cells="all", sample=True
    )
    assert sum(map(len, found.values())) > 200
    for row in itertools.chain(*found.values()):
        assert any(":" in one["name"] for one in row["evidence"]), row["input"]


def test_works_that_bear_a_trait_are_known(tmp_path: Path, caches: Path) -> None:
    for source in SOURCES:
        world.write(source, tmp_path, users=60, items=60)
        store = open_cell(source, tmp_path).store
        codes = sorted(set(store.work.tolist()))
        bearing = counts.bearing(store)
        for code, work in zip(codes, counts.works_of(store, codes), strict=True):
            assert bearing[code] == any(work.traits(kind) for kind in counts.KINDS)


@pytest.mark.real
def test_real_items_without_traits_make_no_case(raw: Path) -> None:
    with pytest.raises(EmptySplitError, match="no case is eligible"):
        world.load(
            "interest_recognition", raw, sources=["amazon-reviews-2023/All_Beauty"], cells="all"
        )
