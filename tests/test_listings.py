"""Lists in prompts: how their entries are set apart, and how many there are said to be."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from itdr.builders.rendering import lists
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
        ("rating_prediction", "p2", r"^Ratings by one viewer: (.*)$"),
        ("top_k_rec", "p15", r"^Rated by one viewer, oldest rating first: (.*)$"),
        ("sequential_rec", "p3", r"^Films rated by one viewer, .* latest: (.*)$"),
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
