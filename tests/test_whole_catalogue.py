"""Rows without candidates: what they ask, the catalogue beside them, and how answers are scored."""

from __future__ import annotations

import copy
import logging
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from itdr.audit import audit
from itdr.audit.oracle import RawOracle
from itdr.builders.core import messages
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.text import ELLIPSIS
from itdr.builders.dataset.catalogue_table import schema
from itdr.builders.sampling.popularity import NEVER
from itdr.builders.store.titles import broken_off
from itdr.publish import folder, guard, provenance
from itdr.scoring.data import Data, open_data
from itdr.spark.job import builders
from tests import world

TASKS = ("sequential_rec", "top_k_rec")
SPLITS = {
    "user": {},
    "leave_one_out": {"split_by": "leave_one_out"},
    "time": {"split_by": "time", "cuts": [0.5, 0.75]},
}


def options(**own: Any) -> dict[str, Any]:
    base = {"sources": ["ml-32m"], "data_dir": str(world.folder()), "history": 4, "size": "all"}
    return {**base, "candidates": 0, **own}


def build(out: Path, config: str, **own: Any) -> Path:
    folder.build(builders([config], options(**own)), out)
    return out


# -- rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", TASKS)
@pytest.mark.parametrize("form", ["alpaca", "preference", "kto"])
def test_rows_list_no_candidates_and_answer_with_titles(config: str, form: str) -> None:
    own = {"positives": 3} if config == "top_k_rec" else {}
    rows = world.everything(world.load(config, **options(format=form, **own)))
    closed = world.everything(world.load(config, **options(candidates=10, **own)))
    assert {row["id"] for row in closed} <= {row["id"] for row in rows}
    titles = {one["item_id"]: one["title"] for row in closed for one in row["candidates"]}
    for row in rows:
        assert row["candidates"] == [] and len(row["relevant"]) == own.get("positives", 1)
        question = row.get("input") or row["prompt"]
        true = [titles.get(item) for item in row["relevant"]]
        assert not any(title and f"- {title}" in question for title in true)
        answer = row.get("output") or row.get("chosen") or (row["label"] and row["completion"])
        if answer and None not in true:
            lines = [f"{n}. {title}" for n, title in enumerate(true, 1)]
            assert answer == ("\n".join(lines) if own else true[0])
        wrong = row.get("rejected") or (row.get("label") is False and row["completion"])
        assert not wrong or not any(title and title in wrong for title in true)


def test_shorter_histories_will_do_where_they_are_asked_for() -> None:
    plain = world.load("sequential_rec", **options(history=30, candidates=5))
    more = world.load("sequential_rec", **options(history=30, min_history=2, candidates=5))
    lengths = [len(row["history"]) for row in world.everything(more)]
    assert set(lengths) > {30} and min(lengths) >= 2 and max(lengths) == 30
    whole = {row["id"] for row in world.everything(plain)}
    assert whole < {row["id"] for row in world.everything(more)}
    # As long as there is more, it is shown.
    times = world.times("ml-32m")
    for row in world.everything(more):
        if len(row["history"]) < 30:
            first = row["history"][0]["timestamp"]
            earlier = [t for (user, _), t in times.items() if user == row["user_id"] and t < first]
            assert len(earlier) <= 2  # of a film that has no title, or comes again


@pytest.mark.parametrize("config", TASKS)
def test_nobody_is_asked_for_a_title_that_is_cut(config: str) -> None:
    """But where the protocol fixes the cases."""
    own = {"title_chars": 20, **({"positives": 2} if config == "top_k_rec" else {})}
    rows = world.everything(world.load(config, **options(**own)))
    assert len(rows) > 100 and not any(ELLIPSIS in row["output"] for row in rows)
    assert any(one["title"].endswith(ELLIPSIS) for row in rows for one in row["history"])
    fixed = world.everything(world.load(config, **options(**own, **SPLITS["leave_one_out"])))
    assert any(ELLIPSIS in row["output"] for row in fixed)


