"""The lowest versions that setup.cfg declares, as pip's constraints: `python .ci/lowest.py > file`."""

from __future__ import annotations

import configparser
import re
from pathlib import Path


def lowest(text: str) -> list[str]:
    """Constraints of a `setup.cfg`.

    Args:
        text: its text.

    Returns:
        `name==version` for each requirement, in their order.

    Raises:
        ValueError: for a requirement without a lower bound.
    """
    config = configparser.ConfigParser()
    config.read_string(text)
    found = []
    for line in config["options"]["install_requires"].split("\n"):
        if not line.strip():
            continue
        bound = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*>=\s*([0-9][0-9.]*)", line.strip())
        if bound is None:
            raise ValueError(f"setup.cfg: {line.strip()!r} has no lower bound to be tried.")
        found.append(f"{bound[1]}=={bound[2]}")
    return found


if __name__ == "__main__":
    print("\n".join(lowest((Path(__file__).parents[1] / "setup.cfg").read_text("utf-8"))))
