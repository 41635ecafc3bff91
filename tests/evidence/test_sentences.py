"""Which sentences of a review can be quoted, and how long that takes to find out."""

from __future__ import annotations

import time

import pytest

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.sentences import quotable

HEADINGS = AspectWords(lists={"heading": ("food", "service")})


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('He said "Good soap. Good smell. Good price." I agree with him.', ["I agree with him"]),
        ("He said “Good soap. Good smell.” I agree with him.", ["I agree with him"]),
        ('It is 5" wide and sturdy. I use it daily.', ["I use it daily"]),
        ("Decor: (5/5) I love the decor! Food Great tacos are here.", ["I love the decor!"]),
        ("The sign said: Best In Town and it was.", ["The sign said: Best In Town and it was"]),
        ("Is it good for dry skin? It cut my ha…", []),
    ],
)
def test_whole_sentences_in_the_authors_own_words_are_quoted(text: str, quotes: list[str]) -> None:
    assert list(quotable(text, HEADINGS)) == quotes


def test_the_time_grows_with_the_text_alone() -> None:
    def seconds(sentences: int) -> float:
        text = "I use this every day. " * sentences
        best = []
        for _ in range(3):
            start = time.process_time()
            assert len(list(quotable(text, HEADINGS))) == sentences
            best.append(time.process_time() - start)
        return min(best)

    # 64 times the text: 64 times as long, or 4,096 times if it grew with the square.
    assert seconds(64_000) < 400 * seconds(1_000)
