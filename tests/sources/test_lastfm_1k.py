"""Last.FM 1K: its reader on made-up and real files, and how lines are split by the bytes."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.sources._formats import arrow
from itdr.builders.sources._formats import lines as line_files
from tests.rawgen import lastfm_1k as rawgen
from tests.rawgen.common import Facts
from tests.sources.harness import load, read, real, rows

ID = "lastfm-1k"
FILES = {"interactions": rawgen.EVENTS, "items": rawgen.EVENTS, "users": rawgen.PROFILE}
USER, WHEN = "user_000001", "2009-05-04T23:08:57Z"
MBID = "144401f3-716b-42a4-8eb3-f8ecc86a7809"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("lastfm")
    return folder, rawgen.write(folder, users=60, items=120)


def events(folder: Path, *lines: str) -> Path:
    (folder / rawgen.EVENTS).write_text("".join(line + "\n" for line in lines), newline="")
    return folder


@pytest.mark.parametrize("table", FILES)
def test_all_good_rows_are_read_and_all_bad_ones_counted(made: tuple[Path, Facts], table: str):
    folder, facts = made
    found, rejects = read(ID, folder, table)
    assert found.num_rows == facts.counts[table]
    assert rejects == {reason: n for (of, reason), n in facts.rejects.items() if of == table}


@pytest.mark.parametrize("word", ["Unknown", "unknown", "None", "N/A"])
def test_a_country_that_is_not_known_is_none(word: str, tmp_path: Path) -> None:
    lines = ["#id\tgender\tage\tcountry\tregistered", f"{USER}\tm\t\t{word}\tAug 13, 2006"]
    (tmp_path / rawgen.PROFILE).write_text("".join(line + "\n" for line in lines), newline="")
    (row,) = read(ID, tmp_path, "users")[0].to_pylist()
    assert row["country"] is None


@pytest.mark.parametrize("table", FILES)
def test_clean_files_lose_nothing(tmp_path: Path, table: str):
    facts = rawgen.write(tmp_path, users=20, items=60, dirt=False)
    found, rejects = read(ID, tmp_path, table)
    assert (found.num_rows, rejects) == (facts.counts[table], {})


def test_every_user_has_tracks_enough_and_mostly_a_profile(made: tuple[Path, Facts]):
    tracks: dict[str, set[str]] = {}
    for row in read(ID, made[0], "interactions")[0].to_pylist():
        tracks.setdefault(row["user_id"], set()).add(row["item_id"])
    assert len(tracks) == 60 and min(map(len, tracks.values())) >= 25
    users = read(ID, made[0], "users")[0]
    assert set(tracks) <= set(users["user_id"].to_pylist())
    for column in ("country", "gender", "age"):
        assert users[column].null_count < 0.35 * len(users)


def test_a_track_is_its_id_or_its_artist_and_name(tmp_path: Path):
    events(
        tmp_path,
        f"{USER}\t{WHEN}\t\tClark\t{MBID.upper()}\tVolcan Veins",
        f"{USER}\t{WHEN}\t{MBID}\t坂本龍一\t\t Glacier  (Live) ",
        f"{USER}\t{WHEN}\t\tClark\tn/a\tGLACIER (live)",
        f"{USER}\t{WHEN}\t\t\t\tNull",
    )
    table, rejects = read(ID, tmp_path, "interactions")
    assert rejects == {}
    assert table["item_id"].to_pylist() == [
        MBID,
        "name:坂本龍一\x01glacier (live)",
        "name:clark\x01glacier (live)",
        "name:\x01null",
    ]
    items = {row["item_id"]: row for row in read(ID, tmp_path, "items")[0].to_pylist()}
    assert items[MBID] == {"item_id": MBID, "title": "Volcan Veins", "creators": ["Clark"]}
    assert items["name:坂本龍一\x01glacier (live)"]["title"] == "Glacier (Live)"
    assert (items["name:\x01null"]["title"], items["name:\x01null"]["creators"]) == ("Null", [])


def test_quotes_and_other_line_separators_stay_inside_names(tmp_path: Path):
    odd = ('"open', 'a "b', "bare\rreturn", "line\u2028sep", "next\x85line", "form\x0cfeed")
    events(tmp_path, *[f"{USER}\t{WHEN}\t\tX\t\t{name}" for name in odd])
    table, rejects = read(ID, tmp_path, "interactions")
    assert rejects == {}
    assert [item.split("\x01")[1] for item in table["item_id"].to_pylist()] == [
        '"open', 'a "b', "bare return", "line sep", "next line", "form feed",
    ]  # fmt: skip


def test_a_repeated_event_is_left_to_the_store(tmp_path: Path):
    events(tmp_path, *[f"{USER}\t{WHEN}\t\tX\t\ty"] * 3)
    assert read(ID, tmp_path, "interactions")[0].num_rows == 3


def test_a_line_that_is_not_utf8_is_counted_once(tmp_path: Path):
    events(tmp_path, *[f"{USER}\t{WHEN}\t\tÉtoile\t\ty"] * 3)
    with (tmp_path / rawgen.EVENTS).open("ab") as file:
        file.write(f"{USER}\t{WHEN}\t\t".encode() + b"\xc9toile\t\ty\n")
    table, rejects = read(ID, tmp_path, "interactions")
    assert (table.num_rows, rejects) == (3, {"invalid encoding": 1})
    assert read(ID, tmp_path, "items")[1] == {}


@pytest.mark.parametrize(
    ("text", "second"),
    [
        (WHEN, 1241478537),
        ("2002-01-01T00:00:00Z", 1009843200),
        ("2008-02-29T12:00:00Z", 1204286400),
        ("2009-02-29T12:00:00Z", None),
        ("2009-05-04T24:08:57Z", None),
        ("2009-05-04T23:08:57", 1241478537),
        ("2009-05-04 23:08:57Z", 1241478537),
        ("2009-5-4T23:08:57Z", None),
        ("", None),
    ],
)
def test_times(text: str, second: int | None):
    assert arrow.parse_iso_seconds(pa.array([WHEN, text])).to_pylist() == [1241478537, second]


@pytest.mark.parametrize(
    ("when", "kept"),
    [
        ("2001-12-31T23:59:59Z", False),
        ("2002-01-01T00:00:00Z", True),
        ("2009-06-30T23:59:59Z", True),
        ("2009-07-01T00:00:00Z", False),
    ],
)
def test_implausible_times_are_counted(tmp_path: Path, when: str, kept: bool):
    events(tmp_path, f"{USER}\t{when}\t\tX\t\ty")
    table, rejects = read(ID, tmp_path, "interactions")
    assert (table.num_rows, rejects) == ((1, {}) if kept else (0, {"implausible time": 1}))


@pytest.mark.parametrize("block", [64, 100, 1 << 20])
def test_blocks_of_any_size_give_the_same_lines(made: tuple[Path, Facts], block: int):
    path = made[0] / rawgen.EVENTS
    raw = Raw(ID, {}, duckdb.connect())
    found = [
        line
        for columns in line_files.read_records(raw, "t", path, 6, block=block)
        for line in zip(*(column.to_pylist() for column in columns), strict=True)
    ]
    lines = path.read_bytes().decode().split("\n")[:-1]
    expected = [tuple(line.split("\t")) for line in lines if line.count("\t") == 5]
    assert found == expected
    assert raw.rejects == {("t", "wrong number of fields"): len(lines) - len(expected)}


def test_crlf_and_a_byte_order_mark_are_passed_over(tmp_path: Path):
    path = tmp_path / "x.tsv"
    path.write_bytes("\ufeffa\tb\r\nc\td\r\n".encode())
    (columns,) = line_files.read_records(Raw(ID, {}, duckdb.connect()), "t", path, 2)
    assert [column.to_pylist() for column in columns] == [["a", "c"], ["b", "d"]]


@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: b"", "empty"),
        (lambda text: text[:-2], "cut off"),
        (lambda text: text.replace(b"\t", b","), "TABs|Expected"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(made, tmp_path, table, damage, told):
    (tmp_path / FILES[table]).write_bytes(damage((made[0] / FILES[table]).read_bytes()))
    with pytest.raises(RawFileError, match=told) as error:
        read(ID, tmp_path, table)
    assert FILES[table] in str(error.value)


def test_a_file_in_latin_1_is_an_error(tmp_path: Path):
    text = f"{USER}\t{WHEN}\t\tÉtoile\t\ty\n" * 5
    (tmp_path / rawgen.EVENTS).write_bytes(text.encode("latin-1"))
    with pytest.raises(RawFileError, match="not UTF-8"):
        read(ID, tmp_path, "interactions")


def test_the_archive_holds_what_is_declared(tmp_path: Path):
    source = load(ID)
    rawgen.write(tmp_path, users=5, items=60, packed=True)
    (archive,) = {name for file in source.files for name in file.packed_in}
    with tarfile.open(tmp_path / archive) as packed:
        names = {Path(name).name for name in packed.getnames()}
    assert names == {file.name for file in source.files}
    assert source.remote(archive).checksum and source.remote(archive).urls


@pytest.mark.real
def test_real_events():
    table, rejects = read(ID, real(ID), "interactions")
    assert (table.num_rows, rejects) == (5000, {})
    assert Counter(table["user_id"].to_pylist()) == {"user_000001": 4997, "user_000002": 3}
    by_name = sum(item.startswith("name:") for item in table["item_id"].to_pylist())
    assert by_name == 1396
    first, tenth, last = rows(table, 0, 9, -1)
    assert first["timestamp"] == 1241478537
    assert tenth["item_id"] == "name:坂本龍一\x01bibo no aozora (live_2009_4_15)"
    assert last == {
        "user_id": "user_000002",
        "item_id": "6790b616-7925-4741-b030-01958cf4e51d",
        "timestamp": 1228716240,
        "event": "listen",
    }


@pytest.mark.real
def test_real_tracks():
    table, rejects = read(ID, real(ID), "items")
    assert (table.num_rows, rejects) == (1192, {})
    assert table["title"].null_count == 0
    found = {row["item_id"]: row for row in table.to_pylist()}
    milkshake = found["6790b616-7925-4741-b030-01958cf4e51d"]
    assert (milkshake["title"], milkshake["creators"]) == ("Milkshake", ["Holy Fuck"])


@pytest.mark.real
def test_real_profiles():
    table, rejects = read(ID, real(ID), "users")
    assert (table.num_rows, rejects) == (992, {})
    assert Counter(table["gender"].to_pylist()) == {"male": 502, "female": 382, None: 108}
    assert (table["age"].null_count, table["country"].null_count) == (706 + 3, 85)
    blank = [
        row for row in table.to_pylist() if not (row["gender"] or row["age"] or row["country"])
    ]
    assert len(blank) == 49
    assert rows(table, 0, 9, -1) == [
        {"user_id": "user_000001", "country": "Japan", "gender": "male", "age": None},
        {"user_id": "user_000010", "country": "Poland", "gender": "male", "age": 19},
        {"user_id": "user_001000", "country": "United States", "gender": "male", "age": None},
    ]


def test_tracks_without_any_artist_are_refused(tmp_path: Path) -> None:
    rawgen.write(tmp_path, users=20, items=60, dirt=False)
    path = next(tmp_path.rglob("userid-timestamp*"))
    rows_of = [line.split("\t") for line in path.read_text().split("\n")[:-1]]
    path.write_text("".join("\t".join([*row[:2], "", "", *row[4:]]) + "\n" for row in rows_of))
    with pytest.raises(RawFileError, match=r"none of [0-9]+ tracks has the name of an artist"):
        read("lastfm-1k", tmp_path, "items")
