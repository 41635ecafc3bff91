"""`itdr audit`: checks built rows, alone and against the raw data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from itdr.audit.against_raw import RawChecks
from itdr.audit.answer_facts import AnswerFacts
from itdr.audit.folder import FolderFacts
from itdr.audit.near_duplicates import Duplicates
from itdr.audit.planned import Planned
from itdr.audit.result import Result, RowCheck, text
from itdr.audit.row_checks import (
    MAX_TEXT_CHARS,
    Answers,
    Candidates,
    DuplicateUsers,
    FilledTexts,
    HistoryTimes,
    Ids,
    OneSplit,
)
from itdr.audit.row_columns import Alike, ColumnsAgree, Hashes
from itdr.audit.row_types import Types
from itdr.audit.shortcuts import Giveaways
from itdr.audit.wording import Wordings
from itdr.builders.core.errors import ItdrError
from itdr.scoring.data import Data

Row = Mapping[str, Any]
__all__ = ["Result", "audit", "audit_rows", "text"]


def audit(data: Data, raw: bool = True, longest: int = MAX_TEXT_CHARS) -> list[Result]:
    """All checks over all splits of `data`, one pass.

    Args:
        data: the rows, and how they were built.
        raw: ask the raw data too, and hold each row to the one that they give.
        longest: characters of the longest question allowed.

    Returns:
        One result per check.

    Raises:
        RawFileError: where raw files are missing.
    """
    rows = ((split, row) for split in data.splits for row in data.rows(split))
    folder = data.own_templates
    if not raw:
        own = _own(longest, False, folder, data.tasks, data.repeats_kept)
        return _run(rows, (*own, FolderFacts(data, raw=False)), None, None)
    checks, plan = RawChecks(data), Planned(data.planned())
    data.cells  # noqa: B018  (what is missing is said before a row is read)
    own = _own(longest, data.users_in_several, folder, data.tasks, data.repeats_kept)
    return _run(rows, (*own, FolderFacts(data, raw=True)), checks, plan)


def audit_rows(
    splits: Mapping[str, Iterable[Row]],
    longest: int = MAX_TEXT_CHARS,
    templates: Path | None = None,
) -> list[Result]:
    """The checks that need nothing but rows, given by split.

    Args:
        splits: rows by split.
        longest: characters of the longest question allowed.
        templates: the user's template folder, where the rows were worded with one.

    Returns:
        One result per check.
    """
    rows = ((name, row) for name, rows in splits.items() for row in rows)
    return _run(rows, _own(longest, False, templates), None, None)


def _own(
    longest: int,
    by_time: bool,
    templates: Path | None,
    tasks: Collection[str] | None = None,
    repeats: bool = True,
) -> tuple[RowCheck, ...]:
    """The checks that look at rows alone."""
    return (
        Ids(),
        OneSplit(by_time),
        DuplicateUsers(by_time),
        FilledTexts(longest),
        HistoryTimes(),
        Candidates(),
        Answers(),
        AnswerFacts(templates),
        Wordings(templates),
        ColumnsAgree(tasks, repeats),
        Hashes(),
        Alike(),
        Duplicates(),
    )


def _run(
    rows: Iterable[tuple[str, Row]],
    own: tuple[RowCheck, ...],
    checks: RawChecks | None,
    plan: Planned | None,
) -> list[Result]:
    types, giveaways = Types(), Giveaways()
    for split, row in rows:
        if plan is not None:
            plan.see(split, row)
        if not types.see(row):
            continue
        for one in own:
            one.see(split, row)
        facts = None
        if checks is not None:
            checks.see(split, row)
            facts = checks.facts(row) if row["candidates"] else None
        giveaways.see(split, row, facts)
    results = [types.result, *(one.end() for one in own), giveaways.end()]
    if checks is not None and plan is not None:
        return [*results, *checks.end(), *plan.end()]
    skipped = Result("raw data", "what only the raw data can prove")
    skipped.skipped = "--rows-only: negatives, splits, order and popularity are unproven"
    return [*results, skipped]


def unproven_note(error: ItdrError) -> str:
    """The message where the raw files are missing: what could not be checked."""
    return f"{error}\nTo audit the rows alone, add --rows-only; else give the raw files with --data-dir."
