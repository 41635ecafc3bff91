"""Members come out of archives right or not at all, and nothing is written where it should not be."""

from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import RawFile
from itdr.builders.rawfiles import archives, limits
from itdr.builders.rawfiles.archives import extract
from itdr.builders.rawfiles.names import files_below, match
from tests.rawfiles.server import count

TEXT = b"user,item\n" + b"".join(b"%d,%d\n" % (n, n * 7) for n in range(3000))
NOISE = random.Random(9).randbytes(50_000)
A = RawFile("a", "a.csv", packed_in=("x.zip",), size=len(TEXT))
B = RawFile("b", "deep/b.bin", packed_in=("x.zip",))
BOTH = {"set/a.csv": TEXT, "set/deep/b.bin": NOISE, "set/README": b"hello"}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, body)
    return out.getvalue()


def tarred(members: dict[str, bytes], links: dict[str, tuple[bytes, str]] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
        for name, (kind, target) in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return out.getvalue()


def take(body: bytes, tmp_path: Path, *wanted: RawFile, name: str = "x.zip") -> dict[str, bytes]:
    """Extract from an archive of these bytes; what was written, by key."""
    place, out = tmp_path / "in" / name, tmp_path / "out"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(body)
    paths = extract(
        place, wanted or (A, B), wanted or (A, B), lambda file, base: out / file.key / base
    )
    outside = [one for one in files_below(tmp_path) if not one.startswith(("in/", "out/"))]
    assert outside == [], "written outside of the folder"
    return {key: path.read_bytes() for key, path in paths.items()}


TAR = tarred(BOTH)
KINDS = {
    "zip": zipped(BOTH),
    "stored zip": zipped(BOTH, zipfile.ZIP_STORED),
    "tar": TAR,
    "tar.gz": gzip.compress(TAR),
    "tar in zip": zipped({"Yelp JSON/set.tar": TAR, "Yelp JSON/terms.pdf": b"%PDF"}),
    "tar.gz called tar in zip": zipped({"set.tar": gzip.compress(TAR)}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_members_come_out_whole(kind: str, tmp_path: Path) -> None:
    """The kind is told by the bytes: all of them lie here under the name of a zip."""
    assert take(KINDS[kind], tmp_path) == {"a": TEXT, "b": NOISE}
    assert sorted(files_below(tmp_path / "out")) == ["a/a.csv", "b/b.bin"], "and nothing else does"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.02, 0.4, 0.8, 0.97])
def test_a_cut_archive_is_an_error(kind: str, part: float, tmp_path: Path) -> None:
    body = KINDS[kind]
    cut = body[: int(len(body) * part)]
    count("cut archive")
    if kind == "tar" and part > 0.9:
        # Only what nobody wants is missing: a plain tar shows no more.
        assert take(cut, tmp_path) == {"a": TEXT, "b": NOISE}
        return
    with pytest.raises(RawFileError, match=r"x\.zip.*(cut off|damaged|no zip)") as caught:
        take(cut, tmp_path)
    assert "Delete it" in str(caught.value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "tar"])
@pytest.mark.parametrize("at", [0.3, 0.6])
def test_a_flipped_byte_is_an_error(kind: str, at: float, tmp_path: Path) -> None:
    body = bytearray(KINDS[kind])
    body[int(len(body) * at)] ^= 0x55
    count("flipped byte")
    with pytest.raises(RawFileError, match=r"damaged|cut off"):
        take(bytes(body), tmp_path)


CLIMBING = ["../a.csv", "set/../../a.csv", "/tmp/a.csv", "..\\a.csv", "C:\\a.csv", "\\a.csv"]


@pytest.mark.parametrize("name", CLIMBING)
@pytest.mark.parametrize("kind", ["zip", "tar", "tar in zip"])
def test_paths_that_climb_out_are_refused(name: str, kind: str, tmp_path: Path) -> None:
    members = {name: TEXT, "set/deep/b.bin": NOISE}
    body = zipped(members) if kind == "zip" else tarred(members)
    count("climbing path")
    with pytest.raises(RawFileError, match="outside of its folder"):
        take(zipped({"x.tar": body}) if kind == "tar in zip" else body, tmp_path)


