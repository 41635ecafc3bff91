"""One time or one id in place of many, and lists and texts cut to a length: each is refused with what happened to it."""

from __future__ import annotations

import gzip
import importlib
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._shared import impressions
from itdr.builders.store.build.crowded_ids import require_spread_ids
from itdr.builders.store.build.joins import KEYS
from itdr.builders.store.build.time_checks import one_for_many
from tests.sources.harness import fresh_database, load
from tests.sources.test_damage_walk import one_row
from tests.sources.test_edited_files import stored

EVENTS = {
    "ml-32m": "ratings.csv",
    "ml-1m": "ratings.dat",
    "yelp": "yelp_academic_dataset_review.json",
    "lastfm-1k": "userid-timestamp-artid-artname-traid-traname.tsv",
    "steam": "steam_reviews.json.gz",
    "pixelrec": "interactions/Pixel200K.csv",
    "microlens": "MicroLens-100k_pairs.csv",
    "amazon-books": "Books_rating.csv",
    "mind": "MINDsmall_train/behaviors.tsv",
}
"""The interactions of sources with times."""
TIMES = {
    "ml-32m": (r"()\d+(?=\s*$)", "1690000000", "2023-07-22 04:26:40"),
    "ml-1m": (r"(::)\d+$", "975000000", "2000-11-23 17:20:00"),
    "yelp": (r'("date":")[^"]+', "2021-05-01 00:00:00", "2021-05-01 00:00:00"),
    "lastfm-1k": (r"(\t)2[^\t]+Z(?=\t)", "2009-05-05T00:00:00Z", "2009-05-05 00:00:00"),
    "steam": (r"(u'date': u')[^']+", "2018-01-05", "2018-01-05 00:00:00"),
    "pixelrec": (r"()\d+$", "1660000000", "2022-08-08 23:06:40"),
    "microlens": (r"()\d+$", "1701300000000", "2023-11-29 23:20:00"),
    "amazon-books": (r"(,\d\.0,)\d+(?=,)", "1300000000", "2011-03-13 07:06:40"),
    "mind": (r"(\t)\d+/\d+/2019 [^\t]*(?=\t)", "11/14/2019 12:00:00 AM", "2019-11-14 00:00:00"),
}
"""Where a line has its time, a time of the right form, and how it is said."""
USERS = {
    "steam": (r"(u'username': u')[^']+", "anonymous"),
    "pixelrec": (r"(,)u\d+(?=,)", "u0"),
    "mind": (r"(\t)U\d+(?=\t)", "U0"),
}
"""Where a line has its user, and what was filled in."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a source's undamaged files."""
    root = tmp_path_factory.mktemp("made")

    def folder(source: str) -> Path:
        if not (root / source).exists():
            written = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
            written.write(root / source, users=150, items=60, dirt=False)
        return root / source

    return folder


