"""How interest profiles read: nothing said without evidence, clean English, no form letter."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import numpy as np
import pytest

from itdr.builders.core.rng import HashRng
from itdr.builders.dataset import registry
from itdr.builders.evidence.interests.counts import Work, works_of
from itdr.builders.rendering import interest_answer, lexicon, templates
from itdr.builders.tasks import interest_recognition as task
from tests.interest import SOURCES, folder, open_cell, rows
from tests.world import everything

FILED = re.compile(r'(?:filed under|tagged) "[^"]+"(?:(?:, | or )"[^"]+")*')
QUOTED = re.compile(r'"([^"]+)"')


def all_works(source: str) -> list[Work]:
    store = open_cell(source, folder()).store
    return works_of(store, sorted(set(store.work.tolist())))


@pytest.mark.parametrize("source", SOURCES)
def test_the_prose_names_no_trait_without_evidence(source: str) -> None:
    works = all_works(source)
    wording = registry.source(source).words
    items = templates.load_words(wording)["items"]
    phrases = {}
    for work in works:
        for name in work.categories:
            phrase = lexicon.category(name, wording, items)
            phrases[name] = {phrase.thing, phrase.items, phrase.before or phrase.thing}
    for row in everything(rows(source)):
        backed = {one["value"] for one in row["evidence"] if ":" in one["name"]}
        said = {phrase for name in backed & phrases.keys() for phrase in phrases[name]}
        said |= {lexicon.tag(name, wording, items).items for name in backed}
        assert {
            name for found in FILED.findall(row["output"]) for name in QUOTED.findall(found)
        } <= backed
        prose = QUOTED.sub("T", FILED.sub("X", row["output"]))
        for one in sorted(said, key=len, reverse=True):
            prose = re.sub(rf"(?i)\b{re.escape(one)}\b", "X", prose)
        for name, ways in phrases.items():
            for way in ways:
                assert not re.search(rf"(?i)\b{re.escape(way)}\b", prose), (name, row["output"])
        makers = {name for work in works for name in work.creators}
        for name in makers - backed:
            assert not re.search(rf"\bby {re.escape(name)}\b", prose), row["output"]


@pytest.mark.parametrize("source", SOURCES)
def test_the_prose_mentions_only_what_is_displayed(source: str) -> None:
    for row in everything(rows(source)):
        titles = [one["title"].replace('"', "'") for one in row["history"]]
        for quoted in re.findall(r'"([^"]+)"', FILED.sub("X", row["output"])):
            assert any(title.startswith(quoted) for title in titles), row["output"]
        for digits in re.findall(r"\d+", row["output"]):
            assert digits in row["input"]


# -- how it reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_the_prose_is_clean(source: str) -> None:
    for row in everything(rows(source)):
        for text in (row["output"], row["input"], row["instruction"]):
            assert text == text.strip()
            assert not re.search(
                r"  (?!Review|\s*Review)|[ \t]\n|\n\n\n|\bNone\b|\bnan\b|\{|&\w+;", text
            )
        prose = re.sub(r'"[^"]+"', "T", row["output"])
        assert not re.search(
            r"[\[\]<>|{}]|\b(a|the|of|this) \1\b|\ba [aeio]|\ban [^aeioRF]", prose
        ), prose
        assert re.fullmatch(r"[A-Z](?s:.)*\.", prose), prose
        assert not re.search(
            r"[.:] [a-z]+ (is|are) [A-Z]\w+ing|[.!?] [a-z]", prose.replace("Inc. ", "")
        ), prose
        if source == "steam":
            assert not re.search(r"(?i)dislike|aversion|rating|rated", row["output"] + row["input"])


def test_two_hundred_profiles_are_no_form_letter() -> None:
    texts = [row["output"] for row in everything(rows("ml-1m")) + everything(rows("anime-2023"))]
    texts = [re.sub(r'"[^"]+"', "T", text) for text in texts][:200]
    assert len(texts) == 200
    sentences = Counter(
        sentence for text in texts for sentence in set(re.split(r"(?<=[.!?])\s+", text))
    )
    beginnings = Counter(" ".join(text.split()[:4]) for text in texts)
    assert len(set(texts)) >= 185
    assert sentences.most_common(1)[0][1] <= 12
    assert beginnings.most_common(1)[0][1] <= 16
    lengths = [len(text.split()) for text in texts]
    assert np.percentile(lengths, 90) > 2 * np.percentile(lengths, 10)


LINES = [(group, line) for group, lines in interest_answer.LINES.items() for line in lines]


@pytest.mark.parametrize(("group", "line"), LINES)
def test_every_way_to_put_a_sentence_is_one(group: str, line: str) -> None:
    story = interest_answer.Story(
        terms=dict(templates.load_words("films")), hours="/hours" in group, liked=(), disliked=()
    )
    for plural, seed in itertools.product((False, True), range(40)):
        writer = interest_answer._Writer(story, HashRng(seed))
        for name in interest_answer._slots(line):
            writer.put(name, story.terms.get(name, "two" if name[0] == "n" else "Vale"), plural)
        said = writer._filled(line)
        assert not re.search(r"[\[\]<>|{}]|  |\s[,.;:]|,,|\.\.", said), said
        assert re.fullmatch(r"[A-Z](?s:.)*[.]", said), said
        assert not re.search(r"\b(\w+) \1\b", said.replace("Vale", "")), said


def test_hours_never_say_that_something_is_disliked() -> None:
    for group, line in LINES:
        if not group.endswith("/rated"):
            assert not re.search(
                r"(?i)\bdislikes?\b|aversion|\brating|low rat|marked down", line
            ), line


@pytest.mark.parametrize(
    "domain", ["films", "anime", "books", "book_reviews", "games", "businesses", "products"]
)
@pytest.mark.parametrize("hours", [False, True])
@pytest.mark.parametrize("reviews", [False, True])
@pytest.mark.parametrize("disliked", [False, True])
def test_every_prompt_reads_well(domain: str, hours: bool, reviews: bool, disliked: bool) -> None:
    flags = {
        name
        for name, held in (("hours", hours), ("reviews", reviews), ("disliked", disliked))
        if held
    }
    values: dict[str, object] = {"n_liked": 3, "n_disliked": 2 * disliked, "n_reviews": 5 * reviews}
    for name in ("liked", "disliked"):
        shown = ["Salt Garden [Drama], rated 5", "Two Rivers? [Crime], rated 4"]
        values[f"{name}_inline"] = "; ".join(shown)
        values[f"{name}_lines"] = "\n".join(f"- {one}" for one in shown)
        values[f"{name}_numbered"] = "\n".join(f"{k}. {one}" for k, one in enumerate(shown, 1))
        values[f"{name}_blocks"] = "\n\n".join(f"Title: {one}" for one in shown)
    context = {**templates.load_words(domain), **values, "answer": "Fine."}
    loaded = [
        templates.load(task.TASK.id, task.TASK.variables, task.TASK.flags, c)
        for c in (None, "unseen")
    ]
    pools = [loaded[0].prompts["train"], loaded[1].prompts["test"], loaded[0].descriptions]
    for pool, least in zip(pools, (7, 3, 4), strict=True):
        serving = [one for one in pool if one.serves(frozenset(flags))]
        assert len(serving) >= least
        for one in serving:
            said = one.render(context)
            assert said == said.strip() and not re.search(r"  |[ \t]\n|\n\n\n|\{|None", said), said
            assert not re.search(
                r"\b(an?|the|this|of|that) \1\b|\ba [aeiou]|\ban [^aeiou]", said
            ), said
            assert not re.search(r"\b(next in|recent|latest|watched|bought)\b", said), said
            assert ("Two Rivers" in said) == (pool is not pools[2])
            shown = said.count("Two Rivers")
            assert shown in (0, 1 + disliked)
