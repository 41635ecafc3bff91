"""What can be split by time or by place in a history, and what cannot."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.dataset import registry
from itdr.builders.dataset.options import RowOptions
from itdr.builders.sampling import cuts

WITHIN_USERS = ("leave_one_out", "cold_item")
"""Splits that divide what one user did by its place or its items."""
RANKING = ("sequential_rec", "top_k_rec")
"""Subtasks that can be split so."""


def check_split(options: RowOptions, config: str, sources: Sequence[str]) -> None:
    """Check `split_by` and `cuts` against the config and its sources.

    Args:
        options: the options of the config.
        config: its name.
        sources: the ids of the chosen sources.

    Raises:
        ConfigError: where a split has no meaning for the config, or a source lacks what it needs.
    """
    cuts.parse(options.cuts)
    if options.cuts is not None and options.split_by != "time":
        raise ConfigError(
            f"cuts has a meaning with split_by='time' alone, not with {options.split_by!r}."
        )
    _check_validation(options, config)
    if options.split_by in (None, "user"):
        return
    if UNDERSTANDING in [one.root for one in registry.tasks_of(config)]:
        raise ConfigError(
            f"split_by={options.split_by!r} has no meaning for {config}: a profile is not "
            "dated. Use split_by='user'."
        )
    if options.split_by in WITHIN_USERS:
        others = [one.id for one in registry.tasks_of(config)]
        others = [name for name in others if name not in RANKING]
        if others:
            raise ConfigError(
                f"split_by={options.split_by!r} has no meaning for {', '.join(others)}; it has for "
                f"{', '.join(RANKING)}."
            )
    needed = "times" if options.split_by == "time" else "an order"
    columns = {"interactions.timestamp"}
    if options.split_by in WITHIN_USERS:
        columns.add("interactions.seq")
    lacking = [name for name in sources if not columns & set(registry.source(name).columns)]
    if lacking:
        raise ConfigError(
            f"split_by={options.split_by!r} needs {needed}, which {', '.join(lacking)} lacks: leave it "
            "out of sources, or use split_by='user'."
        )


def _check_validation(options: RowOptions, config: str) -> None:
    """Check `validation`. Raises `ConfigError` where the rule has no meaning."""
    if options.validation == "time":
        return
    if options.split_by != "time":
        raise ConfigError(
            f"validation={options.validation!r} has a meaning with split_by='time' alone, not with "
            f"{options.split_by!r}."
        )
    others = [one.id for one in registry.tasks_of(config) if one.id not in RANKING]
    if others:
        raise ConfigError(
            f"validation={options.validation!r} has no meaning for {', '.join(others)}; it has for "
            f"{', '.join(RANKING)}."
        )
