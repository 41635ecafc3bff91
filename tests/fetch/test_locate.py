"""Raw files are found where people put them, fetched where they are missing, and never mistaken."""

from __future__ import annotations

import dataclasses
import gzip
import os
import time
from pathlib import Path

import pytest

from itdr.builders import locate
from itdr.builders.cache import cache_root, raw_root, store_root, work_root
from itdr.builders.declare import RawFile, Remote, Source
from itdr.builders.errors import DownloadError, RawFileError
from itdr.builders.survey import offers
from tests.fetch import made_up
from tests.fetch.made_up import MOVIES, RATINGS, RATINGS_GZ, TAGS, TAR, ZIP, source, zipped
from tests.fetch.server import Misbehaving, count, leftovers, quick, sha

PACKED = ("made-up.zip",)
FILES = (
    RawFile("ratings", "ratings.csv", PACKED, size=len(RATINGS)),
    RawFile("movies", "movies.csv", PACKED, aliases=("films.csv",)),
    RawFile("tags", "tags.csv", PACKED, optional=True),
)
URL = "https://files.example.org/made-up.zip"
OPEN = source((Remote("made-up.zip", (URL,), len(ZIP), sha(ZIP)),), FILES)
MANUAL = source((Remote("made-up.zip", access="manual"),), FILES)
AT = "files.example.org/made-up.zip"


