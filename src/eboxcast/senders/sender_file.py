"""Loading institutions, applications and message types from a sender file (TOML, docs/reference/sender-file.md).

What the file names is created or brought up to date; what it does not name stays. All of it, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.identifiers import Refused, read_cbe
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.models import OPEN, Application, Institution, MessageType, TypeRequest, WithoutEbox
from eboxcast.senders.toml_files import LANGUAGES, Entry, TomlFile, parse, read

EBOX_TYPES = ("CITIZEN", "ENTERPRISE")
UNITS = ("day", "month", "year")
MOST_BYTES = 100 * 1024 * 1024

SHORTEST_CODE = 6

_TABLES = ("institution", "application", "message_type")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """How much a file held."""

    institutions: int
    applications: int
    message_types: int


def load_senders(path: Path, *, actor: Actor, only_acceptance: bool = False) -> Loaded:
    """Load a sender file; its types may be used in production too, unless told otherwise.

    Raises NotYourRole; SenderFileWrong naming the place of the first thing that is wrong.
    """
    authorize(actor, "type.load")
    content, name = read(path), mask_and_strip(path.name)
    file = TomlFile(name, parse(name, content), tables=_TABLES)
    with sanitized_db_errors(), transaction.atomic():
        loaded = Loaded(
            institutions=file.each("institution", _load_institution),
            applications=file.each("application", _load_application),
            message_types=file.each("message_type", partial(_load_message_type, only_acceptance=only_acceptance)),
        )
        environment = "acceptance" if only_acceptance else ""
        data = {"file": name, "digest": digest(content).hex(), **vars(loaded)}
        record("senders.loaded", by=actor.name, environment=environment, data=data)
    return loaded


def _load_institution(entry: Entry) -> None:
    cbe = entry.text("cbe", most=10)
    if isinstance(read_cbe(cbe, today=clock.today()), Refused):
        raise entry.wrong("cbe", "not a CBE number: ten digits, the last two check the others")
    Institution.objects.update_or_create(cbe=cbe, defaults={"names": entry.names("name")})


def _load_application(entry: Entry) -> None:
    institution = Institution.objects.filter(cbe=entry.text("institution", most=10)).first()
    if institution is None:
        raise entry.wrong("institution", "this institution is neither in the file nor loaded before")
    name = entry.text("name", most=150)
    known = Application.objects.filter(name=name).exclude(institution=institution).first()
    if known is not None:
        raise entry.wrong("name", f"this application belongs to institution {known.institution_id}")
    defaults = {"institution": institution, "titles": entry.names("title")}
    Application.objects.update_or_create(name=name, defaults=defaults)


def _load_message_type(entry: Entry, *, only_acceptance: bool) -> None:
    code = entry.text("code", most=80)
    if len(code) < SHORTEST_CODE:
        raise entry.wrong("code", f"shorter than {SHORTEST_CODE} characters")
    _refuse_what_others_decide(entry, code, only_acceptance=only_acceptance)
    validity = entry.entry("validity")
    applications = entry.some_of("applications")
    known = list(Application.objects.filter(name__in=applications))
    if len(known) != len(set(applications)):
        raise entry.wrong("applications", "one of them is neither in the file nor loaded before")
    defaults = {
        "titles": entry.names("title"),
        "ebox_type": entry.one_of("ebox_type", EBOX_TYPES),
        "validity_number": validity.number("number", most=3660),
        "validity_unit": validity.one_of("unit", UNITS),
        "languages": entry.some_of("languages", LANGUAGES),
        "document_bytes": entry.number("document_bytes", most=MOST_BYTES),
        "media_types": entry.some_of("media_types"),
        "without_ebox": entry.one_of("without_ebox", tuple(WithoutEbox.values)),
    }
    message_type, _ = MessageType.objects.update_or_create(code=code, defaults=defaults)
    message_type.applications.set(known)
    configure(message_type, in_production=not only_acceptance)


def _refuse_what_others_decide(entry: Entry, code: str, *, only_acceptance: bool) -> None:
    """A type is one row: what is loaded holds wherever it is configured, and a request for it is decided as such."""
    if only_acceptance and MessageType.objects.filter(code=code, production_at__isnull=False).exists():
        raise entry.wrong("code", "configured in production: what is loaded would hold there too; load it for both")
    request = TypeRequest.objects.filter(code=code, state__in=OPEN).first()
    if request is not None:
        raise entry.wrong("code", f"request {request.pk} for it is open; eboxcast message-type show {request.pk}")


def configure(message_type: MessageType, *, in_production: bool) -> None:
    """Let a type be used in acceptance, or there and in production; where it is already it stays as it is."""
    message_type.acceptance_at = message_type.acceptance_at or clock.now()
    if in_production:
        message_type.production_at = message_type.production_at or clock.now()
    message_type.save(update_fields=["acceptance_at", "production_at"])
