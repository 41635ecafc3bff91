"""A description and the prompt that goes with it do not repeat each other."""

from __future__ import annotations

import re

import pytest

from itdr.builders.rendering import templates
from tests.test_templates import EVERY, EVERY_ID, load, values


@pytest.mark.parametrize(("task", "flags"), EVERY, ids=EVERY_ID)
def test_a_description_and_its_prompt_do_not_say_the_same(task: str, flags: set[str]) -> None:
    """Not a whole clause: eight words that stand in both say it twice."""
    context = {**templates.load_words("films"), **values(task)}
    seen, unseen = load(task), load(task, "unseen")
    prompts = (*seen.prompts["train"], *unseen.prompts["test"])
    shown = {one: _runs(one.render(context)) for one in prompts if one.serves(frozenset(flags))}
    for one in (one for one in seen.descriptions if one.serves(frozenset(flags))):
        said = _runs(one.render(context))
        for prompt, runs in shown.items():
            twice = prompt.person == one.person and said & runs
            assert not twice, (one.id, prompt.id, twice)


def _runs(text: str, words: int = 8) -> set[tuple[str, ...]]:
    """All runs of so many words."""
    every = re.findall(r"[\w']+", text.lower())
    return {tuple(every[k : k + words]) for k in range(len(every) - words + 1)}
