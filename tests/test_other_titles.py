"""Another title of a film: shown in brackets beside the first, in questions and answers, and read in answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from itdr.audit import audit
from itdr.builders.core.text import shown_title
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.store.titles import shown_titles
from itdr.scoring.data import open_data
from itdr.scoring.parsing.titles import Titles
from tests import world

BOTH = "Hate (La Haine) (1995)"
ANY = r"The Salt \d+ \(Le Sel \d+ des eaux\) \(19\d\d\)"


@pytest.mark.parametrize(
    ("title", "other", "chars", "shown"),
    [
        ("Hate (1995)", "La Haine", None, BOTH),
        ("Hate (1995)", "La Haine", len(BOTH), BOTH),
        ("Hate (1995)", "La Haine", len(BOTH) - 1, "Hate (1995)"),
        ("Salt (2006–2007)", "Sel", None, "Salt (Sel) (2006–2007)"),
        ("Salt", "Sel", None, "Salt (Sel)"),
        ("Salt (1991)", None, None, "Salt (1991)"),
        ("", None, 20, ""),
    ],
)
def test_both_titles_are_shown_where_they_fit(
    title: str, other: str | None, chars: int | None, shown: str
) -> None:
    assert shown_title(title, other, chars) == shown


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        *((one, 0) for one in (BOTH, "Hate", "La Haine", "Haine, La (1995)", "Hate (1995)")),
        *((one, 1) for one in ("Il Postino", "The Postman (1994)")),
        ("The Postman (1997)", 2),
        ("La Haine (1996)", None),
    ],
)
def test_an_answer_may_give_either_title(answer: str, place: int | None) -> None:
    titles = [BOTH, "The Postman (Il Postino) (1994)", "The Postman (1997)"]
    assert Titles(titles).find(answer) == place


def test_two_films_of_one_title_keep_their_years() -> None:
    titles = ["The Postman (Il Postino) (1994)", "The Postman (1997)", BOTH]
    lexicon = load_lexicon("films", {}).telling_apart(titles)
    assert lexicon.namesakes == {*titles[:2]}


@pytest.mark.parametrize("config", ["top_k_rec", "rating_prediction", "sequential_rec"])
def test_rows_show_both_and_the_audit_finds_no_fault(config: str, tmp_path: Path) -> None:
    world.write("ml-32m", tmp_path, users=60, items=90, dirt=False)
    movies = tmp_path / "ml-32m" / "movies.csv"
    header, *films = movies.read_text("utf-8").splitlines()
    renamed = [
        f'{film.partition(",")[0]},"Salt {k}, The (Sel {k} des eaux, Le) ({1950 + k % 40})",Drama'
        for k, film in enumerate(films)
    ]
    movies.write_text("\n".join([header, *renamed, ""]), "utf-8")
    own = {"sources": ["ml-32m"], "data_dir": str(tmp_path), "history": 4, "size": "all"}
    data = open_data(config, own)
    (cell,) = data.cells.values()
    titles = {title for title in shown_titles(cell.store) if title}
    assert titles and all(re.fullmatch(ANY, title) for title in titles)
    rows = [row for split in ("train", "test") for row in data.rows(split)]
    listed = {one["title"] for row in rows for one in (*row["history"], *row["candidates"])}
    assert listed and listed <= titles
    assert [(one.name, one.faults[:3]) for one in audit(data) if one.faults] == []
