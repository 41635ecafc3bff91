"""Rows across two domains: what they show of the first, where titles of both look the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import itdr
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.dataset import open_cells
from itdr.builders.dataset.shards import Shard
from itdr.builders.tasks import crossing

HISTORY = 2


def test_no_title_is_shown_of_both_domains(monkeypatch: pytest.MonkeyPatch) -> None:
    as_they_are = _kinds(monkeypatch, crossing.title_key)
    assert any(set(first) & set(others) for first, others in as_they_are)
    # As if titles of one kind of product looked the same.
    kinds = _kinds(monkeypatch, _kind)
    assert len(kinds) > 50
    for first, others in kinds:
        assert not set(first) & set(others) and len(set(first)) == HISTORY


def _kinds(
    monkeypatch: pytest.MonkeyPatch, key: Callable[[str], str]
) -> list[tuple[list[str], list[str]]]:
    """What kinds of products each row shows of the first domain, and of the second, where titles are told apart by a
    key."""
    monkeypatch.setattr(crossing, "title_key", key)
    monkeypatch.setattr(crossing, "_keys", crossing._Keys())
    monkeypatch.setattr(open_cells, "_stores", {})
    builder = itdr.Itdr(config_name="cross_domain_rec", sample=True, history=HISTORY)
    look = dataset_builder.wording(builder.config)
    kinds = []
    for plan in dataset_builder.prepare(builder.config):
        for row in dataset_builder.rows([Shard(0, 1)], plan, look):
            shown = [_kind(item["title"]) for item in (*row["history"], *row["candidates"])]
            kinds.append((shown[:HISTORY], shown[HISTORY:]))
    return kinds


def _kind(title: str) -> str:
    """What a made-up product is: "Corvane Compact Nail Polish, Amber, Pack of 3" is a "Polish"."""
    return title.partition(",")[0].rpartition(" ")[2]
