"""PixelRec: its reader on made-up files in the official layout."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from itdr.builders.core import arrow
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import COLUMNS
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import pixelrec as rawgen
from tests.rawgen.common import Facts
from tests.sources.harness import load, read

ID = "pixelrec"
NAME = "Pixel200K.csv"
TABLES = ("interactions", "items")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    folder = tmp_path_factory.mktemp("pixelrec")
    return folder, rawgen.write(folder, users=60, items=120)


def put(folder: Path, table: str, text: str | bytes) -> Path:
    path = folder / table / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


@pytest.mark.parametrize("table", TABLES)
def test_all_good_rows_are_read_and_all_bad_ones_counted(made: tuple[Path, Facts], table: str):
    folder, facts = made
    found, rejects = read(ID, folder, table)
    assert found.num_rows == facts.counts[table]
    assert rejects == {reason: n for (of, reason), n in facts.rejects.items() if of == table}


@pytest.mark.parametrize("table", TABLES)
def test_clean_files_lose_nothing(tmp_path: Path, table: str):
    facts = rawgen.write(tmp_path, users=20, items=60, dirt=False)
    found, rejects = read(ID, tmp_path, table)
    assert (found.num_rows, rejects) == (facts.counts[table], {})


def test_every_user_has_comments_enough(made: tuple[Path, Facts]):
    counts = Counter(read(ID, made[0], "interactions")[0]["user_id"].to_pylist())
    assert len(counts) == 60 and min(counts.values()) >= 14


def test_an_event(tmp_path: Path):
    put(tmp_path, "interactions", "item_id,user_id,timestamp\ni0,u1,1650000000\n")
    assert read(ID, tmp_path, "interactions")[0].to_pylist() == [
        {"user_id": "u1", "item_id": "i0", "event": "comment", "timestamp": 1_650_000_000}
    ]


def test_ids_in_quotes_are_read_and_a_stray_quote_costs_its_own_line(tmp_path: Path):
    lines = ['"i0","u1",1650000000', '"', 'i0,"u2,1650000000', "i0,u3,1650000000", ""]
    put(tmp_path, "interactions", "item_id,user_id,timestamp\n" + "\n".join(lines))
    table, rejects = read(ID, tmp_path, "interactions")
    assert table["user_id"].to_pylist() == ["u1", "u3"]
    assert rejects == {"too few fields": 1, "malformed user id": 1}


def test_chinese_texts_with_quotes_line_breaks_and_wide_blanks(made: tuple[Path, Facts]):
    quoted, wide, nameless, untagged = read(ID, made[0], "items")[0].slice(0, 4).to_pylist()
    assert quoted["title"] == '他说"回来",然后走了'
    assert quoted["description"] == '第一行 第二行, "引号" 第三行'
    assert (wide["title"], wide["categories"]) == ("两个 空格", ["游戏", "知识"])
    assert (wide["description"], nameless["title"]) == (None, None)
    assert untagged["categories"] == []


def test_columns_are_read_by_name_and_counters_never(tmp_path: Path):
    text = "tag,title,item_id,view_number,new_column\n生活,标题,i7,123456,x\n"
    put(tmp_path, "items", text)
    table, rejects = read(ID, tmp_path, "items")
    assert (table.to_pylist(), rejects) == (
        [{"item_id": "i7", "title": "标题", "categories": ["生活"], "description": None}],
        {},
    )
    assert set(table.column_names) <= set(COLUMNS["items"])


@pytest.mark.parametrize("folders", [("dataset", "information"), ("interactions", "item_info")])
def test_other_folder_names_serve(made: tuple[Path, Facts], tmp_path: Path, folders):
    for folder, table in zip(folders, TABLES, strict=True):
        put(tmp_path, folder, (made[0] / table / NAME).read_bytes())
        assert read(ID, tmp_path, table)[0].num_rows == made[1].counts[table]


@pytest.mark.parametrize("table", TABLES)
def test_swapped_files_are_told_apart_by_their_headers(made, tmp_path, table):
    other = next(name for name in TABLES if name != table)
    put(tmp_path, table, (made[0] / other / NAME).read_bytes())
    with pytest.raises(RawFileError, match="header lacks"):
        read(ID, tmp_path, table)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: b"", "empty"),
        (lambda text: text[:-5], "cut off"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(made, tmp_path, table, damage, told):
    put(tmp_path, table, damage((made[0] / table / NAME).read_bytes()))
    with pytest.raises(RawFileError, match=told) as error:
        read(ID, tmp_path, table)
    assert f"{table}/{NAME}" in str(error.value)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text.decode().encode("gb18030"), "utf-8"),
        (lambda text: text + b'i9,1,1,1,1,1,1,1,"open,x,y\n', "not closed"),
    ],
)
def test_item_texts_in_another_encoding_or_with_an_open_quote(made, tmp_path, damage, told):
    put(tmp_path, "items", damage((made[0] / "items" / NAME).read_bytes()))
    with pytest.raises(RawFileError, match=told):
        read(ID, tmp_path, "items")


def test_both_files_are_placed_by_hand_under_their_folders():
    source = load(ID)
    assert [file.name for file in source.files] == [f"interactions/{NAME}", f"items/{NAME}"]
    assert {remote.access for remote in source.remotes} == {"manual"}
    for text in ("drive.google.com", f"interactions/{NAME}", f"items/{NAME}"):
        assert text in source.by_hand
    assert not any("number" in column for column in source.columns)


@pytest.mark.parametrize("folders", [("dataset", "information"), TABLES])
@pytest.mark.parametrize("table", TABLES)
def test_unreadable_content_is_compared_with_the_example_of_its_own_file(
    made: tuple[Path, Facts], tmp_path: Path, folders: tuple[str, str], table: str
) -> None:
    for folder, name in zip(folders, TABLES, strict=True):
        data = (made[0] / name / NAME).read_bytes()
        if name == table:  # the ids lose their letter
            data = re.sub(rb"(?m)^i(?=[0-9])", b"", data)
        put(tmp_path / ID, folder, data)
    spec = StoreSpec(load(ID), data_dir=tmp_path)
    with pytest.raises(RawFileError, match="malformed item id") as error:
        prepare(spec, offline=True, progress=False, path=tmp_path / "store")
    (example,) = [file.example for file in load(ID).files if file.key == table]
    assert f"Expected in {NAME}: {example!r}. Found:" in str(error.value)


def test_english_titles_of_another_edition_are_taken(tmp_path: Path):
    home = tmp_path / ID
    rawgen.write(home, users=20, items=60, dirt=False)
    path = home / "items" / NAME
    header, *rows = csv.reader(path.open(encoding="utf-8", newline=""))
    place = header.index("title")
    kinds = (
        "The cat of house {}",
        "Cooking with a friend {}",
        "Brilliant dinosaur {}!",
        "Ultraman {}",
    )
    for number, row in enumerate(rows):
        row[place] = kinds[number % len(kinds)].format(number)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    made = prepare(StoreSpec(load(ID), data_dir=tmp_path), path=tmp_path / "store", progress=False)
    assert "Ultraman 3" in arrow.read(made / "items.arrow")["title"].to_pylist()
