"""`itdr audit`: proves, on built rows and from the raw data, that a data set is clean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from itdr.audit.against_raw import RawChecks
from itdr.audit.answer_facts import AnswerFacts
from itdr.audit.near_duplicates import Duplicates
from itdr.audit.result import Result, text
from itdr.audit.row_checks import LONGEST, Answers, Candidates, DuplicateUsers, Ids, OneSplit, Texts
from itdr.audit.shortcuts import Giveaways
from itdr.builders.core.errors import ItdrError
from itdr.scoring.data import Data

Row = Mapping[str, Any]
__all__ = ["Result", "audit", "audit_rows", "text"]


def audit(data: Data, raw: bool = True, longest: int = LONGEST) -> list[Result]:
    """All checks over all splits of `data`, one pass.

    raw: ask the raw data too; raises the errors of raw files that are missing.   longest: characters
    of the longest question allowed.
    """
    by_time = data.time_split if raw else False
    checks = RawChecks(data) if raw else None
    if raw:
        data.cells  # noqa: B018  (what is missing is said before a row is read)
    rows = ((split, row) for split in data.splits for row in data.rows(split))
    return _run(rows, checks, longest, by_time)


def audit_rows(splits: Mapping[str, Iterable[Row]], longest: int = LONGEST) -> list[Result]:
    """The checks that need nothing but rows, given by split."""
    return _run(
        ((name, row) for name, rows in splits.items() for row in rows), None, longest, False
    )


def _run(
    rows: Iterable[tuple[str, Row]], checks: RawChecks | None, longest: int, by_time: bool
) -> list[Result]:
    own = (
        Ids(),
        OneSplit(by_time),
        DuplicateUsers(by_time),
        Texts(longest),
        Candidates(),
        Answers(),
        AnswerFacts(),
        Duplicates(),
    )
    giveaways = Giveaways()
    for split, row in rows:
        for one in own:
            one.see(split, row)
        facts = None
        if checks is not None:
            checks.see(split, row)
            facts = checks.facts(row) if row["candidates"] else None
        giveaways.see(split, row, facts)
    found = [one.end() for one in own] + [giveaways.end()]
    if checks is not None:
        return found + checks.end()
    skipped = Result("raw data", "what only the raw data can prove")
    skipped.skipped = "not asked for; negatives, parts, order and popularity are unproven"
    return [*found, skipped]


def unproven(error: ItdrError) -> str:
    """What to say where the raw files are not at hand."""
    return f"{error}\nTo audit the rows alone, add --rows-only; else give the raw files with --data-dir."
