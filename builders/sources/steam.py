"""Steam (UCSD, version 2): 7.8 million reviews of 15,474 games, October 2010 to January 2018.

Layout: gzip, one Python dict literal to a line, not JSON; any key may be absent. There is no score
and no recommendation: the hours played when the review was written are the only sign of liking.
[kang205/SASRec; lenskit/lkpy, data/sources/steam.py; steam_games.json.gz was seen whole]

The user is the `username`, a display name, since the Steam id is mostly absent: names may collide,
so that two people can look like one. Dates have day precision: a time is 00:00 UTC of its day, many
are equal, and the order of lines is not read. A user may review a game several times; one counts.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import numbers, text_files
from itdr.builders.core.duckdb_csv import CSV_REASONS
from itdr.builders.core.emptied import AND, unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import UNDECODED
from itdr.builders.core.python_lists import is_stated, names_in
from itdr.builders.core.reasons import AMBIGUOUS, NO_LITERAL, NO_TIME, UNDATED
from itdr.builders.core.schema import Cut, Licence, RawFile, Readers, Remote, Source, column_names
from itdr.builders.sources._formats import validate
from itdr.builders.sources._formats.keys import require_keys_once
from itdr.builders.sources._formats.python_literals import literal_pairs, literal_reader
from itdr.builders.sources._formats.text import MISSING, clean, replace_surrogates
from itdr.builders.sources._shared.games import GameColumns
from itdr.builders.sources._shared.usernames import Usernames

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

NO_USER, NO_GAME, NO_ID = "no username", "no product_id", "no id"
LOST_NAME = "username with a letter that could not be decoded"
BAD_ENCODING = CSV_REASONS["INVALID ENCODING"]
NO_HOURS, NO_TEXT = unreadable("hours"), unreadable("text")
MOST_HOURS = 150_000
"""Steam began in 2003, and the reviews end in 2018."""
REVIEW = ("username", "product_id", "hours", "date", "text", "user_id")
GAME = (
    "id", "app_name", "title", "genres", "developer", "publisher", "release_date", "tags", "specs", "url",
)  # fmt: skip
ROWS = 1 << 15
MOST_TAGS, MOST_SPECS = 10, 6
_HEAD, _HEAD_LINES = 1 << 16, 20
_APP = re.compile(r"/app/([0-9]+)\b(?:/([^/?#]+))?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+Z?)?")
_YEAR = re.compile(r"(?<!\d)(19[7-9]\d|20[0-4]\d)(?!\d)")
# Studios stand in one string, set apart by a comma without a blank ("A,B"; "Capcom U.S.A., Inc." is
# one); those that only brought a game to another system are marked with it.
_STUDIOS = re.compile(r",(?=\S)(?!(?:LTD|Ltd|Inc|INC|LLC|s\.r\.o)\b)")
_MARKS, _NEVER = re.compile(r"[,;|]"), re.compile("(?!)")
_PORT = re.compile(r"\((?:Mac|Linux|Windows|PC)\b[^)]*\)$")


def interactions(raw: Raw) -> Iterator[pa.RecordBatch]:
    """One `review` event per review, weighted by the hours played."""
    path = raw.path("reviews")
    _require_literals(path, ("username", "product_id"), REVIEW)
    return _reviews(raw, path)


def _reviews(raw: Raw, path: Path) -> Iterator[pa.RecordBatch]:
    """The reviews; their users are known by display names, so these must have kept their letters."""
    names = Usernames()
    yield from _batches(raw, "interactions", path, REVIEW, _review(names), _review_columns)
    names.require_own(path)


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Games with genres, developers, publisher, most-used tags and specs."""
    path = raw.path("games")
    _require_literals(path, ("id", "app_name"), GAME)
    return _games(raw, path)


def _games(raw: Raw, path: Path) -> Iterator[pa.RecordBatch]:
    """The games; the address of each has its id and its name again."""
    columns = GameColumns(path)

    def row(values: tuple[Any, ...]) -> tuple[Any, ...]:
        game = _game(values)
        address = _APP.search(values[-1]) if isinstance(values[-1], str) else None
        columns.add(game[0], game[1], address)
        columns.compare(game[2], _names(values[7]), ", ".join(game[3]), _joined(values[5]))
        return game

    yield from _batches(raw, "items", path, GAME, row, _game_columns)
    columns.require_own()


def _joined(publisher: Any) -> str:
    return ", ".join(_names(publisher, _NEVER))


