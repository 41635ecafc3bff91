"""User attributes: what is asked for by default, what on request, and how many items a user shows."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pytest

from itdr.builders.core.errors import ConfigError, EmptySplitError
from itdr.builders.dataset import registry
from itdr.builders.tasks import user_attribute_prediction
from itdr.builders.tasks.user_attribute_prediction import (
    LEAST,
    _band,
    _rank,
    available_attributes,
    chosen_attributes,
)
from itdr.scoring.parsing.attributes import same_value
from tests import world

AGES = ("under 20", "20-29", "30-39", "40-49", "50-59", "60 or older")
SOURCES = ("lastfm-1k", "lastfm-360k", "anime-2023", "bookcrossing", "ml-1m")
DEFAULT = {
    "lastfm-1k": {"country", "gender", "age group"},
    "lastfm-360k": {"country", "gender", "age group"},
    "anime-2023": {"gender", "birth decade"},
    "bookcrossing": {"country", "age group"},
    "ml-1m": {"age group", "gender", "occupation"},
}


def rows(source: str, **options: Any) -> list[dict[str, Any]]:
    given = {"sample": True, "sources": [source], "streaming": True, "split": "train", **options}
    return list(datasets.load_dataset("itdr", "user_attribute_prediction", **given))


@pytest.mark.parametrize("source", SOURCES)
def test_by_default_ages_come_in_bands_and_places_are_countries(source: str) -> None:
    found = rows(source)
    names = {one["name"] for row in found for one in row["attributes"]}
    assert names == DEFAULT[source] and len(found) > 5
    for row in found:
        for one in row["attributes"]:
            if one["name"] == "birth decade":
                assert one["value"].endswith("0s") and len(one["value"]) == 5
            elif one["name"] == "age group" and source != "ml-1m":
                assert one["value"] in AGES
            assert f"{one['name'].capitalize()}: {one['value']}" in row["output"]
        if source != "lastfm-1k":
            assert len(row["history"]) >= LEAST == 10


def test_exact_values_are_given_on_request() -> None:
    bands = {row["user_id"]: dict(_pairs(row)) for row in rows("bookcrossing")}
    exact = rows("bookcrossing", attributes=["location", "age", "age_group"])
    assert {name for row in exact for name, _ in _pairs(row)} == {"location", "age", "age group"}
    for row in exact:
        held = dict(_pairs(row))
        if "age" in held:
            assert held["age group"] == _band("age_group", int(held["age"]))
        if row["user_id"] in bands:
            assert bands[row["user_id"]].get("age group") == held.get("age group")
    assert rows("bookcrossing", attributes="age") == rows("bookcrossing", attributes=["age"])


def _pairs(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["value"]) for one in row["attributes"]]


def test_bands_hold_their_bounds() -> None:
    ages = {5: 0, 19: 0, 20: 1, 29: 1, 30: 2, 59: 4, 60: 5, 100: 5}
    for age, place in ages.items():
        assert _band("age_group", age) == AGES[place]
    assert sorted(set(AGES), key=_rank) == list(AGES)
    assert [_band("birth_decade", year) for year in (1979, 1980)] == ["1970s", "1980s"]


def test_a_stated_decade_or_year_is_judged() -> None:
    assert same_value("birth decade", "the 1990s", "1990s") and same_value(
        "birth decade", "1994", "1990s"
    )
    assert not same_value("birth decade", "1989", "1990s") and not same_value(
        "birth decade", "90", "1990s"
    )


def test_what_a_source_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"Unknown attribute 'agee'\. Did you mean 'age'"):
        rows("bookcrossing", attributes=["agee"])
    with pytest.raises(
        ConfigError, match="ml-1m has none of the attributes country; it has: age_group"
    ):
        rows("ml-1m", sources=["ml-1m", "bookcrossing"], attributes=["country"])
    with pytest.raises(ConfigError, match="attributes has no meaning for top_k_rec"):
        datasets.load_dataset("itdr", "top_k_rec", sample=True, attributes=["age"])


def test_every_attribute_of_a_source_can_be_asked_for() -> None:
    for name in registry.source_ids():
        source = registry.source(name)
        assert set(source.attributes) <= set(available_attributes(source))
        assert chosen_attributes(source, available_attributes(source)) == available_attributes(
            source
        )


def test_a_prompt_names_the_values_that_an_attribute_may_have() -> None:
    """The true value is among those listed, in every split, and the list is the same in all."""
    for source in SOURCES:
        lists: dict[str, set[str]] = {}
        for split in ("train", "validation", "test"):
            for row in rows(source, split=split):
                for name, value in _pairs(row):
                    shown = re.search(
                        rf"{name} \((one of:|for example:) (.*)\)", row["input"], re.I
                    )
                    assert shown, (name, row["input"])
                    assert shown[1] == "one of:" and value in shown[2].split(", ")
                    lists.setdefault(name, set()).add(shown[2])
        assert set(map(len, lists.values())) == {1}


def test_one_attribute_is_spoken_of_in_the_singular() -> None:
    for row in rows("ml-1m", attributes=["gender"]):
        assert not re.search(r"\beach\b|attributes\b|per attribute", row["input"]), row["input"]
        assert "Gender (one of: female, male)\n" in row["input"] + "\n"


def test_of_many_values_a_few_are_examples_but_not_the_commonest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(user_attribute_prediction, "MOST_LISTED", 3)
    found = rows("ml-1m", attributes=["occupation", "gender"], seed=5)
    named = [row for row in found if "occupation" in dict(_pairs(row))]
    commonest, _ = Counter(dict(_pairs(row))["occupation"] for row in named).most_common(1)[0]
    for row in named:
        shown = re.search(r"Occupation \(for example: (.*)\)", row["input"])
        assert shown
        examples = shown[1].split(", ")
        assert len(examples) == user_attribute_prediction.EXAMPLES
        assert commonest not in examples


def test_examples_that_hold_commas_are_set_apart_by_another_sign() -> None:
    found = rows("bookcrossing", attributes=["location"])
    assert found
    for row in found:
        shown = re.search(r"Location \((for example:|one of:) (.*)\)", row["input"])
        assert shown and " or " not in shown[2]
        assert all(one.count(",") <= 2 for one in shown[2].split("; "))


def test_bands_stand_in_the_order_of_years() -> None:
    bands = ["18-24", "56 or older", "under 18", "25-34"]
    assert sorted(bands, key=_rank) == ["under 18", "18-24", "25-34", "56 or older"]
    assert sorted(["writer", "K-12 student"], key=_rank) == ["K-12 student", "writer"]
    countries = ["Croatia", "Côte d'Ivoire", "Canada"]
    assert sorted(countries, key=_rank) == ["Canada", "Côte d'Ivoire", "Croatia"]


def test_where_all_users_are_alike_nothing_is_asked(tmp_path: Path) -> None:
    shutil.copytree(world.folder(dirt=False) / "ml-1m", tmp_path / "ml-1m")
    path = tmp_path / "ml-1m" / "users.dat"
    users = (line.split("::")[0] for line in path.read_text("latin-1").splitlines())
    path.write_text("".join(f"{user}::M::25::4::12345\n" for user in users), "latin-1")
    with pytest.raises(EmptySplitError, match=r"needs users .* that tell them apart"):
        rows("ml-1m", sample=False, data_dir=str(tmp_path))
