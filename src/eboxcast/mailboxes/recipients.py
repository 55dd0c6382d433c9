"""Who is signed in to an eBox: its owner, or somebody who acts for the enterprise that owns it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import CITIZEN, KIND_FACTOR, bucket_of
from eboxcast.lib.errors import Defect
from eboxcast.mailboxes.sql import rows, run


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The eBox that somebody has open. What they may do in it asks no table of roles: it is theirs, and no other is."""

    environment: str
    mailbox: int = field(repr=False)
    """The recipient key of the eBox."""
    person: int = field(repr=False)
    """The recipient key of who is signed in: the same, except for an enterprise."""
    numbers: tuple[int, ...] = field(repr=False)
    """The number of the eBox, and the former ones of the same person: messages stay under the number they came to."""
    from_replica: bool = False
    """Whether what they look at may come from a replica, and so from a moment ago."""

    def __post_init__(self) -> None:
        """Refuse a citizen's eBox to anybody else: only for enterprises are there mandates."""
        if self.mailbox // KIND_FACTOR == CITIZEN and self.mailbox != self.person:
            raise Defect(check="a citizen's eBox is opened by that citizen only")

    @property
    def by_mandate(self) -> bool:
        """Return whether somebody acts for an enterprise."""
        return self.mailbox != self.person


def recipient_of(environment: str, mailbox: int, *, person: int | None = None) -> Recipient:
    """Return who has an eBox open: its owner, or a person by a mandate that whoever calls this has checked."""
    return Recipient(
        environment=environment,
        mailbox=mailbox,
        person=mailbox if person is None else person,
        numbers=numbers_of(environment, mailbox),
    )


def note_visit(recipient: Recipient) -> None:
    """Note that somebody opened this eBox for the first time: who never did is not a digital user yet."""
    bucket = bucket_of(recipient.mailbox, bucket_prime(recipient.environment))
    with sanitized_db_errors():
        place = {"bucket": bucket, "mailbox": recipient.mailbox, "now": clock.now()}
        run(environment_connection(recipient.environment), "activate", place)


def numbers_of(environment: str, mailbox: int) -> tuple[int, ...]:
    """Return a recipient key and the former ones of the same person."""
    prime = bucket_prime(environment)
    numbers = [mailbox]
    with sanitized_db_errors():
        connection = environment_connection(environment)
        for number in numbers:
            former = rows(connection, "numbers_of_ebox", {"bucket": bucket_of(number, prime), "mailbox": number})
            numbers.extend(old for (old,) in former if old not in numbers)
    return tuple(numbers)


def all_numbers_of(environment: str, mailbox: int) -> tuple[int, ...]:
    """Return every number of the person who has or had this one, that of now first."""
    prime = bucket_prime(environment)
    newer = [mailbox]
    with sanitized_db_errors():
        connection = environment_connection(environment)
        for number in newer:
            found = rows(connection, "successors_of", {"buckets": [bucket_of(number, prime)], "keys": [number]})
            newer.extend(new for _, new in found if new not in newer)
    return numbers_of(environment, newer[-1])


def places_of(recipient: Recipient) -> dict[str, Any]:
    """Return where the messages of a recipient are, as the parameters of a statement: each number with its bucket."""
    return places(recipient.environment, recipient.numbers)


def places(environment: str, numbers: Iterable[int]) -> dict[str, Any]:
    """Return the same of some numbers."""
    prime, numbers = bucket_prime(environment), list(numbers)
    return {"buckets": [bucket_of(number, prime) for number in numbers], "numbers": numbers}
