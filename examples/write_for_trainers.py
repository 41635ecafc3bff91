"""Write what LLaMA-Factory and Axolotl read: JSON files and, for the former, `dataset_info.json`.

    python examples/write_for_trainers.py out/trainers sequential_rec --sample

In `out/trainers`: `<config>_<split>_alpaca.json` (instruction, input, output),
`<config>_<split>_sharegpt.json` (conversations of `from` and `value`), `dataset_info.json`, which
names them all for LLaMA-Factory (`dataset_dir: out/trainers`), and `axolotl.yml`, the `datasets:`
part of an Axolotl config. Rows are written as they are drawn: memory does not grow with them.
[formats: LLaMA-Factory data/README.md; Axolotl docs, dataset formats]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from datasets import load_dataset

import itdr  # noqa: F401  (teaches load_dataset the name "itdr")


def alpaca(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The three texts; what else a row holds stays out."""
    for row in rows:
        yield {name: row[name] for name in ("instruction", "input", "output")}


def sharegpt(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A conversation; its system prompt stands beside it, as LLaMA-Factory wants it."""
    for row in rows:
        spoken = [
            {"from": "human", "value": row["input"]},
            {"from": "gpt", "value": row["output"]},
        ]
        yield {"conversations": spoken, "system": row["instruction"]}


def write_json(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """One JSON array, a row to a line; how many there are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for count, row in enumerate(rows, 1):
            file.write("\n" if count == 1 else ",\n")
            file.write(json.dumps(row, ensure_ascii=False))
        file.write("\n]\n")
    return count


def write(out: Path, config: str, **options: Any) -> dict[str, int]:
    """All files for a config; how many rows each data file has."""
    out.mkdir(parents=True, exist_ok=True)
    counts, info, axolotl = {}, {}, []
    for split, stream in load_dataset("itdr", config, streaming=True, **options).items():
        for form, convert in (("alpaca", alpaca), ("sharegpt", sharegpt)):
            name = f"{config}_{split}_{form}"
            path = out / f"{name}.json"
            counts[path.name] = write_json(path, convert(stream))
            info[name] = about(path.name, form)
            if split == "train":
                axolotl.append(axolotl_entry(path, form))
    text = json.dumps(info, indent=2, ensure_ascii=False)
    (out / "dataset_info.json").write_text(text + "\n", "utf-8")
    (out / "axolotl.yml").write_text("\n".join(["# Take one of these:", "datasets:", *axolotl, ""]))
    return counts


def about(file: str, form: str) -> dict[str, Any]:
    """An entry of LLaMA-Factory's `dataset_info.json`."""
    if form == "sharegpt":
        columns = {"messages": "conversations", "system": "system"}
        return {"file_name": file, "formatting": "sharegpt", "columns": columns}
    # The description of the task is a system prompt there; what is asked, the prompt.
    columns = {"prompt": "input", "response": "output", "system": "instruction"}
    return {"file_name": file, "formatting": "alpaca", "columns": columns}


def axolotl_entry(path: Path, form: str) -> str:
    """An entry of `datasets:` in an Axolotl config."""
    lines = [f"  - path: {json.dumps(str(path))}", "    ds_type: json"]
    if form == "alpaca":
        return "\n".join([*lines, "    type: alpaca"])
    fields = ("type: chat_template", "field_messages: conversations", "field_system: system")
    names = ("message_property_mappings:", "  role: from", "  content: value")
    return "\n".join([*lines, *(f"    {line}" for line in (*fields, *names))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("config", nargs="?", default="sequential_rec")
    parser.add_argument("--sample", action="store_true", help="the bundled sample: no download")
    parser.add_argument("--data-dir", default=None)
    given = parser.parse_args()
    options = {"sample": given.sample, "data_dir": given.data_dir}
    for name, count in write(given.out, given.config, **options).items():
        print(f"{given.out / name}: {count:,} rows")


if __name__ == "__main__":
    main()
