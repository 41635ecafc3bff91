"""`itdr push`: what is sent, what is refused.

The Hub itself is not asked: the calls to `huggingface_hub` are recorded by stand-ins with the
signatures of the installed version. That the Hub accepts them was not tested here.
"""

from __future__ import annotations

import fnmatch
import shutil
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import huggingface_hub
import pytest
import requests
from huggingface_hub import errors

from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.dataset import registry
from itdr.commands import push as command
from itdr.publish import folder, push
from tests import world
from tests.publish.building import builder, run, small


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A recorder in place of `HfApi`: a wrong name or number of arguments fails."""
    api = mock.create_autospec(huggingface_hub.HfApi, instance=True)
    api.endpoint = "https://hub.example"
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: api)
    return api


@pytest.fixture(scope="module")
def forbidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows of a source whose licence forbids handing them on, and one that allows."""
    out = tmp_path_factory.mktemp("push") / "data"
    options = {"data_dir": str(world.folder()), "sources": ["ml-32m", "bookcrossing"], "size": 20}
    folder.build([builder("rating_prediction", **options)], out)
    return out


def test_what_may_be_handed_on_is_pushed_whole(hub: Any) -> None:
    assert push.push(small(), "me/data") == "https://hub.example/datasets/me/data"
    hub.create_repo.assert_called_once_with(
        "me/data", repo_type="dataset", private=False, exist_ok=True
    )
    sent = hub.upload_folder.call_args.kwargs
    assert (sent["repo_id"], sent["repo_type"]) == ("me/data", "dataset")
    assert sent["folder_path"] == small()
    built = {path.relative_to(small()).as_posix() for path in small().rglob("*") if path.is_file()}
    hidden = {path for path in built if "/." in path}
    assert set(sent["allow_patterns"]) == built - hidden
    assert hidden


def test_files_of_an_earlier_push_of_the_same_configs_go(hub: Any) -> None:
    push.push(small(), "me/data")
    gone = hub.upload_folder.call_args.kwargs["delete_patterns"]

    def deleted(path: str) -> bool:
        return any(fnmatch.fnmatch(path, pattern) for pattern in gone)

    assert deleted("sequential_rec/train-00001-of-00002.parquet")
    assert not deleted("top_k_rec/train-00000-of-00001.parquet")
    assert not deleted("notes.md")


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
    hub.upload_folder.assert_called_once()


def test_a_public_data_set_that_is_already_there_is_no_private_one(
    hub: Any, forbidden: Path
) -> None:
    hub.dataset_info.return_value.private = False
    with pytest.raises(ConfigError, match="exists and is public"):
        push.push(forbidden, "me/data", private=True)
    hub.upload_folder.assert_not_called()


def test_every_source_that_forbids_it_is_refused() -> None:
    """The check reads the declarations: no source may slip through by its name."""
    from itdr.publish import licences

    for name in registry.source_ids():
        licence = {"redistribution": True}
        entries = {
            "one": {
                "options": {"sample": False},
                "sources": {f"{name}/Domain": {"title": "", "homepage": "", "licence": licence}},
            }
        }
        allowed = registry.source(name).licence.redistribution
        assert (name not in licences.forbidding(entries)) == allowed
    unknown = {"title": "", "homepage": "", "licence": {}}
    entry = {"options": {"sample": False}, "sources": {"gone": unknown}}
    assert set(licences.forbidding({"one": entry})) == {"gone"}


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
    with pytest.raises(ConfigError, match=r"test-00000-of-00001\.parquet has"):
        push.push(copy, "me/data")
    path.unlink()
    with pytest.raises(ConfigError, match="is missing"):
        push.push(copy, "me/data")
    shutil.copytree(small(), copy, dirs_exist_ok=True)
    (copy / "LICENSE.md").unlink()
    with pytest.raises(ConfigError, match=r"lacks LICENSE\.md"):
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
