"""Target groups: exact counts, planted groups found, noise that finds none, every claim re-derived."""

from __future__ import annotations

import functools
import math
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from itdr.builders import catalogue, opened, store
from itdr.builders.columns import SKIP, Store
from itdr.builders.errors import ConfigError
from itdr.builders.parts import PARTS, parts_of
from itdr.builders.tasks import _group_counts, _groups, _liking, _traits
from itdr.builders.works import plain
from tests import planted, world

CONFIG = "target_user_identification"
WAYS = {"group": "suits", "avoid:disliked": "disliked", "avoid:missing": "missing"}


@functools.cache
def folder(kind: str) -> tuple[Path, planted.Planted]:
    """A data_dir with made-up files of one kind, and what was planted in them."""
    root = Path(tempfile.mkdtemp(prefix=f"itdr-{kind}-"))
    films = root / "ml-1m"
    if kind == "small":
        return root, planted.films(films, users=300, items=110, shunned=True, per_user=(15, 60))
    if kind == "planted":
        return root, planted.films(films, users=1500, items=600, strength=8, shunned=True)
    if kind == "noise":
        return root, planted.films(films, users=1500, items=600, noise=True, per_user=(20, 120))
    reviews = root / "amazon-reviews-2023"
    return root, planted.reviews(reviews, users=500, items=120)


def opened_store(root: Path, source: str = "ml-1m", facet: str = "base") -> Store:
    declared = catalogue.source(source)
    domain = "All_Beauty" if declared.domains else None
    return opened.open_store(
        declared, store.prepare(store.StoreSpec(declared, domain, facet, root), progress=False)
    )


def leaders(data: Store) -> list[int]:
    """The works of a store, by the code of their leading item."""
    return [code for code in range(len(data.work)) if data.work[code] == code]


# -- the same, counted by hand ------------------------------------------------------------------


class ByHand:
    """Likes, dislikes and fans of the training part, by loops over the store's events."""

    def __init__(self, data: Store, seed: int = 0) -> None:
        self.data = data
        parts = parts_of(data.user_hash, seed, data.source.id)
        self.train = [user for user in range(len(parts)) if parts[user] == 0]
        self.liked: dict[int, set[int]] = {}
        self.disliked: dict[int, set[int]] = {}
        scale = data.source.scale
        for user in self.train:
            best: dict[int, float] = {}
            events = data.events(user)
            for place, item in enumerate(events.items.tolist()):
                work = int(data.work[item])
                if scale is not None and events.ratings is not None:
                    value = float(events.ratings[place])
                    grade = 1.0 if value >= scale.liked else -1.0 if value <= scale.disliked else 0
                else:
                    assert events.events is not None
                    grade = -1.0 if events.events[place] == SKIP else 1.0
                best[work] = max(best.get(work, -2.0), grade)
            self.liked[user] = {work for work, grade in best.items() if grade == 1}
            self.disliked[user] = {work for work, grade in best.items() if grade == -1}
        self.total = sum(map(len, self.liked.values()))

    def carriers(self, kind: str, value: str) -> set[int]:
        """Works that carry a category or creator."""
        found = set()
        for code in leaders(self.data):
            item = self.data.item(code)
            own = item.categories if kind == "category" else item.creators
            if plain(value) in {plain(one) for one in own}:
                found.add(code)
        return found

    @functools.cache  # noqa: B019
    def members(self, kind: str, value: str, work: int) -> tuple[set[int], set[int]]:
        """(the group, all of whom it is known whether they belong), judged without `work`."""
        if kind in _traits.TASTES:
            carrying = self.carriers(kind, value)
            share = sum(len(liked & carrying) for liked in self.liked.values())
            fans = set()
            for user, liked in self.liked.items():
                others = liked - {work}
                mine = len(others & carrying)
                if mine >= 3 and 2 * mine * self.total >= 3 * share * len(others):
                    fans.add(user)
            return fans, set(self.train)
        column = {"age": "age_group"}.get(kind, kind)
        known = {u: self.data.value("users", column, u) for u in self.train}
        return (
            {u for u, has in known.items() if has == value},
            {u for u, has in known.items() if has is not None},
        )

    def count(self, kind: str, value: str, work: int, side: str) -> tuple[int, int, int, int]:
        """(k, n, what the group makes elsewhere, what all make elsewhere) for likes or dislikes."""
        judged = self.liked if side == "likes" else self.disliked
        group, known = self.members(kind, value, work)
        here = {user for user in known if work in judged[user]}
        return (
            len(here & group),
            len(here),
            sum(len(judged[user] - {work}) for user in group),
            sum(len(judged[user] - {work}) for user in known),
        )


