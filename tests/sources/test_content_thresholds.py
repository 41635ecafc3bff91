"""What is refused of tables that do not belong together, or whose columns hold something else, at the edge of each
threshold: just below it, and at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._shared.films import ANCHORS
from itdr.builders.sources._shared.second_keys import SecondKeys
from itdr.builders.store.build import (
    id_checks,
    item_checks,
    joins,
    name_checks,
    notes,
)
from itdr.builders.store.build.anchors import moved
from tests.sources.harness import load

FILES = [Path("raw.csv")]
Columns = Mapping[str, Sequence[Any]]


def asking(con: duckdb.DuckDBPyConnection, **tables: Columns) -> Callable[[str], tuple[Any, ...]]:
    """What runs queries on tables of these names."""
    for name, columns in tables.items():
        con.register(f"given_{name}", pa.table(dict(columns)))
        con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT *, NULL AS reject FROM given_{name}")
    return lambda query: tuple(con.execute(query).fetchall()[0])


def numbers(values: Sequence[int]) -> list[str]:
    return [str(value) for value in values]


@pytest.mark.parametrize(
    ("source", "table", "rated", "recorded", "said"),
    [
        ("ml-1m", "items", range(1, 30), range(2, 30), ""),
        ("ml-1m", "items", range(1, 30), range(30), "is 0"),
        ("ml-1m", "users", [5, *range(10, 40)], [*range(10, 40), 6_040], ""),
        ("ml-1m", "users", [5, *range(10, 40)], [*range(10, 40), 6_041], "is 6,041"),
        ("ml-1m", "items", range(1, 101), [*range(20, 300)], ""),
        ("ml-1m", "items", range(1, 101), [*range(21, 300)], "without|from 1 to 100"),
        ("ml-1m", "items", range(1, 100), [*range(21, 300)], ""),
        ("ml-32m", "items", [*range(1, 101, 2), *range(101, 120)], range(1, 101), ""),
        ("ml-32m", "items", [*range(1, 101, 2), *range(101, 121)], range(1, 101), "from 1 to 100"),
        ("bookcrossing", "users", range(2, 90), range(2, 102), "begin with 2"),
        ("bookcrossing", "users", range(2, 90), range(3, 104), ""),
        ("bookcrossing", "users", range(1, 501), range(1, 600), ""),
        ("bookcrossing", "users", range(1, 501), range(1, 601), "from 1 to 500"),
        ("bookcrossing", "users", range(1, 1_000, 2), range(1, 1_001), ""),
        ("bookcrossing", "users", range(0, 90, 2), range(1, 90), "interactions is 0"),
        ("bookcrossing", "users", range(0, 38, 2), range(1, 90), ""),
        ("bookcrossing", "users", range(1, 102, 2), range(1, 101), "to 100, and .* go on to 101"),
        ("bookcrossing", "users", range(1, 102, 2), range(1, 100), ""),
        ("bookcrossing", "users", range(1, 102, 2), [*range(1, 50), *range(51, 102)], ""),
        ("ml-1m", "users", range(1, 201), range(1, 200), "to 199, and .* go on to 200"),
        ("microlens", "items", range(1, 200, 2), range(1, 101), "to 100, and .* go on to 199"),
        ("microlens", "items", range(1, 100, 2), range(1, 101), ""),
        # Of a float of 16 bits, all ids above 2,048 are even; those of every second user, all.
        ("ml-32m", "users", [*range(1, 40, 2), *range(2_050, 2_090, 2)], [1], "all 20 ids of users above 2,048 in the inter.* float"),
        ("ml-32m", "users", [*range(1, 40, 2), *range(2_050, 2_088, 2)], [1], ""),
        ("ml-32m", "users", [*range(1, 38, 2), *range(2_050, 2_090, 2)], [1], ""),
        ("ml-32m", "users", [*range(1, 40, 2), 2_049, *range(2_050, 2_090, 2)], [1], ""),
        ("ml-1m", "users", [1], [*range(1, 40, 2), *range(2_050, 2_090, 2)], "in the records are even"),
    ],
)  # fmt: skip
def test_ids_that_were_numbered_anew(
    source: str,
    table: str,
    rated: Sequence[int],
    recorded: Sequence[int],
    said: str,
    con: duckdb.DuckDBPyConnection,
) -> None:
    key, codes = joins.KEYS[table]
    row = asking(con, **{codes: {"id": numbers(rated)}, f"{table}_raw": {key: numbers(recorded)}})
    missing = len(set(rated) - set(recorded))
    found = id_checks.renumbered(load(source), table, row, missing)
    assert bool(found) == bool(said), found
    assert re.search(said, found)


@pytest.mark.parametrize(
    ("source", "table", "form"),
    [("mind", "items", "N{}"), ("lastfm-1k", "users", "user_{:06}"), ("anime-2023", "users", "{}")],
)
def test_records_whose_ids_were_closed_up(
    source: str, table: str, form: str, con: duckdb.DuckDBPyConnection
) -> None:
    def found(recorded: Sequence[int]) -> str:
        rated = range(1, 200, 2)
        key, codes = joins.KEYS[table]
        ids, records = ([form.format(id) for id in those] for those in (rated, recorded))
        row = asking(con, **{codes: {"id": ids}, f"{table}_raw": {key: records}})
        return id_checks.renumbered(load(source), table, row, len(set(rated) - set(recorded)))

    assert found(range(1, 100)) == ""
    assert found([*range(1, 50), *range(51, 102)]) == ""
    assert "all the numbers from 1 to 100" in found(range(1, 101))


@pytest.mark.parametrize(
    ("n", "others", "refused"), [(19, 19, False), (20, 20, True), (40, 20, False), (40, 21, True)]
)
def test_second_keys(n: int, others: int, refused: bool) -> None:
    keys = SecondKeys(FILES[0], "'url'")
    keys.add(("1", "2" if place < others else "1") for place in range(n))
    if refused:
        with pytest.raises(RawFileError, match=f"{others} have the 'url' of another id: one of"):
            keys.require_same()
        with pytest.raises(RawFileError, match=f"{others} have the 'url' of another id: so it is"):
            keys.require_same("so it is")
    else:
        keys.require_same()


@pytest.mark.parametrize(
    ("repeated", "contradicted", "refused"),
    [(99, 99, False), (100, 100, True), (112, 100, False), (111, 100, True)],
)
def test_records_that_contradict_each_other(
    repeated: int, contradicted: int, refused: bool
) -> None:
    assert joins.contradict_each_other(repeated, contradicted) == refused


def mixed(n: int, some: int, faulty: str, sound: str = "Film {} of Old") -> list[str]:
    return [(faulty if place < some else sound).format(place) for place in range(n)]


@pytest.mark.parametrize(
    ("source", "faulty", "n", "passed", "refused", "said"),
    [
        ("ml-32m", "art_{}", 50, 25, 26, "ids or numbers"),
        ("ml-32m", "{}", 38, 19, 20, "ids or numbers"),
        ("ml-32m", "[{0}, {0}]", 50, 25, 26, "ids or numbers"),
        ("ml-32m", "misΘrables {}", 10, 3, 4, "belong to no word"),
        ("ml-32m", "Nausica√§ {}", 10, 3, 4, "belong to no word"),
        ("ml-32m", "Nausicaд {}", 10, 3, 4, "belong to no word"),
        ("ml-32m", "This &amp; That {}", 10, 3, 4, "coded twice"),
        ("anime-2023", "Mar-01", 100, 3, 4, "are days"),
        ("anime-2023", "1-Sep", 500, 4, 5, "are days"),
        ("ml-32m", "A_Long_Title_Of_{}", 110, 50, 56, "have no blank"),
        ("ml-32m", "film {} of small letters", 40, 36, 37, "small letters"),
        ("ml-32m", "Don'T Look {}", 40, 19, 20, "capital behind an apostrophe"),
        ("yelp", "metro brasserie {} (Scottsdale)", 40, 36, 37, "small letters"),
        ("microlens", "The wonderful video of day {}", 200, 196, 197, "197 of 200 long titles .* small letters"),
        ("mind", "We ' ve seen Trump ' s house {}", 40, 19, 20, "blanks around an apostrophe"),
        ("microlens", "Beyond {}, or not", 3_000, 1, 0, "none of 3,000 titles has a comma"),
    ],
)  # fmt: skip
def test_titles_that_are_no_names(
    source: str,
    faulty: str,
    n: int,
    passed: int,
    refused: int,
    said: str,
    con: duckdb.DuckDBPyConnection,
) -> None:
    def check(some: int) -> None:
        titles = {"title": mixed(n, some, faulty, "Film {} of Quite Long Ago")}
        name_checks.require_names(load(source), ["title"], asking(con, items_raw=titles), FILES)

    check(passed)
    with pytest.raises(RawFileError, match=said):
        check(refused)


def test_titles_of_listeners_may_be_in_any_case(con: duckdb.DuckDBPyConnection) -> None:
    titles = {"title": mixed(60, 60, "don'T look {}")}
    row = asking(con, items_raw=titles)
    name_checks.require_names(load("lastfm-360k"), ["title"], row, FILES)


def test_one_mark_in_many_titles_suffices(con: duckdb.DuckDBPyConnection) -> None:
    for source, n in (("microlens", 2_999), ("pixelrec", 3_000)):
        titles = {"title": mixed(n, 0, "", "片 Film {} of Quite Long Ago")}
        name_checks.require_names(load(source), ["title"], asking(con, items_raw=titles), FILES)


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "yelp", "steam", "amazon-books"])
def test_categories_in_small_letters(source: str, con: duckdb.DuckDBPyConnection) -> None:
    def check(source: str, small: int) -> None:
        kinds = [["action", "drama"]] * small + [["Action", "Drama"]] * (40 - small)
        columns = {"title": mixed(40, 0, ""), "categories": kinds}
        row = asking(con, items_raw=columns)
        name_checks.require_names(load(source), list(columns), row, FILES)

    check(source, 36)
    check("microlens", 40)
    with pytest.raises(RawFileError, match="37 of 40 items were written in small letters"):
        check(source, 37)


@pytest.mark.parametrize(
    ("source", "columns", "said"),
    [
        ("pixelrec", lambda k: {"title": mixed(39, k, "文 字 题 {}", "文字题 {}")}, "blanks between"),
        ("yelp", lambda k: {"title": mixed(39, k, "Debt Bakery {} (AZ)", "Debt Bakery {} (Ely)")},
         "codes such as 'AZ'"),
        ("mind", lambda k: {"title": mixed(39, 0, ""), "categories": [["3"]] * k + [["a"]] * (39 - k)},
         "are numbers"),
    ],
)  # fmt: skip
def test_more_than_half(
    source: str, columns: Callable[[int], Columns], said: str, con: duckdb.DuckDBPyConnection
) -> None:
    def check(some: int) -> None:
        given = columns(some)
        name_checks.require_names(load(source), list(given), asking(con, items_raw=given), FILES)

    check(19)
    with pytest.raises(RawFileError, match=said):
        check(20)


def cut_at_14(n: int) -> list[list[str]]:
    """The categories of a hundred items, of which so many are as long as they may be."""
    return [["Food", f"Bakery{k:02}"] if k < n else ["Food"[: 1 + k % 4]] for k in range(100)]


def test_categories_that_were_swapped_joined_or_cut(con: duckdb.DuckDBPyConnection) -> None:
    def check(source: str, categories: list[list[str]]) -> None:
        given = {"title": mixed(len(categories), 0, ""), "categories": categories}
        name_checks.require_names(load(source), list(given), asking(con, items_raw=given), FILES)

    check("mind", [[f"c{k % 9}", f"s{k % 9}"] for k in range(100)])
    with pytest.raises(RawFileError, match="10 different categories and 9 subcategories"):
        check("mind", [[f"c{k % 10}", f"s{k % 9}"] for k in range(100)])
    check("anime-2023", [["Action - Drama" if k < 20 else "Drama"] for k in range(80)])
    with pytest.raises(RawFileError, match="21 of 80 items stand in one name"):
        check("anime-2023", [["Action - Drama" if k < 21 else "Drama"] for k in range(80)])
    check("yelp", cut_at_14(50))
    with pytest.raises(RawFileError, match="51 of 100 items have 14 characters"):
        check("yelp", cut_at_14(51))


def test_names_and_towns_that_were_swapped(con: duckdb.DuckDBPyConnection) -> None:
    def check(names: int, towns: int) -> None:
        given = {"title": [f"Name {k % names} (Town {k % towns})" for k in range(100)]}
        name_checks.require_names(load("yelp"), ["title"], asking(con, items_raw=given), FILES)

    check(15, 60)
    check(1, 100)  # the shops of one name
    with pytest.raises(RawFileError, match="14 different names and 60 towns"):
        check(14, 60)


def test_titles_that_were_cut_and_tidied(con: duckdb.DuckDBPyConnection) -> None:
    def check(at_end: int) -> None:
        sizes = [38 + k % 3 for k in range(at_end)] + [5 + k % 20 for k in range(100 - at_end)]
        titles = [f"{k:05}".ljust(size, "x") for k, size in enumerate(sizes)]
        given = {"title": titles}
        row = asking(con, items_raw=given)
        item_checks.require_plausible_items(load("ml-32m"), ["title"], row, FILES)

    check(15)
    with pytest.raises(RawFileError, match=r"16 of 100 titles .* have 40 characters"):
        check(16)


def test_titles_of_one_length(con: duckdb.DuckDBPyConnection) -> None:
    def check(n: int, short: int, brands: int) -> None:
        titles = [f"A{k}" if k < short else f"B{k % brands:02} Fine soap {k:06}" for k in range(n)]
        row = asking(con, items_raw={"title": titles})
        item_checks.require_plausible_items(load("amazon-reviews-2023"), ["title"], row, FILES)

    check(99, 0, 20)
    check(200, 10, 20)
    check(200, 0, 19)  # made by a rule
    with pytest.raises(RawFileError, match=r"191 of 200 titles .* have 20 characters or hardly"):
        check(200, 9, 20)


@pytest.mark.parametrize("source", ["amazon-books", "ml-1m", "steam"])
def test_years_that_were_taken_for_days(source: str, con: duckdb.DuckDBPyConnection) -> None:
    def check(n: int, serial: int) -> None:
        years = [1905 if k < serial else 1990 + k % 20 for k in range(n)]
        columns = {"title": mixed(n, 0, ""), "year": years}
        row = asking(con, items_raw=columns)
        item_checks.require_plausible_items(load(source), list(columns), row, FILES)

    check(38, 19)
    check(200, 20)
    with pytest.raises(RawFileError, match=r"20 of 199 years in raw\.csv are 1905"):
        check(199, 20)


def test_titles_that_were_swapped_with_descriptions(con: duckdb.DuckDBPyConnection) -> None:
    def check(untitled: int, description: str | None) -> None:
        given = {
            "title": [None if k < untitled else f"A longer text of {k} words" for k in range(100)],
            "description": [description, *(f"Words {k}" for k in range(1, 100))],
        }
        row = asking(con, items_raw=given)
        item_checks.require_plausible_items(load("mind"), list(given), row, FILES)

    check(4, "Words")
    check(5, None)
    with pytest.raises(RawFileError, match=r"5 of 100 items .* have no title"):
        check(5, "Words")


PAIRS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))


def check_books(
    con: duckdb.DuckDBPyConnection, source: str, creators: Sequence[str], publishers: Sequence[str]
) -> None:
    n = len(creators)
    given = {
        "title": [f"A Title {chr(97 + k % 26)} {chr(97 + k // 26)} and {k % 7}" for k in range(n)],
        "creators": pa.array([[name] for name in creators], pa.list_(pa.string())),
        "attributes": pa.array(
            [
                [{"name": "Publisher", "value": name}, {"name": "Tags", "value": "a"}]
                for name in publishers
            ],
            PAIRS,
        ),
    }
    row = asking(con, items_raw=given)
    item_checks.require_plausible_items(load(source), list(given), row, FILES)


@pytest.mark.parametrize("source", ["bookcrossing", "amazon-books", "steam"])
def test_creators_and_publishers(source: str, con: duckdb.DuckDBPyConnection) -> None:
    def names(kinds: int, n: int = 100) -> list[str]:
        return [f"Name {k % kinds}" for k in range(n)]

    check_books(con, source, names(40), names(60))
    check_books(con, source, names(10, 99), names(60, 99))
    with pytest.raises(RawFileError, match="40 different creators and 61 different publishers"):
        check_books(con, source, names(40), names(61))
    long = ["A long text of a book " * 5] * 51
    check_books(con, source, names(80), [*long[:50], *names(25, 50)])
    with pytest.raises(RawFileError, match=r"51 of 100 items .* in place of a publisher"):
        check_books(con, source, names(80), [*long, *names(25, 49)])
    turned = [f"Last {k}, First" for k in range(51)]
    check_books(con, source, [*turned[:50], *names(50, 50)], names(20))
    with pytest.raises(RawFileError, match=r"creators of 51 of 100 items .* last names"):
        check_books(con, source, [*turned, *names(49, 49)], names(20))


@pytest.mark.parametrize("source", ["ml-1m", "ml-32m"])
def test_known_films_of_another_year(source: str, con: duckdb.DuckDBPyConnection) -> None:
    def found(changed: int, to: str) -> str:
        titles = [title for title, _ in ANCHORS.values()]
        kinds = [[kinds.split("|")[0]] for _, kinds in ANCHORS.values()]
        for k in range(changed):
            titles[k] = titles[k].rpartition(" (")[0] + to
        given = {
            "item_id": list(ANCHORS),
            "title": titles,
            "categories": pa.array(kinds, pa.list_(pa.string())),
        }
        return moved(load(source), list(given), asking(con, items_raw=given))

    for to in ("", " (2029)"):
        assert found(2, to) == ""
        assert found(3, to).startswith("3 well-known items have another year")


def numbers_as_titles(n: int) -> list[str]:
    return [f"Old Game {k}" for k in range(n)]


def test_categories_of_single_letters(con: duckdb.DuckDBPyConnection) -> None:
    def listed(letters: int) -> None:
        kinds = [list("Drama") if k < letters else ["Drama", "War"] for k in range(40)]
        table = {"title": numbers_as_titles(40), "categories": kinds}
        row = asking(con, items_raw=table)
        name_checks.require_names(load("steam"), ["title", "categories"], row, FILES)

    listed(19)
    listed(20)
    with pytest.raises(RawFileError, match="21 of 40 items are single letters"):
        listed(21)


@pytest.mark.parametrize(
    ("records", "missing", "refused"), [(3_883, 20, True), (3_883, 19, False), (3_882, 20, False)]
)
def test_ids_without_a_record_where_all_records_are_there(
    records: int, missing: int, refused: bool, con: duckdb.DuckDBPyConnection
) -> None:
    recorded = [*range(1, 3_000), *range(3_001, records + 2)]
    rated = [*range(1, 2_000, 2), *range(3_900, 3_900 + missing)]
    row = asking(con, item_codes={"id": numbers(rated)}, items_raw={"item_id": numbers(recorded)})
    found = id_checks.renumbered(load("ml-1m"), "items", row, missing)
    assert ("all 3,883 official records of items are there" in found) is refused


def test_small_letters_in_chinese_titles(con: duckdb.DuckDBPyConnection) -> None:
    def check(title: str) -> None:
        titles = {"title": [title.format(n) for n in range(100)]}
        name_checks.require_names(load("pixelrec"), ["title"], asking(con, items_raw=titles), FILES)

    check("我的生活vlog第{}集")
    with pytest.raises(RawFileError, match="100 of 100 titles were written in small letters"):
        check("my vlog of day {}")


def test_years_of_all_books(con: duckdb.DuckDBPyConnection) -> None:
    def noted(n: int, missing: int) -> list[str]:
        years = pa.array([None if k < missing else 1990 for k in range(n)], pa.int16())
        row = asking(con, items_raw={"title": mixed(n, 0, ""), "year": years})
        return notes._complete(load("bookcrossing"), ["title", "year"], row)

    assert noted(2_000, 4) == noted(1_999, 0) == []
    assert "1,997 of 2,000 items have a year" in noted(2_000, 3)[0]
