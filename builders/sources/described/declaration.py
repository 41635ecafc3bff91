"""What a description of a source may say: each field once, with its kind, meaning and choices.

The checks with their messages (`check.py`), the JSON Schema for editors (`json_schema.py`) and the
table in `docs/own-data.md` are all read from these classes.
"""
# ruff: noqa: RUF009  (`entry` gives a field of a dataclass)

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from itdr.builders.core.schema import EVENTS

TEXT, NUMBER, TRUTH, TEXTS, WORDS = "text", "number", "truth", "texts", "words"
"""Kinds of values: a text, a number, true or false, one or several texts, a mapping of texts."""
COLUMNS = "columns"
"""A mapping of names to columns (`TextColumn`)."""
FORMATS = ("csv", "tsv", "jsonl", "json", "parquet", "arrow", "recbole")
UNITS = ("s", "ms", "us", "ns", "date")
ENCODINGS = ("utf-8", "utf-16", "latin-1")
_KEY = "entry"


@dataclass(frozen=True)
class FieldSpec:
    """What is declared of one field: its kind (one of the above, or a class of this module), its
    meaning, the values allowed, whether it must be given, and its name where Python has the word."""

    kind: Any
    help: str
    choices: tuple[str, ...] = ()
    required: bool = False
    name: str = ""


def entry(kind: Any, help: str, default: Any = None, **declared: Any) -> Any:
    """A field of a description."""
    return field(default=default, metadata={_KEY: FieldSpec(kind, help, **declared)})


def entries(of: type) -> dict[str, tuple[str, FieldSpec]]:
    """The fields of a class: name in YAML -> (name in Python, what is declared)."""
    return {
        one.metadata[_KEY].name or one.name: (one.name, one.metadata[_KEY])
        for one in dataclasses.fields(of)
        if _KEY in one.metadata
    }


class Column:
    """Where the values of a column come from. In short: the name of a column of the file."""


_FROM = "The column of the file."


@dataclass(frozen=True)
class IdColumn(Column):
    """Ids, as they are written."""

    from_: str = entry(TEXT, _FROM, required=True, name="from")


@dataclass(frozen=True)
class TextColumn(Column):
    """Texts or codes."""

    from_: str | None = entry(TEXT, _FROM, name="from")
    value: str | None = entry(TEXT, "The same text for every row, in place of a column.")
    values: dict[str, str] = entry(
        WORDS, "What each code means, as {M: male}; another code is no value.", default=None
    )


@dataclass(frozen=True)
class NumberColumn(Column):
    """Numbers. A sign of currency or a unit is no part of one."""

    from_: str = entry(TEXT, _FROM, required=True, name="from")
    decimal: str = entry(TEXT, "The decimal sign.", default=".", choices=(".", ","))


@dataclass(frozen=True)
class TimeColumn(Column):
    """Times, as numbers or as dates."""

    from_: str = entry(TEXT, _FROM, required=True, name="from")
    unit: str | None = entry(
        TEXT,
        "Seconds, milliseconds, microseconds or nanoseconds since 1970, or `date`: ISO dates with "
        "or without time and zone (or as `format` says). Columns of times in Parquet need none.",
        choices=UNITS,
    )
    format: str | None = entry(TEXT, "How dates are written, as %d/%m/%Y %H:%M.")
    zone: str = entry(TEXT, "The time zone of dates that name none, as Europe/Berlin.", "UTC")


@dataclass(frozen=True)
class EventColumn(Column):
    """What happened: `rate`, `review`, `click`, `skip` (shown, not taken), `comment`, `listen`,
    `play` or `implicit`."""

    from_: str | None = entry(TEXT, _FROM, name="from")
    value: str | None = entry(TEXT, "The same event for every row.", choices=EVENTS)
    values: dict[str, str] = entry(
        WORDS, "The event of each word in the file, as {view: click, cart: click}.", default=None
    )


@dataclass(frozen=True)
class ListColumn(Column):
    """Several values in one field: a list of Parquet or JSON, or a text that is split."""

    from_: str | None = entry(TEXT, _FROM, name="from")
    value: str | None = entry(TEXT, "The same value for every row.")
    split: str | None = entry(TEXT, 'What stands between the values, as "|".')
    json: bool = entry(TRUTH, 'A list in the form of JSON or Python, as ["a", "b"].', default=False)


