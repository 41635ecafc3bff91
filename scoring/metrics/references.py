"""Other phrasings of a row's facts: the references of BLEU and ROUGE.

The two grounded tasks put the same facts into many words; an answer is compared with several of
these, so that a good one is not punished for using other words than the row.
"""

from __future__ import annotations

from typing import Any

from itdr.builders.core.rng import HashRng, stable_hash
from itdr.builders.sampling.case import Case
from itdr.builders.tasks.base import OpenCell

PHRASINGS = 7
"""Phrasings drawn for each row, besides its own answer."""


def phrasings(cell: OpenCell, case: Case, count: int = PHRASINGS) -> list[str]:
    """The facts of a case in other words.

    Args:
        cell: the open cell of the case.
        case: a case answered in prose.
        count: how many phrasings are drawn; equal ones count once.

    Returns:
        Texts; empty for a subtask whose answers have one form.
    """
    way = {
        "interest_recognition": _profile,
        "target_user_identification": _audience,
    }.get(cell.cell.task.id)
    if way is None:
        return []
    texts = [way(cell, case, k) for k in range(count)]
    return list(dict.fromkeys(text for text in texts if text))


def _draw(cell: OpenCell, case: Case, number: int) -> HashRng:
    return HashRng(stable_hash(cell.cell.seed, "phrasing", cell.cell.name, case.key, number))


def _profile(cell: OpenCell, case: Any, number: int) -> str:
    from itdr.builders.tasks import profiles

    realiser = profiles.realiser_of(cell)
    return realiser.write(case.answer.statements, _draw(cell, case, number)).text


def _audience(cell: OpenCell, case: Any, number: int) -> str:
    from itdr.builders.tasks.target_user_identification import said_again

    return said_again(cell, case, _draw(cell, case, number))
