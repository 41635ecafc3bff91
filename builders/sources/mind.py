"""MIND: the news that visitors of a news site clicked, were shown without clicking, and had read before.

Format: https://msnews.github.io/. TAB, UTF-8, LF, no header, no quoting: titles begin with stray quotes. One
edition is read: small (train and dev) where its files are present, otherwise large.

A line of behaviors.tsv is an impression. It gives a `click` for each news clicked and a `skip` for
each news shown but not clicked, both with the time of the impression (no zone is stated: taken as
UTC). The user's history, the same in all impressions of a split, is given once: `click` events with
`seq` 0, 1, … and no time. It stems from the weeks before, so events without a time come before those
with one: the order is history by `seq`, then impressions by time. News repeated in a history (one
history in five has some) count at their first position; `N0`, which fills up histories, is none.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import LetterCounts
from itdr.builders.core.reasons import EMPTY_ID, ENOUGH_TO_JUDGE, NO_TIME, are_too_many
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Source, column_names
from itdr.builders.core.title_faults import TitleCounts, added, title_counts
from itdr.builders.sources._formats import arrow
from itdr.builders.sources._formats import lines as line_files
from itdr.builders.sources._formats.validate import AGAIN, head_of
from itdr.builders.sources._shared import impressions

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

logger = logging.getLogger("itdr")
BAD_NEWS = "malformed news id"
UNLABELLED = "impression without labels"
NOTHING_SHOWN = "impression without news"
REPEATED = "repeated in the history"
DAY_FIRST, MONTH_FIRST = r"^(?:1[3-9]|[23]\d)/\d\d?/\d{4} ", r"^\d\d?/(?:1[3-9]|[23]\d)/\d{4} "
"""Times in which one of the two numbers is above 12, so that it must be the day."""
_MARKS = r"""[,;|/'"\[\](){}]"""
NO_NEWS = ("NA", "NaN", "nan", "None", "null", "NULL")
"""What programs write for an empty history."""
ENOUGH_SHOWN = 400
"""Of so many news shown, visitors clicked on fewer than half."""
LINES = 1 << 10
"""Impressions to a batch: about 40,000 events."""
EDITIONS = {
    "small": ("small_train_behaviors", "small_train_news", "small_dev_behaviors", "small_dev_news"),
    "large": ("large_train_behaviors", "large_train_news", "large_dev_behaviors", "large_dev_news"),
}
"""The files of each edition, behaviors and news in turn; it is read where its first file is there."""


def find_edition(raw: Raw) -> str:
    """The first edition whose training impressions are present.

    Args:
        raw: the raw files.

    Returns:
        A key of `EDITIONS`.

    Raises:
        RawFileError: there is none.
    """
    for name, keys in EDITIONS.items():
        if raw.has(keys[0]):
            return name
    raise RawFileError(
        f"{raw.source}: there is no MINDsmall_train/behaviors.tsv (nor that of MINDlarge_train). "
        f"Put it, or the zip, into <data_dir>/{raw.source}/."
    )


def interactions(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Clicks and skips of impressions, and once per user the clicks of the history."""
    import pyarrow.compute as pc

    history_keys: set[int] = set()
    samples: dict[Path, set[int]] = {}
    for key in EDITIONS[find_edition(raw)][::2]:
        if raw.has(key):
            day_first = _day_first(raw, key)
            lost: Counter[str | None] = Counter()
            clicks = 0
            times: set[int] = set()
            sample = samples[raw.path(key)] = set()
            histories = impressions.HistoryLengths()
            users, leaks = impressions.OneHistoryEach(), impressions.ClicksInHistory()
            repeats = impressions.ShownOnce()
            for lines in line_files.read_records(raw, "interactions", raw.path(key), 5):
                for start in range(0, max(1, len(lines[0])), LINES):
                    part = [column.slice(start, LINES) for column in lines[1:]]
                    part[2:] = map(_bare, part[2:])
                    new = _unseen(part[0], part[2], history_keys)
                    histories.add(part[2], part[2].take(new))
                    users.add(part[0].take(new))
                    if not start:
                        leaks.add(part[2], part[3])
                        histories.add_shown(part[2], part[3])
                        repeats.add((lines[0].slice(0, LINES), *part[:2]), part[3])
                    yield from arrow.record_batches(_history(part[0].take(new), part[2].take(new)))
                    time = parse_seconds(part[1], day_first)
                    events = _impressions(part[0], time, part[3])
                    sample.update(impressions.drawn(part[0], time, part[3]))
                    times.update(filter(None, pc.min_max(time).as_py().values()))
                    clicks += pc.sum(pc.equal(events["event"], "click")).as_py() or 0
                    _count_reasons(events["reject"], lost)
                    yield from arrow.record_batches(events)
                    raw.reject("interactions", NOTHING_SHOWN, _count_empty(part[3]))
            _require_impressions(raw.path(key), lost, clicks)
            impressions.warn_of_half_days(raw.path(key))
            for one in (repeats, histories, users, leaks):
                one.require_whole(raw.path(key))
            if len(times) == 1 and sum(lost.values()) >= ENOUGH_TO_JUDGE:
                logger.warning(
                    "itdr: mind: %s: all times are the same: they say nothing of the order of impressions",
                    raw.path(key),
                )
    impressions.require_different(samples)


def _count_reasons(rejects: pa.StringArray, counts: Counter[str | None]) -> None:
    """Add how many entries were rejected for each reason; those that were not count as None."""
    for pair in rejects.value_counts().to_pylist():
        counts[pair["values"]] += pair["counts"]


def _require_impressions(path: Path, counts: Mapping[str | None, int], clicks: int) -> None:
    """Raise `RawFileError` where many entries of a file's impressions could not be read, or none is a click:
    rows would be built from the histories alone, which are judged with the impressions everywhere else.
    """
    total = sum(counts.values())
    lost = total - counts.get(None, 0)
    if not are_too_many(total, lost):
        _require_clicks(path, total - lost, clicks)
        return
    reasons = ", ".join(f"{n:,} {why}" for why, n in sorted(counts.items(), key=str) if why)
    raise RawFileError(
        f"{path}: of {total:,} news shown in impressions, {lost:,} cannot be read: "
        f"{reasons}. Expected {EXAMPLES['behaviors']!r}, found "
        f"{head_of(path).splitlines()[0][:160].decode('utf-8', 'replace')!r}. {AGAIN}"
    )


def _require_clicks(path: Path, shown: int, clicks: int) -> None:
    """Raise `RawFileError` where no entry of a file's impressions is a click, or all are."""
    if shown >= ENOUGH_TO_JUDGE and clicks == shown:
        raise RawFileError(
            f"{path}: all {shown:,} news shown in impressions were clicked on, so those that were not were "
            f"removed, or their labels changed. Expected {EXAMPLES['behaviors']!r}. {AGAIN}"
        )
    if shown >= ENOUGH_SHOWN and 2 * clicks > shown:
        raise RawFileError(
            f"{path}: of {shown:,} news shown in impressions, {clicks:,} were clicked on, and visitors click on few: "
            f"their labels were swapped, or others left out. Expected {EXAMPLES['behaviors']!r}. {AGAIN}"
        )
    if shown >= ENOUGH_TO_JUDGE and not clicks:
        raise RawFileError(
            f"{path}: none of {shown:,} news shown in impressions was clicked on, so its labels were "
            f"removed, as in a test set. Expected {EXAMPLES['behaviors']!r}. {AGAIN}"
        )


def _day_first(raw: Raw, key: str) -> bool:
    """Whether the times of a file have the day before the month, as some spreadsheets save them.

    Raises `RawFileError` where none of the first impressions has a time: all their clicks would be
    rejected, and rows would be built from histories alone.
    """
    import pyarrow.compute as pc

    path = raw.path(key)
    scratch = type(raw)(raw.source, raw.paths, raw.con)
    lines = next(iter(line_files.read_records(scratch, "interactions", path, 5)))
    times = lines[2].slice(0, LINES)
    late = pc.fill_null(pc.match_substring_regex(times, DAY_FIRST), False)
    day_first = not pc.any(pc.match_substring_regex(times, MONTH_FIRST)).as_py()
    if day_first and parse_seconds(times.filter(late), True).is_valid().true_count:
        logger.warning(
            "itdr: mind: %s: times such as %r have the day first, and are read so",
            path,
            times.filter(late)[0].as_py(),
        )
        return True
    if len(times) and not parse_seconds(times).is_valid().true_count:
        raise RawFileError(
            f"{path}: none of the first {len(times):,} impressions has a valid time. Expected one such "
            f"as '11/11/2019 9:05:58 AM', found {times[0].as_py()!r}. {AGAIN}"
        )
    return False


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """News with category and subcategory; those of train and dev are mostly the same."""
    for key in EDITIONS[find_edition(raw)][1::2]:
        if raw.has(key):
            yield from _news(raw, raw.path(key))


def _news(raw: Raw, path: Path) -> Iterator[pa.RecordBatch]:
    """The news of one file. Its titles are judged by themselves: those of the other are mostly the same, and
    one record of each is kept.
    """
    import pyarrow.compute as pc

    letters, counts = LetterCounts(), TitleCounts()
    belonging = impressions.NewsColumns(path)
    for columns in line_files.read_records(raw, "items", path, 8, complete=r"^([^\t]*\t){7}.*\]$"):
        ids, category, subcategory, title, abstract = columns[:5]
        both = pc.binary_join_element_wise(category, subcategory, "\t")
        titles, abstracts = arrow.tidy(title), arrow.tidy(abstract)
        letters.add(titles)
        belonging.add(columns[1:], LINES)
        counts = added(counts, title_counts(titles))
        yield from arrow.record_batches(
            {
                "item_id": ids,
                "title": titles,
                "categories": arrow.split_lists(both, "\t"),
                "description": pc.if_else(pc.equal(abstracts, arrow.NA), None, abstracts),
                "reject": _bad_news(ids),
            }
        )
    if fault := letters.fault("titles", str(path)):
        raise RawFileError(f"{raw.source}: {fault}")
    if fault := counts.fault():
        raise RawFileError(f"{raw.source}: {fault.format(names=path)} {AGAIN}")
    belonging.require_own()


def _unseen(user: pa.StringArray, news: pa.StringArray, seen: set[int]) -> pa.Int64Array:
    """The places of users not yet `seen` with the same history; updates `seen`."""
    import pyarrow as pa

    new = []
    for place, both in enumerate(zip(user.to_pylist(), news.to_pylist(), strict=True)):
        if both[1] and (key := impressions.mark(*both)) not in seen:
            seen.add(key)
            new.append(place)
    return pa.array(new, pa.int64())


def _history(user: pa.StringArray, news: pa.StringArray) -> dict[str, Any]:
    """The clicks of histories, one to each user."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, ids = _split(news)
    starts = np.searchsorted(rows, np.arange(len(news)))
    seq = np.arange(len(rows)) - starts[rows]
    # A repetition is found by sorting (row, news, place): it follows an equal pair.
    code = np.asarray(ids.dictionary_encode().indices)
    order = np.lexsort((seq, code, rows))
    again = np.zeros(len(rows), bool)
    again[order[1:]] = (rows[order[1:]] == rows[order[:-1]]) & (code[order[1:]] == code[order[:-1]])
    return {
        "user_id": user.take(pa.array(rows)),
        "item_id": ids,
        "timestamp": pa.nulls(len(ids), pa.int64()),
        "seq": pa.array(seq.astype(np.int32)),
        "event": arrow.constant("click", len(ids)),
        "reject": pc.coalesce(_bad_news(ids), arrow.reject_reasons((pa.array(again), REPEATED))),
    }


def _impressions(
    user: pa.StringArray, times: pa.Int64Array, shown: pa.StringArray
) -> dict[str, Any]:
    """A click or skip for each entry such as `N129416-0` of the impressions."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, entries = _split(shown)
    place = pa.array(rows)
    labelled = pc.match_substring_regex(entries, "-[01]$")
    ids = pc.if_else(labelled, pc.utf8_slice_codeunits(entries, 0, -2), entries)
    clicked = pc.ends_with(entries, "-1")
    time = times.take(place)
    return {
        "user_id": user.take(place),
        "item_id": ids,
        "timestamp": time,
        "seq": pa.nulls(len(ids), pa.int32()),
        "event": pc.if_else(clicked, "click", "skip"),
        "reject": pc.coalesce(
            arrow.reject_reasons((pc.invert(labelled), UNLABELLED), (pc.is_null(time), NO_TIME)),
            _bad_news(ids),
        ),
    }


def _split(lists: pa.StringArray) -> tuple[np.ndarray, pa.StringArray]:
    """The words of blank-separated texts, with the row of each; rows ascend."""
    import numpy as np
    import pyarrow.compute as pc

    parts = pc.split_pattern(lists, " ")
    rows, words = np.asarray(pc.list_parent_indices(parts)), parts.flatten()
    keep = pc.not_equal(words, "")
    return rows[np.asarray(keep)].astype(np.int64), words.filter(keep)


def _bare(lists: pa.StringArray) -> pa.StringArray:
    """Ids set apart by one blank each. Copies set them apart by commas, or have a list as Python writes it: a
    history must be the same text in all of them, since it is known again by it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.match_substring_regex(lists, f"{_MARKS}|  |^ | $")).as_py():
        lists = pc.utf8_trim(pc.replace_substring_regex(lists, f"(?:{_MARKS}| )+", " "), " ")
    nothing = pc.is_in(lists, value_set=pa.array(NO_NEWS))
    return pc.if_else(nothing, "", lists) if pc.any(nothing).as_py() else lists


def _count_empty(lists: pa.StringArray) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.equal(pc.utf8_trim_whitespace(lists), "")).as_py() or 0)


def _bad_news(ids: pa.StringArray) -> pa.StringArray:
    import pyarrow.compute as pc

    return arrow.reject_reasons(
        (pc.match_substring_regex(ids, "^(?:N0+)?$"), EMPTY_ID),
        (pc.invert(pc.match_substring_regex(ids, r"^N\d+$")), BAD_NEWS),
    )


def parse_seconds(texts: pa.StringArray, day_first: bool = False) -> pa.Int64Array:
    """UTC seconds since 1970 from `M/D/YYYY h:mm:ss AM/PM` without zero padding, or `YYYY-MM-DD hh:mm:ss`
    as other programs save it.

    Computed by arithmetic: the C library parses AM and PM by the locale.

    Args:
        texts: the times; invalid ones become null.
        day_first: they are written `D/M/YYYY …`.

    Returns:
        Seconds or null.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    first, second = ("day", "month") if day_first else ("month", "day")
    form = (
        rf"^(?P<{first}>\d\d?)/(?P<{second}>\d\d?)/(?P<year>\d{{4}}) "
        r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d) (?P<half>[AP])M$"
    )
    fields = pc.extract_regex(texts, form)
    right = np.asarray(fields.is_valid())

    def number(name: str) -> np.ndarray:
        values = pc.fill_null(pc.struct_field(fields, name), "1").cast(pa.int64())
        return np.asarray(values)

    month, day, hour = number("month"), number("day"), number("hour")
    minute, seconds = number("minute"), number("second")
    months = (number("year") - 1970) * 12 + month - 1
    begin = months.astype("datetime64[M]")
    date = begin.astype("datetime64[D]") + (day - 1)
    right &= (month >= 1) & (month <= 12) & (date.astype("datetime64[M]") == begin)
    right &= (hour >= 1) & (hour <= 12) & (minute < 60) & (seconds < 60)
    late = np.asarray(pc.fill_null(pc.equal(pc.struct_field(fields, "half"), "P"), False))
    clock = (hour % 12 + 12 * late) * 3600 + minute * 60 + seconds
    american = pa.array(date.astype("datetime64[s]").astype(np.int64) + clock, mask=~right)
    return american if right.all() else pc.coalesce(american, arrow.parse_iso_seconds(texts))


OPEN = "https://recodatasets.z20.web.core.windows.net/newsrec/"
HUB = "https://huggingface.co/datasets/Recommenders/MIND/resolve/main/"
GATED = "https://huggingface.co/datasets/yjw1029/MIND/resolve/main/"


def _remote(name: str, size: int) -> Remote:
    # The publisher's MD5 of the zips need not hold for these copies: the files inside are checked.
    return Remote(name, (f"{OPEN}{name}", f"{HUB}{name}"), size=size)


EXAMPLES = {
    "behaviors": "1\tU13740\t11/11/2019 9:05:58 AM\tN55189 N42782\tN55689-1 N35729-0",
    "news": "N55528\tlifestyle\tlifestyleroyals\ttitle\tabstract\thttps://…\t[]\t[]",
}


def _file(part: str, name: str, size: int, rows: int, checksum: str | None = None) -> RawFile:
    key = f"{part.removeprefix('MIND')}_{name}"
    edition_of, _, split = part.removeprefix("MIND").partition("_")
    return RawFile(
        key,
        f"{part}/{name}.tsv",
        packed_in=(f"{part}.zip",),
        size=size,
        checksum=checksum,
        rows=rows,
        example=EXAMPLES[name],
        optional=(edition_of, split) != ("small", "train"),
    )


SOURCE = Source(
    id="mind",
    title="MIND",
    domain="news",
    words="news",
    homepage="https://msnews.github.io/",
    licence=Licence(
        name="Microsoft Research licence",
        url="https://github.com/msnews/MIND/blob/master/MSR%20License_Data.pdf",
        summary="Free for non-commercial research; no right to redistribute. To be accepted by "
        "whoever uses the data, from wherever it is fetched.",
        redistribution=False,
        commercial=False,
    ),
    citation="""@inproceedings{wu2020mind,
  author    = {Wu, Fangzhao and Qiao, Ying and Chen, Jiun-Hung and Wu, Chuhan and Qi, Tao and
               Lian, Jianxun and Liu, Danyang and Xie, Xing and Gao, Jianfeng and Wu, Winnie and
               Zhou, Ming},
  title     = {{MIND}: A Large-scale Dataset for News Recommendation},
  booktitle = {Proceedings of the 58th Annual Meeting of the Association for Computational
               Linguistics},
  pages     = {3597--3606},
  year      = {2020},
  doi       = {10.18653/v1/2020.acl-main.331}
}""",
    remotes=(
        _remote("MINDsmall_train.zip", 52_994_575),
        _remote("MINDsmall_dev.zip", 30_948_560),
        _remote("MINDlarge_train.zip", 531_360_717),
        _remote("MINDlarge_dev.zip", 103_592_887),
    ),
    files=(
        _file(
            "MINDsmall_train",
            "behaviors",
            92_019_716,
            156_965,
            "sha256:a424547c8fa17c9ea4879c2110221c2b2f2709f4f7615ede0b0d8e4765158658",
        ),
        _file(
            "MINDsmall_train",
            "news",
            41_202_121,
            51_282,
            "sha256:cd49d7da275e9c405f627d75a0de9d4ec6ad43ff8a8db5d23a447591676e09d6",
        ),
        _file(
            "MINDsmall_dev",
            "behaviors",
            42_838_544,
            73_152,
            "sha256:b6c460e33b1a8693252ded6e626da7d3ccf78920eea2ec11889020bb7d8443ef",
        ),
        _file(
            "MINDsmall_dev",
            "news",
            33_519_092,
            42_416,
            "sha256:e5d144667558c449d16084fe6bfa01940c2f5d5785ea9f9110292bc3b94eb822",
        ),
        _file("MINDlarge_train", "behaviors", 1_373_844_151, 2_232_748),
        _file("MINDlarge_train", "news", 84_881_998, 101_527),
        _file("MINDlarge_dev", "behaviors", 230_662_527, 376_471),
        _file("MINDlarge_dev", "news", 59_055_351, 72_023),
    ),
    columns=column_names(
        interactions="user_id item_id timestamp seq event",
        items="item_id title categories description",
    ),
    ids={"user_id": "U[0-9]+"},
    times=("2019-10-12", "2019-11-22"),
    readers=Readers(interactions=interactions, items=items),
    by_hand=(
        "1. Open https://msnews.github.io/, read and accept the Microsoft Research licence.\n"
        "2. Download MINDsmall_train.zip and MINDsmall_dev.zip from there (an account that accepted "
        f"the terms of {GATED.removesuffix('/resolve/main/')} is needed), or the copies at {OPEN} "
        "(no account).\n"
        "3. Put the zips, under their names, into <data_dir>/mind/; or unpack them into "
        "<data_dir>/mind/MINDsmall_train/ and <data_dir>/mind/MINDsmall_dev/ (behaviors.tsv and "
        "news.tsv of each). MINDlarge_train and MINDlarge_dev serve in place of the small ones."
    ),
    options={
        "category_words": "news_topics",
        "editions": EDITIONS,  # in order of preference: which keys each needs
        "subcategories": True,
        "several": {"categories": 0.9},
        "gaps": {"items": ("recorded",)},
    },
)
