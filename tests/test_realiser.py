"""Facts into words: plans, figures, and what is refused in a folder of one's own."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from itdr.builders.core.errors import TemplateError
from itdr.builders.core.rng import HashRng
from itdr.builders.dataset import registry
from itdr.builders.evidence.facts import DOWN, FACT_KINDS, UP, Fact, fact_of
from itdr.builders.rendering import answer_files, realiser
from itdr.builders.rendering.template_files import ANSWERS, BUILT_IN
from itdr.builders.rendering.templates import load_words

TASK = "target_user_identification"
WORKS = (
    Fact("also_liked", "work", "The Omen (1976)", 62, 140, 13.2, UP),
    Fact("also_liked", "work", "Halloween (1978)", 71, 140, 18.1, UP),
    Fact("also_liked", "work", "The Dead Zone (1983)", 45, 140, 0.2, UP),
)
OWN = (Fact("own", "work", "Carrie (1976)"), Fact("own", "work", "Them! (1954)"))
TRAIT = Fact("share", "category", "Horror", 9, 12, 0.09, UP, "", WORKS)


def films(folder: Path | None = None) -> realiser.Realiser:
    return realiser.load_realiser(TASK, "films", load_words("films", folder), folder)


def test_every_number_and_title_of_a_text_stands_in_its_evidence() -> None:
    answer = films().answer([TRAIT, *WORKS], HashRng(1))
    assert answer.facts == [TRAIT, *WORKS]
    allowed = set().union(*(realiser.numbers_of(fact) for fact in answer.facts))
    said = re.sub(r'"[^"]*"', "", re.sub(r"(?m)^\d+\. ", "", answer.text))
    assert set(re.findall(r"\d+", said)) <= allowed
    for title in re.findall(r'"([^"]*)"', answer.text):
        assert any(entry.value.startswith(title) for entry in answer.evidence)
    assert answer.text.startswith("Fans of horror films")


def test_a_count_of_the_fans_of_a_work_says_so() -> None:
    most, every = (
        Fact("also_liked", "work", title, k, 14, 6.0, UP)
        for title, k in (("Ran", 9), ("Ikiru", 14))
    )
    text = films().answer([most, every], HashRng(1)).text
    assert text == (
        'Fans of "Ran" (9 of the 14 fans who rated this film liked it; 6 expected from their other ratings) and "Ikiru" (all 14; 6).'
    )
    # A single title tells nobody what its fans like.
    assert films().answer([every], HashRng(1)).text == ""


def test_a_series_is_named_with_the_parts_by_which_it_is_told() -> None:
    parts = [Fact("series", "work", title, 9, 12, 6.0, UP) for title in ("One", "Two")]
    named = Fact("kin", "series", "Ada Fox", 2, 2, 0.0, UP, "", tuple(parts))
    assert films().answer([named, *parts], HashRng(1)).text == (
        'Fans of the Ada Fox films: 9 of the 12 fans of "One" who rated this film liked it (6 expected from their other ratings), as did 9 of the '
        '12 fans of "Two" (6).'
    )
    one = dataclasses.replace(named, value="Ada Fox prequels", details=tuple(parts[:1]))
    assert films().answer([one, parts[0]], HashRng(1)).text == (
        'Fans of the Ada Fox prequels: 9 of the 12 fans of "One" who rated this film liked it (6 expected from their other ratings).'
    )
    # What has no name is not said.
    assert films().answer(parts, HashRng(1)).text == ""


def test_periods_are_said_as_they_are() -> None:
    for value, said in (
        ("1990s", "from the 1990s"),
        ("2000", "from 2000"),
        ("before 1960", "made before 1960"),
        ("1950s and 1960s", "from the 1950s and 1960s"),
    ):
        genre = Fact("kin", "category", "Horror", 2, 2, 0.0, UP)
        when = Fact("kin", "decade", value, 2, 2, 0.0, UP, "", (genre, *WORKS[:2]))
        text = films().answer([when], HashRng(1)).text
        assert text.startswith(f"Fans of horror films {said}")


def test_a_single_warning_goes_on_where_its_lead_ends() -> None:
    cold = [Fact("liked_if", "seldom_category", one, 2, 20, 9.0, DOWN) for one in ("War", "Drama")]
    said = [TRAIT, *WORKS, cold[0]]
    text = films().answer(said, HashRng(1)).text
    assert "\n\nNot for viewers who do not usually care for war films: " in text
    warned = Fact("aspect", "aspect", "pace", direction=DOWN, quote="It drags")
    text = films().answer([*said, warned], HashRng(1)).text
    assert "\n\nNot for:\n- Viewers who do not usually care for war films: " in text


def test_a_review_is_quoted_in_one_way() -> None:
    spoken = [
        Fact("aspect", about, value, 0, 0, 0.0, UP, f"Good for {value}")
        for about, value in (("audience", "children"), ("wish", "a laugh"), ("aspect", "pace"))
    ]
    text = films().answer(spoken, HashRng(1)).text
    assert text.count(". One viewer says: ") == len(spoken)


def test_a_period_of_a_blend_is_said_if_the_blend_has_a_name() -> None:
    lexicon = films().lexicon
    for value, kept in (("Drama + Thriller", 1), ("Musical + War", 0)):
        lead = Fact("kin", "blend", value, 3, 3, 0.0, UP)
        fact = Fact("kin", "decade", "1990s", 3, 3, 0.0, UP, "", (lead, *WORKS))
        assert len(lexicon.sayable([fact])) == kept


def test_a_fact_survives_the_way_into_a_row_and_back() -> None:
    for direction in (UP, DOWN, 0):
        fact = Fact("liked_if", "seldom_category", "Drama", 7, 21, 12.5, direction, "a word")
        entry = {name: getattr(fact.evidence(), name) for name in fact.evidence().__slots__}
        assert fact_of(entry) == fact


def test_nothing_is_said_twice_and_the_first_possible_statement_is_taken() -> None:
    answer = films().answer([*WORKS, TRAIT], HashRng(1))
    said = [fact.topic for fact in answer.facts]
    assert len(said) == len(set(said))
    assert answer.statements[0].form.id == "genre"


@pytest.mark.parametrize("path", sorted((BUILT_IN / ANSWERS).glob("*.yaml")), ids=lambda p: p.stem)
def test_the_built_in_answers_hold_in_every_domain(path: Path) -> None:
    for words in sorted({registry.source(name).words for name in registry.source_ids()}):
        realiser.load_realiser(path.stem, words, load_words(words))


def test_a_folder_of_ones_own_replaces_words_and_statements(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "answers").mkdir()
    (tmp_path / "lexicon" / "films.yaml").write_text(
        "terms:\n  category:\n    Horror: {fans: Freunde des Horrors}\n", "utf-8"
    )
    (tmp_path / "answers" / f"{TASK}.yaml").write_text(
        "statements:\n"
        "  - id: genre\n"
        "    when: {kind: share}\n"
        "    details: 2\n"
        "    wordings: ['{{ fans }}: {{ others_and }} ({{ count }} von {{ of }}).']\n",
        "utf-8",
    )
    text = films(tmp_path).answer([TRAIT], HashRng(1)).text
    assert text == 'Freunde des Horrors: "The Omen" and "Halloween" (9 von 12).'


@pytest.mark.parametrize(
    "statement, said",
    [
        ("when: {kind: sorcery}\n    wordings: [x]", "3: Unknown kind 'sorcery'"),
        ("when: {kind: share}\n    wordings: [a, b, c, d]", "4: a statement has one to 3 wordings"),
        (
            "when: {kind: share}\n    wordings:\n      - '{{ sum }}'",
            "5: .*Unknown placeholder 'sum'",
        ),
        ("when: {kind: share}\n    most: 99\n    wordings: [x]", "4: most must be from 0 to 9"),
    ],
)
def test_faults_are_named_by_file_and_line(tmp_path: Path, statement: str, said: str) -> None:
    (tmp_path / "answers").mkdir()
    path = tmp_path / "answers" / f"{TASK}.yaml"
    path.write_text(f"statements:\n  - id: mine\n    {statement}\n", "utf-8")
    with pytest.raises(TemplateError, match=rf"{re.escape(str(path))}:{said}"):
        films(tmp_path)


def answers(folder: Path, text: str) -> Path:
    """A user's own answer file."""
    (folder / "answers").mkdir()
    path = folder / "answers" / f"{TASK}.yaml"
    path.write_text(text, "utf-8")
    return path


