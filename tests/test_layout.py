"""The architecture: packages import downwards only, and cached results hash all the code they run."""

from __future__ import annotations

import ast
import configparser
import functools
import re
import shutil
from pathlib import Path

import pytest

from itdr.builders.core import fingerprint

ROOT = Path(__file__).resolve().parents[1]
ORDER = (
    ("builders.core", "templates"),
    ("builders.sources", "builders.rawfiles"),
    ("builders.store",),
    ("builders.sampling",),
    ("builders.evidence",),
    ("builders.rendering",),
    ("builders.tasks",),
    ("builders.dataset",),
    ("publish",),
    ("scoring", "spark"),
    ("audit", "evaluation", "rewards"),
    ("commands",),
    ("itdr",),
)
"""Packages from the bottom to the top; those of one line may call each other's public modules."""
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
OPTIONAL_TOP = {"__init__", "__main__"}

pytestmark = pytest.mark.skipif(
    not (ROOT / "setup.cfg").exists(), reason="needs the checkout, not the wheel"
)


def module_files() -> dict[str, Path]:
    """Modules by dotted name without `itdr.`."""
    tops = {name.partition(".")[0] for name in LEVEL}
    files = {}
    for top in sorted(tops):
        if (ROOT / f"{top}.py").exists():
            files[top] = ROOT / f"{top}.py"
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def test_the_page_lists_the_packages_in_this_order() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    listed = [one.replace("/", ".") for one in re.findall(r"^\d\. \*\*`(\S+)`", text, re.MULTILINE)]
    assert len(listed) == 8
    levels = [LEVEL[name] for name in listed]
    assert levels == sorted(levels)


FILES = module_files()


