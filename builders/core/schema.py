"""What a source declares: its files, licence, citation, scale and columns. Data only, no behaviour.

Each file of `builders/sources/` holds one `Source`; the rest of the project reads the declaration and
never tests for a benchmark's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from itdr.builders.core.errors import ConfigError, choose_from

Access = Literal["open", "kaggle", "gated", "manual"]
"""How a file can be obtained: `open` (anyone may fetch it), `kaggle` (often anonymous, sometimes with
a token), `gated` (an account that accepted terms), `manual` (a person places it)."""

INTERACTION = "user_item_interaction"
UNDERSTANDING = "user_item_understanding"
EXTRA = "extra"
"""The root task beyond the paper: likes and dislikes, one by one or in pairs."""
PAPER_ROOTS = (INTERACTION, UNDERSTANDING)
ROOT_TASKS = (*PAPER_ROOTS, EXTRA)

IDS = ("user_id", "item_id")
SOURCE_OPTIONS = {
    "work": "which items are one work: `book` for editions of a book, `id` where titles repeat by nature",
    "broad_categories": "categories that say little: lists show narrower ones",
    "category_words": "a file beside `store/shown_categories.py` with the words for categories that lists show",
    "private_categories": "categories that tell of a person's health and the like: items of these categories are never shown",
    "chinese": "titles are Chinese",
    "from_one": "columns of ids that are numbers from 1 on",
    "all_recorded": "by table, how many official records there are: every id of the interactions has one",
    "last_ids": "by column of ids, the last number of the official files",
    "gaps": "by table, whether its official ids, which are numbers, have gaps: those `recorded` in it, those `rated`, or `none`",
    "id_signs": "how many signs each id has; some of these are capitals",
    "user_signs": "how many signs each id of a user has at least",
    "id_forms": "by column of ids, a pattern of those in official files, and the share of these that have another form",
    "check_digits": "the share of ids in the form of an ISBN that may have another check digit than they should",
    "year_first": "nobody rates an item before the year that its record states",
    "incomplete": "columns of users or items that are empty for some of them in the official file",
    "any_case": "titles are written in small letters or capitals, as listeners have them",
    "capitals": "categories begin with a capital",
    "subcategories": "the second category of an item is part of the first",
    "weight_step": "weights are multiples of this",
    "parts_since": "a day since which users could give parts of a star",
    "days": "times are those of days, at 00:00 UTC",
    "pairs_once": "a user and an item have one interaction at most",
    "users_at_random": "the ids of users tell nothing of when they came",
    "anchors": "by id, the title of a well-known item, and a pattern of some of its categories",
    "several": "by column of lists, or by name of an attribute, the least share of official items with several names",
    "sessions": "a user's events lie closer together in time than an item's",
    "left_out": "the reasons for which many official rows are left out, too",
    "town_in_title": "titles end in a town, as in `Churn (Phoenix)`: negatives are in the town of their target",
    "liking": "`hours`: without ratings, an item is liked by those who spend more hours on it than its other users",
    "time_cuts": "the official cuts, in seconds since 1970: train before the first, test from the second",
    "editions": "by the name of an edition, the keys of its `files`; it is read where the first two are there",
    "wording": "words to use instead of those of the entry that `words` names",
}
"""What a source may say in `options`, by name."""

INTERACTIONS = (
    "user_id",
    "item_id",
    "rating",
    "timestamp",
    "seq",
    "event",
    "weight",
    "text",
    "domain",
)
ITEMS = (
    "item_id",
    "title",
    "categories",
    "creators",
    "year",
    "description",
    "attributes",
    "domain",
    "hidden",
    "other_title",
    "work_title",
    "work_creator",
)
USERS = (
    "user_id",
    "gender",
    "age",
    "age_group",
    "birth_year",
    "country",
    "location",
    "occupation",
)
EVENTS = ("rate", "review", "click", "skip", "comment", "listen", "play", "implicit")
"""Kinds of interaction. A `skip` (shown but not chosen) is not an interaction with the item."""
SKIP = EVENTS.index("skip")
TAGS = ("user_id", "item_id", "tag")
COLUMNS: dict[str, tuple[str, ...]] = {
    "interactions": INTERACTIONS,
    "items": ITEMS,
    "users": USERS,
    "tags": TAGS,
}


@dataclass(frozen=True)
class Licence:
    """A benchmark's terms. `redistribution` and `commercial` say what they allow."""

    name: str
    url: str
    summary: str
    redistribution: bool
    commercial: bool


