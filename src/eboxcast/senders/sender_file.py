"""Loading institutions, applications and message types from a sender file (TOML, docs/reference/sender-file.md).

What the file names is created or brought up to date; what it does not name stays. All of it, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.forms import (
    LANGUAGES,
    Cbe,
    Form,
    Name,
    Names,
    OpenNames,
    Unfit,
    line,
    number,
    one_of,
    read_form,
    some_of,
    texts,
    unfit_entries,
)
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.senders.errors import FileUnreadable, SenderFileWrong
from eboxcast.senders.models import OPEN, Application, Institution, MessageType, TypeRequest, WithoutEbox

_NO_INSTITUTION = N_("This institution is not in the file and has not been loaded before.")
_NO_APPLICATION = N_("One of these applications is not in the file and has not been loaded before.")
_TAKEN = N_("This application belongs to the institution {institution}.")
_IN_PRODUCTION = N_(
    "This message type is configured in production, where the change would apply too. Load it for both environments."
)
_REQUESTED = N_("Request {number} for this message type is still open.")


@dataclass(frozen=True, kw_only=True)
class Validity(Form):
    """How long a message can be seen."""

    number: Annotated[int, number(3660)]
    unit: Annotated[str, one_of(("day", "month", "year"))]


@dataclass(frozen=True, kw_only=True)
class TypeTerms(Form):
    """What a message type allows, as a sender file says it, or a form that asks for it."""

    code: Annotated[str, line(80, least=6)]
    title: Names
    ebox_type: Annotated[str, one_of(("CITIZEN", "ENTERPRISE"))]
    languages: Annotated[list[str], some_of(LANGUAGES)]
    validity: Validity
    media_types: Annotated[list[str], texts()]
    document_bytes: Annotated[int, number(100 * 1024 * 1024)]
    without_ebox: Annotated[str, one_of(WithoutEbox.values)]

    def columns(self) -> dict[str, object]:
        """Return them by the columns that a message type and a request have in common."""
        return {
            "ebox_type": self.ebox_type,
            "languages": self.languages,
            "media_types": self.media_types,
            "document_bytes": self.document_bytes,
            "without_ebox": self.without_ebox,
            "titles": self.title.by_language(),
            "validity_number": self.validity.number,
            "validity_unit": self.validity.unit,
        }


@dataclass(frozen=True, kw_only=True)
class _Institution(Form):
    cbe: Cbe
    name: OpenNames


@dataclass(frozen=True, kw_only=True)
class _Application(Form):
    name: Name
    institution: Cbe
    title: OpenNames


@dataclass(frozen=True, kw_only=True)
class _MessageType(TypeTerms):
    title: OpenNames
    applications: Annotated[list[str], texts()]


@dataclass(frozen=True, kw_only=True)
class _SenderFile(Form):
    institution: list[_Institution] = field(default_factory=list)
    application: list[_Application] = field(default_factory=list)
    message_type: list[_MessageType] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """How much a file held."""

    institutions: int
    applications: int
    message_types: int


def load_senders(path: Path, *, actor: Actor, only_acceptance: bool = False) -> Loaded:
    """Load a sender file; its types may be used in production too, unless told otherwise.

    Raises NotYourRole; FileUnreadable; SenderFileWrong with every wrong place.
    """
    authorize(actor, "type.load")
    wrong = partial(SenderFileWrong, page="docs/reference/sender-file.md")
    file, told = read_form(path, _SenderFile, unreadable=FileUnreadable, wrong=wrong)
    load_type = partial(_load_message_type, only_acceptance=only_acceptance)
    with sanitized_db_errors(), transaction.atomic():
        for entry in file.institution:
            Institution.objects.update_or_create(cbe=entry.cbe, defaults={"names": entry.name.by_language()})
        # A type whose application could not be loaded is not at fault.
        faults = list(unfit_entries("application", file.application, _load_application)) or list(
            unfit_entries("message_type", file.message_type, load_type)
        )
        if faults:
            raise wrong(file=told["file"], faults=faults)
        loaded = Loaded(
            institutions=len(file.institution),
            applications=len(file.application),
            message_types=len(file.message_type),
        )
        environment = "acceptance" if only_acceptance else ""
        record("senders.loaded", by=actor.name, environment=environment, data={**told, **vars(loaded)})
    return loaded


def _load_application(entry: _Application) -> None:
    institution = Institution.objects.filter(cbe=entry.institution).first()
    if institution is None:
        raise Unfit(_NO_INSTITUTION, "institution")
    known = Application.objects.filter(name=entry.name).exclude(institution=institution).first()
    if known is not None:
        raise Unfit(_TAKEN, "name", institution=known.institution_id)
    defaults = {"institution": institution, "titles": entry.title.by_language()}
    Application.objects.update_or_create(name=entry.name, defaults=defaults)


def _load_message_type(entry: _MessageType, *, only_acceptance: bool) -> None:
    _refuse_what_others_decide(entry.code, only_acceptance=only_acceptance)
    known = list(Application.objects.filter(name__in=entry.applications))
    if len(known) != len(set(entry.applications)):
        raise Unfit(_NO_APPLICATION, "applications")
    message_type, _ = MessageType.objects.update_or_create(code=entry.code, defaults=entry.columns())
    message_type.applications.set(known)
    _configure(message_type, in_production=not only_acceptance)


def _refuse_what_others_decide(code: str, *, only_acceptance: bool) -> None:
    """A type is one row: what is loaded holds wherever it is configured, and a request for it is decided as such."""
    if only_acceptance and MessageType.objects.filter(code=code, production_at__isnull=False).exists():
        raise Unfit(_IN_PRODUCTION, "code")
    request = TypeRequest.objects.filter(code=code, state__in=OPEN).first()
    if request is not None:
        raise Unfit(_REQUESTED, "code", number=request.pk)


def _configure(message_type: MessageType, *, in_production: bool) -> None:
    """Let a type be used in acceptance, or there and in production; where it is already it stays as it is."""
    message_type.acceptance_at = message_type.acceptance_at or clock.now()
    if in_production:
        message_type.production_at = message_type.production_at or clock.now()
    message_type.save(update_fields=["acceptance_at", "production_at"])
