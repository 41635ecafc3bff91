"""What an interest profile tells: the traits to be spoken of, and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from itdr.builders.grounding import profile_words as words


@dataclass(frozen=True, slots=True)
class Point:
    """A trait to be spoken of.

    titles: displayed items on the trait's own side that carry it; against: those on the other side.
    lift: how many times more often than with others; share: of the user's likes (or dislikes) that carry
    it; firm: see `claims.Claim`.
    """

    kind: str
    name: str
    phrase: words.Phrase
    titles: tuple[str, ...]
    against: tuple[str, ...] = ()
    lift: float = 0.0
    share: float = 0.0
    firm: bool = True


@dataclass(frozen=True)
class Story:
    """All that a profile may say.

    terms: the domain's words.   liked, disliked: displayed titles.   likes, mixed, dislikes: stated
    claims, the strongest first.   held, held_against: whether any claim on likes, or dislikes, holds,
    stated or not.   few: whether the user has few likes at all.   broad: many, of many kinds.
    shared, disliked_shared: a trait that two or more displayed items share, where no claim says so.
    kinds: what the displayed likes are, each by its first category, where they are not all the same.
    also: a trait beside the stated ones that two or more displayed likes share.   makers: those of the
    displayed likes, where each has one and none has two of them.
    """

    terms: Mapping[str, str]
    hours: bool
    liked: tuple[str, ...]
    disliked: tuple[str, ...]
    likes: tuple[Point, ...] = ()
    mixed: tuple[Point, ...] = ()
    dislikes: tuple[Point, ...] = ()
    held: bool = False
    held_against: bool = False
    few: bool = False
    broad: bool = False
    shared: Point | None = None
    disliked_shared: Point | None = None
    kinds: tuple[words.Phrase, ...] = ()
    also: Point | None = None
    makers: tuple[str, ...] = ()
