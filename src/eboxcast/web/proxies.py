"""What a proxy in front of us says about a request, believed only of those that the settings name.

The rest of the program reads ``REMOTE_ADDR`` and the scheme, and never a header that anybody can send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]
Networks = Sequence[IPv4Network | IPv6Network]

_SAID_BY_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class Proxies:
    """Takes address and scheme from trusted proxies, and the path below which the pages are off the path asked for."""

    def __init__(self, application: Application, *, trusted: Networks, path: str) -> None:
        self.application, self.trusted, self.path = application, trusted, path

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        said = {name: str(environ.pop(name, "")) for name in _SAID_BY_PROXIES}
        if self._trusts(str(environ.get("REMOTE_ADDR", ""))):
            environ["REMOTE_ADDR"] = self._client(said["HTTP_X_FORWARDED_FOR"]) or environ["REMOTE_ADDR"]
            if said["HTTP_X_FORWARDED_PROTO"] in ("http", "https"):
                environ["wsgi.url_scheme"] = said["HTTP_X_FORWARDED_PROTO"]
        asked = str(environ.get("PATH_INFO", ""))
        if self.path and (asked == self.path or asked.startswith(f"{self.path}/")):
            environ["PATH_INFO"] = asked[len(self.path) :] or "/"
        return self.application(environ, start_response)

    def _client(self, forwarded_for: str) -> str:
        """Return the last address that is no proxy of ours: what stands before it, anybody may have made up."""
        for one in reversed([one.strip() for one in forwarded_for.split(",") if one.strip()]):
            if not _is_address(one):
                return ""
            if not self._trusts(one):
                return one
        return ""

    def _trusts(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self.trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
