"""Words for a log of which only the columns are known: nothing is said to be rated that was picked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

DOMAINS = {
    "films": "movie movieid film filmid movies films ml movielens netflix",
    "books": "book bookid isbn books",
    "tracks": "track song trackid songid tracks songs",
    "artists": "artist artistid artists",
    "games": "game gameid app appid games steam",
    "news": "news newsid article articleid articles",
    "anime": "anime animeid",
    "businesses": "business businessid restaurant restaurantid venue venueid yelp",
    "products": "product productid sku asin parentasin prod products amazon",
}
"""Domains of templates/domains.yaml by words in names of columns and files."""
RATED = ("films", "books", "anime")
"""Domains whose own words are for ratings; those of the others are as their sources have them."""
ACTS = {
    "rate": ("rate", "rated", "rating", "ratings"),
    "review": ("review", "reviewed", "review", "reviews"),
    "buy": ("buy", "bought", "purchase", "purchases"),
    "click": ("click on", "clicked on", "click", "clicks"),
    "listen": ("listen to", "listened to", "play", "plays"),
    "play": ("play", "played", "play", "plays"),
    "comment": ("comment on", "commented on", "comment", "comments"),
    "pick": ("pick", "picked", "pick", "picks"),
}
"""What happened: act, acted, event, events."""
BOUGHT = ("buy", "purchase", "order", "transaction")


def domain_of(*names: str) -> str:
    """The domain that names of columns and files speak of; `items` where they tell nothing."""
    words = {word for name in names for word in re.split(r"[^a-z0-9]+", name.lower())}
    words |= {re.sub(r"[^a-z0-9]", "", name.lower()) for name in names}
    return next((one for one, terms in DOMAINS.items() if words & set(terms.split())), "items")


def wording(domain: str, columns: Mapping[str, Any]) -> dict[str, str]:
    """What a domain's words should be for a log with these columns, where they differ.

    Args:
        domain: an entry of templates/domains.yaml.
        columns: of the interactions, as a description has them.

    Returns:
        Words that replace those of the domain; empty where they fit.
    """
    kind = _kind(columns)
    if kind == "rate" and domain in RATED:
        return {}
    if kind == "review" and domain in ("products", "games", "businesses"):
        return {}
    act, acted, event, events = ACTS[kind]
    words = {"act": act, "acted": acted, "event": event, "events": events}
    if "rating" in columns:
        return {
            **words,
            "liked": "rated highly",
            "disliked": "rated poorly",
            "favoured": "rated highest",
        }
    return {**words, "liked": acted, "disliked": "passed over", "favoured": f"{acted} most"}


def _kind(columns: Mapping[str, Any]) -> str:
    if "text" in columns:
        return "review"
    if "rating" in columns:
        return "rate"
    event = columns.get("event")
    if not isinstance(event, Mapping):
        return "listen" if "weight" in columns and "play" in str(columns["weight"]) else "pick"
    words = event.get("values") or {str(event.get("value")): str(event.get("value"))}
    if all(word.lower() in BOUGHT for word in words):
        return "buy"
    kinds = set(words.values())
    return kinds.pop() if len(kinds) == 1 and kinds <= set(ACTS) else "pick"
