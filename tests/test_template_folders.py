"""Templates in a user's own folder: what they may change, and what is refused, and where."""

from __future__ import annotations

import os
from pathlib import Path

import datasets
import pytest

import itdr  # noqa: F401  (teaches load_dataset the name)
from itdr.builders.core.errors import TemplateError
from itdr.builders.core.yaml_lines import LARGEST
from itdr.builders.dataset import config
from itdr.builders.rendering import lexicon_files, templates

LISTS = [f"{name}_{how}" for name in ("history", "candidates") for how in ("lines", "numbered")]
VALUES = dict.fromkeys([*LISTS, "candidates_inline", "history_inline", "answer"], "Halo; Salt")
FLAGS = ("timed", "categories", "unordered", "liked", "scored", "set", "index", "open")
VALUES |= {
    "n_relevant": 1,
    "by_time": True,
    "liked_phrase": "rated at least 8 out of 10",
    "n_history": 3,
    "n_candidates": 2,
    "all_candidates": "both",
    "leaving_out": "",
    "full_title": "title and year",
    "full_titles": "titles and years",
}


def load(task: str, choice: templates.Choice = None) -> templates.Templates:
    lists = ["history", "candidates"]
    return templates.load(task, VALUES, FLAGS, choice, lists=lists)


OWN = """task: sequential_rec
prompts:
  - id: p1
    text: |-
      Mine: {{ history_inline }}
      {{ candidates_inline|upper }}
  - id: mine
    when: {timed: true}
    text: "{% if n_history > 2 %}Many{% else %}Few{% endif %} {{ items }}"
"""


def own(folder: Path, content: str, task: str = "sequential_rec") -> templates.Templates:
    (folder / f"{task}.yaml").write_text(content)
    return load(task, str(folder))


def test_a_folder_extends_the_built_in_templates(tmp_path: Path) -> None:
    built_in = {one.id: one for one in load("sequential_rec").prompts["train"]}
    loaded = {one.id: one for one in own(tmp_path, OWN).prompts["train"]}
    assert loaded.keys() == built_in.keys() | {"sequential_rec/mine"}
    assert loaded["sequential_rec/p1"].text.startswith("Mine:")
    context = {**templates.load_words("games"), **VALUES}
    assert loaded["sequential_rec/mine"].render(context) == "Many games"
    assert loaded["sequential_rec/p1"].render(context).endswith("\nHALO; SALT")
    assert load("top_k_rec", str(tmp_path)).prompts == load("top_k_rec").prompts
    only = load("sequential_rec", [str(tmp_path), "mine"]).prompts["train"]
    assert [one.id for one in only] == ["sequential_rec/mine"]


def test_replace_drops_the_built_in_ones_of_the_sections_given(tmp_path: Path) -> None:
    loaded = own(tmp_path, "replace: true\n" + OWN)
    assert [one.id for one in loaded.prompts["test"]] == [
        "sequential_rec/mine",
        "sequential_rec/p1",
    ]
    assert loaded.descriptions == load("sequential_rec").descriptions


