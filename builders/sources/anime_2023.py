"""Anime Dataset 2023: MyAnimeList scores (1 to 10, untimed), titles and user profiles, from Kaggle.

Format: https://www.kaggle.com/datasets/dbdmobile/myanimelist-dataset. CSV with headers, UTF-8, LF;
synopses contain line breaks. The text UNKNOWN, in any case, stands for a missing value. Only the three
`*-2023` files belong together: the older ones in the archive number users differently.

The display title is the English one unless another entry shares it (a series and its specials often
do), otherwise the romanised one; both occur in the data, and English matches the other sources. The
other of the two is kept as an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core.duckdb_csv import (
    TOO_FEW,
    TOO_MANY,
    UNPAIRED,
    integer_text_sql,
    literal,
    read_csv,
    read_lines,
    unpaired_sql,
    unquoted_sql,
)
from itdr.builders.core.emptied import implausible, unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import ENOUGH_IF_ALL
from itdr.builders.core.reasons import EMPTY_ID, ENOUGH_TO_JUDGE, NO_RATING, OUTSIDE_SCALE
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Scale, Source, column_names
from itdr.builders.core.title_faults import title_counts
from itdr.builders.sources._formats import arrow
from itdr.builders.sources._formats.validate import (
    AGAIN,
    ends_of,
    require_encoding,
    require_final_newline,
    require_header,
)
from itdr.builders.sources._shared import people
from itdr.builders.sources._shared.moved_columns import require_together
from itdr.builders.sources._shared.own_texts import require_related
from itdr.builders.sources._shared.second_keys import SecondKeys

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

ITEM_COLUMNS = (
    "anime_id", "Name", "English name", "Other name", "Score", "Genres", "Synopsis", "Type",
    "Episodes", "Aired", "Premiered", "Status", "Producers", "Licensors", "Studios", "Source",
    "Duration", "Rating", "Rank", "Popularity", "Favorites", "Scored By", "Members", "Image URL",
)  # fmt: skip
USER_COLUMNS = (
    "Mal ID", "Username", "Gender", "Birthday", "Location", "Joined", "Days Watched",
    "Mean Score", "Watching", "Completed", "On Hold", "Dropped", "Plan to Watch", "Total Entries",
    "Rewatched", "Episodes Watched",
)  # fmt: skip
ITEM_RECORD = r',[0-9]+,https?://[^,"\s]+\s'
"""The members and the image at the end of an anime."""
USER_RECORD = r",[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+]00:00,"
"""The day on which a user joined."""
ITEM_END = r",[0-9]+,https?://\S+[.](?:jpe?g|png|webp)$"
USER_END = f"{USER_RECORD}[0-9.]*(,[0-9.]*){{8}},[0-9]+[.][0-9]$"
"""The ends of whole records."""
SCORE_COLUMNS = ("user_id", "Username", "anime_id", "Anime Title", "rating")

_NAMED = re.compile(r'^[0-9]+,[^,"\r\n]*,([0-9]+),([^,"\r\n]+),[0-9.]+\r?$', re.MULTILINE)
"""The id and the title of a score; those between quotes are left out."""

_USER = re.compile(r"^([0-9]+),([^,\"\r\n]+),", re.MULTILINE)
"""The id and the name of a user of a score."""

BROKEN = "broken quoting"

# One line of the scores: any field may be quoted.
_FIELD = r'(?:"(?:[^"]|"")*"|"(?:[^"\\]|\\.)*"|[^",][^,]*|)'
_SCORE = rf"^({_FIELD}),{_FIELD},({_FIELD}),{_FIELD},({_FIELD})$"

ENOUGH_SEVERAL = 100
"""So many anime with several studios show whether these are producers."""
LEAST_ALIKE = 0.5
"""The share of anime that were first shown in the year of their season, at least."""
MOST_GENRES = 40
"""Different genres; there are 21."""
MOST_UNNAMED = 0.1
"""The share of anime without a name, which may be damaged."""
MISSING = ("", "unknown", "not available", "nan", "none", "null")
STOCK = r"(?i)^no (synopsis|description|background)\b.{0,60}\b(added|available|yet|found)\b"
"""Sentences that stand where a synopsis is missing."""
SIGNED = r"(?i)\s*[(\[]\s*(source\s*:|written by)[^()\[\]]*[)\]]\s*$"
"""Who wrote a synopsis, at its end: no part of the description."""
OLDEST, YOUNGEST = 1930, 2015
"""Birth years outside are jests, and become null."""

KAGGLE = "https://www.kaggle.com/api/v1/datasets/download/dbdmobile/myanimelist-dataset"
ARCHIVE = "myanimelist-dataset.zip"
ITEM_FILE, USER_FILE = "anime-dataset-2023.csv", "users-details-2023.csv"
SCORE_FILE = "users-score-2023.csv"


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `rate` event per score of 1 to 10; times are unknown.

    No name or title contains a line end: read line by line, a stray quote costs only its own line.
    """
    path = raw.path("scores")
    require_header(path, SCORE_COLUMNS, exact=True)
    require_final_newline(path, r"^\d+,.*,\d+,.*,(?:[2-9]|10)$")
    require_encoding(path)
    ids = {name: integer_text_sql(unquoted_sql(name)) for name in ("user_id", "item_id", "rating")}
    fields = ", ".join(f'{text} AS "{name}"' for name, text in ids.items())
    return raw.con.sql(
        f"""SELECT user_id, item_id, TRY_CAST(rating AS FLOAT) AS rating, 'rate' AS event,
                   CASE WHEN misfit IS NOT NULL THEN misfit
                        WHEN user_id IS NULL OR item_id IS NULL THEN '{EMPTY_ID}'
                        WHEN coalesce(NOT isfinite(TRY_CAST(rating AS FLOAT)), true)
                            THEN '{NO_RATING}'
                        WHEN NOT regexp_full_match(rating, '[1-9]|10')
                        THEN '{OUTSIDE_SCALE}' END AS reject
            FROM (SELECT {fields}, misfit FROM ({_scores(path)}))"""
    )


