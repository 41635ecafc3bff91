"""The form of times is named where a file has them in another one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.time_forms import FORMS, other_form, time_form
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import lastfm_1k
from tests.sources.harness import load

TIMES = {
    "ISO 8601 dates with hours": "2009-05-04T23:08:57Z",
    "dates without hours": "2009-05-04",
    "Unix milliseconds": "1242789763000",
    "Unix seconds": "940636800",
    "numbers such as 1.6E+12, as spreadsheets write them": "1.65441E+12",
    "dates such as 5/20/2009": "5/20/2009 3:22",
}


@pytest.mark.parametrize("form", TIMES)
def test_each_form_has_its_name(form: str) -> None:
    assert set(TIMES) == set(FORMS)
    for line in (f"1,2,{TIMES[form]}", f'{{"date":"{TIMES[form]}","n":4}}', f"a\t{TIMES[form]}\tb"):
        assert time_form([line]) == form


def test_what_is_in_few_lines_is_no_form() -> None:
    assert time_form(["0123456789,940636800", "0123456789,", "0123456789,"]) == ""
    assert time_form(["34545104,0345451040,5"]) == ""
    assert time_form([]) == ""


def test_the_same_form_and_none_say_nothing() -> None:
    iso = TIMES["ISO 8601 dates with hours"]
    assert other_form(f"user,time\nu,{iso}", [f"v,{iso}"] * 3) == ""
    assert other_form("user,time", [f"v,{iso}"]) == ""
    assert other_form(f"u,{iso}", ["v,yesterday"]) == ""


def test_an_error_names_both_forms(tmp_path: Path, caches: Path) -> None:
    lastfm_1k.write(tmp_path / "lastfm-1k", users=10, items=30, dirt=False)
    path = next((tmp_path / "lastfm-1k").glob("userid-timestamp*"))
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [line.split("\t") for line in data.decode().splitlines()]
    lines = ["\t".join([user, "1241478537", *rest]) + "\n" for user, _, *rest in rows]
    path.write_bytes("".join(lines).encode())
    with pytest.raises(
        RawFileError,
        match="Times are Unix seconds; expected ISO 8601 dates with hours",
    ):
        prepare(StoreSpec(load("lastfm-1k"), data_dir=tmp_path), True, False)