PROMPT = "task: sequential_rec\nprompts:\n- id: x\n  text: "


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            PROMPT + "'{{ history_line }}'",
            r":4: .*placeholder 'history_line'.*mean 'history_lines'",
        ),
        (
            PROMPT + "|-\n    One\n    {{ nope }}",
            r":6: sequential_rec/x: Unknown placeholder 'nope'",
        ),
        (PROMPT + "|-\n    One\n\n    {{ items", r":7: sequential_rec/x: is not valid Jinja"),
        (PROMPT + "'{% if categories %}a{% endif %}'", r":4: .*domain word.*when"),
        (PROMPT + "a\n  when: {time: true}", r":5: .*Unknown flag 'time'.*mean 'timed'"),
        (PROMPT + "a\n  when: {timed: maybe}", r":5: timed must be true or false"),
        (PROMPT + "a\n  when: timed", r":5: when must be a mapping"),
        (PROMPT + "a\n  unsen: true", r":5: .*Unknown field 'unsen'.*mean 'unseen'"),
        (PROMPT + "a\n  text: b", r":5: 'text' stands here twice"),
        (PROMPT + "a\n- id: x\n  text: b", r":5: the id 'x' is taken"),
        (PROMPT + "a\n- id: y", r":5: .*lacks text"),
        (PROMPT + "a\n- id: y/z\n  text: b", r":5: the id 'y/z' must be"),
        (PROMPT + "5", r":4: text must be text"),
        (PROMPT + "' a'", r":4: text is empty, or begins"),
        (PROMPT + "'a", r":\d: broken YAML"),
        (PROMPT + "&a b", r":4: anchors"),
        (PROMPT + "!!python/name:os.system a", r":4: the tag"),
        (PROMPT + "a\n---\ntask: b", r":5: a second document"),
        ("prompts: []", r":1: a template file lacks task"),
        ("task: sequential_rec\nprompts: []", r":2: prompts must be a list"),
        ("task: top_k_rec", r":1: the task must be 'sequential_rec'"),
        ("task: sequential_rec\nprompt: a", r":2: .*mean 'prompts'"),
        ("task: sequential_rec\nreplace: soon", r":2: replace must be true or false"),
        ("- a", r":1: a template file must be a mapping"),
        ("# nothing", r":1: empty"),
        ("a: " + "[" * 40, r":1: (nested too deeply|broken YAML)"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(TemplateError, match=r"(?s)sequential_rec\.yaml" + said):
        own(tmp_path, content)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ items.__class__ }}",
        "{{ items['__class__'] }}",
        "{{ items|attr('__class__') }}",
        "{{ items.format(items) }}",
        "{{ items() }}",
        "{% for x in range(10 ** 9) %}a{% endfor %}",
        "{% for x in items %}a{% endfor %}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ items ~ items }}",
        "{{ items|replace('a', items) }}",
        "{{ items|center(10000000) }}",
        "{{ items|trim('a') }}",
        "{{ items|map('upper') }}",
        "{% set x = items %}a",
        "{% include 'sequential_rec.yaml' %}",
        "{% macro a() %}{% endmacro %}a",
        "{% filter upper %}a{% endfilter %}",
        "{{ range }}",
        "{{ lipsum }}",
        "{{ self }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% if items is defined %}a{% endif %}",
        "{{ " + "(" * 5000 + "items" + ")" * 5000 + " }}",
        "{{ " + "not " * 100 + "n_history }}",
        "{% autoescape true %}{{ items }}{% endautoescape %}",
        "{{ items" + " == items" * 20_000 + " }}",
        "{% for x in history %}{% for y in candidates %}a{% endfor %}{% endfor %}",
        "{% for x in history %}{{ x }}{% endfor %}",
        "{% for x in history %}{{ loop }}{% endfor %}",
        "{% for x in history %}{{ x.__class__ }}{% endfor %}",
        "{% for x in history %}{{ x.title.__class__ }}{% endfor %}",
        "{% for x in history %}{{ x['title'] }}{% endfor %}",
        "{% for x in history %}{{ x.count('a') }}{% endfor %}",
        "{% for x in history %}{{ loop.cycle('a') }}{% endfor %}",
        "{% for x in history recursive %}{{ loop(history) }}{% endfor %}",
        "{% for x in history if x.title %}a{% endfor %}",
        "{% for x in history %}a{% else %}b{% endfor %}",
        "{% for x, y in history %}a{% endfor %}",
        "{% for x in history|upper %}a{% endfor %}",
        "{% for x in n_history %}a{% endfor %}",
        "{% for x in history %}a{% endfor %}{{ x.title }}",
        "{{ history }}",
        "{{ answer }}",
        "{% if answer %}a{% endif %}",
    ],
)
def test_a_text_cannot_reach_beyond_its_variables(tmp_path: Path, text: str) -> None:
    quoted = text.replace("'", "''")
    with pytest.raises(TemplateError, match=r"sequential_rec\.yaml:4: sequential_rec/x: "):
        own(tmp_path, f"{PROMPT}'{quoted}'")


