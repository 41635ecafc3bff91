"""MicroLens: public comments on short videos (no ratings), timed, with titles and, for 100K, one
category per video.

Format: https://github.com/westlake-repl/MicroLens and the folders' readme. One edition is read: 100K
where its files are there, else 50K, else 1M. `*_pairs.csv`: comma, header, times in milliseconds.
Titles: 100K and 1M `id,title` without header or quoting, split at the first comma only (1M is
Chinese with unbalanced quotes; the 100K titles in circulation end at their first comma); 50K: CSV with
a header. Ids mean the same video in 50K and 100K, so where the 50K titles are there too, they complete
those of 100K. The English titles are machine translations; hashtags, serial numbers and stray marks
are removed, and what then says too little is no title (`_shared/video_titles.py`). Chinese titles stay
as they are but for separators that they begin with.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.duckdb_csv import epoch_seconds, integer_text_sql, read_csv, unquoted_sql
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import LetterCounts
from itdr.builders.core.numbers import integer_sql, unread_sql
from itdr.builders.core.reasons import BAD_ID, EMPTY_ID, ENOUGH_TO_JUDGE, NO_TIME
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Source, column_names
from itdr.builders.core.text import plain
from itdr.builders.sources._formats import arrow
from itdr.builders.sources._formats import lines as line_files
from itdr.builders.sources._formats.validate import (
    AGAIN,
    first_fields,
    require_final_newline,
    require_header,
    require_not_empty,
)
from itdr.builders.sources._shared.video_titles import display_title

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

SAYS_LITTLE = "title says too little"
"""The reason for emptying a title of hashtags alone, or of fewer than three words."""
EDITIONS = {
    "100K": ("pairs_100k", "titles_100k", "tags_100k", "titles_50k"),
    "50K": ("pairs_50k", "titles_50k"),
    "1M": ("pairs_1m", "titles_1m"),
}
"""The files of each edition, its pairs first; an edition is read where its pairs are there."""
IDS = {"user_id": "[0-9]{1,9}", "item_id": "[0-9]{1,9}"}
ANCHORS = {
    "2": 338_168_502,
    "4": 490_770_220,
    "5": 4_009_907_866,
    "6": 1_029_887_122,
    "7": 2_177_116_528,
    "8": 603_053_097,
    "9": 2_662_008_330,
    "10": 3_858_193_389,
    "11": 4_060_797_384,
    "12": 617_972_903,
    "13": 3_316_713_802,
    "14": 3_305_672_276,
    "15": 232_684_410,
    "16": 783_143_100,
    "17": 527_861_858,
    "18": 2_795_652_508,
    "19": 1_628_371_302,
    "20": 3_624_817_623,
    "21": 2_978_670_583,
    "22": 492_923_332,
}
"""By id, checksums of the first letters of some titles, which are the same in all editions in English."""
LETTERS, ENOUGH_MOVED = 24, 5
"""So many letters are compared; and so many of these titles stand at other ids by no edit of one record."""
PAIR = ("user", "item", "timestamp")
PAIR_EXAMPLE = "user,item,timestamp\n1,39940,1583378629552"
_LEADING = r"^(?:[-–—:;,|/]+ )+"


def find_edition(raw: Raw) -> str:
    """The first edition whose pairs are present.

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
        f"{raw.source}: there is no MicroLens-100k_pairs.csv (nor that of 50k or 1M). "
        f"Put it into <data_dir>/{raw.source}/."
    )


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `comment` event per pair."""
    path = raw.path(EDITIONS[find_edition(raw)][0])
    header = _header(path)
    require_final_newline(path, r"^\d+,\d+,1\d{12}$")
    # Numbers alone: read without quoting, a stray quote costs its own line and none after it.
    types = dict.fromkeys(header or PAIR, "VARCHAR")
    lines = read_csv(path, "interactions", types, quote="", header=bool(header))
    fields = ", ".join(f'{integer_text_sql(unquoted_sql(name))} AS "{name}"' for name in PAIR)
    return raw.con.sql(
        f"""SELECT "user" AS user_id, item AS item_id, 'comment' AS event,
                   seconds AS timestamp,
                   CASE WHEN "user" IS NULL OR item IS NULL THEN '{EMPTY_ID}'
                        WHEN seconds IS NULL
                          THEN coalesce({unread_sql('"timestamp"', "number", NO_TIME)}, '{NO_TIME}')
                        END AS reject
            FROM (SELECT *, {epoch_seconds("number")} AS seconds
                  FROM (SELECT *, {integer_sql('"timestamp"')} AS number
                        FROM (SELECT {fields} FROM {lines})))"""
    )


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Videos with title and category, held in memory (at most 91,402).

    Items without a title are hidden, and so are those whose titles differ only in case and
    punctuation ("the wonderful video"): a reader cannot tell them apart.
    """
    import pyarrow as pa

    name = find_edition(raw)
    if name == "50K":
        titles = _quoted_titles(raw)
    else:
        titles = _plain_titles(raw, "titles_100k" if name == "100K" else "titles_1m")
        if name == "100K" and raw.has("titles_50k"):
            fuller = _quoted_titles(raw)
            _require_same_numbering(raw, titles, fuller)
            titles = {item: fuller.get(item) or title for item, title in titles.items()}
    display_titles = (
        titles if name == "1M" else {item: _displayed(text) for item, text in titles.items()}
    )
    emptied = [
        SAYS_LITTLE if titles[item] and not display_titles[item] else None for item in titles
    ]
    labels: dict[str, str | None] = {}
    if name == "100K" and raw.has("tags_100k"):
        labels = _plain_titles(raw, "tags_100k")
    return arrow.record_batches(
        {
            "item_id": pa.array(list(titles), pa.string()),
            "title": pa.array(list(display_titles.values()), pa.string()),
            "categories": arrow.one_element_lists(pa.array(map(labels.get, titles), pa.string())),
            "hidden": pa.array(_hidden(display_titles), pa.bool_()),
            "emptied": pa.array(emptied, pa.string()),
        }
    )


