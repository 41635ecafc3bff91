"""Made-up raw files in the layout of MicroLens 100K: comments, titles, categories, fuller titles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Facts, write_lines

CATEGORIES = (
    "Games", "Food", "Pets", "Film clips", "Handicraft", "Music", "Sports", "Travel", "Comedy",
    "Science",
)  # fmt: skip
GROUPS = (("Games",), ("Food", "Pets"), ("Film clips", "Handicraft"))
OPENINGS = (
    "watch this", "nobody expected that", "three minutes of", "how to survive", "my brother and",
    "the secret of", "never again", "one day with", "the last", "who can resist",
)  # fmt: skip
THINGS = {
    "Games": ("the final boss", "a wooden sword run", "the hidden level", "an empty server"),
    "Food": ("a bowl of hill noodles", "grandmother's dumplings", "burnt sugar", "a street stall"),
    "Pets": ("a cat in a teapot", "the shy parrot", "two goats", "a sleeping hound"),
    "Film clips": ("the rooftop scene", "a villain's speech", "the lost ending", "a silent film"),
    "Handicraft": ("a paper dragon", "the broken clock", "a bamboo boat", "tiny furniture"),
    "Music": ("an old fiddle", "the train song", "a choir of one", "drums at dawn"),
    "Sports": ("the longest throw", "a muddy final", "the fifth set", "a slow marathon"),
    "Travel": ("the northern ferry", "a desert bus", "the cliff road", "a village market"),
    "Comedy": ("my landlord", "the wrong wedding", "an honest salesman", "a polite ghost"),
    "Science": ("a magnet fall", "the coldest lab", "ink in water", "a lens of ice"),
}
PAIRS, TITLES = "MicroLens-100k_pairs.csv", "MicroLens-100k_title_en.csv"
TAGS, FULLER = "tags_to_summary.csv", "MicroLens-50k_titles.csv"
SHARED = "the wonderful video"

# Lines of the pairs that no reader may accept, and why; each is written once.
DIRT = (
    ("2,1,16544089", "no valid time"),
    ("2,1,", "no valid time"),
    (",1,1654408947388", "empty id"),
    ("2,,1654408947388", "empty id"),
    ("2,v7,1654408947388", "malformed id"),
    ("2,1", "too few fields"),
    ("2,1,1654408947388,9", "too many fields"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
) -> Facts:
    """Write the four 100K files (no archive is official, so `packed` changes nothing).

    14 to 22 comments a user; ids of items are 1, 2, … as in the original. The fuller titles are
    there for 19 of 20 items; those of 100K end at the first comma.
    """
    del packed
    crowd = Crowd(
        users=users,
        items=items,
        categories=CATEGORIES,
        groups=GROUPS,
        seed=seed,
        low=14,
        high=22,
        start=1_634_966_132,
        end=1_662_983_950,
    )
    facts = Facts(groups={str(3 * user + 4): crowd.tastes(user) for user in range(users)})
    titles = _titles(crowd, dirt)
    mark = "\ufeff" if dirt else ""
    folder.mkdir(parents=True, exist_ok=True)
    cut = [f"{place}, {title.split(',')[0]}" for place, title in enumerate(titles, 1)]
    cut[0] = mark + cut[0]
    facts.counts["items"] = items
    if dirt:
        cut += ["videoX, a strange id", "no comma here", f"{items}, the same id again"]
        for reason in ("malformed id", "wrong number of fields", "repeated id"):
            facts.rejects["items", reason] = 1
    write_lines(folder / TITLES, cut, newline="\r\n")
    fuller = [
        f"{place},{_quoted(title)}" for place, title in enumerate(titles, 1) if title and place % 20
    ]
    write_lines(folder / FULLER, ["item,title", *fuller], newline="\r\n")
    labels = (f"{place},{own[0]}" for place, own in enumerate(crowd.item_categories, 1))
    write_lines(folder / TAGS, labels)
    write_lines(folder / PAIRS, _pairs(crowd, facts, dirt))
    return facts


def _titles(crowd: Crowd, dirt: bool) -> list[str]:
    rng = crowd.rng(3)
    found: list[str] = []
    for place, own in enumerate(crowd.item_categories):
        opening = OPENINGS[int(rng.integers(0, len(OPENINGS)))]
        thing = THINGS[own[0]][int(rng.integers(0, 4))]
        tag = own[0].lower().replace(" ", "")
        found.append(f"{opening} {thing} {place % 97 + 2}, part {place % 7 + 1}  # {tag} #")
    if dirt:
        found[3:6] = [SHARED, SHARED + "!", SHARED.title()]
        found[6] = ""
        found[7] = 'he said "again", and jumped'
    return found


def _pairs(crowd: Crowd, facts: Facts, dirt: bool) -> Iterator[str]:
    yield "user,item,timestamp"
    good = 0
    for events in crowd.chunks():
        milli = events.time * 1000 + (events.item * 37 + events.user * 11) % 1000
        rows = np.stack([3 * events.user + 4, events.item + 1, milli]).T
        for user, item, when in rows.tolist():
            yield f"{user},{item},{when}"
        good += len(events)
    if dirt:
        for line, reason in DIRT:
            yield line
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    facts.counts["interactions"] = good


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
