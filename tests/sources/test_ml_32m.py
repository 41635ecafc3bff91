"""MovieLens 32M: made-up files with each kind of dirt, and the real small release."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc
import pytest

from itdr.builders.core.duckdb_csv import UNPAIRED
from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._formats.text import decoded_sql
from itdr.builders.sources._shared import films
from itdr.builders.sources.ml_32m import SOURCE
from tests.rawgen import ml_32m
from tests.sources.harness import read, real, rows

TURNED = films.turned_sql(decoded_sql("t"))
RATINGS = "userId,movieId,rating,timestamp\n"
MOVIES = "movieId,title,genres\n"
TAGS = "userId,movieId,tag,timestamp\n"


def table(folder: Path, name: str, text: str, of: str) -> tuple[list[dict[str, Any]], dict]:
    """Rows and rejects of one file with this text."""
    (folder / name).write_bytes(text.encode())
    found, rejects = read(SOURCE, folder, of)
    return found.to_pylist(), rejects


def sql(expression: str, text: str) -> Any:
    row = duckdb.execute(f"SELECT {expression} FROM (SELECT ? AS t)", [text]).fetchone()
    return row[0] if row else None


def test_generated_files_read_exactly(tmp_path: Path) -> None:
    facts = ml_32m.write(tmp_path, users=30, items=60, seed=3)
    for of in ("interactions", "items", "tags"):
        found, rejects = read(SOURCE, tmp_path, of)
        assert found.num_rows == facts.counts[of]
        assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == of}
    assert facts.counts["interactions"] >= 30 * 25


def test_clean_files_have_no_rejects(tmp_path: Path) -> None:
    facts = ml_32m.write(tmp_path, users=5, items=60, dirt=False)
    found, rejects = read(SOURCE, tmp_path, "interactions")
    assert (found.num_rows, rejects, facts.rejects) == (facts.counts["interactions"], {}, {})


def test_ratings_are_typed_and_bad_ones_counted(tmp_path: Path) -> None:
    lines = "".join(line.format(item=7) + "\n" for line, _ in ml_32m.DIRT)
    text = RATINGS + "1,7,0.5,1112486027\n" + lines + "007,292757,5.0,1697164147\n\n"
    found, rejects = table(tmp_path, "ratings.csv", text, "interactions")
    assert found == [
        {"user_id": "1", "item_id": "7", "rating": 0.5, "timestamp": 1112486027, "event": "rate"},
        {
            "user_id": "7",
            "item_id": "292757",
            "rating": 5.0,
            "timestamp": 1697164147,
            "event": "rate",
        },
    ]
    assert rejects == {
        "rating outside the scale": 3,
        "no valid rating": 1,
        "empty id": 2,
        "no valid time": 2,
        "too many fields": 1,
        "a value of the wrong type": 1,
    }


def test_ids_are_numbers_however_they_are_padded(tmp_path: Path) -> None:
    found, _ = table(tmp_path, "movies.csv", MOVIES + "007,Wind (1928),Drama\n", "items")
    assert [row["item_id"] for row in found] == ["7"]
    found, _ = table(tmp_path, "tags.csv", TAGS + "01,007,quiet,1000000000\n", "tags")
    assert [(row["user_id"], row["item_id"]) for row in found] == [("1", "7")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_both_line_ends_read_the_same(tmp_path: Path, end: str) -> None:
    text = (RATINGS + "1,2,4.0,1000000000\n1,3,4.5,1000000001\n").replace("\n", end)
    found, rejects = table(tmp_path, "ratings.csv", text, "interactions")
    assert [row["item_id"] for row in found] == ["2", "3"]
    movies = (MOVIES + '2,"Wind, The (1928)",Drama\n').replace("\n", end)
    found, more = table(tmp_path, "movies.csv", movies, "items")
    assert found[0]["categories"] == ["Drama"]
    assert rejects == more == {}


def test_not_a_number_is_no_rating(tmp_path: Path) -> None:
    text = RATINGS + "1,2,nan,1000000000\n1,2,inf,1000000000\n"
    assert table(tmp_path, "ratings.csv", text, "interactions") == (
        [],
        {"no valid rating": 2},
    )


def test_movies_of_all_kinds(tmp_path: Path) -> None:
    text = MOVIES + (
        '1,"American President, The (1995)",Comedy|Drama|Romance\n'
        '2,"11\'09""01 - September 11 (2002)",Drama\n'
        "3,Babylon 5,Sci-Fi\n"
        "4,96 Minutes (2011) ,(no genres listed)\n"
        '5,"Never Closed (1999),Drama\n'
        "6,Next (2007),Action\n"
        "7\n"
        ",Nobody (2021),Action\n"
        "8,,Drama\n"
    )
    found, rejects = table(tmp_path, "movies.csv", text, "items")
    assert rejects == {UNPAIRED: 1, "broken line": 1, "empty id": 1}
    names = ("item_id", "title", "categories", "year")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("1", "The American President (1995)", ["Comedy", "Drama", "Romance"], 1995),
        ("2", "11'09\"01 - September 11 (2002)", ["Drama"], 2002),
        ("3", "Babylon 5", ["Sci-Fi"], None),
        ("4", "96 Minutes (2011)", None, 2011),
        ("6", "Next (2007)", ["Action"], 2007),
        ("8", None, ["Drama"], None),
    ]


def test_tags_that_look_missing_are_text(tmp_path: Path) -> None:
    text = TAGS + (
        "1,2,NA,1\n1,2,null,1\n1,2,nan,1\n1,2,  slow   burn ,1\n"
        '1,2,"quiet, then ""loud""",1\n1,2,,1\n1,,x,1\n1,2,a,b,1\n'
    )
    found, rejects = table(tmp_path, "tags.csv", text, "tags")
    assert [row["tag"] for row in found] == ["NA", "null", "nan", "slow burn", 'quiet, then "loud"']
    assert rejects == {"empty tag": 1, "empty id": 1, "broken line": 1}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Misérables, Les (1995)", "Les Misérables (1995)"),
        (
            "Seven Samurai (Shichinin no samurai) (1954)",
            "Seven Samurai (1954)",
        ),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children (1995)",
        ),
        ("Enfer, L' (1994)", "L'Enfer (1994)"),
        (
            "Eye of Vichy, The (Oeil de Vichy, L') (1993)",
            "The Eye of Vichy (1993)",
        ),
        ("Sleeping (a.k.a. Orchard, The) (1991)", "Sleeping (1991)"),
        ("Slingshot, The (Kådisbellan ) (1993)", "The Slingshot (1993)"),
        ("Associate, The (L'Associe)(1982)", "The Associate (1982)"),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly (1966)"),
        ("Corrina, Corrina (1994)", "Corrina, Corrina (1994)"),
        ("(500) Days of Summer (2009)", "(500) Days of Summer (2009)"),
        ("Godfather, The", "The Godfather"),
        ("Orchard, The: Salt and Sea (2005)", "The Orchard: Salt and Sea (2005)"),
        ("Orchard: Salt, the Sea (2005)", "Orchard: Salt, the Sea (2005)"),
        ("Blind Side, The  (2009) ", "The Blind Side (2009)"),
        ("God Created (Et Dieu&#8230;Créa) (1956)", "God Created (1956)"),
        ("Tom &#8230;&amp; Jerry", "Tom …& Jerry"),
        ("Salt (a.k.a. Sea) (a.k.a. Orchard (Salt)) (1980)", "Salt (a.k.a. Orchard (Salt)) (1980)"),
        ("Salt: Or (The Unexpected Sea) (2014)", "Salt: Or (The Unexpected Sea) (2014)"),
        ("Salt (Part 1) (Sel) (2014)", "Salt (Part 1) (Sel) (2014)"),
        ("Salt (Sel) (2006–2007)", "Salt (2006–2007)"),
        ("Salt (Sea) of Orchards (2006)", "Salt (Sea) of Orchards (2006)"),
        ("Salt (Sel)", "Salt (Sel)"),
        (" ", None),
    ],
)
def test_titles_get_their_article_back(raw: str, shown: str | None) -> None:
    assert sql(films.title_sql(TURNED), raw) == shown


