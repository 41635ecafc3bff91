"""Checks of raw files: each kind of broken file is named, in one message that says what to do."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from itdr.builders.core import duckdb_csv
from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._formats import validate

HEADER = ("userId", "movieId", "rating")
GOOD = b"userId,movieId,rating\n1,2,3.0\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "raw.csv"


def refused(path: Path, data: bytes | None, *said: str, exact: bool = False) -> None:
    """Assert that the header check refuses this file, naming it and each of `said`."""
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RawFileError) as caught:
        validate.require_header(path, HEADER, exact=exact)
    text = str(caught.value)
    for part in (str(path), validate.AGAIN, *said):
        assert part in text


@pytest.mark.parametrize("data", [GOOD, b"\xef\xbb\xbf" + GOOD, GOOD.replace(b"\n", b"\r\n")])
def test_a_good_header_passes(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert validate.require_header(path, HEADER) == HEADER


def test_quoted_names_and_other_delimiters_pass(path: Path) -> None:
    path.write_bytes(b'"a b";"c"\n')
    assert validate.require_header(path, ("a b", "c"), ";") == ("a b", "c")


def test_only_presence_matters_where_names_are_used(path: Path) -> None:
    path.write_bytes(b"rating,new,movieId,userId\n")
    found = validate.require_header(path, HEADER)
    assert found == ("rating", "column 2", "movieId", "userId")
    refused(path, None, "has other columns", exact=True)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b",userId,movieId,rating", ("column 1", *HEADER)),
        (b"userId,movieId,rating,", (*HEADER, "column 4")),
        (b'USERID, "MovieID" ,Rating', HEADER),
        (b"Unnamed: 0,userId,movieId,rating,userId.1", ("column 1", *HEADER, "column 5")),
    ],
)
def test_an_index_a_trailing_comma_and_the_case_do_not_matter(
    path: Path, line: bytes, names: tuple[str, ...]
) -> None:
    path.write_bytes(line + b"\n")
    assert validate.require_header(path, HEADER) == names


def test_header_of_a_gzip(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv.gz"
    path.write_bytes(gzip.compress(GOOD))
    assert validate.require_header(path, HEADER) == HEADER
    refused(path, gzip.compress(GOOD)[:12], "cut off before its end")
    refused(path, gzip.compress(b""), "empty")


def test_broken_headers_are_refused(path: Path) -> None:
    refused(path, None, "no such file")
    refused(path, b"", "empty")
    refused(path, b"user,movieId,rating\n", "userId", "user,movieId,rating")
    refused(path, b"userId;movieId;rating\n", "its names set apart by semicolons instead of commas")
    refused(path, b"userId,movieId,rating,rating\n", "names rating twice")
    refused(path, b"userId,movieId,rating,more\n", "has other columns", "more", exact=True)
    refused(path, b"movieId,userId,rating\n", "the columns in another order", exact=True)
    refused(path, GOOD.decode().encode("utf-16"), "UTF-16")
    refused(path, GOOD.decode().encode("utf-32"), "UTF-32")
    refused(path, GOOD.decode().encode("utf-16-le"), "NUL byte")
    refused(path, b"<!DOCTYPE html>\n", "web page")
    refused(path, b"us\xe9r,movieId,rating\n", "not utf-8")


def test_fields_of_a_file_without_header(path: Path) -> None:
    path.write_bytes(b"1::2::3\r\n4::5\r\n")
    assert validate.require_fields(path, 3, "::") == ("1", "2", "3")
    with pytest.raises(RawFileError, match=r"expected 4 fields divided by '::'.*found 3"):
        validate.require_fields(path, 4, "::")
    path.write_bytes(b"<html>\n")
    with pytest.raises(RawFileError, match="web page"):
        validate.require_fields(path, 4, "::")


def test_a_last_line_without_end_is_a_cut_file(path: Path) -> None:
    for ending in (b"\n", b"\r\n", b"\r"):
        path.write_bytes(b"1,2" + ending)
        validate.require_final_newline(path)
    path.write_bytes(b"1,2\n3,")
    with pytest.raises(RawFileError, match="cut off"):
        validate.require_final_newline(path)


def test_encoding_is_checked_beyond_the_first_block(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "_BLOCK", 5)
    path.write_bytes("1234é678é0\n".encode())  # a letter of two bytes lies across the blocks
    validate.require_encoding(path)
    path.write_bytes(b"12345678901\xe9x\n")
    with pytest.raises(RawFileError, match=r"not utf-8 near byte 1\d "):
        validate.require_encoding(path)
    validate.require_encoding(path, limit=8)
    validate.require_encoding(path, "latin-1")
    path.write_bytes(b"1234567\x008\n")
    with pytest.raises(RawFileError, match="NUL byte at byte 7"):
        validate.require_encoding(path, "latin-1")


@pytest.mark.parametrize("place", [0, 100_000, 5_000_000])
def test_a_nul_byte_is_found_wherever_it_is(path: Path, place: int) -> None:
    path.write_bytes(b"1" * place + b"\x00" + b"1" * (6_000_000 - place))
    with pytest.raises(RawFileError, match=f"NUL byte at byte {place:,}:"):
        validate.require_encoding(path)


@pytest.mark.parametrize("block", [5, 1 << 22])
def test_a_record_inside_quotes_is_found(
    path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "_BLOCK", block)
    good = 'name,n\n"a ""b""\n,c",7/7\nd,7/8\n"e",7/9\n'
    path.write_text(good)
    validate.require_closed_quotes(path, r",7/\d")
    for wrong, said in (
        (good.replace("d,", '"\nd,') + '"\n', "near byte 27 stands inside a quoted field"),
        (good + '"f,7', "not closed"),
    ):
        path.write_text(wrong)
        with pytest.raises(RawFileError, match=said):
            validate.require_closed_quotes(path, r",7/\d")


@pytest.mark.parametrize("ends", [("\n",), ("\r\n",), ("\n", "\r\n")])
def test_plain_lines_in_any_line_ends(path: Path, ends: tuple[str, ...]) -> None:
    lines = ["a\tb", "1\tx", "", "2", "3\ty\tz", "four\tx", '5\t"quote', "6\tNULL"]
    text = "".join(line + ends[place % len(ends)] for place, line in enumerate(lines))
    path.write_bytes(text.encode())
    con = duckdb.connect()
    kinds = {"a": "BIGINT", "b": "VARCHAR"}
    source = duckdb_csv.read_plain(path, "items", kinds, delimiter="\t")
    found = con.sql(f"SELECT a, b, more FROM {source}").fetchall()
    assert found == [
        (1, "x", None),
        (2, None, None),
        (3, "y", "z"),
        (5, '"quote', None),
        (6, "NULL", None),
    ]
    assert duckdb_csv.csv_rejects(con, "items") == {"a value of the wrong type": 1}


def test_whole_lines_stand_alone_whatever_quotes_they_hold(path: Path) -> None:
    path.write_bytes(b'line\r\n1,"open\n2,x\r\n\r\n3,na\xefve\n4,y\n')
    con = duckdb.connect()
    source = duckdb_csv.read_lines(path, "items")
    found = con.sql(f"SELECT line FROM {source} WHERE line IS NOT NULL").fetchall()
    assert found == [('1,"open',), ("2,x",), ("4,y",)]
    assert duckdb_csv.csv_rejects(con, "items") == {"invalid encoding": 1}


def test_each_bad_line_of_a_csv_counts_once(path: Path) -> None:
    path.write_bytes(b'a,b,c\n1,2,3\nx,y,3\n1,2\n1,2,3,4\n"1",5,"c, ""d"""\n')
    con = duckdb.connect()
    kinds = {"a": "BIGINT", "b": "BIGINT", "c": "VARCHAR"}
    found = con.sql(f"FROM {duckdb_csv.read_csv(path, 'users', kinds)}").fetchall()
    assert found == [(1, 2, "3"), (1, 5, 'c, "d"')]
    assert duckdb_csv.csv_rejects(con, "users") == {
        "a value of the wrong type": 1,
        "too few fields": 1,
        "too many fields": 1,
    }
    assert duckdb_csv.csv_rejects(con, "items") == {}


def test_paths_with_quotes_are_literals(tmp_path: Path) -> None:
    path = tmp_path / "it's.csv"
    path.write_bytes(b"a\n1\n")
    found = (
        duckdb.connect().sql(f"FROM {duckdb_csv.read_csv(path, 't', {'a': 'INTEGER'})}").fetchall()
    )
    assert found == [(1,)]
