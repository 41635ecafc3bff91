"""Last.FM 360K: how often 359,347 listeners played each of their top artists, and their profiles.

Format: https://zenodo.org/records/6090214 and the set's own README. Tab-separated, UTF-8, no header,
no quoting. There are no times, so interactions have no order; `weight` is the number of plays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from itdr.builders.core.schema import Cut, RawFile, Readers, Remote, Source, column_names
from itdr.builders.sources._formats import arrow, lines
from itdr.builders.sources._shared import lastfm

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

USER = r"^[0-9a-f]{40}$"
BAD_PLAYS = "plays not a positive whole number"
MANY_PLAYS = "more plays than the years of Last.fm allow"
MOST_PLAYS = 4_000_000
"""Of one artist by one listener: a song every 30 seconds from 2002 to 2008 makes more."""
ARCHIVE = "lastfm-dataset-360K.tar.gz"


def interactions(raw: Raw) -> Iterator[pa.RecordBatch]:
    """One `listen` event per artist of a user, weighted by plays.

    An artist is its MusicBrainz id, or "name:" and its name in lower case where it has none.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    for user, artist, _name, plays, malformed in _plays(raw, "interactions"):
        number = arrow.parse_integers(plays)
        bad = pc.fill_null(pc.less(number, 1), True)
        many = pc.fill_null(pc.greater(number, MOST_PLAYS), False)
        yield from arrow.record_batches(
            {
                "user_id": user,
                "item_id": artist,
                "event": arrow.constant("listen", len(user)),
                "weight": number.cast(pa.float32(), safe=False),
                "emptied": arrow.emptied((malformed, lastfm.NO_MBID)),
                "reject": arrow.reject_reasons(
                    (lastfm.not_matching(user, USER), lastfm.BAD_USER),
                    (pc.is_null(artist), lastfm.NO_ITEM),
                    (bad, BAD_PLAYS),
                    (many, MANY_PLAYS),
                ),
            }
        )


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """The artists of the plays, each in the spelling that most listeners have.

    A second pass over the plays file; its bad lines are counted in the first.
    """
    import pyarrow as pa

    path = raw.path("plays")  # what is said of the items names the file
    scratch = type(raw)(raw.source, raw.paths, raw.con)
    names = (
        pa.record_batch({"item_id": artist, "title": name}).filter(artist.is_valid())
        for _user, artist, name, *_others in _plays(scratch, "items")
    )
    return arrow.commonest_spelling(raw.con, names, path)


def users(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Country, gender and age of the listeners; implausible ages are null."""
    return lastfm.read_profiles(raw, "profile", USER, skip=0)


def _plays(raw: Raw, table: str) -> Iterator[tuple[pa.Array, ...]]:
    """Columns: user, artist id (null where there is neither MBID nor name), artist name, plays, and whether
    the MBID is malformed.
    """
    import pyarrow.compute as pc

    for user, mbid, name, plays in lines.read_records(raw, table, raw.path("plays"), 4):
        title = lastfm.tidy_names(name)
        valid = lastfm.valid_mbids(mbid)
        artist = pc.coalesce(valid, lastfm.name_ids(title))
        yield user, artist, title, plays, lastfm.malformed_mbids(mbid, valid)


SOURCE = Source(
    id="lastfm-360k",
    title="Last.FM 360K",
    domain="music",
    words="artists",
    homepage="http://ocelma.net/MusicRecommendationDataset/lastfm-360K.html",
    licence=lastfm.LICENCE,
    citation=lastfm.CITATION,
    remotes=(
        Remote(
            ARCHIVE,
            lastfm.mirrors(ARCHIVE),
            size=569_202_935,
            checksum="md5:635e6ed3fc873aa4ba33aba0ebce02b1",
        ),
    ),
    files=(
        RawFile(
            "plays",
            "usersha1-artmbid-artname-plays.tsv",
            packed_in=(ARCHIVE,),
            checksum="md5:be672526eb7c69495c27ad27803148f1",
            rows=17_559_530,
            example=f"{'0' * 36}c9ef\tMBID\tbetty blowtorch\t2137",
            cut=Cut(("interactions",), r"[^\t]*(\t[^\t]*){3}$"),
        ),
        RawFile(
            "profile",
            "usersha1-profile.tsv",
            packed_in=(ARCHIVE,),
            checksum="md5:51159d4edf6a92cb96f87768aa2be678",
            rows=359_347,
            example=f"{'0' * 36}c9ef\tf\t22\tGermany\tFeb 1, 2007",
        ),
    ),
    columns=column_names(
        interactions="user_id item_id event weight",
        items="item_id title",
        users="user_id country gender age",
    ),
    readers=Readers(interactions=interactions, items=items, users=users),
    by_hand=(
        "1. Open https://zenodo.org/records/6090214 (no account needed) and read the terms: "
        "non-commercial use.\n"
        f"2. Download {ARCHIVE} (569 MB, MD5 635e6ed3fc873aa4ba33aba0ebce02b1).\n"
        "3. Put it, packed or unpacked, into <data_dir>/lastfm-360k/. Needed from it: "
        "usersha1-artmbid-artname-plays.tsv and usersha1-profile.tsv."
    ),
    options={"any_case": True, "incomplete": ("gender", "age")},
    attributes=("country", "gender", "age"),
)