def smoothed(k: int, n: int, share: float) -> float:
    return ((k + 10 * share) / (n + 10)) / share


def passes(how: str, k: int, n: int, share: float) -> bool:
    """The test of section 4 of the design, without what guards against many tests."""
    z = (k - n * share) / math.sqrt(n * share * (1 - share))
    if how == "missing":
        return smoothed(k, n, share) <= 0.7 and z <= -2.58
    return k >= 5 and smoothed(k, n, share) >= 1.3 and z >= 2.58


def test_counts_are_those_made_by_hand() -> None:
    root, _ = folder("small")
    data = opened_store(root)
    counts, hand = _group_counts.counts(data, 0), ByHand(data)
    checked: Counter[str] = Counter()
    for work in leaders(data)[::3]:
        judges = (
            sum(work in liked for liked in hand.liked.values()),
            sum(work in bad for bad in hand.disliked.values()),
        )
        assert counts.judges(work) == judges
        if max(judges) < 5:
            continue
        for trait, likers, dislikers in counts.of(work):
            key = (trait.kind, trait.value, work)
            assert (likers.k, likers.n, likers.some, likers.all) == hand.count(*key, "likes")
            expected = hand.count(*key, "dislikes")
            assert (dislikers.k, dislikers.n, dislikers.some, dislikers.all) == expected
            checked[trait.kind] += 1
    assert checked["category"] > 150 and checked["gender"] > 30 and checked["age"] > 60


def test_every_group_that_passes_is_stated_and_no_other() -> None:
    root, _ = folder("small")
    data = opened_store(root)
    counts, hand = _group_counts.counts(data, 0), ByHand(data)
    kinds = {(trait.kind, trait.value) for trait in counts.traits if trait.able}
    found = 0
    for work in leaders(data)[::2]:
        passing = {}
        for kind, value in kinds:
            k, n, some, everything = hand.count(kind, value, work, "likes")
            share = some / everything
            if n and 0 < share < 1 and passes("suits", k, n, share):
                passing[kind, value] = smoothed(k, n, share)
        strongest = sorted(passing, key=lambda key: (-passing[key], *key))[:3]
        # Of genres, ages and genders so few are tested that the bound on z alone decides.
        assert [(one.kind, one.value) for one in _groups.suited(counts, work)] == strongest
        found += len(strongest)
    assert found > 20


@pytest.mark.parametrize("source", ["steam", "mind"])
def test_without_ratings_hours_or_skips_decide(source: str, tmp_path: Path) -> None:
    world.write(source, tmp_path, users=200, items=60)
    data = opened_store(tmp_path, source)
    assert _liking.rule(data) == ("hours" if source == "steam" else "skips")
    counts = _group_counts.counts(data, 0)
    if source == "mind":
        hand = ByHand(data)
        for work in leaders(data):
            expected = tuple(
                sum(work in judged for judged in side.values())
                for side in (hand.liked, hand.disliked)
            )
            assert counts.judges(work) == expected
        return
    played: dict[int, list[float]] = defaultdict(list)
    parts = parts_of(data.user_hash, 0, source)
    for user in range(len(parts)):
        events = data.events(user)
        most: dict[int, float] = {}
        for item, hours in zip(events.items.tolist(), events.weights.tolist(), strict=True):
            work = int(data.work[item])
            if hours == hours:
                most[work] = max(most.get(work, 0.0), hours)
        for work, hours in most.items():
            if parts[user] == 0:
                played[work].append(hours)
    judged = 0
    for work, hours in played.items():
        n = len(hours)
        kept = sum(h >= 2 and sum(o < h for o in hours) >= 0.7 * n for h in hours)
        left = sum(h < 2 and sum(o <= h for o in hours) <= 0.3 * n for h in hours)
        assert counts.judges(work) == ((kept, left) if n >= 20 else (0, 0))
        judged += kept + left
    assert judged > 100


# -- what is found ------------------------------------------------------------------------------


