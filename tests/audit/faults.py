"""Faults to plant in built rows, by name: each changes one row, and an audit must name that row.

`KINDS` are those that attacks on earlier versions planted; `FURTHER` were written without a look at
what the audit does. Each goes into a row of its own, so that one audit looks for all of them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
RANKED = ("top_k_rec", "cross_domain_rec")
CHOSEN = (*RANKED, "sequential_rec")
RATED = ("rating_prediction",)
ATTRIBUTES = ("user_attribute_prediction",)
WRITTEN = ("interest_recognition", "target_user_identification")
WITH_HISTORY = (*CHOSEN, *RATED, *ATTRIBUTES)
ALL = (*CHOSEN, *RATED, *ATTRIBUTES, *WRITTEN)


@dataclass(frozen=True)
class Fault:
    """plant: changes a row, with another row of its task and source at hand; False where it cannot.

    configs: those whose rows can have it.   rows_only: the rows alone show it.
    """

    name: str
    plant: Callable[[Row, Row], bool | None]
    configs: tuple[str, ...]
    rows_only: bool


KINDS: list[Fault] = []
FURTHER: list[Fault] = []


def kind(
    name: str, configs: tuple[str, ...], rows_only: bool = True, to: list[Fault] = KINDS
) -> Callable[..., Any]:
    def add(plant: Callable[[Row, Row], bool | None]) -> Callable[[Row, Row], bool | None]:
        to.append(Fault(name, plant, configs, rows_only))
        return plant

    return add


def further(name: str, configs: tuple[str, ...], rows_only: bool = True) -> Callable[..., Any]:
    return kind(name, configs, rows_only, FURTHER)


def negative(row: Row) -> Row:
    return next(one for one in row["candidates"] if one["item_id"] not in row["relevant"])


def true(row: Row) -> Row:
    return next(one for one in row["candidates"] if one["item_id"] == row["relevant"][0])


def swap(text: str, one: str, other: str) -> str:
    """The text with two parts in each other's place."""
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


def foreign_title(row: Row, other: Row) -> str:
    shown = {one["title"] for name in ("history", "candidates") for one in row[name]}
    every = [*other["history"], *other["candidates"]]
    return next(one["title"] for one in every if one["title"] not in shown)


# -- texts and titles -----------------------------------------------------------------------------


@kind("empty answer", ALL)
def _(row: Row, other: Row) -> None:
    row["output"] = "  "


@kind("empty question", ALL)
def _(row: Row, other: Row) -> None:
    row["input"] = ""


@kind("overlong question", ALL)
def _(row: Row, other: Row) -> None:
    row["input"] += " more" * 10_000


