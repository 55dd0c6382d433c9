"""Hiding a message in one's eBox and showing it again: nothing is deleted, and it still expires."""

from __future__ import annotations

from uuid import UUID

from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.mailboxes.opening import Letter, find_letter
from eboxcast.mailboxes.recipients import Recipient, places_of
from eboxcast.mailboxes.sql import run


def hide(recipient: Recipient, run_id: UUID) -> Letter:
    """Hide a message and return it; hidden once more it stays as it is. Raises MessageGone."""
    letter = find_letter(recipient, run_id)
    place = {"bucket": letter.bucket, "release": letter.release, "mailbox": letter.mailbox, "now": clock.now()}
    with sanitized_db_errors():
        run(environment_connection(recipient.environment), "hide", place)
    return letter


def show_again(recipient: Recipient, run_id: UUID) -> Letter:
    """Show a message that was hidden, and return it. Raises MessageGone."""
    letter = find_letter(recipient, run_id)
    with sanitized_db_errors():
        run(
            environment_connection(recipient.environment),
            "show_again",
            {**places_of(recipient), "message": letter.message},
        )
    return letter
