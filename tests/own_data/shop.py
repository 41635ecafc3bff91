"""A made-up shop's log and catalogue, as a new user might have them."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

USERS, ITEMS, EVENTS, ROOMS = 200, 150, 60, 5
DESCRIPTION = """
interactions:
  file: log.csv
  delimiter: ";"
  columns:
    user_id: customer
    item_id: sku
    rating: stars
    timestamp: {from: when, format: "%d/%m/%Y %H:%M", zone: Europe/Berlin}
items:
  file: products.parquet
  columns:
    item_id: code
    title: name
    categories: {from: path, split: " > "}
    creators: brand
    year: released
    attributes: {price: price}
users:
  file: customers.jsonl
  columns:
    user_id: id
    gender: {from: sex, values: {M: male, F: female}}
    age: age
    country: country
scale: {low: 1, high: 5}
words: products
"""


def log(seed: int = 1) -> list[dict[str, Any]]:
    """Purchases, with prices and dates as text. Users have tastes: half of their products are of the room
    that they like, and are rated high, some of one that they dislike."""
    rng = random.Random(seed)
    rows = []
    for user in range(USERS):
        for step in range(EVENTS):
            taste = rng.random()
            sku = rng.randrange(ITEMS)
            room, stars = sku % ROOMS, rng.randrange(1, 5)
            if taste < 0.5:
                room, stars = user % ROOMS, rng.randrange(4, 6)
            elif taste < 0.8:
                room, stars = (user + 2) % ROOMS, rng.randrange(1, 3)
            sku += room - sku % ROOMS
            rows.append(
                {
                    "customer": f"c{user:03}",
                    "sku": f"p{sku}",
                    "stars": stars,
                    "when": f"{1 + step % 28:02}/{1 + (user + step // 28) % 12:02}/2021 {rng.randrange(24):02}:{rng.randrange(60):02}",
                    "paid": f"$ {rng.randrange(1, 99)}.50",
                }
            )
    return rows


def catalogue() -> list[dict[str, Any]]:
    """Products with prices as text; one has no name."""
    return [
        {
            "code": f"p{n}",
            "name": f"Copper &amp; Oak No. {n}" if n else None,
            "path": ("Kitchen > Pans", "Garden", "Cellar", "Attic", "Study")[n % ROOMS],
            "brand": f"Maker {n % 7}",
            "released": f"{1990 + n % 30}-05-01",
            "price": f"$ {n}.50",
        }
        for n in range(ITEMS)
    ]


def customers() -> list[dict[str, Any]]:
    """What is known of users."""
    return [
        {
            "id": f"c{n:03}",
            "sex": "MF?"[n % 3],
            "age": 20 + n % 50 if n % 5 else None,
            "country": ("Chile", "Norway")[n % 2],
        }
        for n in range(USERS)
    ]


def write(folder: Path, rows: list[dict[str, Any]] | None = None) -> Path:
    """Write the three files and their description; its path."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "log.csv", log() if rows is None else rows, ";")
    pq.write_table(pa.Table.from_pylist(catalogue()), folder / "products.parquet")
    lines = "".join(json.dumps(row) + "\n" for row in customers())
    (folder / "customers.jsonl").write_text(lines, "utf-8")
    (folder / "shop.yaml").write_text(DESCRIPTION, "utf-8")
    return folder / "shop.yaml"


def write_tenths(folder: Path) -> Path:
    """The shop with stars in tenths, which 32 bits cannot hold: likes from 3.8 on, dislikes up to 2.1."""
    stars = {1: 1.3, 2: 2.1, 3: 2.9, 4: 3.8, 5: 4.7}
    path = write(folder, [{**row, "stars": stars[row["stars"]]} for row in log()])
    scale = "{low: 1, high: 5, step: 0.1, liked: 3.8, disliked: 2.1}"
    path.write_text(DESCRIPTION.replace("{low: 1, high: 5}", scale), "utf-8")
    return path


def write_csv(path: Path, rows: list[dict[str, Any]], delimiter: str = ",") -> None:
    """Write rows as delimited text with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
