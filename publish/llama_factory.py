"""`dataset_info.json` of a built folder: how LLaMA-Factory is to read each config and split.

A folder is passed as it is, with `dataset_dir: FOLDER` and `dataset: sequential_rec_train`. Each
entry is loaded by the folder's own card, as `datasets` does. [format: LLaMA-Factory,
data/README.md]
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from itdr.builders.dataset import formats

NAME = "dataset_info.json"
COLUMNS: dict[str, dict[str, Any]] = {
    # There the task description is the system prompt, and the question the prompt.
    "alpaca": {"columns": {"prompt": "input", "response": "output", "system": "instruction"}},
    "messages": {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    },
    "sharegpt": {"formatting": "sharegpt", "columns": {"messages": "conversations"}},
    "prompt-completion": {"columns": {"prompt": "prompt", "response": "completion"}},
    "prompt": {"columns": {"prompt": "prompt", "response": "answer"}},
    # For `stage: dpo` and `stage: kto`.
    "preference": {
        "ranking": True,
        "columns": {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"},
    },
    "kto": {"columns": {"prompt": "prompt", "response": "completion", "kto_tag": "label"}},
    "text": {"columns": {"prompt": "text"}},
}
"""The entry of each format in LLaMA-Factory's terms."""


def dataset_info(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of `dataset_info.json`.

    Args:
        entries: the records of a folder's configs.

    Returns:
        JSON with an entry for each config and split.
    """
    info = {
        f"{name}_{split}": {
            "script_url": ".",
            "subset": name,
            "split": split,
            **COLUMNS[formats.get(one["form"]).name],
        }
        for name, one in entries.items()
        for split in one["files"]
    }
    return json.dumps(info, indent=1, ensure_ascii=False) + "\n"
