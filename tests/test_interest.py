"""Interest profiles: the test behind a claim, each statement of built rows, what a case holds."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.core.paths import SAMPLE
from itdr.builders.evidence import significance
from itdr.builders.evidence.comments import cut
from itdr.builders.evidence.interests import counts as interests_counts
from itdr.builders.evidence.interests.statements import DISLIKED, LIKED
from itdr.builders.sampling.splits import assign_splits
from itdr.builders.tasks import interest_recognition as task
from tests import world
from tests.interest import SOURCES, cases, folder, open_cell, people_with, rows
from tests.world import everything

NAMES = {LIKED: "liked", DISLIKED: "disliked"}
HOURS = {LIKED: "kept", DISLIKED: "left"}


# -- the test of a claim ------------------------------------------------------------------------


@given(n=st.integers(1, 60), k=st.integers(0, 60), p=st.floats(1e-6, 0.95))
@settings(max_examples=200, deadline=None)
def test_the_tail_is_the_binomial_one(n: int, k: int, p: float) -> None:
    k = min(k, n)
    share = Fraction(p)
    exact = sum(comb(n, j) * share**j * (1 - share) ** (n - j) for j in range(k, n + 1))
    assert significance.at_least(k, n, p) == pytest.approx(float(exact), rel=1e-9)


def test_the_tail_of_many_likes_does_not_vanish() -> None:
    assert significance.at_least(1200, 2000, 0.5) == pytest.approx(1.7e-19, rel=0.1)
    assert significance.at_least(2000, 2000, 1e-9) == 0.0


@pytest.mark.parametrize(
    ("taste", "low", "high"), [(0.0, 0.0, 0.05), (0.5, 0.4, 0.7), (0.9, 0.9, 1.0)]
)
def test_tastes_are_found_as_far_as_they_are_strong(
    taste: float, low: float, high: float, tmp_path: Path, caches: Path
) -> None:
    loved, hated = people_with(taste, tmp_path)
    drawn = cases(open_cell("ml-1m", tmp_path))
    assert len(drawn) == 250
    stated: Counter[tuple[int, bool]] = Counter()
    for case in drawn:
        for one in case.facts.stated:
            planted = loved if one.side == LIKED else hated
            stated[one.side, one.name == planted[case.user]] += 1
    for side in (LIKED, DISLIKED):
        # One user in ten, for each side: the bound that the test of a claim promises.
        assert stated[side, False] / len(drawn) <= 0.1
        assert low <= stated[side, True] / len(drawn) <= high


@pytest.mark.parametrize(
    ("source", "users", "items", "share"),
    [("ml-1m", 250, 250, 0.6), ("anime-2023", 250, 250, 0.4), ("amazon-books", 300, 250, 0.4)],
)
def test_planted_tastes_are_found(
    source: str, users: int, items: int, share: float, tmp_path: Path, caches: Path
) -> None:
    facts = world.write(source, tmp_path, users=users, items=items)
    found = false = n = 0
    for case in cases(open_cell(source, tmp_path)):
        planted = set(facts.groups.get(case.user, ()))
        told = {x.name for x in case.facts.stated if x.side == LIKED and x.kind == "category"}
        n += 1
        found += bool(told & planted)
        false += len(told - planted)
    assert found / n >= share
    assert false / n <= 0.05


# -- each statement, from the store ---------------------------------------------------------------


class Truth:
    """What a store holds, worked out anew with plain Python: sides of all users, traits of works."""

    def __init__(self, source: str) -> None:
        cell = open_cell(source, folder())
        table = pq.read_table(cell.store.path / "interactions.parquet").to_pylist()
        works, titles = cell.store.work.tolist(), cell.store.title_code.tolist()
        self.ids = cell.store.users.column("user_id").to_pylist()
        scale = cell.cell.source.scale
        value = "rating" if scale else "weight"
        first: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        for row in table:
            if row[value] is not None:
                first[row["user_code"]].setdefault(works[row["item_code"]], row)
        part = assign_splits(cell.store.user_hash, 0, source)
        self.training = {user for user in first if part[user] == 0}
        played = defaultdict(list)
        for user in self.training if not scale else ():
            for work, row in first[user].items():
                played[work].append(row["weight"])

        def side(work: int, row: dict[str, Any]) -> int:
            if titles[row["item_code"]] < 0:
                return 0
            if scale:
                low = row["rating"] <= scale.disliked
                return LIKED if row["rating"] >= scale.liked else DISLIKED if low else 0
            hours, all_hours = row["weight"], played[work]
            less = sum(other < hours for other in all_hours)
            upto = sum(other <= hours for other in all_hours)
            if len(all_hours) < 20:
                return 0
            if hours >= 2 and 10 * less >= 7 * len(all_hours):
                return LIKED
            return DISLIKED if hours < 2 and 10 * upto <= 3 * len(all_hours) else 0

        self.sides = {
            self.ids[user]: {work: side(work, row) for work, row in met.items()}
            for user, met in first.items()
        }
        self.items = cell.store.items.to_pylist()
        self.work_of = {item["item_id"]: works[code] for code, item in enumerate(self.items)}
        self.trained = {self.ids[user] for user in self.training}

    def traits(self, work: int, kind: str) -> set[str]:
        item = self.items[work]
        if kind == "tag":
            pairs = item.get("attributes") or ()
            return {
                tag for one in pairs if one["name"] == "Tags" for tag in one["value"].split(", ")
            }
        return set(item.get({"category": "categories", "creator": "creators"}[kind]) or ())

    @functools.cache  # noqa: B019
    def of(self, user: str, side: int, kind: str) -> tuple[int, Counter[str]]:
        """How many works of the user's side have a trait of the kind, and how many each."""
        named = [
            self.traits(work, kind) for work, of in self.sides.get(user, {}).items() if of == side
        ]
        return sum(map(bool, named)), Counter(itertools.chain(*named))

    @functools.cache  # noqa: B019
    def all(self, side: int, kind: str) -> tuple[int, Counter[str]]:
        """The same over the training part."""
        ns, tallies = zip(*(self.of(user, side, kind) for user in self.trained), strict=True)
        total: Counter[str] = Counter()
        for one in tallies:
            total.update(one)
        return sum(ns), total


