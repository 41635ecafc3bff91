"""The command `itdr`: what there is, what it looks like, and building it. One file per command in
`commands/`; this one only gathers them and turns errors into one line."""

from __future__ import annotations

import logging
import sys

import typer

from itdr.builders.errors import ItdrError
from itdr.commands import (
    audit,
    baseline,
    build,
    card,
    fetch,
    listing,
    plan,
    push,
    report,
    score,
    show,
    sources,
    stats,
    verify,
)

app = typer.Typer(
    name="itdr",
    help="Instruction-tuning data for recommendation, made on demand from public benchmarks.\n\n"
    "Begin with `itdr list`, then `itdr show sequential_rec --sample`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("list")(listing.run)
app.command("sources")(sources.run)
app.command("plan")(plan.run)
app.command("fetch")(fetch.run)
app.command("verify")(verify.run)
app.command("show")(show.run)
app.command("build")(build.run)
app.command("push")(push.run)
app.command("stats")(stats.run)
app.command("report")(report.run)
app.command("score")(score.run)
app.command("baseline")(baseline.run)
app.command("audit")(audit.run)
app.command("card")(card.run)


def main() -> None:
    """Run the command line; an error that the user can mend is one line on stderr, exit code 1."""
    logging.basicConfig(format="%(message)s")
    try:
        app(prog_name="itdr")
    except ItdrError as error:
        print(f"itdr: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(
            "itdr: stopped; what was finished is kept, a rerun goes on from there.", file=sys.stderr
        )
        sys.exit(130)
    except BrokenPipeError:
        # The reader (`| head`) has had enough: no traceback when Python closes stdout.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
