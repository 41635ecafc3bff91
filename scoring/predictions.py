"""Files of predictions: JSON lines or Parquet with an id, an answer, and perhaps a row_hash and ties."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, RawFileError
from itdr.scoring.metrics.result import Answer

COLUMN = "output"
SEVERAL = "outputs"


def read(path: Path, column: str = COLUMN) -> dict[str, Answer]:
    """Read a file of predictions: JSON lines, or Parquet where its name ends so.

    A record has `id` and the answer under `column` (a text; null for none), or `outputs`: a list of
    answers, the best first (beams or samples). It may have `row_hash`, that of the answered row, and
    `ties`: the sizes of groups of equal entries, in the order of the answer's list. Logs of lm-evaluation-
    harness (`--log_samples`) are read too.

    Args:
        path: the file.
        column: the column of answers.

    Returns:
        Answers by id.

    Raises:
        RawFileError: for a missing or damaged file.
        ConfigError: for a record without id or answer, and for a second answer to a row.
    """
    answers: dict[str, Answer] = {}
    for place, record in _records(path):
        where = f"{path}, record {place}"
        record = _of_harness(record, column)
        record, others = _first(record, column, where)
        for name in ("id", column):
            if name not in record:
                raise ConfigError(
                    f"{where}: no {name!r}. It has: {', '.join(map(str, record))}. "
                    "Name the column of the answers with --column."
                )
        name = record["id"]
        if not isinstance(name, str):
            raise ConfigError(f"{where}: the id must be a text, not {name!r}.")
        if name in answers:
            raise ConfigError(f"{where}: a second answer to {name!r}. Leave one of them.")
        answer = record[column]
        answers[name] = Answer(
            _text(answer),
            _ties(record.get("ties"), where),
            _row_hash(record.get("row_hash"), where),
            others,
        )
    if not answers:
        raise ConfigError(f"{path} holds no prediction.")
    return answers


def _first(
    record: dict[str, Any], column: str, where: str
) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """A record with the first of its `outputs` as its answer, and the others."""
    several = record.get(SEVERAL)
    if several is None or column in record:
        return record, ()
    if not isinstance(several, list) or not several:
        raise ConfigError(f"{where}: outputs must be a list of answers, the best first.")
    first, *others = map(_text, several)
    return {**record, column: first}, tuple(others)


def _text(answer: Any) -> Any:
    """An answer as it is read: what is neither text nor number, as JSON."""
    if answer is None or isinstance(answer, (str, int, float)):
        return answer
    return json.dumps(answer, ensure_ascii=False)


def _of_harness(record: dict[str, Any], column: str) -> dict[str, Any]:
    """A sample that lm-evaluation-harness logged, as a record; others as they are."""
    row, answers = record.get("doc"), record.get("resps")
    if "id" in record or not isinstance(row, dict) or not answers:
        return record
    first = answers[0]
    texts = first if isinstance(first, list) and first else [first]
    return {"id": row.get("id"), SEVERAL: texts, "row_hash": row.get("row_hash")}


def _row_hash(value: Any, where: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{where}: row_hash must be a text, as in the row, not {value!r}.")
    return value


def _ties(value: Any, where: str) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(type(n) is int and n > 0 for n in value):
        raise ConfigError(f"{where}: ties must be a list of group sizes such as [1, 3, 6].")
    return tuple(value)


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise RawFileError(f"{path} {what}: name a file of JSON Lines with id and output.")
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with open(path, "rb") as file:  # Arrow takes a path with a colon for an address
                yield from enumerate(pq.read_table(file).to_pylist(), 1)
        except pa.ArrowInvalid as error:
            raise RawFileError(f"{path} is not a Parquet file: {error}") from error
        return
    _refuse_wide(path)
    with open(path, encoding="utf-8-sig", errors="replace") as lines:
        for place, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise RawFileError(f"{path}, line {place}: not JSON ({error}).") from error
            if not isinstance(record, dict):
                raise RawFileError(f"{path}, line {place}: not an object with id and output.")
            yield place, record


def _refuse_wide(path: Path) -> None:
    """Refuse UTF-16 and UTF-32, as a redirect of PowerShell writes, by their mark or by the NUL bytes
    they have in any JSON."""
    with open(path, "rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head:
        raise RawFileError(f"{path} is UTF-16 or UTF-32: save it as UTF-8.")


def write(path: Path, predictions: Iterator[tuple[str, Answer]]) -> int:
    """Write predictions as JSON lines, renamed into place when complete.

    Args:
        path: the file to write.
        predictions: (row id, answer) pairs.

    Returns:
        How many were written.
    """
    count = 0
    part = path.with_name(f".{path.name}.part")
    with open(part, "w", encoding="utf-8") as out:
        for name, answer in predictions:
            record: dict[str, Any] = {"id": name, COLUMN: answer.text}
            if answer.others:
                record = {"id": name, SEVERAL: [answer.text, *answer.others]}
            if answer.row_hash is not None:
                record["row_hash"] = answer.row_hash
            if answer.ties:
                record["ties"] = list(answer.ties)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    part.replace(path)
    return count