@dataclass(frozen=True)
class Remote:
    """One file on a server.

    Attributes:
        name: its path below the source's download folder.
        urls: mirrors, tried in order.
        size: bytes as served.
        checksum: of the bytes as served, written `md5:…` or `sha256:…`.
        plain_checksum: of the decompressed stream.
        access: how it can be obtained.
    """

    name: str
    urls: tuple[str, ...] = ()
    size: int | None = None
    checksum: str | None = None
    plain_checksum: str | None = None
    access: Access = "open"


@dataclass(frozen=True)
class Cut:
    """Permission to read a file in chunks, each line on its own.

    A file whose quoted fields may hold line breaks, or whose lines depend on each other, is never cut.

    Attributes:
        tables: the tables whose readers accept chunks.
        before: a regular expression that the first line of every chunk must match from its start, so
            that a reader's check of the first lines holds for each chunk.
        header: the first line names the columns, and is repeated in every chunk.
    """

    tables: tuple[str, ...]
    before: str
    header: bool = False


@dataclass(frozen=True)
class RawFile:
    """One official raw file, as it lies in `<data_dir>/<source id>/` when unpacked.

    Attributes:
        key: the name that readers use.
        name: official relative path.
        packed_in: names of the remotes (archives) that hold it; empty where it is served on its own.
        aliases: other base names under which it circulates.
        size: bytes.
        checksum: `md5:…` or `sha256:…`.
        rows: official number of records, header excluded (a difference is a warning, never an error).
        facets: which facets need it (`base`: everything but long texts; `text`: reviews and comments).
        domain: the one domain it belongs to, where the source has several.
        optional: the source can be read without it.
        cut: how it may be read in chunks (None: never).
        encoding: of the official file.
        packed: the reader decompresses it while reading, as the plain file would be too large.
        example: a sample record of the official file (with its header, if any), for error messages.
        place: of a user's own file, where it lies.
        fingerprint: of a user's own file, what names its content, where known (otherwise its name,
            size and time do).
        binary: it is no text.
    """

    key: str
    name: str
    packed_in: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    size: int | None = None
    checksum: str | None = None
    rows: int | None = None
    facets: tuple[str, ...] = ("base",)
    domain: str | None = None
    optional: bool = False
    cut: Cut | None = None
    encoding: str = "utf-8"
    packed: bool = False
    example: str = ""
    place: str = ""
    fingerprint: str = ""
    binary: bool = False


@dataclass(frozen=True)
class Scale:
    """A rating scale: bounds, step, printed decimals, and the thresholds of liking and disliking.

    The thresholds are rounded to 32 bits, as stored ratings are: a rating of 3.8 is liked from 3.8 on,
    whether numpy, Python or SQL compares them.
    """

    low: float
    high: float
    step: float
    liked: float
    disliked: float
    decimals: int = 0

    def __post_init__(self) -> None:
        for name in ("liked", "disliked"):
            object.__setattr__(self, name, float(np.float32(getattr(self, name))))


