"""The command `itdr`. Each command has a file of its own in `commands/`; this one gathers them and turns
errors into one line.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from typing import Annotated, Any

import typer

from itdr.commands import (
    audit,
    baseline,
    build,
    cache,
    card,
    export,
    fetch,
    init,
    listing,
    plan,
    push,
    report,
    score,
    shortcuts,
    show,
    sources,
    stats,
    templates,
    verify,
)

UsageError: Any = typer.BadParameter.__base__
"""The error of a wrong option or argument; depending on its version, typer's own or `click`'s."""

ABOUT = "Instruction-tuning data for recommendation, made on demand from public benchmarks."
FIRST_STEPS = f"""{ABOUT}

  itdr list                                            the configs and their sources
  itdr show sequential_rec --sample --sources ml-32m   a few examples, without downloading
  itdr plan sequential_rec                             what would be downloaded, and the disk space it takes
  itdr build sequential_rec --sample -o out            a complete Hub data set in a folder
  itdr score answers.jsonl --data out                  how good a model's answers are

All commands: itdr --help. One of them: itdr build --help."""
COMPLETING = "_ITDR_COMPLETE"
"""Set by a shell that requests completion."""

app = typer.Typer(
    name="itdr",
    help=f"{ABOUT}\n\nBegin with `itdr list`, then `itdr show sequential_rec --sample --sources ml-32m`.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from itdr import __version__

        print(f"itdr {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def first_steps(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(FIRST_STEPS)


app.command("list")(listing.run)
app.command("sources")(sources.run)
app.command("plan")(plan.run)
app.command("init")(init.run)
app.command("fetch")(fetch.run)
app.command("verify")(verify.run)
app.command("show")(show.run)
app.command("templates")(templates.run)
app.command("build")(build.run)
app.command("push")(push.run)
app.command("stats")(stats.run)
app.command("report")(report.run)
app.command("score")(score.run)
app.command("baseline")(baseline.run)
app.command("audit")(audit.run)
app.command("shortcuts", hidden=True)(shortcuts.run)
app.command("card", hidden=True)(card.run)
app.command("export")(export.run)
app.add_typer(cache.app, name="cache")


def main() -> None:
    """Run the command line. An error that the user can fix is one line on stderr, with exit code 1."""
    _set_up_log()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Characters that the terminal cannot show are escaped; files are always UTF-8.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _run(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = _stopped()
    except BrokenPipeError:
        # The reader (`| head`) has had enough.
        code = 0
        _close_output()
    except Exception as error:
        code = _failed(error)
    sys.exit(code)


def _set_up_log() -> None:
    from itdr.commands._wording import Formatter

    handler = logging.StreamHandler()
    handler.setFormatter(Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler])


def _run(arguments: list[str]) -> int:
    """Run a command; its exit code. Not `app()`, which keeps Ctrl-C and closed pipes to itself."""
    if COMPLETING in os.environ:
        app(prog_name="itdr")
    command = typer.main.get_command(app)
    try:
        with command.make_context("itdr", arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return int(end.exit_code)
    except typer.Abort:
        return _stopped()
    except UsageError as error:
        error.show()
        return int(error.exit_code)
    return 0


def _stopped() -> int:
    print(
        "itdr: interrupted. Finished work is kept; run the same command to resume.", file=sys.stderr
    )
    return 130


def _failed(error: Exception) -> int:
    from itdr.builders.store.engine import is_interrupt
    from itdr.commands._failures import sentence
    from itdr.commands._wording import as_options

    if is_interrupt(error):
        return _stopped()
    message = sentence(error)
    if message is None:
        raise error
    print(f"itdr: {as_options(message)}", file=sys.stderr)
    _close_output()
    return 1


def _close_output() -> None:
    """Discard what standard output still holds: Python would fail on it again at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
