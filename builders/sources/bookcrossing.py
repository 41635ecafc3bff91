r"""Book-Crossing: ratings of books on 1 to 10, or none, from a crawl in August and September 2004.

Layout: three files with `;` between fields, every field in double quotes but a bare NULL, a quote
inside written `\"`, entities such as `&amp;`, CRLF, Windows-1252. Copies were saved anew in UTF-8,
with LF, with inner quotes doubled, or without quotes where none are needed. No times.
[descr/book-crossing.rst of crab; RecSysDatasets; users file seen]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core import duckdb_csv
from itdr.builders.core.emptied import AND, ESCAPED, implausible, unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.numbers import SHORTENED
from itdr.builders.core.reasons import EMPTY_ID, NO_RATING, OUTSIDE_SCALE
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Scale, Source, column_names
from itdr.builders.core.text_files import LONGEST_LINE
from itdr.builders.core.title_faults import TitleCounts
from itdr.builders.sources._formats import arrow, validate
from itdr.builders.sources._formats.mojibake import (
    EMPTY,
    MISSING,
    plain_field,
    repair_encoding,
    repair_quotes,
)
from itdr.builders.sources._shared import book_values, books
from itdr.builders.sources._shared.moved_columns import MovedColumn
from itdr.builders.sources._shared.names import display_name
from itdr.builders.sources._shared.places import country_name, place_name
from itdr.builders.sources._shared.second_keys import SecondKeys
from itdr.builders.sources._shared.shown_books import as_shown

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

BAD_ISBN = "malformed ISBN"
NO_ISBN = ("NAN", "NONE", "NULL")
FLOAT = r"\s*([0-9]{7,13})[.,]0+\s*"
"""An ISBN as a number with a fraction; ISBNs in the official file have none."""
ISBN_DIGITS = 10
AGE = (5, 100)
YEAR = (1800, 2004)
"""Ages and years that are believed; others (0, 244; 0, 1376, 2050) are missing values."""

# Rows in which a stray backslash joins title and author, with what they should say. [public notebooks on this data set]
SHIFTED = {
    "078946697X": (
        "DK Readers: Creating the X-Men, How It All Began (Level 4: Proficient Readers)",
        "Michael Teitelbaum",
        "2000",
        "DK Publishing Inc",
    ),
    "0789466953": (
        "DK Readers: Creating the X-Men, How Comic Books Come to Life "
        "(Level 4: Proficient Readers)",
        "James Buckley",
        "2000",
        "DK Publishing Inc",
    ),
    "2070426769": (
        "Peuple du ciel, suivi de 'Les Bergers'",
        "Jean-Marie Gustave Le Clézio",
        "2003",
        "Gallimard",
    ),
}

_BOOK_COLUMNS = (
    *("ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher"),
    *("Image-URL-S", "Image-URL-M", "Image-URL-L"),
)

_BLOCK = 1 << 20
_END = r"[ \t]*(?:\r\n|[\r\n]|\Z)"
_BODY = r'[^"\\]*(?:(?:\\.|"")[^"\\]*)*'
_BARE = r'[^";\r\n][^;\r\n]*|'
_TEXT = rf'(?:"({_BODY})"|({_BARE}))'
"""Two groups, of which one is empty: what stands between quotes, or a bare text."""
_SKIP = rf'(?:"{_BODY}"|{_BARE})'
_FIELD = r'"?([^";\r\n]*)"?'
"""One group: what should be a number, for the reader to judge."""


def _pattern(*fields: str) -> re.Pattern[str]:
    """One record in the given fields, or else, as the last group, a whole line that is none."""
    return re.compile(rf"(?:{';'.join(fields)}{_END}|([^\r\n]+){_END})", re.DOTALL)


_WHOLE_END = {
    "interactions": r'^"[^"]*";"[^"]*";"\d+"$',
    "items": r'(;"https?://[^"]*"){3}$',
    "users": r'^"\d+";".*";(NULL|"[^"]*")$',
}
_PICTURED = re.compile(r'^"?([0-9]{9}[0-9X])"?;[^\r\n]*?/P/([0-9]{9}[0-9X])[.]', re.MULTILINE)
"""The ISBN of a book, and that in the address of its picture."""
_RATING = _pattern(_FIELD, _TEXT, _FIELD)
_BOOK = _pattern(*[_TEXT] * 5, *[_SKIP] * 3)
_USER = _pattern(_FIELD, _TEXT, _TEXT)
_FEW_QUOTES = re.compile('(?:^|;)(?:"((?:[^"]|"")*)"(?=;|$)|([^;]*))')


def interactions(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Ratings of 1 to 10; 0 is an implicit event without a rating. ISBNs are normalised."""
    import pyarrow as pa
    import pyarrow.compute as pc

    path = raw.path("ratings")
    validate.require_header(path, ("User-ID", "ISBN", "Book-Rating"), ";", exact=True)
    book_values.require_zeros(path)
    for records in _records(raw, path, _RATING, "interactions", (1,)):
        user, isbn, rating = (pa.array(column, pa.string()) for column in records)
        item = pc.replace_substring_regex(pc.utf8_upper(_whole(isbn)), "[^0-9A-Z]", "")
        item = pc.if_else(pc.is_in(item, value_set=pa.array(NO_ISBN)), "", item)
        user = arrow.integer_text(pc.utf8_trim_whitespace(user))
        rating = arrow.integer_text(rating)
        number = pc.match_substring_regex(rating, r"^-?\d{1,4}(?:\.\d{1,9})?$")
        score = pc.cast(pc.if_else(number, rating, None), pa.float32())
        implicit = pc.fill_null(pc.equal(score, 0), False)
        malformed = pc.match_substring_regex(isbn, SHORTENED)
        empty = pc.or_(pc.equal(user, ""), pc.equal(item, ""))
        yield pa.RecordBatch.from_pydict(
            {
                "user_id": user,
                "item_id": item,
                "rating": pc.if_else(implicit, pa.scalar(None, pa.float32()), score),
                "event": pc.if_else(implicit, "implicit", "rate"),
                "reject": arrow.reject_reasons(
                    (empty, EMPTY_ID),
                    (malformed, BAD_ISBN),
                    (pc.is_null(score), NO_RATING),
                    (pc.or_(pc.less(score, 0), pc.greater(score, 10)), OUTSIDE_SCALE),
                ),
            }
        )


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Books with author, year and publisher; damaged texts are repaired where possible."""
    import pyarrow as pa

    path = raw.path("books")
    validate.require_header(path, _BOOK_COLUMNS, ";", exact=True)
    keys = SecondKeys(path, "'Image-URL-S'")
    keys.add(_PICTURED.findall(validate.ends_of(path)))
    keys.require_same()
    pairs = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
    authors = MovedColumn(path, "title", "author")
    total = capitals = small = 0
    for records in _records(raw, path, _BOOK, "items", range(5), rescue=_rescued_book):
        ids, titles, creators, years, details = [], [], [], [], []
        notes, rejects = [], []
        total, capitals = total + len(records[1]), capitals + sum(map(str.isupper, records[1]))
        small += sum(map(str.islower, records[1]))
        for isbn, *texts in zip(*records, strict=True):
            item = _isbn(isbn)
            texts = _unshifted(*texts)
            mended = SHIFTED.get(item) or _mended(*texts)
            title, author, year, publisher = mended
            authors.add(title, author)
            ids.append(item or None)
            malformed = BAD_ISBN if re.match(SHORTENED, isbn) else None
            rejects.append(malformed if item else EMPTY_ID)
            titles.append(title)
            creators.append([author] if author else None)
            number, note = _number_in(year, YEAR, "year")
            years.append(number)
            notes.append(AND.join([*_lost(texts, mended), *([note] if note else [])]) or None)
            details.append([{"name": "publisher", "value": publisher}] if publisher else None)
        yield pa.RecordBatch.from_pydict(
            {
                "item_id": pa.array(ids, pa.string()),
                "title": pa.array(titles, pa.string()),
                "creators": pa.array(creators, pa.list_(pa.string())),
                "year": pa.array(years, pa.int16()),
                "attributes": pa.array(details, pairs),
                "emptied": pa.array(notes, pa.string()),
                "reject": pa.array(rejects, pa.string()),
            }
        )
    authors.require_own()
    if fault := TitleCounts(n=total, titles=total, capitals=capitals, small=small).fault():
        raise RawFileError(f"{raw.source}: {fault.format(names=path)} {validate.AGAIN}")


def users(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Users with "city, state, country" and age, where known."""
    import pyarrow as pa
    import pyarrow.compute as pc

    path = raw.path("users")
    validate.require_header(path, ("User-ID", "Location", "Age"), ";", exact=True)
    book_values.require_places(path)
    for records in _records(raw, path, _USER, "users", (1, 2)):
        ids, locations, ages = records
        users = arrow.integer_text(pc.utf8_trim_whitespace(pa.array(ids, pa.string())))
        places = [_place(location) for location in locations]
        years = [_number_in(age, AGE, "age") for age in ages]
        yield pa.RecordBatch.from_pydict(
            {
                "user_id": users,
                "location": pa.array([place for place, _ in places], pa.string()),
                "country": pa.array([country for _, country in places], pa.string()),
                "age": pa.array([number for number, _ in years], pa.int16()),
                "emptied": pa.array([note for _, note in years], pa.string()),
                "reject": arrow.reject_reasons((pc.equal(users, ""), EMPTY_ID)),
            }
        )