def test_a_title_is_broken_off_where_it_ends_in_the_middle_of_a_phrase(tmp_path: Path) -> None:
    """Not where it ends in an ellipsis of its own, nor behind a phrase."""
    world.write("ml-32m", tmp_path, users=60, items=90, dirt=False)
    movies = tmp_path / "ml-32m" / "movies.csv"
    header, *films = movies.read_text("utf-8").splitlines()
    forms = (
        "And So {}…",
        "Wide Hair Band {} - for women and girls",
        "Nobody Knows Who Did {} (1999)",
    )
    renamed = [
        f"{film.partition(',')[0]},{forms[k % 3].format(k)},Drama" for k, film in enumerate(films)
    ]
    movies.write_text("\n".join([header, *renamed, ""]), "utf-8")
    own = options(data_dir=str(tmp_path), title_chars=20)
    data = open_data("sequential_rec", own)
    (cell,) = data.cells.values()
    found = zip(
        map(cell.store.item, range(cell.store.items.num_rows)), broken_off(cell.store), strict=True
    )
    ends = {(item.title[:4], item.title[-1] == ELLIPSIS, bool(broken)) for item, broken in found}
    assert ends == {("And ", True, False), ("Wide", False, False), ("Nobo", True, True)}
    asked = {row["output"] for split in ("train", "test") for row in data.rows(split)}
    assert {title[:4] for title in asked} == {"And ", "Wide"}
    (whole,) = open_data("sequential_rec", {**own, "title_chars": 90}).cells.values()
    assert not broken_off(whole.store).any()


@pytest.mark.parametrize("config", TASKS)
@pytest.mark.parametrize("split", SPLITS)
def test_the_audit_finds_no_fault(config: str, split: str) -> None:
    own = {**SPLITS[split], "min_history": 2, "positives": 2}
    if config == "sequential_rec":
        del own["positives"]
    found = audit(open_data(config, options(**own)))
    assert [(one.name, one.faults[:3]) for one in found if one.faults] == []
    by_name = {one.name: one for one in found}
    assert by_name["known"].checked == 0
    assert by_name["order"].checked == by_name["answers"].checked > 30


def test_targets_that_nobody_else_met_are_asked_for() -> None:
    """The tables of the field have them; next to listed candidates they would stand out."""
    own = {"split_by": "time", "target": "all", "min_history": 2}
    data = open_data("sequential_rec", options(**own))
    listed = open_data("sequential_rec", options(**{**own, "candidates": 5}))
    assert _unmet(data) > 10
    assert _unmet(listed) == 0


def _unmet(data: Data) -> int:
    """How many test rows ask for a work that nobody else had met before in training."""
    found = 0
    raw = None
    for row in data.rows("test"):
        cell = data.cell_of(row)
        assert cell is not None
        raw = raw or RawOracle(cell)  # one source: one cell
        user = raw.store.code("user", row["user_id"])
        work = raw.work(row["relevant"][0])
        assert work is not None
        found += raw.since(work, user) == NEVER
    return found


def test_the_audit_finds_what_is_wrong(tmp_path: Path) -> None:
    from itdr.audit import audit_rows

    rows = world.load("top_k_rec", **options(positives=2))["test"]
    first = rows[0]

    def changed(**own: Any) -> dict[str, Any]:
        return {**copy.deepcopy(first), **own}

    past = first["history"][0]
    planted = {
        "a true item stands in the history": changed(relevant=[past["item_id"], "x"]),
        "a true item is given twice": changed(relevant=[first["relevant"][0]] * 2),
        "the answer has 1 titles": changed(output=first["output"].splitlines()[0]),
        "names a title of the history": changed(output=f"1. {past['title']}\n2. Something"),
        "names a title twice": changed(output="1. Something\n2. Something"),
        "which its template does not show": changed(candidates=[{"item_id": "1", "title": "A"}]),
        "there are true items and no candidates": changed(template="top_k_rec/p4"),
    }
    for said, row in planted.items():
        faults = [what for one in audit_rows({"test": [row]}) for _, what in one.faults]
        assert any(said in what for what in faults), (said, faults)
    assert not any(one.faults for one in audit_rows({"test": [first]}))


@pytest.mark.parametrize(
    ("config", "own", "said"),
    [
        (
            "cross_domain_rec",
            {},
            "has no meaning for cross_domain_rec: choose top_k_rec or sequential_rec",
        ),
        ("sequential_rec", {"negatives": "hard"}, "negatives has no meaning with candidates=0"),
        ("sequential_rec", {"answer": "index"}, "answer='index' has no meaning with candidates=0"),
        (
            "sequential_rec",
            {"candidates": 1},
            "candidates must be 0 or a whole number from 2 to 101",
        ),
        ("top_k_rec", {"min_history": 9}, "min_history=9 is more than history=4 of top_k_rec"),
        ("rating_prediction", {}, "candidates has no meaning for rating_prediction"),
    ],
)
def test_what_has_no_meaning_is_refused(config: str, own: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said):
        world.load(config, **options(**{"sources": None, **own}))


def test_many_candidates_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    messages.warn_once.cache_clear()
    with caplog.at_level(logging.WARNING, "itdr"):
        world.load("sequential_rec", **options(candidates=5))
        assert "candidates=" not in caplog.text
        world.load("sequential_rec", **options(candidates=60, negatives="uniform"))
    assert "ranks the true items among 59 drawn ones" in caplog.text


