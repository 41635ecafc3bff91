"""What the data say of a user's taste: facts, each tested, the figures with it.

`share` (for decades `era`, for series `series`). Of a user's n likes k carry a trait; of the likes of the
*other* users of the training part, a share p. It is a fact where
k >= 3, the smoothed lift ((k + 10 p) / (n + 10)) / p is at least 1.3, and chance explains it in too few
users: P(X >= k) <= .05 w for X binomial (n, p), where the weights w of all traits of the kind sum to 1:
each gets half of an equal share, and half by how common it is. p is at least the share that works drawn
in proportion to popularity, without repetition, would have. Its direction is none (0) if it is
about as common among the user's dislikes (see `tells_apart`): often chosen, with mixed results, however far more often
than expected. `separators.py` looks for what tells its hits from its misses.

`contrast`. The marks of all works that the user judged, neither liked nor disliked ones too, are compared
with the mean mark of the training part's other users on each work (a line fitted to the user: how
generous they are, and how closely they follow the crowd). A trait is a fact if the marks of the
works that carry it, `MIN_JUDGED_CARRIERS` or more, lie so far above (below) the rest that chance does it for one trait
of all in 67 users, by the normal bound over all traits tried (blends apart), and where it is clearly more
common among the likes than the dislikes (the other way round). So it is this user's line, not
everybody's. What speaks against a trait is a `contrast` only if more of its works are disliked than liked; otherwise
it is a `risk`. What is less than one and a half
times as common among the dislikes is nothing. A trait whose marks tell less is passed on as `listed` if it is more common among the
dislikes than among the likes by Fisher's exact test, at `MAX_CHANCE_OF_LISTED`: it is said only where the displayed list
shows it most clearly of all traits. In the same way a share is `listed` that chance explains at `MAX_CHANCE_OF_LISTED` if
only this trait had been tried: it is said only where the list shows it plainly.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import (
    DOWN,
    MIN_LIFT_OF_TASTES,
    SHARE_KINDS,
    UP,
    Fact,
    exact,
    expected_number,
)
from itdr.builders.evidence.interests import works
from itdr.builders.evidence.interests.habits import habits
from itdr.builders.evidence.interests.person import Person, Tally
from itdr.builders.evidence.interests.works import KINDS, NARROW
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

MIN_CARRIERS = 3
"""Likes, or dislikes, that must carry a trait."""
MAX_CHANCE_OF_SHARES = 0.05
MAX_CHANCE_OF_CONTRASTS = 0.015
MAX_CHANCE_OF_LISTED, MAX_CHANCE_WHERE_MOST_SHARE, SHARE_OF_MOST = 0.01, 0.05, Fraction(4, 5)
"""`MAX_CHANCE_WHERE_MOST_SHARE` counts where so large a share of the dislikes have the trait."""
CLEAR_RATIO, CLEAR_POINTS, GREAT_RATIO = Fraction(5, 4), Fraction(2, 25), Fraction(3)
"""A trait is named as a taste if its share is so many times the expected one, and by so much greater; or many times as
great."""
FEW_DISLIKES = 5
"""Of what is liked more often than disliked, something is said only with so many dislikes."""
FEW_JUDGED = 12
"""Nor with fewer works in all of which no more are disliked."""
MIN_DISLIKES_OF_RISKS = 4
"""Of what is liked at all, fewer dislikes are no reason."""
MOSTLY_LIKED = 2
"""Likes to each dislike from which a trait is called mostly liked, not a risk."""
MIN_CONTRAST_OF_CAUTIONS = Fraction(3, 2)
"""How many times as common as among the likes it must be among the dislikes to be spoken of at all."""
MIN_JUDGED_CARRIERS = 5
MIN_CONTRAST_BY_SIDE = {UP: 1.5, DOWN: 2.0}
"""A contrast's trait must be this many times as common on its own side as on the other."""
MAX_CHANCE_OF_REASONS = 0.05
"""By Fisher's exact test, of a reason against a trait, however it was found."""
SHARE_OF_MOSTLY_OBSCURE = Fraction(7, 10)
"""Where so large a share of the likes are little known, that comes first."""
MOST_HITS_OF_A_RISK, MIN_LOSS_OF_A_RISK = Fraction(4, 5), Fraction(7, 100)
"""What is mostly liked is no risk unless it pleases at most this often, and so much less often than other works."""
MIN_SHARE_OF_CORE = Fraction(7, 20)
"""The share of the likes that the core of a taste has, at least."""
MIN_Z_OF_COMMONEST = 1.6
"""So many standard deviations above what is expected lies what is merely the commonest trait, at least."""
MIN_SHARE_OF_FIELD, MIN_SHARE_OF_RARE_FIELD, MIN_LIFT_OF_RARE_FIELD = (
    Fraction(1, 2),
    Fraction(1, 3),
    3,
)
"""What has mixed results and so large a share of the likes, or the smaller one and so many times what is expected, is what
the user chooses, before any taste within it."""
MIN_RATIO_OF_TASTES, SEVERAL_DISLIKES = Fraction(13, 10), 2
"""A taste is so many times as common among the likes as among `FEWEST_DISLIKES_TOLD` or more, if so many of these have it; else its
results are mixed."""
FEWEST_DISLIKES_TOLD = 5
FEWEST_DISLIKES_COMPARED = 10
"""What is no more common than expected is told by its dislikes only where there are so many."""
MIN_RATIO_OF_SAFER = Fraction(2)
"""What is no more common than expected may be said of the rest of the list where it is so many times as common among the
likes as among the dislikes."""
MIN_SHARE_OF_A_REST = Fraction(1, 8)
"""What this share of the likes have in common may be said of the rest of the list, if many listed likes do."""
MIN_CONTRAST_OF_SURE_RISKS = 4
"""What makes up so many times as much of the dislikes as of the likes is no matter of luck."""
FAR_MORE = 2
"""What is liked at least as often as disliked is warned of if it makes up so many times as much of the dislikes."""
MIN_SHARE_OF_LIKED_RISKS = Fraction(1, 5)
"""The share of the dislikes that what is liked more than expected makes up, at least, to be warned of."""
CERTAINLY_OLD_BEFORE = 1970
"""What is from before this year is certainly old, for users whose active years are unknown."""
RECENT_YEARS = 20
"""A decade that ended fewer than this many years before the user's activity shows when, not what, they watch."""
PLAIN_RATIO = 1.5
"""What is listed must be this many times as common as is to be expected."""
FACT_OF = {"decade": "era", "series": "series"}
"""The fact kind for a share of traits of these kinds; for all others it is `share`."""


