"""Interest profiles: who is written of, what is displayed, and answers that stand on their evidence."""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from itdr.builders.evidence.comments import cut
from itdr.builders.evidence.facts import DOWN, UP, Fact, fact_of
from itdr.builders.evidence.interests import core, display
from itdr.builders.evidence.interests import counts as interests_counts
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from itdr.builders.rendering import realiser as realisers
from itdr.builders.rendering.template_files import BUILT_IN
from itdr.builders.rendering.templates import load_words
from itdr.builders.sampling.splits import assign_splits
from itdr.builders.tasks import interest_recognition as task
from itdr.builders.tasks import profile_claims, profile_sketch, profiles
from itdr.builders.tasks.profile_sketch import realiser_of
from itdr.scoring.metrics.text import overlap
from tests import world
from tests.interest import (
    SOURCES,
    cases,
    folder,
    open_cell,
    require_named,
    rows,
    shared_cell,
)
from tests.world import everything

QUOTED = re.compile(r'"([^"]*)"')


class Truth:
    """What a store holds, worked out anew with plain Python: verdicts of all users, traits of works."""

    def __init__(self, source: str) -> None:
        cell = shared_cell(source)
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
            if scale:
                low = row["rating"] <= scale.disliked
                return LIKE if row["rating"] >= scale.liked else DISLIKE if low else 0
            hours, all_hours = row["weight"], played[work]
            less = sum(other < hours for other in all_hours)
            upto = sum(other <= hours for other in all_hours)
            if len(all_hours) < 20:
                return 0
            if hours >= 2 and 10 * less >= 7 * len(all_hours):
                return LIKE
            return DISLIKE if hours < 2 and 10 * upto <= 3 * len(all_hours) else 0

        self.judged = {self.ids[user]: len(met) for user, met in first.items()}
        self.all_sides = {
            self.ids[user]: {work: side(work, row) for work, row in met.items()}
            for user, met in first.items()
        }
        self.marks = {
            self.ids[user]: {
                work: round(10 * (row["rating"] - scale.low))
                if scale
                else 10 * (self.all_sides[self.ids[user]][work] + 1)
                for work, row in met.items()
            }
            for user, met in first.items()
        }
        self.sides = {
            self.ids[user]: {
                work: self.all_sides[self.ids[user]][work]
                for work, row in met.items()
                if titles[row["item_code"]] >= 0
            }
            for user, met in first.items()
        }
        self.items = cell.store.items.to_pylist()
        self.work_of = {item["item_id"]: works[code] for code, item in enumerate(self.items)}
        self.shown = {work for item, work in enumerate(works) if titles[item] >= 0 and item == work}
        self.trained = {self.ids[user] for user in self.training}

    def traits(self, work: int, kind: str) -> set[str]:
        item = self.items[work]
        if kind == "tag":
            pairs = item.get("attributes") or ()
            own = {
                tag for one in pairs if one["name"] == "Tags" for tag in one["value"].split(", ")
            }
            return own
        return set(item.get({"category": "categories", "creator": "creators"}[kind]) or ())


@functools.cache
def truth(source: str) -> Truth:
    return Truth(source)


@pytest.mark.parametrize("source", SOURCES)
def test_the_engine_counts_what_plain_python_counts(source: str) -> None:
    counts = interests_counts.counts(shared_cell(source).partition)
    known = truth(source)
    trained = [known.all_sides[user] for user in known.trained]
    liked = [work for sides in trained for work, side in sides.items() if side == LIKE]
    assert counts.likes.sum() == len(liked) > 1000
    assert np.array_equal(counts.likes, np.bincount(liked, minlength=len(counts.likes)))
    value = {user: known.marks[user] for user in known.trained}
    marks = np.zeros(len(counts.marks), np.int64)
    for user in known.trained:
        for work, mark in value[user].items():
            marks[work] += mark
    assert np.array_equal(counts.marks, marks)
    assert counts.judged.sum() == sum(map(len, value.values()))
    for kind in ("category", "creator"):
        shown = [work for work in liked if work in known.shown]
        for name, code in counts.codes[kind].items():
            assert counts.liked[code] == sum(name in known.traits(work, kind) for work in shown)