@dataclass(frozen=True)
class YearColumn(Column):
    """Years: the first number of four digits from 1000 to 2999, so that dates will do."""

    from_: str = entry(TEXT, _FROM, required=True, name="from")


@dataclass(frozen=True)
class InteractionColumns:
    """Columns of the interactions."""

    user_id: IdColumn = entry(IdColumn, "Who acted.", required=True)
    item_id: IdColumn = entry(IdColumn, "On what.", required=True)
    timestamp: TimeColumn | None = entry(TimeColumn, "When.")
    rating: NumberColumn | None = entry(NumberColumn, "The rating; needs `scale`.")
    event: EventColumn | None = entry(EventColumn, "What happened.")
    weight: NumberColumn | None = entry(NumberColumn, "How often or how long, as plays or hours.")
    text: TextColumn | None = entry(TextColumn, "The review or comment.")
    seq: NumberColumn | None = entry(NumberColumn, "The place in an order, where no time is known.")
    history: ListColumn | None = entry(
        ListColumn,
        "Ids of items that came before this one, oldest first: a whole history in a row.",
    )


@dataclass(frozen=True)
class ItemColumns:
    """Columns of the items."""

    item_id: IdColumn = entry(IdColumn, "The id, as in the interactions.", required=True)
    title: TextColumn | None = entry(TextColumn, "The name that is shown.")
    other_title: TextColumn | None = entry(
        TextColumn, "Another title of the same work, shown beside it in brackets."
    )
    categories: ListColumn | None = entry(ListColumn, "Categories, genres or tags.")
    creators: ListColumn | None = entry(ListColumn, "Authors, artists, directors or brands.")
    year: YearColumn | None = entry(YearColumn, "The year of publication.")
    description: TextColumn | None = entry(TextColumn, "A longer text about the item.")
    attributes: dict[str, TextColumn] = entry(
        COLUMNS, "Further facts to show, as {colour: colour_name}.", default=None
    )


@dataclass(frozen=True)
class UserColumns:
    """Columns of the users."""

    user_id: IdColumn = entry(IdColumn, "The id, as in the interactions.", required=True)
    gender: TextColumn | None = entry(TextColumn, "The gender, written out.")
    age: NumberColumn | None = entry(NumberColumn, "The age in years.")
    age_group: TextColumn | None = entry(TextColumn, "A range of ages.")
    birth_year: YearColumn | None = entry(YearColumn, "The year of birth.")
    country: TextColumn | None = entry(TextColumn, "The country.")
    location: TextColumn | None = entry(TextColumn, "The place.")
    occupation: TextColumn | None = entry(TextColumn, "The occupation.")


@dataclass(frozen=True)
class TagColumns:
    """Columns of the tags that users gave to items."""

    user_id: IdColumn = entry(IdColumn, "Who gave the tag.", required=True)
    item_id: IdColumn = entry(IdColumn, "To what.", required=True)
    tag: TextColumn = entry(TextColumn, "The tag.", required=True)


@dataclass(frozen=True)
class Table:
    """The files of a table, and how they are written."""

    file: tuple[str, ...] = entry(
        TEXTS,
        "Path, glob or URL (https, s3, hf, …), or several; relative to the description. Files may "
        "be packed (.gz, .zst, .zip). Of items and users by default the file of the interactions.",
        default=(),
    )
    member: str | None = entry(TEXT, "The file inside a zip that holds several.")
    format: str | None = entry(TEXT, "By default as the file's name says.", choices=FORMATS)
    delimiter: str | None = entry(TEXT, 'Between fields; by default "," (tsv: a tab).')
    quote: str | None = entry(TEXT, "The quotation mark of fields; none where there is no quoting.")
    header: bool | None = entry(
        TRUTH, "Whether the first line names the columns; by default unless `names` are given."
    )
    names: tuple[str, ...] = entry(TEXTS, "The columns of a file without header.", default=())
    encoding: str = entry(TEXT, "The encoding of text.", default="utf-8", choices=ENCODINGS)
    nulls: tuple[str, ...] | None = entry(
        TEXTS, 'Texts that stand for no value; by default "", NULL, null, NaN, nan and \\N.'
    )