@dataclass(frozen=True)
class Readers:
    """Pure functions from raw files to canonical columns, one per table that the source has.

    Each takes a `core.raw_files.Raw` and returns a `duckdb.DuckDBPyRelation` or an iterable of
    `pyarrow.RecordBatch`: canonical columns by name, plus an optional `reject` column (str or null).
    A row whose `reject` is not null is dropped by the store and counted under that reason; so are the
    reasons in an optional column `emptied`, joined by "; " (`core.emptied`), of a row that is
    kept although a value in it cannot be read. Ids that
    are numbers by the file's format may be 32-bit integers, which are read and joined faster; the
    store keeps them as text.
    """

    interactions: Callable[[Any], Any]
    items: Callable[[Any], Any] | None = None
    users: Callable[[Any], Any] | None = None
    tags: Callable[[Any], Any] | None = None


def column_names(**tables: str) -> frozenset[str]:
    """`column_names(users="user_id age")` -> {"users.user_id", "users.age"}, for `Source.columns`.

    Args:
        tables: the columns of each table, separated by blanks.

    Returns:
        The columns as `table.column`.
    """
    return frozenset(f"{table}.{name}" for table, names in tables.items() for name in names.split())


@dataclass(frozen=True)
class Source:
    """One benchmark. `docs/adding.md` explains how to write one.

    Attributes:
        columns: the canonical columns that it fills, as `table.column`.
        words: the entry of `templates/domains.yaml` with this source's wording.
        attributes: the user columns to predict, in the order of the answer.
        by_hand: how a person obtains the files.
        version: raised when the reader's output changes, so that stores are rebuilt.
        times: the first and the last day (UTC, YYYY-MM-DD) on which its events can lie; events beyond
            them are left out. Wide enough for every release.
        ids: by column (`user_id`, `item_id`), a regular expression that all its ids match as a whole;
            rows of any table with another id are left out. Ids that are read as numbers need none.
        options: what it says besides, as `SOURCE_OPTIONS` lists it.
        hashed_as: the id used for stable hashes of users, items and cases, where that is not the
            source's own: the id of a source whose splits this one shares.
        recipe: for a source without a file of its own, a function and its arguments that create it
            again in another process.
        described: its description besides code, as text; part of a store's key.
    """

    id: str
    title: str
    domain: str
    words: str
    homepage: str
    licence: Licence
    citation: str
    remotes: tuple[Remote, ...]
    files: tuple[RawFile, ...]
    columns: frozenset[str]
    readers: Readers
    by_hand: str
    scale: Scale | None = None
    times: tuple[str, str] | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    version: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    hashed_as: str = ""
    recipe: tuple[Callable[..., Any], tuple[Any, ...]] | None = field(
        default=None, compare=False, repr=False
    )
    described: str = ""

    def __post_init__(self) -> None:
        for what, names, valid in (
            ("option", self.options, SOURCE_OPTIONS),
            ("column of ids", self.ids, IDS),
        ):
            for name in names:
                if name not in valid:
                    raise ConfigError(f"{self.id}: {choose_from(what, name, valid)}")

    @property
    def random_id(self) -> str:
        """The id that stable hashes are made with."""
        return self.hashed_as or self.id

    @property
    def timed(self) -> bool:
        """Whether interactions have a known order (a time, or a position in a record)."""
        return bool({"interactions.timestamp", "interactions.seq"} & self.columns)

    def files_for(self, facet: str = "base", domain: str | None = None) -> tuple[RawFile, ...]:
        """The raw files that a facet needs.

        Args:
            facet: `base` or `text`.
            domain: the domain, where the source has several; None for all of them.
        """
        return tuple(
            file
            for file in self.files
            if facet in file.facets and (domain is None or file.domain in (None, domain))
        )

    def reads_texts(self, facet: str) -> bool:
        """Whether the files of a facet hold the texts of interactions.

        Args:
            facet: `base` or `text`.

        Returns:
            False where other files hold them.
        """
        return facet == "text" or not any("text" in file.facets for file in self.files)

    def remote(self, name: str) -> Remote:
        """The remote with this name."""
        return next(remote for remote in self.remotes if remote.name == name)