def stated(kind: str) -> Iterator[tuple[str, set[tuple[str, str]], set[tuple[str, str]]]]:
    """(item id, groups that it suits, groups to avoid it) for all films of a folder."""
    data = opened_store(folder(kind)[0])
    counts = _group_counts.counts(data, 0)
    for work in leaders(data):
        yield (
            data.item(work).id,
            {(one.kind, one.value) for one in _groups.suited(counts, work)},
            {(one.kind, one.value) for one in _groups.to_avoid(counts, work)},
        )


def test_planted_groups_are_found() -> None:
    facts = folder("planted")[1]
    hit = known = right = named = warned = shunned = 0
    for item, suits, avoid in stated("planted"):
        if facts.likes.get(item, 0) >= 80 and item in facts.audience:
            known += 1
            hit += bool(suits & facts.audience[item])
            right += len(suits & facts.audience[item])
            named += len(suits)
        if facts.likes.get(item, 0) >= 80 and item in facts.shunned:
            shunned += 1
            warned += bool(avoid & facts.shunned[item])
    assert known > 200 and hit / known > 0.9
    assert right / named > 0.85
    assert shunned > 20 and warned / shunned > 0.9


def test_pure_noise_states_next_to_nothing() -> None:
    found = [(len(suits), len(avoid)) for _, suits, avoid in stated("noise")]
    assert len(found) == 600
    assert sum(suits + avoid for suits, avoid in found) / len(found) <= 0.3


# -- built rows -----------------------------------------------------------------------------------


@functools.cache
def rows(kind: str, **knobs: Any) -> dict[str, list[world.Row]]:
    root, _ = folder(kind)
    source = "ml-1m" if (root / "ml-1m").exists() else "amazon-reviews-2023/All_Beauty"
    knobs = {"size": "all", "cells": "all", "sources": [source], **knobs}
    return world.load(CONFIG, root, **knobs)


def groups_of(row: world.Row) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """(how, kind, value, numbers) of each group in the evidence of a row."""
    numbers: dict[tuple[str, str], float] = {
        (one["name"], one["value"]): one["weight"] for one in row["evidence"]
    }
    for (name, value), weight in numbers.items():
        for prefix, how in WAYS.items():
            kind = name.removeprefix(f"{prefix}:")
            if name == f"{prefix}:{kind}" and kind in _traits.KINDS:
                rest = {part: numbers[f"{name}:{part}", value] for part in PARTS_OF_GROUP}
                yield how, kind, value, {"lift": weight, **rest}


PARTS_OF_GROUP = ("members", "of", "share", "z")


@pytest.mark.parametrize("kind", ["small", "planted"])
def test_every_claim_of_a_row_follows_from_the_store(kind: str) -> None:
    built = rows(kind, **({"size": 60} if kind == "planted" else {}))
    data = opened_store(folder(kind)[0])
    hand = ByHand(data)
    codes = {data.item(code).id: code for code in leaders(data)}
    seen: Counter[str] = Counter()
    for split, part in zip(built, PARTS, strict=True):
        for row in built[split]:
            work = codes[row["item_id"]]
            drawn = parts_of(data.item_hash[work : work + 1], 0, "ml-1m", "item")
            assert PARTS[int(drawn[0])] == part
            for how, group, value, told in groups_of(row):
                side = "dislikes" if how == "disliked" else "likes"
                k, n, some, everything = hand.count(group, value, work, side)
                share = some / everything
                assert (told["members"], told["of"], told["share"]) == (k, n, share)
                assert told["lift"] == smoothed(k, n, share)
                assert passes(how, k, n, share)
                seen[how] += 1
            likers = {one["name"]: one["weight"] for one in row["evidence"]}
            assert likers["likers"] == sum(work in liked for liked in hand.liked.values())
            said(row, data, work)
    assert seen["suits"] > 50 and seen["missing"] > 10


STRONG = r"\b(far|way|much|vastly|strongly|heavily|greatly) (more|above|larger|over-)"
SLIGHT = r"\b(somewhat|a little|rather|a bit|slightly|mildly) (more|above|larger|over-)"
MOST = r"\b(most of|the majority of|the greater part of)\b"


