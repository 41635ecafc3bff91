"""Uploading a built folder to the Hub, where the licences of what is inside allow it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.publish import guard, provenance

NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def push(home: Path, name: str, private: bool = False) -> str:
    """Upload a built folder as a data set of the Hub.

    Only what `guard.check` found to be as built is sent. Files of an earlier push of the same configs are
    removed. A public push of rows that may not be redistributed is refused, and so is one to an existing
    public data set.

    Args:
        home: the folder.
        name: the data set, as `owner/name`.
        private: make it private.

    Returns:
        Its address.

    Raises:
        ConfigError: it must not or cannot be pushed.
        ItdrError: the Hub refused.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} names no data set: write it as owner/name.")
    entries = provenance.read(home)
    if not entries:
        raise ConfigError(f"{home} holds no config: build one first.")
    scripts = sorted(path.name for path in home.glob("*.py"))
    if scripts:
        raise ConfigError(f"{home} holds {scripts[0]}: a data set with code is not pushed.")
    checked = guard.check(home, entries)
    if not private:
        _check_licences(checked, entries, "A public push is refused")
    from huggingface_hub import HfApi

    api = HfApi()
    with _hub_errors(name):
        api.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        if private and not api.dataset_info(name).private:
            # `exist_ok` leaves the visibility of a data set that is already there as it is.
            _check_licences(
                checked, entries, f"{name} exists and is public, so the push is refused"
            )
        there = api.list_repo_files(name, repo_type="dataset")
        with ExitStack() as stack:
            api.create_commit(
                name,
                _operations(home, checked, entries, there, stack),
                repo_type="dataset",
                commit_message=f"itdr: {', '.join(entries)}",
            )
    return f"{api.endpoint}/datasets/{name}"


def _operations(
    home: Path,
    checked: guard.Checked,
    entries: dict[str, dict[str, Any]],
    there: Iterable[str],
    stack: ExitStack,
) -> list[Any]:
    """The files to send, and the files of an earlier push of the same configs to delete."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    sent: list[Any] = [CommitOperationAdd(path, text) for path, text in checked.texts.items()]
    for path, (place, sha256) in checked.files.items():
        # Opened and hashed here: nothing else can take its place before it is sent.
        one = CommitOperationAdd(path, stack.enter_context(guard.open_plain_file(home, place)))
        if one.upload_info.sha256.hex() != sha256:
            raise ConfigError(f"{place} was changed while it was pushed: {guard.AGAIN}.")
        sent.append(one)
    gone = [
        CommitOperationDelete(path)
        for path in there
        if path.partition("/")[0] in entries and "/" in path and path not in checked.files
    ]
    return sent + gone


def _check_licences(
    checked: guard.Checked, entries: dict[str, dict[str, Any]], refusal: str
) -> None:
    restricted = guard.restricted_sources(checked, entries)
    if not restricted:
        return
    terms = "\n".join(
        f"  {one['title']} ({name}), {one['licence']['name']}: {one['licence']['summary']}"
        f" [{one['licence']['url']}]"
        for name, one in restricted.items()
    )
    free = sorted(checked.sources - set(restricted))
    other = f", or build from {', '.join(free)} alone" if free else ""
    raise ConfigError(
        f"{refusal}: the licences of these sources do not allow handing them on.\n{terms}\n"
        f"Use --private with a data set that is private or new{other}."
    )


@contextmanager
def _hub_errors(name: str) -> Iterator[None]:
    """Report what the Hub or the network says in one sentence, with what to do."""
    import requests
    from huggingface_hub import errors

    network_errors: tuple[type[BaseException], ...] = (
        errors.LocalTokenNotFoundError,
        errors.HfHubHTTPError,
        errors.OfflineModeIsEnabled,
        requests.RequestException,
        *_newer_network_errors(),
    )
    try:
        yield
    except network_errors as error:
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
    """`huggingface_hub` 1 and later use httpx or its successor, earlier versions requests."""
    classes = []
    for name in ("httpx", "httpx2"):
        try:
            classes.append(importlib.import_module(name).HTTPError)
        except ImportError:
            continue
    return tuple(classes)
