"""The topics of news as a list shows them: "food and drink, recipes" of `foodanddrink` and `recipes`, "news, politics" of
`news` and `newspolitics`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

FILE = Path(__file__).parent / "news_topics.yaml"


@functools.cache
def _names() -> dict[str, str]:
    import yaml

    names: dict[str, str] = yaml.safe_load(FILE.read_text("utf-8"))
    return names


def shown_topics(topics: Sequence[str]) -> tuple[str, ...]:
    """Topics in plain words.

    Args:
        topics: as MIND writes them, the broader one first.

    Returns:
        The words for each, without what the broader one says already.

    >>> shown_topics(("foodanddrink", "foodanddrink-bakers")), shown_topics(("news", "newspolitics"))
    (('food and drink', 'bakers'), ('news', 'politics'))
    """
    broadest = topics[0] if topics else ""
    return tuple(
        dict.fromkeys(
            _in_words(topic, broadest if place else "") for place, topic in enumerate(topics)
        )
    )


@functools.lru_cache(maxsize=1024)
def _in_words(topic: str, broader: str) -> str:
    if topic in _names():
        return _names()[topic]
    rest = topic.removeprefix(broader) or topic
    return rest.strip("-_").replace("-", " ").replace("_", " ") or topic
