"""The words of a user's own `domains.yaml`: questions, grounded answers and their scores share them."""

from __future__ import annotations

import itertools
import multiprocessing
import re
from pathlib import Path
from typing import Any

import datasets
import pytest

import itdr  # noqa: F401  (teaches load_dataset the name)
from itdr.scoring.data import open_data, references
from itdr.scoring.metrics.groundedness import FactSpellings

OWN = "games:\n  person: quester\n  a_person: a quester\n  people: questers\n"
TASKS = ("interest_recognition", "target_user_identification")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "domains.yaml").write_text(OWN)
    return tmp_path


def options(own: Path | None) -> dict[str, Any]:
    given = {"sample": True, "sources": ["steam"], "size": 8}
    return given if own is None else {**given, "templates": str(own)}


def answers(config: str, own: Path | None) -> list[str]:
    stream = datasets.load_dataset("itdr", config, streaming=True, split="train", **options(own))
    return [row["output"] for row in stream]


def in_own_words(text: str) -> str:
    return re.sub(
        r"(?<![-\w])([Pp])layer(s?)\b", lambda m: "qQ"[m[1] == "P"] + "uester" + m[2], text
    )


def test_a_profile_speaks_in_them(own: Path) -> None:
    # Other rows of the same store were drawn before, in the words of the package.
    plain = answers("interest_recognition", None)
    spoken = answers("interest_recognition", own)
    assert spoken == [in_own_words(one) for one in plain] != plain


def test_an_audience_is_told_in_them_whatever_was_drawn_before(own: Path) -> None:
    plain = answers("target_user_identification", None)
    spoken = answers("target_user_identification", own)
    assert any("questers" in one.lower() for one in spoken)
    assert spoken != plain == answers("target_user_identification", None)


def _collect(rows: datasets.IterableDataset, out: Any) -> None:
    out.put([row["output"] for row in rows])


def test_a_spawned_worker_speaks_in_them(own: Path) -> None:
    config = "interest_recognition"
    stream = datasets.load_dataset("itdr", config, streaming=True, split="train", **options(own))
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    worker = context.Process(target=_collect, args=(stream, queue))
    worker.start()
    found = queue.get(timeout=120)
    worker.join(60)
    assert found == answers(config, own) and any("quester" in one for one in found)


@pytest.mark.parametrize("config", TASKS)
def test_other_phrasings_use_them(config: str, own: Path) -> None:
    data = open_data(config, options(own))
    rows = list(itertools.islice(data.rows("train"), 30))
    told = " ".join(itertools.chain(*references(data, rows).values()))
    assert "quester" in told.lower()
    if config == "interest_recognition":
        assert not re.search(r"(?<![-\w])[Pp]layers?\b", told)


def test_a_lexicon_knows_them(own: Path) -> None:
    said = "It suits questers in their twenties."
    row = {"source": "steam", "evidence": [], "history": []}
    assert list(FactSpellings.of([row], own).mentions("steam", said))
    assert not list(FactSpellings.of([row]).mentions("steam", said))