def _review(names: Usernames) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    days: dict[Any, int | None] = {}

    def row(values: tuple[Any, ...]) -> tuple[Any, ...]:
        user, game, hours, date, text, number = values
        user, game = _id(user), _game_id(game)
        if user:
            names.add(user, _id(number))
        if date.__class__ is not str:
            second = None  # absent, or no date
        elif date in days:
            second = days[date]
        else:
            second = days[date] = _second(date)
        reject = None
        if user is None or game is None:
            reject = NO_USER if user is None else NO_GAME
        elif not user.isascii() and UNDECODED in user:
            reject = LOST_NAME
        elif second is None and date is not None:
            reject = NO_TIME
        try:
            played = _hours(hours)
        except numbers.AmbiguousNumberError:
            played, reject = None, reject or AMBIGUOUS
        review_text = _text(text)
        unread = NO_HOURS if played is None and hours is not None else None
        if date is None:
            unread = f"{unread}{AND}{UNDATED}" if unread else UNDATED
        if text.__class__ is not str and _unread(text, review_text):
            unread = f"{unread}{AND}{NO_TEXT}" if unread else NO_TEXT
        return user, game, second, played, review_text, unread, reject

    return row


def _review_columns(rows: list[tuple[Any, ...]]) -> dict[str, pa.Array]:
    import pyarrow as pa

    user, game, second, hours, text, emptied, reject = _columns(rows, 7)
    return {
        "user_id": pa.array(user, pa.string()),
        "item_id": pa.array(game, pa.string()),
        "timestamp": pa.array(second, pa.int64()),
        "event": pa.repeat(pa.scalar("review", pa.string()), len(rows)),
        "weight": pa.array(hours, pa.float32()),
        "text": pa.array(text, pa.string()),
        "emptied": pa.array(emptied, pa.string()),
        "reject": pa.array(reject, pa.string()),
    }


def _game(values: tuple[Any, ...]) -> tuple[Any, ...]:
    game, name, title, genres, developer, publisher, released, tags, specs, _url = values
    game = _game_id(game)
    year = _YEAR.search(released) if isinstance(released, str) else None
    listed = {
        "genres": genres, "developer": developer, "publisher": publisher, "tags": tags, "specs": specs
    }  # fmt: skip
    display_title = _text(name) or _text(title)
    attributes = [
        {"name": label, "value": value}
        for label, value in (
            ("Publisher", _joined(publisher)),
            ("Tags", ", ".join(_names(tags)[:MOST_TAGS])),
            ("Specs", ", ".join(_names(specs)[:MOST_SPECS])),
        )
        if value
    ]
    return (
        game,
        display_title,
        _names(genres),
        _studios(developer),
        int(year[1]) if year else None,
        attributes,
        AND.join(
            unreadable(name)
            for name, unread in (
                *((name, _unlisted(value)) for name, value in listed.items()),
                ("title", _unread(name, display_title) or _unread(title, display_title)),
                ("year", year is None and _dated(released)),
            )
            if unread
        )
        or None,
        NO_ID if game is None else None,
    )


def _game_columns(rows: list[tuple[Any, ...]]) -> dict[str, pa.Array]:
    import pyarrow as pa

    game, title, genres, developers, year, attributes, emptied, reject = _columns(rows, 8)
    pairs = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
    return {
        "item_id": pa.array(game, pa.string()),
        "title": pa.array(title, pa.string()),
        "categories": pa.array(genres, pa.list_(pa.string())),
        "creators": pa.array(developers, pa.list_(pa.string())),
        "year": pa.array(year, pa.int16()),
        "attributes": pa.array(attributes, pairs),
        "emptied": pa.array(emptied, pa.string()),
        "reject": pa.array(reject, pa.string()),
    }


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[Any]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _id(value: Any) -> str | None:
    """An id or display name without surrounding blanks; a number as its digits."""
    if value.__class__ is str:
        return replace_surrogates(value.strip()) or None
    return str(value) if value.__class__ is int else None


def _game_id(value: Any) -> str | None:
    """As `_id`; a number written as a float, `730.0`, becomes `730`."""
    if value.__class__ is float and value.is_integer():
        value = int(value)
    name = _id(value)
    return name[:-2] if name and name.endswith(".0") and name[:-2].isdecimal() else name


def _text(value: Any) -> str | None:
    """A text, or the only one of a list; null for anything else."""
    if value.__class__ is str:
        return clean(value)
    texts, _ = names_in(value)
    return clean(texts[0]) if len(texts) == 1 else None