@functools.cache
def truth(source: str) -> Truth:
    return Truth(source)


@pytest.mark.parametrize("source", SOURCES)
def test_the_engine_counts_what_plain_python_counts(source: str) -> None:
    counts = interests_counts.counts(open_cell(source, folder()).partition)
    known = truth(source)
    for kind, side in itertools.product(interests_counts.KINDS, (LIKED, DISLIKED)):
        n, tally = known.all(side, kind)
        numbers = counts.liked if side == LIKED else counts.disliked
        made = {name: int(numbers[code]) for name, code in counts.codes[kind].items()}
        assert {name: k for name, k in made.items() if k} == dict(tally)
        assert counts.totals.get(kind, (0, 0))[side - 1] == n
    assert int(counts.liked.sum()) > 100


@pytest.mark.parametrize("source", SOURCES)
def test_each_claim_of_the_rows_holds_in_the_store(source: str) -> None:
    known, told = truth(source), 0
    names = HOURS if source == "steam" else NAMES
    for row in everything(rows(source)):
        user, sides = row["user_id"], known.sides[row["user_id"]]
        works = [known.work_of[one["item_id"]] for one in row["history"]]
        assert len({one["title"].casefold() for one in row["history"]}) == len(works)
        liked = [work for work in works if sides[work] == LIKED]
        disliked = [work for work in works if sides[work] == DISLIKED]
        assert works == liked + disliked and len(liked) == 3 and len(disliked) <= 3
        weights = {(one["name"], one["value"]): one["weight"] for one in row["evidence"]}
        for (name, value), weight in weights.items():
            what, _, kind = name.partition(":")
            if what in ("shown", "shown_disliked", "shown_left"):
                shown = liked if what == "shown" else disliked
                assert weight == sum(value in known.traits(work, kind) for work in shown) > 0
            elif what in ("mixed", *names.values()):
                side = DISLIKED if what == names[DISLIKED] else LIKED
                check(known, user, side, kind, value, weight, weights, names)
                told += 1
        for side, name in names.items():
            assert weights["count", name] == sum(of == side for of in sides.values())
    assert told > 20


def check(
    known: Truth,
    user: str,
    side: int,
    kind: str,
    name: str,
    lift: float,
    weights: dict[tuple[str, str], float],
    names: dict[int, str],
) -> None:
    """One claim: its numbers, and the rule that they must pass."""
    n, own = known.of(user, side, kind)
    against = known.of(user, LIKED + DISLIKED - side, kind)[1][name]
    total, all_of_them = known.all(side, kind)
    mine = user in known.trained
    k, others = own[name], all_of_them[name] - mine * own[name]
    p = (others + 1) / (total - mine * n + 2)
    assert weights[f"{names[side]}_count:{kind}", name] == k >= 3
    assert weights[f"{names[LIKED + DISLIKED - side]}_count:{kind}", name] == against
    assert weights[f"{names[side]}_common:{kind}", name] == pytest.approx(p)
    assert lift == pytest.approx(((k + 10 * p) / (n + 10)) / p) and lift >= 1.3
    assert significance.at_least(k, n, p) <= 0.1
    shown = "shown" if side == LIKED else f"shown_{names[DISLIKED]}"
    assert weights[f"{shown}:{kind}", name] >= 2


