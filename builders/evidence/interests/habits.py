"""How much of what they judge a user likes, and how far from the charts: `habit`.

The share of the judged works that the user likes, and of little-known works among the likes: said beyond the
first or last tenth of users who have judged 20 works or more; the latter only if chance explains it in at most one case
in 100, given the number of likes and their categories. Whoever is called strict also dislikes much, and not just
works of one kind; whoever is called generous does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.statements import MIN_JUDGED_OF_USERS_COMPARED
from itdr.builders.evidence.verdicts import LIKE

MAX_CHANCE_OF_OBSCURE = 0.01
GENEROUS_RATIO, STRICT_RATIO, OBSCURE_RATIO = 1.25, 0.7, 1.5
"""Factors relative to the share of works that the median user likes (`GENEROUS_RATIO`, `STRICT_RATIO`), and to the expected
share of little-known works (`OBSCURE_RATIO`)."""
MIN_POINTS = 0.15
"""The least difference from the share of works that the median user likes."""
MIN_EXPECTED_OBSCURE = 8
"""Of little-known works so many are expected where hardly any are liked."""
DISLIKE_SHARE_OF_STRICT = Fraction(1, 5)
"""Who is strict dislikes so large a share of what they judge, or more; who is generous, less."""
MIN_SHARE_OF_ONE_KIND = Fraction(4, 5)
"""The share of the dislikes that are of one kind, where somebody is strict with that kind alone."""


def _is_of_one_kind(person: Person) -> bool:
    """Whether nearly all dislikes have a trait, or lack one, that far fewer likes have or lack: somebody who is strict
    with these works alone."""
    tally = person.tally
    likes, dislikes = tally.likes / person.likes, tally.dislikes / max(person.dislikes, 1)
    least = float(MIN_SHARE_OF_ONE_KIND)
    having = (dislikes >= least) & (likes <= dislikes / 2)
    lacking = (1 - dislikes >= least) & (1 - likes <= (1 - dislikes) / 2)
    return bool((having | lacking).any())


def habits(person: Person) -> Iterator[Fact]:
    """The habits that set a user apart.

    Args:
        person: the user.

    Yields:
        Facts `habit` about `generous`, `strict` or `obscure`.
    """
    counts = person.counts
    usual = counts.habits
    if usual is None:
        return
    n, total = person.likes, person.number
    if total < MIN_JUDGED_OF_USERS_COMPARED:
        return
    # Rounded: float noise must not decide what is said.
    usual_rate, rate = usual.liked[1], round(n / total, 9)
    dislikes_much = person.dislikes >= DISLIKE_SHARE_OF_STRICT * total
    generous = max(usual.liked[2], GENEROUS_RATIO * usual_rate, usual_rate + MIN_POINTS)
    strict = min(usual.liked[0], STRICT_RATIO * usual_rate, usual_rate - MIN_POINTS)
    if rate >= round(generous, 9) and not dislikes_much:
        yield Fact("habit", "generous", "", n, total, usual_rate * total, UP)
    elif rate <= round(strict, 9) and dislikes_much and not _is_of_one_kind(person):
        yield Fact("habit", "strict", "", n, total, usual_rate * total, DOWN)
    codes = person.codes[person.sides == LIKE]
    k, p = int((counts.likes[codes] < counts.known).sum()), counts.obscure_share(codes)
    if not 0 < p < 1:
        return
    share = round(k / n, 9)
    if (
        share >= round(max(usual.obscure[2], OBSCURE_RATIO * p), 9)
        and significance.at_least(k, n, p) <= MAX_CHANCE_OF_OBSCURE
    ):
        yield Fact("habit", "obscure", "", k, n, p * n, UP)
    elif (
        share <= round(usual.obscure[0], 9)
        and p * n >= MIN_EXPECTED_OBSCURE
        and significance.at_most(k, n, p) <= MAX_CHANCE_OF_OBSCURE
    ):
        yield Fact("habit", "obscure", "", k, n, p * n, DOWN)
