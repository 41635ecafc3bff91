"""What the answers about audiences read in comments, attributes and titles, and how they are worded."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.core.rng import HashRng
from itdr.builders.evidence import mentions, title_mentions
from itdr.builders.evidence.audiences.groups import Group
from itdr.builders.evidence.comments import cut
from itdr.builders.rendering import audience_answer, group_words, templates
from itdr.builders.rendering.teller import Teller
from itdr.builders.sampling.splits import assign_splits
from itdr.builders.store.reader import StoreReader
from itdr.builders.tasks.target_user_identification import TASK
from tests import world
from tests.groups import CONFIG, folder, opened_store, rows

# -- comments -------------------------------------------------------------------------------------


def comments_of(row: world.Row, texts: dict[str, list[tuple[int, int, str]]]) -> list[tuple]:
    """The reviews of a row's item that its input shows."""
    return [one for one in texts[row["item_id"]] if one[2] in row["input"]]


def reviews_by_item(data: StoreReader) -> dict[str, list[tuple[int, int, str]]]:
    """Item -> (part of the author, 1 liked, -1 disliked or 0, text), read from the store's file."""
    parts = assign_splits(data.user_hash, 0, data.source.id)
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
    options: dict[str, Any] = {"sources": ["ml-32m"], "size": "all", "templates": ["p3"]}
    built = world.load(CONFIG, tmp_path, **options)
    data = opened_store(tmp_path, "ml-32m")
    parts = assign_splits(data.user_hash, 0, "ml-32m")
    given: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for one in pq.read_table(data.path / "tags.parquet").to_pylist():
        item = data.item(int(data.work[one["item_code"]])).id
        given[item].add((int(parts[one["user_code"]]), one["tag"].casefold()))
    tagged = 0
    for split, part in zip(built, range(3), strict=True):
        for row in built[split]:
            for line in re.findall(r"(?m)^Tags: (.*)$", row["input"]):
                own = {tag for of, tag in given[row["item_id"]] if of == part}
                # A tag may hold a comma: take away those that may stand here, nothing is left.
                for tag in sorted(own, key=len, reverse=True):
                    line = line.casefold().replace(tag, "", 1)
                assert not re.search(r"\w", line), (row["item_id"], line)
                tagged += 1
    assert tagged > 20


@given(st.text(max_size=300), st.integers(40, 120))
def test_a_cut_text_is_its_beginning(text: str, chars: int) -> None:
    whole, short = " ".join(text.split()), cut(text, chars)
    assert len(short) <= chars
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))


def test_texts_without_blanks_are_cut_where_they_are() -> None:
    assert cut("深夜的小阳台" * 20, 40) == ("深夜的小阳台" * 20)[:39] + "…"
    assert cut("One two three, four five", 15) == "One two three…"


# -- audiences ------------------------------------------------------------------------------------

LIKED, NEITHER, DISLIKED = 1, 0, -1