# -- the catalogue --------------------------------------------------------------------------------


def met() -> dict[str, list[tuple[str, int]]]:
    """Item -> the users who met it, and when."""
    (cell,) = open_data("sequential_rec", options()).cells.values()
    store, found = cell.store, dict[str, list[tuple[str, int]]]()
    for user in range(len(store.user_hash)):
        events = store.events(user)
        assert events.times is not None
        for code, time in zip(events.items.tolist(), events.times.tolist(), strict=True):
            found.setdefault(store.item(code).id, []).append(
                (store.value("users", "user_id", user), time)
            )
    return found


@pytest.mark.parametrize("split", SPLITS)
def test_the_catalogue_counts_what_each_split_met(split: str, tmp_path: Path) -> None:
    out = build(tmp_path / "out", "sequential_rec", **SPLITS[split])
    table = pq.read_table(out / "sequential_rec" / "catalogue.parquet")
    assert table.schema == schema()
    data = open_data(str(out), {})
    rows = [row for part in data.splits for row in data.rows(part)]
    known = {one["item_id"]: one for one in table.to_pylist()}
    everything = met()
    for row in rows:
        assert set(row["relevant"]) <= known.keys()
    for item, one in known.items():
        assert one["train"] + one["validation"] + one["test"] == len(everything[item])
        assert (one["task"], one["source"], one["title_works"]) == ("sequential_rec", "ml-32m", 1)
    (cell,) = open_data("sequential_rec", options(**SPLITS[split])).cells.values()
    if split == "time":
        assert cell.cuts is not None
        for item, one in known.items():
            times = [time for _, time in everything[item]]
            assert one["train"] == sum(time < cell.cuts[0] for time in times)
            assert one["test"] == sum(time >= cell.cuts[1] for time in times)
    if split == "leave_one_out":
        users = {user for several in everything.values() for user, _ in several}
        assert sum(one["test"] for one in known.values()) <= len(users)
        assert sum(one["test"] for one in known.values()) == sum(
            one["validation"] for one in known.values()
        )
        targets = [item for row in data.rows("test") for item in row["relevant"]]
        assert all(known[item]["test"] >= targets.count(item) for item in targets)
    if split == "user":
        code = cell.store.code("item", table.column("item_id")[0].as_py())
        assert table.column("train")[0].as_py() == cell.train_stats.users[code]
    order = [one["train"] for one in table.to_pylist()]
    assert order == sorted(order, reverse=True)


def test_a_filter_leaves_the_rest_out_of_the_catalogue(tmp_path: Path) -> None:
    out = build(tmp_path / "out", "sequential_rec", k_core=8)
    found = pq.read_table(out / "sequential_rec" / "catalogue.parquet").to_pylist()
    assert 0 < len(found) < len(met())
    assert all(one["train"] + one["validation"] + one["test"] >= 8 for one in found)


def test_the_folder_names_and_guards_its_catalogue(tmp_path: Path) -> None:
    out = build(tmp_path / "out", "sequential_rec")
    entry = provenance.read(out)["sequential_rec"]
    path = out / "sequential_rec" / "catalogue.parquet"
    assert entry["catalogue"]["size"] == path.stat().st_size
    assert "`sequential_rec/catalogue.parquet`" in (out / "README.md").read_text("utf-8")
    assert "sequential_rec/catalogue.parquet" in guard.check(out, provenance.read(out)).files
    again = folder.build(builders(["sequential_rec"], options()), out)
    assert again["sequential_rec"] == entry
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    with pytest.raises(ConfigError, match="SHA-256 differs"):
        guard.check(out, provenance.read(out))
    path.unlink()
    folder.build(builders(["sequential_rec"], options()), out)
    assert path.read_bytes() == content
    import datasets

    loaded = datasets.load_dataset(str(out), "sequential_rec")
    assert set(loaded) == {"train", "validation", "test"}
    assert "title_works" not in loaded["train"].column_names


def test_rows_with_candidates_have_no_catalogue(tmp_path: Path) -> None:
    out = build(tmp_path / "out", "sequential_rec", candidates=5)
    assert not (out / "sequential_rec" / "catalogue.parquet").exists()
    assert "catalogue" not in provenance.read(out)["sequential_rec"]


@pytest.mark.parametrize("config", TASKS)
def test_a_product_is_asked_for_by_its_whole_name_where_none_is_listed(config: str) -> None:
    asked = {"sources": ["amazon-reviews-2023"], "sample": True, "data_dir": None}
    for row in world.everything(world.load(config, **asked, candidates=0)):
        assert re.search(r"\b(full product names? as in the catalog)\b", row["input"]), row["input"]
    for row in world.everything(world.load(config, **asked)):
        assert "as in the catalog" not in row["input"]
