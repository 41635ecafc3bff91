"""Names, towns, usernames and codes that belong to other rows, and lists in another order: each is refused with its figures."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.text import plain
from itdr.builders.sources import microlens, ml_1m, yelp
from itdr.builders.sources._shared.games import GameColumns
from itdr.builders.sources._shared.own_texts import require_own_names
from itdr.builders.sources._shared.usernames import FIRST_ID, Usernames
from itdr.builders.store.build.name_checks import unusual_names
from tests.rawgen import ml_1m as made_films
from tests.sources.harness import fresh_database, load

FILE = Path("raw.csv")
NOUNS = [f"{a}{b}" for a in ("lamp", "soap", "comb", "tube") for b in map(chr, range(97, 122))]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with fresh_database() as opened:
        yield opened


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


def test_names_in_the_reviews_of_others(tmp_path: Path) -> None:
    def check(n: int, own: int, size: int = 200) -> None:
        names = [{"id": str(k), "name": f"The {noun}"} for k, noun in enumerate(NOUNS)]
        texts = [
            {
                "id": str(k * 7 % 100),
                "text": f"A fine {NOUNS[(k * 7 + (k >= own) * 31) % 100]} it is".ljust(size, "."),
            }
            for k in range(n)
        ]
        both = written(tmp_path / "names.json", names), written(tmp_path / "texts.json", texts)
        require_own_names(*both, "id", "name")

    check(400, 400)
    check(400, 100)
    check(399, 0)
    check(400, 0, size=100)
    with pytest.raises(
        RawFileError, match=r"of 400 reviews .* 99 have a word of the name .* moved to other rows"
    ):
        check(400, 99)


def test_towns_in_several_states(tmp_path: Path) -> None:
    def check(n: int, mixed: int) -> None:
        towns = [
            {"city": f"Town {k % 40}", "state": "AB"[k % 40 < mixed and k >= 40]} for k in range(n)
        ]
        yelp._require_own_towns(written(tmp_path / "business.json", towns))

    check(400, 20)
    check(399, 40)
    with pytest.raises(RawFileError, match=r"21 of 40 towns .* lie in more than one state"):
        check(400, 21)


def test_usernames_beside_other_ids() -> None:
    def check(ids: int, renamed: int, rows: int = 10, first: int = int(FIRST_ID)) -> None:
        names = Usernames()
        for user in range(ids):
            for row in range(rows):
                names.add(f"name {user} {row if user < renamed else 0}", str(first + user))
        names.require_own(FILE)

    check(100, 50)
    check(99, 99, rows=20)
    check(100, 100, rows=9)
    check(100, 100, first=int(FIRST_ID) - 200)  # no ids of Steam
    with pytest.raises(RawFileError, match=r"51 of 100 user ids .* beside several usernames"):
        check(100, 51)


def test_tags_in_alphabetical_order() -> None:
    def check(n: int, others: int) -> None:
        games = GameColumns(FILE)
        for k in range(n):
            tags = ["Action", "Free", "Indie"] if k >= others else ["Indie", "Action", "Free"]
            games.compare([], tags, "", "")
        games.require_own()

    check(1_000, 50)
    check(999, 0)
    with pytest.raises(RawFileError, match=r"tags of 951 of 1,000 games .* were sorted"):
        check(1_000, 49)


def test_known_titles_at_other_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    titles: dict[str, str | None] = {
        str(k): f"The {noun} of a summer day" for k, noun in enumerate(NOUNS)
    }
    marks = {
        item: zlib.crc32(plain(text)[: microlens.LETTERS].encode())
        for item, text in titles.items()
        if text and int(item) < 20
    }
    monkeypatch.setattr(microlens, "ANCHORS", marks)

    def check(moved: int) -> None:
        ids = [str((k + 1) % moved) if k < moved else str(k) for k in range(100)]
        microlens._require_own_titles(FILE, dict(zip(ids, titles.values(), strict=True)))

    check(4)
    microlens._require_own_titles(FILE, {"1": "Another title"})
    with pytest.raises(RawFileError, match="5 of 20 known titles stand at other ids"):
        check(5)


def test_occupations_numbered_anew(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    made_films.write(tmp_path, users=60, items=30, dirt=False)
    path = tmp_path / "users.dat"
    rows = [line.split("::") for line in path.read_text("ascii").splitlines()]

    def check(codes: list[int]) -> None:
        lines = (
            "::".join([*row[:3], str(code), row[4]]) for row, code in zip(rows, codes, strict=True)
        )
        path.write_text("".join(f"{line}\n" for line in lines), "ascii")
        ml_1m.users(Raw("ml-1m", {"users": path}, con))

    official = [random.Random(k).randrange(21) for k in range(len(rows))]
    check(official)
    first = list(dict.fromkeys(official))
    check([first.index(code) % 9 for code in official])  # too few
    with pytest.raises(RawFileError, match=r"occupations are numbered in the order in which they"):
        check([first.index(code) for code in official])


def test_question_marks_in_place_of_names(con: duckdb.DuckDBPyConnection) -> None:
    def noted(n: int, asked: int) -> str:
        con.execute(
            "CREATE OR REPLACE TABLE items_raw AS SELECT NULL AS reject, "
            f"CASE WHEN k < {asked} THEN '???? ' || k ELSE 'So what?? ' || k END AS title "
            f"FROM range({n}) AS r(k)"
        )
        con.execute("CREATE OR REPLACE MACRO beyond_ascii(t) AS false")
        row = lambda query: con.execute(query).fetchall()[0]  # noqa: E731
        return " ".join(unusual_names(load("lastfm-1k"), ["title"], row))

    assert not noted(100, 19) and not noted(2_100, 20)
    assert "20 of 2,000 items have question marks in place of their names" in noted(2_000, 20)
