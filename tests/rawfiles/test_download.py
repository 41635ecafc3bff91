"""One download against a server that misbehaves: right bytes or a clear error, and nothing left."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from itdr.builders.core.errors import DownloadError
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.download.download import fetch
from tests.rawfiles.made_up import BODY, OTHER, TEXT, bin_remote
from tests.rawfiles.server import Misbehaving, Resource, leftovers, quick, sha, words

PASSING = [
    [],
    ["drop:0"],
    ["drop:1"],
    ["drop:30000"],
    ["drop:59999"],
    ["drop:10000", "drop:10000", "drop:10000", "drop:10000", "drop:10000"],
    ["reset:20000", "reset:8192"],
    ["mute", "mute"],
    ["stall:0"],
    ["stall:30000"],
    ["status:500", "status:502", "status:503", "status:504"],
    ["status:408", "status:425"],
    ["retry:429:7"],
    ["retry:503:0"],
    ["drop:30000", "ignore-range"],
    ["drop:30000", "wrong-range"],
    ["drop:30000", "status:416"],
    ["drop:30000", "other"],
    ["other"],
    ["announce-more"],
    ["chunked"],
    ["chunked-drop:30000"],
    ["chunked-drop:30000", "chunked"],
    ["close"],
    ["close-drop:30000", "close-drop:10"],
    ["gzip"],
    ["drop:30000", "gzip"],
    ["longer"],
    ["shorter"],
    ["wrong-range"],
]


@pytest.mark.parametrize("script", PASSING, ids=words)
def test_faults_that_pass(script: list[str], server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY, *script)
    policy = quick(read_timeout=0.1 if "stall" in words(script) else 5.0)
    path = fetch(bin_remote(url, size=len(BODY), checksum=sha(BODY)), tmp_path, policy=policy)
    assert path == tmp_path / "a" / "data.bin"
    assert path.read_bytes() == BODY
    assert leftovers(tmp_path) == []
    asked = len(server.seen)
    assert fetch(bin_remote(url, checksum=sha(BODY)), tmp_path, policy=quick()) == path
    assert len(server.seen) == asked, "what is there and verified is not fetched again"


@pytest.mark.parametrize(
    "facts", [{"etag": None}, {"etag": 'W/"1"'}, {"modified": "yesterday"}, {}]
)
@pytest.mark.parametrize("script", [["drop:30000"], ["stall:9000", "reset:9000"]], ids=words)
def test_without_a_checksum_only_what_is_surely_the_same_file_is_resumed(
    facts: dict[str, str], script: list[str], server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY, *script, **facts)
    path = fetch(bin_remote(url), tmp_path, policy=quick())
    assert path.read_bytes() == BODY
    later = server.seen[1].headers
    if facts.get("etag", "strong") in (None, 'W/"1"') and "modified" not in facts:
        assert "Range" not in later
    else:
        assert later["Range"].startswith("bytes=") and later["If-Range"]


@pytest.mark.parametrize("etags", [('"v1"', '"v2"'), (None, None), ('W/"1"', 'W/"1"')])
@pytest.mark.parametrize("length", [40_000, 60_000, 80_000])
@pytest.mark.parametrize("at", [1, 20_000, 59_999])
def test_a_file_that_changes_between_two_attempts_is_never_mixed(
    etags: tuple[str | None, str | None],
    length: int,
    at: int,
    server: Misbehaving,
    tmp_path: Path,
) -> None:
    new = random.Random(length).randbytes(length)

    def change(resource: Resource) -> None:
        resource.body, resource.etag = new, etags[1]

    url = server.put("data.bin", BODY, f"drop:{at}", etag=etags[0], after=change)
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == new
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("length", [50_000, 60_000])
def test_a_changed_file_from_a_server_that_does_not_know_if_range(
    length: int, server: Misbehaving, tmp_path: Path
) -> None:
    new = random.Random(length).randbytes(length)

    def change(resource: Resource) -> None:
        resource.body, resource.etag = new, '"v2"'

    url = server.put("data.bin", BODY, "drop:30000", "ignore-if-range", after=change)
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == new
    assert [one.headers.get("Range") for one in server.seen] == [None, "bytes=30000-", None]


@pytest.mark.parametrize("etag", ['"same"', None])
def test_a_change_behind_an_unchanged_etag_is_seen_by_the_checksum(
    etag: str | None, server: Misbehaving, tmp_path: Path
) -> None:
    def change(resource: Resource) -> None:
        resource.body = OTHER + BODY[50_000:]

    url = server.put("data.bin", BODY, "drop:30000", etag=etag, after=change)
    remote = bin_remote(url, checksum=sha(OTHER + BODY[50_000:]))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == OTHER + BODY[50_000:]


FAILING = [
    (["status:404"], "not there (404)"),
    (["status:410"], "not there (410)"),
    (["status:403"], "refused (403)"),
    (["status:401"], "refused (401)"),
    (["status:409"], "answers 409"),
    (["status:503"] * 9, "the server answers 503 (5 attempts)"),
    (["mute"] * 9, "attempts"),
    (["stall:0"] * 9, "nothing came for 0.1 s (5 attempts)"),
    (["html"], "web page"),
    (["other"] * 2, "its sha256 is"),
    (["retry:429:100000"], "asks to come back in 100000 s"),
    (["br"], "encoded as br"),
    (["redirect:ftp://127.0.0.1/x"], "redirects"),
    (["drop:0"] * 9, "the connection"),
]


@pytest.mark.parametrize(("script", "reason"), FAILING, ids=[words(one[0])[:40] for one in FAILING])
def test_faults_that_stay(
    script: list[str], reason: str, server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY, *script)
    policy = quick(read_timeout=0.1 if "stall" in words(script) else 5.0)
    with pytest.raises(DownloadError) as caught:
        fetch(bin_remote(url, checksum=sha(BODY)), tmp_path, policy=policy, by_hand="ask Ada")
    text = str(caught.value)
    assert reason in text and url in text and "a/data.bin" in text and "ask Ada" in text
    assert not (tmp_path / "a" / "data.bin").exists()
    assert leftovers(tmp_path) == []
    server.resources["/data.bin"].script.clear()
    path = fetch(bin_remote(url, checksum=sha(BODY)), tmp_path, policy=quick())
    assert path.read_bytes() == BODY


def test_a_failed_download_goes_on_where_it_stopped(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY, "drop:40000", *["status:503"] * 9)
    with pytest.raises(DownloadError, match=r"40\.00 kB are kept"):
        fetch(bin_remote(url), tmp_path, policy=quick())
    server.resources["/data.bin"].script.clear()
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == BODY
    assert server.seen[-1].headers["Range"] == "bytes=40000-"


def test_pauses_grow_and_follow_the_server(server: Misbehaving, tmp_path: Path) -> None:
    waits: list[float] = []
    url = server.put("data.bin", BODY, "mute", "status:500", "retry:429:33", "mute")
    fetch(bin_remote(url), tmp_path, policy=quick(waits=waits))
    assert waits == [1.0, 2.0, 33.0, 8.0]


def test_retry_after_may_be_a_date(server: Misbehaving, tmp_path: Path) -> None:
    waits: list[float] = []
    url = server.put("data.bin", BODY, "retry:503:Fri, 31 Dec 9999 23:59:59 GMT")
    with pytest.raises(DownloadError, match="asks to come back"):
        fetch(bin_remote(url), tmp_path, policy=quick(waits=waits))
    server.put("data.bin", BODY, "retry:503:Thu, 01 Jan 1970 00:00:00 GMT")
    fetch(bin_remote(url), tmp_path, policy=quick(waits=waits))
    assert waits == [1.0]


def test_a_long_file_over_a_bad_line_gets_through(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY, *["reset:5000"] * 11)
    assert fetch(bin_remote(url), tmp_path, policy=quick(attempts=3)).read_bytes() == BODY


def test_mirrors_are_tried_in_order(server: Misbehaving, tmp_path: Path) -> None:
    first = server.put("one", BODY, "status:404")
    second = server.put("two", BODY, *["mute"] * 9)
    third = server.put("three", BODY)
    remote = Remote("data.bin", (first, second, third), checksum=sha(BODY))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY
    assert [one.path for one in server.seen] == ["/one", *["/two"] * 5, "/three"]


def test_another_mirror_goes_on_where_the_checksum_is_known(
    server: Misbehaving, tmp_path: Path
) -> None:
    first = server.put("one", BODY, "drop:25000", *["status:500"] * 9)
    second = server.put("two", BODY, etag='"its own"')
    remote = Remote("data.bin", (first, second), checksum=sha(BODY))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY
    assert server.seen[-1].headers["Range"] == "bytes=25000-"
    assert "If-Range" not in server.seen[-1].headers


def test_another_mirror_starts_anew_where_nothing_is_known(
    server: Misbehaving, tmp_path: Path
) -> None:
    first = server.put("one", BODY, "drop:25000", *["status:500"] * 9)
    second = server.put("two", OTHER)
    remote = Remote("data.bin", (first, second))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == OTHER


def test_nobody_answers(tmp_path: Path, server: Misbehaving) -> None:
    gone = "http://127.0.0.1:9/data.bin"
    waits: list[float] = []
    with pytest.raises(DownloadError, match=r"no connection .*\(3 attempts\)"):
        fetch(bin_remote(gone), tmp_path, policy=quick(waits=waits))
    assert waits == [1.0, 2.0]


def test_a_body_of_unknown_length_must_come_twice_alike(
    server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("x.csv", TEXT, "close-drop:9000", "close", "close")
    assert fetch(Remote("x.csv", (url,)), tmp_path, policy=quick()).read_bytes() == TEXT
    assert len(server.seen) == 3


def test_a_cut_body_of_unknown_length_is_continued_where_the_size_is_declared(
    server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY, "close-drop:20000")
    remote = bin_remote(url, size=len(BODY))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY
    assert server.seen[1].headers["Range"] == "bytes=20000-"


def test_redirects_are_followed(server: Misbehaving, tmp_path: Path) -> None:
    real = server.put("real.bin", BODY, "drop:100")
    url = server.put("data.bin", BODY, f"redirect:{real}", "redirect:/real.bin")
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == BODY
    url = server.put("data.bin", BODY, *["redirect:/data.bin"] * 99)
    with pytest.raises(DownloadError, match="redirects without end"):
        fetch(Remote("loop.bin", (url,)), tmp_path, policy=quick())


def test_bytes_of_which_nothing_is_known_are_not_trusted(
    server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY)
    (tmp_path / "a").mkdir()
    part = tmp_path / "a" / "data.bin.part"
    part.write_bytes(b"x" * 5000)
    with pytest.raises(DownloadError, match="not there") as caught:
        fetch(bin_remote(server.url("nowhere")), tmp_path, policy=quick())
    assert not part.exists() and "are kept" not in str(caught.value)
    part.write_bytes(b"x" * 5000)
    assert fetch(bin_remote(url, checksum=sha(BODY)), tmp_path).read_bytes() == BODY
    assert "Range" not in server.seen[-1].headers


KINDS = ["drop", "reset", "stall", "chunked-drop", "close-drop"]
PLAIN = ["mute", "status:500", "retry:429:1", "ignore-range", "wrong-range", "chunked", "close"]
WRONG = ["other", "longer", "shorter", "announce-more", "gzip", "status:404", "html"]


@pytest.mark.parametrize("seed", range(60))
def test_any_mixture_of_faults(seed: int, server: Misbehaving, tmp_path: Path) -> None:
    """Whatever happens in whatever order: the right bytes, or an error and no file."""
    dice = random.Random(seed)
    script = []
    for _ in range(dice.randint(1, 7)):
        word = dice.choice([*KINDS, *KINDS, *PLAIN, *WRONG])
        script.append(f"{word}:{dice.randrange(len(BODY))}" if word in KINDS else word)
    url = server.put("data.bin", BODY, *script, etag=dice.choice(['"v"', None]))
    mirror = server.put("mirror.bin", BODY, *dice.sample(script, len(script) // 2))
    remote = Remote("data.bin", (url, mirror), checksum=sha(BODY))
    try:
        path = fetch(remote, tmp_path, policy=quick(read_timeout=0.1))
    except DownloadError:
        assert not (tmp_path / "data.bin").exists()
        server.resources["/data.bin"].script.clear()
        path = fetch(remote, tmp_path, policy=quick())
    assert path.read_bytes() == BODY
    assert leftovers(tmp_path) == []