LINKS = {
    "symlink": (tarfile.SYMTYPE, "/etc/passwd"),
    "hard link": (tarfile.LNKTYPE, "../../secret"),
    "device": (tarfile.CHRTYPE, ""),
    "fifo": (tarfile.FIFOTYPE, ""),
}


@pytest.mark.parametrize("kind", LINKS)
def test_links_and_devices_are_refused(kind: str, tmp_path: Path) -> None:
    count("link or device", 2)
    for body in (tarred({}, {"a.csv": LINKS[kind]}), tarred(BOTH, {"set/extra": LINKS[kind]})):
        with pytest.raises(RawFileError, match="link or a device: refused"):
            take(body, tmp_path)


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    count("link or device")
    with pytest.raises(RawFileError, match="link or a device"):
        take(out.getvalue(), tmp_path)


def test_twin_members_of_a_zip_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.csv", TEXT)
        archive.writestr("a.csv", TEXT + b"1,2\n")
    with pytest.raises(RawFileError, match=r"which member is a\.csv"):
        take(out.getvalue(), tmp_path, A)


def test_bytes_missing_in_the_middle_of_a_zip_are_a_damage(tmp_path: Path) -> None:
    """They send `zipfile` to a place before the file's start."""
    body = zipped(BOTH)
    count("cut archive", 40)
    for start in range(100, len(body) - 4000, len(body) // 40):
        with pytest.raises(RawFileError, match=r"x\.zip.*Delete it"):
            take(body[:start] + body[start + 3000 :], tmp_path)


def test_an_encrypted_zip_is_named_as_such(tmp_path: Path) -> None:
    body = bytearray(zipped({"a.csv": TEXT}))
    central = body.index(b"PK\x01\x02")
    body[6] |= 1
    body[central + 8] |= 1
    with pytest.raises(RawFileError, match=r"a\.csv is encrypted"):
        take(bytes(body), tmp_path, A)


def test_an_unknown_method_says_how_to_unpack(tmp_path: Path) -> None:
    body = bytearray(zipped({"a.csv": TEXT}))
    central = body.index(b"PK\x01\x02")
    body[8:10] = body[central + 10 : central + 12] = struct.pack("<H", 9)  # Deflate64
    with pytest.raises(RawFileError, match=r"packed by method 9.*7-Zip"):
        take(bytes(body), tmp_path, A)


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = bytes(40 << 20)
    count("bomb", 4)
    for body in (zipped({"a.csv": zeros}), gzip.compress(tarred({"a.csv": zeros}), 1)):
        with pytest.raises(RawFileError, match=r"would unpack to 41\.94 MB.*are declared"):
            take(body, tmp_path, A)
        monkeypatch.setattr(limits, "LARGE", 1 << 20)
        undeclared = RawFile("a", "a.csv", packed_in=("x.zip",))
        with pytest.raises(RawFileError, match=r"would unpack to 41\.94 MB, it is packed into"):
            take(body, tmp_path, undeclared)
    assert files_below(tmp_path / "out") == []


def test_no_more_is_written_than_announced(tmp_path: Path) -> None:
    """The directory of the zip lies: 100 bytes and their CRC, over 30 kB of data."""
    body = bytearray(zipped({"a.csv": TEXT}))
    central = body.index(b"PK\x01\x02")
    body[central + 24 : central + 28] = body[22:26] = struct.pack("<I", 100)
    crc = struct.pack("<I", zlib.crc32(TEXT[:100]))
    body[central + 16 : central + 20] = body[14:18] = crc
    count("bomb")
    assert take(bytes(body), tmp_path, RawFile("a", "a.csv")) == {"a": TEXT[:100]}


def test_no_room_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "free_bytes", lambda folder: archives.RESERVE + 10)
    count("full disk")
    with pytest.raises(RawFileError, match="ITDR_CACHE"):
        take(KINDS["zip"], tmp_path)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (b"", "is empty"),
        (b"<!doctype html><html>", "is a web page"),
        (b"Rar!\x1a\x07\x01\x00", "a rar archive.*Unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive.*Unpack it"),
        (b"user,item\n1,2\n", "no zip or tar archive: it begins with b'user,item"),
    ],
)
def test_what_is_no_archive(head: bytes, text: str, tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match=text):
        take(head, tmp_path)