def _records(
    raw: Raw,
    path: Path,
    pattern: re.Pattern[str],
    table: str,
    texts: Sequence[int],
    rescue: Callable[[str], tuple[str, ...] | None] = lambda line: None,
) -> Iterator[list[Sequence[str]]]:
    """The fields of some thousand records at a time, column by column, with escapes undone.

    Args:
        raw: counts rejected lines.
        path: the file.
        pattern: one record, or a whole invalid line as the last group.
        table: the canonical table.
        texts: which fields are texts, hence two groups of the pattern.
        rescue: repairs an invalid line, or returns None to reject it.

    Returns:
        Columns of strings; a field that is NULL or missing is empty.
    """
    validate.require_final_newline(path, _WHOLE_END[table])
    validate.require_encoding(path)
    for text in _blocks(path):
        records = pattern.findall(text)
        bad = [number for number, groups in enumerate(records) if groups[-1]]
        for number in reversed(bad):
            fields = rescue(records[number][-1])
            if fields is None:
                raw.reject(table, duckdb_csv.BAD_SHAPE)
                del records[number]
            else:
                records[number] = (*(group for field in fields for group in (field, "")), "")
        yield _columns(records, pattern.groups - 1, texts)


def _columns(
    found: Sequence[tuple[str, ...]], groups: int, texts: Sequence[int]
) -> list[Sequence[str]]:
    """The columns of matched records; of the two groups of a text, the non-empty one."""
    parts = iter(zip(*found, strict=True) if found else [()] * (groups + 1))
    columns: list[Sequence[str]] = []
    for place in range(groups - len(texts)):
        column: Sequence[str] = next(parts)
        bare: Sequence[str] = next(parts) if place in texts else ()
        if any(bare):
            pairs = zip(column, bare, strict=True)
            column = [quoted or text.removesuffix("NULL") for quoted, text in pairs]
        columns.append(column)
    return columns


