"""Tokens go to their own host only, Hub files come through huggingface_hub, mirrors are used."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from itdr.builders.core.errors import DownloadError
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.download import hosts
from itdr.builders.rawfiles.download.download import fetch
from itdr.builders.rawfiles.download.retry import MAX_MESSAGE_CHARS, short
from tests.rawfiles.server import Misbehaving, count, leftovers, quick, serving, sha

BODY = b"{" + random.Random(3).randbytes(30_000)
REVISION = "2b6d039ed471f2ba5fd2acb718bf33b0a7e5598e"
HUB_URL = f"https://huggingface.co/datasets/lab/set/resolve/{REVISION}/raw/All.jsonl"
HUB_PATH = f"datasets/lab/set/resolve/{REVISION}/raw/All.jsonl"


@pytest.fixture
def kaggle(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Misbehaving:
    """The server stands in for Kaggle, and a token is set up."""
    monkeypatch.setattr(hosts, "KAGGLE", frozenset({f"http://127.0.0.1:{server.port}"}))
    monkeypatch.setenv("KAGGLE_USERNAME", "ada")
    monkeypatch.setenv("KAGGLE_KEY", "secret")
    return server


BASIC = "Basic " + base64.b64encode(b"ada:secret").decode()


def test_the_token_stays_with_its_host(kaggle: Misbehaving, tmp_path: Path) -> None:
    with serving("localhost") as elsewhere:
        target = elsewhere.put("signed.zip", BODY, "drop:9000")
        url = kaggle.put("set", BODY, f"redirect:{kaggle.url('moved')}", f"redirect:{target}")
        kaggle.put("moved", BODY, f"redirect:{target}", f"redirect:{target}")
        assert fetch(Remote("d.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY
        assert [one.headers.get("Authorization") for one in kaggle.seen] == [BASIC] * 3
        assert len(elsewhere.seen) == 2
        assert not any("Authorization" in one.headers for one in elsewhere.seen)
        assert all("User-Agent" in one.headers for one in [*kaggle.seen, *elsewhere.seen])
        assert {one.method for one in [*kaggle.seen, *elsewhere.seen]} == {"GET"}


def test_the_token_is_not_sent_to_a_site_mirror(
    kaggle: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "KAGGLE", frozenset({"https://www.kaggle.com"}))
    monkeypatch.setenv("ITDR_MIRROR", kaggle.url("raw/"))
    kaggle.put("raw/www.kaggle.com/api/v1/set", BODY)
    remote = Remote("d.bin", ("https://www.kaggle.com/api/v1/set?datasetVersionNumber=1",))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY
    assert kaggle.seen[0].path == "/raw/www.kaggle.com/api/v1/set?datasetVersionNumber=1"
    assert "Authorization" not in kaggle.seen[0].headers


def test_where_the_token_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hosts.authorization("https://www.kaggle.com/x") == {}
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "kaggle.json").write_text("not json")
    assert hosts.kaggle_token() is None
    (tmp_path / "kaggle.json").write_text(json.dumps({"username": "ada", "key": "secret"}))
    assert hosts.authorization("https://www.kaggle.com/x") == {"Authorization": BASIC}
    assert hosts.authorization("http://www.kaggle.com/x") == {}, "never in clear"
    assert hosts.authorization("https://www.kaggle.com.example.org/x") == {}
    assert hosts.authorization("https://storage.googleapis.com/kaggle-data-sets/x") == {}
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_1")
    assert hosts.authorization("https://kaggle.com/x") == {"Authorization": "Bearer KGAT_1"}


def test_what_to_do_about_a_refusal(
    kaggle: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = kaggle.put("set", BODY, "status:403")
    with pytest.raises(DownloadError, match="Kaggle refused your token"):
        fetch(Remote("d.zip", (url,)), tmp_path, policy=quick())
    monkeypatch.delenv("KAGGLE_KEY")
    for word in ("status:403", "html"):
        kaggle.put("set", BODY, word)
        with pytest.raises(DownloadError, match=r"create a token .*kaggle\.json"):
            fetch(Remote("d.zip", (url,)), tmp_path, policy=quick())


@pytest.fixture
def uncertified(tmp_path: Path) -> Iterator[Misbehaving]:
    """A server of HTTPS with a certificate that nobody trusts."""
    import ssl

    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=elsewhere.example", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
        capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl made no certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with serving() as world:
        world._server.socket = context.wrap_socket(world._server.socket, server_side=True)
        yield world


def test_an_invalid_certificate_is_fatal(uncertified: Misbehaving, tmp_path: Path) -> None:
    """Even where a checksum would vouch for the bytes."""
    uncertified.put("d.bin", BODY)
    url = f"https://127.0.0.1:{uncertified.port}/d.bin"
    for checksum in (None, sha(BODY)):
        with pytest.raises(DownloadError, match="certificate is not valid"):
            fetch(Remote("d.bin", (url,), checksum=checksum), tmp_path, policy=quick())


# ---- the Hub


@pytest.fixture
def hub(server: Misbehaving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Misbehaving:
    """The server stands in for the Hub."""
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    return server


def put_on_hub(hub: Misbehaving, body: bytes, *script: str) -> None:
    etag = f'"{sha(body).removeprefix("sha256:")}"'
    facts = {"X-Repo-Commit": REVISION, "X-Linked-Size": str(len(body)), "X-Linked-Etag": etag}
    hub.put(HUB_PATH, body, *script, etag=etag, headers=facts)


@pytest.mark.parametrize("script", [[], ["drop:9000"], ["status:503"]], ids=str)
def test_hub_files_come_through_the_hub_client(
    script: list[str], hub: Misbehaving, tmp_path: Path
) -> None:
    put_on_hub(hub, BODY, *script)
    remote = Remote("raw/All.jsonl", (HUB_URL,), len(BODY), sha(BODY))
    path = fetch(remote, tmp_path, policy=quick())
    assert path == tmp_path / "raw" / "All.jsonl" and path.read_bytes() == BODY
    assert any(one.method == "HEAD" for one in hub.seen), "only the Hub's client asks for the head"
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "raw" / "All.jsonl.hub").exists()


def test_wrong_bytes_from_the_hub_are_refused(hub: Misbehaving, tmp_path: Path) -> None:
    put_on_hub(hub, BODY)
    remote = Remote("All.jsonl", (HUB_URL,), checksum=sha(BODY[:-1]))
    with pytest.raises(DownloadError, match="its sha256 is"):
        fetch(remote, tmp_path, policy=quick())
    assert not (tmp_path / "All.jsonl").exists()


def test_what_the_hub_has_not_comes_from_the_next_mirror(hub: Misbehaving, tmp_path: Path) -> None:
    other = hub.put("site/All.jsonl", BODY)
    remote = Remote("All.jsonl", (HUB_URL, other), checksum=sha(BODY))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY


def test_a_gated_file_says_what_to_do(hub: Misbehaving, tmp_path: Path) -> None:
    hub.put(HUB_PATH, BODY, headers={"X-Error-Code": "GatedRepo"}, always=403)
    with pytest.raises(DownloadError, match=r"accept the terms .*hf auth login"):
        fetch(Remote("All.jsonl", (HUB_URL,)), tmp_path, policy=quick())


def hub_errors() -> list[tuple[Exception, int, str]]:
    """What the Hub's client raises, how often it is called then, and the reason given."""
    from huggingface_hub import errors

    away = errors.LocalEntryNotFoundError("no way to the Hub")
    odd = RuntimeError("something else")
    offline = errors.OfflineModeIsEnabled("off")
    busy, gone, refused = (errors.HfHubHTTPError.__new__(errors.HfHubHTTPError) for _ in range(3))
    for error, status in ((busy, 503), (gone, 410), (refused, 403)):
        error.response = type("Response", (), {"status_code": status})()
    return [
        (away, 3, "no connection"),
        (odd, 3, "something else"),
        (busy, 3, "the Hub:"),
        (offline, 1, "HF_HUB_OFFLINE"),
        (gone, 1, "answers 410"),
        (refused, 1, "refused (403)"),
    ]


