"""`itdr push`: a built folder, to the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(help="A folder that `itdr build` wrote.")],
    name: Annotated[str, typer.Argument(help="The data set on the Hub, as owner/name.")],
    private: Annotated[
        bool,
        typer.Option(
            "--private", help="Make it private; required if a licence forbids redistribution."
        ),
    ] = False,
) -> None:
    """Upload a built folder with huggingface_hub.

    If the licence of one of its sources forbids redistribution, a public push is refused.
    Example: itdr push itdr-data me/my-data --private
    """
    from itdr.publish.push import push

    print(push(folder, name, private))
