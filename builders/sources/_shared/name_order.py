"""Names of people with the family name in front, turned where the same file has them the other way far more often.

"Rice Anne", "Rice, Anne" -> "Anne Rice". "Thomas Lewis" stays, however often there is a "Lewis Thomas": other names
of the file begin with Thomas and end with Lewis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

_FAR_MORE = 4
"""So many times as often."""
_LEAST = 3
"""A name that fewer items have is no evidence."""
_WORDS = range(2, 5)
"""Of a name that is looked at."""


def turned_names(counts: Mapping[str, int]) -> dict[str, str]:
    """The names that are to be written otherwise.

    Args:
        counts: how many items have each name.

    Returns:
        A name as it occurs far more often, by the name as it is written.
    """
    common = sorted(counts, key=lambda name: (-counts[name], name))
    written: dict[str, str] = {}
    together: Counter[str] = Counter()
    for name in common:
        written.setdefault(name.casefold(), name)
        together[name.casefold()] += counts[name]
    ends = {end: Counter(key.split()[end] for key in together) for end in (0, -1)}
    turned = {}
    for name in common:
        words = name.casefold().replace(",", " ").split()
        if len(words) not in _WORDS:
            continue
        orders = [words[k:] + words[:k] for k in range(len(words))]
        known = [order for order in orders if together[" ".join(order)]]
        best = max(orders, key=lambda order: together[" ".join(order)])
        enough = max(_LEAST, _FAR_MORE * together[name.casefold()])
        if together[" ".join(best)] >= enough and all(
            _stands_there(best[end], end, ends, known) for end in (0, -1)
        ):
            turned[name] = written[" ".join(best)]
    return turned


def _stands_there(
    word: str, end: int, ends: Mapping[int, Mapping[str, int]], known: Sequence[Sequence[str]]
) -> bool:
    """Whether a word stands at this end of as many names as at the other; `known`, of the same words, are left out."""
    here, there = (
        ends[one][word] - sum(order[one] == word for order in known) for one in (end, -1 - end)
    )
    return here >= there
