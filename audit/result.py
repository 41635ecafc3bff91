"""The results of an audit: one per check, with the ids of the rows that fail it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_IDS = 20
"""Ids that a printed report names for each check; the JSON holds them all."""


@dataclass
class Result:
    """One check. checked: how many rows (or pairs) it looked at; faults: (row id, what is wrong).

    Attributes:
        notes: figures that are no fault in themselves.
        skipped: why it could not be made, else "".
        left_out: rows that it could not be applied to, by what they are.
    """

    name: str
    about: str
    checked: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""
    left_out: dict[str, int] = field(default_factory=dict)

    def fault(self, row_id: Any, what: str) -> None:
        """Note a fault of a row."""
        self.faults.append((str(row_id), what))

    def leave_out(self, what: str) -> None:
        """Note that a row could not be checked, as of a subtask that the check does not know."""
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def entry(self) -> dict[str, Any]:
        """The result as plain values for JSON.

        Returns:
            All faults and notes.
        """
        return {
            "check": self.name,
            "about": self.about,
            "checked": self.checked,
            "faults": [{"id": row_id, "what": what} for row_id, what in self.faults],
            "notes": self.notes,
            "skipped": self.skipped,
            "left_out": self.left_out,
        }


class RowCheck:
    """A check that looks at rows one by one, split by split, and needs nothing else."""

    result: Result

    def see(self, split: str, row: Mapping[str, Any]) -> None:
        """Check one row.

        Args:
            split: the split that holds the row.
            row: the row.
        """
        raise NotImplementedError

    def end(self) -> Result:
        """Finish, after the last row.

        Returns:
            The result over all rows seen.
        """
        return self.result


def text(results: list[Result]) -> str:
    """The results as text for the terminal.

    Args:
        results: one per check.

    Returns:
        Lines joined by newlines, at most `MOST_IDS` faults of each check.
    """
    lines = []
    for one in results:
        lines.append(f"{_state(one):>12}  {one.name}: {one.about} ({one.checked:,} checked)")
        if one.skipped:
            lines.append(f"{'':14}{one.skipped}")
        elif not (one.checked or one.faults or one.left_out):
            lines.append(f"{'':14}these rows hold nothing of the kind")
        lines += [f"{'':14}not applied to {n:,} rows of {of}" for of, n in one.left_out.items()]
        lines += [f"{'':14}{note}" for note in one.notes]
        lines += [f"{'':14}{row_id}: {what}" for row_id, what in one.faults[:MOST_IDS]]
        if len(one.faults) > MOST_IDS:
            lines.append(f"{'':14}and {len(one.faults) - MOST_IDS:,} more (--json lists all)")
    wrong = sum(len(one.faults) for one in results)
    lines.append(f"\n{_faults(wrong)} found." if wrong else "\nNo faults found.")
    return "\n".join(lines)


def _state(one: Result) -> str:
    if one.faults:
        return _faults(len(one.faults)).upper()
    return "ok" if one.checked and not one.skipped else "skipped"


def _faults(number: int) -> str:
    return f"{number:,} fault{'' if number == 1 else 's'}"
