"""`itdr card`: regenerate the files of a checkout that follow from the declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail where a file is stale.")
    ] = False,
    root: Annotated[
        Path | None, typer.Option(help="The checkout; by default the one this runs from.")
    ] = None,
) -> None:
    """Regenerate parts of README.md, pages of docs/, and dataset_infos.json (for developers)."""
    from itdr.builders.core.errors import ConfigError
    from itdr.publish import project

    stale = []
    for path, text in project.generated_files(root or project.HOME).items():
        if path.read_text("utf-8") != text if path.exists() else True:
            stale.append(path)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8", newline="\n")
    names = ", ".join(path.name for path in stale[:5]) + (" and others" if len(stale) > 5 else "")
    if check and stale:
        raise ConfigError(f"{names}: stale. Run `itdr card`.")
    print(f"Written: {names}" if stale else "Nothing to do: everything is up to date.")
