"""Checks of instruction files from anywhere: leaks, duplicates, answers that are not candidates,
shortcuts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from itdr.audit.any_files import AnyRow, are_own, files_of, records, rows_of, split_of
from itdr.audit.near_duplicates import Duplicates
from itdr.audit.result import Result
from itdr.audit.row_checks import MAX_TEXT_CHARS, FilledTexts, Ids
from itdr.audit.shortcuts import Giveaways
from itdr.builders.core.rng import stable_hash
from itdr.builders.store.build.works import title_key
from itdr.scoring.parsing import parse
from itdr.scoring.parsing.titles import Titles

SHORTEST = 8
"""Length from which an answer does not occur in a prompt by chance."""
USUAL = 0.5
"""If at least this share of prompts hold their answers, prompts are taken to list the choices."""
_INDEX = re.compile(r"\(?([A-Za-z]|\d{1,2})[).:]?")
_NUMBERS = re.compile(r"\d{1,2}(?:\s*[,;]\s*\d{1,2})*")


def audit_files(
    place: Path, columns: Mapping[str, str], longest: int = MAX_TEXT_CHARS
) -> list[Result]:
    """All checks over the instruction files at a path, one pass.

    Args:
        place: a file, or a folder of files.
        columns: which column holds what, as far as that is not to be guessed.
        longest: characters of the longest prompt allowed.

    Returns:
        One result per check.

    Raises:
        ConfigError: for files that cannot be read, and columns that are not there.
    """
    from itdr.audit import audit_rows

    files = files_of(place)
    if not columns and are_own(files):
        splits: dict[str, list[Path]] = {}
        for path in files:
            splits.setdefault(split_of(path), []).append(path)
        return audit_rows(
            {name: itertools.chain.from_iterable(map(records, of)) for name, of in splits.items()},  # type: ignore[misc]
            longest,
        )
    rows = (row for path in files for row in rows_of(path, columns))
    return _audit_any(rows, longest, place.name)


def _audit_any(
    rows: Iterable[AnyRow], longest: int = MAX_TEXT_CHARS, name: str = "rows"
) -> list[Result]:
    """All checks over rows from anywhere. name: the data's name in notes."""
    ids, texts, duplicates, giveaways = Ids(), FilledTexts(longest), Duplicates(), Giveaways()
    readable = Result("readable", "every record has a prompt and an answer")
    lists, leaks, users = Lists(), Leaks(), Users()
    for row in rows:
        readable.checked += 1
        if row.problem:
            readable.fault(row.id, row.problem)
            continue
        places = _chosen(row)
        audit_row = _as_row(row, places, name)
        for check in (ids, texts, duplicates):
            check.see(row.split, audit_row)
        lists.see(row, places)
        leaks.see(row, places)
        users.see(row)
        if row.candidates and places and len(places) < len(row.candidates):
            giveaways.see(row.split, audit_row)
    own = [one.end() for one in (ids, texts, duplicates, lists, leaks, users)]
    return [readable, *own, giveaways.end()]


def _chosen(row: AnyRow) -> list[int] | None:
    """The places of the candidates that the answer gives: of a ranking of all, the first alone. None
    without candidates; empty where the answer is none of them."""
    if row.candidates is None:
        return None
    answer, n = row.answer.strip(), len(row.candidates)
    titles = Titles(row.candidates)
    places = [place for place in parse.ranking(answer, titles).places if place is not None]
    if not places:
        one = parse.choice(answer, titles)
        places = [] if one is None else [one]
    if not places:
        places = [place for place in _by_index(answer) if place < n]
    places = list(dict.fromkeys(places))
    return places[:1] if len(places) == n else places


def _by_index(answer: str) -> Iterator[int]:
    """The places that letters or numbers name: "B", "(3)", "2, 4"."""
    one = _INDEX.fullmatch(answer)
    if one and one[1].isalpha():
        yield ord(one[1].lower()) - ord("a")
    elif one or _NUMBERS.fullmatch(answer):
        yield from (int(number) - 1 for number in re.findall(r"\d+", answer) if int(number))


def _as_row(row: AnyRow, places: list[int] | None, name: str) -> dict[str, Any]:
    """The row as checks of our own rows read it."""
    candidates = row.candidates or ()
    return {
        "id": row.id,
        "task": name,
        "source": "file",
        "domain": "",
        "template": None,
        "user_id": row.user or None,
        "item_id": None,
        "history": [{"item_id": title, "title": title} for title in row.history or ()],
        "candidates": [{"item_id": title, "title": title} for title in candidates],
        "relevant": [candidates[place] for place in places or ()],
        "instruction": "",
        "input": row.prompt,
        "output": row.answer,
    }


