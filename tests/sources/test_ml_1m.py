"""MovieLens 1M: made-up files with each kind of dirt, and the real ones."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow.compute as pc
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources.ml_1m import AGES, OCCUPATIONS, SOURCE
from tests.rawgen import ml_1m
from tests.sources.harness import read, real, rows


def test_generated_files_read_exactly(tmp_path: Path) -> None:
    facts = ml_1m.write(tmp_path, users=30, items=60, seed=3)
    for of in ("interactions", "items", "users"):
        found, rejects = read(SOURCE, tmp_path, of)
        assert found.num_rows == facts.counts[of]
        assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == of}


def test_odd_titles(tmp_path: Path) -> None:
    ml_1m.write(tmp_path, users=3, items=60)
    found, _ = read(SOURCE, tmp_path, "items")
    assert found.column("title").to_pylist()[:6] == [
        "The Glassmaker (1988)",
        "The Harbour: Dead and Dreaming (1995)",
        "L'Enfant du phare (1991)",
        "A Long Tide (1982)",
        "Bridge (1956)",
        "The Mill (1995)",
    ]
    assert found.column("year").to_pylist()[:6] == [1988, 1995, 1991, 1982, 1956, 1995]


def test_ratings_are_typed_and_bad_ones_counted(tmp_path: Path) -> None:
    lines = "".join(line.format(item=7) + "\n" for line, _ in ml_1m.DIRT)
    (tmp_path / "ratings.dat").write_text(
        "1::1193::5::978300760\n" + lines + "2::7::1::978298413\n"
    )
    found, rejects = read(SOURCE, tmp_path, "interactions")
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("1", "1193", 5.0, 978300760, "rate"),
        ("2", "7", 1.0, 978298413, "rate"),
    ]
    assert rejects == {
        "rating outside the scale": 3,
        "empty id": 1,
        "no valid time": 2,
        "too many fields": 1,
        "a value of the wrong type": 1,
    }


def test_user_codes_are_written_out(tmp_path: Path) -> None:
    (tmp_path / "users.dat").write_text(
        "1::F::1::10::48067\n2::M::56::16::70072-1\n3::M::25::0::00231\n4::X::99::21::5849574\n"
        "::M::25::1::12345\n5\n6::M::25::1::12345::more\n7::M::25::10::12345\n8::F::50::13::12345\n"
    )
    found, rejects = read(SOURCE, tmp_path, "users")
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("1", "female", "under 18", "K-12 student"),
        ("2", "male", "56 or older", "self-employed"),
        ("3", "male", "25-34", None),  # code 0 says nothing of a person
        ("4", None, None, None),  # codes that nobody explains
        ("7", "male", "25-34", None),  # no K-12 student
        ("8", "female", "50-55", "retired"),
    ]
    assert rejects == {"empty id": 1, "too few fields": 1, "too many fields": 1}
    assert (len(AGES), len(OCCUPATIONS)) == (7, 20)


@pytest.mark.parametrize(
    ("name", "data", "of", "said"),
    [
        ("ratings.dat", b"", "interactions", "empty"),
        ("ratings.dat", b"userId,movieId,rating,timestamp\n", "interactions", "expected 4 fields"),
        ("ratings.dat", b"1::2::3::978300760\n1::2::3::97830", "interactions", "cut off"),
        ("movies.dat", b"1,Toy,Comedy\n", "items", "expected 3 fields"),
        ("movies.dat", "1::Cafe (1999)::Drama\n".encode("utf-16"), "items", "UTF-16"),
        ("movies.dat", b"1::A\0B (1999)::Drama\n", "items", "NUL byte"),
        ("users.dat", b"1::F::1::10\n", "users", "expected 5 fields"),
    ],
)
def test_broken_files_raise(tmp_path: Path, name: str, data: bytes, of: str, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(RawFileError, match=said) as caught:
        read(SOURCE, tmp_path, of)
    assert name in str(caught.value)


def test_declared_files_are_those_in_the_archive(tmp_path: Path) -> None:
    ml_1m.write(tmp_path, users=3, items=60, packed=True)
    inside = {Path(name).name for name in zipfile.ZipFile(tmp_path / "ml-1m.zip").namelist()}
    assert inside == {file.name for file in SOURCE.files}


@pytest.mark.real
def test_the_real_files() -> None:
    folder = real("ml-1m")
    found, rejects = read(SOURCE, folder, "interactions")
    assert rejects == {} and found.num_rows in (487_650, 1_000_209)
    assert [tuple(row.values()) for row in rows(found, 0, 9)] == [
        ("1", "1193", 5.0, 978300760, "rate"),
        ("1", "919", 4.0, 978301368, "rate"),
    ]
    if found.num_rows == 487_650:
        last = ("2999", "2046", 4.0, 970621145, "rate")
        assert tuple(rows(found, -1)[0].values()) == last
    found, rejects = read(SOURCE, folder, "items")
    assert (found.num_rows, rejects) == (3_883, {})
    assert [tuple(row.values()) for row in rows(found, 0, 9, -1)] == [
        ("1", "Toy Story (1995)", None, ["Animation", "Children's", "Comedy"], 1995),
        ("10", "GoldenEye (1995)", None, ["Action", "Adventure", "Thriller"], 1995),
        ("3952", "The Contender (2000)", None, ["Drama", "Thriller"], 2000),
    ]
    titles = found.column("title")
    assert titles.null_count == found.column("year").null_count == 0
    assert len(pc.unique(titles)) == 3_883
    # Titles in Latin-1 keep their letters; original titles in brackets are apart.
    assert sum(not title.isascii() for title in titles.to_pylist()) == 14
    assert "The Slingshot (1993)" in titles.to_pylist()


@pytest.mark.real
def test_the_real_users() -> None:
    found, rejects = read(SOURCE, real("ml-1m"), "users")
    assert (found.num_rows, rejects) == (6_040, {})
    assert [tuple(row.values()) for row in rows(found, 0, 9, -1)] == [
        ("1", "female", "under 18", "K-12 student"),
        ("10", "female", "35-44", "academic/educator"),
        ("6040", "male", "25-34", "doctor/health care"),
    ]
    count = {
        name: {
            entry["values"]: entry["counts"]
            for entry in pc.value_counts(found.column(name)).to_pylist()
        }
        for name in ("gender", "age_group", "occupation")
    }
    assert count["gender"] == {"female": 1_709, "male": 4_331}
    assert count["age_group"]["under 18"] == 222 and count["age_group"]["56 or older"] == 380
    # 711 state none, and 4 one that their age contradicts.
    assert count["occupation"][None] == 715 and count["occupation"]["farmer"] == 17
