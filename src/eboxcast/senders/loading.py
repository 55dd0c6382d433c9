"""Loading institutions, applications and message types from a sender file (TOML, docs/reference/sender-file.md).

What the file names is created or brought up to date; what it does not name stays. All of it, or nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import quiet
from eboxcast.lib import clock
from eboxcast.lib.digests import digest
from eboxcast.lib.identifiers import Refused, read_cbe
from eboxcast.senders.errors import SenderFileWrong
from eboxcast.senders.models import Application, Institution, MessageType, WithoutEbox

LANGUAGES = ("fr", "nl", "de")
EBOX_TYPES = ("CITIZEN", "ENTERPRISE")
UNITS = ("day", "month", "year")
MOST_BYTES = 100 * 1024 * 1024

Table = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """How much a file held."""

    institutions: int
    applications: int
    message_types: int


def load_senders(path: Path, *, by: str) -> Loaded:
    """Load a sender file. Raises SenderFileWrong naming the place of the first thing that is wrong."""
    content = _read(path)
    file = _Reader(path.name, _parse(path.name, content))
    with quiet(), transaction.atomic():
        loaded = Loaded(
            institutions=file.each("institution", _load_institution),
            applications=file.each("application", _load_application),
            message_types=file.each("message_type", _load_message_type),
        )
        record("senders.loaded", by=by, data={"file": path.name, "digest": digest(content).hex(), **vars(loaded)})
    return loaded


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SenderFileWrong(file=path.name, place="-", problem=error.strerror or "cannot be read") from None


def _parse(file: str, content: bytes) -> Table:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SenderFileWrong(file=file, place="TOML", problem=str(error)) from None


class _Entry:
    """One table of the file, which says exactly where something is wrong."""

    def __init__(self, file: str, place: str, values: Table) -> None:
        self.file = file
        self.place = place
        self.values = values

    def wrong(self, name: str, problem: str) -> SenderFileWrong:
        return SenderFileWrong(file=self.file, place=f"{self.place} {name}", problem=problem)

    def take(self, name: str, kind: type, expected: str) -> Any:
        value = self.values.get(name)
        if not isinstance(value, kind) or isinstance(value, bool) or not value:
            raise self.wrong(name, f"expected {expected}")
        return value

    def text(self, name: str, *, most: int) -> str:
        value: str = self.take(name, str, f"a text of 1 to {most} characters")
        if len(value) > most:
            raise self.wrong(name, f"longer than {most} characters")
        return value

    def number(self, name: str, *, most: int) -> int:
        value: int = self.take(name, int, f"a whole number from 1 to {most}")
        if not 0 < value <= most:
            raise self.wrong(name, f"expected a whole number from 1 to {most}")
        return value

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.values.get(name)
        if value not in choices:
            raise self.wrong(name, f"expected one of {', '.join(choices)}")
        return str(value)

    def some_of(self, name: str, choices: tuple[str, ...] | None = None) -> list[str]:
        values: list[str] = self.take(name, list, "a list")
        for value in values:
            if not isinstance(value, str) or (choices and value not in choices):
                raise self.wrong(name, f"expected values of {', '.join(choices or ('text',))}")
        return values

    def names(self, name: str) -> dict[str, str]:
        value: dict[str, str] = self.take(name, dict, "names by language: { fr = …, nl = …, de = … }")
        missing = [language for language in LANGUAGES if not value.get(language)]
        if missing:
            raise self.wrong(name, f"no name in {', '.join(missing)}")
        return value

    def entry(self, name: str) -> _Entry:
        return _Entry(self.file, f"{self.place} {name}", self.take(name, dict, "a table"))


class _Reader:
    """The whole file."""

    def __init__(self, file: str, content: Table) -> None:
        self.file = file
        self.content = content
        unknown = content.keys() - {"institution", "application", "message_type"}
        if unknown:
            raise SenderFileWrong(file=file, place=min(unknown), problem="this is no known table")

    def each(self, name: str, load: Callable[[_Entry], None]) -> int:
        tables = self.content.get(name, [])
        if not isinstance(tables, list):
            raise SenderFileWrong(file=self.file, place=name, problem=f"write [[{name}]], with two brackets")
        for number, values in enumerate(tables, start=1):
            load(_Entry(self.file, f"{name} {number}", values))
        return len(tables)


def _load_institution(entry: _Entry) -> None:
    cbe = entry.text("cbe", most=10)
    if isinstance(read_cbe(cbe, today=clock.today()), Refused):
        raise entry.wrong("cbe", "not a CBE number: ten digits, the last two check the others")
    Institution.objects.update_or_create(cbe=cbe, defaults={"names": entry.names("name")})


def _load_application(entry: _Entry) -> None:
    institution = Institution.objects.filter(cbe=entry.text("institution", most=10)).first()
    if institution is None:
        raise entry.wrong("institution", "this institution is neither in the file nor loaded before")
    name = entry.text("name", most=150)
    known = Application.objects.filter(name=name).exclude(institution=institution).first()
    if known is not None:
        raise entry.wrong("name", f"this application belongs to institution {known.institution_id}")
    defaults = {"institution": institution, "titles": entry.names("title")}
    Application.objects.update_or_create(name=name, defaults=defaults)


def _load_message_type(entry: _Entry) -> None:
    code = entry.text("code", most=80)
    if len(code) < _SHORTEST_CODE:
        raise entry.wrong("code", f"shorter than {_SHORTEST_CODE} characters")
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


_SHORTEST_CODE = 6
