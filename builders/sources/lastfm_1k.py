"""Last.FM 1K: every track that 992 listeners played up to May 2009, with its time, and their profiles.

Format: https://zenodo.org/records/6090214 and the set's own README. Tab-separated, UTF-8, no quoting;
the events have no header, the profiles have one. Names contain stray quotes, bare CRs and Unicode line
separators, so lines are split by bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE, NO_TIME
from itdr.builders.core.schema import Cut, RawFile, Readers, Remote, Source, column_names
from itdr.builders.sources._formats import arrow, lines
from itdr.builders.sources._formats.validate import AGAIN, require_header
from itdr.builders.sources._shared import lastfm
from itdr.builders.sources._shared.moved_columns import LOOKED_AT, MovedColumn

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

USER = r"^user_\d{6}$"
ARCHIVE = "lastfm-dataset-1K.tar.gz"


def interactions(raw: Raw) -> Iterator[pa.RecordBatch]:
    """One `listen` event per play, in the file's order: by user, newest first.

    The item is the track: its MusicBrainz id, or "name:", artist, U+0001 and track in lower case
    where it has none. A duplicated event is given twice.
    """
    import pyarrow.compute as pc

    for user, when, track, _title, _artist, malformed in _events(raw, "interactions"):
        time = arrow.parse_iso_seconds(when)
        yield from arrow.record_batches(
            {
                "user_id": user,
                "item_id": track,
                "timestamp": time,
                "event": arrow.constant("listen", len(user)),
                "emptied": arrow.emptied((malformed, lastfm.NO_MBID)),
                "reject": arrow.reject_reasons(
                    (lastfm.not_matching(user, USER), lastfm.BAD_USER),
                    (pc.is_null(track), lastfm.NO_ITEM),
                    (pc.is_null(time), NO_TIME),
                ),
            }
        )


def items(raw: Raw) -> Iterator[pa.RecordBatch]:
    """The tracks of the events with their artist, each in its most frequent spelling.

    A second pass over the events file; its bad lines are counted in the first.
    """
    import pyarrow as pa

    path = raw.path("events")  # what is said of the items names the file
    scratch = type(raw)(raw.source, raw.paths, raw.con)
    names = (
        pa.record_batch({"item_id": track, "title": title, "artist": artist}).filter(
            track.is_valid()
        )
        for _user, _when, track, title, artist, _malformed in _events(scratch, "items")
    )
    tracks = artists = 0
    for batch in arrow.commonest_spelling(raw.con, names, path):
        tracks += len(batch)
        artists += len(batch) - batch.column("artist").null_count
        yield from arrow.record_batches(
            {
                "item_id": batch.column("item_id"),
                "title": batch.column("title"),
                "creators": arrow.one_element_lists(batch.column("artist")),
            }
        )
    if tracks >= ENOUGH_TO_JUDGE and not artists:
        raise RawFileError(
            f"{path}: none of {tracks:,} tracks has the name of an artist, so the names were "
            f"removed. {AGAIN}"
        )


def users(raw: Raw) -> Iterator[pa.RecordBatch]:
    """Country, gender and age of the listeners; implausible ages are null."""
    columns = ("#id", "gender", "age", "country", "registered")
    require_header(raw.path("profile"), columns, "\t", exact=True)
    return lastfm.read_profiles(raw, "profile", USER, skip=1)


def _events(raw: Raw, table: str) -> Iterator[tuple[pa.Array, ...]]:
    """Columns: user, time, track id (null where there is neither MBID nor name), track, artist, and whether
    the MBID is malformed.
    """
    import pyarrow.compute as pc

    rows = lines.read_records(raw, table, raw.path("events"), 6)
    artists = MovedColumn(raw.path("events"), "MusicBrainz id of an artist", "name")
    for number, (user, when, artist_mbid, artist, mbid, track) in enumerate(rows):
        if not number:
            known_names = (
                column.slice(0, LOOKED_AT).to_pylist() for column in (artist_mbid, artist)
            )
            for both in zip(*known_names, strict=True):
                artists.add(*both)
            artists.require_own()
        title, maker = lastfm.tidy_names(track), lastfm.tidy_names(artist)
        valid = lastfm.valid_mbids(mbid)
        item = pc.coalesce(valid, lastfm.name_ids(maker, title))
        yield user, when, item, title, maker, lastfm.malformed_mbids(mbid, valid)


SOURCE = Source(
    id="lastfm-1k",
    title="Last.FM 1K",
    domain="music",
    words="tracks",
    homepage="http://ocelma.net/MusicRecommendationDataset/lastfm-1K.html",
    licence=lastfm.LICENCE,
    citation=lastfm.CITATION,
    remotes=(
        Remote(
            ARCHIVE,
            lastfm.mirrors(ARCHIVE),
            checksum="md5:a79a6808f54f73354789a9fb02cb1e41",
        ),
    ),
    files=(
        RawFile(
            "events",
            "userid-timestamp-artid-artname-traid-traname.tsv",
            packed_in=(ARCHIVE,),
            checksum="md5:64747b21563e3d2aa95751e0ddc46b68",
            rows=19_150_868,
            example="user_000001\t2009-05-04T23:08:57Z\tMBID\tartist\tMBID\ttrack",
            # Its tracks are spelled as most events spell them, so the items need it whole.
            cut=Cut(("interactions",), r"[^\t]*(\t[^\t]*){5}$"),
        ),
        RawFile(
            "profile",
            "userid-profile.tsv",
            packed_in=(ARCHIVE,),
            size=37_842,
            checksum="md5:c53608b6b445db201098c1489ea497df",
            rows=992,
            example="#id\tgender\tage\tcountry\tregistered\nuser_000001\tm\t\tJapan\tAug 13, 2006",
        ),
    ),
    columns=column_names(
        interactions="user_id item_id timestamp event",
        items="item_id title creators",
        users="user_id country gender age",
    ),
    times=("2002-01-01", "2009-06-30"),  # Last.fm began in 2002, and was crawled until June 2009
    readers=Readers(interactions=interactions, items=items, users=users),
    by_hand=(
        "1. Open https://zenodo.org/records/6090214 (no account needed) and read the terms: "
        "non-commercial use.\n"
        f"2. Download {ARCHIVE} (673 MB, MD5 a79a6808f54f73354789a9fb02cb1e41).\n"
        "3. Put it, packed or unpacked, into <data_dir>/lastfm-1k/. Needed from it: "
        "userid-timestamp-artid-artname-traid-traname.tsv and userid-profile.tsv."
    ),
    options={
        "any_case": True,
        "incomplete": ("gender", "age", "country"),
        "gaps": {"users": ("recorded",)},
    },
    attributes=("country", "gender", "age"),
)