@pytest.mark.parametrize(
    ("text", "verdict", "bought", "groups"),
    [
        ("I bought this for my daughter.", LIKED, False, {"relative:daughter"}),
        ("got it for my 8 year old son", LIKED, False, {"relative:son"}),
        ("Bought this for my wife", DISLIKED, True, set()),
        ("Just right for my husband!", LIKED, True, {"relative:husband"}),
        ("A steak for my husband", LIKED, False, set()),
        ("My mother-in-law loves it", LIKED, False, set()),
        ("Great for kids and beginners.", NEITHER, False, {"children"}),
        ("Not great for kids.", LIKED, False, {"!children"}),
        ("This isn't a good place for large groups", NEITHER, False, {"!groups"}),
        ("never for the faint of heart", DISLIKED, False, {"!the faint-hearted"}),
        ("it is good for the price", LIKED, False, set()),
        ("Very kid-friendly!", NEITHER, False, {"children"}),
        ("not kid friendly", LIKED, False, set()),
        ("I have very sensitive skin", LIKED, False, {"owners of sensitive skin"}),
        ("It ruined my sensitive skin", DISLIKED, False, set()),
        ("Plenty of vegan options", NEITHER, False, {"vegans"}),
        ("no vegan options", LIKED, False, set()),
        ("It makes a great gift.", LIKED, False, {"gift"}),
        ("I used a gift card", LIKED, False, set()),
        ("great gift card selection", LIKED, False, set()),
        ("perfect for travel", NEITHER, False, {"travellers"}),
        ("We took our kids there", LIKED, False, {"children"}),
        ("Nothing of note.", LIKED, True, set()),
        # What the rest of the sentence takes back.
        ("There really are not a lot of vegetarian options", LIKED, False, set()),
        ("The vegetarian options were limited", NEITHER, False, set()),
        ("We went there looking for vegan options", NEITHER, False, set()),
        ("not a place I would typically think to bring my kids", LIKED, False, set()),
        ("I asked if the patio was dog friendly... they said no", LIKED, False, set()),
        ("I doubt whether it is good for beginners", NEITHER, False, set()),
        ("It might not work well for someone with really thick hair", LIKED, True, set()),
        ("I prefer a lotion that comforts my dry skin more", LIKED, True, set()),
        ("I have dry skin but it was greasy", LIKED, True, set()),
        ("I have dry skin and it did not cause any redness", LIKED, True, {"owners of dry skin"}),
        ("It is not cheap. Great for families", NEITHER, False, {"families"}),
        ("It is not fancy but great for kids", NEITHER, False, {"children"}),
        ("It is not for beginners", NEITHER, False, {"!beginners"}),
        ("I wonder if it is not for kids", NEITHER, False, set()),
        # What only looks like a group.
        ("It looks great for parties", LIKED, True, set()),
        ("Someone brought our group fresh juice", LIKED, False, set()),
        ("We were taking some family pictures nearby", LIKED, False, set()),
        ("in need of taking a child to a hospital", LIKED, False, set()),
        ("It was delivered to my home as a gift", LIKED, True, set()),
        ("With a bonus pot as a gift", LIKED, True, set()),
        ("I bought this for a friend as a gift", LIKED, True, {"gift"}),
        ("I went with a group of eight", LIKED, False, {"groups"}),
        ("We came with our party of six", LIKED, False, {"groups"}),
        ("I went with my friends", LIKED, False, set()),
        ("I play it with my friends", LIKED, False, {"players with friends"}),
    ],
)
def test_audience_phrases(text: str, verdict: int, bought: bool, groups: set[str]) -> None:
    found = mentions.phrases([(text, verdict)], bought)
    assert {("!" if one.warns else "") + one.group for one in found} == groups
    assert all(one.said in text and one.comment == 1 for one in found)


def test_what_one_comment_praises_and_another_warns_of_is_left_out() -> None:
    both = [("Great for beginners", NEITHER), ("Not for beginners", NEITHER)]
    assert mentions.phrases(both) == []
    # Whoever has children is a family.
    assert mentions.phrases([("My kids love it", LIKED), ("Not for families", NEITHER)]) == []
    twice = mentions.phrases([("My kids love it", LIKED), ("Great for families", NEITHER)])
    assert [one.group for one in twice] == ["children"]


def test_a_place_for_casual_clothes_is_not_called_smart() -> None:
    ambience = ("Ambience", "classy, romantic")
    smart = mentions.marked([ambience, ("Attire", "formal")])
    assert [one.group for one in smart] == [mentions.SMART, "couples"]
    assert [one.group for one in mentions.marked([ambience, ("Attire", "casual")])] == ["couples"]


