"""`itdr push`: what is sent, what is refused.

The Hub itself is not asked: the calls to `huggingface_hub` are recorded by stand-ins with the
signatures of the installed version. That the Hub accepts them was not tested here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import huggingface_hub
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, errors

from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.dataset import registry
from itdr.commands import push as command
from itdr.publish import folder, guard, licences, push
from tests import world
from tests.publish.building import builder, contents, run, small


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A recorder in place of `HfApi`: a wrong name or number of arguments fails."""
    api = mock.create_autospec(huggingface_hub.HfApi, instance=True)
    api.endpoint = "https://hub.example"
    api.list_repo_files.return_value = ["README.md"]
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: api)
    return api


@pytest.fixture(scope="module")
def forbidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows of a source whose licence forbids handing them on, and one that allows."""
    out = tmp_path_factory.mktemp("push") / "data"
    options = {"data_dir": str(world.folder()), "sources": ["ml-32m", "bookcrossing"], "size": 20}
    folder.build([builder("rating_prediction", **options)], out)
    return out


def operations(hub: Any) -> tuple[dict[str, Any], list[str]]:
    """What was sent, by path, and what was removed."""
    given = hub.create_commit.call_args.args[1]
    sent = {one.path_in_repo: one for one in given if isinstance(one, CommitOperationAdd)}
    gone = [one.path_in_repo for one in given if isinstance(one, CommitOperationDelete)]
    assert len(sent) + len(gone) == len(given)
    return sent, gone


def test_what_may_be_handed_on_is_pushed_whole(hub: Any) -> None:
    assert push.push(small(), "me/data") == "https://hub.example/datasets/me/data"
    hub.create_repo.assert_called_once_with(
        "me/data", repo_type="dataset", private=False, exist_ok=True
    )
    assert hub.create_commit.call_args.args[0] == "me/data"
    assert hub.create_commit.call_args.kwargs["repo_type"] == "dataset"
    sent, gone = operations(hub)
    assert gone == []
    built = contents(small())
    hidden = {path for path in built if "/." in path}
    assert set(sent) == set(built) - hidden
    assert hidden
    for path, one in sent.items():
        assert one.upload_info.sha256 == hashlib.sha256(built[path]).digest()


def test_files_of_an_earlier_push_of_the_same_configs_go(hub: Any) -> None:
    hub.list_repo_files.return_value = [
        "sequential_rec/train-00001-of-00002.parquet",
        "sequential_rec/train-00000-of-00001.parquet",
        "top_k_rec/train-00000-of-00001.parquet",
        "notes.md",
        "sequential_rec",
    ]
    push.push(small(), "me/data")
    assert operations(hub)[1] == ["sequential_rec/train-00001-of-00002.parquet"]


def test_a_public_push_of_what_must_not_be_handed_on_is_refused(hub: Any, forbidden: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        push.push(forbidden, "me/data")
    licence = registry.source("bookcrossing").licence
    for words in ("bookcrossing", licence.name, licence.summary, licence.url, "--private"):
        assert words in str(refusal.value)
    assert "build from ml-32m alone" in str(refusal.value)
    assert registry.source("ml-32m").licence.summary not in str(refusal.value)
    assert hub.method_calls == []


def test_it_may_be_pushed_to_a_private_data_set(hub: Any, forbidden: Path) -> None:
    hub.dataset_info.return_value.private = True
    push.push(forbidden, "me/data", private=True)
    assert hub.create_repo.call_args.kwargs["private"] is True
    hub.create_commit.assert_called_once()


def test_a_public_data_set_that_is_already_there_is_no_private_one(
    hub: Any, forbidden: Path
) -> None:
    hub.dataset_info.return_value.private = False
    with pytest.raises(ConfigError, match="exists and is public"):
        push.push(forbidden, "me/data", private=True)
    hub.create_commit.assert_not_called()


def test_every_source_that_forbids_it_is_refused() -> None:
    """The check reads the declarations: no source may slip through by its name."""
    entries = {"one": {"options": {"sample": False}, "sources": {}}}
    for name in registry.source_ids():
        checked = guard.Checked({}, {}, frozenset({name}))
        allowed = registry.source(name).licence.redistribution
        assert (name not in guard.restricted_sources(checked, entries)) == allowed


@pytest.mark.parametrize("name", ["data", "me/", "/data", "a/b/c", "me/da ta"])
def test_a_name_that_is_none_is_refused(hub: Any, name: str) -> None:
    with pytest.raises(ConfigError, match="owner/name"):
        push.push(small(), name)


def test_an_unfinished_or_foreign_folder_is_refused(hub: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder built by"):
        push.push(tmp_path, "me/data")
    copy = tmp_path / "copy"
    shutil.copytree(small(), copy)
    path = copy / "sequential_rec/test-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ConfigError, match=r"test-00000-of-00001\.parquet is not the file"):
        push.push(copy, "me/data")
    path.unlink()
    with pytest.raises(ConfigError, match="is missing"):
        push.push(copy, "me/data")
    shutil.copytree(small(), copy, dirs_exist_ok=True)
    (copy / "LICENSE.md").unlink()
    with pytest.raises(ConfigError, match=r"LICENSE\.md is missing"):
        push.push(copy, "me/data")
    (copy / "data.py").write_text("")
    with pytest.raises(ConfigError, match=r"data\.py"):
        push.push(copy, "me/data")
    assert hub.method_calls == []


def response_error(status: int) -> Exception:
    answer = mock.Mock(status_code=status, headers={})
    return errors.HfHubHTTPError(f"{status} from the Hub", response=answer)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errors.LocalTokenNotFoundError("no token"), "hf auth login"),
        (response_error(401), "hf auth login"),
        (response_error(403), "may not write to me/data"),
        (response_error(503), "run the same command again"),
        (requests.ConnectionError("no route"), "run the same command again"),
        *((one("no route"), "run the same command again") for one in push._newer_network_errors()),
        (errors.OfflineModeIsEnabled("offline"), "unset HF_HUB_OFFLINE"),
    ],
)
def test_what_the_hub_says_becomes_one_sentence_with_advice(
    hub: Any, error: Exception, advice: str
) -> None:
    hub.create_repo.side_effect = error
    with pytest.raises(ItdrError) as said:
        push.push(small(), "me/data")
    assert advice in str(said.value)
    assert "\n" not in str(said.value)


def test_the_errors_of_what_the_hub_speaks_through_are_known() -> None:
    spoken = {"httpx", "httpx2"} & set(sys.modules)
    assert {one.__module__.partition(".")[0] for one in push._newer_network_errors()} >= spoken


def test_the_command_prints_the_address(hub: Any) -> None:
    result = run(command.run, small(), "me/data")
    assert result.output == "https://hub.example/datasets/me/data\n"


# ---- folders that were tampered with: nobody may be made to publish what must not be


Attack = Callable[[Path, Path], None]
"""Changes a copy of the folder with rows of ml-32m and bookcrossing; beside it is room for more."""


def edit(home: Path, change: Callable[[dict[str, Any]], Any], thorough: bool = True) -> None:
    """Change what the folder says of itself: everywhere and with fitting texts, where thorough."""
    path = home / "provenance.json"
    entries = json.loads(path.read_text())
    change(entries)
    if not thorough:
        path.write_text(folder._as_json(entries))
        return
    for name, entry in entries.items():
        record = home / name / folder.RECORD
        if record.is_file():
            known = json.loads(record.read_text())
            record.write_text(folder._as_json({**known, **entry}))
    texts = folder.top_texts({name: folder.public_record(one) for name, one in entries.items()})
    for name, text in texts.items():
        (home / name).write_text(text)


def config(entries: dict[str, Any]) -> dict[str, Any]:
    return next(iter(entries.values()))


def a_file(home: Path) -> Path:
    return home / "rating_prediction" / "test-00000-of-00001.parquet"


def rehash(home: Path, entries: dict[str, Any]) -> None:
    """Give every file the hash and size that it has now."""
    for several in config(entries)["files"].values():
        for facts in several:
            path = home / "rating_prediction" / facts["name"]
            if path.is_file():
                body = path.read_bytes()
                facts |= {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def rows_of(home: Path, source: str) -> None:
    """Say of every row that it is of another source."""
    for path in home.glob("*/*.parquet"):
        table = pq.read_table(path)
        place = table.column_names.index("source")
        column = pa.array([source] * len(table))
        pq.write_table(table.set_column(place, table.schema.field(place), column), path)


def flip(home: Path, beside: Path) -> None:
    body = bytearray(a_file(home).read_bytes())
    body[len(body) // 2] ^= 1
    a_file(home).write_bytes(bytes(body))


def link_out(home: Path, beside: Path) -> None:
    secret = beside / "secret"
    secret.write_bytes(a_file(home).read_bytes())
    a_file(home).unlink()
    a_file(home).symlink_to(secret)


def link_folder(home: Path, beside: Path) -> None:
    (home / "rating_prediction").rename(beside / "elsewhere")
    (home / "rating_prediction").symlink_to(beside / "elsewhere")


def link_text(home: Path, beside: Path) -> None:
    (home / "README.md").rename(beside / "README.md")
    (home / "README.md").symlink_to(beside / "README.md")


def link_provenance(home: Path, beside: Path) -> None:
    (home / "provenance.json").rename(beside / "p")
    (home / "provenance.json").symlink_to(beside / "p")


def foreign_rows(home: Path, beside: Path) -> None:
    """Rows of a source that forbids it, under a provenance that names another."""

    def change(entries: dict[str, Any]) -> None:
        del config(entries)["sources"]["bookcrossing"]
        config(entries)["cells"] = {"rating_prediction/ml-32m": {"train": 1}}

    edit(home, change)


def relabelled_rows(home: Path, beside: Path) -> None:
    rows_of(home, "ml-32m")
    edit(home, lambda entries: (foreign_rows_of(entries), rehash(home, entries)))


def foreign_rows_of(entries: dict[str, Any]) -> None:
    del config(entries)["sources"]["bookcrossing"]


def set_file(**facts: Any) -> Attack:
    def attack(home: Path, beside: Path) -> None:
        edit(home, lambda all: config(all)["files"]["test"][0].update(facts), thorough=False)

    return attack


def told(change: Callable[[dict[str, Any]], Any]) -> Attack:
    return lambda home, beside: edit(home, change)


def hinted(change: Callable[[dict[str, Any]], Any]) -> Attack:
    return lambda home, beside: edit(home, change, thorough=False)


def renamed(name: str) -> Attack:
    def attack(home: Path, beside: Path) -> None:
        def change(entries: dict[str, Any]) -> None:
            entries[name] = {**entries.pop("rating_prediction"), "config": name}

        edit(home, change, thorough=False)

    return attack


def put(name: str, body: bytes) -> Attack:
    return lambda home, beside: (home / name).write_bytes(body) and None


def drop(*keys: str) -> Attack:
    def change(entries: dict[str, Any]) -> None:
        for key in keys:
            config(entries).pop(key)

    return hinted(change)


def fake_licence(entries: dict[str, Any]) -> None:
    config(entries)["sources"]["bookcrossing"]["licence"]["redistribution"] = True


def rename_source(to: str) -> Callable[[dict[str, Any]], None]:
    def change(entries: dict[str, Any]) -> None:
        sources = config(entries)["sources"]
        sources[to] = sources.pop("bookcrossing")

    return change


ATTACKS: dict[str, Attack] = {
    "no sources": told(lambda entries: config(entries).update(sources={})),
    "no sources, hinted": hinted(lambda entries: config(entries).update(sources={})),
    "sample": told(lambda entries: config(entries)["options"].update(sample=True)),
    "sample, hinted": hinted(lambda entries: config(entries)["options"].update(sample=True)),
    "sample 1": told(lambda entries: config(entries)["options"].update(sample=1)),
    "source renamed": told(rename_source("ml-1m")),
    "source unknown": told(rename_source("my-own")),
    "source in case": told(rename_source("BookCrossing")),
    "licence said free": told(fake_licence),
    "foreign rows": foreign_rows,
    "rows relabelled": relabelled_rows,
    "bit flipped": flip,
    "file emptied": lambda home, beside: a_file(home).write_bytes(b"") and None,
    "file a folder": lambda home, beside: (a_file(home).unlink(), a_file(home).mkdir())[1],
    "file a pipe": lambda home, beside: (a_file(home).unlink(), os.mkfifo(a_file(home)))[1],
    "README replaced": put("README.md", b"# Mine\n"),
    "LICENSE replaced": put("LICENSE.md", b"Public domain\n"),
    "CITATION replaced": put("CITATION.bib", b""),
    "README longer": lambda home, beside: (home / "README.md").open("a").write("more") and None,
    "data file is a link": link_out,
    "config is a link": link_folder,
    "README is a link": link_text,
    "provenance is a link": link_provenance,
    "config *": renamed("*"),
    "config ..": renamed("../other"),
    "config absolute": renamed("/etc"),
    "config empty": renamed(""),
    "config []": renamed("[a-z]*"),
    "config unknown": renamed("mine"),
    "name absolute": set_file(name="/etc/passwd"),
    "name climbs": set_file(name="../../secret"),
    "name of another": set_file(name="train-00000-of-00001.parquet"),
    "name a pattern": set_file(name="*.parquet"),
    "name hidden": set_file(name=".itdr.json"),
    "name no text": set_file(name=3),
    "hash absent": set_file(sha256=None),
    "hash of words": set_file(sha256="right"),
    "size of words": set_file(size="many"),
    "no options": drop("options"),
    "no files": drop("files"),
    "no kind": drop("kind"),
    "no form": drop("form"),
    "no sources key": drop("sources"),
    "no rows": drop("rows"),
    "no cells": drop("cells"),
    "no versions": drop("versions"),
    "files empty": hinted(lambda entries: config(entries).update(files={})),
    "split unknown": hinted(lambda entries: config(entries)["files"].update(extra=[])),
    "sources a list": hinted(lambda entries: config(entries).update(sources=[])),
    "sources of numbers": hinted(lambda entries: config(entries).update(sources={"a": 1})),
    "config a list": hinted(lambda entries: config(entries).update(config=["a"])),
    "deep": put("provenance.json", b"[" * 100_000),
    "deep object": put("provenance.json", b'{"a":' * 100_000),
    "list": put("provenance.json", b"[]"),
    "number": put("provenance.json", b"9" * 6000),
    "not UTF-8": put("provenance.json", b"\xff{}"),
    "nothing": put("provenance.json", b"{}"),
    "added key": hinted(lambda entries: config(entries).update(more="x")),
    "spaces": lambda home, beside: (home / "provenance.json").open("a").write(" ") and None,
    "record gone": lambda home, beside: (home / "rating_prediction/.itdr.json").unlink(),
    "script": put("load.py", b""),
}  # fmt: skip


@pytest.mark.parametrize("kind", ATTACKS)
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_a_folder_that_was_tampered_with_is_refused_in_one_sentence(
    kind: str, private: bool, hub: Any, forbidden: Path, tmp_path: Path
) -> None:
    home, beside = tmp_path / "data", tmp_path / "beside"
    shutil.copytree(forbidden, home)
    beside.mkdir()
    ATTACKS[kind](home, beside)
    hub.dataset_info.return_value.private = True
    if private and kind in ("licence said free",):
        return  # what it says is not asked; the licences count for public pushes alone
    with pytest.raises(ConfigError) as refusal:
        push.push(home, "me/data", private=private)
    said = str(refusal.value)
    assert "Traceback" not in said
    if "licences of these sources" not in said:
        assert "\n" not in said, said
    assert hub.method_calls == []


def test_the_untouched_folder_is_refused_for_its_licence_alone(hub: Any, forbidden: Path) -> None:
    """Else the attacks above would prove nothing."""
    with pytest.raises(ConfigError, match="licences of these sources"):
        push.push(forbidden, "me/data")


def test_what_is_not_listed_is_not_sent(hub: Any, tmp_path: Path) -> None:
    home = tmp_path / "data"
    shutil.copytree(small(), home)
    for name in ("secret.txt", "sequential_rec/notes.txt", "sequential_rec/.hidden", "more/x"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("mine")
    push.push(home, "me/data")
    assert set(operations(hub)[0]) == {path for path in contents(small()) if "/." not in path}


def test_what_changes_on_the_way_is_not_sent(
    hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "data"
    shutil.copytree(small(), home)

    def change(*given: Any, **more: Any) -> None:
        flip(home, tmp_path)

    hub.create_repo.side_effect = change
    with pytest.raises(ConfigError, match="changed while it was pushed"):
        push.push(home, "me/data")
    hub.create_commit.assert_not_called()


@pytest.mark.parametrize("form", ["alpaca", "sharegpt"])
@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_every_form_and_kind_may_be_pushed(form: str, kind: str, hub: Any, tmp_path: Path) -> None:
    options = {"sample": True, "sources": ["bookcrossing"], "size": 5, "format": form}
    folder.build([builder("rating_prediction", **options)], tmp_path / "a", kind)
    push.push(tmp_path / "a", "me/data")
    assert f"rating_prediction/test-00000-of-00001.{kind}" in operations(hub)[0]


def test_the_terms_are_those_declared() -> None:
    facts = {"title": "x", "homepage": "y", "licence": {"redistribution": True}}
    entry = {"options": {"sample": False}, "sources": {"yelp": facts, "gone": facts}}
    terms = licences.terms({"one": entry})
    assert terms["yelp"] == licences.declared_terms(["yelp"])["yelp"]
    assert terms["gone"] == facts
