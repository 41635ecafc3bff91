"""Ways to put a thing: parsed once, they say what replacing the innermost brackets one by one says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itdr.builders.core.rng import HashRng
from itdr.builders.rendering import choices

INNERMOST = re.compile(r"\[([^\[\]]*)\]")
plain = st.text("ab {}<>. ", max_size=5)
choice = st.lists(plain, min_size=1, max_size=3).map(lambda ways: f"[{'|'.join(ways)}]")
texts = st.recursive(
    st.lists(plain | choice, max_size=4).map("".join),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda ways: f"so [{'|'.join(ways)}] it is"
    ),
    max_leaves=8,
)


@given(text=texts, seed=st.integers(0, 1 << 64))
def test_the_same_is_said_and_drawn_as_by_replacing_one_bracket_at_a_time(
    text: str, seed: int
) -> None:
    draw, said = HashRng(seed), text
    while found := INNERMOST.search(said):
        ways = found[1].split("|")
        said = said[: found.start()] + ways[draw.below(len(ways))] + said[found.end() :]
    again = HashRng(seed)
    assert choices.say(text, again.below) == said
    assert again.state == draw.state


@pytest.mark.parametrize("text", ["[one|two", "one|two]", "[one|[two]", "one] [two"])
def test_brackets_that_do_not_match_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        choices.say(text, lambda n: 0)
