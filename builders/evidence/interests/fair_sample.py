"""Which of a user's likes and dislikes the question lists.

They are a fair sample: each taste that could be stated is as common among them as among all of the user's likes (or
dislikes).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itdr.builders.evidence.facts import Fact
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS

MAX_FACTS_KEPT_IN_PROPORTION = 6
"""How many facts (the strongest first) have their share preserved by the sample."""
MAX_TRAITS_KEPT_IN_PROPORTION, WEIGHT_OF_FACTS = 20, 4
"""So many of a side's commonest traits keep their shares as well; the facts weigh so many times as much."""
TRAITS_KEPT_IN_PROPORTION = ("category", "creator", "tag", "decade")
"""The kinds of these traits."""
MAX_WORKS_SEARCHED = 120
"""How many works of a side, in hash order, the sample is taken from."""
_FARTHEST = np.iinfo(np.int64).max


def fair_sample(
    person: Person,
    facts: Sequence[Fact],
    order: np.ndarray,
    names: np.ndarray,
    most: int,
    taken: set[int],
) -> list[int]:
    """Up to `most` places of one side's works, which mirror that side's share of every taste.

    Args:
        person: the user.
        facts: those whose shares are kept, as far as they are about traits of works.
        order: places of that side's works, in the order of a stable hash, which breaks ties.
        names: codes of the titles, by place; no two displayed works have the same.
        most: how many are displayed.
        taken: names already displayed; those of the chosen ones are added.

    Returns:
        The places, in the order in which they are displayed.
    """
    n = len(order)
    if not n:
        return []
    has, weights = _tracked(person, facts, order)
    totals = has.sum(0)
    has, order = has[:MAX_WORKS_SEARCHED], order[:MAX_WORKS_SEARCHED]
    side_names = names[order].tolist()
    alike: dict[int, list[int]] = {}
    for place, name in enumerate(side_names):
        alike.setdefault(name, []).append(place)
    is_barred = np.array([name in taken for name in side_names], bool)
    # The squared distance of s + t from w (c + 1) / n, times n, minus what is the same for all works:
    # t: traits of a work, s: of the c chosen ones, w: of all n. Integers tie identically on every machine.
    own = n * (has @ weights)
    sample_totals = np.zeros(len(weights), np.int64)
    sample: list[int] = []
    while len(sample) < most:
        off = own + 2 * (has @ (weights * (n * sample_totals - (len(sample) + 1) * totals)))
        off[is_barred] = _FARTHEST
        best = int(off.argmin())
        if is_barred[best]:
            break
        sample.append(int(order[best]))
        taken.add(side_names[best])
        sample_totals += has[best]
        is_barred[alike[side_names[best]]] = True
    return sample


def _tracked(
    person: Person, facts: Sequence[Fact], order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What keeps its share: for each work of one side and each trait, whether the work has it; and the traits' weights."""
    counts = person.counts
    topics = list(dict.fromkeys(fact.topic for fact in facts if fact.about in KINDS))[
        :MAX_FACTS_KEPT_IN_PROPORTION
    ]
    codes = {counts.codes[about].get(value): WEIGHT_OF_FACTS for about, value in topics}
    traits, number = np.unique(counts.traits_of(person.codes[order])[1], return_counts=True)
    in_proportion = np.isin(
        counts.kinds[traits], [KINDS.index(kind) for kind in TRAITS_KEPT_IN_PROPORTION]
    )
    traits, number = traits[in_proportion], number[in_proportion]
    for code in traits[np.lexsort((traits, -number))][:MAX_TRAITS_KEPT_IN_PROPORTION].tolist():
        codes.setdefault(code, 1)
    has = [person.bears(code)[order] for code in codes if code is not None]
    weights = [weight for code, weight in codes.items() if code is not None]
    none = np.zeros((len(order), 0), np.int64)
    return np.stack(has, 1, dtype=np.int64) if has else none, np.array(weights, np.int64)