# -- what a case holds ------------------------------------------------------------------------------


def test_reviews_are_cut_at_a_words_end() -> None:
    assert cut("One  two,\nthree four", 12) == "One two…"
    assert cut("short", 5) == "short"
    assert cut("unbreakable", 5) == "unbr…"
    assert cut(" \n ", 5) == ""


def test_a_review_without_blanks_fills_its_room() -> None:
    assert cut("好 " + "书" * 100, 50) == "好 " + "书" * 47 + "…"
    assert cut("书" * 100, 50) == "书" * 49 + "…"


@given(text=st.text("ab 书,.", max_size=120), most=st.integers(40, 80))
def test_no_review_is_longer_than_asked_for(text: str, most: int) -> None:
    assert len(cut(text, most)) <= most


def test_the_users_own_reviews_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = open_cell("amazon-books", folder(), text_chars=40)
    plain = cell.store.texts
    longer = "好 " + "书" * 100
    monkeypatch.setattr(cell.store, "texts", lambda user: [longer, *plain(user)[1:]])
    for case in cases(cell)[:30]:
        assert "reviews" in case.flags
        code = cell.store.users.column("user_id").to_pylist().index(case.user)
        events = cell.store.events(code)
        texts = dict(zip(events.items.tolist(), cell.store.texts(code), strict=True))
        ids = {cell.store.item(item).id: text for item, text in texts.items()}
        for item, text in zip(case.history, case.texts, strict=True):
            assert text == cut(ids[item.id] or "", 40) and len(text) <= 40


@pytest.mark.parametrize("source", ["amazon-books", "steam"])
def test_rows_do_not_depend_on_shards(source: str) -> None:
    options: dict[str, Any] = {"sources": [source], "size": 60, "root": folder()}
    one, many = (
        world.load("interest_recognition", num_shards=n, **options)["train"] for n in (1, 7)
    )
    assert sorted(map(str, one)) == sorted(map(str, many)) and len(one) > 20


def test_more_items_can_be_shown() -> None:
    found = world.load(
        "interest_recognition", folder(), sources=["ml-1m"], cells="all", history=6, size=20
    )
    for row in everything(found):
        ratings = [one["rating"] for one in row["history"]]
        assert sum(rating >= 4 for rating in ratings) == 6 and len(ratings) <= 12


def test_a_rejected_answer_tells_of_another_taste() -> None:
    found = world.load(
        "interest_recognition", folder(), sources=["ml-1m"], cells="all", format="preference"
    )
    for row in everything(found):
        assert row["chosen"].casefold() != row["rejected"].casefold()
        assert re.fullmatch(r"[A-Z\"](?s:.)*\.", row["rejected"])


@pytest.mark.parametrize("source", ["amazon-books", "anime-2023", "steam", "ml-1m"])
def test_no_rejected_answer_of_the_sample_is_the_chosen_one(source: str) -> None:
    options: dict[str, Any] = {"sources": [source], "cells": "all", "size": "all"}
    found = world.load("interest_recognition", SAMPLE, format="preference", **options)
    for row in everything(found):
        assert row["chosen"].casefold() != row["rejected"].casefold()


def test_a_rejected_answer_makes_a_false_claim_where_nobody_has_another_taste(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(task.claims, "claims", lambda *given: [])
    cell = open_cell("ml-1m", folder())
    for case in cases(cell)[:20]:
        (claim,) = task._false_facts(cell, case, cell.draws(0, "wrong")).stated
        assert not any(claim.name in one.categories for one in case.history[: case.liked])
        wrong = task._wrong(cell, case, cell.draws(0, "wrong"))
        assert wrong.casefold() != case.answer.casefold() and wrong != wrong.upper()


def test_adult_titles_are_never_displayed() -> None:
    cell = open_cell("anime-2023", folder())
    hidden = {item["item_id"] for item in cell.store.items.to_pylist() if item["hidden"]}
    shown = {one["item_id"] for row in everything(rows("anime-2023")) for one in row["history"]}
    assert hidden and not hidden & shown


# -- real files ---------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize(("source", "least"), [("ml-1m", 2900), ("ml-32m", 590), ("anime-2023", 5)])
def test_real_users_have_profiles(source: str, least: int, raw: Path) -> None:
    drawn = cases(open_cell(source, raw))
    assert len(drawn) >= least
    stated = sum(bool(case.facts.stated) for case in drawn) / len(drawn)
    assert stated > 0.5
    assert len({case.answer for case in drawn}) > 0.95 * len(drawn)


@pytest.mark.real
def test_real_books_with_two_likes_each(raw: Path) -> None:
    drawn = cases(open_cell("amazon-books", raw, history=2))
    assert drawn and all("reviews" in case.flags and case.answer for case in drawn)