def _unread(value: Any, read: Any) -> bool:
    """Whether a value that is no text is there, and gave nothing."""
    return not read and value.__class__ is not str and is_stated(value)


def _known(value: str) -> str | None:
    text = clean(value)
    return None if text is None or text.lower() in MISSING else text


def _names(value: Any, marks: re.Pattern[str] = _MARKS) -> list[str]:
    """The names of a list, or of a text that joins them by commas or bars, cleaned, each once."""
    if not value:
        return []
    names, _ = names_in(value)
    if value.__class__ is str and names == [value]:
        names = marks.split(clean(value) or "")
    return list(dict.fromkeys(name for name in map(_known, names) if name))


def _unlisted(value: Any) -> bool:
    """Whether something in a value that should be a list of names, or one name, is no name."""
    return value is not None and value.__class__ is not str and names_in(value)[1]


def _dated(released: Any) -> bool:
    """Whether a day of release is stated as a number or in digits, and not in words such as "soon"."""
    return released.__class__ is int or (
        released.__class__ is str and any(sign.isdigit() for sign in released)
    )


def _studios(value: Any) -> list[str]:
    return [part for part in _names(value, _STUDIOS) if not _PORT.search(part)]


def _hours(value: Any) -> float | None:
    """Hours as a number; a text such as "1,234.5" is parsed, anything else is null.

    Raises:
        AmbiguousNumberError: a text such as "1,234".
    """
    if value.__class__ is str:
        value = numbers.decimal(value)
    if value.__class__ not in (int, float) or not 0 <= value < MOST_HOURS:
        return None
    return float(value)


def _second(date: str) -> int | None:
    """00:00 UTC of a day written YYYY-MM-DD; null where there is no such day."""
    match = _DAY.fullmatch(date.strip())
    if not match:
        return None
    try:
        day = datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return (day.toordinal() - 719_163) * 86_400


def _batches(
    raw: Raw,
    table: str,
    path: Path,
    keys: tuple[str, ...],
    row: Callable[[tuple[Any, ...]], tuple[Any, ...]],
    columns: Callable[[list[tuple[Any, ...]]], dict[str, pa.Array]],
) -> Iterator[pa.RecordBatch]:
    """The lines of a file as record batches; at least one, even where no line is good."""
    import pyarrow as pa

    pick = literal_reader(keys)
    rows: list[tuple[Any, ...]] = []
    broken, foreign, empty = 0, 0, True
    for line in text_files.lines(path):
        if line is None:
            raw.reject(table, text_files.TOO_LONG)
            continue
        values = _picked(pick, line)
        if values is not None:
            rows.append(row(values))
        elif not line.endswith(b"\n"):
            raise _cut_off(path)
        elif not _is_utf8(line):
            foreign += 1
        elif not line.isspace():
            broken += 1
        if len(rows) == ROWS:
            yield pa.RecordBatch.from_pydict(columns(rows))
            rows, empty = [], False
    raw.reject(table, NO_LITERAL, broken)
    raw.reject(table, BAD_ENCODING, foreign)
    if rows or empty:
        yield pa.RecordBatch.from_pydict(columns(rows))


def _picked(pick: Callable[[str], tuple[Any, ...] | None], line: bytes) -> tuple[Any, ...] | None:
    try:
        return pick(line.decode())
    except UnicodeDecodeError:
        return None


