"""Write what LLaMA-Factory and Axolotl read: JSON files and, for the former, `dataset_info.json`.

    python examples/write_for_trainers.py out/trainers sequential_rec --sample

In `out/trainers`: `<config>_<split>_<format>.json` for each of `FORMATS`, `dataset_info.json`, which
names them all for LLaMA-Factory (`dataset_dir: out/trainers`), and `axolotl.yml`, the `datasets:`
part of an Axolotl config. Rows are written as they are drawn: memory does not grow with them.
[formats: LLaMA-Factory data/README.md; Axolotl docs, dataset formats]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from datasets import load_dataset

import itdr  # noqa: F401  (teaches load_dataset the name "itdr")
from itdr.publish.llama_factory import COLUMNS

FORMATS = {name: COLUMNS[name] for name in ("alpaca", "sharegpt", "preference", "kto")}
"""What LLaMA-Factory is told of each format."""
AXOLOTL = {
    "alpaca": ("type: alpaca",),
    "sharegpt": (
        "type: chat_template",
        "field_messages: conversations",
        "message_property_mappings:",
        "  role: from",
        "  content: value",
    ),
}
"""How Axolotl is to read a format."""


def write_json(path: Path, rows: Iterable[dict[str, Any]], columns: list[str]) -> int:
    """One JSON array, a row to a line, with these columns; how many there are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for count, row in enumerate(rows, 1):
            file.write("\n" if count == 1 else ",\n")
            file.write(json.dumps({name: row[name] for name in columns}, ensure_ascii=False))
        file.write("\n]\n")
    return count


def write(out: Path, config: str, **options: Any) -> dict[str, int]:
    """All files for a config; how many rows each data file has."""
    out.mkdir(parents=True, exist_ok=True)
    counts, info, axolotl = {}, {}, []
    for form, about in FORMATS.items():
        streams = load_dataset("itdr", config, streaming=True, format=form, **options)
        for split, stream in streams.items():
            name = f"{config}_{split}_{form}"
            path = out / f"{name}.json"
            counts[path.name] = write_json(path, stream, list(about["columns"].values()))
            info[name] = {"file_name": path.name, **about}
            if split == "train" and form in AXOLOTL:
                axolotl.append(axolotl_entry(path, form))
    text = json.dumps(info, indent=2, ensure_ascii=False)
    (out / "dataset_info.json").write_text(text + "\n", "utf-8")
    (out / "axolotl.yml").write_text("\n".join(["# Take one of these:", "datasets:", *axolotl, ""]))
    return counts


def axolotl_entry(path: Path, form: str) -> str:
    """An entry of `datasets:` in an Axolotl config."""
    lines = [f"  - path: {json.dumps(str(path))}", "    ds_type: json"]
    return "\n".join([*lines, *(f"    {line}" for line in AXOLOTL[form])])


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