@pytest.mark.parametrize(
    ("raw", "other"),
    [
        ("Hate (Haine, La) (1995)", "La Haine"),
        ("Eye of Vichy, The (Oeil de Vichy, L') (1993)", "L'Oeil de Vichy"),
        ("Bear, The (Ours, L')(1988) ", "L'Ours"),
        ("Salt (a.k.a. Orchard, The) (Sel) (2006–2007)", "Sel"),
        ("Salt (a.k.a. Sea) (1991)", None),
        ("Salt (1991)", None),
        ("Salt (Sel)", None),
        ("Salt (Sea) (Sel) (1991)", None),  # several
        ("Dumb & Dumber (Dumb and Dumber) (1994)", None),  # the same
        ("Océans (Les oceans) (2009)", None),
        ("Silver Bullet (Stephen King's Silver Bullet) (1985)", None),
        ("8 1/2 (8½) (1963)", None),
        ("Salt (Part 1) (2014)", None),
        ("Salt: Or (The Unexpected Sea) (2014)", None),
        (f"Salt ({'Sel ' * 11}) (1991)", None),  # too long
        (f"{'Salt ' * 10}({'Sel ' * 5}) (1991)", None),
        (None, None),
    ],
)
def test_another_title_is_kept_where_it_says_more(raw: str | None, other: str | None) -> None:
    assert sql(films.other_title_sql(TURNED), raw) == other


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        ("2001: A Space Odyssey (1968)", 1968),
        ("1984 (1956)", 1956),
        ("Room (2046) (2004) ", 2004),
        ("Death Note (2006–2007)", 2006),
        ("Serial (2009– )", 2009),
        ("Fahrenheit 451", None),
        ("Seven (Se7en)", None),
    ],
)
def test_the_year_is_the_last_one_in_parentheses(raw: str, year: int | None) -> None:
    assert sql(films.year_sql("t"), raw) == year


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"user,movieId,rating,timestamp\n1,2,3.0,4\n", "userId"),
        (RATINGS.encode("utf-16"), "UTF-16"),
        ((RATINGS + "1,2,3.0,9\n1,2,3.0,96498").encode(), "cut off"),
    ],
)
def test_broken_ratings_raise(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "ratings.csv").write_bytes(data)
    with pytest.raises(RawFileError, match=said) as caught:
        read(SOURCE, tmp_path, "interactions")
    assert "ratings.csv" in str(caught.value)