def said(row: world.Row, data: Store, work: int) -> None:
    """The words of an answer against its evidence: degrees, majorities, what it is filed under."""
    body, _, avoid = row["output"].rpartition("\n\n")
    suits = [told for how, _, _, told in groups_of(row) if how == "suits"]
    item = data.item(work)
    if suits:
        lines = [line for line in body.split("\n") if re.match(r"\d\. |- ", line)] or [body]
        assert len(lines) == len(suits)
        for line, told in zip(lines, suits, strict=True):
            assert not re.search(STRONG, line) or told["lift"] >= 2.5
            assert not re.search(SLIGHT, line) or told["lift"] < 1.6
            assert not re.search(MOST, line) or told["members"] > told["of"] / 2
    for name in re.findall(r'filed under "([^"]+)"', body):
        denied = f'not filed under "{name}"' in body
        assert (name in item.categories) != denied
    if not any(how != "suits" for how, *_ in groups_of(row)):
        assert re.search(r"\b(no|nobody|nothing|too few|hardly|none|not)\b", avoid, re.I), avoid
    numbers = set(re.findall(r"\d+", re.sub(r"(?m)^\d\. ", "", row["output"])))
    assert numbers <= set(re.findall(r"\d+", row["input"]))


def test_what_is_shown_is_the_item_and_nothing_forbidden() -> None:
    data = opened_store(folder("small")[0])
    codes = {data.item(code).id: code for code in leaders(data)}
    for row in world.everything(rows("small")):
        item = data.item(codes[row["item_id"]])
        assert item.title in row["input"] and row["user_id"] is None
        assert all(category in row["input"] for category in item.categories)
        assert row["id"] == f"{CONFIG}/ml-1m/{item.id}"
        assert not re.search(r"\brat(ed|ing) \d|average|score|rank", row["input"], re.I)
    ids = [row["item_id"] for row in world.everything(rows("small"))]
    assert len(ids) == len(set(ids)) == len(codes)


def test_answers_are_not_a_form_letter() -> None:
    answers = [row["output"] for row in rows("planted", size=300)["train"]][:200]
    assert len(set(answers)) >= 198
    closings = Counter(answer.rpartition("\n\n")[2] for answer in answers)
    assert closings.most_common(1)[0][1] <= 20
    openings = Counter(answer.split("\n")[0] for answer in answers)
    assert openings.most_common(1)[0][1] <= 12


def test_rows_do_not_depend_on_the_order_of_raw_lines_nor_on_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = folder("small")
    for file in (root / "ml-1m").iterdir():
        lines = file.read_text("latin-1").splitlines(keepends=True)
        random.Random(3).shuffle(lines)
        (tmp_path / "ml-1m").mkdir(exist_ok=True)
        (tmp_path / "ml-1m" / file.name).write_text("".join(lines), "latin-1")
    knobs: dict[str, Any] = {"sources": ["ml-1m"], "cells": "all", "size": "all"}
    monkeypatch.setenv("ITDR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ITDR_MEMORY", "300MB")
    assert world.load(CONFIG, tmp_path, **knobs) == rows("small")
    other = world.load(CONFIG, tmp_path, seed=1, **knobs)
    assert {row["item_id"] for row in other["test"]} != {
        r["item_id"] for r in rows("small")["test"]
    }


def test_the_wrong_answer_names_other_groups() -> None:
    right = {row["id"]: row["output"] for row in world.everything(rows("small"))}
    for row in world.everything(rows("small", format="preference")):
        assert row["chosen"] == right[row["id"]] != row["rejected"]


def test_knobs_without_meaning_are_refused() -> None:
    for knobs in ({"history": 5}, {"per_user": 2}, {"split_by": "time"}, {"candidates": 10}):
        with pytest.raises(ConfigError):
            world.load(CONFIG, folder("small")[0], sources=["ml-1m"], cells="all", **knobs)


# -- comments -------------------------------------------------------------------------------------


def comments_of(row: world.Row, texts: dict[str, list[tuple[int, int, str]]]) -> list[tuple]:
    """The reviews of a row's item that its input shows."""
    return [one for one in texts[row["item_id"]] if one[2] in row["input"]]


def reviews_by_item(data: Store) -> dict[str, list[tuple[int, int, str]]]:
    """Item -> (part of the author, 1 liked, -1 disliked or 0, text), read from the store's file."""
    import pyarrow.parquet as pq

    parts = parts_of(data.user_hash, 0, data.source.id)
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for one in pq.read_table(data.path / "interactions.parquet").to_pylist():
        verdict = 1 if one["rating"] >= 4 else -1 if one["rating"] <= 2 else 0
        author = (int(parts[one["user_code"]]), verdict, one["text"])
        found[data.item(one["item_code"]).id].append(author)
    return found


