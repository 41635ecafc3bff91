"""Templates: what they say in every domain, and how they are chosen."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection

import pytest

from itdr.builders.core.errors import TemplateError
from itdr.builders.rendering import templates
from itdr.builders.rendering.template_files import (
    BUILT_IN,
    OPEN_TITLES,
    TITLE_ENDS,
    read_domains,
    texts_of,
)

DOMAINS = (
    "films",
    "books",
    "book_reviews",
    "anime",
    "products",
    "games",
    "businesses",
    "news",
    "short_videos",
    "items",
    "artists",
    "tracks",
)
FLAGS: dict[str, list[set[str]]] = {
    "rating_prediction": [set(), {"timed"}, {"categories"}, {"timed", "categories"}],
    "top_k_rec": [set(), {"timed"}, {"timed", "unordered"}, {"scored"}, {"timed", "liked"}],
    "cross_domain_rec": [{"timed"}, {"timed", "liked"}],
    "sequential_rec": [
        {"timed"},
        {"timed", "categories"},
        {"timed", "unordered"},
        {"timed", "unordered", "categories"},
    ],
    "pointwise_rec": [set()],
    "pairwise_rec": [set()],
    "user_attribute_prediction": [set(), {"categories"}, {"creators"}, {"categories", "creators"}],
}
TITLES = ("Salt Garden", "Two Rivers?", "Copper Sky: Part 2", "Night Bus", "Halo", "Mr. Kite!")
ALL_FLAGS = {
    *("timed", "categories", "creators", "unordered", "liked", "scored", "set", "index", "open"),
}
FORMS: list[tuple[str, set[str]]] = [
    ("top_k_rec", {"set"}),
    ("top_k_rec", {"index"}),
    *(
        (task, {"timed", form, *more})
        for task, form in (
            *(("top_k_rec", form) for form in ("set", "index")),
            *(("cross_domain_rec", form) for form in ("set", "index")),
            ("sequential_rec", "index"),
        )
        for more in ((), ("unordered",))
    ),
    ("cross_domain_rec", {"timed", "unordered"}),
    *(
        (task, {"timed", "open", *more})
        for task in ("sequential_rec", "top_k_rec")
        for more in ((), ("unordered",))
    ),
    ("sequential_rec", {"timed", "open", "categories"}),
    ("top_k_rec", {"open", "liked"}),
]
"""Flags of answers in other forms, and of a history without order across domains."""
LISTS = ("history", "candidates", "source_history", "likes", "dislikes")
ENTRY = "Salt Garden: Drama, Crime"
FULL_TITLES = {"full_title": "title and year", "full_titles": "titles and years"}


def _lists(name: str, entries: Collection[str]) -> dict[str, object]:
    return {
        f"{name}_lines": "\n".join(f"- {entry}" for entry in entries),
        f"{name}_numbered": "\n".join(f"{k}. {entry}" for k, entry in enumerate(entries, 1)),
        f"{name}_inline": "; ".join(entries),
        f"n_{name}": len(entries),
    }


def values(task: str) -> dict[str, object]:
    """What a task hands to its templates, the domain words aside."""
    if task == "rating_prediction":
        history = _lists("history", [f"{title} – rated 4.5" for title in TITLES[:3]])
        names = ("target", "target_line", "scale_low", "scale_high", "scale_step", "answer")
        said = ("Night Bus", "Night Bus (Drama)", "0.5", "5.0", "0.5", "4.0")
        return history | dict(zip(names, said, strict=True))
    if task == "user_attribute_prediction":
        names = {"attributes": "age group and gender", "attributes_lines": "- Age group\n- Gender"}
        answer = {"answer": "Age group: 25-34\nGender: female"}
        return (
            _lists("items", TITLES[:4])
            | names
            | answer
            | {"n_attributes": 2, "attribute": "Age group"}
        )
    if task in ("pointwise_rec", "pairwise_rec"):
        sides = _lists("likes", TITLES[:2]) | _lists("dislikes", TITLES[2:4])
        sides["liked_range"] = "rated 4 out of 5 or higher"
        sides["disliked_range"] = "rated 2 out of 5 or lower"
        sides["liked_from"] = "4"
        if task == "pairwise_rec":
            more = {"answer": "Halo", "leaving_out": "", **FULL_TITLES}
            return sides | _lists("candidates", TITLES[4:]) | more
        return sides | {"target": "Halo", "target_line": "Halo [Drama]", "answer": "Yes"}
    if task == "sequential_rec":
        return (
            _lists("history", (ENTRY, *TITLES[1:3]))
            | _lists("candidates", TITLES[3:])
            | {"answer": "Halo", "leaving_out": ", without the genres", **FULL_TITLES}
        )
    more = {"source_domain": "Appliances", "target_domain": "Video Games", "answer": "1. Halo"}
    more |= {"all_candidates": "all 3", "n_relevant": "2", "by_time": True}
    if task == "cross_domain_rec":
        more |= _lists("source", TITLES[:2])
    else:
        more["liked_phrase"] = "rated at least 8 out of 10"
        more |= {"leaving_out": "", **FULL_TITLES}
    return _lists("history", TITLES[1:3]) | _lists("candidates", TITLES[3:]) | more


def load(task: str, choice: templates.Choice = None) -> templates.Templates:
    return templates.load(task, values(task).keys(), ALL_FLAGS, choice, lists=LISTS)


FIRST = (0, 0, 0)
"""The numbers that choose the first text of each kind."""

CELLS = [(task, flags) for task, all_flags in FLAGS.items() for flags in all_flags]
EVERY = CELLS + FORMS
EVERY_ID = ["+".join([task, *sorted(flags)]) for task, flags in EVERY]
CELL_IDS = ["+".join([task, *sorted(flags)]) for task, flags in CELLS]


def texts(task: str, flags: set[str]) -> list[templates.Template]:
    """Every description, prompt (unseen ones too) and answer that serves the flags."""
    seen, unseen = load(task), load(task, "unseen")
    every = (*seen.descriptions, *seen.prompts["train"], *unseen.prompts["test"], *seen.answers)
    return [one for one in every if one.serves(frozenset(flags))]


# The built-in sentences -------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize(("task", "flags"), EVERY, ids=EVERY_ID)
def test_every_text_reads_well_in_every_domain(task: str, flags: set[str], domain: str) -> None:
    context = {**templates.load_words(domain), **values(task)}
    shown = [one.render(context) for one in texts(task, flags)]
    assert len(set(shown)) == len(shown)
    for said in shown:
        assert not re.search(r"\{\{|\}\}|\{%|\bNone\b|\bnan\b|undefined", said)
        assert not re.search(r"  |[ \t]\n|\n\n\n", said) and said == said.strip()
        assert not re.search(r"\b(an?|the|this|to|of|on|is) \1\b|\ban? (an?|the|this) ", said)
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", said, re.IGNORECASE)
        assert not re.match(r"[a-z]", said), said
        assert not re.search(r"[.?] [a-z]", said), said
        assert not re.search(r"(?<!\.)[?!.;]\.(?!\.)|\?\?", said), said
        # A list stands on lines of its own.
        assert not re.search(r"[^\n](- Salt|1\. Salt|- Night|1\. Night)", said), said


@pytest.mark.parametrize("flags", FLAGS["user_attribute_prediction"])
@pytest.mark.parametrize("domain", DOMAINS)
def test_one_attribute_is_asked_for_by_its_name(domain: str, flags: set[str]) -> None:
    one = {"attribute": "Country", "attributes": "country", "n_attributes": 1}
    one |= {"attributes_lines": "Country (such as Italy, Peru)", "answer": "Country: Peru"}
    context = {**templates.load_words(domain), **values("user_attribute_prediction"), **one}
    for text in texts("user_attribute_prediction", flags):
        said = text.render(context)
        assert not re.search(
            r"Attribute: |\b[Aa]ttributes\b|\beach\b|\bvalues\b|To predict", said
        ), said
        assert said.count("Country: value") <= 1 and said.lower().count("country") <= 3, said


@pytest.mark.parametrize(("task", "flags"), CELLS, ids=CELL_IDS)
def test_there_are_enough_paraphrases(task: str, flags: set[str]) -> None:
    seen, unseen = load(task), load(task, "unseen")
    serving = [one for one in seen.prompts["train"] if one.serves(frozenset(flags))]
    kept = [one for one in unseen.prompts["test"] if one.serves(frozenset(flags))]
    assert len(serving) >= 7
    assert len(kept) >= 3
    descriptions = [one for one in seen.descriptions if one.serves(frozenset(flags))]
    assert len([one for one in descriptions if one.person == "third"]) >= 4
    assert len([one for one in descriptions if one.person == "second"]) >= 2


def test_a_yes_or_no_question_says_which_rating_is_a_yes() -> None:
    # A good rating is said to be one of `liked_range`.
    defined = re.compile(r"get a good rating")
    for one in texts_of("pointwise_rec", None)["prompts"].values():
        assert "liked_from" in one.needed or defined.search(one.text), one.id


@pytest.mark.parametrize("language", templates.languages())
def test_every_open_ranking_says_in_which_order_it_is_asked_for(language: str) -> None:
    context = {**templates.load_words("films"), **values("top_k_rec")}
    prompts = texts_of("top_k_rec", None, language)["prompts"].values()
    ordered = [one for one in prompts if {("open", True), ("timed", True)} <= {*one.when}]
    assert len(ordered) >= 8
    for one in ordered:
        said = {one.render({**context, "by_time": by_time}) for by_time in (True, False)}
        assert len(said) == 2, (one.path, one.line, one.id)


_SECOND_ZH = re.compile("把自己当作|是你按先后|你依次|你已经")
_SECOND = re.compile(
    r"\byou (have )?(already )?(rated|reviewed|clicked on|commented on|listened to|played|liked)\b|"
    r"\byou have \{\{ liked_phrase|\byou \{\{ (dis)?liked_range|"
    r"\bimagine that you are\b|\bthat you are the viewer\b|"
    r"\byou are a viewer\b|\b(your taste|your (film )?ratings|(is|are) yours)\b",
    re.IGNORECASE,
)
"""How a text says "you" of the person whose case it is, not of the reader who is to answer."""


@pytest.mark.parametrize("task", templates.tasks())
def test_a_text_is_in_the_person_that_it_declares(task: str) -> None:
    for language in templates.languages():
        for section in ("prompts", "descriptions"):
            for one in texts_of(task, None, language)[section].values():
                said = one.text
                for word, put in templates.load_words("films").items():
                    said = said.replace(f"{{{{ {word} }}}}", put)
                found = _SECOND.search(said) or _SECOND_ZH.search(said)
                assert bool(found) == (one.person == "second"), (one.path, one.line, one.id, found)


@pytest.mark.parametrize(("task", "flags"), CELLS, ids=CELL_IDS)
def test_a_description_is_in_the_person_of_its_prompt(task: str, flags: set[str]) -> None:
    persons = set()
    for choice, part in ((None, "train"), ("unseen", "test")):
        loaded = load(task, choice)
        for one, two in itertools.product(range(16), range(12)):
            picked = loaded.pick(part, frozenset(flags), (one, two, 0))
            assert picked.prompt.person == picked.description.person
            persons.add(picked.prompt.person)
    assert persons == {"second", "third"}


@pytest.mark.parametrize(("task", "flags"), FORMS)
def test_other_forms_have_texts_for_every_split(task: str, flags: set[str]) -> None:
    for choice, part in ((None, "train"), ("unseen", "test")):
        found = load(task, choice)
        found.check(part, flags)
        picked = found.pick(part, frozenset(flags), FIRST)
        forms = flags & {"set", "index", "unordered", "open"}
        assert forms <= {flag for flag, value in picked.prompt.when if value is not False}


def test_a_history_without_order_is_not_said_to_have_one() -> None:
    for task in ("sequential_rec", "top_k_rec", "cross_domain_rec"):
        for one in texts(task, {"timed", "unordered"}):
            said = one.render({**templates.load_words("films"), **values(task)})
            claim = r"oldest|earliest|in this order|chronolog|one after the other|most recent"
            assert not re.search(claim, said), one.id


@pytest.mark.parametrize("language", templates.languages())
@pytest.mark.parametrize("task", ["top_k_rec", "sequential_rec", "cross_domain_rec"])
@pytest.mark.parametrize("choice", [None, "p5", "unseen"])
def test_no_choice_lets_a_text_claim_an_order(
    task: str, language: str, choice: templates.Choice
) -> None:
    """Not even prompts chosen by id, all of which claim one: the package's own serve such a case."""
    if task not in templates.tasks(language):
        pytest.skip("no templates in this language")
    loaded = templates.load(
        task, values(task).keys(), ALL_FLAGS, choice, language=language, lists=LISTS
    )
    claim = r"\border\b|oldest|earliest|最早|从早到晚|由早到晚|依次|先后顺序|最近"
    drawn = set()
    for part, more in itertools.product(
        templates.SPLITS, ((), ("liked",), ("set",), ("index",), ("open",))
    ):
        if ("set" in more and task == "sequential_rec") or ("open" in more and task[:5] == "cross"):
            continue
        flags = frozenset({"timed", "unordered", *more})
        for one, two in itertools.product(range(12), range(8)):
            picked = loaded.pick(part, flags, (one, two, 0))
            for text in (picked.prompt, picked.description):
                # In which order the answer is wanted is another matter.
                said = re.sub("in (no particular|any) order", "", text.text)
                said = re.sub("in the order in which|按{{ act }}的先后顺序排列", "", said)
                assert not re.search(claim, said), (text.id, said)
                assert ("unordered", False) not in text.when and text.serves(flags)
            drawn.add(picked.prompt.id)
    assert len(drawn) >= 3