@pytest.mark.parametrize(
    ("title", "wording", "groups"),
    [
        ("Dead File (A Maxi Poole Mystery)", "books", {"readers of mysteries"}),
        ("The Oathbound (Vows and Honor, Book 1)", "books", {"followers of the series"}),
        ("Woman (Paperback)", "books", set()),
        ("The Mystery of Edwin Drood", "films", set()),
        ("Men's Face Scrub for Sensitive Skin", "products", {"men", "owners of sensitive skin"}),
        ("Women's Scarf", "products", {"women"}),
        ("Cold Trail (Mara Quill Mysteries (Paperback))", "books", {"readers of mysteries"}),
        ("Probing the Mysteries of the Mind", "books", set()),
        ("Paint for Beginners: A Novel", "books", {"readers of novels"}),
        ("The Short History of a Duke : A Novel", "books", {"readers of novels"}),
        ("A Brief History of Dust", "books", set()),
        ("A History of the United States", "books", {"readers of history"}),
        ("Not Yet a Novel", "books", {"readers of novels"}),
        ("How to Rest: Not a Novel", "books", set()),
        ("Me: Stories of My Life", "books", set()),
        ("The Ferry: Stories", "books", {"readers of stories"}),
        ("Memoirs of a Duke", "books", set()),
        ("The Long Way: A Memoir", "books", {"readers of lives"}),
        ("La nuit du port: Roman", "books", set()),
        ("Das Haus am Fluss. Roman", "books", {"readers of German"}),
        ("Natural Food for Dogs and Cats: The Pet Diet", "books", set()),
        ("The Oat Diet", "books", {"people on a diet"}),
        ("Foot Peel Mask, Baby Soft Skin in 7 Days", "products", set()),
        ("Lace Wig with Baby Hair", "products", set()),
        ("Bath Oil for Babies", "products", {"small children"}),
        ("Brush for Medium Long Hair, Dog and Cat", "products", set()),
        ("Long Hair Wig", "products", set()),
        ("Mask for Dry & Damaged Hair", "products", {"owners of dry hair"}),
        ("Polish Set, Gift for Girls Women", "products", {"gift"}),
    ],
)
def test_titles_that_name_an_audience(title: str, wording: str, groups: set[str]) -> None:
    found = title_mentions.titled(title, wording)
    assert {one.group for one in found} == groups
    assert all(one.value in title for one in found)


def test_every_audience_has_words() -> None:
    named = {*mentions.NAMED, *mentions.FLAGS.values(), "gift", "people who avoid gluten"}
    named |= {group for table in mentions.LISTED.values() for group in table.values()}
    named |= {group for pair in mentions.CLASSES.values() for group in pair if group}
    named |= {group for forms in title_mentions._TITLES.values() for group, _ in forms}
    assert named <= set(group_words.GROUPS)


# -- words ----------------------------------------------------------------------------------------

DOMAINS = [
    "films",
    "books",
    "book_reviews",
    "anime",
    "products",
    "games",
    "businesses",
    "news",
    "short_videos",
    "artists",
    "tracks",
]
VALUES = {
    "category": ("Horror", "Children's", "Sci-Fi", "Mexican", "sports", "生活", "Hair Care"),
    "creator": ("Mira Holt", "Studio Kestrel", "Fenbright, Inc."),
    "hashtag": ("travel", "train songs"),
    "gender": ("female", "male", "non-binary"),
    "age": tuple(group_words.AGES),
    "country": ("usa", "netherlands", "trinidad and tobago", "Brazil"),
}


@st.composite
def groups(draw: st.DrawFn, how: str) -> Group:
    kind = draw(st.sampled_from(sorted(VALUES)))
    lift = draw(st.floats(0.05, 0.7) if how == "missing" else st.floats(1.3, 9))
    n = draw(st.integers(5, 90))
    value = draw(st.sampled_from(VALUES[kind]))
    return Group(kind, value, how, draw(st.integers(5, n)), n, 0.1, lift, 3.0)


