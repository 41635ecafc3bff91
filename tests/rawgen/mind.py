"""Made-up raw files in the layout of MIND small: impressions and news of train and dev."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Facts, pack_zip, write_lines

CATEGORIES = (
    "sports", "foodanddrink", "travel", "finance", "music", "weather", "health", "autos", "tv",
    "lifestyle",
)  # fmt: skip
GROUPS = (("sports",), ("foodanddrink", "travel"), ("finance", "autos"))
FIRST_DAY = 1_573_257_600
"""2019-11-09, when the impressions begin; they last six days, the sixth is dev."""
DAY = 86_400
PLACES = (
    "Arlen", "Brennock", "Calder", "Dunmere", "Fairhaven", "Greyport", "Hallow", "Kirkvale",
    "Lindow", "Oakhurst",
)  # fmt: skip
SUBJECTS = {
    "sports": ("rowers", "goalkeepers", "night runners"),
    "foodanddrink": ("bakers", "soup makers", "orchard keepers"),
    "travel": ("ferry riders", "night-train fans", "hill walkers"),
    "finance": ("small lenders", "market traders", "savers"),
    "music": ("fiddlers", "choir singers", "organ builders"),
    "weather": ("storm watchers", "farmers", "lighthouse crews"),
    "health": ("nurses", "early risers", "tea drinkers"),
    "autos": ("bus drivers", "tractor fans", "van owners"),
    "tv": ("quiz hosts", "scriptwriters", "extras"),
    "lifestyle": ("gardeners", "knitters", "neighbours"),
}
DEEDS = (
    "celebrate a record season", "open a second hall", "plan for a quiet winter",
    "warn of a late frost", "share their best advice", "win over the council",
    "look back on a strange week", "argue about the old bridge",
)  # fmt: skip
URL = "https://example.org/labs/mind/"


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
    slope: float = 0.8,
) -> Facts:
    """Write `MINDsmall_train/` and `MINDsmall_dev/`, each behaviors.tsv and news.tsv, or the zips.

    Each user has a history of 8 to 20 clicks, then 3 or 4 impressions with 7 or more clicks and 12 or
    more news that were shown and not clicked; the last impression of every third user is dev's.
    """
    crowd = Crowd(
        users=users,
        items=items,
        categories=CATEGORIES,
        groups=GROUPS,
        seed=seed,
        low=16,
        high=30,
        start=FIRST_DAY - 28 * DAY,
        end=FIRST_DAY,
        slope=slope,
    )
    ids = crowd.rng(2).permutation(items * 7)[:items] + 101
    facts = Facts(groups={f"U{user + 11}": crowd.tastes(user) for user in range(users)})
    facts.counts["interactions"] = 0
    train, dev = folder / "MINDsmall_train", folder / "MINDsmall_dev"
    news = list(_news(crowd, ids, dirt))
    write_lines(train / "news.tsv", _broken_news(news, facts, dirt))
    write_lines(dev / "news.tsv", news[items // 5 :])
    facts.counts["items"] = items + items - items // 5
    late: list[str] = []
    write_lines(train / "behaviors.tsv", _behaviors(crowd, ids, late, facts, dirt))
    write_lines(dev / "behaviors.tsv", late)
    if packed:
        for part in (train, dev):
            members = {f"{part.name}/{name}.tsv": part / f"{name}.tsv" for name in BOTH}
            pack_zip(folder / f"{part.name}.zip", members)
            part.rmdir()
    return facts


BOTH = ("behaviors", "news")


def _news(crowd: Crowd, ids: np.ndarray, dirt: bool) -> Iterator[str]:
    rng = crowd.rng(3)
    for place, item in enumerate(ids.tolist()):
        category = crowd.item_categories[place][0]
        who = SUBJECTS[category][int(rng.integers(0, 3))]
        deed = DEEDS[int(rng.integers(0, len(DEEDS)))]
        where = PLACES[int(rng.integers(0, len(PLACES)))]
        title = f"{where} {who} {deed}"
        abstract = f"In {where}, {who} {deed}. A report." if rng.random() < 0.95 else ""
        entities = '[{"Label": "' + where + '", "Type": "G", "Confidence": 1.0}]'
        if dirt and place < len(ODD):
            title, abstract, entities = ODD[place]
        fields = (f"N{item}", category, f"{category}-{who.split()[-1]}", title, abstract)
        yield "\t".join((*fields, f"{URL}{item}.html", entities, "[]"))


# Title, abstract and entities with the known oddities, for the first news.
ODD = (
    ('"Come home," says the mayor of Arlen', "", "[]"),
    ('The 5" pipe that stopped a town', 'A "small" repair.', ""),
    ("", "A piece without a headline.", "[]"),
    ("Salt &amp; Smoke: a new kitchen in Hallow", "Line\u2028separated\rtext.", "[]"),
)


def _broken_news(lines: list[str], facts: Facts, dirt: bool) -> Iterator[str]:
    yield from lines
    if dirt:
        yield "N99999\tnews\tnewsworld\tA line of seven fields\t\thttps://example.org/x.html\t[]"
        yield "X1\tnews\tnewsworld\tA strange id\t\thttps://example.org/x.html\t[]\t[]"
        facts.rejects["items", "wrong number of fields"] = 1
        facts.rejects["items", "malformed news id"] = 1


def _behaviors(
    crowd: Crowd, ids: np.ndarray, late: list[str], facts: Facts, dirt: bool
) -> Iterator[str]:
    """Lines of train's behaviors; those of dev are added to `late`."""
    number, repeated = 0, 0
    for events in crowd.chunks():
        events = events.by_time()
        cuts = np.flatnonzero(np.diff(events.user)) + 1
        for user, items in enumerate(np.split(events.item, cuts), int(events.user[0])):
            rng = crowd.rng(4, user)
            clicked = 7 + int(rng.integers(0, 2))
            history, clicks = items[: len(items) - clicked], items[len(items) - clicked :]
            again = dirt and user % 5 == 0
            words = [f"N{ids[item]}" for item in history]
            if again:
                words.insert(3, words[0])
                repeated += 1
            facts.counts["interactions"] += len(history)
            skipped = _shown(crowd, rng, user, set(items.tolist()))
            for part, line in enumerate(_impressions(crowd, rng, ids, clicks, skipped)):
                number += 1
                when, entries = line
                facts.counts["interactions"] += entries.count("N")
                row = f"{number}\tU{user + 11}\t{when}\t{' '.join(words)}\t{entries}"
                if part == 2 and user % 3 == 0:
                    late.append(row.replace(when, _clock(FIRST_DAY + 5 * DAY + user % DAY)))
                else:
                    yield row
    if repeated:
        facts.rejects["interactions", "repeated in the history"] = repeated
    if dirt:
        yield from _dirt(f"N{ids[0]}", facts)


