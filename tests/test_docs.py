"""The documentation: links that lead somewhere, pages that are not stale, a site that builds."""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import itdr
from itdr.builders.dataset import options, registry
from itdr.builders.evidence import aspect_words
from itdr.builders.rendering import lexicon_files, templates
from itdr.commands import app
from itdr.publish import pages

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LINK = re.compile(r"(?:\]\(|srcset=\"|src=\")([^)\s\"]+)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not in a wheel")


def sources() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MkDocs make them of plain ones."""
    text = FENCE.sub("", path.read_text("utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(FENCE.sub("", path.read_text("utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.exists(), f"{path.name}: {link}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{path.name}: {link}"


COMMAND = re.compile(r"`itdr ([^`]+)`")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_the_text_is_one_that_can_be_typed(path: Path) -> None:
    """Its name, its options, and how many arguments it takes; sources that it names are known."""
    group = typer.main.get_command(app.app)
    for text in COMMAND.findall(FENCE.sub("", path.read_text("utf-8"))):
        words = shlex.split(text.replace("…", ""))
        command: Any = group
        parents = []
        while words and words[0] in getattr(command, "commands", {}):
            parents.append(words[0])
            command = command.commands[words.pop(0)]
        assert parents, f"{path.name}: itdr {text}"
        options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        for word in words:
            assert not word.startswith("-") or word in options, f"{path.name}: itdr {text}"
        if parents[0] in ("fetch", "verify", "sources") and words:
            assert words[0].partition("/")[0] in {*registry.source_ids(), "NAME", "log.yaml"}, text


def test_a_command_that_cannot_be_typed_would_be_seen(tmp_path: Path) -> None:
    for text in ("`itdr fetch sequential_rec`", "`itdr bild`", "`itdr show x --samples`"):
        page = tmp_path / "page.md"
        page.write_text(text, "utf-8")
        with pytest.raises(AssertionError):
            test_every_command_in_the_text_is_one_that_can_be_typed(page)


@pytest.mark.parametrize("name", ["options.md", "card.md", "sources/index.md", "subtasks/index.md"])
def test_a_page_that_is_written_from_the_code_is_not_stale(name: str) -> None:
    """`itdr card` makes it anew. Pages of sources and subtasks: below, and tests/publish."""
    text = {
        "options.md": pages.options_page,
        "card.md": pages.card_page,
        "sources/index.md": pages.sources_index,
        "subtasks/index.md": pages.subtasks_index,
    }[name]()
    assert (DOCS / name).read_text("utf-8") == text


@pytest.mark.parametrize("name", registry.source_ids())
def test_the_data_sheet_of_a_source_is_not_stale(name: str) -> None:
    assert (DOCS / "sources" / f"{name}.md").read_text("utf-8") == pages.source_page(name)


def test_every_option_is_in_the_reference_as_declared() -> None:
    text = (DOCS / "options.md").read_text("utf-8").partition("## Columns")[0]
    for name, declared in options.DECLARED.items():
        (row,) = re.findall(rf"^\| `{name}` \| .* \|$", text, re.MULTILINE)
        assert declared.help in row


@pytest.mark.parametrize("name", registry.built_in_tasks())
def test_a_subtasks_page_names_each_of_its_options_and_what_takes_effect(name: str) -> None:
    text = (DOCS / "subtasks" / f"{name}.md").read_text("utf-8")
    section = text.partition("## Defaults")[2].partition("## Examples")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))
    off = set(re.findall(r"`(\w+)`", section.partition("Off unless you set them:")[2]))
    assert set(rows) | off == set(registry.task(name).defaults) and not set(rows) & off
    assert not [option for option, shown in rows.items() if re.search("None|False", shown)]


def test_the_reference_has_the_default_that_differs_by_subtask() -> None:
    text = (DOCS / "options.md").read_text("utf-8")
    assert '| `repeats` | `"first"`; `"last"` in rating_prediction |' in text
    assert "each subtask's |" not in text


def table_below(head: str, text: str) -> dict[str, str]:
    """The last column of a table by the name in its first one."""
    lines = text.partition(f"\n| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [line.strip("| ").split(" | ") for line in lines]
    return {first.strip("`"): rest[-1] for first, *rest in cells}


def test_the_page_on_templates_names_every_section_and_list_of_a_lexicon() -> None:
    text = (DOCS / "templates.md").read_text("utf-8")
    sections = table_below("section", text)
    extended = {*lexicon_files.EXTENDED_LISTS, "silent"}
    replaced = {*lexicon_files.REPLACED_LISTS, "phrases", "forms", "terms", "aliases"}
    assert {name for name, how in sections.items() if how == "added"} == extended
    assert {name for name, how in sections.items() if how == "replaced"} == replaced
    assert set(table_below("list", text)) == set(aspect_words.LISTS)


def test_the_lexicon_on_that_page_is_read_as_the_page_says(tmp_path: Path) -> None:
    text = (DOCS / "templates.md").read_text("utf-8")
    found = re.search(r"```yaml\n(# my-templates/(lexicon/\w+\.yaml)\n.*?)```", text, re.DOTALL)
    assert found
    path = tmp_path / found[2]
    path.parent.mkdir()
    path.write_text(found[1], "utf-8")
    words = templates.load_words(path.stem)
    plain = lexicon_files.load_lexicon(path.stem, words)
    own = lexicon_files.load_lexicon(path.stem, words, tmp_path)
    assert own.forms_of("category", "Sushi Bars")["fans"] == "sushi lovers"
    assert own.aspects.wishes == {**plain.aspects.wishes, "a view": ("view", "views", "skyline")}
    assert set(own.aspects.lists["minor"]) == {*plain.aspects.lists["minor"], "a view"}


def test_no_page_of_a_source_or_subtask_is_left_from_another_time() -> None:
    written = set(pages_by_path())
    for folder in ("sources", "subtasks"):
        assert {f"{folder}/{path.name}" for path in (DOCS / folder).iterdir()} <= written


def pages_by_path() -> list[str]:
    return [
        *(f"sources/{name}.md" for name in ("index", *registry.source_ids())),
        *(f"subtasks/{name}.md" for name in ("index", *registry.task_ids())),
    ]


def test_every_page_is_in_the_navigation() -> None:
    listed = str(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"])
    for path in DOCS.glob("*.md"):
        assert f"'{path.name}'" in listed, path.name


def needed_by_tests() -> dict[str, set[str]]:
    """The packages without which tests are skipped, each with the files of these tests."""
    names: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        found = re.findall(r"""(?:importorskip|find_spec)\(["'](\w+)""", text)
        for several in re.findall(r"find_spec\(name\) for name in \(([^)]*)\)", text):
            found += re.findall(r"\w+", several)
        for name in found:
            names.setdefault(name, set()).add(path.relative_to(ROOT).as_posix())
    return names


def test_contributors_are_told_which_tests_need_more_than_the_extra_for_tests() -> None:
    known = {"material": "mkdocs-material", "sklearn": "scikit-learn", "mkdocs": "mkdocs-material"}
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options.extras_require"]["test"] + setup["options"]["install_requires"]
    installed = {re.split(r"[\[ >=<]", line)[0] for line in lines.split("\n")} | {"itdr"}
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    told = {
        name: set(re.findall(r"`(tests/\S+)`", tests))
        for name, tests in re.findall(r"^\| `(\w+)`[^|]* \| (.*) \|$", text, re.MULTILINE)
    }
    missing = {
        name: files
        for name, files in needed_by_tests().items()
        if known.get(name, name.replace("_", "-"))
        not in {one.replace("_", "-") for one in installed}
    }
    assert told == missing


def test_the_citation_file_names_the_version_and_the_paper() -> None:
    text = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert text["version"] == itdr.__version__
    (paper,) = text["references"]
    names = [f"{one['given-names']} {one['family-names']}" for one in paper["authors"]]
    assert all(name in pages.card.PAPER for name in names)
    assert paper["year"] == 2026 and "2508.05667" in str(paper["identifiers"])


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("mkdocs", "material", "mkdocstrings")),
    reason="mkdocs-material and mkdocstrings are not installed",
)
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "--site-dir",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert result.returncode == 0, result.stderr
    reference = (tmp_path / "python" / "index.html").read_text("utf-8")
    for name in ("itdr.scoring.score", "itdr.rewards.ranking", "itdr.publish.folder.build"):
        assert f'id="{name}"' in reference
    page = (tmp_path / "subtasks" / "sequential_rec" / "index.html").read_text("utf-8")
    assert "Next item" in page or "comes next" in page
