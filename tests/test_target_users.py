"""Rows of target user identification: who is chosen, what is said, and that it follows from the data."""

from __future__ import annotations

import functools
import random
import re
from pathlib import Path
from typing import Any

import pytest

from itdr.audit.answer_facts import unsupported_claims
from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import registry
from itdr.builders.rendering import lexicon_files, templates
from tests import planted, world

CONFIG = "target_user_identification"
CLAIMED = {
    f"aspect/{about}/{side}"
    for about in ("audience", "niche", "wish", "aspect")
    for side in ("up", "down")
}
Rows = dict[str, list[dict[str, Any]]]


@functools.cache
def rows(**options: Any) -> Rows:
    root, _ = planted.liked_together()
    return world.load(CONFIG, root, sources=["ml-1m"], cells="all", **{"size": "all", **options})


def facts_in(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in row["evidence"] if one["of"] or one["quote"]]


def test_rows_hold_facts_and_say_no_more() -> None:
    every = world.everything(rows())
    assert len(every) >= 45
    for row in every:
        assert not list(unsupported_claims(row)), row["output"]
        assert re.match(r"(1\. )?[A-Z0-9]", row["output"]) and row["output"].endswith(".")
        assert not re.search(r"[{}|]|\bNone\b|\bnan\b|  |\.\.", row["output"]), row["output"]
    # A part without an item of which enough is known has a few of which less is; the training part
    # of this world has some.
    assert all(len(facts_in(row)) >= 2 for row in rows()["train"])


def test_titles_of_works_also_liked_are_named() -> None:
    every = world.everything(rows())
    named = [
        sum(one["fact"].endswith("work/up") and one["of"] > 0 for one in row["evidence"])
        for row in every
    ]
    # Most films of this world have four others whose viewers like them; those of another genre are not named.
    assert sum(number >= 2 for number in named) >= 0.7 * len(every)


def test_whom_to_warn_stands_on_a_fact() -> None:
    _, known = planted.liked_together()
    by_title = {row["input"]: row for row in world.everything(rows())}
    asked = warned = 0
    for title, genre in known.disliked.items():
        for text, row in by_title.items():
            if f"Title: {title}\n" in text or f'"{title}"' in text:
                against = [
                    one for one in row["evidence"] if one["fact"] == "liked_if/category/down"
                ]
                asked += 1
                warned += any(one["value"] == genre for one in against)
                assert ("Not for" in row["output"]) == any(
                    one["fact"].endswith("/down") and not one["fact"].startswith("reception")
                    for one in row["evidence"]
                )
    assert asked >= 6 and warned >= 0.9 * asked


def test_what_fewer_than_half_like_is_not_for_most() -> None:
    """Said once, apart from groups that are part of all, and before them."""
    few = 0
    for row in world.everything(rows()):
        told = re.findall(
            r"(Not for most viewers|Most viewers|Not to everybody's taste|This film is less likely to appeal to other viewers): (.*)",
            row["output"],
        )
        found = [one for one in row["evidence"] if one["fact"].startswith("reception")]
        found = [one for one in found if one["fact"].endswith("/down")]
        assert len(told) == len(found) <= 1
        for one, (lead, text) in zip(found, told, strict=True):
            share = int(100 * one["count"] / one["of"] + 0.5)
            number = (
                f"the {one['of']} others"
                if lead.startswith("This film is less likely ")
                else f"all {one['of']}"
            )
            people = f"{number} who rated it liked it, against "
            assert text.startswith(f"only {share}% of {people}")
            assert ("ost viewers" in lead) == one["fact"].startswith("reception/panned")
            assert share <= 48
            assert "Not for " not in row["output"].partition(lead)[0].removesuffix("Not for:\n- ")
            few += 1
    assert few


def test_items_with_facts_against_come_first() -> None:
    few = world.everything(rows(size=30))
    every = world.everything(rows())
    share = [
        sum(any(one["fact"].endswith("/down") for one in row["evidence"]) for row in some)
        / len(some)
        for some in (few, every)
    ]
    assert share[0] > share[1]
    assert {row["id"] for row in few} <= {row["id"] for row in every}


def test_rows_do_not_depend_on_the_order_of_raw_lines_nor_on_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = planted.liked_together()
    for file in (root / "ml-1m").iterdir():
        lines = file.read_text("latin-1").splitlines(keepends=True)
        random.Random(3).shuffle(lines)
        (tmp_path / "ml-1m").mkdir(exist_ok=True)
        (tmp_path / "ml-1m" / file.name).write_text("".join(lines), "latin-1")
    monkeypatch.setenv("ITDR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ITDR_MEMORY", "300MB")
    again = world.load(CONFIG, tmp_path, sources=["ml-1m"], cells="all", size="all")
    assert again == rows()


def test_rejected_answers_swap_facts_and_keep_the_form() -> None:
    right = {row["id"]: row["output"] for row in world.everything(rows())}
    same_form = 0
    for row in world.everything(rows(format="preference")):
        assert row["chosen"] == right[row["id"]] != row["rejected"]
        same_form += row["chosen"].count("\n") == row["rejected"].count("\n")
    assert same_form == len(right)


