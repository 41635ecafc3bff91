"""Cleaning of texts from web pages: the rules, and that Python and SQL follow them alike."""

from __future__ import annotations

import html
from html.entities import name2codepoint

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.sources._formats.text import clean, clean_sql, clean_value_sql


def cleaned(texts: list[str | None]) -> list[str | None]:
    """What DuckDB makes of the texts."""
    con = duckdb.connect()
    con.register("given", pa.table({"t": pa.array(texts, pa.string())}))
    found = [row[0] for row in con.sql(f"SELECT {clean_sql('t')} FROM given").fetchall()]
    con.close()
    return found


TEXTS = {
    "a &amp; b": "a & b",
    "&#34;x&#x27;&#150;&nbsp;&hearts;": "\"x'\u2013 \u2665",
    "&quotx&quot; &amp;lt; &unknown; R&D; AT&T": '"x" &lt; &unknown; R&D; AT&T',
    "&#0;&#xD800;&#1114112;x": "x",
    "one<br />two<BR><p class='x'>three</p>": "one two three",
    'see <a href="http://x.y/?a=1&b=2" target=_blank>this</a>': "see this",
    "I <3 it; 2 < 3 > 1 <not a tag> <i think so>": "I <3 it; 2 < 3 > 1 <not a tag> <i think so>",
    "&lt;br&gt;escaped": "escaped",
    "[[VIDEOID:ab12]] [[ASIN:B08HR2GBHC\u00a0Kozis brush]] [[other]]": "Kozis brush [[other]]",
    " a\t\n b\u200bc\ufeff\u3000d\x00e ": "a b c d e",
    "caf\u00e9 \U0001f600 \u661f": "caf\u00e9 \U0001f600 \u661f",
    "": None,
    "  <br> &nbsp; ": None,
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_texts_are_cleaned(text: str, expected: str | None) -> None:
    assert clean(text) == expected
    assert cleaned([text, None]) == [expected, None]


def test_all_named_characters_are_known() -> None:
    named = [f"&{name};" for name in (*name2codepoint, "apos")]
    expected = [html.unescape(text).strip("\xa0\u2002\u2003\u2009") or None for text in named]
    assert [clean(text) for text in named] == cleaned(named) == expected


PIECES = st.one_of(
    st.sampled_from([
        "&amp;", "&quot", "&#39;", "&#x27;", "&#150;", "&nbsp;", "&", ";", "<br />", "<", ">",
        "</P>", '<a href="x">', "[[ASIN:B000000000 a b]]", "[[VIDEOID:ab]]", "[[", " ", "  ",
        "\n", "]]", "\xa0", "\u200b", "\x85",
    ]),
    st.characters(exclude_categories=["Cs"]),
    st.text("abp&#;<>[]/= '\"", max_size=5),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=10).map("".join), min_size=30, max_size=30))
def test_both_ways_of_cleaning_agree(texts: list[str]) -> None:
    assert cleaned(list(texts)) == [clean(text) for text in texts]


@pytest.mark.parametrize("text", ["", " ", "Unknown", " NULL ", "nan", "N/A", "None", "\\N"])
def test_words_for_a_missing_value(text: str) -> None:
    row = duckdb.execute(f"SELECT {clean_value_sql('t')} FROM (SELECT ? AS t)", [text]).fetchone()
    assert row == (None,)