@pytest.mark.parametrize("which", range(6))
def test_what_the_hub_client_raises(
    which: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, times, reason = hub_errors()[which]
    calls: list[object] = []

    def broken(*args: object, **_: object) -> Path:
        calls.append(args)
        raise error

    monkeypatch.setattr(hosts, "hub_unreachable", lambda timeout: None)
    monkeypatch.setattr(hosts, "hub_download", broken)
    with pytest.raises(DownloadError) as caught:
        fetch(Remote("All.jsonl", (HUB_URL,)), tmp_path, policy=quick())
    assert reason in str(caught.value) and len(calls) == times
    count("the Hub fails", times)


def test_a_hub_that_cannot_be_reached_is_not_left_to_its_patient_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    waits: list[float] = []
    with pytest.raises(DownloadError, match=r"no connection .*\(3 attempts\)"):
        fetch(Remote("All.jsonl", (HUB_URL,)), tmp_path, policy=quick(waits=waits))
    assert waits == [1.0, 2.0]


def test_a_site_mirror_takes_the_place_of_the_hub(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITDR_MIRROR", server.address)
    server.put(f"huggingface.co/{HUB_PATH}", BODY, "drop:9000")
    remote = Remote("All.jsonl", (HUB_URL,), checksum=sha(BODY))
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY
    assert {one.headers["User-Agent"] for one in server.seen} == {"itdr (python-requests)"}


def test_hub_addresses() -> None:
    found = hosts.hub_file(HUB_URL)
    assert found == hosts.HubFile("lab/set", "dataset", REVISION, "raw/All.jsonl")
    assert hosts.hub_file("https://example.org/datasets/a/b/resolve/main/x") is None
    model = hosts.hub_file("https://huggingface.co/a/b/resolve/main/x%20y.txt")
    assert model == hosts.HubFile("a/b", "model", "main", "x y.txt")


def test_threads_may_share_a_server(server: Misbehaving, tmp_path: Path) -> None:
    """The lock of one file does not hold up another."""
    urls = [server.put(f"{n}.bin", BODY, "stall:10") for n in range(4)]
    threads = [
        threading.Thread(
            target=fetch, args=(Remote(f"{n}.bin", (url,)), tmp_path), kwargs={"policy": quick()}
        )
        for n, url in enumerate(urls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [(tmp_path / f"{n}.bin").read_bytes() == BODY for n in range(4)] == [True] * 4


def test_a_network_error_is_told_by_its_reason_and_never_cut_in_a_word() -> None:
    # A port that nothing listens on: 9 is "discard", which no machine serves any more.
    with pytest.raises(requests.ConnectionError) as error:
        requests.get("http://user:word@127.0.0.1:9/a/file.zip", timeout=5)
    said = short(error.value)
    assert "refused" in said and "object at" not in said and "Max retries" not in said
    assert "user:word" not in said
    long = short(ValueError("sentence " * 40))
    assert len(long) <= MAX_MESSAGE_CHARS and long.endswith("sentence…")