@pytest.mark.parametrize("source", SOURCES)
def test_each_fact_of_the_rows_holds_in_the_store(source: str) -> None:
    known, told = truth(source), 0
    for row in everything(rows(source)):
        sides = known.sides[row["user_id"]]
        works = [known.work_of[one["item_id"]] for one in row["history"]]
        assert len({one["title"].casefold() for one in row["history"]}) == len(works)
        liked = [work for work in works if sides[work] == LIKE]
        disliked = [work for work in works if sides[work] == DISLIKE]
        assert works == liked + disliked and 5 <= len(liked) <= 10 and len(disliked) <= 5
        of = {
            side: [work for work, one in sides.items() if one == side] for side in (LIKE, DISLIKE)
        }
        assert len(of[LIKE]) >= (3 if source == "amazon-books" else 20)
        facts = [fact_of(one) for one in row["evidence"]]
        for place, fact in enumerate(facts):
            if fact.about not in ("category", "creator", "tag"):
                continue
            side = DISLIKE if fact.direction == DOWN else LIKE
            among = (disliked if side == DISLIKE else liked) if fact.kind == "shown" else of[side]
            if "beside" in (fact.kind, facts[max(place - 3, 0)].kind) and fact.kind != "shown":
                # Those apart from the first taste.
                first = next(one for one in facts if one.direction == UP and one.kind != "shown")
                among = [
                    work for work in among if first.value not in known.traits(work, first.about)
                ]
            # Of those of a kind, which stands after the side on which they are more common.
            kind = next(
                (one for one in (place, place - 2) if facts[max(one, 0)].kind == "among"), None
            )
            if kind is not None and facts[kind + 1].about in ("category", "creator", "tag"):
                whole = facts[kind + 1]
                among = [work for work in among if whole.value in known.traits(work, whole.about)]
            elif kind is not None:
                continue
            carried = [work for work in among if fact.value in known.traits(work, fact.about)]
            assert fact.count == len(carried)
            assert fact.of == len(among)
            told += 1
    assert told > 60


# -- who is written of, and what is displayed -------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_users_have_enough_likes_and_dislikes_or_reviews(source: str) -> None:
    known = truth(source)
    for case in cases(shared_cell(source)):
        sides = list(known.sides[case.user].values())
        assert case.totals["likes"] == sides.count(LIKE) >= profiles.LIKED_REVIEWS
        assert case.totals["dislikes"] == sides.count(DISLIKE)
        assert case.totals["judged"] == known.judged[case.user]
        long = sum(len((text or "").split()) >= profiles.REVIEW_WORDS for text in case.texts)
        judged = (
            sides.count(LIKE) >= profiles.LEAST_LIKES
            and sides.count(DISLIKE) >= profiles.LEAST_DISLIKES
        )
        assert judged or long
        assert sum(map(profile_claims.cited, case.answer.statements)) >= profile_sketch.MIN_FACTS


def test_the_question_says_how_many_there_are() -> None:
    for row in everything(rows("ml-1m")):
        sides = list(truth("ml-1m").sides[row["user_id"]].values())
        for number in (
            sides.count(LIKE),
            sides.count(DISLIKE),
            truth("ml-1m").judged[row["user_id"]],
        ):
            assert re.search(rf"\b{number:,}\b", row["input"])


def test_a_sample_is_fair() -> None:
    """Of the named tastes the displayed works carry as many as of all, to within one."""
    for case in cases(shared_cell("ml-1m")):
        for fact in case.answer.facts:
            if fact.kind == "share":
                shown = next(
                    one
                    for one in case.answer.facts
                    if one.kind == "shown" and one.topic == fact.topic and one.direction == UP
                )
                assert abs(shown.count - shown.of * fact.count / fact.of) <= 1.5


def test_what_the_sample_does_not_show_is_not_said() -> None:
    up = Fact("contrast", "category", "War", 12, 30, 0.0, UP)
    assert display._is_shown(up, 4, 10, 0, 5) and not display._is_shown(up, 1, 10, 0, 5)
    assert display._is_shown(up, 4, 10, 1, 5) and not display._is_shown(up, 3, 10, 1, 5)
    for kind in ("contrast", "risk", "listed"):
        down = Fact(kind, "category", "War", 6, 21, 0.0, DOWN)
        assert display._is_shown(down, 0, 10, 2, 5) and not display._is_shown(down, 0, 10, 1, 5)
        assert display._is_shown(down, 2, 10, 2, 5) and not display._is_shown(down, 3, 10, 2, 5)
        assert display._is_shown(down, 5, 10, 5, 5) and not display._is_shown(down, 6, 10, 5, 5)
    fairly = Fact("listed", "category", "War", 15, 40, 0.1, UP)
    assert display._is_shown(fairly, 4, 10, 0, 5) and not display._is_shown(fairly, 3, 10, 0, 5)
    rare = Fact("share", "creator", "Anne", 4, 169, 0.0, UP)
    assert not display._is_shown(rare, 2, 10, 0, 5)


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


