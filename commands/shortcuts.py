"""`itdr shortcuts`: what rules without taste score, by source and policy of negatives, as a page."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from itdr.builders.core.errors import ConfigError
from itdr.commands import _outputs
from itdr.commands._options import with_options


@with_options
def run(
    config: Annotated[
        list[str], typer.Argument(help="Subtasks with candidates, as sequential_rec top_k_rec.")
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", help="Policy of negatives; may be repeated. Default: all."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "-o", "--out", help="Page to write, with a .json beside it; else it is printed."
        ),
    ] = None,
    classifiers: Annotated[
        bool, typer.Option("--classifiers/--no-classifiers", help="Train them too (extra `audit`).")
    ] = True,
    *,
    options: dict[str, Any],
) -> None:
    """Measure how well rules that know nothing about the user find the targets.

    Example: itdr shortcuts sequential_rec top_k_rec --sources ml-32m --data-dir DIR -o docs/shortcuts.md
    """
    from itdr.audit import record

    page = None if out is None else _outputs.file(out)
    if page is not None and page.suffix == ".json":
        raise ConfigError(
            f"{page} is the name of the figures beside the page: name the page, as "
            f"{page.with_suffix('.md')}."
        )
    entries = record.record(config, policy or record.POLICIES, options, classifiers)
    if page is None:
        print(record.text(entries))
    else:
        record.write(entries, page)