def _is_utf8(line: bytes) -> bool:
    """Whether a line can be decoded."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _require_literals(path: Path, keys: tuple[str, ...], once: tuple[str, ...]) -> None:
    """Raise `RawFileError` where the file is missing, empty, cut off, none of its first lines is a Python
    dict with one of `keys`, or a record has one of the keys `once` twice, with other values. Whether a gzip
    file is complete shows when it is read.
    """
    validate.require_not_empty(path)
    pick = literal_reader(keys)
    head = [line or b"" for line in itertools.islice(text_files.lines(path), _HEAD_LINES)]
    records = (_picked(pick, line) for line in head)
    if not any(values and any(value is not None for value in values) for values in records):
        validate.require_encoding(path, limit=_HEAD)
        beginning = head[0][:160].decode("utf-8", "replace").strip() if head else ""
        raise RawFileError(
            f"{path}: expected one Python dict to a line, with the keys {', '.join(keys)}; none of the "
            f"first {_HEAD_LINES} lines is one. The first begins {beginning!r}. {validate.AGAIN}"
        )
    last = validate.tail_of(path, text_files.LONGEST_LINE).rsplit(b"\n", 1)[-1]
    if last.strip(b" \t\r" + text_files.CTRL_Z) and _picked(pick, last) is None:
        raise _cut_off(path)
    require_keys_once(path, once, literal_pairs, quotes="'\"")


def _cut_off(path: Path) -> RawFileError:
    return RawFileError(
        f"{path}: the last line has no line end and is no whole record, so the file was cut off. "
        f"{validate.AGAIN}"
    )


FOLDERS = (
    "https://mcauleylab.ucsd.edu/public_datasets/data/steam/",
    "http://cseweb.ucsd.edu/~wckang/",
    "https://datarepo.eng.ucsd.edu/mcauley_group/data/steam/",
)
"""Hosts in the order to try them. Only the games have a known checksum."""


OPTIONS = {
    "liking": "hours", "capitals": True, "gaps": {"items": ("rated", "recorded")}, "weight_step": 0.1,
    "several": {"categories": 0.6, "Tags": 0.7, "Specs": 0.7},
}  # fmt: skip
SOURCE = Source(
    id="steam",
    title="Steam Video Game Reviews",
    domain="games",
    words="games",
    homepage="https://cseweb.ucsd.edu/~jmcauley/datasets.html#steam_data",
    licence=Licence(
        name="none stated",
        url="https://cseweb.ucsd.edu/~jmcauley/datasets.html#steam_data",
        summary="No licence is stated: offered for research, with a request to cite the papers. "
        "Link to it instead of handing it on.",
        redistribution=False,
        commercial=False,
    ),
    citation="""@inproceedings{kang2018self,
  author    = {Wang-Cheng Kang and Julian McAuley},
  title     = {Self-Attentive Sequential Recommendation},
  booktitle = {IEEE International Conference on Data Mining (ICDM)},
  year      = {2018}
}

@inproceedings{wan2018item,
  author    = {Mengting Wan and Julian McAuley},
  title     = {Item Recommendation on Monotonic Behavior Chains},
  booktitle = {Proceedings of the 12th ACM Conference on Recommender Systems},
  year      = {2018}
}

@inproceedings{pathak2017generating,
  author    = {Apurva Pathak and Kshitiz Gupta and Julian McAuley},
  title     = {Generating and Personalizing Bundle Recommendations on Steam},
  booktitle = {Proceedings of the 40th International ACM SIGIR Conference on Research and
               Development in Information Retrieval},
  year      = {2017}
}""",
    remotes=(
        Remote("steam_reviews.json.gz", tuple(f"{at}steam_reviews.json.gz" for at in FOLDERS)),
        Remote(
            "steam_games.json.gz",
            tuple(f"{at}steam_games.json.gz" for at in FOLDERS),
            size=2_740_516,
            checksum="sha256:717f4653a26585fec8f463f59311a654127c2ed66b07b9f78b4c0ce64961c740",
            plain_checksum="sha256:"
            "16df57cad0e93d7652500590bda315cf1f6ecef7265ee3a53a20c0f1d05e4bd8",
        ),
    ),
    files=(
        RawFile(
            "reviews",
            "steam_reviews.json.gz",
            aliases=("steam_reviews.json",),
            rows=7_793_069,
            packed=True,
            example="{u'username': u'…', u'product_id': u'35140', u'hours': 23.0, u'date': u'2018-01-05',"
            " u'text': u'…', …}",
            cut=Cut(("interactions",), r"(?=.*'username')(?=.*'product_id')\{"),
        ),
        RawFile(
            "games",
            "steam_games.json.gz",
            aliases=("steam_games.json",),
            rows=32_135,
            packed=True,
            example="{u'id': u'761140', u'app_name': u'…', u'genres': [u'Action'], …}",
        ),
    ),
    columns=column_names(
        interactions="user_id item_id timestamp event weight text",
        items="item_id title categories creators year attributes",
    ),
    ids={"item_id": "[0-9]+"},
    times=("2010-01-01", "2018-12-31"),
    readers=Readers(interactions=interactions, items=items),
    options=OPTIONS,
    by_hand=(
        "1. Open https://cseweb.ucsd.edu/~jmcauley/datasets.html#steam_data (no account needed; "
        "the authors ask to be cited).\n"
        "2. Under Steam Video Game and Bundle Data, download version 2: steam_reviews.json.gz "
        "(1.3 GB) and steam_games.json.gz (2.7 MB).\n"
        "3. Put both, as they are, into <data_dir>/steam/."
    ),
)