def test_the_users_own_reviews_are_shown() -> None:
    cell = open_cell("amazon-books", folder(), text_chars=40)
    for case in cases(cell)[:30]:
        assert "reviews" in case.flags and case.liked == 5 and len(case.history) <= 8
        code = cell.store.users.column("user_id").to_pylist().index(case.user)
        events = cell.store.events(code)
        texts = dict(zip(events.items.tolist(), cell.store.texts(code), strict=True))
        ids = {cell.store.item(item).id: text for item, text in texts.items()}
        for item, text in zip(case.history, case.texts, strict=True):
            assert (text or "") == cut(ids[item.id] or "", 40) and len(text or "") <= 40


def test_adult_titles_are_never_displayed() -> None:
    cell = shared_cell("anime-2023")
    hidden = {item["item_id"] for item in cell.store.items.to_pylist() if item["hidden"]}
    shown = {one["item_id"] for row in everything(rows("anime-2023")) for one in row["history"]}
    assert hidden and not hidden & shown


def test_more_items_can_be_shown() -> None:
    found = world.load(
        "interest_recognition", folder(), sources=["ml-1m"], cells="all", history=14, size=20
    )
    for row in everything(found):
        ratings = [one["rating"] for one in row["history"]]
        assert sum(rating >= 4 for rating in ratings) == 14 and len(ratings) <= 21


@pytest.mark.parametrize("source", ["amazon-books", "steam"])
def test_rows_do_not_depend_on_shards(source: str) -> None:
    options: dict[str, Any] = {"sources": [source], "size": 15, "root": folder()}
    one, many = (
        world.load("interest_recognition", num_shards=n, **options)["train"] for n in (1, 7)
    )
    assert sorted(map(str, one)) == sorted(map(str, many)) and len(one) > 10


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "in tables"])
def test_a_profile_is_worked_out_once_for_the_plan_and_its_row(
    streamed: bool, monkeypatch: Any, tmp_path: Path
) -> None:
    """Also those of validation and test, whose cases may be drawn with the last ones of training."""
    asked: list[tuple[int, bool]] = []
    sketch_of = profiles.sketch_of

    def noted(cell: Any, user: int, *given: Any) -> Any:
        found = sketch_of(cell, user, *given)
        asked.append((user, found is not None))
        return found

    monkeypatch.setattr(profiles, "sketch_of", noted)
    options: dict[str, Any] = {"sources": ["steam"], "data_dir": str(folder()), "seed": 11}
    options |= {"streaming": True} if streamed else {"cache_dir": str(tmp_path)}
    splits = datasets.load_dataset("itdr", "interest_recognition", size=40, **options)
    found = [row for rows in splits.values() for row in rows]
    sketched = [user for user, able in asked if able]
    assert len(sketched) == len(set(sketched)) >= len(found) > 10


# -- answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_every_number_title_and_quote_stands_in_evidence_or_input(source: str) -> None:
    cell = shared_cell(source)
    lexicon = realiser_of(cell).lexicon
    for row in everything(rows(source)):
        facts = [fact_of(entry) for entry in row["evidence"]]
        allowed = set().union(*(realisers.numbers_of(fact) for fact in facts))
        allowed |= set(re.findall(r"\d+", " ".join(fact.value for fact in facts)))
        said = QUOTED.sub("", row["output"])
        assert set(re.findall(r"\d+", said)) <= allowed, row["output"]
        values = {fact.value for fact in facts} | {fact.quote for fact in facts}
        values |= {lexicon.forms_of(fact.about, fact.value)["value"] for fact in facts}
        for quote in QUOTED.findall(row["output"]):
            assert quote in {value.replace('"', "'") for value in values}, quote
        for fact in facts:
            if fact.quote:
                assert fact.quote in row["input"]
            if fact.kind == "own":
                assert fact.value in row["input"]


@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_is_a_paragraph_with_a_taste_and_its_share(source: str) -> None:
    for row in everything(rows(source)):
        assert "\n" not in row["output"] and ".." not in row["output"].replace("...", "")
        assert re.match(r"[A-Z\"](?s:.)*\.$", row["output"])
        sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z\"\d])", QUOTED.sub('"T"', row["output"]))
        assert 2 <= len(sentences) <= 12
        for sentence in sentences:
            assert sentence.count(":") <= 1, sentence
        tastes = [
            one
            for one in row["evidence"]
            if one["fact"].split("/")[0] in (*core.TASTES, "contrast", "most", "listed", "aspect")
        ]
        assert tastes and all(one["quote"] or (one["count"] and one["of"]) for one in tastes)
        length = len(re.findall(r"\w+|[^\w\s]", row["output"]))
        assert 45 <= length <= 450


