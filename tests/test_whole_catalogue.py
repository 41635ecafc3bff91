"""Rows without candidates: what they ask, the catalogue beside them, and how answers are scored."""

from __future__ import annotations

import copy
import json
import logging
import math
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from itdr import rewards
from itdr.audit import audit
from itdr.audit.oracle import RawOracle
from itdr.builders.core import messages
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.text import ELLIPSIS
from itdr.builders.dataset.catalogue_table import schema
from itdr.builders.sampling.popularity import NEVER
from itdr.builders.store.titles import broken_off
from itdr.commands.app import app
from itdr.publish import folder, guard, provenance
from itdr.scoring import score, score_rows
from itdr.scoring.catalogue import Catalogues
from itdr.scoring.data import Data, open_data
from itdr.scoring.metrics.result import Answer
from itdr.scoring.parsing.catalogue_titles import CatalogueTitles
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


# -- reading answers ------------------------------------------------------------------------------

TITLES = [
    "The Matrix (1999)",
    "Dune (1984)",
    "Dune (2021)",
    "Emma",
    "Emma",
    "Toy Story (1995)",
    "Toy Story 2 (1999)",
    "Amélie (2001)",
    "2 Days in Paris (2007)",
]
CREATORS = [[], [], [], ["Jane Austen"], ["Kaoru Mori"], [], [], [], []]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Matrix (1999)", [(0,)]),
        ("matrix", [(0,)]),
        ("Matrix, The", [(0,)]),
        ("<think>Dune?</think>\nThe Matrix", [(0,)]),
        ("Dune", [(1, 2)]),
        ("Dune (2021)", [(2,)]),
        ("Dune (2000)", [None]),
        ("Emma", [(3, 4)]),
        ("Emma by Jane Austen", [(3,)]),
        ("Emma (Kaoru Mori)", [(4,)]),
        ("Toy Story 2", [(6,)]),
        ("Toy Story 3", [None]),
        ("Amelie - a perfect fit for them", [(7,)]),
        ('I would suggest "Toy Story" to them.', [(5,)]),
        ("I think they might go for something like a matrix of ideas", [None]),
        ("1. Dune (1984)\n2. No Such Film\n3. Emma by Jane Austen", [(1,), None, (3,)]),
        ("1) **Toy Story**\n2) *Amélie*", [(5,), (7,)]),
        ('["Toy Story (1995)", "Dune (2021)"]', [(5,), (2,)]),
        ("2 Days in Paris (2007)", [(8,)]),
        ("Here are my picks:\nToy Story (1995)\nDune (2021)", [(5,), (2,)]),
        ("", []),
        (None, []),
        (7, []),
    ],
)
def test_answers_are_matched_with_the_catalogue(text: Any, found: list[Any]) -> None:
    assert CatalogueTitles(TITLES, CREATORS).recommended(text) == found


# -- scores ---------------------------------------------------------------------------------------


def catalogues() -> Catalogues:
    n = len(TITLES)
    users = list(range(n, 0, -1))
    columns = [
        ["sequential_rec"] * n,
        ["ml-32m"] * n,
        ["films"] * n,
        [f"i{k}" for k in range(n)],
        [f"i{k}" for k in range(n)],
        TITLES,
        CREATORS,
        [1] * n,
        users,
        [0] * n,
        [0] * n,
    ]
    return Catalogues([pa.table(columns, schema=schema())])


def row(true: str, *past: str, task: str = "sequential_rec") -> dict[str, Any]:
    return {
        "id": f"{task}/ml-32m/{true}{past}",
        "root_task": "user_item_interaction",
        "task": task,
        "source": "ml-32m",
        "domain": "films",
        "history": [
            {"item_id": one, "title": "", "rating": None, "timestamp": None} for one in past
        ],
        "candidates": [],
        "relevant": [true],
    }


def values(answer: Any, true: str = "i0", *past: str) -> dict[str, float]:
    (scored,) = score_rows([row(true, *past)], [answer], catalogues=catalogues())
    return scored.values


def test_the_rank_of_the_true_item_decides() -> None:
    beams = ("Dune (1984)", "No Such Film", "Dune (1984)", "The Matrix")
    found = values(Answer(beams[0], others=beams[1:]))
    assert (found["Recall@1"], found["Recall@5"], found["MRR"]) == (0, 1, 0.25)
    assert found["NDCG@5"] == pytest.approx(1 / math.log2(5))
    assert found["outside the catalogue"] == 0.25 and found["titles per answer"] == 4
    assert found["training users"] == pytest.approx((8 + 8 + 9) / 3)
    # The same as one answer that lists them.
    assert values("\n".join(f"{k}. {one}" for k, one in enumerate(beams, 1))) == found


def test_what_nothing_tells_apart_counts_as_a_guess() -> None:
    assert values("Emma", "i3")["Recall@1"] == 0.5
    assert values("Emma", "i3")["ambiguous titles"] == 1
    assert values("Emma by Jane Austen", "i3")["Recall@1"] == 1
    assert values("Emma by Kaoru Mori", "i3")["Recall@1"] == 0
    # Whoever has seen one of them is not asked for it again.
    assert values("Emma", "i3", "i4")["Recall@1"] == 1
    found = values("1. Emma\n2. Emma by Jane Austen", "i3")
    assert (found["Recall@1"], found["Recall@5"], found["MRR"]) == (0.5, 0.5, 0.5)


