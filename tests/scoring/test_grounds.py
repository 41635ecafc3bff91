"""Facts on built rows: other words for the same facts are grounded, wrong answers are not."""

from __future__ import annotations

import pytest

from itdr.scoring import data
from itdr.scoring.metrics.groundedness import FactSpellings, grounds
from tests import world


@pytest.mark.parametrize("config", ["interest_recognition", "target_user_identification"])
def test_facts_in_other_words_are_grounded_and_wrong_ones_are_not(config: str) -> None:
    opened = data.open_data(config, {"sample": True, "format": "preference"})
    rows = world.everything(world.sampled(config, format="preference"))
    lexicon = FactSpellings.of(rows)
    others = data.references(opened, rows)
    assert set(others) == {row["id"] for row in rows}
    own, same, wrong = [], [], []
    for row in rows:
        found = grounds(row, row["chosen"], lexicon)
        own.append(found.f1)
        if found.wanted:
            same += [grounds(row, text, lexicon).f1 for text in others[row["id"]]]
            wrong.append(grounds(row, row["rejected"], lexicon).f1)
        assert grounds(row, "", lexicon).f1 == 0
    assert own == [1.0] * len(rows)
    assert sum(same) / len(same) > 0.95
    # Quotations and rates stay true where nothing else could be said in their place.
    most = {"interest_recognition": 0.3, "target_user_identification": 0.6}
    assert sum(wrong) / len(wrong) < most[config]