def test_two_answers_of_the_same_facts_agree_and_random_ones_do_not() -> None:
    cell = shared_cell("ml-1m")
    drawn = cases(cell)
    realiser = realiser_of(cell)
    same, different = [], []
    for case, other in itertools.pairwise(drawn):
        again = realiser.write(case.answer.statements, cell.draws(0, "again")).text
        same.append(overlap(again, [case.answer.text])["ROUGE-L"])
        different.append(overlap(other.answer.text, [case.answer.text])["ROUGE-L"])
    assert sum(same) / len(same) >= 0.6
    assert sum(different) / len(different) <= 0.53  # of 160 made-up films many are shared


@pytest.mark.parametrize("source", [*SOURCES])
def test_a_rejected_answer_states_other_facts_in_the_same_form(source: str) -> None:
    cell = shared_cell(source)
    for case in cases(cell)[:40]:
        wrong = task._wrong(cell, case, cell.draws(0, "wrong"))
        assert wrong.casefold() != case.answer.text.casefold()
        swapped = task._swapped(cell, case, cell.draws(0, "wrong"))
        for fact in case.answer.facts:
            if fact.about in KINDS and fact.kind not in ("shown", "own"):
                false = swapped[fact.topic]
                assert false != fact.topic
                if false in case.held:  # what stands for it speaks the other way
                    assert any(
                        one.topic == false and one.direction != fact.direction
                        for one in case.answer.facts
                    )


def test_no_rejected_answer_of_the_sample_is_the_chosen_one() -> None:
    found = everything(world.sampled("interest_recognition", format="preference"))
    assert {row["source"] for row in found} == {"amazon-books", "anime-2023", "steam"}
    for row in found:
        assert row["chosen"].casefold() != row["rejected"].casefold()


def test_the_table_of_facts_holds_all_that_the_answer_says() -> None:
    found = world.load(
        "interest_recognition", folder(), sources=["ml-1m"], cells="all", size=12, show_facts=True
    )
    plain = {row["id"]: row["output"] for row in everything(rows("ml-1m"))}
    for row in everything(found):
        assert row["output"] == plain[row["id"]]
        table = [line for line in row["input"].splitlines() if line.startswith("- ")]
        for fact in map(fact_of, row["evidence"]):
            if fact.kind not in ("shown", "own", "contrast", "overall"):
                lines = [line for line in table if re.search(rf"\b{fact.count}\b", line)]
                assert any(not fact.of or re.search(rf"\b{fact.of}\b", line) for line in lines)


def test_no_prompt_asks_for_a_list_and_each_says_how_many_there_are() -> None:
    read = yaml.safe_load((BUILT_IN / "interest_recognition.yaml").read_text("utf-8"))
    assert len(read["prompts"]) > 10
    for one in read["prompts"]:
        assert not re.search(r"\blist them\b|bullet", one["text"])
        for name in ("judged", "likes", "dislikes"):
            assert re.search(rf"\{{\{{ {name} \}}\}}", one["text"]), (one["id"], name)


@pytest.mark.parametrize(
    "key", ["films", "books", "book_reviews", "anime", "products", "games", "businesses"]
)
def test_the_answers_can_be_said_in_every_domain_of_profiles(key: str) -> None:
    made = realisers.load_realiser(task.TASK.id, key, load_words(key))
    assert all(len(one.wordings) <= 3 for one in made.form.statements.values())


# -- real files ---------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize(("source", "least"), [("ml-1m", 80), ("ml-32m", 12)])
def test_real_users_have_profiles(source: str, least: int, raw: Path) -> None:
    cell = open_cell(source, raw)
    drawn = cases(cell, 1500)
    assert len(drawn) >= least
    checked, _ = require_named(cell, drawn)
    assert checked or source != "ml-1m"
    facts = [len(case.answer.statements) for case in drawn]
    # A contrast tells two things in one statement.
    assert sum(facts) / len(facts) >= (3 if source == "ml-1m" else 2.9)
    assert len({case.answer.text for case in drawn}) == len(drawn)
    offered = sum("offered" in case.flags for case in drawn) / len(drawn)
    # 0.54 (0.59 of all users), and hardly any of the few users of a slice of ml-32m, whose films have few fans: an offer is typical of the taste that it is for, and backed
    # by two favorites or by many fans of one.
    assert offered >= 0.5 or source != "ml-1m"
    alike = [
        overlap(other.answer.text, [case.answer.text])["ROUGE-L"]
        for case, other in itertools.pairwise(drawn[:200])
    ]
    # The order of what is said is fixed: that alone is common to any two.
    # Without offers, which name other works, more of an answer is that.
    assert sum(alike) / len(alike) <= (0.36 if source == "ml-1m" else 0.42)
