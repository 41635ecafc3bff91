"""What is refused of the first interactions of a store, at the edge of each threshold: just below it, and at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.core import arrow
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import Source
from itdr.builders.store.build.sample_checks import require_sound_sample
from tests.sources.harness import load
from tests.sources.test_content_thresholds import numbers

FILES = [Path("raw.csv")]
Columns = Mapping[str, Sequence[Any]]


class Stored:
    """One row group of interactions."""

    def __init__(self, **columns: Sequence[Any]) -> None:
        self._rows = pa.table({name: pa.array(values) for name, values in columns.items()})
        self.ends = np.array([len(self._rows)])

    def group(self, number: int, columns: list[str]) -> pa.Table:
        return self._rows.select(columns)


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., list[str]]:
    def check(
        source: str | Source,
        items: Columns | None = None,
        users: Columns | None = None,
        **columns: Sequence[Any],
    ) -> list[str]:
        shape = {"user_code": [0] * 10, "item_code": [0] * 10, **columns}
        n = max(len(values) for name, values in columns.items()) if columns else 10
        shape = {
            name: list(values) if len(values) == n else [0] * n for name, values in shape.items()
        }
        arrow.write_table(pa.table(dict(items or {"item_id": ["a"]})), tmp_path / "items.arrow")
        arrow.write_table(pa.table(dict(users or {"user_id": ["a"]})), tmp_path / "users.arrow")
        declared = load(source) if isinstance(source, str) else source
        return require_sound_sample(
            declared, Stored(**shape), tmp_path, ["user_id", "item_id", *columns], FILES
        )

    return check


Check = Callable[..., list[str]]


def test_ratings_sorted_alone(sample: Check) -> None:
    def rated(users: int, others: int, by: int = 1, name: str = "") -> None:
        each = [
            [1.0 + (user // by) % 3] * 5 if user >= others else [1.0, 2, 3, 4, 5]
            for user in range(users)
        ]
        codes = [user for user in range(users) for _ in range(5)]
        ids = {"user_id": [f"{name}{user + 1}" for user in range(users)]}
        ratings = [value for part in each for value in part]
        sample("ml-1m", users=ids, user_code=codes, rating=ratings)

    rated(19, 0)
    rated(40, 3)
    with pytest.raises(
        RawFileError, match=r"20 of 20 users .* rated everything alike: .* replaced"
    ):
        rated(20, 0)
    with pytest.raises(RawFileError, match=r"38 of 40 users .* alike: .* replaced by one of each"):
        rated(40, 2)
    two = [3.0 + k % 2 for k in range(20) for _ in range(5)]
    everybody = {"user_code": [k // 5 for k in range(100)]}
    sample("ml-1m", rating=[*two[:99], 1.0], **everybody)
    sample("ml-1m", rating=[5.0] * 100, **everybody)
    with pytest.raises(RawFileError, match=r"20 of 20 users .* rated everything alike"):
        sample("ml-1m", users={"user_id": numbers(range(20))}, rating=two, **everybody)
    with pytest.raises(RawFileError, match="rated everything alike: the ratings were sorted"):
        rated(60, 0, by=20)
    with pytest.raises(RawFileError, match=r"alike: the ratings were sorted .*, or replaced"):
        rated(60, 0, by=20, name="u")


def test_times_sorted_alone(sample: Check) -> None:
    def timed(users: int, swap: int) -> None:
        codes = np.repeat(np.arange(users), 50)
        times = np.arange(users * 50) + 1_000_000_000
        times[: swap * 50] = times[: swap * 50][::-1]
        sample(
            "ml-32m",
            users={"user_id": numbers(range(1, users + 1))},
            user_code=codes,
            item_code=np.arange(users * 50),
            timestamp=times,
        )

    timed(199, 0)
    timed(200, 20)
    with pytest.raises(RawFileError, match="the times of 199 of 200 users"):
        timed(200, 0)


def test_ratings_before_their_item(sample: Check) -> None:
    def rated(before: int, of: int) -> None:
        items = {"item_id": ["1", "2"], "year": pa.array([1990, 2004], pa.int16())}
        codes = [1] * before + [0] * (of - before)
        sample("ml-1m", items, item_code=codes, timestamp=[1_000_000_000] * of)

    for before, of in ((100, 2_000), (100, 10_000)):
        rated(before - 1, of)
        with pytest.raises(RawFileError, match=f"{before} of {of:,} ratings are more than a year"):
            rated(before, of)


def test_days_that_were_moved_to_another_time_zone(sample: Check) -> None:
    def timed(hours: int, moved: int, source: str = "amazon-books") -> None:
        days = 1_000_000_000 // 86_400 + np.arange(210)
        sample(source, timestamp=days * 86_400 + 3_600 * hours * (np.arange(210) < moved))

    timed(0, 210)
    timed(16, 199)
    timed(16, 210, "yelp")
    with pytest.raises(RawFileError, match=r"200 of 210 times .* most are 16:00"):
        timed(16, 200)


def test_times_that_were_rounded(sample: Check) -> None:
    def timed(step: int, n: int = 1_000, first: int = 1_000_000_000, unit: int = 1) -> None:
        times = (-(-first * unit // step) + np.arange(n)) * step // unit
        sample("ml-32m", item_code=np.arange(n), timestamp=times)

    timed(63)
    timed(64, 199)
    timed(60, 199)
    timed(1_000, 199)
    timed(86_400)
    timed(3_600)
    timed(65_535, unit=1_000)
    timed(10_000_000, 19)
    sample("ml-32m", item_code=np.arange(400), timestamp=9_600 + np.arange(400) * 86_400)
    for step, unit, said in (
        (128, 1, "64 seconds: they were rounded"),
        (60, 1, "60 seconds: the seconds were lost"),
        (1_000, 1, "1,000 seconds: a spreadsheet rounded them"),
        (100_000, 1_000, "100 seconds: a spreadsheet rounded them"),
        (131_072, 1_000, "65,536 milliseconds: they were rounded"),
    ):
        with pytest.raises(RawFileError, match=f"all multiples of {said}"):
            timed(step, unit=unit)
    with pytest.raises(RawFileError, match="multiples of 10,000 seconds: a spreadsheet"):
        sample(
            "amazon-books",
            item_code=np.arange(300),
            timestamp=900_000_000 + np.arange(300) % 20 * 10_000_000,
        )


def test_texts_that_were_cut(sample: Check) -> None:
    def written(longest: int) -> None:
        texts = ["X" * min(longest, 20 + 7 * k % 400) for k in range(1_000)]
        sample("yelp", item_code=np.arange(1_000), text=texts)

    written(500)
    for longest in (200, 40):
        with pytest.raises(RawFileError, match=f"have {longest} characters or hardly less"):
            written(longest)
    sample("yelp", item_code=np.arange(1_000), text=["X" * 40] * 1_000)  # written by a rule


def test_texts_in_small_letters(sample: Check) -> None:
    def written(capitals: int) -> None:
        texts = [
            f"{'a fine place' if k >= capitals else 'A fine place'} with number {k:030}"
            for k in range(200)
        ]
        sample("yelp", item_code=np.arange(200), text=texts)

    written(11)
    with pytest.raises(RawFileError, match="190 of 200 texts that were looked at have no capital"):
        written(10)


def test_texts_of_numbers(sample: Check) -> None:
    def written(words: int) -> None:
        ids = "388 194 776 97 291 1067 1455 12 5 388 194"
        texts = [f"A fine place with number {k:030}" if k < words else ids for k in range(220)]
        sample("yelp", item_code=np.arange(220), text=texts)

    written(12)
    with pytest.raises(RawFileError, match=r"209 of 220 texts .* are lists of numbers"):
        written(11)


def test_weights_that_are_classes(sample: Check) -> None:
    def played(n: int, classes: int) -> None:
        weights = [float(k * k % 101 % classes + 1) for k in range(n)]
        sample("lastfm-360k", item_code=np.arange(n), weight=weights)

    played(4_999, 5)
    played(5_000, 11)
    with pytest.raises(RawFileError, match="take only 5 values, 1 to 5: they were replaced"):
        played(5_000, 5)


def test_titles_sorted_alone(sample: Check) -> None:
    def titled(n: int, others: int) -> None:
        titles = [f"{'a' if k % 2 and k < 2 * others else 'b'} {k:04}" for k in range(n)]
        sample("ml-1m", {"item_id": numbers(range(1, n + 1)), "title": titles}, rating=[3.0] * 10)

    titled(1_999, 0)
    titled(2_000, 600)
    with pytest.raises(RawFileError, match="stand in alphabetical order"):
        titled(2_000, 400)


def test_ratings_reduced_or_filled_or_turned_round(sample: Check) -> None:
    sample("ml-1m", rating=[1.0] * 49 + [5.0] * 951)
    sample("ml-1m", rating=[1.0] * 500 + [5.0] * 499)
    with pytest.raises(RawFileError, match="the ends of the scale"):
        sample("ml-1m", rating=[1.0] * 50 + [5.0] * 950)
    many = [[float(1 + k % 10) for k in range(1_000 - n)] + [8.0] * n for n in (300, 320)]
    codes = [k % 200 for k in range(1_000)]
    sample("bookcrossing", rating=many[0], user_code=codes)
    with pytest.raises(RawFileError, match="missing ones were filled"):
        sample("bookcrossing", rating=many[1], user_code=codes)

    def turned(high: float) -> list[str]:
        items = [0] * 2_500 + [1 + k % 500 for k in range(2_500)]
        return sample("ml-1m", rating=[high] * 2_500 + [2.5] * 2_500, item_code=items)

    assert turned(2.4) == [
        "ratings take only 2 of 5 values: 2.4 and 2.5",
        "the mean rating is 2.5, below the middle of the scale: elsewhere most people rate what they like",
    ]
    with pytest.raises(RawFileError, match="the ratings were turned round"):
        turned(2.2)


@pytest.mark.parametrize(("n", "told"), [(499, 0), (500, 1)])
def test_two_ratings_of_many_are_told(n: int, told: int, sample: Check) -> None:
    found = sample("amazon-books", rating=[1.0 + 4 * (k % 2) for k in range(n)])
    assert found == ["ratings take only 2 of 5 values: 1 and 5"] * told


def test_weights_that_are_ranks_or_capped_or_in_another_unit(sample: Check) -> None:
    def ranked(users: int) -> None:
        weights = [float(k) for _ in range(users) for k in range(1, 6)]
        sample("lastfm-360k", user_code=[k // 5 for k in range(5 * users)], weight=weights)

    ranked(19)
    with pytest.raises(RawFileError, match="20 of 20 users are 1, 2, 3"):
        ranked(20)
    spread = [float(7 + k % 50) for k in range(800)]
    sample("lastfm-360k", weight=[*spread, *[500.0] * 199, 3.0])
    with pytest.raises(RawFileError, match=r"200 of 1,000 weights .* are 500, and none is more"):
        sample("lastfm-360k", weight=[*spread, *[500.0] * 200])
    plays = [6.0 * (1 + k % 100) for k in range(1_000)]
    sample("lastfm-360k", weight=[*plays, 1.0])
    many = [float(7 + k % 400) for k in range(1_000)]
    sample("lastfm-360k", weight=[*many, *[500.0] * 19])
    with pytest.raises(RawFileError, match=r"20 of 1,020 weights .* are 500, and none is more"):
        sample("lastfm-360k", weight=[*many, *[500.0] * 20])
    with pytest.raises(RawFileError, match="multiples of 6"):
        sample("lastfm-360k", weight=plays)
    sample("steam", weight=[*plays, 0.1])
    with pytest.raises(RawFileError, match=r"whole numbers, and officially multiples of 0\.1"):
        sample("steam", weight=[*plays, 1.0])
    tenths = [0.1 * (1 + k % 100) for k in range(800)]
    sample("steam", weight=[*tenths, *[0.123 + k for k in range(200)]])
    with pytest.raises(RawFileError, match=r"201 of 1,001 .* no multiples of 0.1"):
        sample("steam", weight=[*tenths, *[0.123 + k for k in range(201)]])
    assert sample("lastfm-360k", weight=[float(k % 256) for k in range(1_000)])[0].startswith(
        "no weight that was looked at is above 255"
    )


@pytest.mark.parametrize("column", ["text", "description"])
@pytest.mark.parametrize("sign", ["comma or full stop", "digit"])
def test_texts_without_marks_or_digits(sample: Check, column: str, sign: str) -> None:
    def told(n: int, sound: bool) -> None:
        letters = ["".join(chr(97 + int(one)) for one in f"{place:04d}") for place in range(n)]
        texts = [f"A lantern that is called {name} and gives much light" for name in letters]
        texts[-1] += "" if not sound else ", for 5 hours"
        texts = [f"{text}{' 7' if sign[0] == 'c' else ', too'}" for text in texts]
        if column == "text":
            sample("yelp", text=texts)
        else:
            sample("anime-2023", {"item_id": texts, "description": texts})

    told(1_000, sound=True)
    told(999, sound=False)
    with pytest.raises(
        RawFileError, match=f"none of 1,000 {column}s that were looked at has a {sign}"
    ):
        told(1_000, sound=False)


def test_chinese_titles_that_were_read_in_another_encoding(sample: Check) -> None:
    places = "北京上海广州深圳天津重庆南京武汉"
    sound = [f"我在{places[k % 16]}{places[k // 16 % 16]}吃美食和看电影{k}" for k in range(400)]

    def titled(misread: int) -> None:
        read = [title.encode().decode("gbk", "ignore") for title in sound[:misread]]
        ids = [f"i{k}" for k in range(400)]
        sample("pixelrec", {"item_id": ids, "title": [*read, *sound[misread:]]})

    titled(0)
    titled(200)
    with pytest.raises(RawFileError, match=r"201 of 400 Chinese titles .* read in GBK"):
        titled(201)


def test_hours_without_am_and_pm(sample: Check) -> None:
    def timed(n: int, days: int, last: int = 12, more: int = 0) -> None:
        hours = 1 + np.arange(n) % last
        times = 1_500_000_000 // 86_400 * 86_400 + np.arange(n) % days * 86_400 + hours * 3_600 + 7
        codes = np.arange(n) % 25
        order = np.argsort(codes, kind="stable")
        times[0] += more * 3_600
        users = {"user_id": [f"u{k}" for k in range(25)]}
        sample("yelp", users=users, user_code=codes[order], timestamp=times[order])

    timed(999, 40)
    timed(1_000, 19)  # of a few days
    timed(1_000, 40, last=9)  # by night alone
    timed(1_000, 40, more=12)
    with pytest.raises(RawFileError, match=r"hours of 1,000 .* from 1 to 12: .* lost their PM"):
        timed(1_000, 40)


def test_weights_that_are_per_cent_or_few(sample: Check) -> None:
    def played(users: int, others: int) -> list[str]:
        each = [[40.0 + k % 9, 20.0, 20.0, 10.0, 10.0 - k % 9] for k in range(users)]
        each[:others] = [[900.0] * 5] * others
        codes = [user for user in range(users) for _ in range(5)]
        return sample("lastfm-360k", user_code=codes, weight=[w for part in each for w in part])

    played(199, 0)
    played(220, 12)
    with pytest.raises(RawFileError, match="weights of 209 of 220 users add up to about 100"):
        played(220, 11)
    weights = [float(2 + k % 19) for k in range(5_000)]
    assert "only 19 values, 2 to 20: they may" in sample("lastfm-360k", weight=weights)[0]
    assert not sample("lastfm-360k", weight=[*weights, 30.0, 40.0])


def test_ids_that_were_cut_or_written_small(sample: Check) -> None:
    def given(n: int, cut: int, capital: bool = True) -> None:
        ids = [f"{'B' if capital else 'b'}{k:021}"[: 21 if k < cut else 22] for k in range(n)]
        sample("yelp", {"item_id": ids}, rating=[3.0] * 10)

    given(400, 19)
    given(400, 400)  # another form
    given(399, 0, capital=False)
    with pytest.raises(
        RawFileError, match="20 of 400 ids of items have another length than the 22"
    ):
        given(400, 20)
    with pytest.raises(RawFileError, match="none of 400 ids of items has a capital"):
        given(400, 0, capital=False)


def test_items_known_by_their_names_alone(sample: Check) -> None:
    def given(n: int, ids: int) -> list[str]:
        items = {"item_id": [f"{'name:' if k >= ids else ''}{k}" for k in range(n)]}
        return sample("lastfm-360k", items, weight=[float(1 + k % 700) for k in range(1_000)])

    assert not given(99, 0) and not given(100, 1)
    assert given(100, 0) == [
        "none of 100 items has an id, and all are known by their names: the column of ids may have been emptied"
    ]