def test_an_answer_is_kept_out_of_prompts_and_descriptions(tmp_path: Path) -> None:
    for section in ("prompts", "descriptions"):
        text = f"task: sequential_rec\n{section}:\n- id: x\n  text: 'It is {{{{ answer }}}}.'"
        with pytest.raises(TemplateError, match=r":4: sequential_rec/x: .*give the answer away"):
            own(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% autoescape true %}a{% endautoescape %}", "a block that changes how text is escaped"),
        ("{{ history }}", r"prints the list 'history'; loop over it: \{% for entry in history %\}"),
        ("{% for x in history %}{{ x.titel }}{% endfor %}", "Did you mean 'title'"),
        ("{% for x in histori %}a{% endfor %}", "list to loop over 'histori'.*mean 'history'"),
        ("{% for x in history %}{{ x }}{% endfor %}", "take one of x.title"),
    ],
)
def test_a_fault_in_a_loop_or_block_is_said(tmp_path: Path, text: str, said: str) -> None:
    block = "\n".join(f"      {line}" for line in ("One", text))
    with pytest.raises(TemplateError, match=rf":6: sequential_rec/x: .*{said}"):
        own(tmp_path, f"{PROMPT}|-\n{block}\n")


LOOP = """task: sequential_rec
prompts:
  - id: loop
    text: |-
      {% for one in history %}
      {{ loop.index }}) {{ one.title|upper }}{% if one.time_gap %} ({{ one.time_gap }}){% endif %} {{ one.categories }}
      {% endfor %}

      Next: {% for one in candidates %}{{ one.text }}{% if not loop.last %} / {% endif %}{% endfor %}
"""


def test_a_template_lays_out_a_list_by_itself(tmp_path: Path) -> None:
    (tmp_path / "sequential_rec.yaml").write_text(LOOP, "utf-8")
    rows = datasets.load_dataset(
        "itdr",
        "sequential_rec",
        sources=["ml-32m"],
        sample=True,
        templates=[str(tmp_path), "loop"],
        split="train",
    )
    for row in rows.select(range(20)):
        said, _, candidates = row["input"].partition("\n\nNext: ")
        lines = said.split("\n")
        assert len(lines) == len(row["history"]) == 10
        for n, (line, one) in enumerate(zip(lines, row["history"], strict=True), 1):
            assert line.startswith(f"{n}) {one['title'].upper()}")
            assert (" later)" in line) == (n > 1)
        shown = candidates.split(" / ")
        assert [one["title"] for one in row["candidates"]] == [
            text[: len(one["title"])] for text, one in zip(shown, row["candidates"], strict=True)
        ]


def test_a_prompt_needs_descriptions_of_its_person(tmp_path: Path) -> None:
    only = (
        "replace: true\ntask: sequential_rec\ndescriptions:\n- id: a\n  text: Predict it.\n"
        "prompts:\n- id: b\n  person: second\n  text: You.\n"
    )
    loaded = own(tmp_path, only)
    with pytest.raises(TemplateError, match="no description in the second person serves"):
        loaded.check("train", ["timed"])
    with pytest.raises(TemplateError, match=r":8: Unknown person 'seconds'.*mean 'second'"):
        own(tmp_path, only.replace("person: second", "person: seconds"))


def test_a_file_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside.yaml"
    inside.mkdir()
    outside.write_text(OWN)
    (inside / "sequential_rec.yaml").symlink_to(outside)
    with pytest.raises(TemplateError, match="leads out of its folder"):
        load("sequential_rec", inside)
    with pytest.raises(TemplateError, match="leads out of its folder"):
        templates.fingerprint(inside)
    with pytest.raises(TemplateError, match="Unknown task"):
        templates.load("../outside", [], [])


def test_odd_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="holds no template file"):
        load("sequential_rec", tmp_path)
    path = tmp_path / "sequential_rec.yaml"
    path.write_text(OWN + "#" * LARGEST)
    with pytest.raises(TemplateError, match="larger than 1,000,000 bytes"):
        load("sequential_rec", tmp_path)
    path.write_bytes(OWN.encode() + b"# caf\xe9")
    with pytest.raises(TemplateError, match=r"yaml:10: not UTF-8"):
        load("sequential_rec", tmp_path)
    path.rename(tmp_path / "sequential-rec.yml")
    with pytest.raises(TemplateError, match=r"mean 'sequential_rec\.yaml'"):
        load("sequential_rec", tmp_path)
    (tmp_path / "sequential-rec.yml").unlink()
    os.mkfifo(path)
    for use in (lambda: load("sequential_rec", tmp_path), lambda: templates.fingerprint(tmp_path)):
        with pytest.raises(TemplateError, match="not a regular file"):
            use()