def imports(module: str) -> set[str]:
    """The project's modules that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
            continue
        if node.module != "itdr" and not node.module.startswith("itdr."):
            continue
        base = node.module.removeprefix("itdr").lstrip(".")
        for alias in node.names:
            full = f"{base}.{alias.name}".lstrip(".")
            found.add(full if full in FILES else base)
    return (found & set(FILES)) - {module}


@functools.cache
def all_imports() -> dict[str, set[str]]:
    """Asked by tests, not when this file is imported: each worker does that."""
    return {module: imports(module) for module in FILES}


def package(module: str) -> str:
    return next(
        name
        for name in sorted(LEVEL, key=len, reverse=True)
        if module == name or module.startswith(f"{name}.")
    )


def test_nothing_imports_upwards() -> None:
    upward = [
        f"{module} imports {other}"
        for module, others in all_imports().items()
        for other in others
        if module != "builders" and LEVEL[package(other)] > LEVEL[package(module)]
    ]
    assert not upward


def test_there_is_no_circle() -> None:
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way[way.index(module) :], module])
        if module not in done:
            for other in sorted(all_imports()[module]):
                visit(other, (*way, module))
            done.add(module)

    for module in all_imports():
        visit(module, ())


def test_no_private_module_is_imported_from_another_package() -> None:
    private = []
    for module, others in all_imports().items():
        for other in others:
            parts = other.split(".")
            hidden = next((k for k, part in enumerate(parts) if part.startswith("_")), None)
            if hidden is not None and not module.startswith(".".join(parts[:hidden])):
                private.append(f"{module} imports {other}")
    assert not private


LONGEST = 500
"""Lines of a file: longer ones hold more than one idea."""


def test_no_file_is_too_long() -> None:
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in FILES.items()}
    assert not {name: n for name, n in lines.items() if n > LONGEST}


def test_a_class_name_stands_for_one_thing() -> None:
    owners: dict[str, list[str]] = {}
    for module, path in FILES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                owners.setdefault(node.name, []).append(module)
    shared = {name: modules for name, modules in owners.items() if len(modules) > 1}
    assert not shared, shared


BARE_NAMES = {
    *("told", "made", "met", "found", "one", "kept", "given", "said", "place", "things", "asked"),
    *("declared", "printed", "aligned", "generated", "redacted", "resampled", "isolated", "coded"),
    *("listed", "shown", "picked", "quoted", "chosen", "available", "retrieved", "recognised"),
}


def test_public_functions_have_searchable_names() -> None:
    bare = [
        f"{module}.{node.name}"
        for module, path in FILES.items()
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.lower() in BARE_NAMES
    ]
    assert not bare


@pytest.mark.parametrize("packages", [fingerprint.STORE_PACKAGES, fingerprint.COUNT_PACKAGES])
def test_hashed_packages_import_only_what_is_hashed(packages: tuple[str, ...]) -> None:
    hashed = tuple("builders." + name.replace("/", ".") for name in packages)

    def is_hashed(module: str) -> bool:
        return any(module == name or module.startswith(f"{name}.") for name in hashed)

    outside = [
        f"{module} imports {other}"
        for module, others in all_imports().items()
        if is_hashed(module)
        for other in others
        if not is_hashed(other) and other not in NOT_DECIDING
    ]
    assert not outside


NOT_DECIDING = {
    "builders.rawfiles.locate",
    "builders.rawfiles.published",
    "builders.rawfiles.refused_files",
    "builders.rawfiles.checksums",
    "builders.rawfiles.row_count",
    "builders.sources",
}
"""Where raw files lie and what their sums are: part of a store's key by the files' own fingerprints."""


@pytest.mark.parametrize(
    "path",
    sorted(
        str(path.relative_to(fingerprint.BUILDERS))
        for name in {*fingerprint.STORE_PACKAGES, *fingerprint.COUNT_PACKAGES}
        for path in (fingerprint.BUILDERS / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ),
)
def test_an_edit_of_any_hashed_file_changes_the_fingerprint(
    path: str, code_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "BUILDERS", code_copy)
    source = code_copy / "sources" / "ml_1m.py"

    def codes() -> tuple[str, str]:
        return fingerprint.store_code(source), fingerprint.count_code.__wrapped__()

    before = codes()
    edited = code_copy / path
    text = edited.read_bytes()
    try:
        edited.write_bytes(text + b"# edited\n")
        after = codes()
    finally:
        edited.write_bytes(text)
    changed = [one != other for one, other in zip(before, after, strict=True)]
    expected = [
        any(path.startswith(f"{name}/") for name in packages)
        for packages in (fingerprint.STORE_PACKAGES, fingerprint.COUNT_PACKAGES)
    ]
    assert changed == expected


@pytest.fixture(scope="module")
def code_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the hashed packages, to be edited."""
    copy = tmp_path_factory.mktemp("code") / "builders"
    shutil.copytree(
        fingerprint.BUILDERS, copy, ignore=shutil.ignore_patterns("__pycache__", "sample")
    )
    return copy


def test_the_list_of_packages_is_the_tree() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    declared = set(setup["options"]["packages"].split())
    tops = {name.partition(".")[0] for name in LEVEL} - {"rewards", "itdr"}
    there = {
        ".".join(("itdr", *path.relative_to(ROOT).parent.parts))
        for top in tops
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert declared - {"itdr", "itdr.templates"} == there


def constants(path: Path) -> dict[str, str]:
    """The values of the public constants that a module defines, as they are written."""
    found: dict[str, str] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.Assign):
            continue
        (target,) = node.targets
        several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
        names = target.elts if several else [target]  # type: ignore[union-attr]
        values = node.value.elts if several else [node.value]  # type: ignore[union-attr]
        for name, value in zip(names, values, strict=True):
            if isinstance(name, ast.Name) and name.id.isupper() and name.id[0] != "_":
                found[name.id] = ast.unparse(value)
    return found


def test_a_constant_of_the_evidence_means_one_thing() -> None:
    """No name stands for two values: whoever reads it in one module knows it in all of them."""
    meanings: dict[str, dict[str, str]] = {}
    for module, path in FILES.items():
        if module.startswith("builders.evidence."):
            for name, value in constants(path).items():
                meanings.setdefault(name, {})[module] = value
    assert len(meanings) > 200
    assert {name: used for name, used in meanings.items() if len(set(used.values())) > 1} == {}
