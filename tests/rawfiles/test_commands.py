"""`itdr fetch` and `itdr verify`: what a build would refuse before it downloads, they refuse too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest

from itdr.builders.core.errors import DownloadError, RawFileError
from itdr.builders.core.paths import raw_root
from itdr.builders.dataset import registry
from itdr.builders.rawfiles import locate
from itdr.commands import fetch, verify
from tests.rawfiles.made_up import AT, OPEN, ZIP
from tests.rawfiles.server import Misbehaving, count

pytestmark = pytest.mark.usefixtures("mirror")


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch, server: Misbehaving) -> Iterator[None]:
    """The only source there is, and its archive."""
    monkeypatch.setattr(registry, "source", lambda name: OPEN)
    server.put(AT, ZIP)
    level = logging.getLogger("itdr").level
    yield
    logging.getLogger("itdr").setLevel(level)


def test_fetch_downloads_what_is_not_here(
    server: Misbehaving, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch.run(["made-up"])
    assert (raw_root() / "made-up" / "made-up.zip").read_bytes() == ZIP
    assert capsys.readouterr().out.startswith("made-up: ")
    fetch.run(["made-up"])
    assert "nothing to fetch" in capsys.readouterr().out and len(server.seen) == 1


def test_a_folder_that_is_not_there_starts_no_download(server: Misbehaving, tmp_path: Path) -> None:
    for run in (fetch.run, verify.run):
        with pytest.raises(RawFileError, match=r"nowhere' is no folder"):
            run(["made-up"], tmp_path / "nowhere")
    assert not server.seen


def test_fetch_names_what_forbids_it(monkeypatch: pytest.MonkeyPatch, server: Misbehaving) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    with pytest.raises(DownloadError, match=r"made-up\.zip .*HF_DATASETS_OFFLINE forbids it"):
        fetch.run(["made-up"])
    assert not server.seen


def test_fetch_starts_nothing_that_the_disk_will_not_hold(
    monkeypatch: pytest.MonkeyPatch, server: Misbehaving
) -> None:
    monkeypatch.setattr(locate, "free_bytes", lambda folder: locate.RESERVE + len(ZIP) - 1)
    with pytest.raises(DownloadError, match=r"the downloads take .*ITDR_CACHE"):
        fetch.run(["made-up"])
    count("full disk")
    monkeypatch.setattr(locate, "free_bytes", lambda folder: locate.RESERVE + len(ZIP))
    fetch.run(["made-up"])
    assert len(server.seen) == 1, "room for what is unpacked later is not asked for"
