"""Instruction files from anywhere: their records, and what their columns hold.

A record becomes an `AnyRow` by a mapping of columns, given or guessed from the common layouts (alpaca,
ShareGPT, messages, prompt and completion, preference pairs).
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from
from itdr.builders.dataset.formats import RESPONSE

Record = Mapping[str, Any]
SUFFIXES = (".jsonl", ".ndjson", ".json", ".parquet", ".csv", ".tsv")
FIELDS = ("instruction", "prompt", "answer", "history", "candidates", "id", "user", "split")
"""What a mapping of columns may name."""
_GUESSES: dict[str, tuple[str, ...]] = {
    "instruction": ("instruction", "system"),
    "prompt": ("messages", "conversations", "conversation", "input", "prompt", "question", "query", "text"),
    "answer": ("output", "answer", "completion", "response", "chosen", "target", "label"),
    "history": ("history", "user_history"),
    "candidates": ("candidates", "choices", "options", "candidate_titles"),
    "id": ("id", "uid", "example_id"),
    "user": ("user_id", "user"),
    "split": ("split", "subset"),
}  # fmt: skip
_SPLITS = {
    "train": "train", "training": "train", "valid": "validation", "val": "validation",
    "validation": "validation", "dev": "validation", "test": "test",
}  # fmt: skip
_ANSWERERS = ("assistant", "gpt", "model", "bot")
_TITLES = ("title", "name", "text", "item")
_SEPARATORS = ("\n", " | ", "; ", ";", "|")
_OWN = {"id", "task", "source", "template", "history", "candidates", "relevant", "evidence"}
LARGEST_JSON = 1 << 30
"""Bytes of a JSON file, which is read as a whole; lines of JSON may be of any length together."""


@dataclass(frozen=True)
class AnyRow:
    """One example of a file. problem: why it cannot be read, else "".

    Attributes:
        history, candidates: titles; None where the file has no such column.
    """

    id: str
    split: str
    prompt: str = ""
    answer: str = ""
    history: tuple[str, ...] | None = None
    candidates: tuple[str, ...] | None = None
    user: str = ""
    problem: str = ""


def files_of(place: Path) -> list[Path]:
    """The instruction files at a path: the file itself, or those of a folder.

    Args:
        place: a file or folder.

    Returns:
        Paths, train first: a later split's repeats are reported there.

    Raises:
        ConfigError: where there is none.
    """
    files = [place] if place.is_file() else sorted(place.iterdir()) if place.is_dir() else []
    files = [path for path in files if path.is_file() and path.suffix in SUFFIXES]
    if not files:
        raise ConfigError(
            f"{place} is no instruction file: give one that ends in {', '.join(SUFFIXES)}, or a "
            "folder of such files."
        )
    # Repeats are reported in the later split, not in train.
    order = ("train", "validation", "test")
    return sorted(files, key=lambda path: (*order, split_of(path)).index(split_of(path)))


def parse_columns(text: str | None) -> dict[str, str]:
    """Read `prompt=question,answer=response` as a mapping.

    Args:
        text: the value of `--columns`; None for none.

    Returns:
        Column by field.

    Raises:
        ConfigError: for what is no such list.
    """
    columns = {}
    for one in (part.strip() for part in (text or "").split(",") if part.strip()):
        name, equals, column = (part.strip() for part in one.partition("="))
        if not equals or not column:
            raise ConfigError(f"columns: write NAME=COLUMN, as prompt=question, not {one!r}.")
        if name not in FIELDS:
            raise ConfigError(choose_from("column", name, FIELDS))
        columns[name] = column
    return columns


def split_of(path: Path) -> str:
    """The split that a file's name mentions; the name itself where it mentions none."""
    words = re.split(r"[^a-z]+", path.stem.lower())
    return next((_SPLITS[word] for word in words if word in _SPLITS), path.stem)


def records(path: Path) -> Iterator[Record]:
    """Stream the records of a file.

    Args:
        path: a JSON, JSON lines, CSV or Parquet file.

    Yields:
        Records as the file has them.

    Raises:
        ConfigError: for a file that is damaged or of another kind.
    """
    try:
        yield from _records(path)
    except (ValueError, RecursionError, OSError, csv.Error) as error:
        raise ConfigError(
            f"{path} cannot be read as {path.suffix[1:]} ({error}): mend the file, or give it the "
            "ending of what it is."
        ) from error


def _records(path: Path) -> Iterator[Record]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        # Arrow takes a path with a colon for a URL.
        with open(path, "rb") as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=1000):
                yield from batch.to_pylist()
        return
    with open(
        path, encoding="utf-8-sig", newline="" if path.suffix in (".csv", ".tsv") else None
    ) as lines:
        if path.suffix in (".csv", ".tsv"):
            csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
            yield from csv.DictReader(lines, delimiter="\t" if path.suffix == ".tsv" else ",")
        elif path.suffix == ".json":
            if path.stat().st_size > LARGEST_JSON:
                raise ValueError("too large for one JSON value; write a record a line, as .jsonl")
            yield from _listed(json.load(lines))
        else:
            yield from (json.loads(line) for line in lines if line.strip())