class Lists:
    """Candidates are distinct, shown, not in the history, and the answer is one of them."""

    def __init__(self) -> None:
        self.result = Result(
            "candidates", "they are distinct and in the prompt, and the answer is one of them"
        )

    def see(self, row: AnyRow, chosen: list[int] | None) -> None:
        """Check the candidates of one row.

        Args:
            row: the row.
            chosen: places of the candidates that the answer names.
        """
        if row.candidates is None:
            return
        self.result.checked += 1
        keys = [title_key(title) for title in row.candidates]
        past = {title_key(title) for title in row.history or ()}
        unseen = [title for title in row.candidates if title not in row.prompt]
        faults = {
            "there are fewer than two candidates": len(keys) < 2,
            "the answer is none of the candidates": not chosen,
            "two candidates have one title": len(set(keys)) < len(keys),
            "a candidate stands in the history": bool(past.intersection(keys)),
            f"{len(unseen)} candidates are not shown: {', '.join(unseen[:2])}": bool(unseen)
            and len(unseen) < len(keys),
        }
        for what, wrong in faults.items():
            if wrong:
                self.result.fault(row.id, what)

    def end(self) -> Result:
        """The result over all rows seen."""
        if not self.result.checked:
            self.result.skipped = "no column of candidates; name it: --columns candidates=COLUMN"
        return self.result


class Leaks:
    """Prompts do not give the answer away.

    With candidates, a target may not be named more often than every negative, nor be in the
    history. Without, a prompt may not hold the answer, unless most prompts do.
    """

    def __init__(self) -> None:
        self.result = Result("leaks", "the prompt does not give the answer away")
        self._held: dict[str, list[str]] = {}
        self._rows: dict[str, int] = {}

    def see(self, row: AnyRow, chosen: list[int] | None) -> None:
        """Check whether a row's answer stands in its prompt or history.

        Args:
            row: the row.
            chosen: places of the candidates that the answer names.
        """
        self.result.checked += 1
        past = {title_key(title) for title in row.history or ()}
        if row.candidates is not None and chosen:
            self._among_candidates(row, row.candidates, chosen, past)
            return
        answer = row.answer.strip()
        if past and title_key(answer) in past:
            self.result.fault(row.id, "the answer stands in the history")
        elif row.candidates is None and len(answer) >= SHORTEST:
            self._rows[row.split] = self._rows.get(row.split, 0) + 1
            if answer.casefold() in row.prompt.casefold():
                self._held.setdefault(row.split, []).append(row.id)

    def _among_candidates(
        self, row: AnyRow, candidates: tuple[str, ...], places: list[int], past: set[str]
    ) -> None:
        if any(title_key(candidates[place]) in past for place in places):
            self.result.fault(row.id, "the answer stands in the history")
            return
        mentions = _counts(row.prompt, candidates)
        true = {candidates[place] for place in places}
        most = max((count for title, count in mentions.items() if title not in true), default=1)
        more = [title for title in candidates if title in true and mentions[title] > max(most, 1)]
        if more and len(more) == len(true):
            self.result.fault(row.id, f"the prompt names the answer again: {more[0][:80]!r}")

    def end(self) -> Result:
        """The result over all rows seen.

        Returns:
            The faults; a note instead where most prompts hold their answer, as lists of choices do.
        """
        rows, giveaways = sum(self._rows.values()), sum(map(len, self._held.values()))
        if giveaways and giveaways >= USUAL * rows:
            self.result.notes.append(
                f"{giveaways:,} of {rows:,} prompts hold their answer, as where they list what can be "
                "chosen; name that column to have it checked: --columns candidates=COLUMN"
            )
        else:
            for row_id in (one for several in self._held.values() for one in several):
                self.result.fault(row_id, "the answer stands in the prompt, word for word")
        return self.result


def _counts(text: str, titles: tuple[str, ...]) -> dict[str, int]:
    """How often each title is named, the longest at each place."""
    mentions = dict.fromkeys(titles, 0)
    longest = sorted({title for title in titles if title}, key=len, reverse=True)
    if longest:
        pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"
        for match in re.finditer(pattern, text):
            mentions[match[0]] += 1
    return mentions


class Users:
    """A user's train rows do not show what the user's test rows ask for."""

    def __init__(self) -> None:
        self.result = Result(
            "users", "a user's answer in another split is in none of the user's train rows"
        )
        self._train: dict[int, str] = {}
        self._asked: list[tuple[int, str, str]] = []

    def see(self, row: AnyRow) -> None:
        """Note what a user's rows ask for and what the training rows show.

        Args:
            row: the row.
        """
        if not row.user:
            return
        self.result.checked += 1
        key = stable_hash("asked", row.user, title_key(row.answer))
        if row.split == "train":
            for title in row.history or ():
                self._train.setdefault(stable_hash("asked", row.user, title_key(title)), row.id)
            self._train.setdefault(key, row.id)
        elif len(row.answer) >= SHORTEST:
            self._asked.append((key, row.id, row.split))

    def end(self) -> Result:
        """The result over all rows seen.

        Returns:
            A fault for each held-out answer that the user's training rows show.
        """
        if not self.result.checked:
            self.result.skipped = "no column of users; name it: --columns user=COLUMN"
        for key, row_id, split in self._asked:
            if key in self._train:
                self.result.fault(row_id, f"its answer ({split}) stands in {self._train[key]}")
        return self.result
