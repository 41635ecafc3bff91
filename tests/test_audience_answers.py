"""What an answer about an audience may claim: how rare a group is, what is known, and nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from itdr.builders.core.rng import HashRng
from itdr.builders.evidence import mentions
from itdr.builders.evidence.audiences import groups
from itdr.builders.rendering import audience_answer, group_reasons, teller, templates
from itdr.builders.store.reader import Item
from itdr.builders.tasks import target_user_identification as task
from itdr.builders.tasks.base import OpenCell

DRAWS = 300


def known(**fields: Any) -> audience_answer.TrainStats:
    """An item of which little is known, with some of it changed."""
    nothing: dict[str, Any] = {
        **dict.fromkeys(("categories", "telling", "creators", "hashtags", "attributes"), ()),
        **{"likers": 0, "dislikers": 0, "tested": True, "dislikes": True},
    }
    return audience_answer.TrainStats(**{**nothing, **fields})


def answers(of: audience_answer.TrainStats, wording: str = "films") -> Iterator[str]:
    """The answer in many drawn wordings."""
    words = templates.load_words(wording)
    for draw in range(DRAWS):
        yield audience_answer.compose(of, teller.Teller(words, wording, True, HashRng(draw)))[0]


def group(how: str, k: int, n: int, lift: float, value: str = "Horror") -> groups.Group:
    return groups.Group("category", value, how, k, n, 0.1, lift, -3.0)


FILED: dict[str, Any] = {"categories": ("Horror", "War"), "telling": ("Horror", "War")}
RARE = r"seldom|rarely|hardly ever|scarcely|now and then"


@pytest.mark.parametrize(("k", "seldom"), [(2, True), (31, False)])
def test_who_is_a_large_part_of_the_likers_is_not_called_seldom(k: int, seldom: bool) -> None:
    one = known(likers=66, avoided=[group("missing", k, 66, 0.6)])
    for said in answers(one):
        assert bool(re.search(RARE, said)) == seldom, said
        assert seldom or re.search(r"less (common|often)|below|smaller|fewer", said), said


def test_two_warnings_have_one_heading() -> None:
    both = [group("disliked", 9, 20, 2.0), group("missing", 2, 66, 0.6, "War")]
    for said in answers(known(likers=66, dislikers=20, avoided=both)):
        assert said.lower().count("whom to avoid") < 2, said


def test_fans_of_a_trait_are_not_recommended_and_warned_at_once() -> None:
    warned = [group("disliked", 9, 20, 2.0)]
    for said in answers(known(**FILED, likers=30, dislikers=20, avoided=warned)):
        body, _, avoid = said.rpartition("\n\n")
        assert "orror" in avoid and "orror" not in body and "war" in body.lower(), said
    alone: dict[str, Any] = {"categories": ("Horror",), "telling": ("Horror",)}
    for said in answers(known(**alone, likers=30, dislikers=20, avoided=warned)):
        assert "orror" not in said.rpartition("\n\n")[0], said
    directed = [groups.Group("creator", "Mira Holt", "disliked", 9, 20, 0.1, 2.0, 3.0)]
    for said in answers(known(**FILED, creators=("Mira Holt",), likers=30, avoided=directed)):
        assert "Mira Holt" not in said.rpartition("\n\n")[0], said


@pytest.mark.parametrize("likers", [0, 1, 16, 19])
def test_high_ratings_are_denied_only_where_there_are_none(likers: int) -> None:
    denied = any(
        re.search("stand in for|[Ff]or lack of", one)
        for one in answers(known(**FILED, likers=likers))
    )
    assert denied == (likers == 0)


@pytest.mark.parametrize("spoken", ["heard", "tags", "phrases"])
def test_a_description_is_not_all_there_is_where_comments_or_tags_are_shown(spoken: str) -> None:
    shown: dict[str, Any] = {
        "heard": {"heard": True},
        "tags": {"tags": [("slow", 3)]},
        "phrases": {"phrases": [mentions.Phrase("children", "My kids love it", 1)]},
    }
    alone = r"description|all there is|not much but|what it is"
    for said in answers(known(**FILED, **shown[spoken])):
        assert not re.search(alone, said, re.I), said
    assert any(re.search(alone, said, re.I) for said in answers(known(**FILED)))


def test_few_likers_are_not_said_to_be_few_of_those_heard() -> None:
    liked = [group("suits", 6, 10, 2.0)]
    said = " ".join(answers(known(likers=10, dislikers=63, suited=liked * 2)))
    assert "heard" not in said and "few viewers rated it highly" in said


def test_groups_with_children_are_named_once() -> None:
    marks = mentions.marked([("Good for children", "yes"), ("Age class", "G - All Ages")])
    for said in answers(known(marked=marks)):
        assert (
            len(re.findall("(?i)parents|famil|children", said.replace('"Good for children"', "")))
            < 3
        )
    warned = [mentions.Phrase("families", "not for families", 1, warns=True)]
    for said in answers(known(marked=marks, phrases=warned, heard=True)):
        assert "famil" not in said.rpartition("\n\n")[0].lower(), said


def test_what_it_is_filed_under_is_no_cause_of_a_share() -> None:
    own = known(
        **FILED, likers=80, suited=[group("suits", 20, 80, 2.0), group("suits", 9, 80, 1.7, "War")]
    )
    for said in answers(own):
        assert all(line.count(", as ") < 2 for line in said.split("\n")), said
    assert not any(re.match("with ", one) for one in group_reasons.ITS_MANY)


def test_a_tag_of_one_user_names_no_group() -> None:
    for said in answers(known(tags=[("moldy", 1), ("rasicm", 1)])):
        assert "moldy" not in said and "rasicm" not in said
    for tag in ("offensive", "mindfuck", "hot actress", "old"):
        assert not any(re.search(rf"\b{tag}\b", said) for said in answers(known(tags=[(tag, 5)])))
    assert any("quiet" in said for said in answers(known(tags=[("quiet", 2)])))


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("soccer", "articles on soccer"),
        ("kids", "articles on children's topics"),
        ("newsus", "US news"),
        ("video", "video items"),
    ],
)
def test_topics_of_news(topic: str, said: str) -> None:
    words = templates.load_words("news")
    told = teller.Teller(words, "news", False, HashRng(1)).taste("category", [topic], False)
    assert said in told and f"on {said}" not in told.replace(f"articles on {said}", said)
    assert ("articles" in told) == ("articles" in said)


def test_no_quotes_stand_within_those_of_a_prompt() -> None:
    item = Item("1", '"I Remember Mara": A Film', (), ())
    case = task.AudienceCase(key="1", item=item, known=known())
    shown = task._context(cast(OpenCell, None), case, frozenset())
    assert shown["target"] == "'I Remember Mara': A Film"
