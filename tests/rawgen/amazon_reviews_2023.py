"""Made-up raw files in the layout of Amazon Reviews 2023: the eight categories of the four pairs.

A user is active in both categories of one pair (user 0 in the first, user 1 in the second, …), with
one id in both. The id-only file of a category holds the same reviews as its JSON Lines. With dirt,
the reviews of every `CLONED`th user of a category stand there again under the id with `_1` behind
it, and those of the next user under such an id alone.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from tests.rawgen.common import Crowd, Facts, stars
from tests.rawgen.words import FILM_FORMS, people, titles

PAIRS = (
    ("All_Beauty", "Amazon_Fashion"),
    ("CDs_and_Vinyl", "Video_Games"),
    ("Appliances", "Industrial_and_Scientific"),
    ("Grocery_and_Gourmet_Food", "Home_and_Kitchen"),
)
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "All_Beauty": {
        "Hair Care": ("Shampoo Bar", "Hair Oil", "Detangling Brush"),
        "Skin Care": ("Face Cream", "Clay Mask", "Hand Balm"),
        "Nails": ("Nail File Set", "Nail Polish", "Cuticle Oil"),
        "Bath": ("Bath Salts", "Body Brush", "Soap Dish"),
    },
    "Amazon_Fashion": {
        "Shoes": ("Walking Shoes", "House Slippers", "Rain Boots"),
        "Jewelry": ("Pendant Necklace", "Hoop Earrings", "Charm Bracelet"),
        "Bags": ("Canvas Tote", "Belt Bag", "Weekend Duffel"),
        "Knitwear": ("Wool Scarf", "Cable Cardigan", "Ribbed Hat"),
    },
    "CDs_and_Vinyl": {"Folk": (), "Jazz": (), "Rock": (), "Classical": (), "Electronic": ()},
    "Video_Games": {"PC": (), "Retro Consoles": (), "Handhelds": (), "Accessories": ()},
    "Appliances": {
        "Refrigerator Parts": ("Water Filter", "Door Gasket", "Crisper Drawer"),
        "Dishwasher Parts": ("Rack Wheels", "Drain Pump", "Spray Arm"),
        "Range Hoods": ("Grease Filter", "Charcoal Filter", "Hood Lamp"),
        "Laundry": ("Dryer Belt", "Lint Brush", "Washer Hose"),
    },
    "Industrial_and_Scientific": {
        "Abrasives": ("Sanding Discs", "Flap Wheels", "Emery Cloth"),
        "Lab Supplies": ("Beaker Set", "Test Tube Rack", "Pipette Tips"),
        "Fasteners": ("Hex Bolts", "Wood Screws", "Cable Ties"),
        "Tapes": ("Masking Tape", "Foil Tape", "Grip Tape"),
    },
    "Grocery_and_Gourmet_Food": {
        "Tea": ("Black Tea", "Mint Tea", "Rooibos"),
        "Coffee": ("Whole Bean Coffee", "Espresso Pods", "Cold Brew"),
        "Snacks": ("Rice Crackers", "Trail Mix", "Seaweed Chips"),
        "Baking": ("Rye Flour", "Vanilla Paste", "Baking Cocoa"),
    },
    "Home_and_Kitchen": {
        "Bedding": ("Duvet Cover", "Wool Blanket", "Pillow Pair"),
        "Cookware": ("Cast Iron Pan", "Stock Pot", "Steamer Basket"),
        "Storage": ("Pantry Jars", "Drawer Dividers", "Linen Bins"),
        "Lighting": ("Reading Lamp", "Paper Lantern", "Night Light"),
    },
}
BARE = ("All_Beauty", "Amazon_Fashion")
"""Categories in which the metadata's `categories` is empty throughout."""
BRANDS = (
    "Alderwick", "Bramblecot", "Corvane", "Dunmere", "Elmsford Mills", "Fenbright", "Glenarrow",
    "Hollowell", "Ivory & Oak", "Juniper Lane", "Kestrel Works", "Lowmoor",
)  # fmt: skip
LOOKS = (
    "Classic", "Compact", "Deluxe", "Everyday", "Extra Large", "Family Size", "Gentle", "Handmade",
    "Heavy Duty", "Lightweight", "Long Lasting", "Natural", "Original", "Portable", "Premium",
    "Replacement", "Slim", "Soft", "Travel", "Vintage Style",
)  # fmt: skip
COLORS = ("Amber", "Black", "Forest Green", "Ivory", "Navy", "Rust", "Slate")
GOOD = (
    "Works just as described.", "My daughter loves it.", "My second one; still going strong.",
    "It is a perfect gift.", "Great for parties.", "Exactly what I wanted.", "It is great for traveling.",
    "Would buy again.",
)  # fmt: skip
BAD = (
    "Broke after a week.", "Smaller than it looks.", "Not worth the money.", "Arrived damaged.",
    "Too fiddly for my parents.", "Sent it back.",
)  # fmt: skip
FAIR = ("It is fine for the price.", "Does the job, nothing more.", "Okay for occasional use.")
CLONED = 8
START, END = 1_300_000_000, 1_690_000_000
CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

