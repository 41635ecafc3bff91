"""Uploading a built folder to the Hub, where the licences of what is inside allow it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.publish import licences, provenance
from itdr.publish.folder import TOP

NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def push(folder: Path, name: str, private: bool = False) -> str:
    """Upload a built folder as the data set `owner/name`; its address.

    Only the files that `provenance.json` lists are sent, and files of an earlier push of the same
    configs are removed. A public push of what may not be handed on is refused, and so is one that
    would be public because the data set exists already and is.
    Raises `ConfigError` for what must not or cannot be pushed, `ItdrError` where the Hub refuses.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} names no data set: write it as owner/name.")
    entries = provenance.read(folder)
    if not entries:
        raise ConfigError(f"{folder} holds no config: build one first.")
    sent = _files(folder, entries)
    if not private:
        _check_licences(entries, "A public push is refused")
    from huggingface_hub import HfApi

    api = HfApi()
    with _hub_errors(name):
        api.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        if private and not api.dataset_info(name).private:
            # `exist_ok` leaves the visibility of a data set that is already there as it is.
            _check_licences(entries, f"{name} exists and is public, so the push is refused")
        api.upload_folder(
            repo_id=name,
            repo_type="dataset",
            folder_path=folder,
            allow_patterns=sent,
            delete_patterns=[f"{config}/*" for config in entries],
            commit_message=f"itdr: {', '.join(entries)}",
        )
    return f"{api.endpoint}/datasets/{name}"


def _files(folder: Path, entries: dict[str, dict[str, Any]]) -> list[str]:
    """Paths, relative to the folder, of all that belongs to the data set."""
    scripts = sorted(path.name for path in folder.glob("*.py"))
    if scripts:
        raise ConfigError(f"{folder} holds {scripts[0]}: a data set with code is not pushed.")
    missing = [name for name in TOP if not (folder / name).is_file()]
    if missing:
        raise ConfigError(f"{folder} lacks {missing[0]}: run the same `itdr build` again.")
    found = list(TOP)
    for entry in entries.values():
        for paths in provenance.paths(folder, entry).values():
            found += [path.relative_to(folder).as_posix() for path in paths]
    return found


def _check_licences(entries: dict[str, dict[str, Any]], refusal: str) -> None:
    forbidding = licences.forbidding(entries)
    if not forbidding:
        return
    listed = "\n".join(
        f"  {one['title']} ({name}), {one['licence']['name']}: {one['licence']['summary']}"
        f" [{one['licence']['url']}]"
        for name, one in forbidding.items()
    )
    free = sorted(set(licences.terms(entries)) - set(forbidding))
    other = f", or build from {', '.join(free)} alone" if free else ""
    raise ConfigError(
        f"{refusal}: the licences of these sources do not allow handing them on.\n{listed}\n"
        f"Use --private with a data set that is private or new{other}."
    )


@contextmanager
def _hub_errors(name: str) -> Iterator[None]:
    """What the Hub or the network says, in one sentence with what to do."""
    import requests
    from huggingface_hub import errors

    known: tuple[type[BaseException], ...] = (
        errors.LocalTokenNotFoundError,
        errors.HfHubHTTPError,
        errors.OfflineModeIsEnabled,
        requests.RequestException,
        *_newer_network_errors(),
    )
    try:
        yield
    except known as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(error, errors.LocalTokenNotFoundError) or status == 401:
            advice = "log in with `hf auth login`, or set HF_TOKEN to a token that may write"
        elif isinstance(error, errors.OfflineModeIsEnabled):
            advice = "unset HF_HUB_OFFLINE"
        elif status == 403:
            advice = f"your token may not write to {name}: use one that may, or another name"
        else:
            advice = "run the same command again; what is already uploaded is not sent twice"
        what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ItdrError(f"{name} could not be pushed ({what}): {advice}.") from error


def _newer_network_errors() -> tuple[type[BaseException], ...]:
    """`huggingface_hub` 1 and later speak through httpx or its successor, earlier ones through
    requests."""
    found = []
    for name in ("httpx", "httpx2"):
        try:
            found.append(importlib.import_module(name).HTTPError)
        except ImportError:
            continue
    return tuple(found)