@pytest.mark.parametrize("language", templates.languages())
@pytest.mark.parametrize(("task", "flags"), FORMS)
def test_every_language_has_texts_for_every_form(task: str, flags: set[str], language: str) -> None:
    if task not in templates.tasks(language) or "timed" not in flags:
        pytest.skip("not served in this language")
    for choice, part in ((None, "train"), ("unseen", "test")):
        loaded = templates.load(
            task, values(task).keys(), ALL_FLAGS, choice, language=language, lists=LISTS
        )
        loaded.check(part, flags)


@pytest.mark.parametrize("task", ["rating_prediction", "top_k_rec", "user_attribute_prediction"])
def test_untimed_prompts_claim_no_order(task: str) -> None:
    for flags in (set(), {"categories"}, {"creators"}):
        for one in texts(task, flags):
            said = one.render({**templates.load_words("anime"), **values(task)})
            said = said.replace("in no particular order", "")
            claim = (
                r"\b(next|recent\w*|chronolog\w*|order|last|latest|oldest|earliest|so far|later)\b"
            )
            assert not re.search(claim, said, re.IGNORECASE), (one.id, said)


def test_numbers_before_likes_are_no_ranking() -> None:
    """Where no order is known, a numbered list of likes would read as one from best to worst."""
    for one in texts("top_k_rec", {"scored"}):
        if "history_numbered" in one.needed:
            assert "in no particular order" in one.text, one.id


