"""`itdr audit`: is a data set clean? Exit code 1, and the offending ids, where it is not."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from itdr.commands._options import with_options


@with_options
def run(
    data: Annotated[str, typer.Argument(help="A folder that `itdr build` wrote, or a config.")],
    rows_only: Annotated[
        bool, typer.Option("--rows-only", help="Check the rows alone, not against the raw data.")
    ] = False,
    max_chars: Annotated[
        int, typer.Option("--max-chars", min=1, help="The longest question allowed.")
    ] = 20_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print all faults as JSON.")] = False,
    *,
    options: dict[str, Any],
) -> None:
    """Prove, on the rows and from the raw data, that there is no leak and no giveaway.

    For a folder, give --data-dir (or --sample) as it was built; its other options are known.
    Exit code 1 where something is wrong. Example: itdr audit sequential_rec --sample
    """
    from itdr.audit import audit, text, unproven
    from itdr.builders.core.errors import ItdrError, RawFileError
    from itdr.scoring.data import open_data

    opened = open_data(data, options)
    try:
        results = audit(opened, raw=not rows_only, longest=max_chars)
    except RawFileError as error:
        raise ItdrError(unproven(error)) from error
    if as_json:
        print(json.dumps([one.entry() for one in results], indent=1, ensure_ascii=False))
    else:
        print(text(results))
    if any(one.faults for one in results):
        raise typer.Exit(1)