# Lines that no reader may accept, and why; each is written once in every category.
BAD_RATINGS = (
    ("{user},{item},0.0,1600000000000", "rating outside the scale"),
    (",{item},5.0,1600000000000", "empty id"),
    ("{user},,5.0,1600000000000", "empty id"),
    ("{user},{item},5.0,", "no valid time"),
    ("{user},{item},5.0,1600000000000,B000000000", "too many fields"),
    ("{user},{item},five,1600000000000", "a value of the wrong type"),
)
BAD_REVIEWS: tuple[tuple[dict[str, Any] | str, str], ...] = (
    ({"rating": 0.0}, "rating outside the scale"),
    ({"user_id": None}, "empty id"),
    ({"parent_asin": ""}, "empty id"),
    ({"timestamp": None}, "no valid time"),
    ('{"rating": 5.0, "title": "Cut off in the mid', "not a JSON record"),
    ('["rating", 5.0]', "not a JSON record"),
)
# Good reviews with what real ones have in them; the last spells the time as early samples do.
ODD_REVIEWS: tuple[dict[str, Any], ...] = (
    {"text": "It&#34;s <br /><br />fine &amp; dandy  [[VIDEOID:ab12cd34]]"},
    {"text": "", "title": "Only a headline"},
    {"timestamp": None, "sort_timestamp": 1_600_000_001_000, "helpful_votes": 3},
)


