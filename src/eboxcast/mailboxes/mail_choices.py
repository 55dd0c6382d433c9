"""Whether an eBox wants an email when a message comes, and where to.

As little as possible is kept: an address encrypted with a key that no database has, and only while it is wanted.
Environments alone hold it, beside the audiences; the control database knows no recipient.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.lib.sealing import seal, unseal
from eboxcast.mailboxes.errors import ConfirmationOver, NoSecret, TooManyAddresses
from eboxcast.mailboxes.recipients import Recipient, all_numbers_of, places, places_of
from eboxcast.mailboxes.sql import one, rows, run

VALID_FOR = timedelta(hours=24)
"""How long an address can be confirmed."""
MOST_A_DAY = 5
_TOKEN_BYTES = 16
_PURPOSE = "address of a recipient"


@dataclass(frozen=True, kw_only=True)
class MailChoice:
    """What somebody chose."""

    address: str = field(default="", repr=False)
    """Where emails go; empty for none."""
    pending: str = field(default="", repr=False)
    """The address that was typed and not confirmed yet."""
    pending_until: datetime | None = None


def mail_choice_of(recipient: Recipient) -> MailChoice:
    """Return what somebody chose, under any number they had."""
    with sanitized_db_errors():
        found = rows(
            environment_connection(recipient.environment), "mail_choices", {**places_of(recipient), "now": clock.now()}
        )
    if not found:
        return MailChoice()
    _, address, _, pending, until = found[0]
    still = until is not None and until > clock.now()
    return MailChoice(
        address=open_address(address) if address else "",
        pending=open_address(pending) if pending and still else "",
        pending_until=until if still else None,
    )


def ask_for_mails(recipient: Recipient, address: str, *, language: str, form: UUID) -> str:
    """Keep an address until it is confirmed, and return what its link must have; empty where the form has asked it.

    Raises TooManyAddresses, NoSecret.
    """
    now, token = clock.now(), _token_of(form, recipient, address)
    bucket = bucket_of(recipient.mailbox, bucket_prime(recipient.environment))
    asked = {
        "bucket": bucket,
        "mailbox": recipient.mailbox,
        "language": language,
        "address": _seal_address(address),
        "digest": _digest(token),
        "until": now + VALID_FOR,
        "today": now.astimezone(clock.BRUSSELS).date(),
        "most": MOST_A_DAY,
    }
    with sanitized_db_errors():
        connection = environment_connection(recipient.environment)
        if one(connection, "ask_for_mails", asked) is None:
            if one(connection, "is_asked", asked) is None:
                raise TooManyAddresses(most=MOST_A_DAY)
            return ""
    return link_text(bucket, token)


def forget_asked(environment: str, text: str) -> None:
    """Forget an address that its link could not be sent to: it can be asked for again."""
    place = _place_of(environment, text)
    if place is not None:
        with sanitized_db_errors():
            run(environment_connection(environment), "forget_asked", {"bucket": place[0], "digest": _digest(place[1])})


def look_at_link(environment: str, text: str) -> None:
    """Raise ConfirmationOver where a link confirms nothing any more; change nothing."""
    place = _place_of(environment, text)
    asked = {"bucket": place[0], "digest": _digest(place[1]), "now": clock.now()} if place else {}
    with sanitized_db_errors():
        if not asked or one(environment_connection(environment), "who_confirms", asked) is None:
            raise ConfirmationOver


def confirm_mails(environment: str, text: str) -> None:
    """Have emails go to the address that this link was sent to: once, and to no other. Raises ConfirmationOver.

    What the same person chose under another of their numbers ends: it would go on for what comes to that number.
    """
    place = _place_of(environment, text)
    if place is None:
        raise ConfirmationOver
    link = {"bucket": place[0], "digest": _digest(place[1]), "now": clock.now()}
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        found = one(connection, "who_confirms", link)
        if found is None:
            raise ConfirmationOver
        everywhere = places(environment, all_numbers_of(environment, found[0]))
        _lock(connection, everywhere)
        if one(connection, "confirm_mails", {**link, "stop_token": secrets.token_bytes(_TOKEN_BYTES)}) is None:
            raise ConfirmationOver
        run(connection, "forget_other_addresses", {**everywhere, "mailbox": found[0]})


def stop_mails(recipient: Recipient) -> None:
    """Send no more emails, and forget the address."""
    _stop(recipient.environment, recipient.mailbox)


def stop_mails_by_link(environment: str, text: str) -> None:
    """The same, for whoever has one of the emails; a link of nobody, or used before, changes nothing."""
    place = _place_of(environment, text)
    if place is not None:
        with sanitized_db_errors():
            asked = {"bucket": place[0], "stop_token": place[1]}
            found = one(environment_connection(environment), "who_stops", asked)
        if found is not None:
            _stop(environment, found[0])


def forget_unconfirmed(environment: str) -> None:
    """Forget the addresses that nobody confirmed in time."""
    now = clock.now()
    everywhere = {"last_bucket": bucket_prime(environment) - 1}
    with sanitized_db_errors():
        connection = environment_connection(environment)
        run(connection, "forget_unconfirmed", {**everywhere, "now": now})
        run(connection, "forget_choices", {**everywhere, "today": now.astimezone(clock.BRUSSELS).date()})


def link_text(bucket: int, token: bytes) -> str:
    """Return what a link has: where to look, which some hundred people share, and what only this link knows."""
    return f"{bucket:x}-{base64.urlsafe_b64encode(token).decode().rstrip('=')}"


def open_address(sealed: bytes | memoryview) -> str:
    """Return an address that was kept; empty where the secret of the installation has changed since.

    Raises NoSecret.
    """
    return unseal(bytes(sealed).decode(), secret=secret_of_installation(), purpose=_PURPOSE) or ""


def _stop(environment: str, mailbox: int) -> None:
    everywhere = places(environment, all_numbers_of(environment, mailbox))
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        _lock(connection, everywhere)
        run(connection, "stop_mails", everywhere)


def _lock(connection: BaseDatabaseWrapper, everywhere: dict[str, Any]) -> None:
    """Hold what somebody chose under all their numbers, in one order, so that two who do this do not block each other.

    One by one: no statement locks rows on several machines.
    """
    for bucket, mailbox in sorted(zip(everywhere["buckets"], everywhere["numbers"], strict=True)):
        one(connection, "lock_choice", {"bucket": bucket, "mailbox": mailbox})


def _seal_address(address: str) -> bytes:
    return seal(address, secret=secret_of_installation(), purpose=_PURPOSE).encode()


def secret_of_installation() -> str:
    """Return the secret of the installation; its file may be younger than this process. Raises NoSecret."""
    if settings.SECRET_KEY:
        return str(settings.SECRET_KEY)
    try:
        secret = settings.EBOXCAST_SECRET_FILE.read_text(encoding="utf-8").strip()
    except OSError:
        raise NoSecret from None
    return str(secret)


def _token_of(form: UUID, recipient: Recipient, address: str) -> bytes:
    """Return what only the link knows. The same form has the same: whoever filled it in cannot tell it from there."""
    told = f"{_PURPOSE}:{form}:{recipient.environment}:{recipient.mailbox}:{address}"
    return hmac.new(secret_of_installation().encode(), told.encode(), hashlib.sha256).digest()[:_TOKEN_BYTES]


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _place_of(environment: str, text: str) -> tuple[int, bytes] | None:
    """Return the bucket and the token of a link; None for what no link of ours has."""
    bucket, _, token = text.partition("-")
    try:
        place, secret = int(bucket, 16), base64.urlsafe_b64decode(token + "==")
    except (ValueError, binascii.Error):
        return None
    fits = 0 <= place < bucket_prime(environment) and len(secret) == _TOKEN_BYTES
    return (place, secret) if fits else None