@pytest.mark.parametrize("task", ["top_k_rec", "cross_domain_rec", "sequential_rec"])
def test_timed_prompts_say_that_something_comes_next(task: str) -> None:
    """After a history without order "next" would claim one: what is asked for comes later, or as well."""
    for one in texts(task, {"timed", "unordered"}):
        assert not re.search(r"\b[Nn]ext\b", one.text), one.id
    next_, later = (
        r"\b([Nn]ext|continues)\b",
        r"\b(later|as well|also|going to|go on to|come after)\b",
    )
    for flags in (flags for flags in FLAGS[task] if "timed" in flags):
        kept = load(task, "unseen").prompts["test"]
        for one in (*load(task).prompts["train"], *kept):
            if one.serves(frozenset(flags)):
                said = one.render({**templates.load_words("films"), **values(task)})
                assert re.search(later if "unordered" in flags else next_, said), one.id


@pytest.mark.parametrize("task", ["top_k_rec", "cross_domain_rec", "sequential_rec"])
def test_timed_texts_promise_no_liking(task: str) -> None:
    """What comes next is any interaction, with a film that was disliked as well."""
    promise = (
        r"\b(tastes?|interest\w*|suit\w*|enjoy\w*|like|prefer\w*|wants?|wish\w*|match\w*|fits?|"
        r"appeal\w*|promising|recommend(ed|ation)?|offer\w*|best|watch)\b"
    )
    for one in texts(task, {"timed"}) + texts(task, {"timed", "categories"}):
        said = one.render({**templates.load_words("films"), **values(task)})
        said = said.replace("Tastes change over time.", "")  # of people, not of what comes next
        assert not re.search(promise, said, re.IGNORECASE), (one.id, said)