@st.composite
def known(draw: st.DrawFn) -> audience_answer.TrainStats:
    """Anything that may be known of an item."""

    def some(values: tuple[str, ...], most: int) -> list[str]:
        return draw(st.lists(st.sampled_from(values), max_size=most, unique=True))

    categories = some(VALUES["category"], 3)
    phrase = st.builds(
        mentions.Phrase,
        st.sampled_from([*mentions.NAMED, "relative:son", "gift"]),
        st.just("great for all"),
        st.integers(1, 3),
        st.booleans(),
    )
    marked = st.builds(
        mentions.Marked,
        st.sampled_from(sorted(group_words.GROUPS)),
        st.sampled_from(["Specs", "Good for children", "Age class"]),
        st.sampled_from(["yes", "Co-op", "R - 17+"]),
        st.booleans(),
    )
    unlike = st.one_of(groups("disliked"), groups("missing"))
    return audience_answer.TrainStats(
        categories=categories,
        telling=categories,
        creators=some(VALUES["creator"], 2),
        hashtags=some(VALUES["hashtag"], 2),
        attributes=draw(st.sampled_from([[], [("Publisher", "Daw Books")], [("Type", "TV")]])),
        likers=draw(st.integers(0, 90)),
        dislikers=draw(st.integers(0, 20)),
        tested=draw(st.booleans()),
        dislikes=draw(st.booleans()),
        suited=draw(st.lists(groups("suits"), max_size=3)),
        avoided=draw(st.lists(unlike, max_size=2)),
        phrases=draw(st.lists(phrase, max_size=2)),
        marked=draw(st.lists(marked, max_size=2)),
        titled=[],
        tags=draw(st.sampled_from([[], [("slow", 2)], [("slow", 2), ("quiet", 1)]])),
    )


@pytest.mark.parametrize("domain", DOMAINS)
@given(known=known(), draw=st.integers(0, 2**64 - 1))
@settings(max_examples=120, deadline=None)
def test_answers_read_well_whatever_is_known(
    domain: str, known: audience_answer.TrainStats, draw: int
) -> None:
    words = templates.load_words(domain)
    teller = Teller(words, domain, domain in ("films", "books"), HashRng(draw))
    said, evidence = audience_answer.compose(known, teller)
    assert not re.search(r"[{}\[\]|]|  |\bNone\b|\bnan\b| [,.;:]|\.\.|,,|::|\n\n\n", said), said
    assert not re.search(r"\b(an?|the|of|to|is|are|for|they) \1\b|\ban? (an?|the) ", said), said
    assert not re.search(r"\ba (?!u)[aeiou]|\ban [^aeiouhAEIOUH\"]", said), said
    for line in said.split("\n"):
        assert not line or re.match(r"(\d\. |- )?[A-Z0-9\"]", line), said
        assert not line or line.endswith((".", ":")), said
    assert said == said.strip() and said.endswith(".")
    assert len(evidence) >= 2 and len(said.rpartition("\n\n")[0]) > 20


@pytest.mark.parametrize("flags", [set(), {"comments"}, {"tags"}])
def test_there_are_enough_prompts_and_they_show_all(flags: set[str]) -> None:
    shown = {
        "target": "Salt Garden",
        "facts": "Title: Salt Garden\nGenre: Drama",
        "facts_lines": "- Title: Salt Garden\n- Genre: Drama",
        "details": "Genre: Drama",
        "comments_lines": "- Fine.\n- Dull." if "comments" in flags else "",
        "comments_numbered": "1. Fine.\n2. Dull." if "comments" in flags else "",
        "n_comments": 2 * ("comments" in flags),
        "tags": "slow, quiet" if "tags" in flags else "",
        "answer": "1. Fans.",
    }
    seen = templates.load(TASK.id, TASK.variables, TASK.flags).prompts["train"]
    kept = templates.load(TASK.id, TASK.variables, TASK.flags, "unseen").prompts["test"]
    serving = [one for one in (*seen, *kept) if one.serves(frozenset(flags))]
    assert len([one for one in serving if not one.unseen]) >= 7
    assert len([one for one in serving if one.unseen]) >= 3
    for domain in DOMAINS:
        for one in serving:
            said = one.render({**templates.load_words(domain), **shown})
            assert "Salt Garden" in said and "Genre: Drama" in said
            assert ("Fine." in said) == ("comments" in flags) and ("Dull." in said) == (
                "comments" in flags
            )
            assert ("slow, quiet" in said) == ("tags" in flags)
            assert not re.search(r"  |[ \t]\n|\n\n\n", said) and said == said.strip(), said
            assert not re.search(r"\b(an?|the|this|to|of|on|is) \1\b", said), said
            assert re.match(r"[A-Z\"#-]", said), said
