"""Made-up raw files in the layout of Last.FM 360K: plays by artist, and profiles.

The names and listeners drawn here serve Last.FM 1K's generator too.
"""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Facts, write_lines

STYLES = ("folk", "metal", "jazz", "techno", "choral", "indie", "dub", "punk")
GROUPS = (("folk", "indie"), ("metal",), ("jazz", "techno"))
FIRST = (
    "Amber", "Broken", "Cobalt", "Distant", "Eleventh", "Feral", "Glass", "Hollow", "Iron", "June",
    "Kind", "Lunar", "Muted", "Northern", "Open", "Paper", "Quiet", "Red", "Slow", "Tin", "Upper",
    "Velvet", "Winter", "Yellow",
)  # fmt: skip
LAST = (
    "Antennas", "Bakers", "Choir", "Drums", "Elevators", "Foxes", "Gardens", "Hounds", "Islands",
    "Jacks", "Kites", "Ladders", "Motors", "Nephews", "Orchard", "Parade", "Quartet", "Rivers",
    "Signals", "Tigers", "Umbrellas", "Valley", "Watchmen", "Years",
)  # fmt: skip
COUNTRIES = ("Germany", "Finland", "Brazil", "Poland", "Japan", "United States", "Cote D'Ivoire")
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
PLAYS, PROFILE = "usersha1-artmbid-artname-plays.tsv", "usersha1-profile.tsv"
ROOT = "lastfm-dataset-360K"


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
) -> Facts:
    """Write plays and profiles, or `lastfm-dataset-360K.tar.gz` with them; 20 to 27 artists a user.

    One artist in three has no MusicBrainz id. Country and age lean on the taste group.
    """
    crowd = Crowd(
        users=users, items=items, categories=STYLES, groups=GROUPS, seed=seed, low=20, high=27
    )
    order = sorted((hashlib.sha1(f"{seed}/{n}".encode()).hexdigest(), n) for n in range(users))
    people = {number: digest for digest, number in order}
    facts = Facts(groups={people[user]: crowd.tastes(user) for user in range(users)})
    artists = names(crowd.rng(2), items)
    write_lines(folder / PLAYS, _plays(crowd, people, artists, facts, dirt))
    write_lines(folder / PROFILE, _profiles(crowd, order, facts, dirt))
    if packed:
        files = {f"{ROOT}/{name}": folder / name for name in (PLAYS, PROFILE)}
        pack_tar(folder / f"{ROOT}.tar.gz", files)
    return facts


def names(rng: np.random.Generator, number: int) -> list[str]:
    """Distinct band names."""
    pairs = [f"{one} {two}" for one in FIRST for two in LAST]
    order = rng.permutation(len(pairs))
    rounds = [""] + [f" {n}" for n in range(2, number // len(pairs) + 2)]
    return [pairs[order[n % len(pairs)]] + rounds[n // len(pairs)] for n in range(number)]


def mbid(*what: object) -> str:
    """A made-up id in the form of MusicBrainz."""
    digest = hashlib.sha256("/".join(map(str, what)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def person(crowd: Crowd, user: int) -> tuple[str, str, str, str]:
    """Gender, age, country and day of signing up; some are missing."""
    rng = crowd.rng(6, user)
    group = int(crowd.user_group[user])
    gender = ("m", "f", "")[int(rng.choice(3, p=(0.55, 0.35, 0.10)))]
    age = str(18 + 9 * group + int(rng.integers(0, 8))) if rng.random() < 0.8 else ""
    country = COUNTRIES[group if rng.random() < 0.6 else int(rng.integers(0, len(COUNTRIES)))]
    signup = f"{MONTHS[int(rng.integers(0, 12))]} {rng.integers(1, 29)}, {rng.integers(2004, 2009)}"
    return gender, age, country if rng.random() < 0.95 else "", signup


def pack_tar(archive: Path, members: dict[str, Path]) -> None:
    """Move files into a .tar.gz: member name -> file. The same input gives the same bytes."""
    with (
        archive.open("wb") as sink,
        gzip.GzipFile("", "wb", 6, sink, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w") as target,
    ):
        for name, file in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = file.stat().st_size
            with file.open("rb") as source:
                target.addfile(entry, source)
            file.unlink()


def _plays(
    crowd: Crowd, people: dict[int, str], artists: list[str], facts: Facts, dirt: bool
) -> Iterator[str]:
    ids = [mbid(crowd.seed, "artist", n) if n % 3 else "" for n in range(crowd.items)]
    good = 0
    heard = np.zeros(crowd.items, bool)
    for events in crowd.chunks():
        heard[events.item] = True
        noise = crowd.rng(7, int(events.user[0])).gamma(1.5, 1.0, len(events))
        plays = (1 + 900 * events.liking.astype(float) ** 3 * noise).astype(np.int64)
        events_order = np.lexsort((events.item, -plays, events.user))
        for place in events_order.tolist():
            item = int(events.item[place])
            name = artists[item]
            # Names without an id differ in case and blanks between listeners.
            name = f" {name.upper()} " if dirt and not ids[item] and good % 9 == 0 else name.lower()
            yield f"{people[int(events.user[place])]}\t{ids[item]}\t{name}\t{plays[place]}"
            good += 1
    facts.counts["items"] = int(heard.sum())
    if dirt:
        some = people[0]
        yield f'{some}\t\tthe "quoted\t12'
        yield f"{some}\tnot-an-id\todd\u2028name\rhere\t3"
        yield f"{some}\t{mbid('nameless')}\t\t5"
        good += 3
        facts.counts["items"] += 3
        for line, reason in DIRT:
            yield line.format(user=some, id=mbid(crowd.seed, "artist", 1))
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    facts.counts["interactions"] = good


# Lines of the plays that no reader may accept, and why; each is written once.
DIRT = (
    ("{user}\t\t\t17", "neither id nor name of the item"),
    ("{user}\t{id}\tglass foxes\t0", "plays not a positive whole number"),
    ("{user}\t{id}\tglass foxes\t-3", "plays not a positive whole number"),
    ("{user}\t{id}\tglass foxes\t", "plays not a positive whole number"),
    ("sep 20, 2008\t{id}\tglass foxes\t4", "malformed user id"),
    ("{user}\t{id}\tglass foxes", "wrong number of fields"),
    ("{user}\t{id}\tglass\tfoxes\t4", "wrong number of fields"),
)


def _profiles(
    crowd: Crowd, order: list[tuple[str, int]], facts: Facts, dirt: bool
) -> Iterator[str]:
    for digest, user in order:
        yield "\t".join((digest, *person(crowd, user)))
    facts.counts["users"] = len(order)
    if dirt:
        for number, age in enumerate(("-1337", "1", "101", "abc")):
            digest = hashlib.sha1(f"odd/{number}".encode()).hexdigest()
            yield f"{digest}\tm\t{age}\tPeru\tFeb 1, 2007"
        yield "sep 20, 2008\tf\t22\tPeru\tFeb 1, 2007"
        facts.counts["users"] += 4
        facts.rejects["users", "malformed user id"] = 1