def facts(person: Person, carried: int) -> list[Fact]:
    """All facts that hold for a user, the strongest first within each kind.

    Args:
        person: the user's verdicts.
        carried: a category that fewer works than this carry is no taste.

    Returns:
        Shares, then contrasts, then habits.
    """
    tally = person.tally
    shares = list(_shares(tally, person, carried))
    # What a maker or a series explains is not put down to a category.
    shares.sort(key=lambda fact: (fact.about not in NARROW, -_gain(fact), fact.about, fact.value))
    tastes = {fact.topic for fact in shares if fact.direction}
    contrasts = _contrasts(tally, person)
    contrasts = [one for one in contrasts if one.kind != "listed" or one.topic not in tastes]
    # What is warned of is not called mixed as well.
    against = {fact.topic for fact in contrasts if fact.direction == DOWN}
    # But what makes up so much of the likes, and so many times what is expected, comes first, be it with mixed results.
    fields = {one.topic for one in shares if is_field(one)}
    contrasts = [one for one in contrasts if one.direction == UP or one.topic not in fields]
    shares = [one for one in shares if one.direction or one.topic not in against - fields]
    return [*shares, *contrasts, *habits(person)]


def is_field(fact: Fact) -> bool:
    """Whether a kind with mixed results makes up most of what somebody likes, or much and many times what is expected."""
    far = fact.count >= MIN_LIFT_OF_RARE_FIELD * exact(expected_number(fact))
    least = MIN_SHARE_OF_RARE_FIELD if far else MIN_SHARE_OF_FIELD
    return not fact.direction and fact.count >= least * fact.of


def tells_of_misses(fact: Fact, low: Fact) -> bool:
    """Whether there is something to say of a kind with mixed results.

    Args:
        fact: how many of the likes are of the kind.
        low: how many of the dislikes.

    Returns:
        True where it is half of both sides or more, or misses more often than it hits.
    """
    both = 2 * fact.count >= fact.of and 2 * low.count >= low.of
    return both or low.count * fact.of >= MIN_CONTRAST_OF_CAUTIONS * fact.count * low.of


