"""Ids that were cut or edited: other forms, and check digits of ISBNs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pyarrow as pa

from itdr.builders.core.schema import Source
from itdr.builders.store import losses
from itdr.builders.store.build.id_forms import unusual
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import yelp
from tests.sources.harness import load

SHARE = 0.01
SOURCE = dataclasses.replace(
    load("bookcrossing"),
    options={"id_forms": {"item_id": ("[0-9]{9}[0-9X]", SHARE)}, "check_digits": 0.05},
)


def isbn(number: int) -> str:
    digits = f"{number:09}"
    check = -sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return digits + "0123456789X"[check]


ISBNS = [isbn(34_545_104 + 7_919 * n) for n in range(400)]


def notes(ids: list[str], source: Source = SOURCE, key: str = "item_id") -> list[str]:
    return unusual(source, pa.chunked_array([ids], pa.string()), key)


def test_official_ids_say_nothing() -> None:
    assert any(one.endswith("X") for one in ISBNS)
    assert notes(ISBNS) == []
    assert notes([one[:-1] for one in ISBNS], key="user_id") == []


def test_ids_of_another_form_are_counted() -> None:
    cut = [one[:-1] if place % 20 == 0 else one for place, one in enumerate(ISBNS)]
    (note,) = notes(cut)
    assert note.startswith("20 of 400 ids of items have another form than official ones, such as ")
    assert repr(cut[0]) in note


def test_as_many_as_officially_say_nothing() -> None:
    few = [one[:-1] if place % 100 == 0 else one for place, one in enumerate(ISBNS)]
    assert notes(few) == []
    assert notes([ISBNS[0][:-1], *ISBNS[1:20]]) == [], "one of a small part is no chance"


def test_no_id_at_all_may_have_another_form() -> None:
    source = dataclasses.replace(SOURCE, options={"id_forms": {"user_id": ("[A-Z]{3}", 0)}})
    assert notes(["ABC"] * 40, source, "user_id") == []
    (note,) = notes(["ABC"] * 40 + ["AB"], source, "user_id")
    assert note.startswith("1 of 41 ids of users")


def test_exchanged_digits_of_isbns_are_told() -> None:
    exchanged = [
        one[:3] + one[4] + one[3] + one[5:] if place % 5 == 0 else one
        for place, one in enumerate(ISBNS)
    ]
    (note,) = notes(exchanged)
    assert "of 400 ISBNs have another check digit" in note
    assert notes(exchanged[:100]) == [], "too few to judge"
    assert notes([*exchanged[:20], *ISBNS[20:]]) == [], "some are wrong officially"


def test_a_build_tells_of_cut_ids(tmp_path: Path, caches: Path) -> None:
    yelp.write(tmp_path / "yelp", users=40, items=40, dirt=False)
    path = tmp_path / "yelp" / "yelp_academic_dataset_review.json"
    first, *lines = path.read_text("utf-8").splitlines()
    user = json.loads(first)["user_id"]
    cut = first.replace(user, user[:-1])
    path.write_text("\n".join([cut, *lines, ""]), "utf-8")
    manifest = read_manifest(prepare(StoreSpec(load("yelp"), data_dir=tmp_path), True, False))
    (note,) = [one for one in losses.lacking(manifest) if "another form" in one]
    assert note.startswith("1 of 41 ids of users have another form than official ones")
