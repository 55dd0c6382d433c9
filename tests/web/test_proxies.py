"""What a proxy says is believed only of the proxies that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import pytest

from eboxcast.web.proxies import Proxies

PROXY, CLIENT = "10.0.0.5", "203.0.113.9"
TRUSTED = (ip_network("10.0.0.0/24"),)


def seen(path: str = "", **environ: str) -> dict[str, Any]:
    """Return what the application gets to see."""
    found: dict[str, Any] = {}

    def application(given: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        found.update(given)
        return []

    usual = {"REMOTE_ADDR": PROXY, "PATH_INFO": "/", "wsgi.url_scheme": "http"}
    Proxies(application, trusted=TRUSTED, path=path)({**usual, **environ}, None)
    return found


def test_a_trusted_proxy_says_who_asks_and_how() -> None:
    found = seen(HTTP_X_FORWARDED_FOR=CLIENT, HTTP_X_FORWARDED_PROTO="https")
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == (CLIENT, "https")


def test_anybody_else_is_not_believed() -> None:
    found = seen(REMOTE_ADDR=CLIENT, HTTP_X_FORWARDED_FOR="127.0.0.1", HTTP_X_FORWARDED_PROTO="https")
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == (CLIENT, "http")
    assert not any(name.startswith("HTTP_X_FORWARDED") for name in found)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (f"127.0.0.1, {CLIENT}", CLIENT),
        (f"{CLIENT}, 10.0.0.7", CLIENT),
        ("10.0.0.7", PROXY),
        ("not an address", PROXY),
        ("", PROXY),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_counts(forwarded: str, address: str) -> None:
    assert seen(HTTP_X_FORWARDED_FOR=forwarded)["REMOTE_ADDR"] == address


@pytest.mark.parametrize(
    ("asked", "path"),
    [("/ebox/broadcasts", "/broadcasts"), ("/ebox", "/"), ("/broadcasts", "/broadcasts"), ("/eboxes", "/eboxes")],
)
def test_the_path_below_which_the_pages_are_is_taken_off(asked: str, path: str) -> None:
    assert seen("/ebox", PATH_INFO=asked)["PATH_INFO"] == path