def expected_share(fact: Fact) -> float:
    """The share to be expected of a trait among the likes; rounded, as float noise must not decide anything."""
    base = fact.base if fact.kind in SHARE_KINDS else fact.base / max(fact.of, 1)
    return round(base, 6)


def is_clearly_above(fact: Fact) -> bool:
    """Whether a trait is clearly more common among the likes than expected."""
    share = Fraction(fact.count, max(fact.of, 1))
    # As it was rounded: a binary fraction lies a little beside it.
    usual = Fraction(str(expected_share(fact)))
    return share >= GREAT_RATIO * usual or share >= max(CLEAR_RATIO * usual, usual + CLEAR_POINTS)


def wants_unknown(fact: Fact) -> bool:
    """Whether a fact speaks for works that few know."""
    return fact.kind == "habit" and fact.about == "obscure" and fact.direction == UP


def is_mostly_unknown(fact: Fact) -> bool:
    """Whether a fact says that most of what somebody likes is little known."""
    return wants_unknown(fact) and fact.count >= SHARE_OF_MOSTLY_OBSCURE * fact.of


def wants_known(fact: Fact) -> bool:
    """Whether a fact speaks for works that many know."""
    return fact.kind == "habit" and fact.about == "obscure" and fact.direction == DOWN


def _gain(fact: Fact) -> float:
    expected = fact.base * fact.of if fact.kind in ("share", "listed") else fact.base
    return significance.gain(fact.count, expected)


def _shares(tally: Tally, person: Person, carried: int) -> Iterator[Fact]:
    counts, own = person.counts, int(person.training)
    traits, k, n, m = tally.traits, tally.likes, person.likes, person.dislikes
    kinds = counts.kinds[traits]
    usual_likes = counts.liked[traits]
    p = (usual_likes - own * k + 1) / (counts.all_likes - own * n + 2)
    lift = (k + significance.PSEUDO_TRIALS * p) / (n + significance.PSEUDO_TRIALS) / p
    least = np.where(kinds == KINDS.index("category"), carried, 1)
    # How common sequels are reflects how many of them the source has.
    able = (
        (k >= MIN_CARRIERS) & (lift >= float(MIN_LIFT_OF_TASTES)) & (counts.works[traits] >= least)
    )
    able &= kinds != KINDS.index("sequel")
    # What chance does once in three tries is no finding, whatever else was tried.
    able &= (k - n * p) ** 2 >= n * p * (1 - p)
    for place in np.flatnonzero(able).tolist():
        kind, name = counts.names[traits[place]]
        if kind == "decade" and is_recent(name, person.active):
            continue
        candidates, sum_of_all = counts.candidates(kind, int(least[place]))
        weight = (1 / candidates + int(usual_likes[place]) / sum_of_all) / 2
        likes, total = int(k[place]), n
        # People with few likes like the popular works; people with many like others, too.
        base = max(float(p[place]), counts.share(int(traits[place]), total))
        if significance.lift(likes, total, base) < float(MIN_LIFT_OF_TASTES):
            continue
        chance = significance.at_least(likes, total, base)
        against = int(tally.dislikes[place])
        if chance > MAX_CHANCE_OF_SHARES * weight:
            if (
                chance <= MAX_CHANCE_OF_LISTED
                and likes >= PLAIN_RATIO * base * total
                and kind != "blend"
                and tells_apart(likes, total, against, m)
            ):
                yield Fact("listed", kind, name, likes, total, base, UP)
            continue
        if _fails_by_strictness(likes, total, against, m):
            continue
        is_mixed = against >= likes or not tells_apart(likes, total, against, m)
        # The base of a `share` is a share as well; for other kinds it is the expected number.
        of_kind = FACT_OF.get(kind, "share")
        base = base if of_kind == "share" else base * total
        yield Fact(of_kind, kind, name, likes, total, base, 0 if is_mixed else UP)


def tells_apart(k: int, n: int, against: int, m: int) -> bool:
    """Whether what k of n likes have tells them from the m dislikes, several of which have it. Of the very few dislikes of
    somebody whose reviews are read it is enough that it is rarer."""
    if m < FEWEST_DISLIKES_TOLD:
        return against < MIN_CARRIERS or against * n < k * m
    return against < SEVERAL_DISLIKES or k * m >= MIN_RATIO_OF_TASTES * against * n


