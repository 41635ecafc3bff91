"""The optional libraries of scoring: asked for by one clear error where they are missing."""

from __future__ import annotations

import importlib

from itdr.builders.core.errors import ItdrError

LIBRARIES = ("ir_measures", "rouge_score", "sacrebleu")
DISTRIBUTIONS = {"sklearn": "scikit-learn"}
"""What to install for modules whose distribution has another name."""


class MissingExtraError(ItdrError, ImportError):
    """A library that only scoring needs is not installed."""


def require(*names: str) -> None:
    """Import these libraries (by default those of scoring).

    Raises:
        MissingExtraError: naming the command that installs them.

    Args:
        names: modules to import; none means those of scoring.
    """
    missing = []
    for name in names or LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        packages = " ".join(DISTRIBUTIONS.get(name, name) for name in missing)
        raise MissingExtraError(
            f"This needs {', '.join(missing)}, not installed here. Run: pip install {packages}"
        )
