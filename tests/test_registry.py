"""What is found by walking the two folders, and what is said of a file that cannot be read."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import itdr.builders.sources as sources_package
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import SOURCE_OPTIONS
from itdr.builders.dataset import registry
from itdr.builders.rendering import templates

SHOP = """
import dataclasses
from itdr.builders.sources import ml_1m
SOURCE = dataclasses.replace(ml_1m.SOURCE, id="new-shop", title="A new shop")
"""


@pytest.fixture
def new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Puts a file of a source beside those that there are."""
    folder = tmp_path / "sources"
    folder.mkdir()

    def forget() -> None:
        for cached in (registry._installed_source, registry.built_in_ids):
            cached.cache_clear()

    def put(text: str) -> Path:
        (folder / "new_shop.py").write_text(text)
        monkeypatch.setattr(sources_package, "__path__", [*sources_package.__path__, str(folder)])
        monkeypatch.setattr(registry, "BUILDERS", tmp_path)
        forget()
        return folder / "new_shop.py"

    yield put
    monkeypatch.undo()
    forget()


def test_a_new_file_is_a_source_at_once(new_file: Callable[[str], Path]) -> None:
    new_file(SHOP)
    assert registry.source_ids() == ("new-shop",)
    assert registry.source("new-shop").title == "A new shop"


def test_an_import_that_fails_names_the_file(new_file: Callable[[str], Path]) -> None:
    path = new_file("from itdr.builders.nowhere import this\n")
    path.rename(path.with_name("broken_shop.py"))
    registry.built_in_ids.cache_clear()
    with pytest.raises(ConfigError, match=r"broken_shop\.py cannot be imported .*mend the import"):
        registry.source("broken-shop")


def test_a_file_without_a_declaration_is_told(new_file: Callable[[str], Path]) -> None:
    path = new_file("HERE = 1\n")
    path.rename(path.with_name("empty_shop.py"))
    registry.built_in_ids.cache_clear()
    with pytest.raises(ConfigError, match=r"empty_shop\.py declares no SOURCE: docs/adding\.md"):
        registry.source("empty-shop")


def test_an_installation_that_does_not_see_new_files_says_how_to_renew_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "ghost_shop.py").write_text("")
    monkeypatch.setattr(registry, "BUILDERS", tmp_path)
    registry.built_in_ids.cache_clear()
    try:
        with pytest.raises(ConfigError, match=r"run `pip install -e \.` again"):
            registry.source("ghost-shop")
        monkeypatch.setattr(registry, "BUILDERS", tmp_path / "__editable__.itdr-0.1.0" / "builders")
        registry.built_in_ids.cache_clear()
        with pytest.raises(ConfigError, match=r"Unknown source .*run `pip install -e \.` again"):
            registry.source("new-shop")
    finally:
        monkeypatch.undo()
        registry.built_in_ids.cache_clear()


def test_subtasks_are_the_modules_that_declare_one() -> None:
    folder = registry.BUILDERS / "tasks"
    declared = {
        path.stem
        for path in folder.glob("[!_]*.py")
        if hasattr(importlib.import_module(f"itdr.builders.tasks.{path.stem}"), "TASK")
    }
    assert set(registry.built_in_tasks()) == declared
    assert len(declared) < len(list(folder.glob("[!_]*.py"))), "some modules are shared code"
    for name in declared:
        assert registry.task(name).id == name


@pytest.mark.parametrize(
    ("field", "given", "what"),
    [
        ("options", {"works": "book"}, "Unknown option 'works'. Did you mean 'work'?"),
        ("ids", {"user": "[0-9]+"}, "Unknown column of ids 'user'."),
    ],
)
def test_what_no_source_can_say_is_refused(field: str, given: dict[str, str], what: str) -> None:
    shop = registry.source("ml-1m")
    with pytest.raises(ConfigError, match=re.escape(f"new-shop: {what}")):
        dataclasses.replace(shop, id="new-shop", **{field: given})


def test_the_page_on_sources_lists_every_option() -> None:
    page = (registry.BUILDERS.parent / "docs" / "adding.md").read_text("utf-8")
    found = re.findall(r"^  \| `(\w+)` \| `(.*)` \| (.*)\. \|$", page, re.MULTILINE)
    rows = {name: meaning for name, _, meaning in found}
    examples = {name: ast.literal_eval(example) for name, example, _ in found}
    assert rows == {
        name: meaning[0].upper() + meaning[1:] for name, meaning in SOURCE_OPTIONS.items()
    }
    used = {name for one in registry.source_ids() for name in registry.source(one).options}
    assert used <= set(rows)
    for name in registry.source_ids():
        for option, value in registry.source(name).options.items():
            assert type(value) is type(examples[option]), (name, option)
    shop = dataclasses.replace(registry.source("ml-1m"), id="new-shop", options=examples)
    words = templates.words_of(shop)
    assert examples["wording"].items() <= words.items()
    assert examples["wording"].keys() <= templates.words_of(registry.source("ml-1m")).keys()
