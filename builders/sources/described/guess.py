"""A first description of files, guessed from the names, types and values of their columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import EVENTS
from itdr.builders.sources.described.expressions import quoted_name
from itdr.builders.sources.described.profile import FileProfile
from itdr.builders.sources.described.scan import nested
from itdr.builders.sources.described.wording import domain_of, wording

USER = "user userid uid reviewerid reviewer visitorid visitor customer customerid clientid username member memberid account accountid person personid profileid session sessionid"
ITEM = "item itemid iid sku asin parentasin product productid prod prodid movie movieid film filmid track trackid song songid book bookid isbn game gameid app appid article articleid news newsid video videoid business businessid artist artistid anime animeid recipe recipeid content contentid offer offerid listing listingid hotel hotelid restaurant restaurantid venue venueid place placeid"
LOG = {
    "timestamp": "timestamp ts time date datetime unixreviewtime reviewtime eventtime createdat created when at purchasedate orderdate reviewdate datetimestamp unixtime starttime dateadded",
    "rating": "rating stars star score overall rate ratingvalue reviewscore bookrating userrating",
    "text": "reviewtext review comment reviewbody body text content reviewcontent",
    "event": "event eventtype action behavior behaviour behaviortype interaction interactiontype activity",
    "weight": "plays playcount hours listencount playtime count quantity weight",
}
CATALOGUE = {
    "title": "title name itemname itemtitle productname producttitle movietitle moviename booktitle trackname tracktitle songname songtitle appname gametitle artistname businessname headline",
    "categories": "genre genres category categories categoryname class maincategory tags department subcategory topic topics",
    "creators": "author authors bookauthor brand artist artists artistname director directors creator creators developer developers maker manufacturer",
    "year": "year releaseyear yearofpublication publicationyear releasedate published publisheddate publicationdate",
    "description": "description desc summary abstract overview plot synopsis",
}
PEOPLE = {
    "gender": "gender sex",
    "age": "age",
    "age_group": "agegroup agerange ageband",
    "birth_year": "birthyear yearofbirth birthday birthdate dateofbirth",
    "country": "country countrycode",
    "location": "location city town state region",
    "occupation": "occupation job profession",
}
FACTS = "price color colour material size language platform publisher label runtime duration"
"""Columns of items that are shown as facts. Counts and averages of ratings never are: they come from
the future, and give answers away."""
TAG = "tag tagname keyword"
_UNNAMED = re.compile("column[0-9]+")
"""What the engine calls columns without a name."""
DATE_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%m/%d/%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d", "%m %d, %Y", "%b %d, %Y",
    "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%a %b %d %H:%M:%S %z %Y",
)  # fmt: skip
EVENT_WORDS = {
    "view": "click", "click": "click", "pv": "click", "detail": "click", "open": "click",
    "addtocart": "click", "cart": "click", "add_to_cart": "click", "fav": "implicit",
    "favorite": "implicit", "like": "implicit", "wishlist": "implicit", "buy": "implicit",
    "purchase": "implicit", "transaction": "implicit", "order": "implicit", "rate": "rate",
    "rating": "rate", "review": "review", "comment": "comment", "listen": "listen",
    "play": "play", "watch": "implicit", "skip": "skip", "impression": "skip",
}  # fmt: skip
LARGEST_SCALE = 400
RARE = 0.001
"""The share of rows below which a value says nothing of a scale."""


@dataclass
class Guess:
    """A description as plain values, and what should be said of it.

    Attributes:
        notes: by the names of the fields that lead to a value, a comment on it.
        doubts: what it was unsure of, in sentences.
        unused: columns that it leaves out, by the name of their file.
    """

    values: dict[str, Any]
    notes: dict[tuple[str, ...], str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    unused: dict[str, list[str]] = field(default_factory=dict)


Keys = tuple[str | None, str | None]


def guess(
    files: Sequence[FileProfile],
    name: str,
    roles: Mapping[str, FileProfile] | None = None,
    keys: Keys = (None, None),
) -> Guess:
    """Describe files.

    Args:
        files: what was found of each.
        name: the id.
        roles: which file is which table, where that is known.
        keys: the columns of users and items in the log, where they are known.

    Returns:
        The description's values, a note on each, and what was in doubt.

    Raises:
        ConfigError: where no file has users and items.
    """
    roles = dict(roles or _roles(files))
    if "interactions" not in roles:
        raise ConfigError(_no_log(files))
    result = Guess({"id": name})
    log = roles["interactions"]
    item = _log(result, log, keys)
    for table, of in (("items", roles.get("items", log)), ("users", roles.get("users", log))):
        _catalogue(result, table, of, log, item)
    if "tags" in roles:
        _tags(result, roles["tags"])
    speak(result, item, log.path.stem)
    result.unused = _unused(result, files, roles)
    return result


def _unused(
    result: Guess, files: Sequence[FileProfile], roles: Mapping[str, FileProfile]
) -> dict[str, list[str]]:
    """The columns of each file that the description does not name."""
    used: dict[Path, set[str]] = {}
    for table in ("interactions", "items", "users", "tags"):
        if table in result.values:
            path = roles.get(table, roles["interactions"]).path
            used.setdefault(path, set()).update(_names_in(result.values[table]["columns"]))
    left = {
        one.path: [name for name in one.types if name not in used.get(one.path, ())]
        for one in files
    }
    return {path.name: names for path, names in left.items() if names}


def _names_in(columns: Mapping[str, Any]) -> Iterator[str]:
    """The columns of a file that a table's fields are read from."""
    for one in columns.values():
        if isinstance(one, dict):
            yield from [one["from"]] if "from" in one else _names_in(one)
        else:
            yield one


