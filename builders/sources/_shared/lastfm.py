"""What the two Last.fm sources share: terms, profile table, MusicBrainz ids and names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from itdr.builders.core.emptied import implausible, unreadable
from itdr.builders.core.schema import Licence
from itdr.builders.sources._formats import arrow, lines
from itdr.builders.sources._shared import people
from itdr.builders.sources._shared.places import PRINTED

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

LICENCE = Licence(
    name="Last.fm, non-commercial use",
    url="http://ocelma.net/MusicRecommendationDataset/",
    summary="Distributed with the permission of Last.fm for non-commercial use; for commercial use "
    "ask partners@last.fm. Mention Last.fm with its address, https://www.last.fm.",
    redistribution=False,
    commercial=False,
)
CITATION = """@book{celma2010,
  author    = {Celma, {\\`O}scar},
  title     = {Music Recommendation and Discovery in the Long Tail},
  publisher = {Springer},
  year      = {2010}
}"""

BAD_USER = "malformed user id"
NO_ITEM = "neither id nor name of the item"
YOUNGEST, OLDEST = 5, 100
"""Ages outside are jests (-1337, 1) or defaults, and become null."""
MBID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
NIL = "00000000-0000-0000-0000-000000000000"
"""The MusicBrainz id that programs write for a missing one."""
_AROUND_MBID = r"^(?:\s*\{|urn:uuid:|https?://(?:www\.)?musicbrainz\.org/[a-z-]+/)|\}?\s*$"
_DIGITS = (
    r"^([0-9a-fA-F]{8})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{12})$"
)
NO_MBID = unreadable("MusicBrainz id")
NO_COUNTRY = r"^(?:[A-Za-z]{1,2}|[A-Z]{3}|[0-9]+(?:[.]0)?)$"
"""A code in place of a country's name."""
SHORT_NAMES = {
    "usa": "United States", "uk": "United Kingdom", "uae": "United Arab Emirates",
}  # fmt: skip
"""Countries by the short names in common use, with the names that Last.fm gives them."""
_PROFILE_END = r"\t[A-Z][a-z]{2} \d{1,2}, \d{4}$"
"""How a whole profile line ends: with the day of signing up."""


def mirrors(archive: str) -> tuple[str, ...]:
    """The addresses of an archive, in order of preference."""
    return (
        f"https://zenodo.org/records/6090214/files/{archive}",
        f"https://zenodo.org/api/records/6090214/files/{archive}/content",
        f"http://mtg.upf.edu/static/datasets/last.fm/{archive}",
    )


def read_profiles(raw: Raw, key: str, user: str, skip: int) -> Iterator[pa.RecordBatch]:
    """Read users from TAB-separated `id, gender, age, country, day of signing up`.

    Args:
        raw: the raw files.
        key: the key of the profile file.
        user: a regular expression of valid user ids.
        skip: header lines.

    Yields:
        Batches of users in canonical columns.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    path = raw.path(key)
    rows = lines.read_records(raw, "users", path, 5, skip=skip, complete=_PROFILE_END)
    for ids, gender, age, country, _signup in rows:
        years = arrow.parse_integers(age)
        sane = pc.and_(pc.greater_equal(years, YOUNGEST), pc.less_equal(years, OLDEST))
        sex = pc.utf8_lower(pc.utf8_trim_whitespace(gender))
        genders = arrow.map_values(sex, people.GENDERS)
        named = arrow.known_values(country, names=True)
        small = pc.utf8_lower(named)
        short = arrow.map_values(pc.replace_substring(small, ".", ""), SHORT_NAMES)
        named = pc.coalesce(short, arrow.map_values(small, PRINTED), _capitalised(named))
        coded = pc.fill_null(pc.match_substring_regex(named, NO_COUNTRY), False)
        yield from arrow.record_batches(
            {
                "user_id": ids,
                "country": pc.if_else(coded, None, named),
                "gender": genders,
                "age": pc.if_else(sane, years, None).cast(pa.int16()),
                "emptied": arrow.emptied(
                    (pc.and_(genders.is_null(), arrow.is_stated(sex)), unreadable("gender")),
                    (pc.and_(years.is_null(), arrow.is_stated(age)), unreadable("age")),
                    (pc.invert(sane), implausible("age")),
                    (coded, unreadable("country")),
                ),
                "reject": arrow.reject_reasons((not_matching(ids, user), BAD_USER)),
            }
        )


def _capitalised(names: pa.StringArray) -> pa.StringArray:
    """Countries that a program wrote in small letters, as Last.fm writes them: "antigua and barbuda"."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.invert(pc.is_in(names, value_set=pa.array(arrow.MISSING)))
    small = pc.and_(words, pc.fill_null(pc.equal(names, pc.utf8_lower(names)), False))
    if not pc.any(small).as_py():
        return names
    titled = pc.utf8_title(names)
    for word in ("And", "Of", "The"):
        titled = pc.replace_substring(titled, f" {word} ", f" {word.lower()} ")
    return pc.if_else(small, titled, names)


def not_matching(ids: pa.StringArray, pattern: str) -> pa.BooleanArray:
    """Which ids do not match a regular expression.

    Args:
        ids: the ids.
        pattern: the regular expression.
    """
    import pyarrow.compute as pc

    return pc.invert(pc.match_substring_regex(ids, pattern))


def valid_mbids(ids: pa.StringArray) -> pa.StringArray:
    """MusicBrainz ids in lower case; null where an id is missing or malformed.

    Their digits are read whatever stands around or between them: braces, an address, no dashes.

    Args:
        ids: the ids as a file has them.

    Returns:
        One id or null per row.
    """
    import pyarrow.compute as pc

    if pc.any(pc.and_(not_matching(ids, MBID), pc.not_equal(ids, ""))).as_py():
        ids = pc.replace_substring_regex(ids, _AROUND_MBID, "")
        ids = pc.replace_substring_regex(ids, _DIGITS, r"\1-\2-\3-\4-\5")
    ids = pc.utf8_lower(pc.if_else(not_matching(ids, MBID), None, ids))
    return pc.if_else(pc.equal(ids, NIL), None, ids)


def malformed_mbids(ids: pa.StringArray, read: pa.StringArray) -> pa.BooleanArray:
    """Which MusicBrainz ids are stated and could not be read.

    Args:
        ids: the ids.
        read: what `valid_mbids` gave for them.
    """
    import pyarrow.compute as pc

    stated = pc.match_substring_regex(ids, "[1-9A-Fa-f]")
    return pc.and_(read.is_null(), pc.and_(stated, arrow.is_stated(ids)))


def tidy_names(names: pa.StringArray) -> pa.StringArray:
    """Names of artists or tracks without what programs put into them.

    Args:
        names: as they stand in the file.

    Returns:
        The names; a quotation mark has no backslash before it.
    """
    import pyarrow.compute as pc

    return pc.replace_substring(arrow.tidy(names), '\\"', '"')


def name_ids(*names: pa.StringArray) -> pa.StringArray:
    """Ids for records without one: "name:" and the names in lower case, joined by U+0001.

    Args:
        names: columns of names; null where the last one is null.

    Returns:
        One id per record; null where there is no name.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    *others, last = [pc.utf8_lower(name) for name in names]
    parts: list[Any] = [*(pc.fill_null(name, "") for name in others), last]
    return pc.binary_join_element_wise(
        pa.scalar(arrow.NAMED), pc.binary_join_element_wise(*parts, "\x01"), ""
    )
