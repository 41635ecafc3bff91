"""Sources that do not exist, for the tests of finding, fetching and verifying raw files."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import Any

from itdr.builders.declare import Licence, RawFile, Readers, Remote, Source

RATINGS = b"user,item,rating\n" + b"".join(b"%d,%d,4.5\n" % (n, n % 97) for n in range(4000))
MOVIES = b"item,title\n" + b"".join(b"%d,The Glass Harbour %d\n" % (n, n) for n in range(97))
TAGS = b"user,item,tag\n1,2,slow\n"
LICENCE = Licence("Made-up terms", "https://example.org/terms", "research", False, False)


def source(remotes: tuple[Remote, ...], files: tuple[RawFile, ...], **facts: Any) -> Source:
    plain: dict[str, Any] = {
        "id": "made-up",
        "title": "Made up",
        "domain": "films",
        "words": "films",
        "homepage": "https://example.org",
        "licence": LICENCE,
        "citation": "@misc{x}",
        "columns": frozenset(),
        "readers": Readers(interactions=lambda raw: raw),
        "by_hand": "1. Open https://example.org/get and accept the terms. 2. Save made-up.zip.",
    }
    return Source(remotes=remotes, files=files, **(plain | facts))


def zipped(**members: bytes) -> bytes:
    """A zip; two underscores stand for a slash in a name, one for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            place = name.replace("__", "/").replace("_", ".")
            archive.writestr(zipfile.ZipInfo(place), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(**members: bytes) -> bytes:
    """A tar.gz, named as in `zipped`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, body in members.items():
            info = tarfile.TarInfo(name.replace("__", "/").replace("_", "."))
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


ZIP = zipped(made__ratings_csv=RATINGS, made__movies_csv=MOVIES, made__tags_csv=TAGS)
TAR = tarred(made__ratings_csv=RATINGS, made__movies_csv=MOVIES)
RATINGS_GZ = gzip.compress(RATINGS, mtime=0)
