"""What a source declares: its files, licence, citation, scale and columns. Data only, no behaviour.

One `Source` stands in each file of `builders/sources/`; everything else in the project reads the
declaration and never a benchmark's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Access = Literal["open", "kaggle", "gated", "manual"]
"""How a file can be had: `open` (anyone may fetch it), `kaggle` (often anonymous, sometimes with a
token), `gated` (an account that accepted terms), `manual` (a person places it)."""

Rows = "duckdb.DuckDBPyRelation | Iterable[pa.RecordBatch]"
"""What a reader returns: canonical columns by name, plus an optional `reject` column (str or null);
a row whose `reject` is not null is dropped by the store and counted under that reason. Ids that are
numbers by the file's format may come as 32-bit integers, which are read and joined faster; they are
texts ever after."""

INTERACTION = "user_item_interaction"
UNDERSTANDING = "user_item_understanding"
EXTRA = "extra"
"""What the paper does not have: likes and dislikes, one by one or in pairs."""
PAPER_ROOTS = (INTERACTION, UNDERSTANDING)
ROOT_TASKS = (*PAPER_ROOTS, EXTRA)

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
"""What an interaction can be. A `skip` (shown, not taken) touches nothing."""
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
    """A benchmark's terms. `redistribution` and `commercial` say what the terms allow."""

    name: str
    url: str
    summary: str
    redistribution: bool
    commercial: bool


@dataclass(frozen=True)
class Remote:
    """One file on a server. `size` in bytes; checksums are written `md5:…` or `sha256:…`.

    `checksum` is of the bytes as served, `plain_checksum` of the decompressed stream.
    `urls` are mirrors, tried in order.
    """

    name: str
    urls: tuple[str, ...] = ()
    size: int | None = None
    checksum: str | None = None
    plain_checksum: str | None = None
    access: Access = "open"


@dataclass(frozen=True)
class Cut:
    """That a file may be read in pieces, by the readers of these tables, each line for itself.

    A file whose quoted fields may hold line breaks, or whose lines say something of each other, is
    never cut.   before: a regular expression that a whole first line of a piece matches from its
    beginning, so that what a reader checks of the first lines holds for each piece too.   header:
    the first line names the columns, and is given to every piece.
    """

    tables: tuple[str, ...]
    before: str
    header: bool = False


@dataclass(frozen=True)
class RawFile:
    """One official raw file, as it lies in `<data_dir>/<source id>/` when unpacked.

    key: what the readers call it.   name: official relative path.   packed_in: names of the remotes
    (archives) that hold it; none where it is served as it is.   aliases: other base names it goes by.
    rows: official count of records, header excluded (a difference is a warning, never an error).
    facets: the needs it serves (`base`: everything but long texts; `text`: reviews and comments).
    domain: the one domain it belongs to, where the source has several.   cut: how the file may be
    read in pieces (None: never).   encoding: of the official file.   packed: its reader unpacks it
    while reading, as the plain file would be too large.   example: a record as the official file has
    it (with the header, where there is one), for whoever finds that nothing can be read.
    place, fingerprint: of a file of the user's own, where it lies, and what names its content where
    that is known (else its name, size and time do).   binary: it is no text.
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
    """A rating scale: bounds, step, decimals to print, and where liking and disliking begin."""

    low: float
    high: float
    step: float
    liked: float
    disliked: float
    decimals: int = 0


@dataclass(frozen=True)
class Readers:
    """Pure functions raw files -> canonical columns, one for each table that the source has."""

    interactions: Callable[[Any], Any]
    items: Callable[[Any], Any] | None = None
    users: Callable[[Any], Any] | None = None
    tags: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Source:
    """One benchmark. See `docs/adding.md` for how to write one.

    columns: the canonical columns that it fills, as `table.column`.
    words: the entry of `templates/domains.yaml` with this source's wording.
    attributes: the user columns to predict, in the answer's order.
    version: raised when the reader's output changes, so that stores are built anew.
    hashed_as: the id that stable hashes of users, items and cases are made with, where that is not
    its own: the id of a source whose splits this one shares.
    recipe: of a source that stands in no file, a function and its arguments that make it again in
    another process.   described: what it says beside its code, as text; part of a store's key.
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
    attributes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    version: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    hashed_as: str = ""
    recipe: tuple[Callable[..., Any], tuple[Any, ...]] | None = field(
        default=None, compare=False, repr=False
    )
    described: str = ""

    @property
    def random_id(self) -> str:
        """The id that stable hashes are made with."""
        return self.hashed_as or self.id

    @property
    def timed(self) -> bool:
        """Whether interactions have a known order (a time, or a place in a record)."""
        return bool({"interactions.timestamp", "interactions.seq"} & self.columns)

    def files_for(self, facet: str = "base", domain: str | None = None) -> tuple[RawFile, ...]:
        """The raw files that `facet` needs, for one domain where the source has several."""
        return tuple(
            file
            for file in self.files
            if facet in file.facets and (domain is None or file.domain in (None, domain))
        )

    def remote(self, name: str) -> Remote:
        """The remote of that name."""
        return next(remote for remote in self.remotes if remote.name == name)
