"""Reading what is loaded from TOML files: every value is asked for by kind, and a wrong one is named with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from eboxcast.lib.free_text import hides_a_number
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.errors import SenderFileWrong

LANGUAGES = ("fr", "nl", "de")

Table = Mapping[str, Any]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SenderFileWrong(
            file=mask_and_strip(path.name), place="-", problem=error.strerror or "cannot be read"
        ) from None


def parse(file: str, content: bytes) -> Table:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SenderFileWrong(file=file, place="TOML", problem=mask_and_strip(str(error))) from None


class Entry:
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
        return self._names_nobody(name, value)

    def _names_nobody(self, name: str, value: str) -> str:
        if hides_a_number(value):
            raise self.wrong(name, "contains a national number")
        return value

    def text_or_nothing(self, name: str, *, most: int) -> str:
        return self.text(name, most=most) if name in self.values else ""

    def yes(self, name: str, *, otherwise: bool = False) -> bool:
        value = self.values.get(name, otherwise)
        if not isinstance(value, bool):
            raise self.wrong(name, "expected true or false")
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
        return {language: self._names_nobody(name, str(text)) for language, text in value.items()}

    def entry(self, name: str) -> Entry:
        return Entry(self.file, f"{self.place} {name}", self.take(name, dict, "a table"))


class TomlFile:
    """The whole file."""

    def __init__(self, file: str, content: Table, *, tables: Collection[str]) -> None:
        self.file = file
        self.content = content
        unknown = content.keys() - set(tables)
        if unknown:
            raise SenderFileWrong(file=file, place=min(unknown), problem="this is no known table")

    def each(self, name: str, load: Callable[[Entry], None]) -> int:
        tables = self.content.get(name, [])
        if not isinstance(tables, list):
            raise SenderFileWrong(file=self.file, place=name, problem=f"write [[{name}]], with two brackets")
        for number, values in enumerate(tables, start=1):
            load(Entry(self.file, f"{name} {number}", values))
        return len(tables)
