"""Protocols: named sets of options, each overridable, named in card and provenance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from itdr.audit import audit
from itdr.builders.dataset.config import check
from itdr.builders.dataset.options import DECLARED, OF_SUBTASKS
from itdr.builders.dataset.protocols import protocols
from itdr.commands.app import app
from itdr.publish import folder
from itdr.scoring.data import open_data
from itdr.spark.job import builders
from tests import world

NAMES = [name for name in protocols() if name != "paper"]


def options(**own: Any) -> dict[str, Any]:
    return {"sources": ["ml-32m"], "data_dir": str(world.folder()), "size": "all", **own}


def checked(config: str = "sequential_rec", **own: Any) -> Any:
    values = options(**own)
    return check(config, values, values.pop("data_dir"))


@pytest.mark.parametrize("name", protocols())
def test_each_sets_options_that_are_declared(name: str) -> None:
    found = checked("top_k_rec", protocol=name)
    for option, value in protocols()[name].options.items():
        DECLARED[option].check(option, value)
        assert getattr(found, option) == value
    assert found.split_by in ("user", "time", "leave_one_out")
    assert checked("top_k_rec").fingerprint_parts() != found.fingerprint_parts() or name == "paper"


@pytest.mark.parametrize("name", NAMES)
def test_each_option_can_be_set_otherwise(name: str) -> None:
    other = {"k_core": 2, "split_by": "user", "history": 3, "min_history": 3, "candidates": 6}
    other |= {"cuts": [0.5, 0.6], "target": "first", "ties": "avoid"}
    for option in protocols()[name].options:
        if option not in other:
            continue
        own = {option: other[option]}
        if option == "split_by" and "cuts" in protocols()[name].options:
            own = {"split_by": "time"}  # cuts have no meaning for other splits
        if option == "history":
            own["min_history"] = 2
        found = checked(protocol=name, **own)
        assert all(getattr(found, key) == value for key, value in own.items())


def test_an_option_without_meaning_for_a_config_is_left_aside() -> None:
    found = checked("rating_prediction", protocol="global-time")
    assert (found.split_by, found.k_core, found.candidates) == ("time", 5, None)
    with pytest.raises(Exception, match="split_by='leave_one_out' has no meaning for rating_pred"):
        checked("rating_prediction", protocol="amazon-5core-loo")
    with pytest.raises(Exception, match="Did you mean 'global-time'"):
        checked(protocol="global-tme")


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_those_of_the_options_spelled_out(name: str) -> None:
    preset = world.load("top_k_rec", **options(protocol=name, history=30))
    spelled = {**protocols()[name].options, "history": 30}
    assert preset == world.load("top_k_rec", **options(**spelled))
    lengths = {len(row["history"]) for row in world.everything(preset)}
    assert min(lengths) < 30 == max(lengths)


@pytest.mark.parametrize("name", NAMES)
def test_the_audit_finds_no_fault(name: str) -> None:
    found = audit(open_data("sequential_rec", options(protocol=name, k_core=3, size=400)))
    assert [(one.name, one.faults[:3]) for one in found if one.faults] == []


def test_card_and_provenance_name_the_protocol(tmp_path: Path) -> None:
    own = options(protocol="amazon-5core-loo", history=6, size=30)
    folder.build(builders(["sequential_rec"], own), tmp_path / "out")
    (entry,) = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8")).values()
    assert entry["protocol"]["name"] == "amazon-5core-loo"
    assert entry["protocol"]["options"]["k_core"] == 5
    assert entry["protocol"]["options"]["history"] == 6
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "Protocol `amazon-5core-loo`: As in the tables" in card
    assert "Set otherwise: history=6." in card
    # The folder is read back under the same options.
    again = open_data(str(tmp_path / "out"), {"data_dir": str(world.folder())})
    assert [(one.name, one.faults) for one in audit(again) if one.faults] == []


def test_they_are_listed() -> None:
    shown = CliRunner().invoke(app, ["list", "--protocols"]).stdout
    assert all(f"{name}\n    {one.about}" in shown for name, one in protocols().items())
    listed = json.loads(CliRunner().invoke(app, ["list", "--protocols", "--json"]).stdout)
    assert [one["name"] for one in listed] == list(protocols())
    assert all(set(one["options"]) <= {*OF_SUBTASKS, "split_by", "cuts"} for one in listed)
