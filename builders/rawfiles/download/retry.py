"""How patient downloads are, and what a failure means for the next try."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
import urllib3


@dataclass(frozen=True)
class RetryPolicy:
    """How patient downloads are. Times in seconds, sizes in bytes.

    attempts: in a row without a gain of `gain` bytes, per address. sleep: replaces waiting, in tests.
    """

    attempts: int = 5
    unreachable: int = 3
    first_pause: float = 1.0
    growth: float = 2.0
    longest_pause: float = 60.0
    longest_wait: float = 900.0
    connect_timeout: float = 20.0
    read_timeout: float = 60.0
    chunk: int = 1 << 18
    gain: int = 1 << 20
    redirects: int = 10
    parallel: int = 4
    parallel_per_host: int = 2
    sleep: Callable[[float], object] | None = None


@dataclass(eq=False)
class Transient(Exception):
    """A failure that may pass. `wait`: what the server asked for; `unreachable`: no answer at all."""

    reason: str
    wait: float | None = None
    unreachable: bool = False


@dataclass(eq=False)
class Permanent(Exception):
    """A failure that this address will give again."""

    reason: str


class Stopped(Exception):
    """The user wants everything to end."""


class Silent:
    """A progress bar that shows nothing; the shape that `attempt` reports to."""

    def place(self, done: int, total: int | None) -> None:
        """`done` bytes of `total` are there."""

    def add(self, count: int) -> None:
        """`count` more bytes are there."""


@contextmanager
def network(policy: RetryPolicy) -> Iterator[None]:
    """Turn what the network libraries raise into Transient, or Permanent where time cannot help."""
    invalid = requests.exceptions
    try:
        yield
    except (invalid.SSLError, urllib3.exceptions.SSLError) as error:
        if "certificate" in str(error).lower():
            raise Permanent(f"its certificate is not valid ({short(error)})") from None
        raise Transient(f"the connection broke ({short(error)})") from None
    except (invalid.InvalidURL, invalid.MissingSchema, invalid.InvalidSchema) as error:
        raise Permanent(f"no valid address ({short(error)})") from None
    except (invalid.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        reason = f"no connection within {policy.connect_timeout:g} s"
        raise Transient(reason, unreachable=True) from None
    except (invalid.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        raise Transient(f"nothing came for {policy.read_timeout:g} s") from None
    except invalid.ConnectionError as error:
        text = repr(error)
        unreachable = "NewConnectionError" in text or "NameResolutionError" in text
        raise Transient(f"no connection ({short(error)})", unreachable=unreachable) from None
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise Transient(f"the connection broke ({short(error)})") from None


def short(error: BaseException) -> str:
    """An error's text in one line."""
    return " ".join(str(error).split())[:160] or type(error).__name__
