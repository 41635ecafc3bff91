"""Tables of options: what takes effect in each subtask, and which options are off unless they are set."""

from __future__ import annotations

from itdr.builders.dataset import registry
from itdr.builders.dataset.options import DECLARED, shown_default
from itdr.publish.tables import table


def effective_default(task: str, option: str) -> str:
    """What an option comes to in a subtask where nobody sets it.

    Args:
        task: id of a subtask.
        option: an option that the subtask has.

    Returns:
        Markdown; an empty text where the option is off.
    """
    value = registry.task(task).defaults[option]
    if value is None:
        unset = DECLARED[option].unset
        return unset.get(task, unset.get("", ""))
    return "" if value is False else f"`{value!r}`".replace("'", '"')


def defaults_of(task: str) -> str:
    """The options of a subtask with what takes effect, and below the names of those that are off.

    Args:
        task: id of a subtask.

    Returns:
        Markdown.
    """
    defaults = {name: effective_default(task, name) for name in registry.task(task).defaults}
    rows = [(f"`{name}`", text) for name, text in defaults.items() if text]
    off = ", ".join(f"`{name}`" for name, text in defaults.items() if not text)
    parts = [table(("option", "default"), rows), f"Off unless you set them: {off}." if off else ""]
    return "\n\n".join(part for part in parts if part)


def all_options() -> str:
    """Every option with its default and meaning.

    Returns:
        A Markdown table.
    """
    rows = [(f"`{name}`", _default(name), info.help) for name, info in DECLARED.items()]
    return table(("option", "default", ""), rows)


def _default(option: str) -> str:
    """The default of an option; where subtasks differ, each value with its subtasks."""
    info = DECLARED[option]
    if info.shown_default:
        return info.shown_default
    if not info.of_subtasks:
        return f"`{shown_default(option)}`"
    tasks: dict[str, list[str]] = {}
    for task in registry.built_in_tasks():
        if option in registry.task(task).defaults:
            tasks.setdefault(effective_default(task, option) or "off", []).append(task)
    # Most subtasks have the first one, which goes without their names.
    first, *others = sorted(tasks, key=lambda text: -len(tasks[text]))
    return "; ".join([first, *(f"{text} in {' and '.join(tasks[text])}" for text in others)])
