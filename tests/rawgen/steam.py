"""Made-up raw files in the layout of Steam version 2: gzip, one Python dict literal to a line.

Hours stand for liking: who belongs to a game's taste group mostly played for many hours.
"""

from __future__ import annotations

import datetime
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from tests.rawgen.common import Crowd, Facts
from tests.rawgen.words import FILM_FORMS, titles

GENRES = ("Action", "Strategy", "RPG", "Simulation", "Adventure", "Casual", "Racing")
GROUPS = (("Action",), ("Strategy", "Simulation"), ("RPG", "Adventure"))
TAGS = {
    "Action": ("FPS", "Fast-Paced"), "Strategy": ("Turn-Based", "War"), "RPG": ("Loot", "Magic"),
    "Simulation": ("Building", "Relaxing"), "Adventure": ("Story Rich", "Exploration"),
    "Casual": ("Puzzle", "Family Friendly"), "Racing": ("Driving", "Arcade"),
}  # fmt: skip
SPECS = ("Single-player", "Steam Achievements", "Multi-player", "Co-op", "Steam Cloud")
STUDIOS = ("Lowmoor Games", "Tarrow Interactive", "Studio Kestrel", "Fenbright, Inc.", "Redcliff")
PRAISE = (
    "Can't stop playing.", "Worth every hour.", "The best of its kind.", "So relaxing.",
    "Bought it for my son too.", "Great with friends.", "One more turn, always.",
    "The combat is great.", "A beautiful art style.", "My kids love it.", "The soundtrack is amazing.",
)  # fmt: skip
BLAME = (
    "Crashed twice, gave up.", "Not for me.", "Refunded.", "Too slow.", "Empty servers.",
    "My kids were bored.", "The story is boring.", "The controls are terrible.", "Way too short.",
    "Overpriced.",
)  # fmt: skip
OWN_PHRASES = 4
"""Of the phrases a user has favorites."""
START, END = 1_310_000_000, 1_514_764_800

