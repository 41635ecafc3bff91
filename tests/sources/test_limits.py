"""The declared scale and days of every source are enforced in one place, whatever its reader does."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.reasons import BAD_ID, IMPLAUSIBLE_TIME, NO_RATING, OUTSIDE_SCALE
from itdr.builders.core.schema import Readers
from itdr.builders.dataset import registry
from itdr.builders.store import losses
from itdr.builders.store.build import build, item_checks, staging
from itdr.builders.store.engine import connect
from itdr.builders.store.interactions import Interactions
from tests.sources.harness import fresh_database, load

SOURCES = tuple(registry.source_ids())


def left_out(source: str, **columns: list[Any]) -> tuple[list[Any], dict[str, int]]:
    """What is kept of interactions with these values, and the counts by reason."""
    declared = load(source)
    kinds = {"rating": pa.float32(), "timestamp": pa.int64()}
    (name, values), *_ = columns.items()
    rows = pa.record_batch(
        {
            "user_id": pa.array(["u"] * len(values)),
            "item_id": pa.array([f"i{place}" for place in range(len(values))]),
            name: pa.array(values, kinds[name]),
        }
    )
    changed = replace(declared, ids={}, readers=Readers(interactions=lambda raw: iter([rows])))
    rejected: Counter[tuple[str, str]] = Counter()
    with fresh_database() as con:
        staging.stage_table(changed, Raw(source, {}, con), "interactions", rejected)
        kept = con.sql(f'SELECT "{name}" FROM interactions_staged WHERE reject IS NULL').fetchall()
    return [row[0] for row in kept], {reason: n for (_, reason), n in rejected.items()}


def second(day: str) -> int:
    when = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp())


@pytest.mark.parametrize("source", SOURCES)
def test_a_rating_off_the_declared_scale_is_counted(source: str) -> None:
    declared = load(source)
    scale = declared.scale
    assert (scale is not None) == ("interactions.rating" in declared.columns)
    if scale is None:
        return
    steps = round((scale.high - scale.low) / scale.step)
    good = [scale.low + scale.step * place for place in range(steps + 1)]
    bad = [
        scale.low - scale.step, scale.high + scale.step, scale.low + scale.step / 2,
        scale.high - scale.step / 4,
    ]  # fmt: skip
    kept, reasons = left_out(source, rating=[*good, None, *bad, float("nan"), float("inf")])
    assert kept == [*good, None]
    assert reasons == {OUTSIDE_SCALE: len(bad), NO_RATING: 2}


def built(tmp_path: Path, source: str, column: str, values: pa.Array) -> dict[str, Any]:
    """What a build says of a source whose reader gives these values of a column."""
    rows = pa.record_batch(
        {
            "user_id": pa.array([f"u{place % 7}" for place in range(len(values))]),
            "item_id": pa.array([f"i{place}" for place in range(len(values))]),
            column: values,
        }
    )
    changed = replace(load(source), ids={}, readers=Readers(interactions=lambda raw: iter([rows])))
    (tmp_path / "work").mkdir(parents=True, exist_ok=True)
    return build.build(
        changed,
        Raw(source, {}, connect(tmp_path / "work" / "stage.duckdb")),
        tmp_path,
        partial(Interactions, tmp_path, {}),
    )


def graded(tmp_path: Path, source: str, grades: list[float | None]) -> dict[str, Any]:
    return built(tmp_path, source, "rating", pa.array(grades, pa.float32()))


def timed(tmp_path: Path, source: str, times: list[int | None]) -> dict[str, Any]:
    return built(tmp_path, source, "timestamp", pa.array(times, pa.int64()))


SCALED = tuple(source for source in SOURCES if load(source).scale)


@pytest.mark.parametrize("source", SCALED)
@pytest.mark.parametrize("other", ["doubled", "divided", "centred"])
def test_ratings_on_another_scale_are_refused(tmp_path: Path, source: str, other: str) -> None:
    scale = load(source).scale
    assert scale is not None
    steps = round((scale.high - scale.low) / scale.step) + 1
    grades = [scale.low + scale.step * (place % steps) for place in range(200)]
    turn = {
        "doubled": lambda x: 2 * x,
        "divided": lambda x: x / scale.high,
        "centred": lambda x: x - (scale.low + scale.high) / 2,
    }[other]
    found = [turn(grade) for grade in grades]
    with pytest.raises(RawFileError, match=r"off the scale|outside the scale") as error:
        graded(tmp_path, source, found)
    if "off the scale" in str(error.value):
        assert f"Expected {scale.low:g} to {scale.high:g}" in str(error.value)
        assert f"found {min(found):g} to {max(found):g}" in str(error.value)


@pytest.mark.parametrize("source", SCALED)
def test_a_few_ratings_off_the_scale_and_missing_ones_are_counted(
    tmp_path: Path, source: str
) -> None:
    scale = load(source).scale
    assert scale is not None
    facts = graded(tmp_path, source, [scale.high] * 270 + [0.0] * 30 + [None] * 50)
    assert facts["rejected"] == {"interactions": {OUTSIDE_SCALE: 30}}


@pytest.mark.parametrize("source", SCALED)
def test_ratings_that_are_all_the_lowest_are_refused(tmp_path: Path, source: str) -> None:
    scale = load(source).scale
    assert scale is not None
    with pytest.raises(RawFileError, match=r"all 100 ratings in .* were reduced to yes or no"):
        graded(tmp_path / "all", source, [scale.low] * 100)
    for name, given in {"few": [scale.low] * 99, "one": [*[scale.low] * 100, scale.high]}.items():
        assert graded(tmp_path / name, source, given)["rejected"] == {}


def test_what_stands_for_no_number_is_no_rating_off_the_scale(tmp_path: Path) -> None:
    given = [4.0] * 901 + [float("nan")] * 50 + [float("inf")] * 50
    facts = graded(tmp_path, "ml-32m", given)
    assert facts["rejected"] == {"interactions": {NO_RATING: 100}}


@pytest.mark.parametrize("source", [one for one in SOURCES if load(one).times])
def test_interactions_without_any_time_are_refused(tmp_path: Path, source: str) -> None:
    times = load(source).times
    assert times is not None
    with pytest.raises(RawFileError, match=r"none of the 40 interactions in .* has a time"):
        timed(tmp_path, source, [None] * 40)
    assert timed(tmp_path / "one", source, [None] * 40 + [second(times[0])])["rejected"] == {}


@pytest.mark.parametrize("source", SOURCES)
def test_a_time_beyond_the_declared_days_is_counted(source: str) -> None:
    declared = load(source)
    assert (declared.times is not None) == ("interactions.timestamp" in declared.columns)
    if declared.times is None:
        return
    first, last = map(second, declared.times)
    good = [first, last, last + 86_399, None]
    kept, reasons = left_out(
        source, timestamp=[*good, first - 1, last + 86_400, second("2999-01-01")]
    )
    assert kept == good
    assert reasons == {IMPLAUSIBLE_TIME: 3}


def impressions(days: list[str], tmp_path: Path) -> tuple[list[Any], dict[str, int]]:
    from tests.sources import harness

    folder = tmp_path / "MINDsmall_train"
    folder.mkdir()
    lines = [f"{place}\tU{place}\t{day} 9:05:58 AM\tN1\tN2-1\n" for place, day in enumerate(days)]
    (folder / "behaviors.tsv").write_text("".join(lines))
    found, rejects = harness.read("mind", tmp_path, "interactions")
    times = [when for when in found.column("timestamp").to_pylist() if when]
    return [datetime.datetime.fromtimestamp(when, datetime.timezone.utc) for when in times], rejects


def test_days_before_months_are_read_so_where_a_day_shows_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    times, rejects = impressions(["12/11/2019", "13/11/2019", "9/11/2019"], tmp_path)
    assert [(when.month, when.day) for when in times] == [(11, 12), (11, 13), (11, 9)]
    assert rejects == {} and "13/11/2019" in caplog.text


def test_days_before_months_are_counted_where_none_shows_it(tmp_path: Path) -> None:
    times, rejects = impressions(["12/11/2019", "10/11/2019", "11/12/2019"], tmp_path)
    assert [(when.month, when.day) for when in times] == [(11, 12)]
    assert rejects == {IMPLAUSIBLE_TIME: 2}


def test_months_before_days_stay_so_beside_a_day_above_twelve(tmp_path: Path) -> None:
    times, rejects = impressions(["11/13/2019", "13/11/2019", "11/12/2019"], tmp_path)
    assert [(when.month, when.day) for when in times] == [(11, 13), (11, 12)]
    assert rejects == {"no valid time": 1}


def titled(
    tmp_path: Path,
    titles: list[str],
    lists: list[list[str]] | None = None,
    column: str = "categories",
) -> dict[str, Any]:
    """What a build says of a source whose reader gives items with these titles, and lists in a column."""
    ids = [f"i{place}" for place in range(len(titles))]
    events = pa.record_batch({"user_id": ["u"] * len(ids), "item_id": ids})
    more = {} if lists is None else {column: lists}
    items = pa.record_batch({"item_id": ids, "title": titles, **more})
    readers = Readers(interactions=lambda raw: iter([events]), items=lambda raw: iter([items]))
    (tmp_path / "work").mkdir(parents=True)
    con = connect(tmp_path / "work" / "stage.duckdb")
    try:
        return build.build(
            replace(load("pixelrec"), ids={}, options={}, readers=readers),
            Raw("x", {}, con),
            tmp_path,
            partial(Interactions, tmp_path, {}),
        )
    finally:
        con.close()


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    "title", ["Pok\u00e9mon {}", "\u00dcber {}", "\u7f8e\u98df\u7f8e\u98df {}"]
)
def test_titles_encoded_twice_are_refused(tmp_path: Path, title: str, encoding: str) -> None:
    right = [title.format(place) for place in range(40)]
    twice = [one.encode().decode(encoding, "replace") for one in right]
    with pytest.raises(RawFileError, match="of 40 titles with letters beyond ASCII"):
        titled(tmp_path / "twice", [*twice, "Heat", "Babe"])
    assert titled(tmp_path / "once", [*right, *twice[:9]])["rows"]["items"] == 49
    few = twice[:3]
    assert titled(tmp_path / "few", [*few, "Heat"])["rows"]["items"] == 4
    with pytest.raises(RawFileError, match="of 4 titles with letters beyond ASCII"):
        titled(tmp_path / "four", [*few, twice[4], "Heat"])


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman"])
def test_titles_read_in_another_encoding_are_refused(tmp_path: Path, encoding: str) -> None:
    right = ["Misérables {}", "La Cérémonie {}", "Même père {}", "Eighth Day (Huitième) {}"]
    right = [one.format(place) for place in range(5) for one in right]
    misread = [one.encode("latin-1").decode(encoding) for one in right]
    with pytest.raises(RawFileError, match="read in another encoding"):
        titled(tmp_path / "misread", [*misread, "Heat"])
    # Capitals within words, of some.
    few = [*right, "DÉjà vu", "McÉlroy", "dÈs lors"]
    assert titled(tmp_path / "few", few)["rows"]["items"] == 23


def test_titles_without_their_letters_are_refused(tmp_path: Path) -> None:
    lost = [f"??, ?{place}?" for place in range(30)]
    with pytest.raises(RawFileError, match=r"30 of 50 titles in .*have question marks in place"):
        titled(tmp_path / "lost", [*lost, *(f"Heat {place}" for place in range(20))])
    assert (
        titled(tmp_path / "some", [*lost, *(f"Heat {n}?" for n in range(30))])["rows"]["items"]
        == 60
    )


@pytest.mark.parametrize(
    "damaged", ["Am\N{REPLACEMENT CHARACTER}lie", "#NAME?", "########", "#DIV/0!"]
)
def test_titles_that_a_program_could_not_read_are_counted(tmp_path: Path, damaged: str) -> None:
    facts = titled(tmp_path, ["Amélie", damaged, "#1", "# Alive", "Heat"])
    assert facts["rows"]["items"] == 5 and facts["untitled"] == 1
    assert facts["emptied"] == {"items": {"title unreadable": 1}}


@pytest.mark.parametrize(
    ("title", "reason"),
    {
        r"Caf\u00e9": "title with codes for characters",
        r"Caf\xc3\xa9": "title with codes for characters",
        "b'Heat'": "title as a program prints it",
        "b'Heat' (Paris)": "title as a program prints it",
        "['Heat']": "title as a program prints it",
        '="007"': "title as a program prints it",
    }.items(),
)
def test_single_titles_that_a_program_wrote_are_counted(
    tmp_path: Path, title: str, reason: str
) -> None:
    facts = titled(tmp_path, ["Amélie", title, r"C:\\users", "B'Day", "= 7", "[Rec]"])
    assert facts["emptied"] == {"items": {reason: 1}} and facts["untitled"] == 1


@pytest.mark.parametrize("title", ["b'Heat {}'", "['Heat {}']", '="Heat {}"'])
def test_titles_that_a_program_printed_are_refused(tmp_path: Path, title: str) -> None:
    titles = [title.format(place) for place in range(30)]
    with pytest.raises(RawFileError, match=r"30 of 50 titles in .* as a program prints them"):
        titled(tmp_path / "most", [*titles, *(f"Film {place}" for place in range(20))])
    assert titled(tmp_path / "some", [*titles, *(f"Film {place}" for place in range(30))])


@pytest.mark.parametrize("column", ["creators", "categories"])
@pytest.mark.parametrize(
    ("name", "reason"),
    {
        "Zo\N{REPLACEMENT CHARACTER} Ray": "{} unreadable",
        "#REF!": "{} unreadable",
        "ZoÃ« MÃ¼ller": "{} unreadable",
        "S%C3%A3o": "{} with codes for characters",
        r"Zo\u00eb": "{} with codes for characters",
        "b'Ann'": "{} as a program prints it",
    }.items(),
)
def test_damaged_names_are_left_out_of_lists_and_counted(
    tmp_path: Path, column: str, name: str, reason: str
) -> None:
    lists = [[name, "Ann Lee"], ["SÃO PAULO", "José’s"], ["-"], [], ["#1", "100% Ann"]]
    facts = titled(tmp_path, ["A", "B", "C", "D", "E"], lists, column)
    assert facts["emptied"] == {"items": {reason.format(column): 1}}
    with pa.memory_map(str(tmp_path / "items.arrow")) as file:
        items = pa.ipc.open_file(file).read_all()
    by_title = dict(zip(items["title"].to_pylist(), items[column].to_pylist(), strict=True))
    assert [by_title[title] for title in "ABCDE"] == [["Ann Lee"], lists[1], [], [], lists[4]]


def test_titles_and_categories_that_were_swapped_are_refused(tmp_path: Path) -> None:
    titles = [f"Film {place}" for place in range(60)]
    kinds = [[("Drama", "Comedy", "War")[place % 3]] for place in range(60)]
    assert titled(tmp_path / "right", titles, kinds)["rows"]["items"] == 60
    with pytest.raises(RawFileError, match="3 different titles and 60 different categories"):
        titled(tmp_path / "swapped", [kind for (kind,) in kinds], [[title] for title in titles])


@pytest.mark.parametrize("source", [one for one in SOURCES if load(one).ids])
def test_ids_of_another_form_are_counted(source: str) -> None:
    declared = load(source)
    good = {"user_id": "1", "item_id": "2"} | {
        "amazon-books": {"user_id": "A12"},
        "mind": {"user_id": "U1", "item_id": "N1"},
    }.get(source, {})
    for column in declared.ids:
        value = good[column]
        bad = [
            f"'{value}",
            f"b'{value}'",
            f"('{value}',)",
            f"{value}\u200b",
            f"%55{value}",
            f"{value} ",
        ]
        columns = {
            name: pa.array([value, *bad] if name == column else [good[name]] * (1 + len(bad)))
            for name in good
        }
        of_ids = {"user_id": "users", "item_id": "items"}[column]
        for table, given in (("interactions", columns), (of_ids, {column: columns[column]})):
            rows = pa.record_batch(given)
            readers = replace(declared.readers, **{table: lambda raw, rows=rows: iter([rows])})
            rejected: Counter[tuple[str, str]] = Counter()
            with fresh_database() as con:
                raw = Raw(source, {}, con)
                staging.stage_table(replace(declared, readers=readers), raw, table, rejected)
            assert rejected == {(table, BAD_ID): len(bad)}, column


def test_titles_and_creators_that_were_swapped_are_refused(tmp_path: Path) -> None:
    titles = [f"Book {place}" for place in range(60)]
    creators = [[f"Author {place % 20}"] for place in range(60)]
    assert titled(tmp_path / "right", titles, creators, "creators")["rows"]["items"] == 60
    with pytest.raises(RawFileError, match="20 different titles and 60 different creators"):
        turned = [name for (name,) in creators]
        titled(tmp_path / "swapped", turned, [[title] for title in titles], "creators")


def test_titles_of_addresses_and_items_without_years_are_refused(tmp_path: Path) -> None:
    for name, code in {"address": "%20", "JSON": r"\u00e9"}.items():
        with pytest.raises(RawFileError, match=r"30 of 30 titles in .* hold codes for characters"):
            titled(tmp_path / name, [f"Heat{code}{place}" for place in range(30)])
    with pytest.raises(RawFileError, match="one category each, and 60 different"):
        titled(tmp_path / "kinds", [f"Film {n}" for n in range(60)], [[f"k{n}"] for n in range(60)])
    for years, refused in (([None] * 30, True), ([None] * 22 + [1999] * 8, False)):
        ids = [f"i{place}" for place in range(30)]
        row = item_checks.require_plausible_items
        con = connect(tmp_path / f"{refused}.duckdb")
        batch = pa.table({"item_id": ids, "title": ids, "year": pa.array(years, pa.int16())})
        con.register("given", batch)
        con.execute("CREATE VIEW items_raw AS SELECT *, NULL AS reject FROM given")

        def ask(query: str, con: Any = con) -> tuple[Any, ...]:
            return tuple(con.execute(query).fetchall()[0])

        columns = ["item_id", "title", "year"]
        if refused:
            with pytest.raises(RawFileError, match="only 0 of 30 items"):
                row(load("ml-32m"), columns, ask, [])
        else:
            row(load("ml-32m"), columns, ask, [])
        con.close()


def test_years_to_come_are_implausible(tmp_path: Path) -> None:
    years = [1999, 2030, 2031, 2094, None]
    ids = [f"i{place}" for place in range(len(years))]
    rows = pa.record_batch({"item_id": ids, "title": ids, "year": pa.array(years, pa.int16())})
    changed = replace(
        load("steam"),
        ids={},
        readers=Readers(interactions=lambda raw: None, items=lambda raw: iter([rows])),
    )
    raw = Raw("steam", {}, duckdb.connect())
    staging.stage_table(changed, raw, "items", Counter())
    kept = raw.con.sql("SELECT year FROM items_raw").fetchall()
    assert [year for (year,) in kept] == [1999, 2030, None, None, None]
    assert raw.emptied == {("items", "year implausible"): 2}


def test_items_without_a_title_are_counted(tmp_path: Path) -> None:
    facts = titled(tmp_path / "some", ["Heat", "Babe", "", "nan", "Ran"])
    assert facts["untitled"] == 2
    assert facts["unmatched"]["items"] == {"of": 5, "missing": 0, "cause": ""}
    assert losses.untitled(facts) == ["2 of 5 items have a record without a title"]
    facts = titled(tmp_path / "none", ["Heat", "Babe"])
    assert facts["untitled"] == 0 and losses.untitled(facts) == []
