"""Anime Dataset 2023: its reader on made-up and real files."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from itdr.builders.core.duckdb_csv import UNPAIRED
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import NO_RATING
from itdr.builders.sources import anime_2023
from tests.rawgen import anime_2023 as rawgen
from tests.rawgen.common import Facts
from tests.sources.harness import load, read, real, rows

ID = "anime-2023"
FILES = {
    "interactions": "users-score-2023.csv",
    "items": "anime-dataset-2023.csv",
    "users": "users-details-2023.csv",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("anime")
    return folder, rawgen.write(folder, users=60, items=120)


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


def test_every_user_has_likes_and_dislikes_enough(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "interactions")
    scores: dict[str, list[float]] = {}
    for row in table.to_pylist():
        scores.setdefault(row["user_id"], []).append(row["rating"])
    assert min(map(len, scores.values())) >= 25
    assert min(sum(score >= 8 for score in own) for own in scores.values()) >= 5
    some = [sum(score <= 4 for score in own) >= 1 for own in scores.values()]
    assert sum(some) / len(some) > 0.9


def test_a_score_of_an_unknown_anime_and_of_a_nameless_user_is_kept(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "interactions")
    assert rows(table, -1) == [{"user_id": "1", "item_id": "99999", "rating": 8.0, "event": "rate"}]


def test_ratings_that_are_no_numbers_are_missing_and_not_off_the_scale(tmp_path: Path):
    rawgen.write(tmp_path, users=20, items=60, dirt=False)
    path = tmp_path / FILES["interactions"]
    head, *lines = path.read_text().splitlines()
    written = ("NaN", "nan", "inf", "-inf", "NULL")
    changed = [
        line.rpartition(",")[0] + f",{written[place % 5]}" if place % 3 else line
        for place, line in enumerate(lines)
    ]
    path.write_text("\n".join([head, *changed]) + "\n")
    table, rejects = read(ID, tmp_path, "interactions")
    assert rejects == {NO_RATING: sum(bool(place % 3) for place in range(len(lines)))}
    assert len(table) == len(lines) - rejects[NO_RATING]


def test_the_catalogue_oddities(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "items")
    letter, stock, adult, rated, empty, open_end, shared, entity = table.slice(0, 8).to_pylist()
    assert letter["description"] == 'A letter says "come home". Nobody wrote it, or so they say.'
    assert (stock["description"], stock["creators"]) == (None, [])
    assert adult["hidden"] and rated["hidden"] and rated["categories"] == []
    assert (empty["categories"], empty["year"], empty["hidden"]) == ([], None, False)
    names = {pair["name"] for pair in empty["attributes"]}
    assert not names & {"Episodes", "Age class"} and "Type" in names
    assert open_end["year"] == 2001
    assert shared["creators"] == ["Studio Hinoki", "Oka Animation"]
    assert entity["title"] == "Tea & Thunder"
    assert table["hidden"].to_pylist().count(True) == 2


def test_an_english_title_is_shown_unless_two_share_it(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "items")
    for place in (5, 6):
        row = table.slice(place, 1).to_pylist()[0]
        pairs = {pair["name"]: pair["value"] for pair in row["attributes"]}
        assert row["title"] not in ("A Shared Name", "a shared name")
        assert pairs["English title"].lower() == "a shared name"
        assert "Original title" not in pairs
    entity = {pair["name"]: pair["value"] for pair in table["attributes"][7].as_py()}
    assert entity["Original title"] and "English title" not in entity


def test_a_repeated_line_does_not_share_its_own_title(tmp_path: Path):
    rawgen.write(tmp_path, users=20, items=60)
    once = read(ID, tmp_path, "items")[0].to_pylist()
    path = tmp_path / FILES["items"]
    head, body = path.read_bytes().split(b"\n", 1)
    path.write_bytes(head + b"\n" + body + body)
    assert read(ID, tmp_path, "items")[0].to_pylist() == [*once, *once]


def test_nothing_that_tells_an_item_s_success_is_kept(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "items")
    names = {pair["name"] for own in table["attributes"].to_pylist() for pair in own}
    assert names == {
        "Original title", "English title", "Type", "Episodes", "Season", "Source", "Duration",
        "Age class",
    }  # fmt: skip


def test_profiles_keep_what_can_be_true(made: tuple[Path, Facts]):
    table, _ = read(ID, made[0], "users")
    assert rows(table, -2, -1) == [
        {"user_id": "900001", "location": None, "gender": "male", "birth_year": None},
        {"user_id": "900003", "location": None, "gender": "female", "birth_year": None},
    ]
    places = set(table["location"].to_pylist())
    assert {"Luleå", "Oakhurst"} <= places and "Unknown" not in places
    assert set(table["gender"].to_pylist()) == {"male", "female", "non-binary", None}


@pytest.mark.parametrize("year", [1930, 2015])
def test_the_bounds_of_birth_years_are_kept(tmp_path: Path, year: int):
    tail = ",".join(["", *["1.0"] * 11])
    line = f"7,name,,{year}-01-31T00:00:00+00:00,{tail}"
    (tmp_path / FILES["users"]).write_text(f"{rawgen.USER_HEADER}\n{line}\n")
    assert rows(read(ID, tmp_path, "users")[0], 0)[0]["birth_year"] == year


@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: b"", "empty"),
        (lambda text: text[:-3], "cut off"),
        (lambda text: text.replace(b"anime_id", b"animeId").replace(b"Mal ID", b"MalID"), "header"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16"),
        (lambda text: text.decode().replace("no", "nó").encode("cp1252", "replace"), "utf-8"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(made, tmp_path, table, damage, told):
    text = (made[0] / FILES[table]).read_bytes()
    if table == "users":
        text = text.replace(b"early", b"no")
    (tmp_path / FILES[table]).write_bytes(damage(text))
    with pytest.raises(RawFileError, match=told) as error:
        read(ID, tmp_path, table)
    assert FILES[table] in str(error.value)


@pytest.mark.parametrize("table", ["items", "users"])
def test_texts_with_an_open_quote_are_an_error(made, tmp_path, table):
    text = (made[0] / FILES[table]).read_bytes()
    (tmp_path / FILES[table]).write_bytes(text + b'"9,open,quote,9,9\n')
    with pytest.raises(RawFileError, match="not closed"):
        read(ID, tmp_path, table)


def test_a_stray_quote_costs_its_own_score_alone(tmp_path: Path):
    lines = (
        *(rawgen.SCORE_HEADER, '1,a,2,"Open,7', '1,a,3,Close",8', '1,a,4,"Good, ""well""",9', '"'),
        *('"1","a","5","Quoted",10', '1,a,6,"One",2,7', "1,a,7,Last,9", ""),
    )
    (tmp_path / FILES["interactions"]).write_text("\n".join(lines))
    table, rejects = read(ID, tmp_path, "interactions")
    assert table["item_id"].to_pylist() == ["3", "4", "5", "7"]
    assert rejects == {UNPAIRED: 2, "broken quoting": 1}