def _blocks(path: Path) -> Iterator[str]:
    """The file without its header, in pieces of about a megabyte cut between records."""
    with path.open("rb") as file:
        file.readline(LONGEST_LINE)
        rest, empty = b"", True
        while block := file.read(_BLOCK):
            block = rest + block
            # A record starts with a quote; a line break inside a field is not followed by one.
            cut = block.rfind(b'\n"') + 1 or block.rfind(b"\n") + 1
            rest = block[cut:]
            if len(rest) > LONGEST_LINE:
                raise RawFileError(f"{path}: a line without end; no text file. {validate.AGAIN}")
            if cut:
                empty = False
                yield block[:cut].decode()
        if rest or empty:
            yield rest.decode()


def _rescued_book(line: str) -> tuple[str, ...] | None:
    """The first five fields of a line whose quoting is broken, where it can be told what they are:
    eight fields between the marks `";"` or `;`, or seven where title and author share one."""
    fields = line.strip().strip('"').split('";"')
    if not line.startswith('"'):
        fields = [quoted or bare for quoted, bare in _FEW_QUOTES.findall(line.strip())]
    shifted = len(fields) == len(_BOOK_COLUMNS) - 1 and _FOUR_DIGITS.match(fields[2])
    if shifted or len(fields) == len(_BOOK_COLUMNS) or _isbn(fields[0]) in SHIFTED:
        return tuple((*fields, "", "", "", "")[:5])
    return None


