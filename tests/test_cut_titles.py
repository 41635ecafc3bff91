"""Long titles: cut behind a phrase that names the thing, else at a word, with an ellipsis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itdr.builders.core.text import DISTINCTIVE, ELLIPSIS, cut_title

SPRAY = "Orchard Salt Spray as a Mist"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        # Behind the last whole phrase: at a comma, a bar, a dash, the end of a sentence.
        (f"{SPRAY}, Sea Scent, with Apple Oil from the Orchard", f"{SPRAY}, Sea Scent"),
        (f"{SPRAY},Sea Scent,with Apple Oil from the Orchard", f"{SPRAY},Sea Scent"),
        (f"{SPRAY} | Vegan and Cruelty Free for All Kinds of Hair", SPRAY),
        (f"{SPRAY}|Vegan and Cruelty Free for All Kinds of Hair", SPRAY),
        (f"{SPRAY} - Vegan and Cruelty Free for All Kinds of Hair", SPRAY),
        (f"{SPRAY}. Keeps Its Hold All Day and Smells of the Orchard", SPRAY),
        (f"{SPRAY}: Keeps Its Hold All Day and Smells of Orchards", SPRAY),
        # Not at the first thing of a list, nor where something is left open.
        (f"{SPRAY}, Sea Scent, Sculpts, Smooths and Shines All Hair", f"{SPRAY}, Sea Scent"),
        (f"{SPRAY} | Sea Oil to Plump, Firm and Smooth the Hair", SPRAY),
        (f"{SPRAY}, Sea (Apple Oil, Salt, Sea Water and Some Pears)", SPRAY),
        (f"{SPRAY}, Scent of - Apples, Pears and Sea Water for All", SPRAY),
        # Commas of numbers, dots of shortened words and hyphens are no breaks.
        (f"{SPRAY} 1,170 Tissues in a Box and Lotion", f"{SPRAY} 1,170 Tissues…"),
        (f"{SPRAY} by Dr. Salt of the Orchard by the Sea", f"{SPRAY} by Dr. Salt…"),
        (f"{SPRAY} 3 fl. oz. Bottles of Anti-Salt from Apples", f"{SPRAY} 3 fl. oz. Bottles…"),
        # At a word: those that lead on to others go.
        (f"{SPRAY} Improves the Skin's Look and Scent", f"{SPRAY} Improves…"),
        # Before what it is for or comes with, where no phrase ends.
        (f"{SPRAY} Made at Home for All of the Family", f"{SPRAY} Made at Home"),
        (f"{SPRAY} Twice with an Apple Brush and Comb", f"{SPRAY} Twice"),
        (f"{SPRAY} (Apple and Sea Salt from the Orchard)", SPRAY),
        # Not behind the first of a list of what it is for.
        (f"{SPRAY} for Long, Thick and Curly Hair and Beards", SPRAY),
        # Behind a first phrase that is short but names the thing, rather than in the middle of another.
        ("Sea Salt Spray, Orchard Apples Pears Plums Quinces Medlars", "Sea Salt Spray"),
        ("Salt, Orchard Spray Apples Without Any Phrase That Is Long", "Salt, Orchard Spray Apples Without Any Phrase…"),
        # What fits stays, whatever it ends with.
        (f"{SPRAY}, Sea Scent with", f"{SPRAY}, Sea Scent with"),
    ],
)  # fmt: skip
def test_a_long_title_ends_where_it_names_the_thing(title: str, shown: str) -> None:
    assert cut_title(title, 48) == shown


@pytest.mark.parametrize("word", ["forest", "without"])
def test_no_word_is_cut_wherever_the_limit_falls(word: str) -> None:
    title = f"Caffeine Eye Roller Stick {word} green edition large bottle set"
    for chars in range(26, 36):
        assert cut_title(title, chars).endswith(ELLIPSIS)


def test_what_is_left_is_long_enough_to_tell_it_from_others() -> None:
    title = "Salt, " + "Orchard Apples " * 10
    assert cut_title(title, 80).endswith(ELLIPSIS)  # "Salt" might be any
    named = f"{'Sea ' * 6}Spray, " + "Orchard Apples " * 10
    assert cut_title(named, 80) == f"{'Sea ' * 6}Spray"


@given(st.text(alphabet=" abÄ,.:|-–()['’s…", max_size=80), st.integers(20, 60))
def test_a_cut_title_begins_as_the_title_does(title: str, chars: int) -> None:
    whole = " ".join(title.split())
    shown = cut_title(title, chars)
    assert len(shown) <= chars and shown == cut_title(shown, chars)
    if len(whole) <= chars:
        assert shown == whole
    else:
        assert whole.startswith(shown.removesuffix(ELLIPSIS))
        assert (
            shown.endswith(ELLIPSIS)
            or len(shown) >= min(DISTINCTIVE, chars // 3)
            or len(shown.split()) > 2
        )
