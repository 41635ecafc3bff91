"""Sources that do not exist, their raw files, and how tests place and read them."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

from itdr.builders.core.paths import raw_root
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Source
from itdr.builders.rawfiles import locate
from tests.rawfiles.server import leftovers, quick, sha

RATINGS = b"user,item,rating\n" + b"".join(b"%d,%d,4.5\n" % (n, n % 97) for n in range(4000))
MOVIES = b"item,title\n" + b"".join(b"%d,The Glass Harbour %d\n" % (n, n) for n in range(97))
TAGS = b"user,item,tag\n1,2,slow\n"
BODY = random.Random(1).randbytes(60_000)
OTHER = random.Random(2).randbytes(50_000)
TEXT = b"".join(b"%d,%d,some text to pack\n" % (n, n * n) for n in range(2000))
_packed = io.BytesIO()
with zipfile.ZipFile(_packed, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("data.csv", TEXT)
ZIP_OF_TEXT = _packed.getvalue()
GZ = gzip.compress(TEXT, mtime=0)
LICENCE = Licence("Made-up terms", "https://example.org/terms", "research", False, False)


def bin_remote(url: str, **facts: object) -> Remote:
    return Remote("a/data.bin", (url,), **facts)  # type: ignore[arg-type]


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

FILES = (
    RawFile("ratings", "ratings.csv", ("made-up.zip",), size=len(RATINGS)),
    RawFile("movies", "movies.csv", ("made-up.zip",), aliases=("films.csv",)),
    RawFile("tags", "tags.csv", ("made-up.zip",), optional=True),
)
URL = "https://files.example.org/made-up.zip"
AT = "files.example.org/made-up.zip"
OPEN = source((Remote("made-up.zip", (URL,), len(ZIP), sha(ZIP)),), FILES)
MANUAL = source((Remote("made-up.zip", access="manual"),), FILES)
ALL = {"ratings": RATINGS, "movies": MOVIES, "tags": TAGS}
BASE = {"ratings": RATINGS, "movies": MOVIES}


def put(data: Path, name: str, body: bytes) -> Path:
    """Place a raw file of the made-up source below `data`."""
    path = data / "made-up" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def ready(of: Source, data: Path | None, tmp: Path, offline: bool = False) -> dict[str, bytes]:
    """What readers would get, by key; nothing but a new folder below `tmp` is written to."""
    before = _state(data) if data else None
    work = tmp / f"work{time.monotonic_ns()}"
    paths = locate.prepare(
        of, of.files, data, work, offline=offline, progress=False, policy=quick()
    )
    assert before == (_state(data) if data else None), "the user's folder was changed"
    assert leftovers(raw_root()) == []
    return {
        key: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for key, path in paths.items()
    }


def _state(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(path), path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*")
    )
