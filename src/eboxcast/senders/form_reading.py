"""Reading a form from TOML so that every wrong place is named at once, not only the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from eboxcast.lib.free_text import hides_a_number
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.senders.form_faults import FormFault
from eboxcast.senders.toml_files import LANGUAGES

MISSING = N_("This is missing.")
_NO_TABLE = N_("Write this as a table: [{table}]")
_UNKNOWN = N_("The form does not have this field.")
_TEXT = N_("Write a text of {least} to {most} characters, on one line.")
_PROSE = N_("Write a text of 1 to {most} characters.")
_NUMBER = N_("Write a whole number from 1 to {most}.")
_ONE_OF = N_("Write one of: {choices}.")
_SOME_OF = N_('Write a list with one or more of these: ["…", "…"] of {choices}.')
_NAMES = N_("Write a name in each language: fr, nl, de.")
_DATES = N_("Write dates from today onwards, without quotes: [2027-02-15].")
_NATIONAL_NUMBER = N_("This contains what looks like a national number. The form must not identify any citizen.")
_EMAIL_WANTED = N_("Write an email address such as name@example.be.")
_PHONE_WANTED = N_("Write a phone number in international format: +32 2 123 45 67.")

_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+[1-9][0-9 ./()\-]{5,24}")
_MOST_EMAIL = 80
_MOST_NAME = 150


class Section:
    """One table of the form. What is wrong goes to ``faults``; a value of its kind comes back all the same."""

    def __init__(self, place: str, values: Mapping[str, Any], faults: list[FormFault]) -> None:
        self.place = place
        self.values = values
        self.faults = faults
        self.asked: set[str] = set()

    def wrong(self, name: str, sentence: str, **data: object) -> None:
        """Note what is wrong at a place of this table."""
        self.faults.append(FormFault(f"{self.place} {name}".strip(), sentence, data))

    def _take(self, name: str, kind: type | tuple[type, ...]) -> Any:
        """Return a value of its kind, or None where it is missing (which is noted) or of another kind."""
        self.asked.add(name)
        value = self.values.get(name)
        if value is None or value in ("", [], {}):
            self.wrong(name, MISSING)
            return _ABSENT
        return value if isinstance(value, kind) and not isinstance(value, bool) else None

    def text(self, name: str, *, most: int, least: int = 1) -> str:
        """Return a text on one line."""
        value = self._take(name, str)
        if value is _ABSENT:
            return ""
        if value is None or not least <= len(value.strip()) <= most or not value.isprintable():
            self.wrong(name, _TEXT, least=least, most=most)
            return ""
        return self._names_nobody(name, value.strip())

    def prose(self, name: str, *, most: int) -> str:
        """Return a text of any number of lines."""
        value = self._take(name, str)
        if value is _ABSENT:
            return ""
        if value is None or not 1 <= len(value.strip()) <= most or not value.replace("\n", "").isprintable():
            self.wrong(name, _PROSE, most=most)
            return ""
        return self._names_nobody(name, value.strip())

    def _names_nobody(self, name: str, value: str) -> str:
        if not hides_a_number(value):
            return value
        self.wrong(name, _NATIONAL_NUMBER)
        return ""

    def number(self, name: str, *, most: int) -> int:
        """Return a whole number from 1."""
        value = self._take(name, int)
        if value is _ABSENT:
            return 0
        if value is None or not 1 <= value <= most:
            self.wrong(name, _NUMBER, most=most)
            return 0
        return int(value)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """Return one of the choices."""
        value = self._take(name, str)
        if value is not _ABSENT and value not in choices:
            self.wrong(name, _ONE_OF, choices=", ".join(choices))
        return str(value)

    def some_of(self, name: str, choices: tuple[str, ...]) -> list[str]:
        """Return some of the choices, each once."""
        values = self._take(name, list)
        if values is _ABSENT:
            return []
        if values is None or not all(isinstance(value, str) and value in choices for value in values):
            self.wrong(name, _SOME_OF, choices=", ".join(choices))
            return []
        return list(dict.fromkeys(values))

    def names(self, name: str) -> dict[str, str]:
        """Return a name in French, Dutch and German, and in others where given."""
        inner = self.table(name)
        given = [*LANGUAGES, *(language for language in ("en",) if inner.values.get(language))]
        if not inner.values:
            self.wrong(name, _NAMES)
            return {}
        found = {language: inner.text(language, most=_MOST_NAME) for language in given}
        inner.refuse_the_rest()
        return found

    def dates(self, name: str, *, today: date) -> list[date]:
        """Return days from today on, in order."""
        values = self._take(name, list)
        if values is _ABSENT:
            return []
        good = values is not None and all(
            isinstance(value, date) and not isinstance(value, datetime) and value >= today for value in values
        )
        if not good:
            self.wrong(name, _DATES)
        return sorted(set(values)) if good else []

    def contact(self, name: str) -> dict[str, str]:
        """Return somebody who can be reached: name, address, telephone."""
        inner = self.table(name)
        if not inner.values:
            self.wrong(name, MISSING)
            return {}
        found = {"name": inner.text("name", most=_MOST_NAME), "email": inner._like("email", _EMAIL, _EMAIL_WANTED)}
        inner.asked.add("phone")
        if "phone" in inner.values:
            found["phone"] = inner._like("phone", _PHONE, _PHONE_WANTED)
        inner.refuse_the_rest()
        return found

    def _like(self, name: str, form: re.Pattern[str], wanted: str) -> str:
        value = self._take(name, str)
        if value is _ABSENT:
            return ""
        if value is None or len(value) > _MOST_EMAIL or not form.fullmatch(value) or hides_a_number(value):
            self.wrong(name, wanted)
            return ""
        return str(value)

    def table(self, name: str) -> Section:
        """Return a table of this one, empty where there is none."""
        self.asked.add(name)
        value = self.values.get(name, {})
        if not isinstance(value, Mapping):
            self.wrong(name, _NO_TABLE, table=name)
            value = {}
        return Section(f"{self.place} {name}".strip(), value, self.faults)

    def refuse_the_rest(self) -> None:
        """Note what nobody asked for: most often a key that is misspelt."""
        for name in sorted(self.values.keys() - self.asked):
            self.wrong(mask_and_strip(name), _UNKNOWN)


_ABSENT: Any = object()