def _whole(isbns: pa.StringArray) -> pa.StringArray:
    """ISBNs; those that a program took for numbers, `399143165.0`, in ten digits again."""
    import pyarrow.compute as pc

    odd = pc.match_substring_regex(isbns, f"^{FLOAT}$")
    if not pc.any(odd).as_py():
        return isbns
    digits = pc.replace_substring_regex(isbns, f"^{FLOAT}$", r"\1")
    return pc.if_else(odd, pc.utf8_lpad(digits, ISBN_DIGITS, "0"), isbns)


def _isbn(text: str) -> str:
    """An ISBN (or what was typed for one) in capitals, letters and digits alone."""
    if text.endswith("0") and (match := _FLOAT.fullmatch(text)):
        text = match[1].zfill(ISBN_DIGITS)
    isbn = re.sub("[^0-9A-Z]", "", text.upper())
    return "" if isbn in NO_ISBN else isbn


def _unshifted(title: str, author: str, year: str, publisher: str) -> list[str]:
    """The texts of a book, put right where title and author share a field and the others moved up."""
    if not _FOUR_DIGITS.match(author) or _WHOLE.match(year.strip()):
        return [title, author, year, publisher]
    name, _, by = title.rpartition(";")
    return [name.rstrip('\\"'), by, author, year] if name else [title, "", author, year]


def _mended(title: str, author: str, *others: str) -> tuple[str | None, ...]:
    """The texts of a book, each null where it is missing or beyond repair."""
    name, by = _text(title, EMPTY), _text(author, MISSING)
    return (
        name and books.display_title(name, by),
        by and display_name(by),
        *(_text(other, MISSING) for other in others),
    )


def _lost(stated: Sequence[str], mended: Sequence[str | None]) -> list[str]:
    """The reasons for texts of a book that are stated and beyond repair."""
    names = ("title", "creators", None, "publisher")
    return [
        unreadable(name)
        for name, field, text in zip(names, stated, mended, strict=True)
        if name and text is None and plain_field(field, EMPTY if name == "title" else MISSING)
    ]


def _text(field: str, missing: frozenset[str]) -> str | None:
    if _CODE.search(field):
        return field  # not readable: the store empties and counts it
    doubled = '""' in field
    if doubled:
        field = field.replace('""', '"')
    if "\\" in field:
        # Whatever doubles quotes has undone the official escapes, unless it keeps doubled backslashes.
        if not doubled or "\\\\" in field:
            field = re.sub(r"\\(.)", r"\1", field, flags=re.DOTALL)
        field = repair_quotes(field)
    return plain_field(repair_encoding(field), missing)


def _place(location: str) -> tuple[str | None, str | None]:
    """What is known of "city, state, country", and the country alone.

    The country is the last of three parts or more; fewer parts do not tell what the last one is.
    """
    if _CODE.search(location):
        return location, None
    mark = "," if "," in location else ";"
    parts = [_part(part) for part in location.replace("\\", "").split(mark)]
    country = country_name(parts[-1]) if parts[-1] and len(parts) > 2 else None
    names = [place_name(part) for part in parts if part]
    if country:
        names[-1] = country
    return ", ".join(names) or None, country


def _part(text: str) -> str | None:
    """A part of a location without quotes around it; null where it says nothing."""
    core = text.strip(" \t\r\n\"'`.*-")
    if core.casefold() in MISSING or not any(map(str.isalnum, core)):
        return None
    return plain_field(text.replace('"', "").replace("``", "").replace("`", "'"))


_CODE = re.compile(ESCAPED)
_FLOAT = re.compile(FLOAT)
_FOUR_DIGITS = re.compile(r"\s*\d{4}\s*$")
_WHOLE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-](?=\d{4}$))?(\d{1,4})(?:\.0+|,0)?$")
"""A whole number, `29.0` and `29,0` too, or a date of which it is the year."""