def test_the_files_can_be_had_alone_and_in_the_archive(tmp_path: Path):
    source = load(ID)
    for file in source.files:
        assert source.remote(file.name).urls[0].endswith("/" + file.name)
        assert all(source.remote(archive).urls for archive in file.packed_in)
    rawgen.write(tmp_path, users=5, items=40, packed=True)
    packed = [path.name for path in tmp_path.iterdir()]
    assert packed == list(source.files[0].packed_in)


@pytest.mark.real
def test_real_scores():
    table, rejects = read(ID, real(ID), "interactions")
    assert (table.num_rows, rejects) == (1000, {})
    assert Counter(table["rating"].to_pylist())[10.0] == 53
    assert [(row["user_id"], row["item_id"], row["rating"]) for row in rows(table, 0, 9, -1)] == [
        ("1", "21", 9.0),
        ("1", "54", 7.0),
        ("37", "2787", 7.0),
    ]


@pytest.mark.real
def test_real_catalogue():
    table, rejects = read(ID, real(ID), "items")
    assert (table.num_rows, rejects) == (1000, {})
    assert table["hidden"].to_pylist().count(True) == 25
    first, tenth, last = rows(table, 0, 9, -1)
    assert (first["item_id"], first["title"], first["year"]) == ("1", "Cowboy Bebop", 1998)
    assert first["categories"] == ["Action", "Award Winning", "Sci-Fi"]
    assert first["creators"] == ["Sunrise"]
    assert (tenth["item_id"], tenth["title"], tenth["creators"]) == ("19", "Monster", ["Madhouse"])
    assert (last["item_id"], last["creators"], last["year"]) == ("1099", [], 2004)
    shown = Counter(table["title"].to_pylist())
    assert shown.most_common(1)[0][1] == 1
    texts = [text or "" for text in table["description"].to_pylist()]
    assert not any("(Source:" in text[-40:] and text.endswith(")") for text in texts)


