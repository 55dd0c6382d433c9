"""Who we are for a provider, and whom we trust: access tokens by client credentials (RFC 6749, 4.4), and TLS.

One token for all lanes of a process, renewed before it ends; one TLS context for each process.
"""

from __future__ import annotations

import base64
import json
import ssl
from functools import cache
from pathlib import Path
from threading import Lock
from time import monotonic
from urllib.parse import quote_plus, urlencode, urlsplit

from eboxcast.lib.forms import Unfit
from eboxcast.lib.translation import N_
from eboxcast.targets.base import RunRefused, TryAgain
from eboxcast.targets.ebox_rest.answers import masked_text, retry_after
from eboxcast.targets.ebox_rest.connection import Cut, Line, NotSent, Patience, Reply
from eboxcast.targets.ebox_rest.options import EboxRestOptions, SecretPlace
from eboxcast.targets.options import TargetsFileWrong

MARGIN_SECONDS = 10.0
"""So long before its end a token is renewed; of short-lived ones a quarter of their life."""
DEFAULT_SECONDS = 300.0
"""Where the token server does not say how long a token is good for."""

_UNUSABLE = N_("This file cannot be used: {reason}.")


class TokenSource:
    """The access token of one client. Shared between threads."""

    def __init__(self, options: EboxRestOptions) -> None:
        self._options = options
        self._lock = Lock()
        self._token = ""
        self._renew_at = 0.0

    def token(self) -> str:
        """Return a token that is good for some seconds at least. Raises TryAgain, RunRefused."""
        with self._lock:
            if not self._token or monotonic() >= self._renew_at:
                self._renew()
            return self._token

    def refused(self, token: str) -> None:
        """Forget a token that the provider no longer takes, unless another lane has renewed it already."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def _renew(self) -> None:
        asked_at = monotonic()
        self._token, seconds = _read(self._ask())
        self._renew_at = asked_at + seconds - min(MARGIN_SECONDS, seconds / 4)

    def _ask(self) -> Reply:
        options, url = self._options, urlsplit(self._options.token_url)
        patience = Patience(connect=options.connect_seconds, answer=options.answer_seconds)
        line = Line(url, patience=patience, tls=tls_of(options))
        headers, body = _form(options)
        try:
            return line.post(url.path or "/", headers=headers, body=[body])
        except (NotSent, Cut) as cause:
            raise TryAgain(reason=f"no access token, {cause}") from None
        finally:
            line.close()


@cache
def token_source(options: EboxRestOptions) -> TokenSource:
    """Return the one token source of this process for these options."""
    return TokenSource(options)


def _form(options: EboxRestOptions) -> tuple[dict[str, str], bytes]:
    secret = _secret(options)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    form = {"grant_type": "client_credentials"}
    if options.scope:
        form["scope"] = options.scope
    if options.client_secret_in is SecretPlace.BODY:
        form |= {"client_id": options.client_id, "client_secret": secret}
    else:
        pair = f"{quote_plus(options.client_id)}:{quote_plus(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return headers, urlencode(form).encode()


def _secret(options: EboxRestOptions) -> str:
    """Read the secret anew each time: it can be replaced without a restart."""
    try:
        return options.client_secret_file.read_text("utf-8").strip() if options.client_secret_file else ""
    except (OSError, UnicodeDecodeError):
        raise TryAgain(reason="the file of client_secret_file cannot be read") from None


def _read(reply: Reply) -> tuple[str, float]:
    answer = _object(reply.body)
    if reply.status == 429 or reply.status >= 500:
        raise TryAgain(reason=f"no access token, HTTP {reply.status}", retry_after=retry_after(reply))
    if reply.status != 200:
        raise _refusal(reply.status, answer)
    token, seconds = answer.get("access_token"), answer.get("expires_in", DEFAULT_SECONDS)
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise TryAgain(reason="the token server's answer holds no access_token")
    return token, float(seconds) if isinstance(seconds, int | float) and seconds > 0 else DEFAULT_SECONDS


def _refusal(status: int, answer: dict[str, object]) -> RunRefused:
    return RunRefused(
        provider_code=masked_text(str(answer.get("error", f"HTTP {status}"))),
        provider_message=masked_text(str(answer.get("error_description", "The token server gives no access token."))),
        reference="-",
    )


def _object(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def tls_of(options: EboxRestOptions) -> ssl.SSLContext | None:
    """Return the context for a provider's addresses, None where all of them are plain. Raises TargetsFileWrong."""
    addresses = (options.base_url, options.token_url)
    if not any(address.startswith("https://") for address in addresses):
        return None
    return _context(options.authority_file, options.certificate_file, options.certificate_key_file)


@cache
def _context(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    context = _trusting(authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        try:
            # A key with a pass phrase would ask for it on the terminal; an empty one fails instead.
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as cause:
            raise _wrong(certificate, "certificate_file", cause) from None
    return context


def _trusting(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as cause:
        raise _wrong(authority, "authority_file", cause) from None


def _wrong(path: Path | None, place: str, cause: Exception) -> TargetsFileWrong:
    fault = Unfit(_UNUSABLE, reason=type(cause).__name__).at(place)
    return TargetsFileWrong(file=path.name if path else "-", faults=[fault])