@dataclass(frozen=True)
class Product:
    """A made-up product: its id and its line of metadata (None: the file has none)."""

    asin: str
    noun: str
    record: dict[str, Any] | None


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
) -> Facts:
    """Write the id-only file, the reviews and the metadata of eight categories.

    items: in all categories together, at least 32 in each. 13 to 16 reviews of a user in each
    category of the pair. packed: as `.gz`, like the files of the project's site.
    `Facts.counts` and `Facts.rejects` are by `ratings/<category>`, `reviews/…` and `items/…`;
    `Facts.groups` names the liked kinds, where the category's metadata name kinds.
    """
    facts = Facts()
    for number, pair in enumerate(PAIRS):
        members = range(number, users, len(PAIRS))
        ids = [_user_id(seed, user) for user in members]
        for side, category in enumerate(pair):
            if not ids:
                continue
            crowd = Crowd(
                users=len(ids),
                items=max(32, items // 8),
                categories=tuple(KINDS[category]),
                each=1,
                seed=seed * 8 + number * 2 + side,
                low=13,
                high=16,
                start=START,
                end=END,
            )
            products = _products(crowd, category, dirt)
            _write_metadata(folder, category, products, facts, packed, dirt)
            _write_reviews(folder, category, crowd, ids, products, facts, packed, dirt)
            if category not in BARE:
                for place, user in enumerate(ids):
                    facts.groups[user] = facts.groups.get(user, ()) + crowd.tastes(place)
    return facts


def _user_id(seed: int, user: int) -> str:
    rng = np.random.Generator(np.random.PCG64([seed, 77, user]))
    return "A" + "".join(CODES[code] for code in rng.integers(0, 32, 27).tolist())


def _products(crowd: Crowd, category: str, dirt: bool) -> list[Product]:
    rng = crowd.rng(3)
    names = titles(rng, crowd.items, FILM_FORMS)
    artists = people(rng, max(4, crowd.items // 5))
    found = []
    for place, (kind, *_) in enumerate(crowd.item_categories):
        digits = rng.integers(0, 32, 8).tolist()
        asin = "B0" + "".join(CODES[code] for code in digits)
        nouns = KINDS[category][kind]
        brand = BRANDS[int(rng.integers(0, len(BRANDS)))]
        look, color = LOOKS[int(rng.integers(0, len(LOOKS)))], COLORS[int(rng.integers(0, 7))]
        noun = nouns[int(rng.integers(0, len(nouns)))] if nouns else "one"
        title = f"{brand} {look} {noun}, {color}, Pack of {place % 5 + 1}"
        details: dict[str, Any] = {"Brand": brand, "Color": color, "Package Dimensions": "4 x 3 in"}
        if category == "CDs_and_Vinyl":
            title, brand = names[place], f"{artists[place % len(artists)]}   Format: Audio CD"
            details = {"Label": "Lantern Records"}
        elif category == "Video_Games":
            title = f"{names[place]} - {kind} Edition"
            details = {"Platform": kind}
        if place == crowd.items - 1 and dirt:
            found.append(Product(asin, noun, None))  # reviewed, and without metadata
            continue
        root = category.replace("_and_", " & ").replace("_", " ")
        record = {
            "main_category": root,
            "title": title,
            "average_rating": round(float(rng.uniform(2.5, 4.9)), 1),
            "rating_number": int(rng.integers(3, 900)),
            "features": [f"{look} design"] if place % 2 else [],
            "description": ["A made-up product."] if place % 3 == 0 else [],
            "price": round(float(rng.uniform(3, 90)), 2) if place % 4 else None,
            "images": [],
            "videos": [],
            "store": brand,
            "categories": [] if category in BARE else [root, kind],
            "details": details,
            "parent_asin": asin,
            "bought_together": None,
        }
        found.append(Product(asin, noun, record | (_odd(place) if dirt else {})))
    return found


def _odd(place: int) -> dict[str, Any]:
    """Oddities of the first records: no title, entities, prices as text, ranks in the details."""
    return {
        0: {"title": None},
        1: {"title": ""},
        2: {"title": "Salt &amp; Iron <b>Set</b>  of 3", "price": "from 14.99"},
        3: {"price": "\u2014", "details": {"Best Sellers Rank": {"Beauty": 12}, "Color": "Ivory"}},
        4: {"store": None, "details": {}, "features": [], "description": []},
    }.get(place, {})


def _write_metadata(
    folder: Path, category: str, products: list[Product], facts: Facts, packed: bool, dirt: bool
) -> None:
    table = f"items/{category}"
    records = [one.record for one in products if one.record is not None]
    facts.counts[table] = len(records)
    with _open(folder / f"raw/meta_categories/meta_{category}.jsonl", packed) as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
        if dirt:
            file.write('{"title": "No product", "average_rating": 4.0}\n{"parent_asin": "B0\n')
            facts.rejects[table, "empty id"] = 1
            facts.rejects[table, "not a JSON record"] = 1


def _write_reviews(
    folder: Path,
    category: str,
    crowd: Crowd,
    ids: list[str],
    products: list[Product],
    facts: Facts,
    packed: bool,
    dirt: bool,
) -> None:
    ratings_path = folder / f"benchmark/0core/rating_only/{category}.csv"
    reviews_path = folder / f"raw/review_categories/{category}.jsonl"
    good = 0
    with _open(ratings_path, packed) as ratings, _open(reviews_path, packed) as reviews:
        ratings.write("user_id,parent_asin,rating,timestamp\n")
        last: dict[str, Any] = {}
        for number, events in enumerate(crowd.chunks()):
            rng = crowd.rng(6, number)
            phrase = rng.integers(0, 1 << 16, len(events)).tolist()
            given = stars(events.liking, 1, 5, 1).tolist()
            rows = zip(
                events.user.tolist(), events.item.tolist(), events.time.tolist(), strict=True
            )
            for (user, item, time), rating, pick in zip(rows, given, phrase, strict=True):
                moment = time * 1000 + pick % 1000
                product = products[item]
                for name in _names(ids[user], user) if dirt else ids[user : user + 1]:
                    ratings.write(f"{name},{product.asin},{rating},{moment}\n")
                    last = _review(name, product, rating, moment, pick)
                    reviews.write(json.dumps(last) + "\n")
                    good += 1
        facts.counts[f"ratings/{category}"] = facts.counts[f"reviews/{category}"] = good
        if dirt:
            _write_dirt(ratings, reviews, category, last, facts)


def _names(user_id: str, place: int) -> tuple[str, ...]:
    """The ids under which the reviews of the user at this place stand."""
    clone = f"{user_id}_1"
    return {0: (user_id, clone), 1: (clone,)}.get(place % CLONED, (user_id,))


def _write_dirt(
    ratings: IO[str], reviews: IO[str], category: str, like: dict[str, Any], facts: Facts
) -> None:
    for line, reason in BAD_RATINGS:
        ratings.write(line.format(user=like["user_id"], item=like["parent_asin"]) + "\n")
        _count(facts, f"ratings/{category}", reason)
    for change, reason in BAD_REVIEWS:
        text = change if isinstance(change, str) else json.dumps({**like, **change})
        reviews.write(text + "\n")
        _count(facts, f"reviews/{category}", reason)
    for odd in ODD_REVIEWS:
        reviews.write(json.dumps({**like, **odd}) + "\n")
    reviews.write(json.dumps(like) + "\n")  # the same review again, word for word
    facts.counts[f"reviews/{category}"] += len(ODD_REVIEWS) + 1


def _count(facts: Facts, table: str, reason: str) -> None:
    facts.rejects[table, reason] = facts.rejects.get((table, reason), 0) + 1


def _review(user: str, product: Product, rating: float, moment: int, pick: int) -> dict[str, Any]:
    phrases = GOOD if rating >= 4 else BAD if rating <= 2 else FAIR
    return {
        "rating": rating,
        "title": f"{rating:.0f} stars",
        "text": f"{phrases[pick % len(phrases)]} ({product.noun})",
        "images": [],
        "asin": product.asin,
        "parent_asin": product.asin,
        "user_id": user,
        "timestamp": moment,
        "helpful_vote": 0,
        "verified_purchase": True,
    }


@contextmanager
def _open(path: Path, packed: bool) -> Iterator[IO[str]]:
    """A text file to write, gzip-compressed where asked; the same text gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not packed:
        with path.open("w", encoding="utf-8", newline="") as plain:
            yield plain
        return
    with (
        path.with_name(path.name + ".gz").open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as binary,
        io.TextIOWrapper(binary, encoding="utf-8", newline="") as text,
    ):
        yield text
