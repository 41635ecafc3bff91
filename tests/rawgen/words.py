"""Word lists from which made-up titles and people's names are built: films and books.

Everything is invented; a likeness to a real title or name is chance. All functions are pure: the
same generator state gives the same words.
"""

from __future__ import annotations

import re

import numpy as np


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADJECTIVES = _split(
    "Amber Ancient Autumn Bitter Blue Borrowed Bright Broken Burning Clockwork Cold Copper Crimson "
    "Crooked Distant Drowned Empty Endless Fallen Feathered Final First Forgotten Frozen Gilded "
    "Glass Golden Green Grey Hidden Hollow Honest Hungry Idle Iron Ivory Last Little Lonely Long "
    "Lost Lucky Marble Midnight Moonlit Narrow Northern Old Painted Paper Patient Quiet Restless "
    "Rusty Salt Scarlet Second Secret Silent Silver Sleeping Slow Small Southern Stolen Stubborn "
    "Sudden Tall Thirsty Twisted Unfinished Velvet Wandering Western White Wild Winter Wooden"
)

NOUNS = _split(
    "Acrobat Almanac Anchor Apprentice Archive Bakery Balcony Ballad Bargain Beacon Bell Bridge "
    "Cabin Canal Carnival Cartographer Chapel Clockmaker Coast Compass Corridor Courier Crossing "
    "Dancer Daughter Debt Detective Dragonfly Echo Eclipse Engine Envelope Expedition Falcon Ferry "
    "Fiddler Fire Forest Fountain Fox Frontier Garden Gate Ghost Glacier Guest Harbour Harvest "
    "Heir Highway Horizon Hour House Hunter Inheritance Island Journey Kite Labyrinth Lamp Lantern "
    "Ledger Letter Lighthouse Locksmith Machine Map Market Meadow Melody Memory Messenger Mill "
    "Mirror Monastery Mountain Nightingale Notebook Oath Observatory Orchard Orchestra Parade "
    "Passenger Pilgrim Pilot Portrait Promise Quarry Railway Ranch Recipe Rehearsal River Road "
    "Sailor Season Shadow Shepherd Signal Sister Sky Smuggler Song Sparrow Staircase Station Storm "
    "Stranger Summer Teacher Theatre Thief Tide Tower Trail Train Treasure Tunnel Valley Verdict "
    "Violin Voyage Waltz Watchman Weaver Well Whisper Wind Window Winter Witness Wolf Year"
)

PLACES = _split(
    "Arlen Bray Brennock Calder Corvane Dunmere Eastwold Elmsford Fairhaven Fenwick Glenarrow "
    "Greyport Hallow Hartwell Kestrel Kirkvale Lindow Lowmoor Marrowby Millbrook Northgate Oakhurst "
    "Pellworm Quillon Ravensea Redcliff Saltmarsh Stonebridge Tarrow Thornfield Umberton Valmere "
    "Westerly Whitlock Wrenfield Yarrow"
)

FIRST_NAMES = _split(
    "Ada Agnes Alban Alma Anders Anton Beatrix Bruno Carla Casper Clara Clement Dana Edith Elias "
    "Elsa Emil Esther Felix Flora Gustav Hanna Hector Helena Hugo Ida Ines Irma Ivo Jonas Julian "
    "Karin Lars Leah Leonie Lorenz Magda Marius Martha Milo Nadia Nils Nora Oskar Otto Paula Petra "
    "Ralf Rosa Ruben Selma Silas Stella Tessa Tobias Ursula Vera Viktor Wanda Yara"
)

LAST_NAMES = _split(
    "Abelard Albrook Ashdown Barrowe Bellweather Birchall Brandvik Carrowell Castellane Corbin "
    "Danforth Drayle Eastlake Ellingham Fairweather Farrowgate Fenn Galloway Garrick Halvorsen "
    "Harrowby Hollister Ironside Jessop Kettering Kirkbride Lachmann Larkspur Lindqvist Lovelace "
    "Marchbanks Merriweather Moorcroft Northcott Oakley Ormond Pemberton Penhallow Quayle "
    "Ravenscroft Redfern Rosenthal Sandoval Silverwood Stroud Tamsin Thackery Underhill Vantongeren "
    "Vesper Wainwright Westbrook Whitcombe Winterbourne Wolcott Wyndham Yardley Zeller"
)

PUBLISHERS = (
    "Amber Lane Press",
    "Brightwater Books",
    "Copper Kettle Publishing",
    "Dunmere &amp; Sons",
    "Fairhaven House",
    "Greyport University Press",
    "Lantern Paperbacks",
    "Northgate Editions",
)

FILM_FORMS = (
    "The {a} {n}",
    "{a} {n}",
    "The {n} of {p}",
    "A {n} in {p}",
    "{p} {n}",
    "The {n} and the {m}",
    "{n} at {p}",
    "An {o} {n}",
    "{f}'s {n}",
    "{f} and the {a} {n}",
    "{a} {n} II",
    "The {a} {n} of {p}",
)

BOOK_FORMS = (
    *FILM_FORMS[:10],
    "The {n} of {p}: A Novel",
    "{a} {n}: Stories from {p}",
    "{f} {n} (The {p} Chronicles, Book 2)",
    "{n}, {m} and Other Matters",
    "How to Mend a {n}",
    "The {a} {n} : A {p} Mystery",
)

_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[AEIOU])")
_OPEN = tuple(word for word in ADJECTIVES if word[0] in "AEIOU")
_MARKS = {
    "a": ADJECTIVES,
    "n": NOUNS,
    "m": NOUNS,
    "p": PLACES,
    "o": _OPEN,
    "f": FIRST_NAMES,
    "l": LAST_NAMES,
}


def titles(rng: np.random.Generator, number: int, forms: tuple[str, ...]) -> list[str]:
    """`number` titles of these forms; large numbers repeat some."""
    form = rng.integers(0, len(forms), number).tolist()
    draws = {mark: rng.integers(0, len(words), number).tolist() for mark, words in _MARKS.items()}
    made = (
        forms[which].format(**{mark: words[draws[mark][place]] for mark, words in _MARKS.items()})
        for place, which in enumerate(form)
    )
    return [_BEFORE_VOWEL.sub(r"\1n ", title) for title in made]


def people(rng: np.random.Generator, number: int) -> list[str]:
    """`number` invented names such as "Ada Fairweather"."""
    first = rng.integers(0, len(FIRST_NAMES), number).tolist()
    last = rng.integers(0, len(LAST_NAMES), number).tolist()
    return [f"{FIRST_NAMES[a]} {LAST_NAMES[b]}" for a, b in zip(first, last, strict=True)]