def _header(path: Path) -> tuple[str, ...]:
    """The column names; empty where the first line holds numbers (1M may have no header)."""
    require_not_empty(path)
    if all(re.fullmatch(r"\d+(\.0)?", field) for field in first_fields(path)):
        return ()
    return require_header(path, PAIR)


def _plain_titles(raw: Raw, key: str) -> dict[str, str | None]:
    """Id -> text, of lines split at their first comma; a repeated id counts as rejected."""
    path = raw.path(key)
    require_not_empty(path)
    first = first_fields(path)
    if first and not first[0].strip():
        raise RawFileError(
            f"{path}: the first line begins with a comma, so an index was saved in front of the ids: "
            f"{','.join(first)[:80]!r}. {AGAIN}"
        )
    texts_by_id: dict[str, str | None] = {}
    for ids, texts in line_files.read_records(raw, "items", path, 2, delimiter=","):
        _collect(raw, texts_by_id, ids, _saved_anew(texts))
    _require_own_letters(path, texts_by_id, english=key == "titles_100k")
    numbered = sum(1 for text in texts_by_id.values() if text and re.match(r"\d+,", text))
    if numbered > 0.9 * len(texts_by_id) and numbered > 1:
        raise RawFileError(
            f"{path}: nearly every title begins with a number and a comma, so an index was saved in "
            f"front of the ids. {AGAIN}"
        )
    if "0" in texts_by_id:
        raise RawFileError(
            f"{path}: there is an id 0, and official ids begin with 1, so the ids were counted anew. {AGAIN}"
        )
    behind = sum(1 for text in texts_by_id.values() if text and re.search(r",\w+$", text))
    if key != "tags_100k" and behind >= ENOUGH_TO_JUDGE and 2 * behind > len(texts_by_id):
        raise RawFileError(
            f"{path}: {behind:,} of {len(texts_by_id):,} titles end in a comma and one word, so another column was saved "
            f"behind them. {AGAIN}"
        )
    return texts_by_id


def _saved_anew(texts: pa.StringArray) -> pa.StringArray:
    """Titles without the quotes that a program added, around all of them or those with a comma, when it
    saved the file again; the official files quote nothing.
    """
    import pyarrow.compute as pc

    bare = pc.utf8_trim(texts, " ")
    quoted = pc.match_substring_regex(bare, r'^"(?:[^"]|"")*"$')
    if 2 * quoted.true_count < len(quoted):  # a few: those with a comma
        quoted = pc.match_substring_regex(bare, r'^"[^"]*,[^"]*"$')
    return pc.if_else(quoted, pc.utf8_trim(bare, '"'), texts)


