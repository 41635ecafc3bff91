"""Facts, named works, BLEU and ROUGE of the two subtasks that are answered in prose."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from itdr.scoring.metrics.groundedness import FactSpellings, grounds, reference
from itdr.scoring.metrics.result import Answer, Scored
from itdr.scoring.parsing.titles import words

Row = Mapping[str, Any]
MOST_WORDS = 1000
"""Words of an answer that BLEU and ROUGE look at; the longest references have about 400."""
MOST_CHARS = 12_000
ROUGE = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L"}


def score_texts(
    rows: Sequence[Row],
    answers: Sequence[Answer],
    references: Mapping[str, Sequence[str]] | None = None,
    lexicon: FactSpellings | None = None,
) -> list[Scored]:
    """Precision, recall and F1 of facts, named works, BLEU-1/2 and ROUGE-1/2/L, each 0 to 1.

    Recall and F1 leave out rows without a fact to state, named works those whose facts name none.

    Args:
        rows: rows of subtasks answered in prose.
        answers: one per row.
        references: id -> other phrasings of the row's facts; the row's own answer always counts.
        lexicon: spellings of facts; made from the rows where it is None.

    Returns:
        One `Scored` per row.
    """
    spellings = lexicon if lexicon is not None else FactSpellings.of(rows)
    scores = []
    for row, answer in zip(rows, answers, strict=True):
        text = answer.text if isinstance(answer.text, str) else ""
        facts = grounds(row, text, spellings)
        phrasings = [reference(row), *(references or {}).get(row["id"], ())]
        values: dict[str, float] = {}
        if facts.wanted:
            # Where there is nothing to state, only precision can be judged.
            values |= {"fact F1": facts.f1, "fact recall": facts.recall}
        values["fact precision"] = facts.precision
        if facts.works:
            values["named works"] = facts.named_works
        values |= overlap(text, phrasings)
        scores.append(Scored(not facts.empty, values, {}))
    return scores


def overlap(text: str, references: Sequence[str]) -> dict[str, float]:
    """BLEU-1, BLEU-2 and the F1 of ROUGE-1, -2 and -L against the reference that fits best.

    Args:
        text: an answer.
        references: texts it is compared with.

    Returns:
        Values by metric, 0 to 1; all 0 for an answer without words.
    """
    text = _cut(text)
    if not words(text):
        return dict.fromkeys(("BLEU-1", "BLEU-2", *ROUGE.values()), 0.0)
    references = list(dict.fromkeys(references))
    values = {
        f"BLEU-{order}": _bleu(order).sentence_score(text, references).score / 100
        for order in (1, 2)
    }
    best = _rouge().score_multi(references, text)
    return values | {metric: float(best[name].fmeasure) for name, metric in ROUGE.items()}


def _cut(text: str) -> str:
    pieces = text[:MOST_CHARS].split()
    return " ".join(pieces[:MOST_WORDS])


@functools.cache
def _bleu(order: int) -> Any:
    from sacrebleu.metrics import BLEU

    return BLEU(max_ngram_order=order, lowercase=True, tokenize="zh", effective_order=True)


class _Words:
    """The tokenizer of titles, for ROUGE: its own keeps nothing but a-z and digits."""

    def tokenize(self, text: str) -> list[str]:
        return words(text)


@functools.cache
def _rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGE), use_stemmer=False, tokenizer=_Words())