def _listed(value: Any) -> Iterator[Any]:
    """The records of one JSON value: a list, or a list under one name, as `data`."""
    if isinstance(value, dict):
        value = next((one for one in value.values() if isinstance(one, list)), [value])
    if not isinstance(value, list):
        raise ValueError("it holds no list of records")
    yield from value


def are_own(files: Sequence[Path]) -> bool:
    """Whether these files hold rows of itdr, which more checks can read."""
    firsts = (next(records(path), None) for path in files)
    return all(isinstance(one, Mapping) and one.keys() >= _OWN for one in firsts)


def columns_of(record: Record, given: Mapping[str, str], where: Path) -> dict[str, str]:
    """What each column holds: as given, the rest guessed.

    Args:
        record: the first record of a file.
        given: column by field, as the user said.
        where: the file, for messages.

    Returns:
        Column by field.

    Raises:
        ConfigError: for a column that is not there, and where no prompt or no answer is found.
    """
    for column in given.values():
        if column not in record:
            raise ConfigError(f"{where}: {choose_from('column', column, list(record))}")
    columns = dict(given)
    for name, guesses in _GUESSES.items():
        if name not in columns:
            column = next(
                (one for one in guesses if one in record and one not in columns.values()), ""
            )
            if column:
                columns[name] = column
    if "instruction" in columns and "prompt" not in columns:
        columns["prompt"] = columns.pop("instruction")
    has_answer = "answer" in columns or (
        "prompt" in columns and _is_talk(record[columns["prompt"]], columns["prompt"])
    )
    if "prompt" not in columns or not has_answer:
        missing = "prompt" if "prompt" not in columns else "answer"
        raise ConfigError(
            f"{where}: no column looks like the {missing}; name it, as "
            f"--columns {missing}=COLUMN. Columns: {', '.join(map(str, record))}."
        )
    return columns


def _is_talk(value: Any, column: str) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, str) and column == "text")


def rows_of(path: Path, given: Mapping[str, str]) -> Iterator[AnyRow]:
    """Stream the rows of a file.

    Args:
        path: an instruction file.
        given: column by field, as the user said; the rest is guessed from the first record.

    Yields:
        Rows; a record that is none carries its problem.

    Raises:
        ConfigError: for a file without records, and for missing columns.
    """
    columns: dict[str, str] | None = None
    for number, record in enumerate(records(path), 1):
        name = f"{path.name}:{number}"
        if not isinstance(record, Mapping):
            yield AnyRow(name, split_of(path), problem="it is not an object with columns")
            continue
        if columns is None:
            columns = columns_of(record, given, path)
        yield _row(record, columns, path, name)
    if columns is None:
        raise ConfigError(f"{path} holds no record.")


def _row(record: Record, columns: Mapping[str, str], path: Path, name: str) -> AnyRow:
    def value(field: str) -> Any:
        return record.get(columns[field]) if field in columns else None

    prompt, reply = _talk(value("prompt"))
    answer = _text(value("answer")) if "answer" in columns else reply
    before = _text(value("instruction"))
    split = str(value("split") or "").strip()
    row_id = value("id")
    return AnyRow(
        id=name if row_id in (None, "") else str(row_id),
        split=_SPLITS.get(split.lower(), split) or split_of(path),
        prompt=f"{before}\n\n{prompt}".strip() if before else prompt,
        answer=answer,
        history=_titles(value("history")) if "history" in columns else None,
        candidates=_titles(value("candidates")) if "candidates" in columns else None,
        user=str(value("user") or ""),
    )


def _talk(value: Any) -> tuple[str, str]:
    """Prompt and answer of a conversation, or of one text; no answer where it ends with a question."""
    if isinstance(value, str):
        before, mark, after = value.rpartition(RESPONSE.strip())
        return (before.strip(), after.strip()) if mark else (value, "")
    if not isinstance(value, Sequence):
        return _text(value), ""
    turns = [
        (str(one.get("role") or one.get("from") or ""), _text(one.get("content", one.get("value"))))
        for one in value
        if isinstance(one, Mapping)
    ]
    answer = turns.pop()[1] if turns and turns[-1][0] in _ANSWERERS else ""
    return "\n\n".join(text for _, text in turns), answer


def _text(value: Any) -> str:
    """A value as text; of turns, their contents."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        contents = (
            one.get("content", one.get("value")) if isinstance(one, Mapping) else one
            for one in value
        )
        return "\n\n".join(_text(one) for one in contents)
    return value if isinstance(value, str) else str(value)


def _titles(value: Any) -> tuple[str, ...]:
    """The titles in a list of texts or items, or in a text that holds such a list."""
    if isinstance(value, str):
        value = _split(value)
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(_title(one) for one in value)


def _title(one: Any) -> str:
    if isinstance(one, Mapping):
        title = next((one[name] for name in _TITLES if one.get(name)), None)
        return _text(title if title is not None else next(iter(one.values()), None))
    return _text(one)


def _split(text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            return list(json.loads(text))
        except ValueError:
            pass
    by = next((one for one in _SEPARATORS if one in text.strip()), None)
    return [part.strip() for part in text.split(by) if part.strip()] if by else [text] * bool(text)