def _impressions(
    crowd: Crowd, rng: np.random.Generator, ids: np.ndarray, clicks: np.ndarray, skipped: np.ndarray
) -> Iterator[tuple[str, str]]:
    """Time and entries of three impressions on different days: clicks in turn, skips between."""
    days = np.sort(rng.permutation(5)[:3])
    for part, day in enumerate(days.tolist()):
        entries = [f"N{ids[item]}-1" for item in clicks[part::3]]
        entries += [f"N{ids[item]}-0" for item in skipped[part::3]]
        order = rng.permutation(len(entries))
        when = FIRST_DAY + day * DAY + int(rng.integers(0, DAY))
        yield _clock(when), " ".join(entries[place] for place in order)


def _shown(crowd: Crowd, rng: np.random.Generator, user: int, had: set[int]) -> np.ndarray:
    """12 to 15 news that the user did not click: mostly what other groups click, so that news which are
    shown often are clicked often."""
    own = int(crowd.user_group[user])
    weight = sum(crowd.chance(group) for group in range(len(crowd.groups)) if group != own)
    weight[list(had)] = 0
    number = min(int(rng.integers(12, 16)), int(np.count_nonzero(weight)))
    return rng.choice(crowd.items, number, replace=False, p=weight / weight.sum())


def _clock(when: int) -> str:
    """Seconds as `M/D/YYYY h:mm:ss AM/PM`, without zero padding."""
    at = time.gmtime(when)
    half = "PM" if at.tm_hour >= 12 else "AM"
    return (
        f"{at.tm_mon}/{at.tm_mday}/{at.tm_year} "
        f"{at.tm_hour % 12 or 12}:{at.tm_min:02d}:{at.tm_sec:02d} {half}"
    )


def _dirt(news: str, facts: Facts) -> Iterator[str]:
    """Lines with the known dirt: the first two are good, with 3 events in all."""
    yield f"900001\tU900001\t11/9/2019 12:00:00 AM\t\t{news}-1"
    yield f"900002\tU900001\t11/9/2019 12:00:00 PM\t\t{news}-0 {news}-1"
    facts.counts["interactions"] += 3
    yield f"900003\tU900001\t11/10/2019 1:02:03 AM\t\t{news} {news}"
    yield f"900004\tU900001\t2019-11-10\t\t{news}-1"
    yield "900005\tU900001\t11/10/2019 1:02:03 AM\t\tX7-1"
    yield f"900006\tU900001\t11/10/2019 1:02:03 AM\t{news}-1"
    for reason, number in (
        ("impression without labels", 2),
        ("no valid time", 1),
        ("malformed news id", 1),
        ("wrong number of fields", 1),
    ):
        facts.rejects["interactions", reason] = number