def speak(result: Guess, *names: str) -> None:
    """Choose the words of a description by the names of its columns and files.

    Args:
        result: the description so far; its words are set.
        names: names of columns and files.
    """
    domain = domain_of(*names)
    words = wording(domain, result.values["interactions"]["columns"])
    result.values["words"] = domain
    result.notes["words",] = "how rows speak of the items: a domain of templates/domains.yaml"
    if words:
        result.values["wording"] = words
        result.notes["wording",] = "as far as the columns tell; say what is known to have happened"


def plain(name: str) -> str:
    """A column's name in the form in which names are compared."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def column(of: FileProfile, names: str, taken: Iterable[str] = ()) -> str | None:
    """The column with the first of these names that there is."""
    there = {plain(name): name for name in reversed(list(of.types)) if name not in set(taken)}
    return next((there[name] for name in names.split() if name in there), None)


def _ids(of: FileProfile) -> tuple[str | None, str | None]:
    user = column(of, USER)
    return user, column(of, ITEM, [user] if user else [])


def _roles(files: Sequence[FileProfile]) -> dict[str, FileProfile]:
    """Which file is which table: the largest with users and items is the log."""
    roles: dict[str, FileProfile] = {}
    for one in sorted(files, key=lambda one: -one.rows):
        user, item = _ids(one)
        if user and item:
            tagged = column(one, TAG) and not column(one, LOG["rating"])
            roles.setdefault("tags" if tagged else "interactions", one)
        elif _has(one, CATALOGUE, "title") or not (user or _has(one, PEOPLE, *PEOPLE)):
            roles.setdefault("items", one)
        else:
            roles.setdefault("users", one)
    return roles


def _has(one: FileProfile, known: Mapping[str, str], *names: str) -> bool:
    """Whether a file has a column of one of these kinds."""
    return any(column(one, known[name]) is not None for name in names)


def _no_log(files: Sequence[FileProfile]) -> str:
    listed = "; ".join(f"{one.path.name}: {', '.join(one.types)}" for one in files)
    if all(_UNNAMED.fullmatch(name) for one in files for name in one.types):
        return (
            f"No file names its columns ({listed}): it has no header line, or is no table. Write the names, such as "
            "user_id and item_id, into its first line."
        )
    return (
        f"No file has a column of users and one of items ({listed}). Rename them to user_id and "
        "item_id, or write the description by hand (docs/own-data.md)."
    )


def _written(of: FileProfile) -> dict[str, Any]:
    return {"file": str(of.path), **of.written}


# -- the log -------------------------------------------------------------------------------------


def _log(result: Guess, log: FileProfile, keys: Keys) -> str:
    """Describe the interactions; the column of items."""
    user, item = (choice or one for choice, one in zip(keys, _ids(log), strict=True))
    if not user or not item:
        raise ConfigError(_no_log([log]))
    for role, key in (("user_id", user), ("item_id", item)):
        if what := nested(key, log.types.get(key, "")):
            raise ConfigError(f"{role}: {what}")
    used_columns = [user, item]
    columns: dict[str, Any] = {"user_id": user, "item_id": item}
    for name, names in LOG.items():
        one = column(log, names, used_columns)
        if one is None:
            continue
        entry: Any = one
        if name == "timestamp":
            entry = guess_time(result, log, one)
        elif name == "rating":
            entry = guess_rating(result, log, one)
        elif name == "event":
            entry = _event(result, log, one)
        elif name == "weight" and not _numeric(log, one):
            entry = None
        if entry is not None:
            columns[name] = entry
            used_columns.append(one)
    if "timestamp" not in columns:
        result.doubts.append("There is no time in the log: cases will claim no order.")
    if "rating" in columns:
        columns.pop("weight", None)
    result.values["interactions"] = {**_written(log), "columns": columns}
    return item


def guess_time(result: Guess, log: FileProfile, name: str) -> Any:
    """How the times of a column are to be read.

    Args:
        result: the description so far; takes notes and doubts.
        log: what was found of the file.
        name: the column.

    Returns:
        The entry `timestamp` of a description; None for what holds no times.
    """
    kind = log.types[name]
    if kind.startswith(("TIMESTAMP", "DATE")):
        return name
    way = ("interactions", "columns", "timestamp")
    examples = log.examples[name]
    numbers = [float(one) for one in examples if re.fullmatch(r"-?\d+(\.\d*)?(e\+?\d+)?", one)]
    if examples and len(numbers) > 0.95 * len(examples) and not re.fullmatch(r"\d{8}", examples[0]):
        middle = sorted(numbers)[len(numbers) // 2]
        unit = next(
            (u for u, most in (("s", 1e11), ("ms", 1e14), ("us", 1e17)) if middle < most), "ns"
        )
        if middle < 1e8:
            result.doubts.append(
                f"{name} holds small numbers such as {examples[0]}: taken for an order, not for times."
            )
            return None
        result.notes[way] = f"as {examples[0]}"
        return {"from": name, "unit": unit}
    text = f"trim(CAST({quoted_name(name)} AS VARCHAR))"
    best = ("", 0.0)
    tries = [("", f"try_cast({text} AS TIMESTAMPTZ)")]
    tries += [(one, f"try_strptime({text}, {literal(one)})") for one in DATE_FORMATS]
    scores = []
    for form, parsed in tries:
        rows = log.con.execute(f"SELECT count({parsed}), count(*) FROM {log.looked_at}").fetchall()
        share = rows[0][0] / rows[0][1]
        scores.append((form, share))
        if share > best[1]:
            best = (form, share)
    if best[1] < 0.5:
        result.doubts.append(f"{name} is no time that was understood, as {examples[:1]}: left out.")
        return None
    result.notes[way] = f"as {examples[0]}; without a zone: UTC"
    other = _other_way_round(best[0])
    if other and any(form == other and share >= best[1] for form, share in scores):
        result.doubts.append(
            f"{name} may be day/month or month/day ({examples[0]}): taken as {best[0]}."
        )
    return {"from": name, "unit": "date"} if not best[0] else {"from": name, "format": best[0]}


def _other_way_round(form: str) -> str | None:
    if form.startswith("%d/%m"):
        return form.replace("%d/%m", "%m/%d", 1)
    return form.replace("%m/%d", "%d/%m", 1) if form.startswith("%m/%d") else None


def _numeric(of: FileProfile, name: str) -> bool:
    """Whether nearly all values of a column are numbers."""
    counts = of.counts(name, LARGEST_SCALE * 10) or dict.fromkeys(of.examples[name], 1)
    numbers = sum(count for one, count in counts.items() if _is_number(one))
    return numbers > 0.95 * sum(counts.values()) > 0


def guess_rating(result: Guess, log: FileProfile, name: str) -> Any:
    """How the ratings of a column are to be read, with their scale.

    Args:
        result: the description so far; takes the scale, notes and doubts.
        log: what was found of the file.
        name: the column.

    Returns:
        The entry `rating` of a description; None for a column of something else.
    """
    counts = log.counts(name, LARGEST_SCALE)
    if counts is None or not _numeric(log, name):
        examples = ", ".join(log.examples[name][:3])
        result.doubts.append(f"{name} is no rating on a scale ({examples}, …): left out.")
        return None
    total = sum(counts.values())
    rare = [one for one, count in counts.items() if count < RARE * total]
    numbers = sorted({float(one) for one in counts if one not in rare and _is_number(one)})
    if rare:
        result.doubts.append(
            f"{name} is {', '.join(sorted(rare)[:5])} in a few rows of a thousand: left out where "
            "it is off the scale."
        )
    steps = [b - a for a, b in itertools.pairwise(numbers)]
    low, high = numbers[0], numbers[-1]
    step = 1.0 if all(one.is_integer() for one in numbers) else 0.5
    if any(not (one / step).is_integer() for one in numbers):
        step = round(min(steps), 4)
    for bottom, top in ((1, 5), (0.5, 5), (1, 10), (0, 10), (0, 100)):
        if bottom <= low and high <= top and (step < 1 or float(bottom).is_integer()):
            low, high = bottom, top
            break
    if low == high:
        result.doubts.append(f"{name} is {low:g} throughout, which is no scale: left out.")
        return None
    result.values["scale"] = {"low": _short(low), "high": _short(high), "step": _short(step)}
    first_values = ", ".join(f"{one:g}" for one in numbers[:12])
    result.notes["scale",] = f"values: {first_values}{', …' if len(numbers) > 12 else ''}"
    if numbers[0] == 0 and low == 0:
        result.doubts.append(f"{name} is 0 in places: if that stands for no rating, set low: 1.")
    return name


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _short(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number


def _event(result: Guess, log: FileProfile, name: str) -> Any:
    counts = log.counts(name, 30)
    if not counts:
        return None
    words = {one: EVENT_WORDS.get(one.lower(), "implicit") for one in counts}
    unknown = [one for one in counts if one.lower() not in EVENT_WORDS]
    if unknown:
        result.doubts.append(f"{name}: taken as `implicit`: {', '.join(unknown)}.")
    result.notes["interactions", "columns", "event"] = f"one of {', '.join(EVENTS)}"
    return {"from": name, "values": words}


# -- items, users, tags --------------------------------------------------------------------------


def _catalogue(result: Guess, table: str, of: FileProfile, log: FileProfile, item: str) -> None:
    """Describe the items or the users, where there are any."""
    words_by_column = CATALOGUE if table == "items" else PEOPLE
    log_columns = result.values["interactions"]["columns"]
    used_columns = [one["from"] if isinstance(one, dict) else one for one in log_columns.values()]
    if of is log:
        key = log_columns["item_id" if table == "items" else "user_id"]
    else:
        key, used_columns = (
            _key(result, table, of, log, item if table == "items" else log_columns["user_id"]),
            [],
        )
        if key is None:
            return
    columns: dict[str, Any] = {f"{table[:-1]}_id": key}
    used_columns = [*used_columns, key]
    for name, names in words_by_column.items():
        one = column(of, names, used_columns)
        if one is None:
            continue
        used_columns.append(one)
        columns[name] = _listed(of, one) if name in ("categories", "creators") else one
        if name == "gender":
            columns[name] = _gender(of, one)
    if table == "items":
        facts = {plain(one): one for one in of.types if one not in used_columns}
        attributes = {name: facts[name] for name in FACTS.split() if name in facts}
        if attributes and of is not log:
            columns["attributes"] = attributes
    if len(columns) == 1 and of is log and table == "users":
        return
    if table == "items" and "title" not in columns:
        result.doubts.append(
            f"There is no title in {of.path.name}: items are shown as `item <id>` (untitled: id), "
            "which says little; add a file with titles if there is one."
        )
    format_fields = {} if of is log else _written(of)
    result.values[table] = {**format_fields, "columns": columns}
    if table == "items" and "title" not in columns:
        result.values[table]["untitled"] = "id"


def _key(
    result: Guess, table: str, of: FileProfile, log: FileProfile, column_of_log: str
) -> str | None:
    """The column that joins a file to the log: the one with most of the log's ids."""
    names = [column(of, USER if table == "users" else ITEM), column(of, "id"), *list(of.types)[:6]]
    shares = {name: log.share_in(column_of_log, of, name) for name in names if name}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] == 0:
        result.doubts.append(
            f"{of.path.name} has no column with the ids of {column_of_log}: left out."
        )
        return None
    if shares[best] < 0.9:
        result.doubts.append(
            f"{shares[best]:.0%} of the {table} of the log stand in {of.path.name} (by {best})."
        )
    return best


