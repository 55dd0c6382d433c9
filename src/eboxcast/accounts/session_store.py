"""Sessions as Django reads and writes them, each with the account it is of."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from eboxcast.accounts.models import Session
from eboxcast.lib import clock
from eboxcast.lib.formatting import iso

BEGAN, SEEN, BROWSER = "began_at", "seen_at", "browser"


class SessionStore(DatabaseStore):
    """Notes beside the data of a session whose it is, so that people can look through theirs and end one."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of a session."""
        made = super().create_model_instance(data)
        assert isinstance(made, Session)  # noqa: S101 - get_model_class says so
        now = iso(clock.now())
        made.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        made.began_at = data.get(BEGAN, now)
        made.seen_at = data.get(SEEN, now)
        made.browser = data.get(BROWSER, "")
        return made
