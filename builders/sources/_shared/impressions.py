"""Impressions that are known again, of one user in the files of two splits, and histories that are not whole."""

from __future__ import annotations

import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import ENOUGH_IF_ALL
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN, ends_of
from itdr.builders.sources._shared.moved_columns import MovedColumn
from itdr.builders.sources._shared.second_keys import SecondKeys

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger("itdr")

ENOUGH_HISTORIES = 200
"""Of so many impressions, most have a history, and most histories are in the order of clicks: fewer may be made up."""
SHORTENED = 0.95
"""The share of its length that the last id of a history has at most, in the mean, where histories were cut off."""
MOST_CHANGED = 0.02
"""The share of users that may have several histories."""
ENOUGH_SHOWN, MOST_AGAIN = 400, 0.1
"""Of so many impressions, hardly any has the number of another one, and their news are mixed; and the share that may."""
_HALVES = re.compile(r"\t[0-9/]+ [0-9:]+ ([AP]M)\t")
_SURFACE = re.compile(r'"SurfaceForms": ?\["([^"\\]+)"')
"""What an entity is called in the title."""
_PLACE = re.compile(r'"OccurrenceOffsets": ?\[(\d+)')
"""Where an entity first stands in its text."""
NEAR_END = 0.8
"""The share of the longest text that nearly all of those have at least that were cut off."""
MOST_OTHER_ENTITIES = 0.1
"""The share of the texts that may lack their first entity."""
LONG, LOOKED_AT, LENGTHS = 3, 2_000, 8
"""Blanks in a history that is not in order by chance, so many histories are looked at, and so many numbers of clicks show
that histories are not of a chosen one."""
DRAWN = 8
"""Of so many seconds, the impressions of one are compared between the files."""
ALL_USERS = 1 << 15
"""So many users of a file are all looked at; of more, one in `DRAWN` is."""


def _number(news: str) -> int:
    return int(news[1:]) if news[1:].isdecimal() else 0