@pytest.fixture
def data(made: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a source's files, to be damaged."""

    def copied(source: str) -> Path:
        return Path(shutil.copytree(made(source), tmp_path / "data" / source)).parent

    return copied


def filled(path: Path, form: str, value: str, chosen: Callable[[int], bool]) -> None:
    """Write a value in place of what the chosen lines have there, without the header."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        lines = file.read().splitlines(keepends=True)
    for place, line in enumerate(lines):
        if place and chosen(place):
            lines[place] = re.sub(form, rf"\g<1>{value}", line, count=1, flags=re.MULTILINE)
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        file.write("".join(lines))


@pytest.mark.parametrize("source", EVENTS)
@pytest.mark.parametrize("share", ["a third", "nine tenths"])
def test_one_time_for_many_is_refused(
    source: str, share: str, data: Callable[[str], Path], tmp_path: Path
) -> None:
    form, value, said = TIMES[source]
    home = data(source)
    filled(
        home / source / EVENTS[source],
        form,
        value,
        lambda place: place % 3 == 0 if share == "a third" else place % 10 > 0,
    )
    with pytest.raises(RawFileError, match=rf"have one time, {said} UTC, and none of the others"):
        stored(source, home, tmp_path / "store")


@pytest.mark.parametrize("source", EVENTS)
def test_undamaged_files_are_accepted(
    source: str, data: Callable[[str], Path], tmp_path: Path
) -> None:
    manifest, _ = stored(source, data(source), tmp_path / "store")
    assert manifest["rows"]["interactions"] > 1_000


def test_times_of_a_day_of_many_reviews_are_none_that_were_filled_in() -> None:
    def timed(most: int, after: int, others: int = 49, users: int = 20) -> str:
        counts = [most, after, *[1] * (others - 1)]
        times = np.repeat(1_500_000_000 + 86_400 * np.arange(len(counts)), counts)
        return one_for_many(times, np.arange(len(times)) % users)

    assert "100 of 153 interactions that were looked at (65%)" in timed(100, 5)
    assert not timed(100, 6)
    assert not timed(100, 5, others=48)
    assert not timed(100, 5, users=19)
    assert "(10%)" in timed(100, 5, others=896)
    assert not timed(100, 5, others=897)


@pytest.mark.parametrize("source", USERS)
@pytest.mark.parametrize("every", [1, 3])
def test_one_user_for_many_is_refused(
    source: str, every: int, data: Callable[[str], Path], tmp_path: Path
) -> None:
    form, value = USERS[source]
    home = data(source)
    filled(home / source / EVENTS[source], form, value, lambda place: place % every == 0)
    said = f"interactions are of the user '{value}'"
    with pytest.raises(RawFileError, match=f"{said}|have .* histories more than the one"):
        stored(source, home, tmp_path / "store")


def test_a_user_without_a_name_is_refused(data: Callable[[str], Path], tmp_path: Path) -> None:
    home = data("yelp")
    path = home / "yelp" / EVENTS["yelp"]
    filled(path, r'("user_id":")[^"]+', "unknown", lambda place: place % 3 == 0)
    with pytest.raises(RawFileError, match="of the user 'unknown': this is no id"):
        stored("yelp", home, tmp_path / "store")


def test_one_item_for_many_is_refused(data: Callable[[str], Path], tmp_path: Path) -> None:
    home = data("steam")
    path = home / "steam" / EVENTS["steam"]
    filled(path, r"(u'product_id': u')\d+", "20040", lambda place: place % 10 > 0)
    with pytest.raises(RawFileError, match="interactions are of the item '20040', and no other"):
        stored("steam", home, tmp_path / "store")


def test_a_user_with_a_profile_is_one(data: Callable[[str], Path], tmp_path: Path) -> None:
    """The first lines of a file may be those of one user of many plays."""
    home = data("lastfm-1k")
    path = home / "lastfm-1k" / EVENTS["lastfm-1k"]
    lines = [
        line for line in path.read_text("utf-8").splitlines() if line.startswith("user_000001")
    ]
    again = [
        re.sub(
            r"\t2\d{3}-\d\d-\d\d", f"\t{2006 + k % 3}-{1 + k // 3 % 12:02}-{1 + k % 28:02}", line
        )
        for k in range(60)
        for line in lines
    ]
    path.write_text("\n".join([*again, ""]), "utf-8")
    manifest, _ = stored("lastfm-1k", home, tmp_path / "store")
    assert manifest["rows"]["users"] == 1
    assert manifest["rows"]["interactions"] > 1_000


def test_one_of_many_interactions_may_be_one_person() -> None:
    def judged(
        most: int = 200, after: int = 10, others: int = 80, items: int = 180, name: str = "x"
    ) -> None:
        users = [name] * most + [f"u{k}" for k in range(others) for _ in range(after)]
        rated = [f"i{k % items}" for k in range(most)]
        rated += [f"j{k % 200}" for k in range(len(users) - most)]
        with fresh_database() as con:
            con.register("given", pa.table({"user_id": users, "item_id": rated}))
            con.execute("CREATE TABLE interactions_raw AS SELECT *, NULL AS reject FROM given")
            counts = {"interactions": len(users)}
            for table, (key, codes) in KEYS.items():
                grouped = f"SELECT {key} AS id, count(*) AS n FROM interactions_raw GROUP BY {key}"
                con.execute(f"CREATE TABLE {codes} AS {grouped}")
                counts[table] = con.execute(f"SELECT count(*) FROM {codes}").fetchall()[0][0]
            require_spread_ids(
                load("steam"), partial(one_row, con), {}, counts, [Path("reviews.json")]
            )

    said = "200 of 1,000 interactions are of the user 'x', and no other has more than 10"
    with pytest.raises(RawFileError, match=said):
        judged()
    judged(items=181)
    judged(after=11)
    judged(others=79)
    judged(most=1_000, others=18, items=500)
    with pytest.raises(RawFileError, match="1,000 of 1,190 interactions"):
        judged(most=1_000, others=19, items=500)
    with pytest.raises(RawFileError, match="200 of 4,000 interactions"):
        judged(others=380)
    judged(others=381)
    with pytest.raises(RawFileError, match="of the user 'x', and there is no other"):
        judged(most=1_000, others=0, items=500)
    judged(most=999, others=0, items=500)
    with pytest.raises(RawFileError, match="20 of 2,000 interactions are of the user 'Guest'"):
        judged(most=20, others=198, items=20, name="Guest")
    judged(most=20, others=199, items=20, name="Guest")
    judged(most=19, others=100, items=19, name="Guest")


@pytest.mark.parametrize("most", [1, 2, 5, 12])
def test_histories_that_were_cut_to_some_clicks(
    most: int, caplog: pytest.LogCaptureFixture
) -> None:
    def require_whole(numbers: list[int]) -> None:
        histories = pa.array(
            [" ".join(f"N{17 * k % 50 + 10}" for k in range(6, 6 + n)) for n in numbers]
        )
        lengths = impressions.HistoryLengths()
        lengths.add(histories, histories)
        lengths.require_whole(Path("behaviors.tsv"))

    whole = [1 + k % 41 for k in range(600)]
    require_whole(whole)
    require_whole([2 + most] * 600)  # of a chosen length
    assert not caplog.text
    require_whole([min(n, most) for n in whole])
    assert f"histories have {most} click{'s' if most > 1 else ''}, none has more" in caplog.text


def test_abstracts_that_are_emptied_or_cut() -> None:
    def require_own(change: Callable[[str], str]) -> None:
        abstracts = [f"{'A line of news ' * (2 + k % 20)}from Fen number {k}." for k in range(300)]
        entities = [
            f'[{{"OccurrenceOffsets": [{text.index("Fen")}], "SurfaceForms": ["Fen"]}}]'
            for text in abstracts
        ]
        same = pa.array(["a"] * 300)
        news = impressions.NewsColumns(Path("news.tsv"))
        none, named = pa.array(["[]"] * 300), pa.array(entities)
        news.add([same, same, same, pa.array(map(change, abstracts)), same, none, named], 300)
        news.require_own()

    require_own(lambda text: text)
    with pytest.raises(RawFileError, match="of 300 abstracts with entities, 300 are empty"):
        require_own(lambda text: "")
    with pytest.raises(RawFileError, match="none has more than 100 characters: they were cut off"):
        require_own(lambda text: text[:100])
    with pytest.raises(RawFileError, match="have the entities of another abstract"):
        require_own(lambda text: text.replace("Fen", "a").replace("line", "l" * (len(text) % 97)))


def test_swapped_users_and_items_are_named(data: Callable[[str], Path], tmp_path: Path) -> None:
    home = data("microlens")
    path = home / "microlens" / EVENTS["microlens"]
    head, *rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    swapped = [head, *([item, user, time] for user, item, time in rows)]
    path.write_text("\n".join([*map(",".join, swapped), ""]), "utf-8")
    with pytest.raises(RawFileError, match="columns of the interactions were swapped"):
        stored("microlens", home, tmp_path / "store")
