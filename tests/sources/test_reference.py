"""Figures of the released files: what is declared, what is measured of a column and of two, and what is told of files that deviate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from itdr.builders.core.schema import COLUMNS
from itdr.builders.store import losses
from itdr.builders.store.build.reference import (
    compare,
    contents,
    declarations,
    features,
    hours,
    known_records,
    together,
    within,
)
from itdr.builders.store.build.reference.figures import ALIKE, ROWS, Looked
from itdr.builders.store.build.reference.measure import measure
from itdr.builders.store.build.reference.samples import ATTRIBUTE, JOINED, TIMED
from itdr.builders.store.build.reference.wording import figure_said
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.measuring import sample_of
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import ml_32m
from tests.sources.harness import load

MEASURED = sorted(
    path.stem
    for path in declarations.FOLDER.glob("*.yaml")
    if path not in (declarations.FOLDER / declarations.BY_HAND, contents.FILE, known_records.FILE)
)
BY_HAND = sorted(yaml.safe_load((declarations.FOLDER / declarations.BY_HAND).read_text("utf-8")))
N = 400
WORDS = ("amber", "bridge", "candle", "drift", "ember", "forest", "garden", "harbour")


def is_column(table: str, column: str) -> bool:
    """Whether a table may have the column: attributes have names of their own."""
    name, _, attribute = column.partition(ATTRIBUTE)
    if name.startswith("items."):
        return is_column("items", column.removeprefix("items."))
    of = "interactions" if table == JOINED else table
    return name == ROWS or (name in COLUMNS[of] and (name == "attributes") == bool(attribute))


def known_features() -> set[str]:
    """The names of all features, but those of single values."""
    texts = pa.chunked_array([["a"]])
    times = pa.chunked_array([[0, 10**9]])
    return {
        *features.of_column("title", texts),
        *features.of_column("timestamp", times),
        *features.of_column("categories", pa.chunked_array([[["a"]]])),
        *features.of_numbers(np.arange(99.0)),
        *(*within.NAMES, features.APART),
        *("repeated pair", "same rating", "same weight", "same second", "crowded second", ALIKE),
    }


def test_each_feature_has_a_wording_of_its_own() -> None:
    names = sorted({*known_features(), "is 4"} - {features.APART})
    said = {name: figure_said("title", name, 0.5, 0.0, 0.1) for name in names}
    levels = [name for name in names if name in features.LEVELS]
    assert all("median" in said.pop(name) for name in levels)
    kinds = {one.partition(" 'title' ")[2].partition(",")[0] for one in said.values()}
    assert len(kinds) == len(said)
    firsts = {kind.partition(" ")[0] for kind in kinds}
    assert firsts <= {"are", "is", "have", "begin", "end", "name", "repeat"}
    assert not any("sign or form" in one for one in said.values())
    assert "have a word of praise" in said["pleased"]
    assert "have a question mark" in said["asked"]


@pytest.mark.parametrize("source", sorted({*MEASURED, *BY_HAND}))
def test_declared_figures_are_of_columns_and_features_and_hold_no_values(source: str) -> None:
    assert load(source).id == source
    found = declarations.read(source)
    names = known_features()
    assert found["shares"]
    for table, columns in found["shares"].items():
        for column, ranges in columns.items():
            assert is_column(table, column), column
            for feature, (least, most) in ranges.items():
                assert feature in names or feature.startswith("is "), feature
                assert 0 <= least <= most, (column, feature)
                assert most <= 1 or feature in features.LEVELS, (column, feature)
    assert len(found["hours"]) in (0, 24) and all(0 <= share < 1 for share in found["hours"])
    for table, pairs in found["together"].items():
        for left, right, kind, size in pairs:
            assert is_column(table, left) and is_column(table, right)
            assert kind in ("words", "values") or set(kind.split(" / ")) <= {
                *names,
                *(one for one in kind.split(" / ") if one.startswith("is ")),
            }
            assert 0.1 < abs(size) <= 1


@pytest.mark.parametrize("source", MEASURED)
def test_a_declaration_is_written_as_it_is_read(source: str, monkeypatch: Any) -> None:
    text = (declarations.FOLDER / f"{source}.yaml").read_text("utf-8")
    found = yaml.safe_load(text)
    shares = {
        table: {column: declarations._ranges(one) for column, one in columns.items()}
        for table, columns in found["shares"].items()
    }
    again = declarations.written(
        {"shares": shares, "together": found["together"] or {}, "hours": found.get("hours", [])}
    )
    assert yaml.safe_load(again) == found


@pytest.mark.parametrize(
    ("feature", "size", "rows", "least", "most", "told"),
    [
        ("capital", 0.0, 400, 0.9, 1.0, True),
        ("capital", 0.55, 400, 0.9, 1.0, False),
        ("capital", 0.0, 100, 0.1, 1.0, False),  # too few to expect any
        ("digit", 0.001, 9_000, 0.01, 0.05, False),  # too rare to count on
        ("digit", 0.3, 400, 0.0, 0.01, True),
        ("digit", 0.3, 400, 0.0, 0.07, False),
        ("digit", 0.05, 400, 0.0, 0.0, False),  # may be chosen
        ("whole", 1.0, 400, 0.1, 0.5, True),
        ("whole", 0.9, 400, 0.1, 0.6, False),
        ("longest", 0.06, 400, 0.0, 0.001, True),
        ("longest", 0.03, 400, 0.0, 0.01, False),
        ("length", 10.0, 400, 50.0, 60.0, True),
        ("length", 20.0, 400, 50.0, 60.0, False),
        ("length", 250.0, 400, 50.0, 60.0, True),
    ],
)
def test_only_gross_deviations_are_told(
    feature: str, size: float, rows: int, least: float, most: float, told: bool
) -> None:
    assert (compare.deviation(feature, size, rows, least, most) > 1) is told


def texts(make: Callable[[int], Any], kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([make(n) for n in range(N)], kind)])


LISTS = pa.list_(pa.string())
COLUMN_DAMAGES: dict[str, tuple[str, Callable[[int], Any], Callable[[int], Any]]] = {
    "capital": ("title", lambda n: f"The {WORDS[n % 8]}", lambda n: f"the {WORDS[n % 8]}"),
    "digit": ("title", lambda n: f"Part {n}", lambda n: "Part"),
    "beyond": ("title", lambda n: "Amélie", lambda n: "Amelie"),
    "chinese": ("title", lambda n: "花样年华", lambda n: "Hua"),
    "mark": ("description", lambda n: "So, it ends.", lambda n: "So it ends"),
    "line end": ("description", lambda n: "One.\nTwo.", lambda n: "One. Two."),
    "code": ("description", lambda n: "a & b", lambda n: "a &amp; b"),
    "capital word": ("title", lambda n: "Lord of Rings", lambda n: "Lord Of Rings"),
    "bracket open": ("title", lambda n: "Heat (1995)", lambda n: "Heat (19"),
    "longest": ("title", lambda n: "x" * (9 + n % 200), lambda n: "x" * min(50, 9 + n % 200)),
    "sorted": ("categories", lambda n: ["c", "a", "b"], lambda n: ["a", "b", "c"]),
    "several": ("categories", lambda n: ["a", "b"], lambda n: ["a"]),
    "repeated": ("categories", lambda n: ["a", "b"], lambda n: ["a", "a"]),
    "whole": ("weight", lambda n: n / 10, lambda n: float(n // 10)),
    "multiple of 10": ("age", lambda n: n % 70, lambda n: n % 70 // 10 * 10),
    "greatest": ("weight", lambda n: float(n), lambda n: float(min(n, 300))),
    "zero": ("weight", lambda n: n + 1.0, lambda n: 0.0),
    "is 1": ("rating", lambda n: n % 5 + 1.0, lambda n: max(2.0, n % 5 + 1.0)),
    "glued": ("text", lambda n: "One day.\nTwo", lambda n: "One day.Two"),
    "late hour": ("timestamp", lambda n: n * 8_677, lambda n: n * 8_677 // 43_200 * 86_400),
    "late minute": ("timestamp", lambda n: n * 8_677, lambda n: n * 3_600 + 60 * (n % 12)),
    "late second": ("timestamp", lambda n: n * 8_677, lambda n: n * 60 + n % 12),
    "midnight": ("timestamp", lambda n: n * 8_677, lambda n: n * 86_400),
    "morning": ("timestamp", lambda n: n * 3_600, lambda n: n * 86_400),
    "January": ("timestamp", lambda n: n * 9 * 86_400, lambda n: n * 365 * 86_400),
    "stated": ("year", lambda n: 1990 + n % 9 if n % 4 else None, lambda n: 1990 + n % 9),
    ALIKE: ("title", lambda n: f"Part {n}", lambda n: "Part"),
}


@pytest.mark.parametrize("feature", COLUMN_DAMAGES)
def test_a_damaged_column_deviates_in_its_feature_and_a_sound_one_does_not(feature: str) -> None:
    column, sound, damaged = COLUMN_DAMAGES[feature]
    kind = LISTS if column == "categories" else None
    tables = [pa.table({column: texts(make, kind)}) for make in (sound, damaged)]
    figures = [Looked(table).figure(column, feature) for table in tables]
    assert figures[0] is not None and figures[1] is not None
    least = most = figures[0].size
    assert compare.deviation(feature, *figures[0], least, most) <= 1
    assert compare.deviation(feature, *figures[1], least, most) > 1


def test_rows_added_within_a_second_are_seen() -> None:
    def rows(times: list[int]) -> Looked:
        codes = pa.array(np.repeat(np.arange(20), 20), pa.int32())
        items = pa.array(np.tile(np.arange(20), 20), pa.int32())
        return Looked(pa.table({"user_code": codes, "item_code": items, "timestamp": times}))

    apart = rows(list(range(400))).figure(ROWS, "crowded second")
    crowded = rows([n if n % 20 < 8 else n // 20 * 20 + 8 for n in range(400)])
    found = crowded.figure(ROWS, "crowded second")
    assert apart is not None and found is not None
    assert (apart.size, found.size) == (0.0, 0.6)
    repeated = crowded.figure(ROWS, "repeated pair")
    assert repeated is not None and repeated.size == 0


def test_two_columns_beside_each_other_share_words_and_moved_ones_do_not() -> None:
    left = [(f"The {WORDS[n * n % 7]} {n}",) for n in range(N)]
    right = [(f"A tale of a {WORDS[n * n % 7]}",) for n in range(N)]
    assert together.shared_words(left, right).size > 0.5
    assert abs(together.shared_words(left, [*right[1:], right[0]]).size) < 0.3


def test_values_and_ranks_go_together_in_place_alone() -> None:
    values = [(WORDS[n * n % 7],) for n in range(N)]
    years = np.array([1990.0 + n * n % 7 for n in range(N)])
    groups = together.grouped(values, {})
    numbers = together.grouped([(str(year),) for year in years], features.of_numbers(years))
    assert groups is not None and numbers is not None
    assert together.by_values(groups, numbers).size > 0.9
    shuffled = np.random.default_rng(1).permutation(N)
    assert together.by_values(groups, numbers[shuffled]).size < 0.1
    assert together.correlation(years, years**3).size == pytest.approx(1)
    assert abs(together.correlation(years, years[shuffled]).size) < 0.2


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("films")
    ml_32m.write(root / "ml-32m", users=150, items=400, dirt=False)
    return root


def told(root: Path, monkeypatch: pytest.MonkeyPatch, measured: Any) -> list[str]:
    """What a build tells of files where others were measured."""
    monkeypatch.setattr(declarations, "read", lambda source: measured)
    manifest = read_manifest(prepare(StoreSpec(load("ml-32m"), data_dir=root), offline=True))
    assert losses.deviating(manifest) == manifest["deviating"]
    return list(manifest["deviating"])


def test_a_build_tells_which_column_deviates(
    films: Path, tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = measure([sample_of("ml-32m", films)])
    assert told(films, monkeypatch, measured) == []
    lines = (films / "ml-32m" / "movies.csv").read_text("utf-8").splitlines()
    head, *rows = (line.rpartition(",") for line in lines)
    genres = [row[2] for row in rows]
    damaged = [
        f"{row[0]},{genre.partition('|')[0]}" for row, genre in zip(rows, genres, strict=True)
    ]
    folder = tmp_path / "ml-32m"
    folder.mkdir()
    (folder / "ratings.csv").write_bytes((films / "ml-32m" / "ratings.csv").read_bytes())
    (folder / "movies.csv").write_text("\n".join(["".join(head), *damaged]) + "\n", "utf-8")
    (said,) = told(tmp_path, monkeypatch, measured)
    assert said.startswith("movies.csv: ") and "'categories'" in said
    assert "lists were cut" in said


def test_few_items_and_data_of_ones_own_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"shares": {"items": {"title": {"capital": [1.0, 1.0]}}}, "together": {}}
    monkeypatch.setattr(declarations, "read", lambda source: known)
    source = load("ml-32m")
    for rows, expected in ((compare.ENOUGH_ITEMS - 1, 0), (compare.ENOUGH_ITEMS, 1)):
        sample = {"items": pa.table({"title": ["small"] * rows})}
        found = compare.deviating(source, partial(dict, sample), {}, rows)
        assert len(found) == expected
        own = dataclasses.replace(source, described="{}")
        assert compare.deviating(own, partial(dict, sample), {}, rows) == []


def test_titles_of_a_chinese_edition_are_not_compared_with_english_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ranges = {"blank": [1.0, 1.0], "chinese": [0.0, 0.01]}
    known = {"shares": {"items": {"title": ranges}}, "together": {}}
    monkeypatch.setattr(declarations, "read", lambda source: known)
    source = load("microlens")
    for title, expected in (("花样年华", 0), ("Untitled", 1)):
        sample = {"items": pa.table({"title": [title] * N})}
        assert len(compare.deviating(source, partial(dict, sample), {}, N)) == expected


USERS, EACH = 60, 30
DAY = 86_400


def of_users(values: Callable[[np.ndarray, np.ndarray], Any], column: str = "timestamp") -> Any:
    """Interactions of 60 users with 30 of 100 items each, and a value for each user and item."""
    users = np.repeat(np.arange(USERS), EACH)
    items = np.random.default_rng(3).permuted(np.tile(np.arange(100), (USERS, 1)), axis=1)
    items = items[:, :EACH].ravel()
    codes = {"user_code": pa.array(users, pa.int32()), "item_code": pa.array(items, pa.int32())}
    return pa.table({**codes, column: values(users, items)})


def within_of(table: Any, column: str, feature: str) -> tuple[float, int]:
    figure = Looked(table).figure(column, feature)
    assert figure is not None
    return figure


def _moments(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Times near that of each item, and all different."""
    return items * 10 * DAY + users * 7 * 3_600 + 1