@pytest.mark.real
def test_real_users():
    table, rejects = read(ID, real(ID), "users")
    assert (table.num_rows, rejects) == (1000, {})
    assert rows(table, 0, 9, -1) == [
        {"user_id": "1", "location": "California", "gender": "male", "birth_year": 1985},
        {
            "user_id": "47",
            "location": "31f288172a11dea9f2781a6d87e0a200",
            "gender": "male",
            "birth_year": None,
        },
        {"user_id": "2010", "location": None, "gender": "male", "birth_year": None},
    ]
    assert Counter(table["gender"].to_pylist())["female"] == 192
    assert "Luleå, Sweden" in table["location"].to_pylist()


def details(folder: Path, change: Callable[[int, dict[str, str]], None], n: int = 400) -> None:
    """Read so many anime, each of which was changed."""
    columns = ("anime_id", "Name", "English name", "Synopsis", "Studios", "Producers")
    path = folder / FILES["items"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, anime_2023.ITEM_COLUMNS, restval="UNKNOWN", lineterminator="\n"
        )
        writer.writeheader()
        for place in range(n):
            name = f"{THINGS[place % 7]} of spring {place}"
            told = f"A tale of a {THINGS[place % 7]} and how it came."
            row = dict(zip(columns, (f"{place + 1}", name, name, told, "Oka", "Oka"), strict=True))
            change(place, row)
            writer.writerow(row | {"Image URL": f"https://example.org/{place}.jpg", "Members": "1"})
    read(ID, folder, "items")


THINGS = ("Lantern", "Kettle", "Garden", "Saddle", "Teapot", "Bridge", "Harbour")


def test_studios_that_are_producers(tmp_path: Path) -> None:
    def check(studios: int, producers: int) -> None:
        def change(place: int, row: dict[str, str]) -> None:
            row["Studios"] = "Oka, Hinoki" if place < studios else "Oka"
            row["Producers"] = "Oka, Hinoki" if place < producers else "Oka"

        details(tmp_path, change)

    check(20, 200)
    check(99, 20)
    check(200, 100)
    with pytest.raises(RawFileError, match="201 anime have several studios and 100 several"):
        check(201, 100)


@pytest.mark.parametrize(
    ("names", "mark", "said"),
    [
        (40, " ", "780 different genres, .* joined by blanks or by another mark"),
        (40, "|", "780 different genres, .* joined by blanks or by another mark"),
        (41, "|", "different genres, .* swapped with another one, or its values replaced"),
        (40, ", ", ""),
    ],
)
def test_genres_that_were_joined_are_told_from_other_values(
    names: int, mark: str, said: str, tmp_path: Path
) -> None:
    pairs = list(combinations([f"Sci-Fi{n}" for n in range(names)], 2))

    def change(place: int, row: dict[str, str]) -> None:
        row["Genres"] = mark.join(pairs[place % len(pairs)])

    if not said:
        details(tmp_path, change, len(pairs))
        return
    with pytest.raises(RawFileError, match=said):
        details(tmp_path, change, len(pairs))


def test_synopses_of_other_anime(tmp_path: Path) -> None:
    def change(place: int, row: dict[str, str]) -> None:
        other = random.Random(place).choice(THINGS)
        row["Synopsis"] = f"A tale of a {other} and how it came."

    details(tmp_path, lambda place, row: None)
    with pytest.raises(RawFileError, match=r"of 400 anime .* one of the two columns was moved"):
        details(tmp_path, change)
