"""What an entry is about: its broadcast or its request for a message type, how that stood, and its data in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.progress import as_recorded
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.readers import Concerned
from eboxcast.notices.words import Exact, word
from eboxcast.reports.certificate import Certificate, issue_certificate
from eboxcast.senders.models import Institution, Person, TypeRequest

_MOMENTS = (
    "agreed_at",
    "window_ends_at",
    "reconfirmation_due",
    "acceptance_due",
    "due",
    "visible_at",
    "expires_at",
    "signed_at",
)
_WORDS = ("side", "what", "environment", "why")
_EXACT = ("number", "code", "document", "fingerprint")
_FREE = ("reason", "campaign", "subject", "application", "reference", "recipient", "address", "issuer")
_COUNTS = ("recipients", "expected", "first_time", "published", "refused", "unknown", "not_attempted", "read", "total")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]")
"""The name of a set is that of a file: anything may be in it, and not all of that in a header."""


@dataclass(frozen=True, kw_only=True)
class About:
    """What one entry is about."""

    entry: SealedEntry
    broadcast: Broadcast | None = None
    request: TypeRequest | None = None

    @property
    def number(self) -> str:
        """Return what people call it: the number of a broadcast or request, the code of a type, the name of a set."""
        if self.broadcast is not None:
            return self.broadcast.number
        told = self.entry.data
        name = self.request.pk if self.request else told.get("code") or told.get("reference") or "eboxcast"
        return _UNFIT.sub("-", mask_and_strip(str(name)))

    @property
    def thread(self) -> str:
        """Return what mails about it are kept together by: broadcasts of one campaign are one thread."""
        if self._is_account:
            return f"account.{self.entry.number}"  # each link is a mail of its own
        if self.broadcast is None:
            return f"{self.entry.action.partition('.')[0]}.{self.number}"
        campaign = self.broadcast.campaign_id
        return f"campaign.{campaign}" if campaign else f"broadcast.{self.broadcast.id}"

    @property
    def concerned(self) -> Concerned:
        """Return what decides who gets it."""
        institution = self.request.institution if self.request else ""
        if self.entry.action.startswith("exchange."):
            institution = self.entry.by.rpartition("@")[2]  # a drop folder acts as one of its institution
        if self.broadcast is not None:
            institution = self.broadcast.institution_id
        person = str(self.entry.data.get("person", "")) if self._is_account else ""
        return Concerned(institution=institution, broadcast=self.broadcast, request=self.request, person=person)

    @cached_property
    def certificate(self) -> Certificate | None:
        """Return the certificate of the run in production, with the head of the audit; none where nothing ran."""
        run = self.run
        return issue_certificate(settle(run), actor=STEWARD) if run else None

    @property
    def _is_account(self) -> bool:
        return self.entry.action.startswith("account.")

    @property
    def run(self) -> Run | None:
        """Return the run in production."""
        number = self.broadcast.production_run if self.broadcast else None
        return Run.objects.filter(id=number).first() if number else None

    @cached_property
    def standing(self) -> Mapping[str, Any]:
        """Return how the broadcast stood right after the entry; as it is now for an entry that does not tell."""
        told = self.entry.data.get("standing")
        return told or (as_recorded(self.broadcast) if self.broadcast else {})

    @cached_property
    def data(self) -> Mapping[str, object]:
        """Return what sentences and facts are filled from: what the entry says, and what of a broadcast never changes.

        Its date and its recipients are those of when the entry was written.
        """
        told = {**self.standing, **self.entry.data}
        values: dict[str, object] = _of_broadcast(self.broadcast) if self.broadcast else {}
        if self.request is not None:
            values["institution"] = self.request.institution_names
        values |= {"by": name_of(self.entry.by), "at": self.entry.at}
        if self.entry.environment:
            values["environment"] = word(self.entry.environment)
        values |= {name: told[name] for name in _FREE if told.get(name) and isinstance(told[name], str)}
        values |= {name: Exact(told[name]) for name in _EXACT if isinstance(told.get(name), str)}
        values |= {name: word(str(told[name])) for name in _WORDS if told.get(name)}
        values |= {name: int(told[name]) for name in _COUNTS if _is_count(told.get(name))}
        values |= {name: read for name in _MOMENTS if (read := _moment(told.get(name)))}
        if day := _day(told.get("date")):
            values["date"] = day
        if isinstance(told.get("dates"), list):
            values["dates"] = [one for one in map(_day, told["dates"]) if one]
        return values


def about_entry(entry: SealedEntry) -> About | None:
    """Return what an entry is about; nothing for a broadcast that is gone."""
    if entry.broadcast is not None:
        found = Broadcast.objects.select_related("campaign").filter(id=entry.broadcast).first()
        return About(entry=entry, broadcast=found) if found else None
    request = TypeRequest.objects.filter(pk=int(entry.data.get("request") or 0)).first()
    return About(entry=entry, request=request)


def name_of(login: str) -> str:
    """Return the name of who acted, as colleagues know it; a login that is nobody's stays what it is."""
    return Person.objects.filter(name=login).values_list("full_name", flat=True).first() or login


def _of_broadcast(broadcast: Broadcast) -> dict[str, object]:
    institution = Institution.objects.get(cbe=broadcast.institution_id)
    values: dict[str, object] = {
        "number": Exact(broadcast.number),
        "subject": broadcast.subject,
        "institution": institution.names,
        "type": Exact(broadcast.message_type),
        "language": word(broadcast.language),
        "campaign": broadcast.campaign.name if broadcast.campaign else "",
        "expected": broadcast.expected_count,
    }
    return {name: value for name, value in values.items() if value not in (None, "")}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _moment(text: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