def test_which_member_it_is(tmp_path: Path) -> None:
    twice = {"one/a.csv": TEXT, "two/a.csv": TEXT}
    for body in (zipped(twice), tarred(twice)):
        with pytest.raises(RawFileError, match=r"which member is a\.csv\? one/a\.csv, two/a\.csv"):
            take(body, tmp_path, A)
    junk = {"__MACOSX/._a.csv": b"x", "old/set/a.csv": b"old", "A.CSV": TEXT}
    for body in (zipped(junk), tarred(junk)):
        assert take(body, tmp_path, A) == {"a": TEXT}, "the shallowest one"
    better = {"b.bin": b"no", "x/deep/b.bin": NOISE}
    for body in (zipped(better), tarred(better)):
        assert take(body, tmp_path, B) == {"b": NOISE}, "the one in the right folder"


def test_a_packed_member_stays_packed(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT)
    assert take(zipped({"a.csv.gz": packed}), tmp_path, A) == {"a": packed}
    assert files_below(tmp_path / "out") == ["a/a.csv.gz"]


NAMES = [
    ("ratings.csv", (), ["ratings.csv"], "ratings.csv"),
    ("ratings.csv", (), ["ml-32m/Ratings.CSV"], "ml-32m/Ratings.CSV"),
    ("ratings.csv", (), ["ratings.csv.gz"], "ratings.csv.gz"),
    ("ratings.csv", (), ["x/ratings.csv", "ratings.csv.gz"], "x/ratings.csv"),
    ("games.json.gz", (), ["games.json"], "games.json"),
    ("games.json.gz", (), ["games.json", "games.json.gz"], "games.json.gz"),
    ("BX-Books.csv", (), ["bx_books.csv"], "bx_books.csv"),
    ("BX-Books.csv", (), ["BX_Books.csv", "BX-Books.csv"], "BX-Books.csv"),
    ("BX-Books.csv", ("Books.csv",), ["Books.csv"], "Books.csv"),
    ("BX-Books.csv", ("Books.csv",), ["Books.csv", "z/BX-Books.csv"], "z/BX-Books.csv"),
    ("raw/x/A.jsonl", (), ["A.jsonl"], "A.jsonl"),
    ("raw/x/A.jsonl", (), ["A.jsonl", "raw/x/A.jsonl"], "raw/x/A.jsonl"),
    ("raw/x/A.jsonl", (), ["old/A.jsonl", "x/A.jsonl"], "x/A.jsonl"),
    ("0core/A.csv", ("5core/A.csv",), ["5core/A.csv"], "5core/A.csv"),
    ("0core/A.csv", ("5core/A.csv",), ["A.csv", "x/5core/A.csv"], "x/5core/A.csv"),
    ("ratings.csv", (), ["ratings.csv.bak", "my ratings.csv", "ratings.csv/readme"], None),
]


@pytest.mark.parametrize(("name", "aliases", "there", "found"), NAMES)
def test_how_names_are_matched(
    name: str, aliases: tuple[str, ...], there: list[str], found: str | None
) -> None:
    assert match(RawFile("key", name, aliases=aliases), there).name == found


def test_names_are_never_guessed() -> None:
    train, dev = RawFile("train", "train/behaviors.tsv"), RawFile("dev", "dev/behaviors.tsv")
    both = (train, dev)
    assert match(train, ["train/behaviors.tsv", "dev/behaviors.tsv"], both).name == (
        "train/behaviors.tsv"
    )
    assert match(train, ["dev/behaviors.tsv"], both).name is None
    lone = match(train, ["behaviors.tsv"], both)
    assert lone.name is None and lone.rivals == ("behaviors.tsv",) and "train/behaviors" in lone.why
    assert match(train, ["behaviors.tsv"], (train,)).name == "behaviors.tsv"
    rivals = match(RawFile("k", "r.csv"), ["b/r.csv", "a/r.csv"])
    assert rivals.name is None and rivals.rivals == ("a/r.csv", "b/r.csv")
    own = RawFile("whole", "behaviors.tsv")
    assert match(own, ["dev/behaviors.tsv"], (own, *both)).name is None


def test_folders_that_lead_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.csv").write_text("x")
    (tmp_path / "a" / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / ".locks").mkdir()
    (tmp_path / "a" / ".locks" / "y.csv").write_text("x")
    (tmp_path / "z.csv.part").write_text("x")
    assert files_below(tmp_path) == ["a/b/x.csv"]
