"""Texts that are put together without Jinja read as Jinja would render them."""

from __future__ import annotations

import itertools

import jinja2
import pytest

from itdr.builders.rendering import jinja

TEXTS = (
    "{{ n }} {{ word|capitalize }}{% if n == 1 %} one{% else %} many{% endif %}.",
    "{% if a %}A{% elif b %}B{% elif n != 1 %}N{% else %}none{% endif %}",
    "{% if a and not b or n == 1 %}{{ a }}{% if b %}{{ b }}{% endif %}{% endif %}!",
    "{% if a == b %}same{% endif %}{% if word != 'film' %}other{% endif %}",
    "begin\n{% if a %}\n{{ a }}\n{% endif %}\n  {%- if b %} {{ b }}{% endif +%}\nend",
    "{% if 'il' in word %}in{% endif %}{% if a and 'b' not in b or n in (0, 1) %}not{% endif %}",
    "{% if a in word and 'b' not in b %}{{ a }}{% endif %}",
    "100% {{ n }} of %s {{ a }}{{ b }}{{ n }} %(word)s {{ word }}%",
    "{{ n }}",
    "5% of a {{ word }}",
    "{{ a|upper }} 5% {{ word|upper }} {{ n }}",
    "{% if 'x' %}always{% endif %}{% if not word %}never{% endif %}",
)
WORDS = {"word": "film"}


@pytest.mark.parametrize("text", TEXTS)
def test_a_joined_text_is_what_jinja_renders(text: str) -> None:
    plain = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(text)
    put = jinja.bind(text, WORDS)
    for n, a, b in itertools.product((0, 1, 2), ("", "a"), ("", "a", "b")):
        given = {"n": n, "a": a, "b": b}
        assert put(given) == plain.render({**WORDS, **given})


def test_only_the_variables_that_a_choice_needs_have_to_be_there() -> None:
    put = jinja.bind("{% if a or b %}{{ c }}{% endif %}", {})
    assert put({"a": "", "b": ""}) == ""
    assert put({"a": "yes", "c": "said"}) == "said"
    with pytest.raises(jinja.TextError, match="'b' is undefined"):
        put({"a": ""})
    with pytest.raises(jinja.TextError, match="'c' is undefined"):
        put({"a": "yes"})


@pytest.mark.parametrize("text", ["{{ a }}", "{{ b }} 5% {{ a }}", "{{ b|upper }} {{ a }}"])
def test_nothing_is_printed_as_a_word(text: str) -> None:
    put = jinja.bind(text, {})
    assert "x" in put({"a": "x", "b": ""})
    with pytest.raises(jinja.TextError, match="a value is None"):
        put({"a": None, "b": ""})
    with pytest.raises(jinja.TextError, match="'a' is undefined"):
        put({"b": ""})
