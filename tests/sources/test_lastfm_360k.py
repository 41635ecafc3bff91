"""Last.FM 360K: its reader on made-up and real files."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._shared import lastfm
from tests.rawgen import lastfm_360k as rawgen
from tests.rawgen.common import Facts
from tests.sources.harness import load, notes, read, real, rows

ID = "lastfm-360k"
FILES = {
    "interactions": rawgen.PLAYS,
    "items": rawgen.PLAYS,
    "users": rawgen.PROFILE,
}
USER = "00000c289a1829a808ac09c00daf10bc3c4e223b"
MBID = "144401f3-716b-42a4-8eb3-f8ecc86a7809"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("lastfm")
    return folder, rawgen.write(folder, users=60, items=120)


def plays(folder: Path, *lines: str) -> Path:
    (folder / rawgen.PLAYS).write_text("".join(line + "\n" for line in lines), newline="")
    return folder


def profile(folder: Path, *lines: str) -> Path:
    (folder / rawgen.PROFILE).write_text("".join(line + "\n" for line in lines), newline="")
    return folder


@pytest.mark.parametrize("table", FILES)
def test_all_good_rows_are_read_and_all_bad_ones_counted(made: tuple[Path, Facts], table: str):
    folder, facts = made
    found, rejects = read(ID, folder, table)
    assert found.num_rows == facts.counts[table]
    assert rejects == {reason: n for (of, reason), n in facts.rejects.items() if of == table}


@pytest.mark.parametrize("table", FILES)
def test_clean_files_lose_nothing(tmp_path: Path, table: str):
    facts = rawgen.write(tmp_path, users=20, items=60, dirt=False)
    found, rejects = read(ID, tmp_path, table)
    assert (found.num_rows, rejects) == (facts.counts[table], {})


def test_every_user_has_artists_enough_and_mostly_a_profile(made: tuple[Path, Facts]):
    counts = Counter(read(ID, made[0], "interactions")[0]["user_id"].to_pylist())
    assert len(counts) == 60 and min(counts.values()) >= 20
    users = read(ID, made[0], "users")[0]
    assert set(counts) <= set(users["user_id"].to_pylist())
    for column in ("country", "gender", "age"):
        assert users[column].null_count < 0.35 * len(users)


def test_an_artist_is_its_id_or_its_name(tmp_path: Path):
    plays(
        tmp_path,
        f"{USER}\t{MBID.upper()}\tBetty  \t2137",
        f"{USER}\t\t Die  ÄRZTE\t1099",
        f"{USER}\tnot-an-id\tdie ärzte\t3",
        f'{USER}\t\tthe "quoted\t1',
    )
    table, rejects = read(ID, tmp_path, "interactions")
    assert rejects == {}
    assert [(row["item_id"], row["weight"]) for row in table.to_pylist()] == [
        (MBID, 2137.0),
        ("name:die ärzte", 1099.0),
        ("name:die ärzte", 3.0),
        ('name:the "quoted', 1.0),
    ]
    assert "timestamp" not in table.column_names


def test_a_name_is_spelled_as_most_spell_it_then_as_the_alphabet_has_it(tmp_path: Path):
    plays(
        tmp_path,
        *[f"{USER}\t{MBID}\t{name}\t5" for name in ("Abc", "ABC", "Abc", "abc")],
        *[f"{USER}\t\t{name}\t5" for name in ("xyz", "XYZ")],
        f"{USER}\t{MBID[::-1].replace('f', 'e')}\t\t5",
    )
    table, _ = read(ID, tmp_path, "items")
    assert {row["item_id"]: row["title"] for row in table.to_pylist()} == {
        MBID: "Abc",
        "name:xyz": "XYZ",
    }


def test_a_nameless_artist_with_an_id_is_kept_without_a_title(tmp_path: Path):
    plays(tmp_path, f"{USER}\t{MBID}\t\t5", f"{USER}\t\tn\t1")
    assert read(ID, tmp_path, "interactions")[0].num_rows == 2
    titles = {row["item_id"]: row["title"] for row in read(ID, tmp_path, "items")[0].to_pylist()}
    assert titles == {MBID: None, "name:n": "n"}


def test_names_hold_other_line_separators(tmp_path: Path):
    plays(tmp_path, f"{USER}\t\todd\u2028na\rme\x85x\t4", f"{USER}\t\tnone\t2")
    table, rejects = read(ID, tmp_path, "interactions")
    assert (table["item_id"].to_pylist(), rejects) == (["name:odd na me x", "name:none"], {})


@pytest.mark.parametrize(
    ("age", "expected"),
    [("5", 5), ("100", 100), ("4", None), ("101", None), ("-1337", None), ("", None), ("x", None)],
)
def test_ages(tmp_path: Path, age: str, expected: int | None):
    profile(tmp_path, f"{USER}\tm\t{age}\tPeru\tFeb 1, 2007")
    assert read(ID, tmp_path, "users")[0]["age"].to_pylist() == [expected]


def test_profiles(tmp_path: Path):
    profile(
        tmp_path,
        f"{USER}\tf\t22\tCote D'Ivoire\tFeb 1, 2007",
        f"{USER[::-1]}\t\t\t\tFeb 1, 2007",
        f"{'a' * 40}\tx\t30\tPeru\tFeb 1, 2007",
    )
    columns = ("country", "gender", "age")
    found = [tuple(row[c] for c in columns) for row in read(ID, tmp_path, "users")[0].to_pylist()]
    assert found == [("Côte d'Ivoire", "female", 22), (None, None, None), ("Peru", None, 30)]


@pytest.mark.parametrize(("end", "whole"), [("Feb 1, 2007", True), ("Feb 1, 200", False)])
def test_a_last_profile_without_line_end_must_be_whole(tmp_path: Path, end: str, whole: bool):
    (tmp_path / rawgen.PROFILE).write_text(f"{USER}\tf\t22\tPeru\t{end}")
    if whole:
        assert read(ID, tmp_path, "users")[0].num_rows == 1
    else:
        with pytest.raises(RawFileError, match="cut off"):
            read(ID, tmp_path, "users")


@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: b"", "empty"),
        (lambda text: text[:-1].removesuffix(b"7"), "cut off"),
        (lambda text: text.replace(b"\t", b","), "TABs"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16"),
        (lambda text: b"<html><body>moved</body></html>\n", "web page"),
        (lambda text: text + b"\0" * 9, None),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(made, tmp_path, table, damage, told):
    (tmp_path / FILES[table]).write_bytes(damage((made[0] / FILES[table]).read_bytes()))
    with pytest.raises(RawFileError, match=told) as error:
        read(ID, tmp_path, table)
    assert FILES[table] in str(error.value)


def test_the_archive_holds_what_is_declared(tmp_path: Path):
    source = load(ID)
    rawgen.write(tmp_path, users=5, items=40, packed=True)
    (archive,) = {name for file in source.files for name in file.packed_in}
    with tarfile.open(tmp_path / archive) as packed:
        names = {Path(name).name for name in packed.getnames()}
    assert names == {file.name for file in source.files}
    assert source.remote(archive).checksum and source.remote(archive).urls


@pytest.mark.real
def test_real_profiles():
    table, rejects = read(ID, real(ID), "users")
    assert (table.num_rows, rejects) == (1000, {})
    assert Counter(table["gender"].to_pylist()) == {"male": 677, "female": 223, None: 100}
    assert table["age"].null_count == 222 + 5
    assert rows(table, 0, 9, -1) == [
        {"user_id": USER, "country": "Germany", "gender": "female", "age": 22},
        {
            "user_id": "0001399387da41d557219578fb08b12afa25ab67",
            "country": "Ukraine",
            "gender": "male",
            "age": None,
        },
        {
            "user_id": "00b5afec6b0e77630e189e3d7634c914e93eecf1",
            "country": "Sweden",
            "gender": "female",
            "age": 17,
        },
    ]


def test_musicbrainz_ids_are_read_whatever_stands_around_their_digits() -> None:
    whole = "a74b1b7f-71a5-4011-9441-d0b5e4122711"
    forms = (
        whole, whole.upper(), whole.replace("-", ""), f"{{{whole}}}", f"urn:uuid:{whole}",
        f"https://musicbrainz.org/artist/{whole}",
    )  # fmt: skip
    read_ids = lastfm.valid_mbids(pa.array(forms))
    assert read_ids.to_pylist() == [whole] * len(forms)
    missing, malformed = ("", "nan", lastfm.NIL), (whole[:32], "x" + whole, "Radiohead")
    ids = pa.array([*missing, *malformed])
    read_ids = lastfm.valid_mbids(ids)
    assert read_ids.null_count == len(ids)
    told = lastfm.malformed_mbids(ids, read_ids).to_pylist()
    assert told == [False] * len(missing) + [True] * len(malformed)


@pytest.mark.parametrize(
    ("stated", "read", "counted"),
    [
        ("USA", "United States", None), ("usa", "United States", None), ("U.K.", "United Kingdom", None),
        ("UAE", "United Arab Emirates", None), ("Germany", "Germany", None), ("", None, None),
        ("DEU", None, "country unreadable"), ("DE", None, "country unreadable"),
        ("276", None, "country unreadable"),
    ],
)  # fmt: skip
def test_countries_by_their_common_names(
    stated: str, read: str | None, counted: str | None, tmp_path: Path
):
    (row,) = notes(ID, profile(tmp_path, f"{USER}\tf\t22\t{stated}\tFeb 1, 2007"), "users")
    assert (row["country"], row["emptied"]) == (read, counted)


def test_quotes_stand_alone_in_names() -> None:
    given = pa.array(['johnny \\"hammond\\" smith', " ac\\dc  live ", None])
    assert lastfm.tidy_names(given).to_pylist() == [
        'johnny "hammond" smith',
        "ac\\dc live",
        None,
    ]
