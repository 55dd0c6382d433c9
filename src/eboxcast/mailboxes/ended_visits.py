"""Visits to eBoxes that somebody ended: what a browser kept of one is worth nothing from then on.

Only what was ended is here, for as long as a kept copy could still open something. Who is signed in is known to nobody:
nothing is written when a visit begins (docs/adr/0015-recipients-sign-in-elsewhere.md).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.mailboxes.sql import one, run

LONGEST = timedelta(hours=4)
"""How long a visit lasts at most."""
EVERY = 0
"""In the place of a visit: all that had begun."""


def end_visit(environment: str, *, person: int, visit: int = EVERY) -> None:
    """End a visit of somebody, or all that they have begun, in whichever browser."""
    ended = {**_place(environment, person), "visit": visit, "now": clock.now()}
    with sanitized_db_errors():
        run(environment_connection(environment), "end_visit", ended)


def is_ended(environment: str, *, person: int, visit: int, began: float) -> bool:
    """Return whether a visit was ended, by itself or with all others."""
    asked = {**_place(environment, person), "visit": visit, "began": datetime.fromtimestamp(began, UTC)}
    with sanitized_db_errors():
        return one(environment_connection(environment), "visit_ended", asked) is not None


def forget_ended_visits(environment: str) -> None:
    """Forget the visits that would be over by now."""
    over = {"last_bucket": bucket_prime(environment) - 1, "ended_before": clock.now() - LONGEST}
    with sanitized_db_errors():
        run(environment_connection(environment), "forget_ended_visits", over)


def _place(environment: str, person: int) -> dict[str, Any]:
    return {"bucket": bucket_of(person, bucket_prime(environment)), "person": person}
