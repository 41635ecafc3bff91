"""Instruction files of any make: layouts, mappings, and what is found in them."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from itdr.audit.any_files import columns_of, parse_columns, rows_of
from itdr.audit.any_rows import audit_files
from itdr.builders.core.errors import ConfigError
from tests.audit.planting import clean, faulty
from tests.audit.test_command import run

TITLES = [f"The {a} {b}" for a in ("Blue", "Late", "Old", "Quiet", "Red") for b in (
    "Harbour", "Letter", "Orchard", "River", "Summer", "Winter")]  # fmt: skip


def lists(number: int) -> tuple[list[str], list[str], str]:
    """History, candidates and answer of a row."""
    rng = random.Random(number)
    chosen = rng.sample(TITLES, 8)
    return chosen[:4], chosen[4:], rng.choice(chosen[4:])


def record(number: int, **more: Any) -> dict[str, Any]:
    history, candidates, answer = lists(number)
    prompt = f"Reader {number} liked {'; '.join(history)}. Next of {'; '.join(candidates)}?"
    return {
        "id": f"row {number}",
        "question": prompt,
        "response": answer,
        "history": history,
        "candidates": candidates,
        **more,
    }


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(one) for one in records), "utf-8")
    return path


def found(path: Path, **columns: str) -> dict[str, set[str]]:
    return faulty({one.name: one for one in audit_files(path, columns)})


def test_clean_files_pass(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [record(k) for k in range(40)])
    results = {one.name: one for one in audit_files(path, {})}
    assert faulty(results) == {}
    for name in ("readable", "ids", "texts", "candidates", "leaks", "duplicates", "giveaways"):
        assert results[name].checked == 40, name


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "empty answer": ("texts", {"response": " "}),
    "empty prompt": ("texts", {"question": ""}),
    "overlong prompt": ("texts", {"question": "word " * 5000}),
    "no candidate": ("candidates", {"response": "The Missing Book"}),
    "answer told": ("leaks", {"question": record(5)["question"] + f" It is {record(5)['response']}."}),
    "answer in the history": ("leaks", {"history": [record(5)["response"], "Other"]}),
    "candidate twice": ("candidates", {"candidates": [*record(5)["candidates"], record(5)["candidates"][0]]}),
    "candidate in the history": ("candidates", {"history": record(5)["candidates"][:1]}),
    "candidate not shown": ("candidates", {"candidates": [*record(5)["candidates"], "Unshown"]}),
    "id twice": ("ids", {"id": "row 4"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, tmp_path: Path) -> None:
    check, change = FAULTS[name]
    rows = [record(k) for k in range(40)]
    rows[5] = {**rows[5], **change}
    path = write(tmp_path / "train.jsonl", rows)
    assert rows[5]["id"] in found(path).get(check, set())
    assert {row for several in found(path).values() for row in several} <= {rows[5]["id"], "row 4"}


def test_duplicates_across_splits_are_found(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [record(k) for k in range(30)])
    again = {**record(3), "id": "again"}
    write(tmp_path / "test.jsonl", [*(record(k) for k in range(30, 38)), again])
    assert found(tmp_path) == {"duplicates": {"again"}}
    results = {one.name: one for one in audit_files(tmp_path, {})}
    assert "across train and test" in results["duplicates"].faults[0][1]


def test_a_fixed_place_is_a_shortcut(tmp_path: Path) -> None:
    rows = []
    for k in range(60):
        one = record(k)
        rows.append({**one, "response": one["candidates"][0]})
    assert "giveaways" in found(write(tmp_path / "train.jsonl", rows))


def test_an_answer_that_train_shows_is_found(tmp_path: Path) -> None:
    train = [{**record(k), "user_id": str(k)} for k in range(20)]
    asked = {**record(25), "id": "asked", "user_id": "3", "response": train[3]["history"][0]}
    asked["candidates"] = [asked["response"], *record(25)["candidates"][1:]]
    asked["question"] = f"Next of {'; '.join(asked['candidates'])}?"
    asked["history"] = []
    write(tmp_path / "train.jsonl", train)
    write(tmp_path / "test.jsonl", [asked])
    assert found(tmp_path) == {"users": {"asked"}}


def test_answers_in_prompts_without_a_column_of_candidates(tmp_path: Path) -> None:
    rows = [
        {"prompt": f"What does reader {k} like? They read number {k * k}.", "completion": TITLES[k]}
        for k in range(30)
    ]
    rows[7]["prompt"] += f" ({TITLES[7]})"
    path = write(tmp_path / "train.jsonl", rows)
    assert found(path)["leaks"] == {"train.jsonl:8"}
    listed = write(tmp_path / "all.jsonl", [
        {"prompt": one["question"], "completion": one["response"]} for one in map(record, range(30))
    ])  # fmt: skip
    results = {one.name: one for one in audit_files(listed, {})}
    assert not results["leaks"].faults and "30 of 30" in results["leaks"].notes[0]


LAYOUTS: dict[str, dict[str, Any]] = {
    "alpaca": {"instruction": "Recommend.", "input": "Liked: A", "output": "B"},
    "alpaca without input": {"instruction": "Recommend.\n\nLiked: A", "input": "", "output": "B"},
    "messages": {
        "messages": [
            {"role": "system", "content": "Recommend."},
            {"role": "user", "content": "Liked: A"},
            {"role": "assistant", "content": "B"},
        ]
    },
    "sharegpt": {
        "conversations": [
            {"from": "system", "value": "Recommend."},
            {"from": "human", "value": "Liked: A"},
            {"from": "gpt", "value": "B"},
        ]
    },
    "sharegpt with system": {
        "system": "Recommend.",
        "conversations": [{"from": "human", "value": "Liked: A"}, {"from": "gpt", "value": "B"}],
    },
    "prompt and completion": {"prompt": "Recommend.\n\nLiked: A", "completion": "B"},
    "conversational preference": {
        "prompt": [{"role": "user", "content": "Recommend.\n\nLiked: A"}],
        "chosen": [{"role": "assistant", "content": "B"}],
        "rejected": [{"role": "assistant", "content": "C"}],
    },
    "text": {"text": "Recommend.\n\nLiked: A\n\n### Response:\nB"},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_guessed(layout: str, tmp_path: Path) -> None:
    (row,) = rows_of(write(tmp_path / "dev.jsonl", [LAYOUTS[layout]]), {})
    assert (row.prompt, row.answer) == ("Recommend.\n\nLiked: A", "B")
    assert row.split == "validation"


@pytest.mark.parametrize("suffix", [".json", ".csv", ".tsv", ".parquet"])
def test_kinds_of_files(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"train{suffix}"
    rows = [record(k) for k in range(3)]
    if suffix == ".json":
        path.write_text(json.dumps({"version": 1, "data": rows}), "utf-8")
    elif suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0], delimiter="," if suffix == ".csv" else "\t")
            writer.writeheader()
            for one in rows:
                cells = {
                    name: "; ".join(v) if isinstance(v, list) else v for name, v in one.items()
                }
                writer.writerow(cells)
    read = list(rows_of(path, {}))
    assert [row.candidates for row in read] == [tuple(one["candidates"]) for one in rows]
    assert [row.answer for row in read] == [one["response"] for one in rows]


@pytest.mark.parametrize("answer", ["B", "(b)", "2", "2."])
def test_answers_by_letter_or_number(answer: str, tmp_path: Path) -> None:
    rows = [{**record(k), "response": answer} for k in range(3)]
    assert "candidates" not in found(write(tmp_path / "train.jsonl", rows))
    rows = [{**record(k), "response": "9"} for k in range(3)]
    assert "candidates" in found(write(tmp_path / "train.jsonl", rows))


def test_a_mapping_is_checked(tmp_path: Path) -> None:
    assert parse_columns("prompt=q, answer=a") == {"prompt": "q", "answer": "a"}
    for wrong in ("prompt", "prompt=", "prmpt=q"):
        with pytest.raises(ConfigError):
            parse_columns(wrong)
    with pytest.raises(ConfigError, match="Did you mean 'question'"):
        columns_of(record(0), {"prompt": "questoin"}, tmp_path)
    with pytest.raises(ConfigError, match="looks like the answer"):
        columns_of({"prompt": "x", "reply": "y"}, {}, tmp_path)
    assert columns_of({"q": "x", "a": "y"}, {"prompt": "q", "answer": "a"}, tmp_path)


@pytest.mark.parametrize("content", ["{", "3\n", '{"a": 1}\n{', "", "\x00"])
def test_damaged_files_are_named_in_one_sentence(content: str, tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(content, "utf-8")
    if content == "3\n":
        with pytest.raises(ConfigError, match="holds no record"):
            audit_files(path, {})
        return
    with pytest.raises(ConfigError, match=r"train\.jsonl"):
        audit_files(path, {})


def test_the_command(tmp_path: Path) -> None:
    rows = [{"q": one["question"], "a": one["response"]} for one in map(record, range(20))]
    path = write(tmp_path / "train.jsonl", rows)
    mapping = "prompt=q,answer=a"
    good = run(str(path), "--rows-only", "--columns", mapping)
    assert good.exit_code == 0 and "No faults found." in good.stdout, good.output
    rows[3]["a"] = ""
    write(path, rows)
    bad = run(str(path), "--rows-only", "--columns", mapping, "--json")
    assert bad.exit_code == 1
    listed = {one["check"]: one["faults"] for one in json.loads(bad.stdout)}
    assert [one["id"] for one in listed["texts"]] == ["train.jsonl:4"]
    assert isinstance(run(str(path)).exception, ConfigError)
    assert isinstance(run(str(path), "--rows-only", "--seed", "1").exception, ConfigError)


def test_a_file_of_our_own_rows_gets_all_their_checks(tmp_path: Path) -> None:
    rows = clean("sequential_rec")
    write(tmp_path / "train.jsonl", rows["train"])
    write(tmp_path / "test.jsonl", rows["test"])
    results = {one.name: one for one in audit_files(tmp_path, {})}
    assert faulty(results) == {} and results["wording"].checked
