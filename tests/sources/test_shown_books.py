"""Titles and authors of Book-Crossing as rows show them, and the works that they leave as they are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from itdr.builders.sources._shared.shown_books import shown_name, shown_title
from itdr.builders.store.build.ids import work_keys
from tests.sources.test_bookcrossing import books

SHOWN = {
    # The kind of a book, publishers' lists, and hyphens as German catalogues have them.
    "Der Garten. Roman": "Der Garten",
    "Der Garten: Roman": "Der Garten",
    "Le jardin: roman": "Le jardin",
    "Der Garten. Erzählungen. (neue frau).": "Der Garten",
    "Der Garten. (Ab 12 J.).": "Der Garten",
    "Salz und See. Thriller": "Salz und See",
    "The Orchard. (Dt. Ausgabe)": "The Orchard",
    "Der Garten (Salz Taschenbuch)": "Der Garten",
    "El Jardin (Colección Andanzas)": "El Jardin",
    "Das Salz- Spiel. Ein Garten- Krimi": "Das Salz-Spiel. Ein Garten-Krimi",
    # A translation, and an author, behind a slash; the author in brackets.
    "Le Jardin / The Orchard": "Le Jardin (The Orchard)",
    "El Jardin de Sal / A Garden of Salt (Sea)": "El Jardin de Sal (A Garden of Salt) (Sea)",
    "Orchard (A Sea book / by A.B. Salt)": "Orchard (A Sea book)",
    "Orchard / Ada Example": "Orchard",
    "Orchard (Ada Example 2004)": "Orchard",
    # Blanks, abbreviations and colons that no reader expects.
    "Orchard (Sea Stories , Book 1)": "Orchard (Sea Stories, Book 1)",
    "The Orchard of Salt: a novel": "The Orchard of Salt: A Novel",
    "Orchard (Salt Mile S.)": "Orchard (Salt Mile Series)",
    "Is There Salt?: An Ada Salt Mystery": "Is There Salt? An Ada Salt Mystery",
    "Random Acts of Salt:A Sea Book": "Random Acts of Salt: A Sea Book",
    # A binding, and a shop's word, behind a dash.
    "De Sal y de Mar - Bolsillo": "De Sal y de Mar",
    "The Orchard - Promotional": "The Orchard",
}
KEPT = (
    # Two books in one; whose name it is, or which language, cannot be told.
    *("Salt Street / Sea Street", "Salt / The Sea", "Orchard / Ben Example"),
    *("Roman: A Sea", "Ein Roman. Salz", "A Roman Garden", "Salt: A Novel", "Salt- Street"),
    *("R:A Salt", "Salt - Sea", "Promotional"),
    *("Orchard (Sea Stories, Book 3)", "Orchard (2004)", "Dr. (Ada) Salt", "(Colección Sal)"),
)


@pytest.mark.parametrize(("title", "shown"), SHOWN.items())
def test_a_title_reads_as_it_would_in_print(title: str, shown: str) -> None:
    assert shown_title(title, "Ada B. Example") == shown
    assert shown_title(shown, "Ada B. Example") == shown


@pytest.mark.parametrize("title", KEPT)
def test_other_titles_stay(title: str) -> None:
    assert shown_title(title, "Ada B. Example") == shown_title(title) == title


def test_a_name_is_one_of_a_person() -> None:
    assert shown_name("Ann Mc Oxley") == "Ann McOxley"
    assert shown_name("Ann Oxley (Author)") == "Ann Oxley"
    assert shown_name("Ann MC Oxley") == "Ann MC Oxley"


def test_names_are_turned_by_the_whole_file_and_works_stay(tmp_path: Path) -> None:
    typed = ["Ox Ann", *["Ann Ox"] * 4, "Anonymous"]
    lines = [f'"{k}";"Garten {k}0. Roman.";"{name}";"1999";"Ox"' for k, name in enumerate(typed)]
    found, _ = books(tmp_path, *lines)
    assert [row["creators"] for row in found] == [*[["Ann Ox"]] * 5, None]
    assert [row["title"] for row in found] == [f"Garten {k}0" for k in range(6)]
    assert [row["work_creator"] for row in found] == ["Ox Ann", *[None] * 5]
    assert found[0]["work_title"] == "Garten 00. Roman"


def test_a_work_is_told_by_the_title_and_author_of_the_catalogue() -> None:
    items = {
        "code": [0, 1, 2],
        "item_id": ["a", "b", "c"],
        "title": ["Garten", "Garten", "Garten"],
        "creators": [["Ann Ox"]] * 3,
        "work_title": [None, "Garten. Roman", None],
        "work_creator": [None, None, "Ox Ann"],
    }
    (keys,) = work_keys("book", [pa.RecordBatch.from_pydict(items)])
    assert len({*keys.column("work_key").to_pylist()}) == 3
    assert len({*keys.column("title_key").to_pylist()}) == 1
