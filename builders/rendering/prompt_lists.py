"""Whether a user's own prompts show what the question is about: the history, the candidates."""

from __future__ import annotations

import re
from pathlib import Path

from itdr.builders.core.messages import warn_once
from itdr.builders.rendering import jinja
from itdr.builders.rendering.template_files import Template, texts_of

_LAYOUT = re.compile("_(lines|numbered|inline)$")
"""How the name of a list ends where it is printed."""


def say_incomplete(task: str, folder: Path, language: str) -> None:
    """A line for each prompt of a user's own without a list that all of the package's show, as the candidates.

    Args:
        task: id of the task.
        folder: the user's folder.
        language: code of the language.

    Raises:
        TemplateError: for a mistake in the user's file.
    """
    built_in = texts_of(task, None, language)["prompts"]
    for one in texts_of(task, folder, language)["prompts"].values():
        alike = [_lists(other) for other in built_in.values() if _is_open(other) == _is_open(one)]
        if built_in.get(one.id) is one or not alike:
            continue
        try:
            lists = {_LAYOUT.sub("", name) for name in one.needed}
        except jinja.TextError:
            continue  # `load` names its line
        lacking = sorted(frozenset.intersection(*alike) - lists)
        if lacking:
            warn_once(
                f"itdr: {one.path}:{one.line}: {one.id} does not show the {' and the '.join(lacking)}: add "
                f"{{{{ {lacking[0]}_lines }}}}, unless that is meant"
            )


def _lists(template: Template) -> frozenset[str]:
    """The lists that a text shows, in whatever layout."""
    laid_out = {_LAYOUT.sub("", name) for name in template.needed if _LAYOUT.search(name)}
    return frozenset(laid_out | set(jinja.usage(template.text).lists))


def _is_open(template: Template) -> bool:
    """Whether a text serves cases without candidates."""
    return dict(template.when).get("open", False) is not False
