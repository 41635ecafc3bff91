"""Faults to plant that were written without a look at what the audit does; see `faults`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.audit.faults import (
    ALL,
    ATTRIBUTES,
    CHOSEN,
    RANKED,
    RATED,
    WITH_HISTORY,
    WRITTEN,
    Fault,
    Row,
    foreign_title,
    kind,
    negative,
    swap,
    true,
)

FURTHER: list[Fault] = []


def further(name: str, configs: tuple[str, ...], rows_only: bool = True) -> Callable[..., Any]:
    return kind(name, configs, rows_only, FURTHER)


@further("zero-width mark behind the true candidate", CHOSEN)
def _(row: Row, other: Row) -> None:
    title = true(row)["title"]
    row["input"] = row["input"].replace(title, f"{title}\u200b")


@further("true candidate in bold", CHOSEN)
def _(row: Row, other: Row) -> None:
    title = true(row)["title"]
    row["input"] = row["input"].replace(title, f"**{title}**")


@further("answer in small letters", CHOSEN)
def _(row: Row, other: Row) -> bool | None:
    row["output"] = row["output"].lower()
    return None


@further("answer with an explanation", (*CHOSEN, *RATED))
def _(row: Row, other: Row) -> None:
    row["output"] += "\nThis fits what came before."


@further("another scale in the question", RATED)
def _(row: Row, other: Row) -> bool | None:
    before = row["input"]
    row["input"] = re.sub(r"\b(5|10)\b(?!.*\b(5|10)\b)", "100", before, flags=re.DOTALL)
    return None if row["input"] != before else False


@further("another number of candidates asked for", RANKED)
def _(row: Row, other: Row) -> bool | None:
    before = row["input"]
    row["input"] = before.replace("all 10", "all 9")
    return None if row["input"] != before else False


@further("description of another task", ALL)
def _(row: Row, other: Row) -> None:
    row["instruction"] = "Translate the following sentences into French."


@further("another item rated", RATED, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["item_id"] = other["item_id"]


@further("words of another domain", ALL)
def _(row: Row, other: Row) -> bool | None:
    before = row["input"]
    words = r"\b(films?|viewers?|products?|customers?|games?|players?|books?|readers?|movies?)\b"
    row["input"] = re.sub(words, "cars", before, count=1)
    return None if row["input"] != before else False


@further("negative replaced everywhere", CHOSEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    one, title = negative(row), foreign_title(row, other)
    new = next(item for item in (*other["history"], *other["candidates"]) if item["title"] == title)
    for name in ("input", "output"):
        row[name] = row[name].replace(one["title"], title)
    one.update(item_id=new["item_id"], title=title)


@further("entry of the history replaced everywhere", WITH_HISTORY, rows_only=False)
def _(row: Row, other: Row) -> None:
    one, title = row["history"][1], foreign_title(row, other)
    new = next(item for item in (*other["history"], *other["candidates"]) if item["title"] == title)
    row["input"] = row["input"].replace(one["title"], title)
    one.update(item_id=new["item_id"], title=title)


@further("hint behind a category", ("sequential_rec",), rows_only=False)
def _(row: Row, other: Row) -> None:
    title = re.escape(true(row)["title"])
    row["input"] = re.sub(rf"({title} \[[^\]]*)\]", r"\1, Correct]", row["input"])


@further("two entries of the history swapped everywhere, with their times", CHOSEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    one, two = row["history"][-2:]
    row["input"] = swap(row["input"], one["title"], two["title"])
    for name in ("item_id", "title", "rating"):
        one[name], two[name] = two[name], one[name]


@further("rating printed otherwise", RATED)
def _(row: Row, other: Row) -> None:
    row["output"] = f"{row['rating']:.2f}"


@further("ranking with bullets", RANKED)
def _(row: Row, other: Row) -> None:
    row["output"] = re.sub(r"(?m)^\d+\. ", "- ", row["output"])


@further("no description", ALL, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["instruction"] = ""


@further("user exchanged, in the id too", WITH_HISTORY, rows_only=False)
def _(row: Row, other: Row) -> bool | None:
    if other["user_id"] == row["user_id"]:
        return False
    row["user_id"] = other["user_id"]
    row["id"] = f"{other['id']}/again"
    return None


@further("another base in the evidence", WRITTEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["evidence"][0]["base"] += 1.5


@further("letter of another alphabet in the answer", CHOSEN)
def _(row: Row, other: Row) -> bool | None:
    before = row["output"]
    row["output"] = before.replace("e", "\u0435", 1)
    return None if row["output"] != before else False


@further("all times an hour later", CHOSEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    for one in row["history"]:
        one["timestamp"] += 3600


@further("attribute changed in columns and answer", ATTRIBUTES, rows_only=False)
def _(row: Row, other: Row) -> None:
    one = row["attributes"][0]
    row["output"] = row["output"].replace(one["value"], "unheard of")
    one["value"] = "unheard of"


@further("title cut short in the question", CHOSEN)
def _(row: Row, other: Row) -> None:
    title = negative(row)["title"]
    row["input"] = row["input"].replace(title, title[:-3])


@further("blank line within a list", CHOSEN)
def _(row: Row, other: Row) -> bool | None:
    before = row["input"]
    row["input"] = re.sub(r"\n(?=(- |\d+\. ))", "\n\n", before, count=1)
    return None if row["input"] != before else False


@further("further item at the end of the candidates", CHOSEN)
def _(row: Row, other: Row) -> bool | None:
    before, last = row["input"], row["candidates"][-1]["title"]
    row["input"] = re.sub(
        rf"\n- {re.escape(last)}", lambda m: f"{m[0]}\n- {foreign_title(row, other)}", before
    )
    return None if row["input"] != before else False


@further("template of another task", ALL)
def _(row: Row, other: Row) -> None:
    task = "top_k_rec" if row["task"] != "top_k_rec" else "sequential_rec"
    row["template"] = row["template"].replace(row["task"], task)


# Without raw data it may pass: another fact of the row can have the doubled figure.
@further("fact of the answer doubled", WRITTEN, rows_only=False)
def _(row: Row, other: Row) -> bool | None:
    found = re.search(r"\b\d{2,}\b", row["output"])
    if found is None:
        return False
    row["output"] = row["output"].replace(found[0], str(int(found[0]) * 2 + 1), 1)
    return None