def _number_in(
    text: str | None, bounds: tuple[int, int], column: str
) -> tuple[int | None, str | None]:
    """A number within bounds, or null and, unless nothing (or 0) is stated, the reason for it."""
    text = (text or "").strip()
    if text.casefold() in MISSING:
        return None, None
    match = _WHOLE.match(text)
    if not match:
        return None, None if text == r"\N" else unreadable(column)
    number = int(match[1])
    if bounds[0] <= number <= bounds[1]:
        return number, None
    return None, implausible(column) if number else None


SOURCE = Source(
    id="bookcrossing",
    title="Book-Crossing",
    domain="books",
    words="books",
    homepage="https://www.kaggle.com/datasets/ruchi798/bookcrossing-dataset",
    licence=Licence(
        name="free for research with acknowledgement",
        url="https://www.kaggle.com/datasets/ruchi798/bookcrossing-dataset",
        summary=(
            "The authors let it be used freely for research when acknowledged. The copy on Kaggle "
            "is labelled CC0; the original page is gone, so nothing was said of redistribution or "
            "of commercial use."
        ),
        redistribution=False,
        commercial=False,
    ),
    citation="""@inproceedings{ziegler2005improving,
  author    = {Cai-Nicolas Ziegler and Sean M. McNee and Joseph A. Konstan and Georg Lausen},
  title     = {Improving Recommendation Lists Through Topic Diversification},
  booktitle = {Proceedings of the 14th International Conference on World Wide Web (WWW 2005)},
  pages     = {22--32},
  year      = {2005},
  doi       = {10.1145/1060745.1060754}
}""",
    remotes=(
        Remote(
            name="bookcrossing-dataset.zip",
            urls=("https://www.kaggle.com/api/v1/datasets/download/ruchi798/bookcrossing-dataset",),
            access="kaggle",
        ),
        # The original: no longer online, but some have it.
        Remote(
            name="BX-CSV-Dump.zip",
            urls=("http://www2.informatik.uni-freiburg.de/~cziegler/BX/BX-CSV-Dump.zip",),
            size=26_085_508,
        ),
    ),
    files=(
        RawFile(
            key="ratings",
            name="BX-Book-Ratings.csv",
            packed_in=("bookcrossing-dataset.zip", "BX-CSV-Dump.zip"),
            aliases=("BX_Book_Ratings.csv",),
            rows=1_149_780,
            encoding="cp1252",
            example='"User-ID";"ISBN";"Book-Rating"\n"276725";"034545104X";"0"',
        ),
        RawFile(
            key="books",
            name="BX-Books.csv",
            packed_in=("bookcrossing-dataset.zip", "BX-CSV-Dump.zip"),
            aliases=("BX_Books.csv",),
            rows=271_379,
            encoding="cp1252",
            example='"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";…',
        ),
        # Copies with other line ends hold the same rows in 12,005,298 bytes: no size, no checksum.
        RawFile(
            key="users",
            name="BX-Users.csv",
            packed_in=("bookcrossing-dataset.zip", "BX-CSV-Dump.zip"),
            aliases=("BX_Users.csv",),
            rows=278_858,
            encoding="cp1252",
            example='"User-ID";"Location";"Age"\n"1";"nyc, new york, usa";NULL',
        ),
    ),
    columns=column_names(
        interactions="user_id item_id rating event",
        items="item_id title creators year attributes work_title work_creator",
        users="user_id location country age",
    ),
    scale=Scale(low=1, high=10, step=1, liked=8, disliked=4),
    ids={"user_id": "[0-9]{1,9}"},
    attributes=("location", "country", "age"),
    options={
        "work": "book",
        "from_one": ("user_id",),
        "check_digits": 0.05,
        "gaps": {"users": ("rated", "none")},
        "incomplete": ("age", "year"),
    },
    readers=Readers(interactions=interactions, items=as_shown(items), users=users),
    by_hand=(
        "1. Open https://www.kaggle.com/datasets/ruchi798/bookcrossing-dataset (free account) and "
        "press Download; or take BX-CSV-Dump.zip, where you have it.\n"
        "2. Put the archive as it is (archive.zip renamed to bookcrossing-dataset.zip), or the "
        "files BX-Users.csv, BX-Books.csv (also BX_Books.csv) and BX-Book-Ratings.csv from it, "
        "into <data_dir>/bookcrossing/."
    ),
)
