"""Who is called strict or generous: not who dislikes works of one kind alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from itdr.builders.evidence.interests.habits import habits
from itdr.builders.evidence.verdicts import LIKE


def somebody(*, likes_of_kind: int, dislikes_of_kind: int, likes: int = 10) -> Any:
    """A user who has judged 40 works, of which people like 24 and this one `likes`; 20 were disliked."""
    known = SimpleNamespace(liked=(0.4, 0.6, 0.8), obscure=(0.0, 0.1, 0.2))
    return SimpleNamespace(
        likes=likes,
        dislikes=20 if likes < 30 else 2,
        number=40,
        tally=SimpleNamespace(
            likes=np.array([likes_of_kind, 1]), dislikes=np.array([dislikes_of_kind, 2])
        ),
        counts=SimpleNamespace(
            habits=known, likes=np.array([9]), known=3, obscure_share=lambda works: 0.0
        ),
        codes=np.array([0]),
        sides=np.array([LIKE]),
    )


@pytest.mark.parametrize(
    ("likes", "dislikes", "is_strict"),
    [
        (4, 16, False),  # Four fifths of the dislikes, and half as much of the likes.
        (5, 16, True),
        (4, 15, True),
        (
            6,
            4,
            False,
        ),  # Four fifths of the dislikes are of other kinds, and two fifths of the likes.
        (5, 4, True),
    ],
)
def test_nobody_is_strict_for_one_kind_alone(likes: int, dislikes: int, is_strict: bool) -> None:
    person = somebody(likes_of_kind=likes, dislikes_of_kind=dislikes)
    assert [one.about for one in habits(person)] == ["strict"] * is_strict


def test_who_likes_far_more_than_most_is_generous() -> None:
    (fact,) = habits(somebody(likes_of_kind=4, dislikes_of_kind=16, likes=34))
    assert (fact.about, fact.count, fact.of, fact.base) == ("generous", 34, 40, 24.0)
