"""MkDocs: pages of the site that lie at the root of the repository, and the package as it is imported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FROM_ROOT = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
PACKAGE = ROOT / "build" / "api" / "itdr"
DOCUMENTED = ("rewards.py", "scoring", "publish")
"""What `python.md` documents. The root of the repository is the package `itdr`, whatever it is called."""


def _lay_out_package() -> None:
    """Lay the documented modules into a folder called `itdr`, where they can be read and not run."""
    PACKAGE.mkdir(parents=True, exist_ok=True)
    (PACKAGE / "__init__.py").unlink(missing_ok=True)
    (PACKAGE / "__init__.py").touch()
    for name in DOCUMENTED:
        link = PACKAGE / name
        if not link.exists():
            link.symlink_to(ROOT / name)


# Before the plugins look for the package, which they do as soon as they are configured.
_lay_out_package()


def on_config(config: Any) -> Any:
    """List the pages of folders in the navigation."""
    config["nav"] = [_expanded(entry) for entry in config["nav"]]
    return config


def _expanded(entry: Any) -> Any:
    """An entry of the navigation, with the pages of a folder where it names one."""
    ((title, value),) = entry.items()
    if not (isinstance(value, str) and value.endswith("/")):
        return entry
    pages = sorted(
        (ROOT / "docs" / value).glob("*.md"), key=lambda path: (path.stem != "index", path)
    )
    return {title: [value + path.name for path in pages]}


def on_files(files: Any, config: Any) -> Any:
    """Add them, with links into `docs/` as they are from there."""
    from mkdocs.structure.files import File

    for target, name in FROM_ROOT.items():
        text = (ROOT / name).read_text("utf-8").replace("](docs/", "](")
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Rewrite what the fences of code blocks say to the tests: a file's name becomes a title."""
    markdown = re.sub(r"^```(\w+) file=(\S+)$", r'```\1 title="\2"', markdown, flags=re.MULTILINE)
    return re.sub(r"^```(\w+) (run|needs=\S+)$", r"```\1", markdown, flags=re.MULTILINE)