SHARED_TRAIT = (
    "statements:\n"
    "  - id: genre\n"
    "    when: {kind: share}\n"
    "    wordings: ['{{ fans }}: {{ tail }}']\n"
)


def test_wordings_share_a_part(tmp_path: Path) -> None:
    answers(
        tmp_path,
        "parts:\n  tail: '{{ count }} of {{ of }}{% if rest %}.{% endif %}'\n" + SHARED_TRAIT,
    )
    assert films(tmp_path).answer([TRAIT], HashRng(1)).text == "Horror fans: 9 of 12."


def test_a_part_of_ones_own_takes_the_place_of_a_built_in_one(tmp_path: Path) -> None:
    name = "interest_recognition"
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / f"{name}.yaml").write_text("parts: {though: Beware.}\n", "utf-8")
    own, built_in = answer_files.load_answer(name, tmp_path), answer_files.load_answer(name)
    though = built_in.parts["though"]
    used = [one for one in built_in.statements.values() if though in one.parts]
    # What names the part is written out, and nothing else changes.
    assert len(used) > 3
    for one in built_in.statements.values():
        changed = [text.replace(though.text, "Beware.") for text, _ in one.wordings]
        assert [text for text, _ in own.statements[one.id].wordings] == changed
        assert (one in used) == any("Beware." in text for text in changed)
        assert not any("{{ though }}" in text for text, _ in one.wordings)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("tail: '{{ sum }}'", "2: .*Unknown placeholder 'sum'"),
        ("count: x", "2: 'count' has a meaning already; rename the part"),
        ("- tail", "2: parts must be a mapping of texts"),
        ("tail: []", "2: tail must be text"),
        ("{tail: x, tale: y}", "2: Unknown part 'tale'. Did you mean 'tail'"),
        ("{tail: 'x{{ end }}', end: '.'}", "2: genre: a part cannot name another, as 'end'"),
    ],
)
def test_faults_of_parts_are_named_where_the_part_stands(
    tmp_path: Path, parts: str, said: str
) -> None:
    path = answers(tmp_path, f"parts:\n  {parts}\n" + SHARED_TRAIT)
    with pytest.raises(TemplateError, match=rf"{re.escape(str(path))}:{said}"):
        films(tmp_path)


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("{{- tail -}}", r"6: genre: write 'tail', which is a part, as \{\{ tail \}\}"),
        ("{{ tail|capitalize }}", "6: genre: write 'tail', which is a part"),
        ("{{ tale }}", "6: genre: Unknown placeholder 'tale'. Did you mean 'tail'"),
    ],
)
def test_a_part_is_put_in_where_its_name_stands_alone(
    tmp_path: Path, wording: str, said: str
) -> None:
    written = SHARED_TRAIT.replace("['{{ fans }}: {{ tail }}']", f"['{{{{ tail }}}}', '{wording}']")
    path = answers(tmp_path, "parts:\n  tail: '{{ fans }}'\n" + written)
    with pytest.raises(TemplateError, match=rf"{re.escape(str(path))}:{said}"):
        films(tmp_path)


