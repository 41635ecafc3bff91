"""The rows: one schema for every config, and its two other shapes for trainers.

Lists of structs are written `[{...}]`, which gives equal features on `datasets` 3 and 5.
"""

from __future__ import annotations

from typing import Any

from datasets import Features, Value

FORMATS = ("alpaca", "messages", "preference")

TEXTS: dict[str, dict[str, Any]] = {
    "alpaca": {
        "instruction": Value("string"),
        "input": Value("string"),
        "output": Value("string"),
    },
    "messages": {"messages": [{"role": Value("string"), "content": Value("string")}]},
    "preference": {
        "prompt": Value("string"),
        "chosen": Value("string"),
        "rejected": Value("string"),
    },
}


def schema(form: str = "alpaca") -> dict[str, Any]:
    """The features of a row, by name, in order."""
    return {
        "id": Value("string"),
        **TEXTS[form],
        "root_task": Value("string"),
        "task": Value("string"),
        "source": Value("string"),
        "domain": Value("string"),
        "template": Value("string"),
        "user_id": Value("string"),
        "item_id": Value("string"),
        "history": [
            {
                "item_id": Value("string"),
                "title": Value("string"),
                "rating": Value("float32"),
                "timestamp": Value("int64"),
            }
        ],
        "candidates": [{"item_id": Value("string"), "title": Value("string")}],
        "relevant": [Value("string")],
        "rating": Value("float32"),
        "attributes": [{"name": Value("string"), "value": Value("string")}],
        "evidence": [
            {
                "fact": Value("string"),
                "value": Value("string"),
                "count": Value("int64"),
                "of": Value("int64"),
                "base": Value("float64"),
                "quote": Value("string"),
            }
        ],
    }


class RowFeatures(Features):
    """Features of rows that need no encoding: they are made of plain Python values of these types.

    Encoding row by row is most of what `datasets` spends on such rows (4 of 5 parts, measured).
    """

    def encode_example(self, example: dict[str, Any]) -> dict[str, Any]:
        return example

    def __reduce__(self) -> tuple[Any, ...]:
        return (RowFeatures, (dict(self),))


def features(form: str = "alpaca") -> RowFeatures:
    """The features of a row in one of the `FORMATS`."""
    return RowFeatures(schema(form))