def _scores(path: Path) -> str:
    """SQL for the lines of scores as user_id, item_id and rating; `misfit` says why a line is invalid.

    Few lines contain a quote; the others are split at their commas, which takes a third of the time.
    """
    names = "['line', 'user_id', 'item_id', 'rating']"
    width = len(SCORE_COLUMNS)
    return f"""
        SELECT field.* FROM (
            SELECT CASE WHEN contains(line, '"') THEN struct_pack(
                    user_id := quoted.user_id, item_id := quoted.item_id, rating := quoted.rating,
                    misfit := CASE WHEN quoted.line <> '' THEN NULL
                        WHEN {unpaired_sql("line")} THEN '{UNPAIRED}' ELSE '{BROKEN}' END)
                ELSE struct_pack(
                    user_id := plain[1], item_id := plain[3], rating := plain[5],
                    misfit := CASE WHEN len(plain) < {width} THEN '{TOO_FEW}'
                        WHEN len(plain) > {width} THEN '{TOO_MANY}' END)
                END AS field
            FROM (SELECT line, string_split(line, ',') AS plain,
                    CASE WHEN contains(line, '"') THEN
                        regexp_extract(line, {literal(f"({_SCORE})")}, {names}) END AS quoted
                FROM {read_lines(path, "interactions")} WHERE line IS NOT NULL))"""


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """The catalogue, held in memory (16 MB); adult titles (`Hentai`, `Rx`) are hidden."""
    import pyarrow.compute as pc

    table = _whole(raw, "items", "anime", ITEM_RECORD, ITEM_COLUMNS, whole=ITEM_END)

    def column(name: str) -> pa.StringArray:
        return arrow.known_values(table.column(name), MISSING)

    # Each of the two is judged by itself: where one was damaged, the other is shown more often.
    name = arrow.known_values(table.column("Name"), MISSING, names=True)
    english = column("English name")
    japanese = pc.match_substring_regex(name, "[ぁ-ヿ一-鿿]").true_count
    if len(name) >= ENOUGH_TO_JUDGE and 2 * japanese > len(name):
        raise RawFileError(
            f"{raw.source}: {japanese:,} of {len(name):,} names in {raw.path('anime')} are written in Japanese: the "
            f"columns of names were swapped, or one replaced. {AGAIN}"
        )
    unnamed = name.null_count
    if unnamed >= ENOUGH_TO_JUDGE and unnamed > MOST_UNNAMED * len(name):
        raise RawFileError(
            f"{raw.source}: {unnamed:,} of {len(name):,} names in {raw.path('anime')} are missing, and the official file has "
            f"all of them: they were removed, or the columns of names swapped. {AGAIN}"
        )
    for names in (name, english):
        if fault := title_counts(names).fault():
            raise RawFileError(f"{raw.source}: {fault.format(names=raw.path('anime'))} {AGAIN}")
    genres = _names(table.column("Genres"))
    kinds = set(", ".join(filter(None, genres.to_pylist())).split(", "))
    if len(kinds) > MOST_GENRES:
        joined = len(set(re.split(r"[^\w-]+", " ".join(kinds)))) <= MOST_GENRES
        cause = "those of an anime were joined by blanks or by another mark"
        raise RawFileError(
            f"{raw.source}: {raw.path('anime')} has {len(kinds):,} different genres, and officially there are some twenty: "
            f"{cause if joined else 'the column was swapped with another one, or its values replaced'}. {AGAIN}"
        )
    rating = column("Rating")
    objects = pc.match_substring(genres, "{")
    studios = _names(table.column("Studios"))
    records = pc.match_substring(studios, "{")
    ids = arrow.integer_text(arrow.tidy(table.column("anime_id")))
    _require_same_titles(raw, ids, name)
    title = pc.coalesce(_unshared(english, ids), name)
    details = {
        "Original title": _other_than(title, name),
        "English title": _other_than(title, english),
        "Type": column("Type"),
        "Episodes": pc.replace_substring_regex(column("Episodes"), r"[.,]0+$", ""),
        "Season": pc.utf8_capitalize(column("Premiered")),
        "Source": column("Source"),
        "Duration": pc.replace_substring_regex(column("Duration"), r"\bper ep\b", "per episode"),
        "Age class": rating,
    }
    adult = pc.or_kleene(
        pc.match_substring_regex(genres, r"(?i)\bhentai\b"),
        pc.match_substring_regex(rating, r"(?i)^rx\b"),
    )
    aired = column("Aired")
    year = _year(aired)
    season = _year(column("Premiered"))
    for one, other, pair, least in (
        ("Aired", "Premiered", (year, season), LEAST_ALIKE),
        ("Name", "English name", (pc.utf8_lower(name), pc.utf8_lower(english)), 0.0),
    ):
        both = list(zip(*(values.to_pylist() for values in pair), strict=True))
        require_together(raw.path("anime"), one, other, both, least=least)
    synopses = _synopsis(table.column("Synopsis"))
    _require_own_details(
        raw.path("anime"), studios, _names(table.column("Producers")), name, english, synopses
    )
    return arrow.record_batches(
        {
            "item_id": ids,
            "title": title,
            "categories": arrow.split_lists(pc.if_else(objects, None, genres)),
            "creators": arrow.split_lists(pc.if_else(records, None, studios)),
            "year": year,
            "description": synopses,
            "attributes": arrow.attribute_lists(details),
            "hidden": pc.fill_null(adult, False),
            "emptied": arrow.emptied(
                (objects, unreadable("categories")),
                (records, unreadable("creators")),
                (pc.and_(aired.is_valid(), year.is_null()), unreadable("year")),
            ),
            "reject": arrow.reject_reasons((pc.is_null(ids), EMPTY_ID)),
        }
    )