@dataclass(frozen=True)
class InteractionTable(Table):
    """Who did what, when."""

    columns: InteractionColumns = entry(InteractionColumns, "The columns.", required=True)
    duplicates: str = entry(
        TEXT,
        "What becomes of rows that are equal in all columns used: all but one are left out and "
        "counted, or kept.",
        default="drop",
        choices=("drop", "keep"),
    )


@dataclass(frozen=True)
class ItemTable(Table):
    """What there is to choose from."""

    columns: ItemColumns = entry(ItemColumns, "The columns.", required=True)
    untitled: str = entry(
        TEXT,
        "Items without a title: never shown (`hide`), or shown as `item <id>` (`id`).",
        default="hide",
        choices=("hide", "id"),
    )


@dataclass(frozen=True)
class UserTable(Table):
    """What is known of users."""

    columns: UserColumns = entry(UserColumns, "The columns.", required=True)


@dataclass(frozen=True)
class TagTable(Table):
    """Tags that users gave to items."""

    columns: TagColumns = entry(TagColumns, "The columns.", required=True)


@dataclass(frozen=True)
class RatingScale:
    """The rating scale. Ratings off the scale are left out and counted."""

    low: float = entry(NUMBER, "The lowest rating.", required=True)
    high: float = entry(NUMBER, "The highest rating.", required=True)
    step: float = entry(NUMBER, "Between one rating and the next.", default=1)
    liked: float | None = entry(NUMBER, "Liked from this rating on.")
    disliked: float | None = entry(NUMBER, "Disliked up to this rating.")
    liked_quantile: float | None = entry(
        NUMBER, "In place of `liked`: the share of ratings below it, as 0.6 (files on disk only)."
    )
    disliked_quantile: float | None = entry(NUMBER, "The same in place of `disliked`, as 0.2.")


@dataclass(frozen=True)
class Terms:
    """The licence. Without one, rows are never pushed in public."""

    name: str = entry(TEXT, "Its name.", required=True)
    url: str = entry(TEXT, "Where it can be read.", default="")
    summary: str = entry(TEXT, "What it allows, in a sentence.", default="")
    redistribution: bool = entry(TRUTH, "Whether rows may be handed on.", default=False)
    commercial: bool = entry(TRUTH, "Whether commercial use is allowed.", default=False)


@dataclass(frozen=True)
class Description:
    """A source of your own: its files, what their columns mean, and how to speak of them."""

    id: str = entry(
        TEXT,
        "The name in rows and options: lower case letters, digits and -; by default the file's "
        "name. Random choices depend on it.",
        default="",
    )
    interactions: InteractionTable = entry(InteractionTable, "Who did what, when.", required=True)
    items: ItemTable | None = entry(ItemTable, "What there is to choose from.")
    users: UserTable | None = entry(UserTable, "What is known of users.")
    tags: TagTable | None = entry(TagTable, "Tags that users gave to items.")
    scale: RatingScale | None = entry(RatingScale, "The rating scale; needed where ratings are.")
    title: str = entry(TEXT, "The name for people.", default="")
    domain: str = entry(TEXT, "What rows call the domain; by default `words`.", default="")
    words: str = entry(
        TEXT, "How rows speak of the items: a domain of templates/domains.yaml.", default="items"
    )
    wording: dict[str, str] = entry(
        WORDS, "Single words that differ, as {items: recipes, acted: cooked}.", default=None
    )
    licence: Terms | None = entry(Terms, "The licence.")
    homepage: str = entry(TEXT, "Where the data come from.", default="")
    citation: str = entry(TEXT, "What to cite.", default="")
    attributes: tuple[str, ...] = entry(
        TEXTS, "Columns of users to predict, in the answer's order; by default all.", default=()
    )
    works: str = entry(
        TEXT,
        "Which items are one work: those with the same `title` and first creator, a `book` also in "
        'editions without article or "A Novel", or none but itself (`id`).',
        default="title",
        choices=("title", "book", "id"),
    )
    splits_as: str = entry(
        TEXT,
        "The id of another source with the same users and items: they fall into the same splits "
        "and random choices as there.",
        default="",
    )


TABLES: dict[str, type] = {
    "interactions": InteractionTable,
    "items": ItemTable,
    "users": UserTable,
    "tags": TagTable,
}
