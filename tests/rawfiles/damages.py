"""Damages that a server does to raw files, drawn from a number; and whether a healed one mends them.

`python -m tests.rawfiles.damages FIRST LAST` tries a range of them.
"""

from __future__ import annotations

import dataclasses
import gzip
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from itdr.builders.core import paths
from itdr.builders.core.errors import ItdrError, RawFileError
from itdr.builders.core.schema import RawFile, Remote, Source
from itdr.builders.rawfiles import limits, locate, refused_files
from itdr.builders.rawfiles.download.retry import UNREACHABLE
from tests.rawfiles.made_up import MOVIES, RATINGS, source, tarred, zipped
from tests.rawfiles.server import Misbehaving, Resource, leftovers, quick, serving, sha
from tests.rawfiles.test_hostile import HEADS, PAGES

RIGHT = {"ratings": RATINGS, "movies": MOVIES}
NEWER = RATINGS + b"9999,1,5.0\n"
"""What the publisher may serve one day: a reader takes it too."""
Body = Callable[[bytes], bytes]
SHAPES: dict[str, Body] = {
    "made-up.zip": lambda body: zipped(made__ratings_csv=body, made__movies_csv=MOVIES),
    "made-up.tar.gz": lambda body: tarred(made__ratings_csv=body, made__movies_csv=MOVIES),
    "ratings.csv": lambda body: body,
    "ratings.csv.gz": lambda body: gzip.compress(body, mtime=0),
    "ratings.csv in a zip": lambda body: zipped(ratings_csv=body),
}
TYPES = ("text/html", "text/plain", "application/json", "text/csv", "application/zip", "", "x/y")


def _cut_out(body: bytes, dice: random.Random) -> bytes:
    """Bytes missing in the middle."""
    start = dice.randrange(len(body))
    return body[:start] + body[start + dice.choice((1, 7, 100, 4096)) :]


def _flipped(body: bytes, dice: random.Random) -> bytes:
    spoilt = bytearray(body)
    for _ in range(dice.choice((1, 3, 40))):
        spoilt[dice.randrange(len(body))] ^= dice.randrange(1, 256)
    return bytes(spoilt)


def _zeroed(body: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(body))
    size = min(dice.choice((1, 50, 3000)), len(body) - start)
    return body[:start] + bytes(size) + body[start + size :]


def _end_of_zip(body: bytes, dice: random.Random) -> bytes:
    """Wrong numbers in the last bytes, where a zip says where all is."""
    spoilt = bytearray(body)
    for _ in range(dice.choice((1, 2, 8))):
        spoilt[-dice.randrange(1, min(len(body), 90))] = dice.randrange(256)
    return bytes(spoilt)


SPOILERS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut_out,
    _flipped,
    _zeroed,
    _end_of_zip,
    lambda body, dice: body[: dice.randrange(len(body))],
    lambda body, dice: body + dice.randbytes(dice.choice((1, 200, 9000))),
    lambda body, dice: body[len(body) // 2 :] + body[: len(body) // 2],
    lambda body, dice: dice.randbytes(dice.choice((1, 500, len(body)))),
    lambda body, dice: body * 2,
    lambda body, dice: body[dice.randrange(1, 40) :],
)
FAULTS = (
    "drop reset stall chunked-drop close-drop mute status:500 status:503 status:404 status:403 "
    "retry:429:1 ignore-range wrong-range chunked close other longer shorter announce-more gzip "
    "labelled br html spliced: spliced:today redirect:http://[::1 ignore-if-range"
).split()


@dataclasses.dataclass
class Damage:
    """One case: what is declared and served, and what happens on the way."""

    of: Source
    name: str
    body: bytes
    words: list[str]
    between: str
    facts: dict[str, Any]


def draw(seed: int, server: Misbehaving) -> Damage:
    """The damage of that number, its answers set up in `server`."""
    dice = random.Random(seed)
    shape = dice.choice(list(SHAPES))
    name = shape.removesuffix(" in a zip")
    body = SHAPES[shape](RATINGS)
    packed = (name,) if name.startswith("made-up") else ()
    files = [RawFile("ratings", "ratings.csv", packed)]
    if packed:
        files.append(RawFile("movies", "movies.csv", packed))
    declared: dict[str, Any] = dice.choice(
        ({}, {}, {}, {"size": len(body)}, {"checksum": sha(body)}, {"access": "kaggle"})
    )
    if shape == "ratings.csv in a zip":
        declared = {} if "size" in declared or "checksum" in declared else declared
    remote = Remote(name, (f"https://a.example/{name}",), **declared)
    words = []
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        words.append(_word(dice, body, server))
    if dice.random() < 0.4:
        words *= 9  # it does not pass
    facts: dict[str, Any] = {
        "etag": dice.choice(('"v1"', 'W/"1"', None)),
        "modified": dice.choice(("yesterday", None)),
    }
    if dice.random() < 0.2 and not declared:
        facts["after"] = _publish(SHAPES[shape](NEWER), dice)
    between = dice.choice(("nothing", "nothing", "deleted", "fetched only", "fetched, deleted"))
    return Damage(source((remote,), tuple(files)), name, body, words, between, facts)