def mark(user: str, news: str) -> int:
    """64 bits that identify a user with a list of news, in place of the text, to save memory."""
    import hashlib

    digest = hashlib.blake2b(f"{user}\t{news}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


class HistoryLengths:
    """Of a file's histories, what shows whether they were emptied, or cut off at one length."""

    def __init__(self) -> None:
        self._seen = self._empty = 0
        self._by_length: dict[int, tuple[int, int, int]] = {}
        self._by_number: Counter[int] = Counter()
        self._single = 0
        self._long = self._sorted = 0
        self._ends: list[tuple[int, str]] = []
        self._shown: set[str] = set()

    def add(self, all_of_them: pa.StringArray, new: pa.StringArray) -> None:
        """Take account of histories.

        Args:
            all_of_them: one for each impression, ids set apart by one blank each.
            new: those of users who were not met before.
        """
        import pyarrow.compute as pc

        self._seen += len(all_of_them)
        self._empty += pc.sum(pc.equal(all_of_them, "")).as_py() or 0
        several = new.filter(pc.match_substring(new, " "))
        last = pc.replace_substring_regex(several, "^.* ", "")
        before = pc.replace_substring_regex(several, "^(?:.* )?([^ ]+) [^ ]+$", r"\1")
        sizes = (pc.utf8_length(texts).to_pylist() for texts in (several, last, before))
        for length, one, other in zip(*sizes, strict=True):
            n, ones, others = self._by_length.get(length, (0, 0, 0))
            self._by_length[length] = (n + 1, ones + one, others + other)
        numbers = pc.count_substring(several, " ")
        self._by_number.update(numbers.to_pylist())
        self._single += len(new) - len(several)
        if self._long < LOOKED_AT:
            for history in several.filter(pc.greater_equal(numbers, LONG)).to_pylist():
                news = history.split()
                self._long += 1
                self._sorted += news == sorted(news) or news == sorted(news, key=_number)

    def add_shown(self, histories: pa.StringArray, shown: pa.StringArray) -> None:
        """Take account of impressions: of the news that they show, and of the last click of the history of each."""
        for history, news in zip(histories.to_pylist(), shown.to_pylist(), strict=True):
            self._shown.update(one[:-2] for one in news.split())
            if clicks := history.split():
                self._ends.append((len(clicks), clicks[-1]))

    def require_whole(self, path: Path) -> None:
        """Check the histories of a file, and warn of those that were cut to their last clicks.

        Args:
            path: the file.

        Raises:
            RawFileError: most are empty, or in the order of ids; many of the longest have one length, though not one number of
                ids, and the last ids of these are shorter than those before; or they were cut to their first clicks.
        """
        if self._seen >= ENOUGH_HISTORIES and 2 * self._empty > self._seen:
            raise RawFileError(
                f"{path}: {self._empty:,} of {self._seen:,} impressions have no history, and officially one in fifty "
                f"has none: the histories were removed. {AGAIN}"
            )
        if self._long >= ENOUGH_HISTORIES and 2 * self._sorted > self._long:
            raise RawFileError(
                f"{path}: {self._sorted:,} of {self._long:,} histories of several clicks that were looked at are in the order of "
                f"the ids of news, and not of the clicks: they were sorted. {AGAIN}"
            )
        # Cut behind an id, a text ends in a blank, which is no part of it here.
        longest = max(self._by_length, default=0)
        counts = [self._by_length.get(length, (0, 0, 0)) for length in (longest, longest - 1)]
        n, last, before = (sum(column) for column in zip(*counts, strict=True))
        alike = self._by_number[max(self._by_number, default=0)]
        if n >= max(ENOUGH_TO_JUDGE, alike) and last < SHORTENED * before:
            raise RawFileError(
                f"{path}: {n:,} histories have {longest:,} characters, none has more, and their last ids are shorter "
                f"than others: they were cut off within an id. {AGAIN}"
            )

        if n := self._cut_to():
            self._require_last_clicks(path, n)

    def _cut_to(self) -> int:
        """The number of clicks of the longest histories, where many have it; else 0."""
        by_number = self._by_number + Counter({0: self._single})
        most = max(by_number, default=0)
        top, below = by_number[most], sum(by_number[most - k] for k in range(1, 4))
        # Of a few numbers, all from 1 on: histories of one length or two may be of a chosen one.
        short = top >= ENOUGH_HISTORIES and len(by_number) == most + 1
        several = top >= ENOUGH_TO_JUDGE and len(self._by_number) >= LENGTHS
        return most + 1 if top > 2 * below and (short or several) else 0

    def _require_last_clicks(self, path: Path, number: int) -> None:
        """Warn of histories cut to a number of clicks, as many programs cut them; raise `RawFileError` where these are the first
        ones: the last news that somebody read are still shown, and the more so the more he read."""
        cut = [news in self._shown for n, news in self._ends if n == number]
        others = [news in self._shown for n, news in self._ends if n < number]
        top = self._by_number[number - 1] if number > 1 else self._single
        finding = f"{top:,} histories have {number:,} click{'s' if number > 1 else ''}, none has more, and few have hardly less"
        is_certain = len(cut) >= ENOUGH_TO_JUDGE and sum(others) >= ENOUGH_TO_JUDGE
        if is_certain and sum(cut) * len(others) < sum(others) * len(cut):
            raise RawFileError(
                f"{path}: {finding}, and their last news are shown less often than those of the shorter ones: they were cut off "
                f"behind their first clicks. {AGAIN}"
            )
        so = "to their last clicks" if is_certain else "perhaps to their last clicks"
        logger.warning("itdr: mind: %s: %s: they were cut %s", path, finding, so)


def entities_of(titles: pa.StringArray, entities: pa.StringArray) -> Iterator[tuple[str, str]]:
    """What the first entity of each title is called there.

    Args:
        titles: the titles.
        entities: their entities, in JSON.

    Yields:
        That name, and the same where the title has it.
    """
    for title, entity in zip(titles.to_pylist(), entities.to_pylist(), strict=True):
        if match := _SURFACE.search(entity):
            yield match[1], match[1] if match[1].lower() in title.lower() else ""


class _WholeTexts:
    """Whether texts with entities are there, and reach to where these stand in them.

    Args:
        path: their file.
        what: what they are called.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what
        self._n = self._empty = self._longest = 0
        self._short: list[int] = []

    def add(self, texts: pa.StringArray, entities: pa.StringArray) -> None:
        """Take account of texts, and of their entities in JSON."""
        for text, entity in zip(texts.to_pylist(), entities.to_pylist(), strict=True):
            places = [int(place) for place in _PLACE.findall(entity)]
            self._longest = max(self._longest, len(text))
            self._n += bool(places)
            self._empty += bool(places) and not text
            if text and max(places, default=0) >= len(text):
                self._short.append(len(text))

    def require_whole(self) -> None:
        """Raise `RawFileError` where many are empty, or end before one of their entities, at about one length."""
        least = max(ENOUGH_TO_JUDGE, MOST_OTHER_ENTITIES * self._n)
        at_end = sum(length > NEAR_END * self._longest for length in self._short)
        cut = len(self._short) if at_end > SHORTENED * len(self._short) else 0
        for n, which, how in (
            (self._empty, "are empty", "emptied"),
            (
                cut,
                f"end before one of these, and none has more than {self._longest:,} characters",
                "cut off",
            ),
        ):
            if n > least:
                raise RawFileError(
                    f"{self._path}: of {self._n:,} {self._what} with entities, {n:,} {which}: they were {how}. {AGAIN}"
                )


class NewsColumns:
    """Whether titles, abstracts and kinds of news belong to the same news.

    Args:
        path: their file.
    """

    def __init__(self, path: Path) -> None:
        self._titles = SecondKeys(path, "entities", "title", most=MOST_OTHER_ENTITIES)
        self._abstracts = SecondKeys(path, "entities", "abstract", most=MOST_OTHER_ENTITIES)
        self._kinds = MovedColumn(path, "subcategory", "category")
        self._texts = [_WholeTexts(path, what) for what in ("titles", "abstracts")]

    def add(self, columns: Sequence[pa.StringArray], most: int) -> None:
        """Look at more news.

        Args:
            columns: those of the file: category, subcategory, title, abstract, address, entities of both.
            most: how many are looked at.
        """
        category, subcategory, title, abstract, _, entities, others = (
            column.slice(0, most) for column in columns
        )
        self._titles.add(entities_of(title, entities))
        self._abstracts.add(entities_of(abstract, others))
        for texts, column, named in zip(
            self._texts, (title, abstract), (entities, others), strict=True
        ):
            texts.add(column, named)
        for both in zip(subcategory.to_pylist(), category.to_pylist(), strict=True):
            self._kinds.add(*both)

    def require_own(self) -> None:
        """Check the news.

        Raises:
            RawFileError: a column was moved.
        """
        for texts, keys in zip(self._texts, (self._titles, self._abstracts), strict=True):
            texts.require_whole()
            keys.require_same()
        self._kinds.require_own()


def warn_of_half_days(path: Path) -> None:
    """Warn where all times are before noon, as they are without their AM and PM.

    Args:
        path: a file of impressions.
    """
    times = _HALVES.findall(ends_of(path))
    if len(times) >= ENOUGH_HISTORIES and len(set(times)) == 1:
        logger.warning(
            "itdr: mind: %s: all of %s times that were looked at are %s: hours of the other half of the day may have lost "
            "theirs",
            path,
            f"{len(times):,}",
            times[0],
        )


class OneHistoryEach:
    """Of the first users, and then of those drawn by their ids, whether each has one history in a file."""

    def __init__(self) -> None:
        self._users: set[str] = set()
        self._again = 0

    def add(self, users: pa.StringArray) -> None:
        """Take account of users with a history that they did not have before."""
        for user in users.to_pylist():
            if len(self._users) < ALL_USERS or zlib.crc32(user.encode()) % DRAWN == 0:
                self._again += user in self._users
                self._users.add(user)

    def require_whole(self, path: Path) -> None:
        """Raise `RawFileError` where many users have several histories in a file."""
        if self._again >= ENOUGH_TO_JUDGE and self._again > MOST_CHANGED * len(self._users):
            raise RawFileError(
                f"{path}: {len(self._users):,} users that were looked at have {self._again:,} histories more than the one "
                f"that each has officially: users or histories were mixed up, clicks added to histories, or two files joined. {AGAIN}"
            )


class ClicksInHistory:
    """Whether histories hold what was clicked on after them."""

    def __init__(self) -> None:
        self._clicks = self._had = 0

    def add(self, histories: pa.StringArray, shown: pa.StringArray) -> None:
        """Take account of impressions."""
        for history, news in zip(histories.to_pylist(), shown.to_pylist(), strict=True):
            clicked = [one[:-2] for one in news.split() if one.endswith("-1")]
            self._clicks += len(clicked)
            self._had += sum(one in history.split() for one in clicked)

    def require_whole(self, path: Path) -> None:
        """Raise `RawFileError` where most clicks are in the history before them."""
        if self._had >= ENOUGH_TO_JUDGE and 2 * self._had > self._clicks:
            raise RawFileError(
                f"{path}: {self._had:,} of {self._clicks:,} news that were clicked on stand in the history before the click: "
                f"clicks were added to the histories, which then tell the answer. {AGAIN}"
            )


class ShownOnce:
    """Whether impressions are told once each, and show news in an order that does not tell the clicks."""

    def __init__(self) -> None:
        self._n = self._again = self._mixed = self._first = 0

    def add(self, ids: Sequence[pa.StringArray], shown: pa.StringArray) -> None:
        """Take account of lines that follow each other.

        Args:
            ids: their numbers, users and times.
            shown: the news of each.
        """
        # Where programs numbered the lines anew, or left the numbers out, users and times still differ.
        keys = list(zip(*(column.to_pylist() for column in ids), strict=True))
        # A line that is repeated as a whole is another matter.
        self._again += len({*zip(keys, shown.to_pylist(), strict=True)}) - len({*keys})
        self._n += len(keys)
        for news in shown.to_pylist():
            labels = [one[-2:] for one in news.split()]
            if len({*labels}) > 1:
                self._mixed += 1
                self._first += labels == sorted(labels, reverse=True)

    def require_whole(self, path: Path) -> None:
        """Check the impressions of a file.

        Args:
            path: the file.

        Raises:
            RawFileError: many have the number, user and time of another one, or nearly all begin with what was clicked on.
        """
        if self._n >= ENOUGH_SHOWN and self._again > MOST_AGAIN * self._n:
            raise RawFileError(
                f"{path}: of {self._n:,} impressions that were looked at, {self._again:,} have the number, user and time of "
                f"another one, and officially each number stands once: their news were spread over several lines. {AGAIN}"
            )
        if self._mixed >= ENOUGH_SHOWN and self._first > SHORTENED * self._mixed:
            raise RawFileError(
                f"{path}: in {self._first:,} of {self._mixed:,} impressions that were looked at, all news that were clicked on "
                "stand before those that were not, and officially they are mixed: the news were sorted by their labels, or "
                f"those not clicked on drawn anew. {AGAIN}"
            )


def drawn(user: pa.StringArray, time: pa.Int64Array, shown: pa.StringArray) -> Iterator[int]:
    """Marks of the impressions of every `DRAWN`th second: the second draws them, and not their place.

    Args:
        user: the users.
        time: the seconds; those without one are not drawn.
        shown: the news shown.

    Yields:
        A mark for each.
    """
    import numpy as np
    import pyarrow.compute as pc

    seconds = np.asarray(pc.fill_null(time, 1))
    for place in np.flatnonzero(seconds % DRAWN == 0):
        yield mark(f"{user[place].as_py()}\t{seconds[place]}", shown[place].as_py())


def require_different(found: Mapping[Path, set[int]]) -> None:
    """Check that the files of two splits have different impressions.

    Args:
        found: by file, the marks of `drawn`.

    Raises:
        RawFileError: most of one file are in the other one, too.
    """
    if len(found) < 2:
        return
    (one, first), (other, second) = found.items()
    fewer, both = min(len(first), len(second)), len(first & second)
    if both == fewer >= ENOUGH_IF_ALL or (fewer >= ENOUGH_TO_JUDGE and 2 * both > fewer):
        raise RawFileError(
            f"{other}: of {fewer:,} impressions that were compared, {both:,} are in {one}, too: one of the two "
            f"files was copied over the other, or appended to it. {AGAIN}"
        )