def _shuffled(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    return np.random.default_rng(1).permutation(_moments(users, items))


def _filled(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """The time of the item's first row everywhere."""
    return items * 10 * DAY


@pytest.mark.parametrize(
    ("make", "spread", "equal"),
    [(_moments, False, False), (_shuffled, True, False), (_filled, False, True)],
)
def test_times_of_one_item_are_near_each_other_and_not_equal(
    make: Any, spread: bool, equal: bool
) -> None:
    names = [f"{kind}item" for kind in (within.SPREAD, within.EQUAL)]
    usual = [within_of(of_users(_moments), "timestamp", name) for name in names]
    found = [within_of(of_users(make), "timestamp", name) for name in names]
    told = [
        compare.deviation(name, *figure, least, least) > 1
        for name, figure, (least, _) in zip(names, found, usual, strict=True)
    ]
    assert usual[0][0] < 0.1 and usual[1][0] == 0
    assert told == [spread, equal]


def test_a_total_of_each_user_in_place_of_values_is_seen_and_few_ratings_are_not() -> None:
    rng = np.random.default_rng(2)
    weights = of_users(lambda users, items: rng.random(len(users)), "weight")
    totals = of_users(lambda users, items: users * 1.0, "weight")
    spread, equal = f"{within.SPREAD}user", f"{within.EQUAL}user"
    assert within_of(weights, "weight", spread)[0] > 0.9
    assert within_of(totals, "weight", spread)[0] == 0
    assert compare.deviation(spread, 0.0, N, 0.3, 1.0) > 1
    assert compare.deviation(spread, 0.0, N, 0.1, 1.0) == 0
    assert compare.deviation(spread, 1.0, N, 0.3, 0.8) == 0
    ratings = of_users(lambda users, items: np.full(len(users), 5.0), "rating")
    assert within_of(ratings, "rating", spread)[1] == 0
    assert Looked(ratings).figure("rating", equal) is None
    texts = of_users(lambda users, items: [f"Text {user}" for user in users], "text")
    assert within_of(texts, "text", equal)[0] == 1


def _by_day(by: int) -> Any:
    """Interactions in the evening, moved by some hours."""

    def hour(users: np.ndarray, items: np.ndarray) -> np.ndarray:
        evening = np.array([12, 15, 17, 18, 19, 19, 20, 20, 21, 22])[items % 10]
        return users * DAY + (evening + by) * 3_600 + items

    return of_users(hour)


@pytest.mark.parametrize(("by", "told"), [(0, 0), (1, 0), (8, 8), (12, 12), (-9, -9)])
def test_times_of_another_zone_are_seen(by: int, told: int) -> None:
    usual, found = hours.of_rows(_by_day(0)), hours.of_rows(_by_day(by))
    assert usual is not None and found is not None
    assert usual[1] == USERS and usual[0].sum() == pytest.approx(1)
    assert hours.moved(*found, list(usual[0])) == told
    assert hours.moved(np.full(24, 1 / 24), USERS, list(usual[0])) == 0
    assert not hours.are_alike(found[0], list(usual[0]))
    assert hours.are_alike(np.full(24, 1 / 24), list(usual[0]))
    # A few days of users are at any hours.
    assert hours.moved(found[0], 1, list(usual[0])) == 0


def test_hours_of_dates_and_of_few_users_say_nothing() -> None:
    assert hours.of_rows(of_users(lambda users, items: users * DAY)) is None
    assert hours.of_rows(_by_day(0).slice(0, 19 * EACH)) is None


@pytest.mark.parametrize(("days", "told"), [(124, 1), (110, 0)])
def test_clocks_of_few_users_are_judged_where_times_are_of_many_days(
    days: int, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"shares": {"interactions": {"timestamp": {"late minute": [0.4, 0.6]}}}, "together": {}}
    monkeypatch.setattr(declarations, "read", lambda source: known)
    times = np.arange(N) * days // N * DAY + np.arange(N) % 12 * 60
    one = np.zeros(N, np.int64)
    rows = pa.table({"user_code": one, "item_code": np.arange(N), "timestamp": times})
    found = compare.deviating(load("lastfm-1k"), partial(dict, {"interactions": rows}), {}, N)
    assert [("second half of an hour" in said) for said in found] == [True] * told


def test_a_build_is_told_of_moved_hours_and_shuffled_times(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = {"interactions": of_users(_moments), TIMED: _by_day(0)}
    measured = measure([sound])
    monkeypatch.setattr(declarations, "read", lambda source: measured)
    files = {"interactions": ["ratings.csv"]}
    source = load("ml-32m")
    assert compare.deviating(source, partial(dict, sound), files, N) == []
    (said,) = compare.deviating(source, partial(dict, {TIMED: _by_day(8)}), files, N)
    assert said.startswith("ratings.csv: 'timestamp' is at the hours") and "+8" in said
    shuffled = {"interactions": of_users(_shuffled)}
    (said,) = compare.deviating(source, partial(dict, shuffled), files, N)
    assert "of the spread of 'timestamp' is within rows of one item" in said
    # Within a few days all times are near each other, whatever the item.
    short = of_users(lambda users, items: _shuffled(users, items) // 100)
    assert not any(
        "is within rows of one" in said
        for said in compare.deviating(source, partial(dict, {"interactions": short}), files, N)
    )
