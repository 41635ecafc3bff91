"""Lists in prompts: how their entries are set apart, and how many there are said to be."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from itdr.builders.rendering import lists
from itdr.builders.rendering.layout import load_layout
from itdr.builders.store.reader import Item
from tests.world import everything, load, write

NEEDED = frozenset({"history_inline"})


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (["Halo", "Night Bus"], "Halo; Night Bus"),
        (["Halo"], "Halo"),
        (["Halo", "Day; Night"], "Halo | Day; Night"),
        (["Salt;Garden", "Halo", "Night Bus"], "Salt;Garden | Halo | Night Bus"),
        (["Day; Night"], "Day; Night"),
        (["Halo", "Day | Night"], "Halo; Day | Night"),
        (["Halo", "Day | Night", "Day; Night"], "Halo // Day | Night // Day; Night"),
    ],
)
def test_what_sets_entries_apart_stands_in_none_of_them(entries: list[str], said: str) -> None:
    assert lists.listings("history", entries, NEEDED) == {"history_inline": said}


@pytest.mark.parametrize(
    ("config", "template", "shown"),
    [
        ("rating_prediction", "p2", r"^One viewer's ratings: (.*)$"),
        ("top_k_rec", "p15", r"^Films rated by one viewer, earliest rating first: (.*)$"),
        ("sequential_rec", "p3", r"^Films that one viewer has rated, earliest rating first: (.*)$"),
    ],
)
def test_titles_that_hold_semicolons_can_be_told_apart(
    tmp_path: Path, config: str, template: str, shown: str
) -> None:
    write("ml-32m", tmp_path, users=60, items=80, seed=0, dirt=False)
    films = tmp_path / "ml-32m" / "movies.csv"
    with films.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    with films.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [head, *([id_, f"Or; {title}", kind] for id_, title, kind in rows)]
        )
    chosen = {"sources": ["ml-32m"], "templates": template, "size": 20}
    for row in everything(load(config, tmp_path, **chosen)):
        found = re.search(shown, row["input"], re.MULTILINE)
        assert found and len(found[1].split(" | ")) == len(row["history"])


@pytest.mark.parametrize("config", ["top_k_rec", "cross_domain_rec"])
def test_two_candidates_are_both_and_one_true_one_is_not_several(config: str) -> None:
    options = {"sample": True, "candidates": 2, "positives": 1, "size": 60, "sources": "all"}
    for choice in (None, "unseen"):
        rows = everything(load(config, data_dir=None, templates=choice, **options))
        assert len({row["template"] for row in rows}) >= 3
        assert any(re.search(r"\bboth\b", row["input"]) for row in rows)
        for row in rows:
            assert not re.search(r"\ball 2\b|\bsecond of\b|with some of", row["input"]), row[
                "input"
            ]


def test_a_mark_may_stand_on_both_sides_of_an_entry() -> None:
    layout = replace(load_layout(), line="<{entry}>", number="[{entry}] ({n})")
    needed = frozenset({"x_lines", "x_numbered"})
    assert lists.listings("x", ["{n} A", "B"], needed, layout) == {
        "x_lines": "<{n} A>\n<B>",
        "x_numbered": "[{n} A] (1)\n[B] (2)",
    }


@pytest.mark.parametrize("marks", [{}, {"comma": "/"}, {"aside": "{entry} ~ {categories}"}])
def test_entries_as_stored_are_those_that_are_put_together(marks: dict[str, str]) -> None:
    layout = replace(load_layout(), **marks)
    item = Item("1", "Halo", ("Drama", "Crime"), (), "Halo [Drama, Crime]", ("Drama", "Crime"))
    shown = lists.of_items("x", [item], frozenset({"x_inline"}), layout, frozenset({"categories"}))
    entry = layout.aside.format(entry="Halo", categories=lists.categories(item, layout))
    assert shown == {"x_inline": entry}


def test_long_titles_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    """Prompts that list them within a line are drawn only where none other is chosen."""
    write("ml-32m", tmp_path, users=60, items=80, seed=0, dirt=False)
    films = tmp_path / "ml-32m" / "movies.csv"
    short = {"sources": ["ml-32m"], "size": 100}
    inline = re.compile(r"; .*; ")
    found = everything(load("sequential_rec", tmp_path, show=["creator"], **short))
    assert 0 < sum(bool(inline.search(row["input"])) for row in found) < len(found)
    text = films.read_text("utf-8")
    films.write_text(
        re.sub(r"^(\d+),\"?", r"\g<0>How I Learned to Stop Worrying and Love ", text, flags=re.M)
    )
    for row in (found := everything(load("sequential_rec", tmp_path, show=["creator"], **short))):
        lines = row["input"].splitlines()
        for one in (*row["history"], *row["candidates"]):
            assert any(re.sub(r"^(-|\d+\.) ", "", line) == one["title"] for line in lines)
    assert len({row["template"] for row in found}) >= 4
    chosen = load("sequential_rec", tmp_path, templates="p3", show=["creator"], **short)
    assert all(inline.search(row["input"]) for row in everything(chosen))


def test_titles_are_long_on_average() -> None:
    short, long = "x" * 30, "x" * 41
    assert not lists.need_lines([[short], [short]]) and not lists.need_lines([[], []])
    assert lists.need_lines([[short], [long]]) and not lists.need_lines([[short, short], [long]])