def test_movies_in_another_encoding_raise(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_bytes((MOVIES + "1,Café (1999),Drama\n").encode("latin-1"))
    with pytest.raises(RawFileError, match=r"movies\.csv: not utf-8"):
        read(SOURCE, tmp_path, "items")


def test_declared_files_are_those_in_the_archive(tmp_path: Path) -> None:
    ml_32m.write(tmp_path, users=5, items=60, packed=True)
    inside = {Path(name).name for name in zipfile.ZipFile(tmp_path / "ml-32m.zip").namelist()}
    assert {file.name for file in SOURCE.files} <= inside
    assert {name for file in SOURCE.files for name in file.packed_in} == {"ml-32m.zip"}


@pytest.mark.real
def test_the_real_small_release() -> None:
    folder = real("ml-32m")
    found, rejects = read(SOURCE, folder, "interactions")
    assert (found.num_rows, rejects) == (100_836, {})
    assert [tuple(row.values()) for row in rows(found, 0, 9, -1)] == [
        ("1", "1", 4.0, 964982703, "rate"),
        ("1", "157", 5.0, 964984100, "rate"),
        ("610", "170875", 3.0, 1493846415, "rate"),
    ]
    found, rejects = read(SOURCE, folder, "items")
    assert (found.num_rows, rejects) == (9_742, {})
    assert [tuple(row.values()) for row in rows(found, 0, 9, -1)] == [
        (
            "1",
            "Toy Story (1995)",
            ["Adventure", "Animation", "Children", "Comedy", "Fantasy"],
            1995,
            None,
        ),
        ("10", "GoldenEye (1995)", ["Action", "Adventure", "Thriller"], 1995, None),
        ("193609", "Andrew Dice Clay: Dice Rules (1991)", ["Comedy"], 1991, None),
    ]
    assert found.column("categories").null_count == 34
    assert found.column("year").null_count == 12
    titles = found.column("title")
    moved = pc.match_substring_regex(titles, r", (The|A|An|La|Les|Der)[ )]")
    assert titles.filter(moved).to_pylist() == []
    found, rejects = read(SOURCE, folder, "tags")
    assert (found.num_rows, rejects) == (3_683, {})