def test_reviews_are_quoted_word_for_word_and_never_against_the_stars(tmp_path: Path) -> None:
    sizes = {"users": 600, "items": 160}
    planted.reviews(tmp_path / "amazon-reviews-2023", disliked=0.06, seed=1, **sizes)
    source = "amazon-reviews-2023/All_Beauty"
    every = world.everything(world.load(CONFIG, tmp_path, sources=[source], size="all"))
    quotes = [
        (row, one) for row in every for one in row["evidence"] if one["fact"].startswith("aspect")
    ]
    assert len(quotes) > 20
    for row, one in quotes:
        assert one["quote"] in row["input"]
        blame = any(one["quote"].rstrip(".") in text for text in planted.BLAME)
        if blame:
            assert one["fact"].endswith("/down"), one


def test_a_small_file_gives_rows_in_every_split_and_says_what_it_does_not_know() -> None:
    found = world.sampled(CONFIG, format="preference")
    assert set(found) == {"train", "validation", "test"} and all(found.values())
    for row in world.everything(found):
        assert row["rejected"] and row["chosen"].casefold() != row["rejected"].casefold()
        assert not list(unsupported_claims(row)), row["chosen"]


def test_options_without_meaning_are_refused() -> None:
    for options in ({"history": 5}, {"per_user": 2}, {"split_by": "time"}, {"candidates": 10}):
        with pytest.raises(ConfigError):
            world.load(
                CONFIG, planted.liked_together()[0], sources=["ml-1m"], cells="all", **options
            )


def test_a_row_says_more_than_what_an_item_lists() -> None:
    """Something that people said or did leads at least one group, and a work shown to few is no main audience."""
    found = world.sampled(CONFIG)
    for row in world.everything(found):
        facts = [one for one in row["evidence"] if one["fact"].endswith("up")]
        assert any(one["of"] or one["quote"] for one in facts if not one["fact"].startswith("own"))
        groups = row["output"].partition("\n\n")[0]
        if row["source"] in ("microlens", "pixelrec", "mind") and "\n" not in groups:
            lead = row["evidence"][0]
            assert 4 * lead["count"] >= lead["of"], row["output"]


@pytest.mark.parametrize("source", ["steam", "amazon-books"])
def test_faults_and_the_genres_complement_are_no_usual_exclusions(source: str) -> None:
    found = world.load(
        CONFIG, sources=[source], sample=True, data_dir=None, size="all", cells="all"
    )
    every = world.everything(found)
    facts = [{one["fact"] for one in row["evidence"]} for row in every]
    assert sum("liked_if/seldom_category/down" in one for one in facts) <= len(every) / 2
    warned = flaws = 0
    for row in every:
        groups, _, warning = row["output"].partition("\n\n")
        for one in row["evidence"]:
            if one["fact"] == "aspect/aspect/down":
                # A complaint stands beside those whom it concerns.
                assert one["quote"] in warning.partition("Not for")[2]
                warned += 1
            if one["fact"] == "aspect/flaw/down":
                assert re.search(rf'one \w+ complains, "{re.escape(one["quote"])}\."', warning)
                flaws += 1
            assert one["fact"].endswith("up") or not one["quote"] or one["quote"] not in groups
    assert flaws and (warned or source == "amazon-books")


@pytest.mark.parametrize("source", ["steam", "amazon-books", "yelp"])
def test_a_quote_holds_the_word_that_made_its_claim(source: str) -> None:
    found = world.load(
        CONFIG, sources=[source, "ml-32m"], sample=True, data_dir=None, size="all", cells="all"
    )
    domain = registry.source(source).words
    words = lexicon_files.load_lexicon(domain, templates.load_words(domain)).aspects
    checked = 0
    for row in world.everything(found):
        for one in row["evidence"] if row["source"] == source else ():
            if one["fact"] in CLAIMED:
                named = words.mentions(one["value"], [one["quote"]])
                assert named or one["value"].casefold() in one["quote"].casefold()
                assert one["fact"].endswith("down") or not words.finds("grievance", one["quote"])
                checked += 1
    assert checked >= 5


@pytest.mark.real
@pytest.mark.parametrize(
    "source",
    ["ml-32m", "ml-1m", "bookcrossing", "yelp", "amazon-reviews-2023/All_Beauty"],
)
def test_real_files_give_rows(raw: Path, source: str) -> None:
    # A slice may have no item of which enough is known in one of the splits; another source fills it.
    sources = list({source, "ml-32m"})
    found = world.load(CONFIG, raw, sources=sources, size=20, cells="all")
    every = [row for row in world.everything(found) if row["source"] == source.partition("/")[0]]
    assert every
    for row in every:
        assert not list(unsupported_claims(row)), row["output"]
        # Titles may hold any word: "And Then There Were None".
        said = re.sub(r'"[^"]*"', "X", row["output"])
        assert not re.search(r"[{}|]|\bNone\b|\bnan\b|  ", said.replace("}", "")), row
