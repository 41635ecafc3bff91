"""PixelRec, the 200K edition: comments on short videos (no ratings), timed, with Chinese titles.

Format: https://github.com/westlake-repl/PixelRec, dataset/readme.md. Two CSV files of the same name
in two folders, `interactions/Pixel200K.csv` and `items/Pixel200K.csv`, told apart by their headers and
read by the names in them (`description` came later). The item file's counters (views, likes, …) are
never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from itdr.builders.core.duckdb_csv import epoch_seconds, literal, read_csv, unquoted_sql
from itdr.builders.core.numbers import integer_sql, unread_sql
from itdr.builders.core.reasons import EMPTY_ID, NO_TIME
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Source, column_names
from itdr.builders.sources._formats import arrow
from itdr.builders.sources._formats.validate import (
    first_fields,
    require_final_newline,
    require_header,
)

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

ITEM = "i[0-9]+"
BAD_ITEM = "malformed item id"
BAD_USER = "malformed user id"
EVENT_COLUMNS = ("item_id", "user_id", "timestamp")
ITEM_COLUMNS = ("item_id", "title", "tag")
ITEM_RECORD = r"\bi[0-9]+(,[0-9.]*){4},"
"""An item's id and the counters behind it."""
NAMED = "Pixel200K.csv"


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `comment` event (or on-screen comment) per row; several of a user can share a second."""
    path = raw.path("interactions")
    header = require_header(path, EVENT_COLUMNS)
    require_final_newline(path, r"^i\d+,[^,]+,1\d{9}$")
    # Ids and times alone: read without quoting, a stray quote costs its own line and none after it.
    lines = read_csv(path, "interactions", dict.fromkeys(header, "VARCHAR"), quote="")
    fields = ", ".join(f'{unquoted_sql(name)} AS "{name}"' for name in EVENT_COLUMNS)
    return raw.con.sql(
        f"""SELECT user_id, item_id, 'comment' AS event,
                   seconds AS timestamp,
                   CASE WHEN user_id IS NULL OR item_id IS NULL THEN '{EMPTY_ID}'
                        WHEN NOT regexp_full_match(item_id, {literal(ITEM)}) THEN '{BAD_ITEM}'
                        WHEN contains(user_id, '"') THEN '{BAD_USER}'
                        WHEN seconds IS NULL
                          THEN coalesce({unread_sql('"timestamp"', "number", NO_TIME)}, '{NO_TIME}')
                        END AS reject
            FROM (SELECT *, {epoch_seconds("number")} AS seconds
                  FROM (SELECT *, {integer_sql('"timestamp"')} AS number
                        FROM (SELECT {fields} FROM {lines})))"""
    )


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Videos with Chinese title, tags as categories, and description; held in memory (96,282)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    path = raw.path("items")
    described = "description" in (name.strip().casefold() for name in first_fields(path))
    header = require_header(path, (*ITEM_COLUMNS, *(["description"] if described else [])))
    arrow.require_quoted_csv(path, ITEM_RECORD)
    lines = read_csv(path, "items", dict.fromkeys(header, "VARCHAR"))
    text = "description" if described else "CAST(NULL AS VARCHAR) AS description"
    table = raw.con.sql(f"SELECT item_id, title, tag, {text} FROM {lines}").to_arrow_table()
    ids = arrow.tidy(table.column("item_id"))
    # Codes for characters, "&#38899;", hold a mark.
    tags = pc.replace_substring_regex(arrow.known_values(table.column("tag")), "[，、;；]", ",")
    return arrow.record_batches(
        {
            "item_id": ids,
            "title": arrow.tidy(table.column("title")),
            "categories": arrow.split_lists(tags.cast(pa.string())),
            "description": arrow.known_values(table.column("description")),
            "reject": arrow.reject_reasons(
                (pc.is_null(ids), EMPTY_ID),
                (pc.invert(pc.match_substring_regex(ids, f"^{ITEM}$")), BAD_ITEM),
            ),
        }
    )


DRIVE = "https://drive.google.com/drive/folders/"
INTERACTIONS_FOLDER = f"{DRIVE}1vR1lgQUZCy1cuhzPkM2q7AsdYRP43feQ"
ITEMS_FOLDER = f"{DRIVE}1rXBM-zi5sSdLHNshXWtGgVReWLuYNgDB"

SOURCE = Source(
    id="pixelrec",
    title="PixelRec (Pixel200K)",
    domain="short videos",
    words="short_videos",
    homepage="https://github.com/westlake-repl/PixelRec",
    licence=Licence(
        name="PixelRec dataset licence",
        url="https://github.com/westlake-repl/PixelRec/blob/main/dataset/LICENSE",
        summary="Non-commercial research and education only; no right to copy, change, publish, "
        "distribute or commercialise the data.",
        redistribution=False,
        commercial=False,
    ),
    citation="""@inproceedings{cheng2024image,
  author    = {Cheng, Yu and Pan, Yunzhu and Zhang, Jiaqi and Ni, Yongxin and Sun, Aixin and
               Yuan, Fajie},
  title     = {An Image Dataset for Benchmarking Recommender Systems with Raw Pixels},
  booktitle = {Proceedings of the 2024 SIAM International Conference on Data Mining (SDM)},
  year      = {2024},
  note      = {arXiv:2309.06789}
}""",
    remotes=(
        Remote("interactions/Pixel200K.csv", access="manual"),
        Remote("items/Pixel200K.csv", access="manual"),
    ),
    files=(
        RawFile(
            "interactions",
            "interactions/Pixel200K.csv",
            aliases=(
                "dataset/Pixel200K.csv",
                "Pixel200K_interactions.csv",
                "Pixel200K_interaction.csv",
            ),
            rows=3_965_656,
            example="item_id,user_id,timestamp\ni12345,u12345,1650000000",
        ),
        RawFile(
            "items",
            "items/Pixel200K.csv",
            aliases=(
                "information/Pixel200K.csv",
                "item_info/Pixel200K.csv",
                "Pixel200K_items.csv",
                "Pixel200K_item.csv",
            ),
            rows=96_282,
            example="item_id,view_number,…,title,tag,description",
        ),
    ),
    columns=column_names(
        interactions="user_id item_id timestamp event",
        items="item_id title categories description",
    ),
    ids={"user_id": "[A-Za-z0-9_-]+"},
    times=("2011-01-01", "2023-12-31"),
    readers=Readers(interactions=interactions, items=items),
    options={"chinese": True},
    by_hand=(
        "1. Read the terms at https://github.com/westlake-repl/PixelRec (dataset/LICENSE: "
        "non-commercial research and education only).\n"
        f"2. From the Google Drive folder {INTERACTIONS_FOLDER} download {NAMED} (interactions), and "
        f"save it as <data_dir>/pixelrec/interactions/{NAMED}.\n"
        f"3. From the Google Drive folder {ITEMS_FOLDER} download the file of the same name (item "
        f"information), and save it as <data_dir>/pixelrec/items/{NAMED}. The two files share their "
        "name, so keep them in these two folders."
    ),
)
