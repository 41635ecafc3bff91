"""`itdr audit`: is a data set clean? Exit code 1, and the offending ids, where it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from itdr.commands._options import with_options


@with_options
def run(
    data: Annotated[
        str,
        typer.Argument(
            help="A folder that `itdr build` wrote, or a config; with --rows-only also any instruction "
            "file (jsonl, json, parquet, csv) or a folder of them."
        ),
    ],
    rows_only: Annotated[
        bool, typer.Option("--rows-only", help="Check the rows alone, without the raw data.")
    ] = False,
    max_chars: Annotated[
        int | None,
        typer.Option("--max-chars", min=1, help="The longest question allowed, in characters."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Which column of a file that itdr did not build holds what, where it cannot be guessed: "
            "prompt=question,answer=response,history=…,candidates=…,id=…,user=…,split=…"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all faults as JSON.")] = False,
    *,
    options: dict[str, Any],
) -> None:
    """Check rows for leaks and giveaways, also against the raw data.

    For a folder, give --data-dir (or --sample) as it was built; its other options are known.
    With --rows-only, any instruction file can be checked, as far as its columns allow. The exit code
    is 1 if a fault is found. Example: itdr audit sequential_rec --sample
    """
    from itdr.audit import text

    results = _results(data, rows_only, max_chars, columns, options)
    if as_json:
        print(json.dumps([one.entry() for one in results], indent=1, ensure_ascii=False))
    else:
        print(text(results))
    if any(one.faults for one in results):
        raise typer.Exit(1)


def _results(
    data: str, rows_only: bool, max_chars: int | None, columns: str | None, options: dict[str, Any]
) -> list[Any]:
    from itdr.audit import audit, unproven_note
    from itdr.audit.any_files import parse_columns
    from itdr.audit.any_rows import audit_files
    from itdr.audit.row_checks import MAX_TEXT_CHARS
    from itdr.builders.core.errors import ConfigError, ItdrError, RawFileError
    from itdr.builders.dataset.registry import config_names
    from itdr.scoring import built
    from itdr.scoring.data import open_data

    place, longest = Path(data).expanduser(), max_chars or MAX_TEXT_CHARS
    fields = parse_columns(columns)
    elsewhere = place.is_dir() and data not in config_names() and not built.data_files(place)
    if place.is_file() or elsewhere or (fields and place.exists()):
        if not rows_only:
            raise ConfigError(
                f"{data} was not built by itdr, so only its rows can be audited: add --rows-only."
            )
        if options:
            raise ConfigError(
                f"{', '.join(options)} can change nothing in {data}, which was not built by itdr."
            )
        return audit_files(place, fields, longest)
    data_set = open_data(data, options)
    try:
        return audit(data_set, raw=not rows_only, longest=longest)
    except RawFileError as error:
        raise ItdrError(unproven_note(error)) from error