def _fails_by_strictness(k: int, n: int, against: int, m: int) -> bool:
    """Whether somebody strict dislikes more of a kind than they like, though it is what they like: to call that a taste,
    or mixed, is not the whole truth."""
    return against >= k and 2 * k * m > 3 * against * n


def commonest(
    person: Person, least: Fraction = MIN_SHARE_OF_CORE, *, safer: bool = False
) -> Iterator[Fact]:
    """Each category that so large a share of the likes have, whether or not others like it as much: not
    a taste in itself, but the commonest trait. It is more common than expected, and than among the dislikes.

    Args:
        person: the user.
        least: the share; by default, enough to be the core.
        safer: whether a category will do that is as common as expected, and far more so than among the dislikes.

    Yields:
        Facts `most`.
    """
    counts, tally, n = person.counts, person.tally, person.likes
    # likes >= least * n, in whole numbers.
    wide = tally.likes * least.denominator >= least.numerator * n
    wide &= counts.kinds[tally.traits] == KINDS.index("category")
    for place in np.flatnonzero(wide).tolist():
        trait, k = int(tally.traits[place]), int(tally.likes[place])
        usual, against = counts.share(trait, n), int(tally.dislikes[place])
        is_clear = k - n * usual >= MIN_Z_OF_COMMONEST * (n * usual * (1 - usual)) ** 0.5
        if safer and k >= round(n * usual, 6):
            is_clear |= k * person.dislikes >= MIN_RATIO_OF_SAFER * against * n
        if is_clear and against < k and tells_apart(k, n, against, person.dislikes):
            yield Fact("most", *counts.names[trait], k, n, usual, UP)


def is_recent(decade: str, active: int | None) -> bool:
    """Whether a decade had only recently ended (or may have) when a user was active.

    Args:
        decade: the decade, or a longer span that ends with it.
        active: the year in which the user was active; None where it is not known.

    Returns:
        True for what says more of the time than of the user.
    """
    last_year = works.ends(decade)
    return last_year > CERTAINLY_OLD_BEFORE if active is None else last_year > active - RECENT_YEARS


# -- likes against dislikes -------------------------------------------------------------------


def _contrasts(tally: Tally, person: Person) -> list[Fact]:
    """The traits by which the user's marks differ, most certain first in each direction; those that seem to
    count against a work, but could be chance, become `listed`: only what the list shows may be said of them."""
    if not person.likes or not person.dislikes:
        return []
    able = (tally.works >= MIN_JUDGED_CARRIERS) & ~_dated(tally.traits, person)
    traits, deviations = tally.traits[able], person.deviations[able]
    likes, dislikes = tally.likes[able], tally.dislikes[able]
    is_blend = person.counts.kinds[traits] == KINDS.index("blend")
    trials = np.where(is_blend, is_blend.sum(), (~is_blend).sum())
    n, m = person.likes, person.dislikes
    facts = []
    for direction, carriers, own, other in (
        (UP, likes, m * likes, n * dislikes),
        (DOWN, dislikes, n * dislikes, m * likes),
    ):
        far = direction * deviations
        candidates = np.flatnonzero((carriers >= MIN_CARRIERS) & (other < own) & (far > 0))
        for place in candidates[np.lexsort((traits[candidates], -far[candidates]))].tolist():
            clear = MIN_CONTRAST_BY_SIDE[direction] * other[place] <= own[place]
            sure = clear and far[place] >= _bound(int(trials[place]))
            k, against = int(likes[place]), int(dislikes[place])
            if sure or (direction == DOWN and _is_commoner(against, m, k, n)):
                kind, name = person.counts.names[traits[place]]
                usual = person.counts.share(int(traits[place]), n)
                if direction == UP and against >= k:
                    continue
                if direction == UP:
                    facts.append(Fact("contrast", kind, name, k, n, usual, UP))
                    continue
                weak = "risk" if sure and against <= k else "listed"
                of_kind = "contrast" if sure and against > k else weak
                reason = Fact(of_kind, kind, name, against, m, k / n, DOWN)
                facts += _fair_reason(reason, k, n, usual)
    return facts


