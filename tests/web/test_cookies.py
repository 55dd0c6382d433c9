"""The names of cookies: with TLS a browser refuses what another site or nobody's network planted."""

from __future__ import annotations

import pytest

from eboxcast.web.cookies import named


@pytest.mark.parametrize(
    ("path", "tls", "name"),
    [("/", False, "a"), ("/", True, "__Host-a"), ("/eboxcast/", True, "__Secure-a"), ("/ebox/", False, "a")],
)
def test_the_name_says_what_a_browser_is_to_hold_it_to(path: str, tls: bool, name: str) -> None:
    assert named("a", path=path, tls=tls) == name
