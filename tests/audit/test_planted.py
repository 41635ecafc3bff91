"""Each kind of fault, planted in rows of every subtask, is found, and no row without one is named."""

from __future__ import annotations

import copy
import functools
from typing import NamedTuple

import pytest

from itdr.audit import Result
from tests.audit import faults
from tests.audit.faults import KINDS, Fault, Row
from tests.audit.further_faults import FURTHER
from tests.audit.planting import audited, audited_clean, clean, faulty

CASES = [
    pytest.param(config, fault, id=f"{config}: {fault.name}")
    for fault in (*KINDS, *FURTHER)
    for config in fault.configs
]


class Bundle(NamedTuple):
    """Rows with many faults, each in a row of its own. ids: of the faulty row, by the fault's name."""

    rows: dict[str, list[Row]]
    ids: dict[str, str]
    before: dict[str, str]


@functools.cache
def bundle(config: str) -> Bundle:
    rows = copy.deepcopy(clean(config))
    train, ids, before = rows["train"], {}, {}
    left = list(range(len(train)))
    for fault in (*KINDS, *FURTHER):
        if config not in fault.configs:
            continue
        for place in left:
            changed = planted(fault, train[place], [train[k] for k in left if k != place])
            if changed is not None:
                ids[fault.name], before[fault.name] = changed["id"], train[place]["id"]
                train[place] = changed
                left.remove(place)
                break
    return Bundle(rows, ids, before)


def planted(fault: Fault, row: Row, others: list[Row]) -> Row | None:
    """The row with a fault; None where it cannot have this one."""
    about = "user_id" if row["user_id"] is not None else "item_id"
    other = next(
        (one for one in others if one["source"] == row["source"] and one[about] != row[about]), None
    )
    changed = copy.deepcopy(row)
    if other is None:
        return None
    try:
        done = fault.plant(changed, copy.deepcopy(other))
    except (StopIteration, IndexError):
        return None
    return None if done is False or changed == row else changed


@functools.cache
def audited_bundle(config: str, raw: bool) -> dict[str, Result]:
    return audited(config, bundle(config).rows, raw=raw)


def named(config: str, raw: bool) -> frozenset[str]:
    """The rows that an audit names."""
    return frozenset().union(*faulty(audited_bundle(config, raw)).values())


@pytest.mark.parametrize(("config", "fault"), CASES)
def test_a_fault_is_found(config: str, fault: Fault) -> None:
    ids = bundle(config).ids
    assert fault.name in ids, "no row of this config can have it"
    assert ids[fault.name] in named(config, True)
    if fault.rows_only:
        assert ids[fault.name] in named(config, False)


@pytest.mark.parametrize("config", faults.ALL)
def test_no_other_row_is_named(config: str) -> None:
    planted_rows = bundle(config)
    mine = {*planted_rows.ids.values(), *planted_rows.before.values()}
    for raw in (True, False):
        # Whose question a row got shows nearly the same as that row.
        found = audited_bundle(config, raw).values()
        every = [fault for one in found for fault in one.faults]
        others = {row for row, why in every if not any(one in why for one in mine)}
        assert others <= mine


@pytest.mark.parametrize("config", faults.ALL)
def test_clean_rows_of_every_config_pass(config: str) -> None:
    assert faulty(audited_clean(config)) == {}
    assert faulty(audited_clean(config, raw=False)) == {}


FORMATS = [
    *(("sequential_rec", form) for form in ("messages", "preference", "kto", "text", "prompt")),
    ("target_user_identification", "preference"),
]


@pytest.mark.parametrize(("config", "form"), FORMATS)
def test_clean_rows_of_every_format_pass(config: str, form: str) -> None:
    rows = clean(config, format=form)
    assert faulty(audited(config, rows, format=form)) == {}


@pytest.mark.parametrize("answer", ["set", "index"])
def test_clean_rows_with_short_answers_pass(answer: str) -> None:
    rows = clean("top_k_rec", answer=answer)
    assert faulty(audited("top_k_rec", rows, answer=answer)) == {}
    wrong = copy.deepcopy(rows)
    one, two = wrong["train"][:2]
    one["output"], two["output"] = two["output"], one["output"]
    found = faulty(audited("top_k_rec", wrong, raw=False, answer=answer))
    assert found["wording"] == {one["id"], two["id"]}
