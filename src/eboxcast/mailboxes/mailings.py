"""Whose turn it is to be told by email of a message that became visible.

Nothing of it happens at the launch. Of each release there is one place, up to which its recipients had their turn; it
is moved, and committed, before a mail leaves. So whoever is killed, or works beside others, mails nobody twice; the one
mail that was in hand is then not sent at all. What a server surely did not take comes again, from a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.names import PRODUCTION
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Mailing, reached
from eboxcast.lib.errors import Defect
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.mail_choices import link_text, open_address
from eboxcast.mailboxes.sql import one, rows, run
from eboxcast.mailboxes.values import Names

SAVED_UP = timedelta(minutes=1)
"""How much of the pace may be made up for, where nobody sent for a while."""
FIRST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 10
_BUCKETS_AT_ONCE = 512


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One recipient who is told of one release now."""

    release: int
    bucket: int
    mailbox: int = field(repr=False)
    address: str = field(repr=False)
    language: str
    stop: str = field(repr=False)
    """What the link has that ends these mails."""
    sender_names: Names
    attempts: int = 0
    """How often it was tried before."""


class PaceReached(Exception):
    """No more mails may leave for now."""


def turns(environment: str, *, gap: timedelta) -> Iterator[Turn]:
    """Yield whose turn it is, each taken for good before it is yielded, until nobody is left.

    Raises PaceReached. ``gap`` is the time between two mails.
    """
    if environment != PRODUCTION:
        raise Defect(check="only production mails its recipients")
    yield from _deferred(environment, gap)
    now = {"now": clock.now()}
    with sanitized_db_errors():
        connection = environment_connection(environment)
        run(connection, "begin_mailings", now)
        waiting = rows(connection, "mailings", now)
    for release, bucket, mailbox in waiting:
        for place in _places(environment, release, after=(bucket, mailbox)):
            turn = _take(environment, release, place, gap=gap)
            if turn is not None:
                yield turn
        with sanitized_db_errors():
            run(environment_connection(environment), "end_mailing", {**now, "release": release})


def try_again(environment: str, turn: Turn) -> bool:
    """Have a mail that was surely not taken be tried again later; return whether it will be."""
    attempts = turn.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        return False
    at = _world_now() + FIRST_PAUSE * 2 ** (attempts - 1)
    place = {"bucket": turn.bucket, "release": turn.release, "mailbox": turn.mailbox}
    with sanitized_db_errors():
        run(environment_connection(environment), "defer_mail", {**place, "attempts": attempts, "try_at": at})
    return True


Place = tuple[int, int]


def _places(environment: str, release: int, *, after: Place) -> Iterator[Place]:
    """Yield who of a release chose emails, some buckets at a time."""
    prime = bucket_prime(environment)
    for first in range(max(after[0], 0), prime, _BUCKETS_AT_ONCE):
        asked = {
            "release": release,
            "first": first,
            "last": min(first + _BUCKETS_AT_ONCE, prime) - 1,
            "bucket": after[0],
            "mailbox": after[1],
        }
        with sanitized_db_errors():
            found = rows(environment_connection(environment), "choices_of_range", asked)
            yield from _of_audience(environment, release, [(bucket, mailbox) for bucket, mailbox in found])


def _of_audience(environment: str, release: int, places: Sequence[Place]) -> Iterator[Place]:
    """Yield the places whose recipient received a release; the places are of some neighbouring buckets."""
    if not places:
        return
    keys = read_audience(
        environment_connection(environment),
        release=release,
        prime=bucket_prime(environment),
        first_bucket=places[0][0],
        last_bucket=places[-1][0],
    )
    received = set(keys[np.isin(keys, [mailbox for _, mailbox in places], assume_unique=True)].tolist())
    yield from (place for place in places if place[1] in received)


def _take(environment: str, release: int, place: Place, *, gap: timedelta) -> Turn | None:
    """Take the turn of one recipient whom a mail still concerns, where nobody else has. Raises PaceReached."""
    asked = {"release": release, "bucket": place[0], "mailbox": place[1]}
    with sanitized_db_errors(), transaction.atomic(using=environment):
        turn = _turn(environment, asked)
        if turn is None:
            return None
        _take_pace(environment, gap)
        if one(environment_connection(environment), "take_turn", asked) is None:
            transaction.set_rollback(True, using=environment)  # the right to send one is there for another
            return None
        reached(Mailing.TURN_BEFORE_COMMIT)
    return turn


def _deferred(environment: str, gap: timedelta) -> Iterator[Turn]:
    asked = {"last_bucket": bucket_prime(environment) - 1, "world_now": _world_now()}
    with sanitized_db_errors():
        due = rows(environment_connection(environment), "deferred_mails", asked)
    for release, bucket, mailbox, attempts in due:
        place = {"release": release, "bucket": bucket, "mailbox": mailbox}
        with sanitized_db_errors(), transaction.atomic(using=environment):
            taken = one(environment_connection(environment), "take_deferred", {**place, "world_now": _world_now()})
            turn = _turn(environment, place, attempts=attempts) if taken else None
            if turn is not None:
                _take_pace(environment, gap)
        if turn is not None:
            yield turn


def _turn(environment: str, place: dict[str, int], *, attempts: int = 0) -> Turn | None:
    row = one(environment_connection(environment), "mail_of", {**place, "now": clock.now()})
    if row is None:
        return None
    address, language, stop_token, names = row
    return Turn(
        release=place["release"],
        bucket=place["bucket"],
        mailbox=place["mailbox"],
        address=open_address(address),
        language=language,
        stop=link_text(place["bucket"], bytes(stop_token)),
        sender_names=json.loads(str(names)),
        attempts=attempts,
    )


def _take_pace(environment: str, gap: timedelta) -> None:
    pace = {"world_now": _world_now(), "saved": SAVED_UP, "gap": gap}
    if one(environment_connection(environment), "take_pace", pace) is None:
        raise PaceReached


def _world_now() -> datetime:
    """Return the time of the world, whatever our clock was moved to: servers of mail and contact centres live in it."""
    return clock.now() - clock.offset()