def test_a_lexicon_is_that_of_a_domain_and_is_checked_unread(tmp_path: Path) -> None:
    lexicon = tmp_path / "lexicon" / "filmz.yaml"
    lexicon.parent.mkdir()
    lexicon.write_text("terms: {}\n")
    with pytest.raises(TemplateError, match=r"Did you mean 'lexicon/films\.yaml'"):
        templates.fingerprint(tmp_path)
    domains = f"filmz: {dict.fromkeys(templates.WORDS, 'word')}\n"
    (tmp_path / "domains.yaml").write_text(domains)
    assert templates.fingerprint(tmp_path)
    lexicon_files.check_own(tmp_path)
    lexicon.write_text("terms: {category: 5}\n")
    options = {"sample": True, "sources": ["ml-32m"], "templates": str(tmp_path)}
    with pytest.raises(TemplateError, match=r"filmz\.yaml:1: category must be a mapping"):
        config.check("sequential_rec", options, None)


LISTED = "{{ history_inline }} {{ candidates_inline }}"


@pytest.mark.parametrize(
    ("text", "when", "said"),
    [
        (LISTED, "{timed: true}", ""),
        ("{{ history_inline }}", "{timed: true}", "does not show the candidates"),
        ("{{ items }}", "{timed: true}", "does not show the candidates and the history"),
        ("{% for one in candidates %}{{ one.title }}{% endfor %}", "{timed: true}", "the history"),
        ("{{ history_inline }}", "{open: true}", ""),
    ],
)
def test_a_prompt_that_lacks_what_the_question_is_about_is_told(
    text: str, when: str, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entry = f'  - id: mine\n    when: {when}\n    text: "{text}"\n'
    (tmp_path / "sequential_rec.yaml").write_text(f"task: sequential_rec\nprompts:\n{entry}")
    with caplog.at_level("WARNING", logger="itdr"):
        templates.check_choice(str(tmp_path), ["sequential_rec"])
    found = [one for one in caplog.messages if "sequential_rec/mine" in one]
    assert len(found) == bool(said)
    assert all("sequential_rec.yaml:5: " in one and said in one for one in found)


def test_an_unknown_placeholder_is_not_mended_with_the_answer(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="Unknown placeholder 'answr'") as error:
        own(tmp_path, OWN.replace("candidates_inline", "answr"))
    assert " answer," not in str(error.value)
    assert " candidates_inline," in str(error.value)


def test_the_fingerprint_follows_the_content_not_the_place(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
        (folder / "sequential_rec.yaml").write_text(OWN)
    one, other = (templates.fingerprint(str(folder)) for folder in folders)
    assert one == other and len(one) == 64
    (folders[1] / "sequential_rec.yaml").write_text(OWN + "# more\n")
    assert templates.fingerprint(folders[1]) != one
    assert templates.fingerprint(None) == templates.fingerprint(["p1", "p2"]) == ""


def test_a_folder_changes_words_and_adds_domains(tmp_path: Path) -> None:
    words = dict(templates.load_words("games"), item="toy", items="toys")
    lines = "\n".join(f"  {name}: {word}" for name, word in words.items())
    (tmp_path / "domains.yaml").write_text(f"films:\n  person: moviegoer\ntoys:\n{lines}\n")
    assert templates.load_words("films", tmp_path)["person"] == "moviegoer"
    assert templates.load_words("films", tmp_path)["items"] == "films"
    assert templates.load_words("toys", tmp_path)["items"] == "toys"
    assert templates.load_words("films")["person"] == "viewer"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("films:\n  persn: fan\n", r"domains.yaml:2: .*Did you mean 'person'"),
        ("toys:\n  item: toy\n", r"domains.yaml:2: .*lacks items"),
        ("films:\n  item: ''\n", r"domains.yaml:2: item is empty"),
        ("films:\n  item: no\n", r"domains.yaml:2: item must be text"),
        ("- films\n", r"domains.yaml:1: must be a mapping"),
    ],
)
def test_a_broken_domain_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "domains.yaml").write_text(content)
    with pytest.raises(TemplateError, match=said):
        templates.load_words("films", tmp_path)