def _require_own_details(
    path: Path,
    studios: pa.StringArray,
    producers: pa.StringArray,
    name: pa.StringArray,
    english: pa.StringArray,
    told: pa.StringArray,
) -> None:
    """Raise `RawFileError` where more anime have several studios than have several producers, as with swapped columns, or
    synopses do not name what titles do."""
    import pyarrow.compute as pc

    several_studios, several_producers = (
        pc.match_substring(column, ",").true_count for column in (studios, producers)
    )
    if (
        several_studios >= ENOUGH_SEVERAL
        and several_studios > 2 * several_producers >= ENOUGH_TO_JUDGE
    ):
        raise RawFileError(
            f"{path}: {several_studios:,} anime have several studios and {several_producers:,} several producers, and officially it is the other way "
            f"round: the two columns were swapped, or producers left out. {AGAIN}"
        )
    columns = (pc.fill_null(column, "").to_pylist() for column in (name, english, told))
    titled = [(f"{one} {other}", text) for one, other, text in zip(*columns, strict=True)]
    require_related(path, titled, "anime", "Synopsis")


def _require_same_titles(raw: Raw, ids: pa.StringArray, names: pa.StringArray) -> None:
    """Raise `RawFileError` where most scores have the title of another anime than the one of their id."""
    if not raw.has("scores"):
        return
    path = raw.paths["scores"]
    names_by_id = dict(zip(ids.to_pylist(), names.to_pylist(), strict=True))
    # Each once: a user of one anime alone would say as much as many.
    stated = dict.fromkeys(_NAMED.findall(ends_of(path)))
    keys = SecondKeys(f"{path}, {raw.path('anime')}", "'Anime Title'", most=0.01)
    names_known = set(names_by_id.values())
    keys.add(
        (names_by_id[anime], title)
        for anime, title in stated
        if title in names_known and names_by_id.get(anime)
    )
    keys.require_same()


