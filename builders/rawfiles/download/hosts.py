"""Host-specific rules: the site mirror, Kaggle's token, and files of the Hugging Face Hub.

`ITDR_MIRROR=http://proxy.example/raw` sends every download to `<mirror>/<host>/<path>` instead of
`https://<host>/<path>`: for clusters without internet access, and for tests. No token is ever sent
there.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from itdr.builders.core.errors import ConfigError
from itdr.builders.rawfiles.download.retry import short, without_credentials

KAGGLE = frozenset({"https://www.kaggle.com", "https://kaggle.com", "https://api.kaggle.com"})
"""The only places that are ever sent Kaggle's token, and never in clear."""
HUB = re.compile(
    r"https://huggingface\.co/(?:(?P<kind>datasets|spaces)/)?(?P<repo>[^/]+/[^/]+)"
    r"/resolve/(?P<revision>[^/]+)/(?P<path>[^?#]+)"
)


def mirror_url(url: str) -> str:
    """The address to fetch `url` from: itself, or its counterpart on the mirror of `ITDR_MIRROR`.

    It may contain a password: print it through `redacted_url` only.

    Args:
        url: the declared address.

    Returns:
        The address to request.

    Raises:
        ConfigError: `ITDR_MIRROR` is not a web address.
    """
    mirror = os.environ.get("ITDR_MIRROR", "").strip().rstrip("/")
    if not mirror:
        return url
    if not _is_web_address(mirror):
        raise ConfigError(
            f"ITDR_MIRROR is no web address: {redacted_url(mirror)!r}. Set it as http://host/path, or "
            "unset it."
        )
    parts = urlsplit(url)
    return f"{mirror}/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        plain = not (parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        return False
    web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return web and plain and text.isprintable() and " " not in text


def redacted_url(url: str) -> str:
    """An address safe to print and store: without user, password and signed query values."""
    address, _, query = without_credentials(url).partition("?")
    return f"{address}?{_SECRET.sub(_HIDDEN, query)}" if query else address


_SECRET = re.compile(r"(?i)((?:^|&)[^=&]*(?:sig|token|key|secret|credential|auth)[^=&]*=)[^&]*")
_HIDDEN = r"\1…"


def host_of(url: str) -> str:
    """Host and port of an address, for messages."""
    return without_credentials(url).partition("//")[2].partition("/")[0]


def kaggle_token() -> str | None:
    """The `Authorization` header for Kaggle, or None where no token is set up.

    `KAGGLE_API_TOKEN` (sent as Bearer), then `KAGGLE_USERNAME` and `KAGGLE_KEY`, then `kaggle.json`
    in `KAGGLE_CONFIG_DIR` or `~/.kaggle` (both sent as Basic), as Kaggle's own client does.

    Returns:
        The header's value.
    """
    token = os.environ.get("KAGGLE_API_TOKEN", "").strip()
    if token:
        return f"Bearer {token}"
    user, key = os.environ.get("KAGGLE_USERNAME"), os.environ.get("KAGGLE_KEY")
    if not (user and key):
        folder = Path(os.environ.get("KAGGLE_CONFIG_DIR") or "~/.kaggle").expanduser()
        try:
            stored = json.loads((folder / "kaggle.json").read_text("utf-8"))
            user, key = stored.get("username"), stored.get("key")
        except (OSError, ValueError, AttributeError):
            return None
    if not (isinstance(user, str) and isinstance(key, str) and user and key):
        return None
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode("ascii")


def authorization(url: str) -> dict[str, str]:
    """The headers that authenticate with the host of `url`; empty except for Kaggle over HTTPS."""
    if _origin(url) not in KAGGLE:
        return {}
    token = kaggle_token()
    return {"Authorization": token} if token else {}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def refusal_hint(url: str) -> str:
    """What to do about a download that this host refused.

    Args:
        url: the address that was refused.

    Returns:
        Half a sentence for an error message.
    """
    if _origin(url) in KAGGLE:
        if kaggle_token():
            return "Kaggle refused your token: open the data set's page once, and check the token"
        return (
            "Kaggle wants a login for it: create a token on https://www.kaggle.com/settings and save "
            "it as ~/.kaggle/kaggle.json, or set KAGGLE_USERNAME and KAGGLE_KEY"
        )
    if HUB.match(url):
        return "accept the terms on its Hub page, then run `hf auth login`"
    return "it wants a login, or its terms accepted"


@dataclass(frozen=True)
class HubFile:
    """A file of the Hub, parsed from its `resolve` address."""

    repo: str
    kind: str
    revision: str
    path: str


def hub_file(url: str) -> HubFile | None:
    """The Hub file behind an address; None for other hosts, and where a site mirror is set."""
    match = HUB.fullmatch(url)
    if not match or os.environ.get("ITDR_MIRROR"):
        return None
    kind = {"datasets": "dataset", "spaces": "space", None: "model"}[match["kind"]]
    return HubFile(match["repo"], kind, match["revision"], unquote(match["path"]))


def hub_unreachable(timeout: float) -> str | None:
    """Check that the Hub accepts connections: its client takes half a minute to find out.

    Args:
        timeout: seconds to wait.

    Returns:
        Why it cannot be reached; None where it can, or where a proxy is used.
    """
    parts = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    host = parts.hostname or ""
    if getproxies() and not proxy_bypass(host):
        return None
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((host, port), timeout).close()
    except (OSError, ValueError) as error:
        return short(error)
    return None


def hub_download(file: HubFile, scratch: Path, *, progress: bool) -> Path:
    """Download a Hub file through `huggingface_hub`, which resumes and locks.

    `HF_ENDPOINT` and the user's Hub token apply. Raises what `huggingface_hub` raises.

    Args:
        file: the file.
        scratch: the folder to download into.
        progress: show a bar.

    Returns:
        The downloaded file.
    """
    from huggingface_hub import hf_hub_download

    with _quiet(not progress):
        path = hf_hub_download(
            file.repo,
            file.path,
            repo_type=file.kind,
            revision=file.revision,
            local_dir=scratch,
            endpoint=os.environ.get("HF_ENDPOINT") or None,
        )
    return Path(path)


@contextmanager
def _quiet(wanted: bool) -> Iterator[None]:
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    if not wanted or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