@pytest.fixture(autouse=True)
def home(caches: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and no way out but to the local server."""
    monkeypatch.setenv("ITDR_MIRROR", server.address)
    return caches


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "raw" / "made-up").mkdir(parents=True)
    return tmp_path / "raw"


def put(data: Path, name: str, body: bytes) -> Path:
    path = data / "made-up" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def ready(
    of: Source, data: Path | None, tmp_path: Path, offline: bool = False, **facts: object
) -> dict[str, bytes]:
    """The content that readers would get, by key; nothing but the work folder is written to."""
    before = _state(data) if data else None
    work = tmp_path / f"work{time.monotonic_ns()}"
    files = facts.pop("files", of.files)
    paths = locate.prepare(
        of, files, data, work, offline=offline, progress=False, policy=quick()  # type: ignore[arg-type]
    )  # fmt: skip
    assert before == (_state(data) if data else None), "the user's folder was changed"
    assert leftovers(raw_root()) == [] if raw_root().exists() else True
    return {
        key: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for key, path in paths.items()
    }


def _state(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(path), path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*")
    )


ALL = {"ratings": RATINGS, "movies": MOVIES, "tags": TAGS}
BASE = {"ratings": RATINGS, "movies": MOVIES}
PLACED = {
    "unpacked": ({"ratings.csv": RATINGS, "movies.csv": MOVIES, "tags.csv": TAGS}, ALL),
    "without the optional one": ({"ratings.csv": RATINGS, "movies.csv": MOVIES}, BASE),
    "in a folder of the archive": ({"made/ratings.csv": RATINGS, "made/Movies.CSV": MOVIES}, BASE),
    "alias": ({"ratings.csv": RATINGS, "Films.csv": MOVIES}, BASE),
    "gzip": ({"ratings.csv.gz": RATINGS_GZ, "movies.csv": MOVIES}, BASE),
    "zip": ({"made-up.zip": ZIP}, ALL),
    "zip by another spelling": ({"Made_Up.zip": ZIP}, ALL),
    "zip in a folder": ({"downloads/made-up.zip": ZIP}, ALL),
    "zip renamed by the browser": ({"archive (1).zip": ZIP}, ALL),
    "tar.gz under the name of a zip": ({"made-up.zip": TAR}, BASE),
    "tar in zip": ({"made-up.zip": zipped(made__set_tar=TAR)}, BASE),
    "unpacked wins over packed": ({"made-up.zip": ZIP, "movies.csv": b"a part\n"},
                                  {**ALL, "movies": b"a part\n"}),
    "beside junk": ({"made-up.zip": ZIP, "notes.txt": b"?", "other.zip": b"PK\x03\x04 no"}, ALL),
}  # fmt: skip


@pytest.mark.parametrize("how", PLACED)
@pytest.mark.parametrize("of", [OPEN, MANUAL], ids=["open", "manual"])
def test_placed_files_are_used(
    how: str, of: Source, data: Path, tmp_path: Path, server: Misbehaving
) -> None:
    placed, expected = PLACED[how]
    for name, body in placed.items():
        put(data, name, body)
    found = locate.find(of, of.files, data)
    assert all(found[key].origin == "data_dir" for key in expected)  # type: ignore[union-attr]
    assert ready(of, data, tmp_path, offline=True) == expected
    assert not server.seen


def test_what_is_in_the_cache_folder_counts_too(tmp_path: Path) -> None:
    (raw_root() / "made-up").mkdir(parents=True)
    (raw_root() / "made-up" / "made-up.zip").write_bytes(ZIP)
    found = locate.find(MANUAL, FILES, None)
    assert {one.origin for one in found.values() if one} == {"cache"}
    assert ready(MANUAL, None, tmp_path, offline=True) == ALL
    assert locate.drop(MANUAL, FILES) == 0, "what somebody placed is never removed"
    assert (raw_root() / "made-up" / "made-up.zip").exists()


def test_fetched_verified_unpacked(server: Misbehaving, tmp_path: Path) -> None:
    server.put(AT, ZIP, "drop:100", "status:503")
    before = {key: one and one.fingerprint for key, one in locate.find(OPEN, FILES, None).items()}
    assert {one.origin for one in locate.find(OPEN, FILES, None).values() if one} == {"declared"}
    assert not server.seen and not raw_root().exists(), "looking does nothing"
    assert ready(OPEN, None, tmp_path) == ALL
    found = locate.find(OPEN, FILES, None)
    assert {one.origin for one in found.values() if one} == {"cache"}
    assert {key: one and one.fingerprint for key, one in found.items()} == before
    assert ready(OPEN, None, tmp_path, offline=True) == ALL
    assert len(server.seen) == 3
    assert locate.drop(OPEN, FILES) == len(ZIP)
    dropped = locate.find(OPEN, FILES, None)
    assert {key: one and one.fingerprint for key, one in dropped.items()} == before


def test_files_in_data_dir_win_over_downloads(
    server: Misbehaving, data: Path, tmp_path: Path
) -> None:
    server.put(AT, ZIP)
    ready(OPEN, None, tmp_path)
    put(data, "movies.csv", b"mine\n")
    found = locate.find(OPEN, FILES, data)
    assert found["movies"].origin == "data_dir" and found["ratings"].origin == "cache"  # type: ignore[union-attr]
    assert ready(OPEN, data, tmp_path)["movies"] == b"mine\n"


def test_the_fingerprint_of_a_placed_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(data, "ratings.csv", RATINGS)
    put(data, "made-up.zip", ZIP)
    os.utime(path, ns=(10**18, 10**18))
    (tmp_path / "link").symlink_to(data, target_is_directory=True)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("HOME", str(tmp_path))
    spelled = [data, Path("../raw"), Path("~/raw"), tmp_path / "link", tmp_path / "x/../raw"]
    (tmp_path / "x").mkdir()
    prints = [
        {key: one and one.fingerprint for key, one in locate.find(OPEN, FILES, way).items()}
        for way in spelled
    ]
    assert all(one == prints[0] for one in prints)
    assert prints[0]["ratings"] == f"placed:ratings.csv:{len(RATINGS)}:{10**18}"
    os.utime(path, ns=(10**18, 10**18 + 1))
    now = locate.find(OPEN, FILES, data)
    assert now["ratings"].fingerprint != prints[0]["ratings"]  # type: ignore[union-attr]
    assert now["movies"].fingerprint == prints[0]["movies"]  # type: ignore[union-attr]
    os.utime(path, ns=(10**18, 10**18))
    path.write_bytes(RATINGS[:-1])
    os.utime(path, ns=(10**18, 10**18))
    assert locate.find(OPEN, FILES, data)["ratings"].fingerprint != prints[0]["ratings"]  # type: ignore[union-attr]


def test_a_declaration_decides_the_fingerprint_of_a_download() -> None:
    first = locate.find(OPEN, FILES, None)["ratings"]
    other = dataclasses.replace(OPEN, remotes=(Remote("made-up.zip", (URL,), 7),))
    second = locate.find(other, FILES, None)["ratings"]
    moved = dataclasses.replace(OPEN.remotes[0], urls=("https://new.example.org/x.zip",))
    third = locate.find(dataclasses.replace(OPEN, remotes=(moved,)), FILES, None)["ratings"]
    assert first and second and third
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == third.fingerprint, "another address gives the same file"


def test_finding_reads_no_file_whole(data: Path, tmp_path: Path) -> None:
    big = put(data, "ratings.csv", b"user\n")
    os.truncate(big, 1 << 38)
    put(data, "made-up.zip", TAR)
    os.truncate(data / "made-up" / "made-up.zip", 1 << 38)
    start = time.monotonic()
    found = locate.find(OPEN, FILES, data)
    assert time.monotonic() - start < 2
    assert found["ratings"] and found["movies"] and str(1 << 38) in found["movies"].fingerprint


def test_one_error_for_all_that_is_missing(data: Path, tmp_path: Path) -> None:
    put(data, "tags.csv", TAGS)
    with pytest.raises(RawFileError) as caught:
        ready(MANUAL, data, tmp_path)
    text = str(caught.value)
    assert "ratings.csv (46.49 kB), in made-up.zip" in text and "movies.csv" in text
    assert "tags.csv" not in text
    assert f"{data / 'made-up'}, {raw_root() / 'made-up'}" in text
    assert MANUAL.by_hand in text and "Made-up terms" in text
    assert f"into {data / 'made-up'}:" in text
    with pytest.raises(RawFileError, match="give its parent"):
        ready(MANUAL, data / "made-up", tmp_path)
    with pytest.raises(RawFileError, match=r"is no folder.*leave data_dir out"):
        ready(OPEN, tmp_path / "nowhere", tmp_path)


def test_offline_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import datasets

    from itdr.builders.cache import offline_variable

    assert offline_variable() is None
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    assert offline_variable() == "HF_DATASETS_OFFLINE"
    with pytest.raises(DownloadError, match=r"made-up\.zip .*HF_DATASETS_OFFLINE forbids it"):
        ready(OPEN, None, tmp_path, offline=True)


def test_a_refused_download_says_how_to_do_it_by_hand(
    server: Misbehaving, data: Path, tmp_path: Path
) -> None:
    server.put(AT, ZIP, "status:403")
    with pytest.raises(DownloadError) as caught:
        ready(OPEN, data, tmp_path)
    text = str(caught.value)
    assert "refused (403)" in text and OPEN.by_hand in text and str(data / "made-up") in text


CLIMBING = zipped(up__ratings_csv=RATINGS, movies_csv=MOVIES).replace(b"up/", b"../")
BROKEN = {
    "cut zip": ("made-up.zip", ZIP[:-3000], "cut off"),
    "damaged zip": ("made-up.zip", ZIP[:500] + b"??" + ZIP[502:], "damaged"),
    "page for a zip": ("made-up.zip", b"<!DOCTYPE html><html>", "web page"),
    "page for a csv": ("ratings.csv", b"\n<html><body>Sign in", "web page"),
    "empty": ("ratings.csv", b"", "it is empty"),
    "cut gzip": ("ratings.csv.gz", RATINGS_GZ[:-5], "cut off"),
    "damaged gzip": ("ratings.csv.gz", RATINGS_GZ[:900] + b"??" + RATINGS_GZ[902:], "damaged"),
    "text as gzip": ("ratings.csv.gz", RATINGS, "no gzip file"),
    "climbing zip": ("made-up.zip", CLIMBING, "outside"),
    "another zip": ("made-up.zip", zipped(x_csv=RATINGS), "does not hold"),
    "another tar": ("made-up.zip", made_up.tarred(x_csv=RATINGS), "does not hold"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_placed_file_is_an_error(how: str, data: Path, tmp_path: Path) -> None:
    name, body, reason = BROKEN[how]
    put(data, name, body)
    if name != "made-up.zip":
        put(data, "movies.csv", MOVIES)
    count("broken placed file")
    with pytest.raises(RawFileError, match=reason) as caught:
        ready(MANUAL, data, tmp_path)
    assert "made-up" in str(caught.value)


def test_a_partial_file_is_taken_with_a_warning(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(data, "ratings.csv", RATINGS[:1000])
    put(data, "movies.csv", MOVIES)
    assert ready(MANUAL, data, tmp_path)["ratings"] == RATINGS[:1000]
    assert f"1000 bytes, the official file {len(RATINGS)}" in caplog.text


def test_what_could_be_two_files_is_said(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(data, "movies.csv", MOVIES)
    put(data, "a/ratings.csv", RATINGS)
    put(data, "b/ratings.csv", RATINGS[:50])
    with pytest.raises(RawFileError, match=r"a/ratings\.csv.*b/ratings\.csv: several files"):
        ready(OPEN, data, tmp_path)
    put(data, "ratings.csv", RATINGS)
    put(data, "a/tags.csv", TAGS)
    put(data, "b/tags.csv", TAGS)
    assert ready(MANUAL, data, tmp_path) == BASE
    assert "tags.csv left out" in caplog.text


# ---- several ways to get the same file

GZ_FIRST = (
    Remote("sub/ratings.csv", ("https://hub.example.org/ratings.csv",), len(RATINGS), sha(RATINGS)),
    Remote("sub/ratings.csv.gz", ("https://site.example.org/ratings.csv.gz",),
           plain_checksum=sha(RATINGS)),
)  # fmt: skip
SINGLE = source(GZ_FIRST, (RawFile("ratings", "sub/ratings.csv"),))


def test_of_plain_and_packed_the_smaller_is_fetched(server: Misbehaving, tmp_path: Path) -> None:
    server.put("site.example.org/ratings.csv.gz", RATINGS_GZ, "drop:99")
    assert locate.plan(SINGLE, SINGLE.files, None).fetch == (GZ_FIRST[1],)
    before = locate.find(SINGLE, SINGLE.files, None)["ratings"]
    assert ready(SINGLE, None, tmp_path) == {"ratings": RATINGS}
    found = locate.find(SINGLE, SINGLE.files, None)["ratings"]
    assert found and before and found.path.name == "ratings.csv.gz"
    assert found.fingerprint == before.fingerprint
    large = dataclasses.replace(GZ_FIRST[1], size=len(RATINGS) + 1)
    of = dataclasses.replace(SINGLE, remotes=(large, GZ_FIRST[0]))
    assert offers(of, of.files[0]) == (GZ_FIRST[0], large)


def test_where_the_packed_one_fails_the_plain_one_is_fetched(
    server: Misbehaving, tmp_path: Path
) -> None:
    server.put("site.example.org/ratings.csv.gz", gzip.compress(MOVIES))
    server.put("hub.example.org/ratings.csv", RATINGS)
    assert ready(SINGLE, None, tmp_path) == {"ratings": RATINGS}
    asked = len(server.seen)
    assert ready(SINGLE, None, tmp_path, offline=True) == {"ratings": RATINGS}
    assert len(server.seen) == asked


def test_another_archive_serves_as_well(server: Misbehaving, tmp_path: Path) -> None:
    remotes = (
        Remote("gone.zip", ("https://gone.example.org/gone.zip",)),
        Remote("kaggle.zip", ("https://www.kaggle.com/api/v1/x",), access="kaggle"),
    )
    files = (
        RawFile("ratings", "ratings.csv", ("gone.zip", "kaggle.zip")),
        RawFile("movies", "movies.csv", ("gone.zip", "kaggle.zip")),
    )
    server.put("www.kaggle.com/api/v1/x", ZIP)
    of = source(remotes, files)
    assert locate.plan(of, files, None).fetch == (remotes[0],)
    assert ready(of, None, tmp_path) == BASE
    with pytest.raises(DownloadError) as caught:
        locate.drop(of, files)
        server.resources.clear()
        ready(of, None, tmp_path)
    assert "gone.zip" in str(caught.value) and "www.kaggle.com" in str(caught.value)


def test_an_optional_file_is_never_fetched_for_its_own_sake(
    server: Misbehaving, tmp_path: Path
) -> None:
    extra = Remote("extra.csv", ("https://files.example.org/extra.csv",), 10)
    of = source((*OPEN.remotes, extra), (*FILES, RawFile("extra", "extra.csv", optional=True)))
    server.put(AT, ZIP)
    plan = locate.plan(of, of.files, None)
    assert plan.fetch == OPEN.remotes and [file.key for file in plan.left_out] == ["extra"]
    assert ready(of, None, tmp_path) == ALL


def test_the_plan(data: Path) -> None:
    gated = Remote("gated.zip", ("https://huggingface.co/datasets/a/b/resolve/main/gated.zip",),
                   access="gated")  # fmt: skip
    files = (*FILES, RawFile("secret", "secret.csv", ("gated.zip",)))
    of = source((*OPEN.remotes, Remote("free.csv", ("https://a.example/free.csv",)), gated),
                (*files, RawFile("free", "free.csv")))  # fmt: skip
    put(data, "movies.csv", MOVIES)
    plan = locate.plan(of, of.files, data)
    assert [remote.name for remote in plan.fetch] == ["made-up.zip", "free.csv"]
    assert plan.download_bytes == len(ZIP)
    assert [remote.name for remote in plan.unknown] == ["free.csv"]
    assert [file.key for file in plan.by_hand] == ["secret"]
    assert plan.unpacked_bytes == len(RATINGS)
    assert plan.located["movies"].origin == "data_dir"  # type: ignore[union-attr]


def test_a_run_that_will_not_fit_says_so_first(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(AT, ZIP)
    for room, what in ((len(ZIP) - 1, "downloads"), (len(ZIP) + 1, "unpacked files")):
        free = locate.RESERVE + room
        monkeypatch.setattr(locate, "free_bytes", lambda folder, free=free: free)
        with pytest.raises(DownloadError, match=f"the {what} take .*ITDR_CACHE"):
            ready(OPEN, None, tmp_path)
        count("full disk")
    assert not server.seen


def test_a_download_changed_afterwards_is_not_used(server: Misbehaving, tmp_path: Path) -> None:
    server.put(AT, ZIP)
    ready(OPEN, None, tmp_path)
    path = raw_root() / "made-up" / "made-up.zip"
    other = zipped(ratings_csv=RATINGS[:99], movies_csv=MOVIES)
    path.write_bytes(other)
    with pytest.raises(RawFileError, match="was changed after it had been downloaded"):
        ready(OPEN, None, tmp_path)
    path.with_name("made-up.zip.sha256.json").unlink()
    assert ready(OPEN, None, tmp_path)["ratings"] == RATINGS[:99], "now it counts as placed"


def test_an_archive_without_the_file_is_said(server: Misbehaving, tmp_path: Path) -> None:
    wrong = zipped(movies_csv=MOVIES)
    of = source((Remote("made-up.zip", (URL,)),), FILES)
    server.put(AT, wrong)
    with pytest.raises(RawFileError, match=r"made-up\.zip does not hold ratings\.csv"):
        ready(of, None, tmp_path)


def test_files_in_folders_of_equal_names(data: Path, tmp_path: Path) -> None:
    """Two archives hold files of the same names."""
    files = tuple(
        RawFile(f"{part}_{name}", f"{part}/{name}.tsv", (f"{part}.zip",))
        for part in ("train", "dev")
        for name in ("news", "behaviors")
    )
    of = source((Remote("train.zip", access="manual"), Remote("dev.zip", access="manual")), files)
    put(data, "train.zip", zipped(news_tsv=b"t1", behaviors_tsv=b"t2"))
    put(data, "dev.zip", zipped(dev__news_tsv=b"d1", dev__behaviors_tsv=b"d2"))
    expected = {
        "train_news": b"t1",
        "train_behaviors": b"t2",
        "dev_news": b"d1",
        "dev_behaviors": b"d2",
    }
    assert ready(of, data, tmp_path) == expected
    put(data, "news.tsv", b"whose?")
    assert ready(of, data, tmp_path) == expected, "archives tell what a lone file does not"


# ---- where the cache is


def test_roots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ITDR_CACHE", "~/there")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / "there"
    assert (raw_root(), store_root(), work_root()) == tuple(
        tmp_path / "there" / name for name in ("raw", "store", "work")
    )
    monkeypatch.delenv("ITDR_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert cache_root() == tmp_path / "hf" / "itdr"
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "xdg" / "huggingface" / "itdr"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_root() == tmp_path / ".cache" / "huggingface" / "itdr"
