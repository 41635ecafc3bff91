"""What is on disk against what is declared: ok, a warning for a part, an error for damage."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
from pathlib import Path

import pytest

from itdr.builders.core.errors import DownloadError
from itdr.builders.core.paths import raw_root
from itdr.builders.core.schema import Access, RawFile, Remote
from itdr.builders.rawfiles import locate
from itdr.builders.rawfiles.download.download import fetch
from itdr.builders.rawfiles.inventory import Located
from itdr.builders.rawfiles.published import require_published
from itdr.builders.rawfiles.row_count import count_rows
from itdr.builders.rawfiles.verify import Finding, verify
from tests.rawfiles.made_up import MOVIES, RATINGS, RATINGS_GZ, ZIP, put, source, zipped
from tests.rawfiles.server import Misbehaving, count, quick, sha

FILES = (
    RawFile("ratings", "ratings.csv", ("set.zip",), size=len(RATINGS), checksum=sha(RATINGS)),
    RawFile("movies", "movies.csv", ("set.zip",)),
    RawFile("extra", "extra.csv", optional=True),
)
URL = "https://files.example.org/set.zip"
OF = source((Remote("set.zip", (URL,), len(ZIP), "md5:" + hashlib.md5(ZIP).hexdigest()),), FILES)


pytestmark = pytest.mark.usefixtures("mirror")


def levels(findings: list[Finding]) -> dict[str, str]:
    return {one.name: one.level for one in findings}


def test_a_file_with_all_its_rows_was_changed(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = count_rows(FILES[0], [RATINGS])
    file = dataclasses.replace(FILES[0], rows=rows)
    declared = source(OF.remotes, (file,))
    for body, said in (
        (RATINGS[: RATINGS.index(b"\n3000,") + 1], "a part, or another version"),
        (RATINGS.replace(b"4.5", b"4.50"), "values were changed, or it was saved in another form"),
    ):
        path = put(data, "ratings.csv", body)
        assert said in verify(declared, data)[0].message
        caplog.clear()
        require_published(declared, Located(file, path, (), "data_dir", ""), path)
        assert said in caplog.text
        assert (f"it has all {rows:,} rows" in caplog.text) == ("values" in said)


def test_nothing_there(data: Path) -> None:
    found = verify(OF, data)
    assert levels(found) == {"ratings.csv": "missing", "movies.csv": "missing", "extra.csv": "note"}
    assert "set.zip, " in found[0].message and "to fetch" in found[0].message


@pytest.mark.parametrize(
    ("body", "level", "text"),
    [
        (RATINGS, "ok", "with the declared checksum"),
        (RATINGS[:5000], "warning", "differs from the official size: 5000 bytes"),
        (RATINGS[:-1] + b"?", "warning", "has the official size: values were changed"),
        (b"", "error", "empty"),
        (b"<html>", "error", "web page"),
    ],
)
def test_a_placed_file(body: bytes, level: str, text: str, data: Path) -> None:
    path = put(data, "ratings.csv", body)
    found = verify(OF, data)[0]
    assert (found.level, found.path) == (level, path) and text in found.message
    put(data, "movies.csv", MOVIES)
    assert "nothing is declared" in verify(OF, data)[1].message


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("body", "level", "text"),
    [
        (RATINGS, "ok", "4,000 rows, as declared"),
        (
            RATINGS.replace(b"user,item,rating", b'"USER";x'),
            "ok",
            "4,001 lines, 4,000 rows declared",
        ),
        (RATINGS[: RATINGS.index(b"\n3999,") + 1], "warning", "3,999 of 4,000 declared rows"),
        (RATINGS[:-1], "ok", "4,000 rows, as declared"),
        (RATINGS[:17], "warning", "0 of 4,000 declared rows"),
    ],
)
def test_a_file_of_which_only_the_rows_are_declared(
    body: bytes, level: str, text: str, packed: bool, data: Path
) -> None:
    file = RawFile("ratings", "ratings.csv", rows=4000, example="user,item,rating\n1,2,4.5")
    put(
        data, "ratings.csv.gz" if packed else "ratings.csv", gzip.compress(body) if packed else body
    )
    (found,) = verify(source((), (file,)), data)
    assert found.level == level and text in found.message


@pytest.mark.parametrize(
    ("body", "level", "text"),
    [
        (ZIP, "ok", "with the declared checksum"),
        (zipped(ratings_csv=RATINGS, movies_csv=MOVIES), "warning", "differs from the official"),
        (ZIP[:-2000], "error", "cut off"),
        (ZIP[:300] + b"??" + ZIP[302:], "error", "damaged"),
    ],
)
def test_a_placed_archive(body: bytes, level: str, text: str, data: Path) -> None:
    put(data, "set.zip", body)
    count("damaged placed archive", level == "error")
    found = verify(OF, data)
    assert found[0].name == "set.zip" and found[0].level == level and text in found[0].message


def test_members_of_another_size_are_noted(data: Path) -> None:
    put(data, "set.zip", zipped(ratings_csv=RATINGS[:-9], movies_csv=MOVIES))
    found = [one for one in verify(OF, data) if one.name == "ratings.csv"]
    assert found[0].level == "warning" and f"{len(RATINGS)} declared" in found[0].message


def test_members_of_another_content_are_noted(data: Path) -> None:
    put(data, "set.zip", zipped(ratings_csv=RATINGS[:-1] + b"?", movies_csv=MOVIES))
    found = [one for one in verify(OF, data) if one.name == "ratings.csv"]
    assert found[0].level == "warning" and "its sha256 is" in found[0].message
    put(data, "set.zip", zipped(set__ratings_csv=RATINGS, movies_csv=MOVIES))
    assert "ratings.csv" not in levels(verify(OF, data))


@pytest.mark.parametrize(("access", "level"), [("open", "error"), ("kaggle", "warning")])
@pytest.mark.parametrize("body", [RATINGS[:-1] + b"?", RATINGS[:-9]], ids=["content", "size"])
def test_a_download_of_other_files(
    body: bytes, access: Access, level: str, server: Misbehaving, data: Path
) -> None:
    """Kaggle serves the latest version, whichever that is."""
    packed = Remote("set.zip", (URL,), access=access)
    plain = Remote("ratings.csv", (URL,), access=access)
    alone = dataclasses.replace(FILES[0], packed_in=())
    for remote, files in ((packed, FILES), (plain, (alone,))):
        server.put(
            "files.example.org/set.zip", body if remote is plain else zipped(ratings_csv=body)
        )
        fetch(remote, raw_root() / "made-up", policy=quick())
        found = verify(source((remote,), files), None)
        assert levels(found)["ratings.csv"] == level
        (raw_root() / "made-up" / remote.name).unlink()


def test_a_download(server: Misbehaving, data: Path) -> None:
    server.put("files.example.org/set.zip", ZIP)
    path = fetch(OF.remotes[0], raw_root() / "made-up", policy=quick())
    found = verify(OF, None)
    assert levels(found) == {"set.zip": "ok", "extra.csv": "note"}
    assert "as downloaded, with the declared checksum" in found[0].message
    stat = path.stat()
    path.write_bytes(ZIP[:300] + b"??" + ZIP[302:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # a bad disk tells no time
    count("flipped byte")
    assert levels(verify(OF, None))["set.zip"] == "error"
    path.write_bytes(zipped(ratings_csv=RATINGS, movies_csv=MOVIES))
    assert "changed after" in verify(OF, None)[0].message


def test_a_part_is_mentioned(server: Misbehaving, data: Path) -> None:
    server.put("files.example.org/set.zip", ZIP, "drop:5000", *["mute"] * 9)
    with pytest.raises(DownloadError):
        fetch(OF.remotes[0], raw_root() / "made-up", policy=quick())
    found = verify(OF, None)[-1]
    assert found.level == "note" and found.message.startswith("5.00 kB of ")


def test_content_that_is_declared_for_the_packed_file(data: Path) -> None:
    remote = Remote("ratings.csv.gz", (URL,), plain_checksum=sha(RATINGS))
    of = source((remote,), (RawFile("ratings", "ratings.csv"),))
    for name, body, level in (
        ("ratings.csv.gz", RATINGS_GZ, "ok"),
        ("ratings.csv.gz", gzip.compress(RATINGS, 1), "ok"),
        ("ratings.csv.gz", gzip.compress(MOVIES), "warning"),
        ("ratings.csv.gz", RATINGS_GZ[:-4], "error"),
        ("ratings.csv", RATINGS, "ok"),
        ("ratings.csv", MOVIES, "warning"),
    ):
        path = put(data, name, body)
        assert levels(verify(of, data)) == {"ratings.csv": level}, (name, level)
        path.unlink()


def test_what_is_ambiguous_is_a_warning(data: Path) -> None:
    for folder in ("a", "b"):
        put(data, f"{folder}/ratings.csv", RATINGS)
    assert levels(verify(OF, data))["ratings.csv"] == "warning"
    assert locate.find(OF, FILES, data)["movies"] is not None


@pytest.mark.parametrize(
    ("example", "text", "rows"),
    [
        ("1::F::25", "1::F::25\n2::M::18\n", 2),
        ("id,title\n1,Heat", "id,title\n1,Heat\n2,Alien\n", 2),
        ('"ID";"Title";…', '"ID";"Title";"Author"\r\n"1";"A";"B"\r\n', 1),
        ("id,…,title", "id,views,title\n1,5,Heat\n2,6,Alien", 2),
        ("id,title", "1,Heat\n2,Alien\n", 2),
        ('{"id": …}', '{"id": 5}\n{"id": 7}\n', 2),
        ("", "1,Heat\n2,Alien\n", 2),
    ],
)
def test_rows_are_counted_without_a_header(example: str, text: str, rows: int) -> None:
    assert count_rows(RawFile("movies", "movies.csv", example=example), [text.encode()]) == rows