def _word(dice: random.Random, body: bytes, server: Misbehaving) -> str:
    key = f"{len(server.raw)}"
    how = dice.randrange(10)
    if how < 4:
        server.raw[key] = dice.choice(SPOILERS)(body, dice)
        return f"said:{dice.choice(TYPES)}:{key}"
    if how < 6:
        page, kind = dice.choice(list(PAGES.values()))
        server.raw[key] = page
        return f"said:{dice.choice((kind, *TYPES))}:{key}"
    if how < 7:
        server.raw[key] = dice.choice(list(HEADS.values()))
        return f"raw:{key}"
    word = dice.choice(FAULTS)
    if word in ("drop", "reset", "stall", "chunked-drop", "close-drop"):
        return f"{word}:{dice.randrange(len(body))}"
    return word


def _publish(new: bytes, dice: random.Random) -> Callable[[Resource], None]:
    etag = dice.choice(('"v1"', '"v2"', None))

    def change(resource: Resource) -> None:
        resource.body, resource.etag = new, etag

    return change


class Wrong(AssertionError):
    """What should not be."""


def attempt(seed: int, server: Misbehaving, scratch: Path) -> str:
    """Try one damage: first with it, then healed. What became of the first; raises `Wrong`."""
    one = draw(seed, server)
    UNREACHABLE.clear()
    server.put(f"a.example/{one.name}", one.body, *one.words, **one.facts)
    try:
        if one.between.startswith("fetched"):
            plan = locate.plan(one.of, one.of.files, None)
            if plan.fetch:
                locate.download_missing(
                    one.of,
                    one.of.files,
                    plan,
                    None,
                    offline=False,
                    progress=False,
                    policy=patience(),
                )
            first = "fetched"
        else:
            _read(one.of, scratch / "first")
            first = "read"
    except RawFileError as error:
        first = "refused"
        if not str(error).strip() or "Traceback" in str(error):
            raise Wrong(f"{seed}: {error!r}") from error
    except Exception as error:
        raise Wrong(f"{seed}: {one.words}: {type(error).__name__}: {error}") from error
    if one.between.endswith("deleted"):
        (paths.raw_root() / "made-up" / one.name).unlink(missing_ok=True)
    server.resources[f"/a.example/{one.name}"].script.clear()
    if one.between.startswith("fetched") and first == "fetched" and "deleted" not in one.between:
        # What nobody has looked into may be wrong: its reader says so, and then it is fetched anew.
        try:
            _read(one.of, scratch / "second")
        except RawFileError:
            first = "fetched, refused"
    try:
        _read(one.of, scratch / "healed")
    except ItdrError as error:
        new = server.resources[f"/a.example/{one.name}"].body != one.body
        if first == "read" and new and "downloaded first" in str(error):
            return "another version than was read before, refused"
        raise Wrong(f"{seed}: {one.words[:6]}, {one.between}, healed: {error}") from error
    left = leftovers(paths.raw_root())
    if left:
        raise Wrong(f"{seed}: left behind: {left}")
    return first


def patience() -> Any:
    return quick(read_timeout=0.5, attempts=3, answer_timeout=2.0)


def _read(of: Source, work: Path) -> None:
    """Prepare and read, as a build does, with a reader that takes nothing but the right bytes."""
    found = locate.prepare(
        of, of.files, None, work, offline=False, progress=False, policy=patience()
    )
    with refused_files.put_aside_on_error(of, None, found):
        for key, path in found.items():
            body = path.read_bytes()
            try:
                body = gzip.decompress(body) if path.suffix == ".gz" else body
            except Exception:
                raise RawFileError(f"{path}: it cannot be read.") from None
            if body != RIGHT[key] and not (key == "ratings" and body == NEWER):
                raise RawFileError(f"{path}: line 1 is not as it should be.")


def sweep(seeds: range) -> Counter[str]:
    """Try several; how the first calls ended. Raises `Wrong` at the first that is not mended."""
    ends: Counter[str] = Counter()
    with (
        serving() as server,
        mock.patch.object(limits, "LARGE", 1 << 22),
        tempfile.TemporaryDirectory() as base,
    ):
        for seed in seeds:
            home = Path(base) / str(seed)
            settings = {"ITDR_CACHE": str(home / "cache"), "ITDR_MIRROR": server.address}
            with mock.patch.dict("os.environ", settings):
                ends[attempt(seed, server, home)] += 1
            server.raw.clear()
            server.seen.clear()
            shutil.rmtree(home, ignore_errors=True)
    return ends


if __name__ == "__main__":
    first, last = int(sys.argv[1]), int(sys.argv[2])
    mended: Counter[str] = Counter()
    for number in range(first, last):
        try:
            mended += sweep(range(number, number + 1))
        except Wrong as wrong:
            mended["NOT MENDED"] += 1
            print(wrong, flush=True)
    print(dict(mended))
