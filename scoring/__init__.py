"""Scoring of model answers: `score(rows, answers)`. docs/scoring.md defines the metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from

__all__ = ["score", "score_rows", "score_with_rows"]


def score(
    rows: Iterable[Mapping[str, Any]],
    answers: Any,
    *,
    references: Mapping[str, Sequence[str]] | None = None,
    lexicon: Any = None,
    catalogues: Any = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Score answers to rows of any subtasks.

    Args:
        rows: rows as the configs yield them, in any of their formats.
        answers: one text for each row in the same order; or id -> text; or the name of a column of
            the rows that holds them. None stands for a prediction that is missing: it counts as wrong.
        references: id -> further phrasings of the same facts, for BLEU and ROUGE.
        lexicon: what a grounded answer may state
            (`itdr.scoring.metrics.groundedness.FactSpellings`); without it, all that the rows
            themselves hold.
        catalogues: what can be an answer to rows that list no candidates
            (`itdr.scoring.catalogue.Catalogues`).
        seed: seed of the bootstrap.

    Returns:
        The report that `itdr.scoring.metrics.aggregate.build` describes.

    Raises:
        ConfigError: for answers that do not fit the rows.
        MissingExtraError: where the libraries of the extra `score` are missing.
    """
    report, _ = score_with_rows(
        rows, answers, references=references, lexicon=lexicon, catalogues=catalogues, seed=seed
    )
    return report


def score_with_rows(
    rows: Iterable[Mapping[str, Any]],
    answers: Any,
    *,
    references: Mapping[str, Sequence[str]] | None = None,
    lexicon: Any = None,
    catalogues: Any = None,
    seed: int = 0,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """As `score`, with the verdict on every row beside the report (see `itdr.scoring.verdicts`).

    Args:
        rows: rows of any subtasks.
        answers: one answer per row, or answers by id.
        references: id -> other phrasings of a row's facts.
        lexicon: spellings of facts; made from the rows where it is None.
        catalogues: what can be an answer to rows that list no candidates.
        seed: seed of the bootstrap.

    Returns:
        The report, and one record per row.
    """
    from itdr.scoring import verdicts
    from itdr.scoring.metrics import aggregate

    rows = list(rows)
    row_answers = [_answer(one) for one in _aligned(rows, answers)]
    compared = verdicts.require_same_rows(rows, row_answers)
    scored = score_rows(
        rows, row_answers, references=references, lexicon=lexicon, catalogues=catalogues
    )
    report = {**aggregate.build(rows, scored, seed), "row_hash_compared": compared}
    return report, list(verdicts.records(rows, row_answers, scored))


def score_rows(
    rows: Sequence[Mapping[str, Any]],
    answers: Sequence[Any],
    *,
    references: Mapping[str, Sequence[str]] | None = None,
    lexicon: Any = None,
    catalogues: Any = None,
) -> list[Any]:
    """The metric values of each row, not yet averaged.

    Args:
        rows: rows of any subtasks.
        answers: one answer per row, in order.
        references: id -> other phrasings of a row's facts.
        lexicon: spellings of facts; made from the rows where it is None.
        catalogues: what can be an answer to rows that list no candidates.

    Returns:
        One `itdr.scoring.metrics.result.Scored` per row, in order.

    Raises:
        ConfigError: for a row of an unknown subtask, and for one that lists no candidates where no
            catalogues are given.
    """
    from itdr.scoring.extras import require
    from itdr.scoring.metrics import per_task
    from itdr.scoring.metrics.text import score_texts
    from itdr.scoring.verdicts import verdict

    require()
    by_task: dict[tuple[str, bool], list[int]] = {}
    for place, row in enumerate(rows):
        by_task.setdefault((row["task"], per_task.is_open(row)), []).append(place)
    scored: list[Any] = [None] * len(rows)
    scorers = per_task.scorers()
    for (task, whole_catalogue), places in by_task.items():
        if task not in scorers:
            raise ConfigError(choose_from("subtask", task, scorers))
        task_rows = [rows[k] for k in places]
        task_answers = [_answer(answers[k]) for k in places]
        if whole_catalogue:
            values = _out_of_catalogue(task_rows, task_answers, catalogues)
        elif task in per_task.TEXT_TASKS:
            values = score_texts(task_rows, task_answers, references or {}, lexicon)
        else:
            values = scorers[task](task_rows, task_answers)
        for place, answer, one in zip(places, task_answers, values, strict=True):
            one.verdict = one.verdict or verdict(rows[place], answer, one.readable)
            scored[place] = one
    return scored


def _out_of_catalogue(rows: Sequence[Any], answers: Sequence[Any], catalogues: Any) -> list[Any]:
    from itdr.scoring.metrics import whole_catalogue

    if catalogues is None:
        raise ConfigError(
            f"{rows[0]['id']} lists no candidates: give the catalogue.parquet that was built beside it, "
            "as catalogues=itdr.scoring.catalogue.Catalogues.of_files([path])."
        )
    return whole_catalogue.score(rows, answers, catalogues)


def _answer(prediction: Any) -> Any:
    from itdr.scoring.metrics.result import Answer

    return prediction if isinstance(prediction, Answer) else Answer(prediction)


def _aligned(rows: Sequence[Mapping[str, Any]], answers: Any) -> list[Any]:
    """One answer for each row, in the rows' order."""
    if not rows:
        raise ConfigError("There is no row to score.")
    if isinstance(answers, str):
        lacking = next((row["id"] for row in rows if answers not in row), None)
        if lacking is not None:
            raise ConfigError(f"The rows have no column {answers!r} (first seen at {lacking}).")
        return [row[answers] for row in rows]
    if isinstance(answers, Mapping):
        row_ids = {row["id"] for row in rows}
        strange = [name for name in answers if name not in row_ids]
        if strange:
            raise ConfigError(
                f"{len(strange)} answers belong to no row; the first: {strange[0]!r}. "
                "Are they of another config, split, seed or source?"
            )
        return [answers.get(row["id"]) for row in rows]
    answer_list = list(answers)
    if len(answer_list) != len(rows):
        raise ConfigError(
            f"{len(answer_list)} answers for {len(rows)} rows: give one for each, or a mapping from id."
        )
    return answer_list
