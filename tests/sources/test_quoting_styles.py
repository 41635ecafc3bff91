"""Quotes as other programs put them round fields and mark them inside: the texts are read as they were."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from itdr.builders.core.csv_quotes import BACKSLASH, DOUBLED, quote_mark
from itdr.builders.sources._formats.lines import unquote
from tests.sources.harness import read

NAMES = (
    *("Earth, Wind & Fire", '"Heroes"', "Sigur Rós", 'Mike "Zip", jr.', "Crosby, Stills", "Low"),
    *("Tyler, the Creator", "Emerson, Lake", 'AC\\DC "live"', "Moby", '"Weird Al", alone', "Can"),
)


def spreadsheet(row: Sequence[str]) -> str:
    """As a spreadsheet saves text with TABs: quotes where a comma or a quote is inside."""
    special = ('"' + cell.replace('"', '""') + '"' for cell in row)
    return "\t".join(
        quoted if "," in cell or '"' in cell else cell
        for cell, quoted in zip(row, special, strict=True)
    )


def r_table(row: Sequence[str]) -> str:
    """As R's write.table does by default: all between quotes, inner ones behind a backslash."""
    return "\t".join('"' + cell.replace('"', '\\"') + '"' for cell in row)


def news(write: Callable[[Sequence[str]], str], names: Sequence[str] = NAMES) -> str:
    rows = ([f"N{n}", "a", "b", name, "", "u", "[]", "[]"] for n, name in enumerate(names, 1))
    return "".join(f"{write(row)}\n" for row in rows)


def titles(folder: Path, text: str) -> list[str]:
    (folder / "MINDsmall_train").mkdir(exist_ok=True)
    for name in ("behaviors", "news"):
        (folder / "MINDsmall_train" / f"{name}.tsv").write_text(text, encoding="utf-8")
    return list(read("mind", folder, "items")[0].column("title").to_pylist())


@pytest.mark.parametrize("write", [spreadsheet, r_table, "\t".join])
def test_fields_set_apart_by_tabs(write: Callable[[Sequence[str]], str], tmp_path: Path) -> None:
    assert titles(tmp_path, news(write)) == list(NAMES)


@pytest.mark.parametrize("quoted", [3, 4])
def test_a_column_is_quoted_where_each_comma_is(quoted: int, tmp_path: Path) -> None:
    names = [*(f'"A, {n}"' for n in range(quoted)), "B", "C"]
    bare = [name.strip('"') for name in names]
    assert titles(tmp_path, news("\t".join, names)) == (bare if quoted > 3 else names)


@pytest.mark.parametrize("other", ["Low", "'Low'"])
def test_a_column_is_quoted_where_each_blank_is(other: str, tmp_path: Path) -> None:
    names = [*(f'"A {n}"' for n in range(4)), other, '"B, C"']
    assert titles(tmp_path, news("\t".join, names)) == [name.strip('"') for name in names]


@pytest.mark.parametrize("other", ["A, 5", '"A 5"'])
def test_quotes_that_the_texts_have_themselves_stay(other: str, tmp_path: Path) -> None:
    names = [*(f'"A,{n}"' for n in range(5)), other, "B C"]
    assert titles(tmp_path, news("\t".join, names)) == names


def test_a_name_between_quotes_is_no_quoted_field() -> None:
    fields = pa.array(['"Heroes"', '"a ""b"""', '"a \\"b\\""', '"a "b" c"', '"', "", None])
    assert unquote(fields).to_pylist() == [
        *('"Heroes"', 'a "b"', 'a "b"', '"a "b" c"', '"', "", None)
    ]
    assert unquote(fields, always=True).to_pylist()[0] == "Heroes"


FILES: dict[str, tuple[str, int | None]] = {
    "anime-2023": ("anime-dataset-2023.csv", 2),
    "amazon-books": ("books_data.csv", 0),
    "ml-32m": ("movies.csv", 1),
    "pixelrec": ("items/Pixel200K.csv", None),
}


def saved(rows: Sequence[Sequence[str]], doubled: bool, every: bool) -> str:
    out = io.StringIO()
    style = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    escape = None if doubled else "\\"
    writer = csv.writer(
        out, quoting=style, doublequote=doubled, escapechar=escape, lineterminator="\n"
    )
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("doubled", [False, True])
@pytest.mark.parametrize("source", FILES)
def test_inner_quotes_of_csv_files(source: str, doubled: bool, every: bool, tmp_path: Path) -> None:
    made = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    made.write(tmp_path, users=5, items=12, dirt=False)
    name, place = FILES[source]
    path = tmp_path / name
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True)))
    place = rows[0].index("title") if place is None else place
    for row in rows[1::2]:
        row[place] = f'The "{row[place]}", again'
    path.write_text(saved(rows, True, False), encoding="utf-8")
    before, _ = read(source, tmp_path, "items")
    path.write_text(saved(rows, doubled, every), encoding="utf-8")
    assert quote_mark(path) == (DOUBLED if doubled else BACKSLASH)
    after, rejected = read(source, tmp_path, "items")
    assert after.to_pylist() == before.to_pylist() and not rejected
    assert any('"' in title for title in after.column("title").to_pylist())


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ('a,b\n1,"x \\"y\\" z"\n', BACKSLASH),
        ('a,b\n1,x \\"y\\" z\n', BACKSLASH),
        ('a,b\n1,"x ""y"" z"\n', DOUBLED),
        ('a,b\n1,"x \\"y"\n2,"x ""y"" z"\n', DOUBLED),
        ('a,b\n1,"ends in \\",2\n3,"",4\n', DOUBLED),
        ('a,b\n1,"a \\""say"" so"\n', DOUBLED),
        ("a,b\n1,2\n", DOUBLED),
    ],
)
def test_what_marks_inner_quotes(text: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert quote_mark(path) == mark