def test_untimed_prompts_ask_for_what_one_would_like() -> None:
    """Their true candidates are liked ones."""
    wish = r"\b(interests|suit\w*|recommend\w*|enjoy|would (you )?like|would suit|please|appeal|taste)\b"
    for one in texts("top_k_rec", set()):
        if "/p" in one.id or "/u" in one.id:
            said = one.render({**templates.load_words("films"), **values("top_k_rec")})
            assert re.search(wish, said), (one.id, said)


@pytest.mark.parametrize("task", FLAGS)
def test_every_prompt_shows_the_whole_case(task: str) -> None:
    shown = {
        "rating_prediction": ("history_", "target", "scale_low", "scale_high"),
        "top_k_rec": ("history_", "candidates_"),
        "cross_domain_rec": ("history_", "candidates_", "source_"),
        "sequential_rec": ("history_", "candidates_"),
        "pointwise_rec": ("likes_", "dislikes_", "target"),
        "pairwise_rec": ("likes_", "dislikes_", "candidates_"),
        "user_attribute_prediction": ("items_", "attributes"),
    }[task]
    for one in (*load(task).prompts["train"], *load(task, "unseen").prompts["test"]):
        for name in shown:
            if not (name == "candidates_" and dict(one.when).get("open")):
                assert re.search(r"\{\{ " + name, one.text), (one.id, name)


