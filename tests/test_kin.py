"""Negatives of places are in the place of their target."""

from __future__ import annotations

import functools
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest

from itdr.builders.sampling.kin import NONE, Kin

TOWNS = ("Arlen", "Brook", "Cove", "Dell")
TOWN = re.compile(r" \((\w+)\)$")


@functools.cache
def folder() -> Path:
    """Places of four towns; each customer reviews some of one town, and two of another."""
    root = Path(tempfile.mkdtemp(prefix="itdr-towns-"))
    home = root / "yelp"
    home.mkdir()
    rng = np.random.default_rng(5)
    places = [
        {"business_id": f"b{k}", "name": f"Place {k}", "city": TOWNS[k % 4], "categories": "Bars"}
        for k in range(400)
    ]
    reviews = []
    for user in range(300):
        town, start = user % 4, 1_300_000_000 + int(rng.integers(0, 900)) * 86_400
        mine = (rng.choice(100, 14, replace=False) * 4 + town).tolist()
        away = (rng.choice(100, 2, replace=False) * 4 + (town + 1) % 4).tolist()
        for step, place in enumerate([*mine[:5], *away, *mine[5:]]):
            date = np.datetime64(start + step * 3_600, "s").astype(str).replace("T", " ")
            one = {"user_id": f"u{user}", "business_id": f"b{place}", "stars": 4.0, "date": date}
            reviews.append({**one, "text": "Good."})
    for name, records in (("business", places), ("review", reviews)):
        lines = "".join(json.dumps(one) + "\n" for one in records)
        (home / f"yelp_academic_dataset_{name}.json").write_text(lines, "utf-8")
    return root


@functools.cache
def some_without_town() -> Path:
    """The same places, but those of one town have none given."""
    root = Path(tempfile.mkdtemp(prefix="itdr-no-town-"))
    shutil.copytree(folder() / "yelp", root / "yelp")
    path = root / "yelp" / "yelp_academic_dataset_business.json"
    places = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    lines = [{**one, "city": None if one["city"] == TOWNS[1] else one["city"]} for one in places]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return root


def rows(config: str, **options: Any) -> list[dict[str, Any]]:
    given = {"sources": ["yelp"], "data_dir": str(folder()), "cells": "all", **options}
    found = datasets.load_dataset("itdr", config, **given)
    return [row for split in found for row in found[split]]


def town(item: dict[str, Any]) -> str:
    match = TOWN.search(item["title"])
    assert match
    return match[1]


@pytest.mark.parametrize("config", ["sequential_rec", "top_k_rec"])
def test_negatives_are_in_the_town_of_their_target(config: str) -> None:
    found = rows(config)
    assert len(found) > 100
    same = []
    for row in found:
        targets = {town(one) for one in row["candidates"] if one["item_id"] in row["relevant"]}
        false = [one for one in row["candidates"] if one["item_id"] not in row["relevant"]]
        same += [town(one) in targets for one in false]
    assert all(same)


def test_elsewhere_the_town_gives_the_target_away() -> None:
    found = rows("sequential_rec", negatives="popularity")
    same = [
        town(one)
        == town(next(true for true in row["candidates"] if true["item_id"] in row["relevant"]))
        for row in found
        for one in row["candidates"]
        if one["item_id"] not in row["relevant"]
    ]
    assert np.mean(same) < 0.5


@pytest.mark.parametrize("width", [0, 8])
def test_what_has_no_number_is_kin_of_its_like(width: int) -> None:
    kin = Kin(np.array([NONE, 2003, 2003, 2012, NONE], np.int32), width, "any")
    works = np.arange(5)
    starts = kin.starts(works, np.zeros(5, np.uint64))
    assert starts.tolist() == [NONE, 2003, 2003, 2012, NONE]
    for work, start in enumerate(starts):
        alike = kin.numbers == kin.numbers[work]
        assert kin.inside(works, np.full(5, start)).tolist() == alike.tolist()


def test_a_place_without_a_town_is_asked_for_among_its_like() -> None:
    found = rows("sequential_rec", data_dir=str(some_without_town()))
    bare = [[TOWN.search(one["title"]) is None for one in row["candidates"]] for row in found]
    assert {all(one) for one in bare} == {any(one) for one in bare} == {True, False}
    assert all(all(one) or not any(one) for one in bare)


def test_places_that_tell_of_a_persons_health_are_never_shown(tmp_path: Path) -> None:
    home = tmp_path / "yelp"
    shutil.copytree(folder() / "yelp", home)
    path = home / "yelp_academic_dataset_business.json"
    places = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for place in places[:200]:
        place["categories"] = (
            "Bars, Health & Medical" if int(place["business_id"][1:]) % 3 else None
        )
    path.write_text("".join(json.dumps(place) + "\n" for place in places), "utf-8")
    private = {place["business_id"] for place in places if "Health" in (place["categories"] or "")}
    for config in ("sequential_rec", "rating_prediction"):
        found = rows(config, data_dir=str(tmp_path))
        shown = {one["item_id"] for row in found for one in (*row["history"], *row["candidates"])}
        assert len(found) > 50 and private and not shown & private
        assert not {row["item_id"] for row in found} & private