def test_chance_is_that_of_as_many_titles() -> None:
    beams = [f"Film {k}" for k in range(3)]
    (scored,) = score_rows(
        [row("i0")], [Answer(beams[0], others=tuple(beams[1:]))], catalogues=catalogues()
    )
    assert scored.chance["Recall@1"] == pytest.approx(1 / 9)
    assert scored.chance["Recall@10"] == pytest.approx(3 / 9)
    assert scored.chance["MRR"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 9)
    assert scored.verdict == "not in the catalogue" and not scored.readable


def test_the_report_has_coverage_and_intervals() -> None:
    rows = [row(f"i{k}", f"i{k + 1}") for k in range(6)]
    answers = [TITLES[0], TITLES[1], TITLES[1], None, "", "No Such Film"]
    report = score(rows, answers, catalogues=catalogues())
    metrics = report["cells"]["sequential_rec/ml-32m"]["metrics"]
    assert metrics["coverage@10"]["value"] == pytest.approx(2 / 9)
    assert metrics["coverage@10"]["low"] is None
    assert metrics["Recall@1"]["value"] == pytest.approx(2 / 6)
    assert metrics["Recall@1"]["low"] < metrics["Recall@1"]["value"]
    assert report["answers"] == {
        "read": 3,
        "not in the catalogue": 1,
        "empty": 1,
        "no prediction": 1,
    }
    with pytest.raises(ConfigError, match=r"lists no candidates: give the catalogue\.parquet"):
        score(rows, answers)
    with pytest.raises(ConfigError, match="there is no catalogue of sequential_rec/ml-1m/films"):
        score([{**rows[0], "source": "ml-1m"}], ["x"], catalogues=catalogues())


@pytest.mark.parametrize("built", [True, False])
def test_the_command_scores_one_answer_or_several(built: bool, tmp_path: Path) -> None:
    own = {"split_by": "leave_one_out"}
    data = open_data("sequential_rec", options(**own))
    rows = list(data.rows("test"))
    where = str(build(tmp_path / "out", "sequential_rec", **own)) if built else "sequential_rec"
    flags = []
    if not built:
        flags = ["--sources", "ml-32m", "--data-dir", str(world.folder()), "--history", "4"]
        flags += ["--candidates", "0", "--size", "all", "--split-by", "leave_one_out"]
    found = []
    for several in (False, True):
        path = tmp_path / f"{several}.jsonl"
        with open(path, "w", encoding="utf-8") as out:
            for one in rows:
                said = {"outputs": ["No Such Film", one["output"]]} if several else {}
                said = said or {"output": one["output"]}
                out.write(json.dumps({"id": one["id"], "row_hash": one["row_hash"], **said}) + "\n")
        result = CliRunner().invoke(app, ["score", str(path), "--data", where, "--json", *flags])
        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout[result.stdout.index("{") :])
        found.append(report["cells"]["sequential_rec/ml-32m"]["metrics"])
    assert found[0]["Recall@1"]["value"] == 1 and found[1]["Recall@1"]["value"] == 0
    assert found[1]["Recall@5"]["value"] == 1 and found[1]["MRR"]["value"] == 0.5
    assert found[1]["outside the catalogue"]["value"] == 0.5


def test_rewards_take_a_catalogue(tmp_path: Path) -> None:
    out = build(tmp_path / "out", "sequential_rec")
    rows = list(open_data(str(out), {}).rows("test"))[:3]
    columns = {name: [one[name] for one in rows] for name in rows[0]}
    texts = [rows[0]["output"], "No Such Film", f"1. Nothing\n2. {rows[2]['output']}"]
    reward = rewards.in_catalogue(out / "sequential_rec" / "catalogue.parquet")
    assert reward(texts, **columns) == pytest.approx([1, 0, 1 / math.log2(3)])
    with pytest.raises(ConfigError, match=r"rewards\.in_catalogue"):
        rewards.next_item(texts, **columns)


def test_harnesses_score_as_we_do(tmp_path: Path) -> None:
    from itdr import evaluation

    out = build(tmp_path / "out", "sequential_rec")
    docs = evaluation.rows("sequential_rec", folder=str(out))["test"]
    one = evaluation.results(docs[0], [docs[0]["output"]])
    assert one["Recall@1"] == one["MRR"] == one["readable"] == 1
    assert evaluation.results(docs[0], [["Nothing", docs[0]["output"]]])["MRR"] == 0.5


@pytest.mark.parametrize("config", TASKS)
def test_a_product_is_asked_for_by_its_whole_name_where_none_is_listed(config: str) -> None:
    asked = {"sources": ["amazon-reviews-2023"], "sample": True, "data_dir": None}
    for row in world.everything(world.load(config, **asked, candidates=0)):
        assert re.search(r"\b(full product names? as in the catalog)\b", row["input"]), row["input"]
    for row in world.everything(world.load(config, **asked)):
        assert "as in the catalog" not in row["input"]