def _listed(of: FileProfile, name: str) -> Any:
    """How several values stand in one field."""
    if of.types[name].endswith("[]"):
        return name
    examples = of.examples[name]
    if examples and sum(one.startswith("[") for one in examples) > len(examples) / 2:
        return {"from": name, "json": True}
    for sign in ("|", ";", " > ", ", ", ","):
        if sum(sign in one for one in examples) > len(examples) / 5:
            return {"from": name, "split": sign}
    return name


def _gender(of: FileProfile, name: str) -> Any:
    codes = {"m": "male", "f": "female", "male": "male", "female": "female"}
    counts = of.counts(name, 12) or {}
    words = {one: codes[one.lower()] for one in counts if one.lower() in codes}
    return {"from": name, "values": words} if words else name


def _tags(result: Guess, of: FileProfile) -> None:
    user, item = _ids(of)
    tag = column(of, TAG, [one for one in (user, item) if one])
    columns = {"user_id": user, "item_id": item, "tag": tag}
    result.values["tags"] = {**_written(of), "columns": columns}


def relative(result: Guess, base: Path) -> None:
    """Name files by their paths from a folder, where they lie below it.

    Args:
        result: the description so far; its file names are changed.
        base: the folder of the description.
    """
    for table in ("interactions", "items", "users", "tags"):
        entry = result.values.get(table)
        if entry and "file" in entry:
            path = Path(entry["file"])
            if path.is_relative_to(base):
                entry["file"] = str(path.relative_to(base))
