"""Several ways to the same file, the plan of a run, and what is found out on the way."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import pytest

from itdr.builders.core.errors import DownloadError, RawFileError
from itdr.builders.core.paths import raw_root
from itdr.builders.core.schema import RawFile, Remote
from itdr.builders.rawfiles import locate
from itdr.builders.rawfiles.inventory import downloads_for
from tests.rawfiles.made_up import (
    ALL,
    AT,
    BASE,
    FILES,
    MOVIES,
    OPEN,
    RATINGS,
    RATINGS_GZ,
    URL,
    ZIP,
    put,
    ready,
    source,
    zipped,
)
from tests.rawfiles.server import Misbehaving, count, sha

pytestmark = pytest.mark.usefixtures("mirror")

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
    assert downloads_for(of, of.files[0]) == (GZ_FIRST[0], large)


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
        locate.drop_downloads(of, files)
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