def test_every_built_in_part_is_used() -> None:
    for path in sorted((BUILT_IN / ANSWERS).glob("*.yaml")):
        form = answer_files.load_answer(path.stem)
        used = {part for one in form.statements.values() for part in one.parts}
        assert used == set(form.parts.values()), path.name


def test_thousands_have_a_comma_and_count_without_it() -> None:
    many = Fact("also_liked", "work", "Heat (1995)", 1234, 20500, 900.0, UP)
    said = realiser.figures(many, films().lexicon)
    assert (said["count"], said["of"]) == ("1,234", "20,500")
    assert {"1234", "20500", "900"} <= realiser.amounts_of(many)


def test_a_section_stands_only_where_its_flags_hold(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / f"{TASK}.yaml").write_text(
        "replace: true\n"
        "statements:\n"
        "  - {id: plain, when: {kind: share}, wordings: ['{{ fans }}.']}\n"
        "  - {id: works, when: {kind: also_liked}, wordings: ['{{ thing }}.']}\n"
        "plan:\n"
        "  - {section: early, flags: {hurry: true}, slots: [works]}\n"
        "  - {section: main, slots: [plain]}\n"
        "  - {section: late, flags: {hurry: false}, slots: [works]}\n"
        "between: blank\n",
        "utf-8",
    )
    made, facts = films(tmp_path), [TRAIT, WORKS[0]]
    assert made.answer(facts, HashRng(1)).text == 'Horror fans. "The Omen".'
    assert made.answer(facts, HashRng(1), {"hurry"}).text == '"The Omen". Horror fans.'


def test_a_count_of_what_is_shown_leaves_its_trait_unsaid() -> None:
    shown = Fact("shown", "category", "Horror", 3, 10, 0.0, UP)
    offer = dataclasses.replace(WORKS[0], quote="Carrie", details=(shown,))
    profile = realiser.load_realiser("interest_recognition", "films", load_words("films"))
    detailed = (shown, dataclasses.replace(shown, of=5, count=0, direction=-1), *OWN)
    core = Fact("share", "category", "Horror", 20, 40, 0.1, UP, details=detailed)
    said = [one.form.id for one in profile.plan_statements([core, offer], {"core"})]
    assert said == ["core", "offer"]


def test_an_exception_may_be_an_example_of_what_fails() -> None:
    title = Fact("own", "title", "Heat (1995)")
    assert [*realiser._topics(title)] == [("title", "Heat (1995)")]
    lexicon = films().lexicon
    assert lexicon.forms_of("title", title.value)["thing"] == '"Heat"'


def test_every_statement_is_of_a_known_kind_and_stands_in_the_plan() -> None:
    for path in (BUILT_IN / ANSWERS).glob("*.yaml"):
        form = answer_files.load_answer(path.stem)
        slots = [slot for part in form.plan for slot in (*part.slots, *part.spare)]
        planned = {one for slot in slots for one in slot}
        assert planned == set(form.statements)
        assert all(one.when.kinds <= set(FACT_KINDS) for one in form.statements.values())