@kind("candidate without a title", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["candidates"][0]["title"] = ""


@kind("null title among the candidates", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["candidates"][1]["title"] = None


@kind("null title in the history", WITH_HISTORY)
def _(row: Row, other: Row) -> None:
    row["history"][1]["title"] = None


# -- columns --------------------------------------------------------------------------------------


@kind("true item not among the candidates", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["candidates"].remove(true(row))


@kind("candidate twice", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["candidates"].append(dict(negative(row)))


@kind("candidate titled as an item of the history", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["history"][0]["title"] = negative(row)["title"].upper()


@kind("false item called true", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["relevant"][0] = negative(row)["item_id"]


@kind("unknown candidate", CHOSEN)
def _(row: Row, other: Row) -> None:
    negative(row).update(item_id="no such item", title="No Such Item (1999)")


@kind("history of somebody else", WITH_HISTORY)
def _(row: Row, other: Row) -> None:
    row["history"][0] = dict(next(
        one for one in other["history"]
        if one["item_id"] not in {mine["item_id"] for mine in row["history"]}
    ))  # fmt: skip


@kind("rating changed", RATED)
def _(row: Row, other: Row) -> None:
    row["rating"] = 3.0 if row["rating"] != 3 else 4.0


@kind("attribute changed", ATTRIBUTES)
def _(row: Row, other: Row) -> None:
    row["attributes"][0]["value"] = "unheard of"


@kind("rating of the history changed", (*CHOSEN, *RATED), rows_only=False)
def _(row: Row, other: Row) -> None:
    one = row["history"][2]
    one["rating"] = 3.0 if one["rating"] != 3 else 4.0


@kind("time of the history changed", CHOSEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["history"][-1]["timestamp"] += 1


@kind("another user's id", WITH_HISTORY, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["user_id"] = other["user_id"]


@kind("another source's name", ALL)
def _(row: Row, other: Row) -> None:
    row["source"] = "steam" if row["source"] != "steam" else "anime-2023"


@kind("another domain's name", ALL, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["domain"] = "cars"


@kind("candidates in another order than shown", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["candidates"].reverse()


@kind("history in another order than shown", WITH_HISTORY)
def _(row: Row, other: Row) -> None:
    row["history"].reverse()


@kind("true items in another order", RANKED)
def _(row: Row, other: Row) -> None:
    row["relevant"].reverse()


@kind("evidence of another count", WRITTEN, rows_only=False)
def _(row: Row, other: Row) -> bool | None:
    counted = [one for one in row["evidence"] if one["count"]]
    if not counted:
        return False
    counted[0]["count"] += 1
    return None


@kind("evidence taken away", WRITTEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["evidence"].pop()


@kind("evidence made up", WRITTEN, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["evidence"].append({**row["evidence"][0], "value": "Zither music"})


@kind("another hash", ALL, rows_only=False)
def _(row: Row, other: Row) -> None:
    row["row_hash"] = "0123456789abcdef"


# -- the question ---------------------------------------------------------------------------------


@kind("rating in the question", RATED)
def _(row: Row, other: Row) -> None:
    row["input"] += f"\n(The answer is {row['output']}.)"


@kind("next item in the question", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["input"] += f"\nHint: {true(row)['title']}"


@kind("ranking in the question", RANKED)
def _(row: Row, other: Row) -> None:
    row["input"] = f"{row['output']}\n\n{row['input']}"


@kind("attributes in the question", ATTRIBUTES)
def _(row: Row, other: Row) -> None:
    row["input"] += f"\n{row['output']}"


@kind("written answer in the question", WRITTEN)
def _(row: Row, other: Row) -> None:
    row["input"] += f"\n{row['output']}"


@kind("true item first in the question", CHOSEN)
def _(row: Row, other: Row) -> bool | None:
    first, title = row["candidates"][0]["title"], true(row)["title"]
    if first == title:
        return False
    row["input"] = swap(row["input"], first, title)
    return None


@kind("true title in the question's history", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["input"] = row["input"].replace(row["history"][-1]["title"], true(row)["title"])


@kind("shown rating changed", RATED)
def _(row: Row, other: Row) -> None:
    before = row["input"]
    row["input"] = re.sub(
        r"(?m): (\d+(?:\.\d)?)(?=$|;)", lambda m: ": 3.5" if m[1] != "3.5" else ": 4.5", before, count=1
    )  # fmt: skip
    if row["input"] == before:
        row["input"] = re.sub(
            r"\d\.\d", lambda m: "3.5" if m[0] != "3.5" else "4.5", before, count=1
        )
    assert row["input"] != before


@kind("shown title of the history changed", WITH_HISTORY)
def _(row: Row, other: Row) -> None:
    row["input"] = row["input"].replace(row["history"][1]["title"], foreign_title(row, other))


@kind("shown title of a candidate changed", CHOSEN)
def _(row: Row, other: Row) -> None:
    row["input"] = row["input"].replace(negative(row)["title"], foreign_title(row, other))


@kind("history reversed in the question", WITH_HISTORY)
def _(row: Row, other: Row) -> None:
    titles = [one["title"] for one in row["history"]]
    if row["task"] == "cross_domain_rec":
        titles = titles[: len(titles) // 2]
    for one, last in zip(titles[: len(titles) // 2], reversed(titles), strict=False):
        row["input"] = swap(row["input"], one, last)


@kind("question of another row", ALL)
def _(row: Row, other: Row) -> None:
    row["input"] = other["input"]


@kind("average rating shown", ALL)
def _(row: Row, other: Row) -> None:
    row["input"] += "\nAverage rating: 4.1"


@kind("another template's id", ALL)
def _(row: Row, other: Row) -> bool | None:
    if other["template"] == row["template"]:
        return False
    row["template"] = other["template"]
    return None


@kind("unknown template", ALL)
def _(row: Row, other: Row) -> None:
    row["template"] = f"{row['task']}/none"


@kind("description that names the item", (*CHOSEN, *RATED))
def _(row: Row, other: Row) -> None:
    title = true(row)["title"] if row["candidates"] else row["history"][0]["title"]
    row["instruction"] += f" Think of {title}."


# -- the answer -----------------------------------------------------------------------------------


@kind("answer of another row", (*CHOSEN, *WRITTEN))
def _(row: Row, other: Row) -> bool | None:
    if row["output"] == other["output"]:
        return False
    row["output"] = other["output"]
    return None


@kind("negatives in another order", RANKED, rows_only=False)
def _(row: Row, other: Row) -> None:
    lines = row["output"].split("\n")
    first, last = lines[-2].partition(". ")[2], lines[-1].partition(". ")[2]
    row["output"] = swap(row["output"], first, last)


@kind("invented group", ("target_user_identification",), rows_only=False)
def _(row: Row, other: Row) -> None:
    row["output"] += "\n3. Fans of zither music, who find what they look for here."


@kind("invented claim with a number", WRITTEN)
def _(row: Row, other: Row) -> None:
    row["output"] += " Of all users, 98,765 say so."


@kind("invented quotation", WRITTEN)
def _(row: Row, other: Row) -> None:
    row["output"] += ' As one said: "Never seen the like of it".'


# -- further --------------------------------------------------------------------------------------


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
    row["input"] = re.sub(rf"({title}: [^\n;]*)", r"\1, Correct", row["input"])


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


@further("fact of the answer doubled", WRITTEN)
def _(row: Row, other: Row) -> bool | None:
    found = re.search(r"\b\d{2,}\b", row["output"])
    if found is None:
        return False
    row["output"] = row["output"].replace(found[0], str(int(found[0]) * 2 + 1), 1)
    return None


def copy_of(row: Row) -> Row:
    return copy.deepcopy(row)