def _require_same_users(raw: Raw, ids: pa.StringArray, names: Any) -> None:
    """Raise `RawFileError` where users are called otherwise in the scores."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not raw.has("scores"):
        return
    both = f"{raw.paths['users']}, {raw.paths['scores']}"
    keys = SecondKeys(both, "'Username'", "'Mal ID'", least=ENOUGH_IF_ALL)
    named = dict.fromkeys(_USER.findall(ends_of(raw.paths["scores"], 1 << 21)))
    stated = dict(list(named))
    if len(named) - len(stated) >= ENOUGH_IF_ALL:
        raise RawFileError(
            f"{raw.paths['scores']}: {len(stated):,} users that were looked at have {len(named):,} different names, and officially "
            f"each has one: users were merged or renamed, or one of the two columns was moved. {AGAIN}"
        )
    mask = pc.is_in(ids, value_set=pa.array(list(stated), pa.string()))
    user_names = arrow.as_array(names)
    pairs = zip(ids.filter(mask).to_pylist(), user_names.filter(mask).to_pylist(), strict=True)
    keys.add((stated[user], name) for user, name in pairs if name)
    # Those who have a profile under another id.
    of_name = {name: user for user, name in stated.items()}
    mask = pc.is_in(user_names, value_set=pa.array(list(of_name), pa.string()))
    pairs = zip(ids.filter(mask).to_pylist(), user_names.filter(mask).to_pylist(), strict=True)
    keys.add((of_name[name], user) for user, name in pairs if stated.get(user) != name)
    keys.require_same()


def _names(texts: Any) -> pa.StringArray:
    """Names set apart by commas, null where they are missing. Copies set them apart by other marks, or write
    a list, tuple or set, or an array as numpy prints it: no name holds one of these marks.
    """
    import pyarrow.compute as pc

    texts = arrow.tidy(texts)
    form = r"^(?:\[[^{]*\]|\((?:'[^']*'[, ]*|\"[^\"]*\"[, ]*)*\)|\{[^:]*\})$"
    listed = pc.match_substring_regex(texts, form)
    apart = pc.replace_substring_regex(texts, r"""(['"]) +(['"])""", r"\1,\2")
    bare = pc.replace_substring_regex(apart, r"""^[\[({]|[\])}]$|['"]""", "")
    texts = pc.if_else(listed, bare, texts)
    return arrow.known_values(pc.replace_substring_regex(texts, "[|;]", ","), MISSING)


def users(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Location, gender and birth year of users; four columns, held in memory (30 MB)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    fields = ("Mal ID", "Username", "Location", "Gender", "Birthday")
    table = _whole(raw, "users", "users", USER_RECORD, USER_COLUMNS, fields, USER_END)
    ids = arrow.integer_text(arrow.tidy(table.column("Mal ID")))
    _require_same_users(raw, ids, table.column("Username"))
    born = arrow.known_values(table.column("Birthday"), MISSING)
    year = _year(born)
    stated = arrow.known_values(table.column("Gender"), MISSING)
    gender = arrow.map_values(pc.utf8_lower(stated), people.GENDERS)
    plausible = pc.and_(pc.greater_equal(year, OLDEST), pc.less_equal(year, YOUNGEST))
    return arrow.record_batches(
        {
            "user_id": ids,
            "location": arrow.known_values(table.column("Location")),
            "gender": gender,
            "birth_year": pc.if_else(plausible, year, pa.scalar(None, pa.int16())),
            "emptied": arrow.emptied(
                (pc.and_(stated.is_valid(), gender.is_null()), unreadable("gender")),
                (pc.and_(born.is_valid(), year.is_null()), unreadable("birth_year")),
                (pc.invert(plausible), implausible("birth_year")),
            ),
            "reject": arrow.reject_reasons((pc.is_null(ids), EMPTY_ID)),
        }
    )


def _whole(
    raw: Raw,
    table: str,
    key: str,
    record: str,
    columns: tuple[str, ...],
    wanted: tuple[str, ...] = (),
    whole: str = "",
) -> pa.Table:
    path = raw.path(key)
    header = require_header(path, columns)
    arrow.require_quoted_csv(path, record, whole)
    names = ", ".join(f'"{name}"' for name in wanted or columns)
    csv = read_csv(path, table, dict.fromkeys(header, "VARCHAR"))
    return raw.con.sql(f"SELECT {names} FROM {csv}").to_arrow_table()


def _unshared(titles: pa.StringArray, ids: pa.StringArray) -> pa.StringArray:
    """Titles that one id alone has, ignoring case; null in place of the others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.utf8_lower(titles)
    counts = pa.table({"title": plain, "id": ids}).group_by("title")
    counts = counts.aggregate([("id", "count_distinct")])
    often = counts["title"].filter(pc.greater(counts["id_count_distinct"], 1)).combine_chunks()
    return pc.if_else(pc.is_in(plain, value_set=often), pa.scalar(None, pa.string()), titles)


def _other_than(title: pa.StringArray, other: pa.StringArray) -> pa.StringArray:
    """`other`, unless it equals the title up to case; then null."""
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(pc.utf8_lower(title), pc.utf8_lower(other)), None, other)


def _year(texts: Any) -> pa.Int16Array:
    """The first year from 1900 to 2099 in a text such as `Apr 3, 1998 to Apr 24, 1999`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    fields = pc.extract_regex(arrow.as_array(texts), r"\b(?P<year>(?:19|20)\d\d)\b")
    return pc.struct_field(fields, "year").cast(pa.int16())


def _synopsis(texts: Any) -> pa.StringArray:
    import pyarrow.compute as pc

    texts = arrow.known_values(texts, MISSING)
    texts = arrow.tidy(pc.replace_substring_regex(texts, SIGNED, ""))
    return pc.if_else(pc.match_substring_regex(texts, STOCK), None, texts)


SOURCE = Source(
    id="anime-2023",
    title="Anime Dataset 2023",
    domain="anime",
    words="anime",
    homepage="https://www.kaggle.com/datasets/dbdmobile/myanimelist-dataset",
    licence=Licence(
        name="as shown by Kaggle (probably ODbL 1.0 / DbCL 1.0)",
        url="https://www.kaggle.com/datasets/dbdmobile/myanimelist-dataset",
        summary="See the licence that Kaggle shows at download; the content stems from MyAnimeList. "
        "Until you have checked it, do not redistribute.",
        redistribution=False,
        commercial=False,
    ),
    citation="""@misc{uddin2023anime,
  author       = {Uddin, Sajid},
  title        = {Anime Dataset 2023},
  year         = {2023},
  howpublished = {Kaggle},
  url          = {https://www.kaggle.com/datasets/dbdmobile/myanimelist-dataset}
}""",
    remotes=(
        Remote(ITEM_FILE, (f"{KAGGLE}/{ITEM_FILE}",), access="kaggle"),
        Remote(USER_FILE, (f"{KAGGLE}/{USER_FILE}",), access="kaggle"),
        Remote(SCORE_FILE, (f"{KAGGLE}/{SCORE_FILE}",), access="kaggle"),
        Remote(ARCHIVE, (KAGGLE,), access="kaggle"),
    ),
    # The sizes and hashes are those of the first version: a later one may differ.
    files=(
        RawFile(
            "scores",
            SCORE_FILE,
            packed_in=(ARCHIVE,),
            size=1_157_881_770,
            checksum="sha256:68d635154c0d9b8b601c2b3514933e3433c9ef2db0188b6c63155853cf85cea0",
            rows=24_325_191,
            example=",".join(SCORE_COLUMNS),
        ),
        RawFile(
            "anime",
            ITEM_FILE,
            packed_in=(ARCHIVE,),
            size=15_924_739,
            checksum="sha256:60fbcd6772f0bdad1bad1824486a6a87d0df1e69a6323f8d9eca6c8bc7218115",
            rows=24_905,
            example=",".join(ITEM_COLUMNS),
        ),
        RawFile(
            "users",
            USER_FILE,
            packed_in=(ARCHIVE,),
            size=73_927_314,
            checksum="sha256:a7ea0f4922c153bbe86093ec01921b4dfa2fe7a0d58278cefb65306e71feafca",
            rows=731_290,
            example=",".join(USER_COLUMNS),
        ),
    ),
    columns=column_names(
        interactions="user_id item_id rating event",
        items="item_id title categories creators year description attributes hidden",
        users="user_id location gender birth_year",
    ),
    readers=Readers(interactions=interactions, items=items, users=users),
    by_hand=(
        "1. Open https://www.kaggle.com/datasets/dbdmobile/myanimelist-dataset, log in, and read the "
        "licence shown there.\n"
        f"2. Download {ITEM_FILE}, {USER_FILE} and {SCORE_FILE} one by one (about 1.2 GB; the whole "
        "archive is several GB, and the other files in it are not read).\n"
        "3. Put them, unpacked or as the zip files that Kaggle gives, into <data_dir>/anime-2023/."
    ),
    options={
        "from_one": ("user_id", "item_id"),
        "capitals": True,
        "gaps": {"items": ("rated", "recorded"), "users": ("rated", "recorded")},
        "incomplete": ("gender", "birth_year"),
        "several": {"categories": 0.4},
    },
    scale=Scale(low=1, high=10, step=1, liked=8, disliked=4),
    ids={"user_id": "[0-9]{1,9}", "item_id": "[0-9]{1,9}"},
    attributes=("location", "gender", "birth_year"),
)