def _fair_reason(fact: Fact, likes: int, person_likes: int, usual: float) -> list[Fact]:
    """What may be said against a trait: the reason itself, or nothing.

    likes: how many of the likes have the trait.   person_likes: how many likes there are.   usual: the share of the likes that is expected.
    """
    if fact.count * person_likes < MIN_CONTRAST_OF_CAUTIONS * likes * fact.of:
        return []
    if likes >= fact.count and fact.count * person_likes < FAR_MORE * likes * fact.of:
        return []
    if _are_few(fact, likes, person_likes) or _is_by_chance(fact, likes, person_likes):
        return []
    if likes >= MOSTLY_LIKED * fact.count and not _fails_often(fact, likes, person_likes):
        return []
    if likes < MIN_CARRIERS or likes < round(usual * person_likes, 6):
        return [fact]
    # What is far more common than expected, and mostly pleases, is a taste, if one with mixed results.
    if likes >= max(MOSTLY_LIKED * fact.count, PLAIN_RATIO * usual * person_likes):
        return []
    sure = fact.count * person_likes >= MIN_CONTRAST_OF_SURE_RISKS * likes * fact.of
    many = fact.count >= FEW_DISLIKES and fact.count >= MIN_SHARE_OF_LIKED_RISKS * fact.of
    return [fact] if sure or many else []


def _is_by_chance(fact: Fact, likes: int, person_likes: int) -> bool:
    """Whether chance alone would often bring so many dislikes and so few likes with a trait."""
    chance = significance.more_common(fact.count, fact.of, likes, person_likes)
    return chance > MAX_CHANCE_OF_REASONS


def _fails_often(fact: Fact, likes: int, person_likes: int) -> bool:
    """Whether works with a trait please clearly less often than this user's works do, and not nearly always."""
    rate = Fraction(likes, max(likes + fact.count, 1))
    usual = Fraction(person_likes, max(person_likes + fact.of, 1))
    return rate <= MOST_HITS_OF_A_RISK and rate <= usual - MIN_LOSS_OF_A_RISK


def _are_few(fact: Fact, likes: int, person_likes: int) -> bool:
    """Whether the dislikes with a trait are too few to speak against it."""
    far = fact.count >= MIN_CARRIERS and fact.count * person_likes >= GREAT_RATIO * likes * fact.of
    few = fact.count < FEW_DISLIKES or fact.count + likes < FEW_JUDGED
    few = few and fact.count <= likes
    return few or (likes > 0 and fact.count < MIN_DISLIKES_OF_RISKS and not far)


def _is_commoner(against: int, m: int, k: int, n: int) -> bool:
    """Whether a trait is clearly more common among the m dislikes than among the n likes."""
    chance = MAX_CHANCE_WHERE_MOST_SHARE if against >= SHARE_OF_MOST * m else MAX_CHANCE_OF_LISTED
    return significance.more_common(against, m, k, n) <= chance


def common_dislike(person: Person, about: str, value: str) -> Fact | None:
    """A reason against a trait that most listed dislikes plainly share.

    Args:
        person: the user.
        about: what the trait is.
        value: its value.

    Returns:
        A fact `listed`; None unless the trait is `MIN_CONTRAST_OF_CAUTIONS` times as common among all dislikes as among all likes.
        It needs no test of its own: it was not found by trying all traits.
    """
    has = person.bears(person.counts.codes[about][value])
    against, k = (int((has & (person.sides == side)).sum()) for side in (DISLIKE, LIKE))
    m, n = person.dislikes, person.likes
    if against < MIN_CARRIERS:
        return None
    usual = person.counts.share(person.counts.codes[about][value], n)
    reason = Fact("listed", about, value, against, m, k / n, DOWN)
    return next(iter(_fair_reason(reason, k, n, usual)), None)


@functools.lru_cache(maxsize=1024)
def _bound(tried: int) -> float:
    """The z-score that chance alone reaches in one of this many traits with probability `MAX_CHANCE_OF_CONTRASTS`."""
    return NormalDist().inv_cdf(1 - MAX_CHANCE_OF_CONTRASTS / tried)


def _dated(traits: np.ndarray, person: Person) -> np.ndarray:
    """Which traits are decades too recent to explain anything."""
    counts = person.counts
    key = ("late", person.active)
    if key not in counts.cache:
        late = np.zeros(len(counts.names), bool)
        for name, code in counts.codes["decade"].items():
            late[code] = is_recent(name, person.active)
        counts.cache[key] = late
    return counts.cache[key][traits]