def test_people_are_said_to_do_only_what_is_known() -> None:
    for task, domain in itertools.product(FLAGS, DOMAINS):
        context = {**templates.load_words(domain), **values(task)}
        for flags in FLAGS[task]:
            for one in texts(task, flags):
                claim = re.search(
                    r"\b(watched|bought|purchased|visited|seen)\b", one.render(context)
                )
                assert not claim, (one.id, domain)


# Words ------------------------------------------------------------------------------------------


def test_each_domain_has_every_word() -> None:
    for domain in DOMAINS:
        words = templates.load_words(domain)
        assert {*words} - {*TITLE_ENDS, *OPEN_TITLES} == {*templates.WORDS}
        for together in (TITLE_ENDS, OPEN_TITLES):
            assert {*together} & {*words} in (set(), {*together})
        assert words["a_item"].split()[-1] == words["item"].split()[-1]
        assert words["this_item"] == f"this {words['item']}"
    assert set(read_domains(BUILT_IN / "domains.yaml", {})) == set(DOMAINS)


def test_an_unknown_domain_names_the_nearest() -> None:
    with pytest.raises(TemplateError, match="Did you mean 'films'"):
        templates.load_words("filmz")


@pytest.mark.parametrize("task", ["sequential_rec", "top_k_rec", "pairwise_rec"])
def test_what_an_answer_leaves_out_of_an_entry_is_said(task: str) -> None:
    """Where candidates show their authors or genres, no prompt asks for a title without a word on them."""
    for one in texts_of(task, None)["prompts"].values():
        when = dict(one.when)
        if when.get("index"):
            continue
        told = "leaving_out" in one.needed
        assert told or (when.get("categories") and one.text.count("{{ categories }}")), one.id
        assert "title }} alone" not in one.text and "title }} only" not in one.text, one.id


def test_no_prompt_of_a_ranking_asks_for_a_split() -> None:
    for one in texts_of("top_k_rec", None)["prompts"].values():
        assert "which not" not in one.text and "ahead of the others" not in one.text, one.id


@pytest.mark.parametrize("section", ["prompts", "descriptions"])
def test_the_person_whose_ratings_are_shown_is_no_item(section: str) -> None:
    """ "The ratings that a viewer gave them. Work out what they like": them is films, they the viewer."""
    for task in templates.tasks():
        for one in texts_of(task, None)[section].values():
            assert not re.search(
                r"ratings that [^.]*\bgave them\. [^.]*\bthey\b", " ".join(one.text.split())
            ), one.id


def test_a_rating_is_asked_for_at_the_end() -> None:
    for one in texts_of("rating_prediction", None)["prompts"].values():
        assert not re.search(r"history_\w+ \}\}$", one.text.strip()), one.id
