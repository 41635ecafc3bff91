"""Whom to avoid is asked for where something is known of it, in templates and in rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from itdr.builders.rendering import template_files
from itdr.builders.rendering.template_files import Template
from tests import planted, world

TASK = "target_user_identification"
ASKS = {
    "en": r"avoid|not (for|suit|bother)|spare|warn|disappoint|for (whom|what kind) it is not|that should not|to "
    r"whom it should not",
    "zh": "不适合|不宜|不必|避开|提醒|失望|不应|哪些不会",
}
MAY_BE_NONE = {
    "en": r"if any\b|if anyone|if there are|if some|if the (figures|facts)|where the numbers",
    "zh": "如果",
}


def texts(language: str) -> list[Template]:
    path = template_files.built_in_file(TASK, language)
    _, found = template_files.read_task(path, TASK)
    return [*found["descriptions"].values(), *found["prompts"].values()]


def demands(text: str, language: str = "en") -> bool:
    """Whether the text asks whom to avoid as if there were somebody."""
    asks = re.search(ASKS[language], text, re.I)
    return bool(asks) and not re.search(MAY_BE_NONE[language], text, re.I)


def flag(template: Template) -> bool | None:
    return dict(template.when).get("avoid")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_that_demand_it_serve_only_where_something_speaks_against_the_item(
    language: str,
) -> None:
    every = texts(language)
    for template in every:
        assert demands(template.text, language) == (flag(template) is True), template.id
        if flag(template) is False:
            assert not re.search(ASKS[language], template.text, re.I), template.id
    assert {flag(one) for one in every} == {True, False, None}


@pytest.mark.parametrize("avoid", [True, False])
@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("unseen", [True, False])
def test_every_kind_of_case_has_prompts(avoid: bool, shown: bool, unseen: bool) -> None:
    named = {"avoid": avoid, "facts_shown": shown}
    flags = frozenset(name for name, there in named.items() if there)
    prompts = [one for one in texts("en") if "descriptions" not in one.id]
    assert any(one.serves(flags) and one.unseen == unseen for one in prompts)


@pytest.mark.parametrize("options", [{}, {"show_facts": True}, {"templates": "unseen"}])
def test_rows_answer_what_they_are_asked(options: dict[str, object], tmp_path: Path) -> None:
    root, _ = planted.liked_together()
    every = world.everything(
        world.load(TASK, root, sources=["ml-1m"], cells="all", size="all", **options)
    )
    planted_rows = _rows_with_reviews(tmp_path, options)
    assert {_warns(row) for row in every} == {True, False}
    for row in [*every, *planted_rows]:
        # What the item or its reviews say is no question.
        asked = "\n".join(line for line in row["input"].splitlines() if _is_ours(line))
        if demands(asked) or demands(row["instruction"]):
            assert _warns(row), row["input"]


def _warns(row: dict[str, object]) -> bool:
    """Whether an answer says for whom the item is not, or warns everybody but those whom it names."""
    return bool(
        re.search(
            r"\n\n(Not for\b|Not to|This \w+ is less likely|A caveat)",
            str(row["output"]),
        )
    )


def _is_ours(line: str) -> bool:
    return not re.match(r"- |\d+\. |[A-Z][\w ]*: ", line) or line.startswith("Task: ")


def _rows_with_reviews(folder: Path, options: dict[str, object]) -> list[dict[str, object]]:
    planted.reviews(folder / "amazon-reviews-2023", users=500, items=120)
    source = "amazon-reviews-2023/All_Beauty"
    return world.everything(world.load(TASK, folder, sources=[source], size="all", **options))