# Lines of the reviews that no reader may accept, and why; each is written once.
BAD_REVIEWS = (
    ("{u'product_id': u'1', u'date': u'2016-01-01', u'text': u'nobody'}", "no username"),
    ("{u'username': u'', u'product_id': u'1', u'date': u'2016-01-01'}", "no username"),
    ("{u'username': u'lost', u'date': u'2016-01-01', u'hours': 3.0}", "no product_id"),
    ("{u'username': u'cut', u'product_id': u'1', u'text': u'never", "not a Python dict"),
    ("[u'username', u'list']", "not a Python dict"),
    ('{"username": "json", "product_id": "1", "early_access": perhaps}', "not a Python dict"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
    events: tuple[int, int] = (18, 28),
) -> Facts:
    """Write `steam_reviews.json.gz` and `steam_games.json.gz` (always packed, as official).

    `events`: fewest and most reviews of a user. Two of a hundred reviews have no hours.
    """
    del packed
    crowd = Crowd(
        users=users,
        items=items,
        categories=GENRES,
        groups=GROUPS,
        seed=seed,
        low=events[0],
        high=events[1],
        start=START,
        end=END,
    )
    names = [name.replace("'", "") + f" {place}" for place, name in enumerate(_users(crowd))]
    facts = Facts(groups={name: crowd.tastes(user) for user, name in enumerate(names)})
    ids = [str(20_000 + 10 * place) for place in range(items)]
    folder.mkdir(parents=True, exist_ok=True)
    with _open(folder / "steam_games.json.gz") as file:
        _games(file, crowd, ids, facts, dirt)
    with _open(folder / "steam_reviews.json.gz") as file:
        _reviews(file, crowd, names, ids, facts, dirt)
    return facts


def line(record: dict[str, Any]) -> str:
    """A record as Python 2 wrote it: `u` before strings, everything but ASCII escaped."""
    return "{" + ", ".join(f"{_text(key)}: {_text(value)}" for key, value in record.items()) + "}"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return "u" + ascii(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return repr(value)


HANDLES = ("kestrel", "lantern", "otter", "pixel", "ember", "comet", "maple", "quartz", "badger")


def _users(crowd: Crowd) -> list[str]:
    found = [HANDLES[place * 7 % len(HANDLES)] for place in range(crowd.users)]
    # Display names hold anything: quotes, other scripts, emoji.
    odd = ("~*Kestrel*~", 'the "real" one', "na\u00efve \u2665", "\u661f\U0001f600", "it's me")
    return [odd[place // 9 % 5] if place % 9 == 4 else name for place, name in enumerate(found)]


def _games(file: IO[str], crowd: Crowd, ids: Sequence[str], facts: Facts, dirt: bool) -> None:
    rng = crowd.rng(3)
    names = titles(rng, crowd.items, FILM_FORMS)
    found: list[dict[str, Any]] = []
    for place, own in enumerate(crowd.item_categories):
        day = _day(int(crowd.born[place]) - 86_400)
        studio = STUDIOS[int(rng.integers(0, len(STUDIOS)))]
        tags = [tag for genre in own for tag in (genre, *TAGS[genre])]
        found.append(
            {
                "publisher": studio,
                "genres": list(own),
                "app_name": names[place],
                "title": names[place],
                "url": f"http://store.example/app/{ids[place]}/",
                "release_date": day,
                "tags": tags,
                "sentiment": "Mostly Positive",
                "specs": [spec for spec in SPECS if rng.random() < 0.5],
                "price": 4.99,
                "metascore": int(rng.integers(40, 95)),
                "early_access": False,
                "id": ids[place],
                "developer": studio,
            }
        )
    facts.counts["items"] = crowd.items
    if dirt:
        _dirty(found, facts)
    for record in found:
        file.write(line(record) + "\n")
    if dirt:
        file.write("{u'app_name': u'Cut off in the mid\n")
        facts.rejects["items", "not a Python dict"] = 1


def _dirty(found: list[dict[str, Any]], facts: Facts) -> None:
    for key in ("genres", "developer", "publisher", "title"):
        del found[0][key]
    found[1] |= {
        "app_name": None,
        "title": "Mount &amp; Marsh\u00ae",
        "genres": ["Design &amp; Art"],
    }
    found[2] |= {"release_date": "Jun 2009", "developer": "Redcliff,Ferry Works (Mac)"}
    found[3] |= {"release_date": "Soon..", "publisher": "None", "price": "Free To Play"}
    found[4] |= {"metascore": "NA", "sentiment": "3 user reviews", "release_date": "2017"}
    found.append({"url": "http://store.example/", "price": 19.99, "early_access": False})
    found.append({**found[5], "url": "http://store.example/again/"})  # one id twice
    facts.counts["items"] += 1
    facts.rejects["items", "no id"] = 1


def _reviews(
    file: IO[str], crowd: Crowd, names: list[str], ids: list[str], facts: Facts, dirt: bool
) -> None:
    good = 0
    for number, events in enumerate(crowd.chunks()):
        rng = crowd.rng(6, number)
        # 0.7 of liking is about ten hours, 0.4 about one.
        hours = np.exp(rng.normal(0, 0.4, len(events)) + 8 * (events.liking - 0.4))
        picks = rng.integers(0, 1 << 16, len(events)).tolist()
        columns = (events.user, events.item, events.time, np.round(hours, 1))
        rows = zip(*(column.tolist() for column in columns), picks, strict=True)
        for user, item, time, played, pick in rows:
            text = _phrase(user, played, pick)
            file.write(line(_review(names[user], ids[item], time, played, pick, text)) + "\n")
        good += len(events)
    if dirt:
        for odd in _odd_reviews(names[0], ids[0]):
            file.write(line(odd) + "\n")
            good += 1
        for bad, reason in BAD_REVIEWS:
            file.write(bad + "\n")
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    facts.counts["interactions"] = good


def _phrase(user: int, hours: float, pick: int) -> str:
    """What a user says of a game: nearly always one of their favorite phrases."""
    phrases = PRAISE if hours >= 2 else BLAME
    own = user * OWN_PHRASES + pick % OWN_PHRASES if pick % 10 else pick
    return phrases[own % len(phrases)]


def _review(name: str, game: str, time: int, hours: float, pick: int, text: str) -> dict[str, Any]:
    record: dict[str, Any] = {"username": name}
    if pick % 50:
        record["hours"] = hours
    if pick % 3 == 0:
        record["user_id"] = str(76_561_190_000_000_000 + pick)
    record |= {"products": pick % 400, "product_id": game, "page_order": pick % 10}
    return record | {"date": _day(time), "text": text, "early_access": False, "page": 1}


def _day(time: int) -> str:
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).date().isoformat()


def _odd_reviews(name: str, game: str) -> Iterator[dict[str, Any]]:
    """Good reviews that mislead a careless parser; the last is a second one of the same game."""
    base = _review(name, game, START, 3.5, 7, BLAME[1])
    yield {**base, "text": "He said: 'u'username': u'somebody else', u'hours': 9.9}"}
    yield {**base, "text": "both \"kinds\" of 'quotes', \\ and\nlines \u2665 \U0001f600"}
    yield {**base, "product_id": "999999", "text": ""}  # a game without a record
    dateless = {key: value for key, value in base.items() if key != "date"}
    yield {**dateless, "compensation": "Product received for free"}
    yield {**base, "found_funny": 3}


@contextmanager
def _open(path: Path) -> Iterator[IO[str]]:
    """A gzip file to write text into; the same text gives the same bytes."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as binary,
        io.TextIOWrapper(binary, encoding="utf-8", newline="") as text,
    ):
        yield text