def _quoted_titles(raw: Raw) -> dict[str, str | None]:
    """Id -> title from the 50K file: CSV, no line breaks inside fields."""
    import pyarrow as pa

    path = raw.path("titles_50k")
    require_header(path, ("item", "title"), exact=True)
    titles_by_id: dict[str, str | None] = {}
    for ids, texts in line_files.read_records(raw, "items", path, 2, delimiter=",", skip=1):
        titles = [_unquoted(text) for text in texts.to_pylist()]
        _collect(raw, titles_by_id, ids, pa.array(titles, pa.string()))
    _require_own_letters(path, titles_by_id, english=True)
    return titles_by_id


def _require_own_letters(path: Path, found: dict[str, str | None], english: bool) -> None:
    """Raise `RawFileError` where letters of texts were encoded twice, or titles of an edition in English are Chinese."""
    import pyarrow as pa

    letters = LetterCounts()
    letters.add(pa.array(list(found.values()), pa.string()))
    if fault := letters.fault("texts", str(path)):
        raise RawFileError(fault)
    if english:
        _require_own_titles(path, found)
    chinese = sum(1 for text in found.values() if text and re.search("[一-鿿]", text))
    if english and chinese >= ENOUGH_TO_JUDGE and 2 * chinese > len(found):
        raise RawFileError(
            f"{path}: {chinese:,} of {len(found):,} titles are Chinese, and those of this file are English: it is that of "
            f"another edition or language. {AGAIN}"
        )


def _require_own_titles(path: Path, found: dict[str, str | None]) -> None:
    """Raise `RawFileError` where known titles stand at other ids."""
    ids: dict[int, set[str]] = {}
    for item, text in found.items():
        if text:
            ids.setdefault(zlib.crc32(plain(text)[:LETTERS].encode()), set()).add(item)
    moved = sum(1 for item, mark in ANCHORS.items() if item not in ids.get(mark, {item}))
    if moved >= ENOUGH_MOVED:
        raise RawFileError(
            f"{path}: {moved:,} of {len(ANCHORS):,} known titles stand at other ids than in every official release: titles or "
            f"ids were moved to other rows, or numbered anew. {AGAIN}"
        )


def _require_same_numbering(
    raw: Raw, titles: dict[str, str | None], fuller: dict[str, str | None]
) -> None:
    """Check that an id means the same video in both files of titles.

    Of the official 19,220 titles of 50K, 19,051 begin with the 100K title of their id.

    Raises:
        RawFileError: most do not.
    """
    both = [
        (plain(title), plain(longer))
        for item, title in titles.items()
        if title and (longer := fuller.get(item))
    ]
    other = sum(1 for title, longer in both if not longer.startswith(title))
    if len(both) >= ENOUGH_TO_JUDGE and 2 * other > len(both):
        raise RawFileError(
            f"{raw.paths['titles_50k']}: of {len(both):,} ids that {raw.paths['titles_100k'].name} has "
            f"too, {other:,} have another title there, so the two files number their videos "
            "differently. Put the official files in place, or leave this one away."
        )


def _unquoted(text: str) -> str:
    """A CSV field without its quotes. By line: a stray quote must not swallow what follows."""
    if text.startswith('"'):
        text = text[1:].removesuffix('"').replace('""', '"')
    return text


def _collect(
    raw: Raw, found: dict[str, str | None], ids: pa.StringArray, texts: pa.StringArray
) -> None:
    import pyarrow.compute as pc

    tidy_texts = pc.replace_substring_regex(arrow.tidy(texts), _LEADING, "")
    tidy_texts = pc.utf8_rtrim(tidy_texts, " ,")
    for item, text in zip(
        arrow.integer_text(arrow.tidy(ids)).to_pylist(), tidy_texts.to_pylist(), strict=True
    ):
        if not item:
            raw.reject("items", EMPTY_ID)
        elif not re.fullmatch(IDS["item_id"], item):
            raw.reject("items", BAD_ID)
        elif item in found:
            raw.reject("items", "repeated id")
            # Which one stays may not depend on the order of lines.
            found[item] = min(filter(None, (found[item], text)), default=None)
        else:
            found[item] = text


def _displayed(text: str | None) -> str | None:
    return text and display_title(text)


def _hidden(titles: dict[str, str | None]) -> list[bool]:
    keys = [plain(title) if title else "" for title in titles.values()]
    often = Counter(keys)
    return [not key or often[key] > 1 for key in keys]


PORTAL = "https://recsys.westlake.edu.cn/"


