"""Made-up raw files in the layout of Last.FM 1K: every listen with its time, and profiles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Events, Facts, write_lines
from tests.rawgen.lastfm_360k import GROUPS, STYLES, mbid, names, pack_tar, person

SONGS = (
    "Ashes", "Bridges", "Come Morning", "Drift", "Evening Mail", "First Snow", "Ghost Notes",
    "Half Past", "In the Attic", "Just Rain", "Keep Left", "Low Tide", "Milk Teeth", "No Signal",
    "Old Maps", "Platform 9", "Quarry", "Rust", "Salt", "Two Lamps", "Under Glass", "Vespers",
)  # fmt: skip
EVENTS, PROFILE = "userid-timestamp-artid-artname-traid-traname.tsv", "userid-profile.tsv"
ROOT = "lastfm-dataset-1K"
START, END = 1_220_000_000, 1_241_000_000


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
) -> Facts:
    """Write events and profiles, or `lastfm-dataset-1K.tar.gz` with them.

    25 to 28 tracks a user, some played again; by user, newest first. One track in six has a
    MusicBrainz id, the others are known by their names.
    """
    crowd = Crowd(
        users=users,
        items=items,
        categories=STYLES,
        groups=GROUPS,
        seed=seed,
        low=25,
        high=28,
        start=START,
        end=END,
    )
    facts = Facts(groups={_user(user): crowd.tastes(user) for user in range(users)})
    write_lines(folder / EVENTS, _events(crowd, facts, dirt))
    write_lines(folder / PROFILE, _profiles(crowd, facts, dirt))
    if packed:
        files = {f"{ROOT}/{name}": folder / name for name in (EVENTS, PROFILE)}
        pack_tar(folder / f"{ROOT}.tar.gz", files)
    return facts


def _user(place: int) -> str:
    return f"user_{place + 1:06d}"


def _events(crowd: Crowd, facts: Facts, dirt: bool) -> Iterator[str]:
    tracks = list(_tracks(crowd))
    good = 0
    heard = np.zeros(crowd.items, bool)
    for chunk in crowd.chunks():
        heard[chunk.item] = True
        events = _again(crowd, chunk)
        order = np.lexsort((events.item, -events.time, events.user))
        for place in order.tolist():
            user, when = _user(int(events.user[place])), _clock(int(events.time[place]))
            yield f"{user}\t{when}\t{tracks[int(events.item[place])]}"
        good += len(events)
    facts.counts["items"] = int(heard.sum())
    if dirt:
        last = _user(crowd.users - 1)
        for line in GOOD:
            yield f"{last}\t{line}"
        good += len(GOOD)
        facts.counts["items"] += 4  # one of them is in rejected lines alone
        for text, reason in DIRT:
            yield f"{last}\t{text}" if text[0] != "\t" else text[1:]
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    facts.counts["interactions"] = good


# Odd but good listens (without the user): quotes, other line separators, one event twice, a
# malformed id, no artist.
GOOD = (
    '2008-12-08T06:04:00Z\t\tThe "Quoted\t\tSong" of 7"',
    "2008-12-08T06:04:00Z\t\tthe  \"QUOTED\t\tsong\" OF 7\"",
    "2008-12-08T06:07:00Z\t\tLine\u2028Separator\tn/a\tBare\rReturn\x85Next",
    "2008-12-08T06:09:00Z\t\t\t\tNull",
)  # fmt: skip

# Lines that no reader may accept (a leading TAB: with a user of its own), and why.
DIRT = (
    ("2008-12-08T06:04:00Z\t\tNowhere Band", "wrong number of fields"),
    ("2008-12-08T06:04:00Z\t\tNowhere\tBand\t\tRust", "wrong number of fields"),
    ("2010-05-04T23:08:57Z\t\tNowhere Band\t\tRust", "implausible time"),
    ("1970-01-01T00:00:00Z\t\tNowhere Band\t\tRust", "implausible time"),
    ("2008-12-08 06:04\t\tNowhere Band\t\tRust", "no valid time"),
    ("2008-02-30T06:04:00Z\t\tNowhere Band\t\tRust", "no valid time"),
    ("2008-12-08T06:04:00Z\t\tNowhere Band\t\t", "neither id nor name of the item"),
    ("\tsomebody\t2008-12-08T06:04:00Z\t\tNowhere Band\t\tRust", "malformed user id"),
)


def _tracks(crowd: Crowd) -> Iterator[str]:
    """The last four fields of each track."""
    artists = names(crowd.rng(2), max(1, crowd.items // 5))
    for place in range(crowd.items):
        number = place % len(artists)
        song = SONGS[(place // len(artists) * 7 + number) % len(SONGS)]
        maker = mbid(crowd.seed, "artist", number) if number % 6 == 0 else ""
        track = mbid(crowd.seed, "track", place) if place % 6 == 0 else ""
        part = place // len(artists) // len(SONGS)
        yield f"{maker}\t{artists[number]}\t{track}\t{song}" + (f" {part + 1}" if part else "")


def _again(crowd: Crowd, events: Events) -> Events:
    """The events, and some of the liked tracks once more on a later day."""
    rng = crowd.rng(8, int(events.user[0]))
    more = np.flatnonzero((events.liking > 0.8) & (rng.random(len(events)) < 0.3))
    both = events.take(np.concatenate([np.arange(len(events)), more]))
    later = np.minimum(both.time[len(events) :] + rng.integers(1, 9, len(more)) * 86_400, END)
    both.time[len(events) :] = later
    return both


def _clock(when: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


def _profiles(crowd: Crowd, facts: Facts, dirt: bool) -> Iterator[str]:
    yield "#id\tgender\tage\tcountry\tregistered"
    for user in range(crowd.users):
        yield "\t".join((_user(user), *person(crowd, user)))
    facts.counts["users"] = crowd.users
    if dirt:
        yield "user_900001\tm\t3\t\t"
        yield "user_900002\t\t103\tCote D'Ivoire\tAug 13, 2006"
        facts.counts["users"] += 2
