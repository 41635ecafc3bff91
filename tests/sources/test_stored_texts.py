"""What texts of raw files may hold once they are stored: the same rule for every source and column."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.core import schema
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.reasons import EMPTY_ID
from itdr.builders.core.schema import Readers
from itdr.builders.sources import anime_2023
from itdr.builders.store.build import staging, texts

HOSTILE = {
    "Salt\x1b]52;c;QQ==\x07Sea": "Salt ]52;c;QQ== Sea",
    "Salt\x00\x08\x0b\x7fSea": "Salt Sea",
    "Salt\x85Sea\u2028The\u2029End": "Salt Sea The End",
    "\u202eSalt\u202c\u2066 Sea\u2069": "Salt Sea",
    "Sa\ufffelt\ufdd0 \U0001ffffSea": "Salt Sea",
    "Salt\U000e0041\U000e0042": "Salt",
    "  Salt \t\r\n Sea\u00a0\u3000": "Salt Sea",
    "So\u00adft": "Soft",
    "\ufeffSalt": "Salt",
    "\x1b\x07": None,
    **dict.fromkeys(("NaN", "None", "null", "nan", "NULL", "", " "), None),
}
KEPT = ("Salt & Sea", "Nan", "NONE", "N", "👩‍👩‍👧 café", "می‌خواهم", "日本語", "#1 <3 “q”")


def in_sql(values: list[str | None]) -> list[str | None]:
    con = duckdb.connect()
    con.register("given", pa.table({"t": pa.array(values, pa.string())}))
    found = [row[0] for row in con.sql(f"SELECT {texts.clean_sql('t')} FROM given").fetchall()]
    con.close()
    return found


@pytest.mark.parametrize(("text", "expected"), HOSTILE.items())
def test_what_no_reader_should_see_goes(text: str, expected: str | None) -> None:
    assert in_sql([text, None]) == [expected, None]


def test_other_texts_stay() -> None:
    assert in_sql(list(KEPT)) == list(KEPT)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=50, max_size=200))
def test_nothing_stored_breaks_a_line_or_hides(values: list[str]) -> None:
    cleaned = in_sql(list(values))
    for text in filter(None, cleaned):
        assert len(text.splitlines()) == 1 and text == " ".join(text.split())
        assert not any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text)
        assert not set(text) & set(
            "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        )
        assert not any(
            ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF for sign in text
        )
    assert in_sql(list(cleaned)) == cleaned


def test_every_column_that_people_read_is_cleaned() -> None:
    kinds = {
        "list": "VARCHAR[]",
        "pairs": "STRUCT(name VARCHAR, value VARCHAR)[]",
        "text": "VARCHAR",
        "tag": "VARCHAR",
    }
    values = {
        "text": "Salt\x1b\u2028Sea",
        "tag": "null\x07",
        "list": ["Salt\u2028Sea", "\x07", "NaN"],
        "pairs": [{"name": "Sa\nlt", "value": "S\x1bea"}, {"name": "x", "value": "\x00"}],
    }
    right = {
        "text": "Salt Sea",
        "tag": "null",
        "list": ["Salt Sea"],
        "pairs": [{"name": "Sa lt", "value": "S ea"}],
    }
    unread = {"user_id", "item_id", "rating", "timestamp", "seq", "event", "weight", "domain"}
    unread |= {"year", "hidden", "age", "birth_year", "work_title", "work_creator"}
    for table, columns in schema.COLUMNS.items():
        assert set(columns) - unread == set(texts.TEXTS[table])
        for column, kind in texts.TEXTS[table].items():
            con = duckdb.connect()
            con.execute(f"CREATE TABLE t ({column} {kinds[kind]})")
            con.execute("INSERT INTO t VALUES (?)", [values[kind]])
            found = con.sql(f"SELECT {texts.cleaned_sql(table, column)} FROM t").fetchall()[0][0]
            assert json.dumps(found) == json.dumps(right[kind]), (table, column)
            assert con.sql(
                f"SELECT {texts.cleaned_sql(table, column)} FROM (SELECT NULL::{kinds[kind]} AS {column})"
            ).fetchall() == [(None,)]
            con.close()


@pytest.mark.parametrize(
    ("split", "names"),
    [
        (["['Action'", "'Drama']"], ["Action", "Drama"]),
        (["['Action', 'Drama']"], ["Action", "Drama"]),
        (['["Action"', '"Drama"]'], ["Action", "Drama"]),
        (["['Beer", "Wine'", "u'Food']"], ["Beer, Wine", "Food"]),
        (["('Beer", "Wine'", "'Food')"], ["Beer, Wine", "Food"]),
        (["('Beer'", ")"], ["Beer"]),
        (["{'Food'", '"Art\'s"}'], ["Food", "Art's"]),
        (["['Action' 'Drama'\n 'Sci-Fi']"], ["Action", "Drama", "Sci-Fi"]),
        (["{'name': 'Food'", "'id': 1}"], []),
        (["('Til Tuesday", "again"], ["('Til Tuesday", "again"]),
        (["['Beer", "Wine'", "'Food']"], ["Beer, Wine", "Food"]),
        (["['Action'", "'Dra"], []),
        (["[]"], []),
        (["[Untitled]", "Drama"], ["[Untitled]", "Drama"]),
        (["Drama", "['Action']"], ["Drama", "['Action']"]),
    ],
)
def test_a_python_list_that_was_split_at_its_commas(split: list[str], names: list[str]) -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE t (categories VARCHAR[])")
    con.execute("INSERT INTO t VALUES (?)", [split])
    cleaned = texts.cleaned_sql("items", "categories")
    assert con.sql(
        f"SELECT {cleaned} FROM {texts.with_lists_sql('t', ['categories'])}"
    ).fetchall() == [(names,)]


@pytest.mark.parametrize("word", texts.NO_USER)
def test_a_placeholder_is_nobody(word: str) -> None:
    con = duckdb.connect()
    rows = pa.record_batch({"user_id": ["u", word], "item_id": ["Emma", "Emma"]})
    named = replace(
        anime_2023.SOURCE, ids={}, readers=Readers(interactions=lambda raw: iter([rows]))
    )
    rejected: Counter[tuple[str, str]] = Counter()
    staging.stage_table(named, Raw("anime-2023", {}, con), "interactions", rejected)
    assert rejected == {("interactions", EMPTY_ID): 1}


def test_a_title_that_is_an_id_may_be_a_dash() -> None:
    con = duckdb.connect()
    rows = pa.record_batch({"user_id": ["u", "v"], "item_id": ["-", "null"]})
    named = replace(
        anime_2023.SOURCE, ids={}, readers=Readers(interactions=lambda raw: iter([rows]))
    )
    rejected: Counter[tuple[str, str]] = Counter()
    staging.stage_table(named, Raw("anime-2023", {}, con), "interactions", rejected)
    assert rejected == {("interactions", EMPTY_ID): 1}


def test_genres_written_as_python_lists_are_read_or_counted(tmp_path: Path) -> None:
    names = (
        *("['Action', 'Sci-Fi']", "[]", "['Action', 'Sci", "Action, Sci-Fi", ""),
        *("Action|Sci-Fi", "Action; Sci-Fi", "[{'id': 1, 'name': 'Action'}]"),
    )
    header = ",".join(anime_2023.ITEM_COLUMNS)
    place = anime_2023.ITEM_COLUMNS.index("Genres")
    text = f"{header}\n"
    for number, genres in enumerate(names):
        fields = [""] * len(anime_2023.ITEM_COLUMNS)
        fields[0], fields[1], fields[place] = str(number), f"Title {number}", f'"{genres}"'
        text += ",".join(fields) + "\n"
    path = tmp_path / "anime.csv"
    path.write_text(text, "utf-8")
    con = duckdb.connect()
    raw = Raw("anime-2023", {"anime": path}, con)
    rejected: Counter[tuple[str, str]] = Counter()
    staging.stage_table(anime_2023.SOURCE, raw, "items", rejected)
    both = ["Action", "Sci-Fi"]
    found = con.sql("SELECT categories FROM items_raw ORDER BY item_id").fetchall()
    assert [row[0] for row in found] == [
        *(both, [], [], both, []),
        *(both, both, []),
    ]
    assert raw.emptied == {("items", "categories unreadable"): 2} and not rejected
