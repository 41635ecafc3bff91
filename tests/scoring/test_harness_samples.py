"""`itdr score` reads what lm-evaluation-harness logs."""

from __future__ import annotations

import json
from pathlib import Path

from itdr.scoring import predictions


def test_a_logged_sample_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "samples_itdr_sequential_rec.jsonl"
    sample = {"doc_id": 0, "doc": {"id": "a", "row_hash": "h"}, "resps": [["An answer"]]}
    path.write_text(json.dumps(sample) + "\n", "utf-8")
    (found,) = predictions.read(path).items()
    assert found[0] == "a" and found[1].text == "An answer" and found[1].row_hash == "h"