def test_comments_are_of_the_items_part_and_one_is_by_a_disliker() -> None:
    data = opened_store(folder("reviews")[0], "amazon-reviews-2023", "text")
    texts = reviews_by_item(data)
    built = rows("reviews")
    for split, part in zip(built, range(3), strict=True):
        for row in built[split]:
            shown = comments_of(row, texts)
            able = [one for one in texts[row["item_id"]] if one[0] == part]
            assert len(shown) == min(3, len(able)) and all(one in able for one in shown)
            assert any(one[1] == -1 for one in shown) == any(one[1] == -1 for one in able)
            if len(able) >= 3 and sum(one[1] != -1 for one in able) >= 2:
                assert sum(one[1] == -1 for one in shown) <= 1
    assert sum(map(len, built.values())) > 100


def test_audiences_are_quoted_from_the_comments_shown() -> None:
    _, facts = folder("reviews")
    quoted: Counter[str] = Counter()
    for row in world.everything(rows("reviews")):
        for one in row["evidence"]:
            kind, _, group = one["name"].partition(":")
            if kind in ("comment", "warning"):
                comment = re.findall(r"(?m)^(?:\d\. |- )(.*\(No\. \d+-\d+\))$", row["input"])
                assert one["value"] in comment[int(one["weight"]) - 1]
                assert one["value"] in row["output"]
                assert group in facts.spoken[row["item_id"]]
                quoted[kind] += 1
    assert quoted["comment"] > 10


def test_texts_are_cut_at_a_words_end() -> None:
    whole = {row["id"]: row["input"] for row in world.everything(rows("reviews"))}
    cut = 0
    for row in world.everything(rows("reviews", text_chars=60)):
        for line in re.findall(r"(?m)^(?:\d\. |- )(.*…)$", row["input"]):
            assert len(line) <= 60
            head = line.removesuffix("…")
            assert re.search(re.escape(head) + r"[\W]", whole[row["id"]])
            cut += 1
    assert cut > 50


def test_tags_stand_in_for_comments(tmp_path: Path) -> None:
    world.write("ml-32m", tmp_path, users=300, items=150)
    built = world.load(CONFIG, tmp_path, sources=["ml-32m"], size="all")
    data = opened_store(tmp_path, "ml-32m")
    import pyarrow.parquet as pq

    parts = parts_of(data.user_hash, 0, "ml-32m")
    given: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for one in pq.read_table(data.path / "tags.parquet").to_pylist():
        item = data.item(int(data.work[one["item_code"]])).id
        given[item].add((int(parts[one["user_code"]]), one["tag"].casefold()))
    tagged = 0
    for split, part in zip(built, range(3), strict=True):
        for row in built[split]:
            for line in re.findall(
                r"(?:[Tt]ag[^\n:]*|Labels given to it): ?\n?([^\n]+)", row["input"]
            ):
                for tag in line.split(", "):
                    assert (part, tag.casefold()) in given[row["item_id"]]
                    tagged += 1
    assert tagged > 20


# -- real files -----------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize(
    ("source", "item", "groups"),
    [
        ("ml-1m", "364", {"Animation", "Children's", "Musical"}),  # The Lion King
        ("ml-32m", "1240", {"Action", "Sci-Fi"}),  # The Terminator
        ("bookcrossing", None, set()),
    ],
)
def test_real_files_give_sane_groups(
    raw: Path, source: str, item: str | None, groups: set[str]
) -> None:
    data = opened_store(raw, source)
    counts = _group_counts.counts(data, 0)
    some = 0
    for work in leaders(data):
        if counts.judges(work)[0] < 20:
            continue
        suits = _groups.suited(counts, work)
        some += bool(suits)
        if data.item(work).id == item:
            assert {one.value for one in suits} == groups
    able = sum(counts.judges(work)[0] >= 20 for work in leaders(data))
    assert some / able > (0.5 if source == "bookcrossing" else 0.75)


@pytest.mark.real
@pytest.mark.parametrize(
    "source",
    "ml-32m ml-1m bookcrossing yelp mind microlens anime-2023 amazon-reviews-2023/All_Beauty".split(),
)
def test_real_files_give_rows(raw: Path, source: str) -> None:
    built = world.load(CONFIG, raw, sources=[source], size=60, cells="all")
    every = world.everything(built)
    assert len(every) >= 55
    for row in every:
        assert not re.search(r"[{}\[\]|]|\bNone\b|\bnan\b|  ", row["output"].replace("]", "")), row
        assert re.match(r"[A-Z\"'1-]", row["output"]) and row["output"].endswith(".")