def _remote(folder: str, name: str, size: int | None = None, checksum: str | None = None) -> Remote:
    return Remote(name, (f"{PORTAL}{folder}/{name}",), size=size, checksum=checksum)


SOURCE = Source(
    id="microlens",
    title="MicroLens",
    domain="short videos",
    words="short_videos",
    homepage="https://github.com/westlake-repl/MicroLens",
    licence=Licence(
        name="MicroLens terms of use",
        url="https://github.com/westlake-repl/MicroLens",
        summary="No formal licence: the authors ask to be cited, and forbid to change the data and "
        "offer the result for download.",
        redistribution=False,
        commercial=False,
    ),
    citation="""@article{ni2023content,
  author  = {Ni, Yongxin and Cheng, Yu and Liu, Xiangyan and Fu, Junchen and Li, Youhua and
             He, Xiangnan and Zhang, Yongfeng and Yuan, Fajie},
  title   = {A Content-Driven Micro-Video Recommendation Dataset at Scale},
  journal = {arXiv preprint arXiv:2309.15379},
  year    = {2023}
}""",
    remotes=(
        _remote("MicroLens-100k-Dataset", "MicroLens-100k_pairs.csv"),
        _remote("MicroLens-100k-Dataset", "MicroLens-100k_title_en.csv"),
        _remote("MicroLens-100k-Dataset", "tags_to_summary.csv"),
        _remote(
            "MicroLens-50k-Dataset",
            "MicroLens-50k_pairs.csv",
            9_431_093,
            "sha256:7ff8b91bcc84f5434ac2c5be7d0b7d7730f5e84f79f9648b5ae67a7641f97bbd",
        ),
        _remote(
            "MicroLens-50k-Dataset",
            "MicroLens-50k_titles.csv",
            2_392_145,
            "sha256:244aad5380cbbe0fb43458cfcda5ebe820f534384602f80a64dbbcd07dd30e49",
        ),
        _remote("MicroLens-1M-Dataset", "MicroLens-1M_pairs.csv"),
        _remote("MicroLens-1M-Dataset", "MicroLens-1M_title.csv"),
    ),
    files=(
        RawFile("pairs_100k", "MicroLens-100k_pairs.csv", example=PAIR_EXAMPLE, rows=719_405),
        RawFile(
            "titles_100k",
            "MicroLens-100k_title_en.csv",
            example="1, title of the first video",
            rows=19_738,
        ),
        RawFile(
            "tags_100k",
            "tags_to_summary.csv",
            example="1,category of the first video",
            optional=True,
        ),
        RawFile(
            "titles_50k",
            "MicroLens-50k_titles.csv",
            example="item,title\n1,title of the first video",
            rows=19_220,
            optional=True,
        ),
        RawFile(
            "pairs_50k",
            "MicroLens-50k_pairs.csv",
            example=PAIR_EXAMPLE,
            rows=359_708,
            optional=True,
        ),
        RawFile(
            "pairs_1m",
            "MicroLens-1M_pairs.csv",
            example=PAIR_EXAMPLE,
            rows=9_095_620,
            optional=True,
        ),
        RawFile(
            "titles_1m",
            "MicroLens-1M_title.csv",
            example="1,title of the first video",
            rows=91_402,
            optional=True,
        ),
    ),
    columns=column_names(
        interactions="user_id item_id timestamp event",
        items="item_id title categories hidden",
    ),
    times=("2011-01-01", "2023-12-31"),
    ids=IDS,
    readers=Readers(interactions=interactions, items=items),
    by_hand=(
        "1. Open https://recsys.westlake.edu.cn/MicroLens-100k-Dataset/ (no account needed; terms at "
        "https://github.com/westlake-repl/MicroLens: cite the paper, offer no changed copy).\n"
        "2. Download MicroLens-100k_pairs.csv and MicroLens-100k_title_en.csv, and, if you can, "
        "tags_to_summary.csv (categories); from https://recsys.westlake.edu.cn/MicroLens-50k-Dataset/ "
        "also MicroLens-50k_titles.csv (fuller titles).\n"
        "3. Put them into <data_dir>/microlens/. The pairs and titles of the 50k or 1M edition serve "
        "in place of the 100k ones."
    ),
    # Editions in order of preference: which keys each needs, for whoever looks for the files.
    options={
        "editions": EDITIONS,
        "from_one": ("user_id", "item_id"),
        "pairs_once": True,
        "gaps": {"items": ("rated", "none")},
        "any_case": True,
    },
)
