"""What people hand in as TOML: frozen dataclasses say what a file holds, pydantic reads it, we say what is wrong.

A class below ``Form`` is a table. Its annotations say of each value what it is, by one of the kinds here:
``code: Annotated[str, line(80, least=6)]``. All wrong places come at once, in our own words and languages.
pydantic is imported when a file is read, as it takes as long as a small command does altogether (ADR 14).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from eboxcast.lib import clock
from eboxcast.lib.digests import digest
from eboxcast.lib.errors import EboxcastError, Reason
from eboxcast.lib.free_text import MOST_OF_A_NAME, hides_a_number
from eboxcast.lib.identifiers import CBE_DIGITS, Refused, read_cbe
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, ValidationInfo, ValidatorFunctionWrapHandler

LANGUAGES = ("fr", "nl", "de")

MISSING = N_("This is missing.")
UNKNOWN = N_("There is no field with this name.")
TABLE = N_("Write this as a table: [{table}]")
ONE_OF = N_("Write one of: {choices}.")
_PLACE = N_("{place}:")
_TABLES = N_("Write this as a table with two brackets: [[{table}]]")
_FLAG = N_("Write true or false.")
_TEXT = N_("Write a text of {least} to {most} characters, on one line.")
_PROSE = N_("Write a text of 1 to {most} characters.")
_NUMBER = N_("Write a whole number from 1 to {most}.")
_SOME_OF = N_('Write a list with one or more of these: ["…", "…"] of {choices}.')
_TEXTS = N_('Write a list with one or more texts: ["…", "…"].')
_NAMES = N_("Write a name in each language: fr, nl, de.")
_DATES = N_("Write dates from today onwards, without quotes: [2027-02-15].")
_NATIONAL_NUMBER = N_("This contains what looks like a national number. It must not identify any citizen.")
_CBE = N_("Write a CBE number: ten digits between quotes, of which the last two are check digits.")
_EMAIL = N_("Write an email address such as name@example.be.")
_PHONE = N_("Write a phone number in international format: +32 2 123 45 67.")

_OF_TABLES = {
    "missing": MISSING,
    "unexpected_keyword_argument": UNKNOWN,
    "dataclass_type": TABLE,
    "list_type": _TABLES,
}
"""What to say of the errors that come of a table and not of a value."""

_EMAIL_FORM = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_PHONE_FORM = re.compile(r"\+[1-9][0-9 ./()\-]{5,24}")
_MOST_EMAIL = 80


@dataclass(frozen=True, kw_only=True)
class Form:
    """A table of a file; keys that it does not have are refused."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = {"extra": "forbid", "str_strip_whitespace": True}


class Unfit(ValueError):
    """What is wrong with a value, as what to write instead; ``field`` is where, below the table it is raised for."""

    def __init__(self, sentence: str, field: str = "", /, **data: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.data = data

    def at(self, place: str) -> Reason:
        """Return it with its place, as a part of an error."""
        place = f"{place} {self.field}".strip()
        return Reason(sentence=_PLACE, remedy=self.sentence, data={"place": place, **self.data})


class Unreadable(Exception):
    """The file cannot be read, or is no TOML; ``problem`` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class WrongPlaces(Exception):
    """All that is wrong with what a file holds."""

    def __init__(self, faults: Sequence[Reason]) -> None:
        super().__init__(len(faults))
        self.faults = faults


@dataclass(frozen=True, eq=False)
class Fit:
    """A kind of value: ``make`` returns what to keep of one that has the field's type, None where it does not fit."""

    make: Callable[[Any], object]
    sentence: str
    """What to write, for any value that does not fit."""
    data: Mapping[str, object] = field(default_factory=dict)
    is_path: bool = False
    """Whether it is relative to the folder of the file."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> object:
        from pydantic import WrapValidator  # while a file is read

        schema: Any = WrapValidator(self._kept).__get_pydantic_core_schema__(source, handler)
        _make_strict(schema["schema"])
        return schema

    def _kept(self, value: object, of_type: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
        from pydantic import ValidationError  # while a file is read

        if value in ("", [], {}):
            raise Unfit(MISSING)
        folder: Any = info.context
        try:
            kept = self.make(of_type(folder / value if self.is_path and isinstance(value, str) else value))
        except ValidationError:
            kept = None
        if kept is None:
            raise Unfit(self.sentence, "", **self.data)
        return kept


def _make_strict(schema: Any) -> None:
    """Let nothing be taken for another type, no text for a number; but TOML has lists only, and words for enums."""
    schema["strict"] = schema["type"] not in ("tuple", "enum")
    items = schema.get("items_schema", [])
    for one in items if isinstance(items, list) else [items]:
        _make_strict(one)


def flag() -> Fit:
    """True or false."""
    return Fit(lambda value: value, _FLAG)


def line(most: int, *, least: int = 1) -> Fit:
    """Text on one line, without a national number."""
    data = {"least": least, "most": most}
    return Fit(lambda text: _about_nobody(text) if _is_line(text, least, most) else None, _TEXT, data)


def prose(most: int) -> Fit:
    """Text on any number of lines, without a national number."""
    return Fit(lambda text: _about_nobody(text) if _is_line(_one_line(text), 1, most) else None, _PROSE, {"most": most})


def number(most: int) -> Fit:
    """Whole number from 1."""
    return Fit(lambda value: value if 1 <= value <= most else None, _NUMBER, {"most": most})


def one_of(choices: Sequence[str]) -> Fit:
    """One of some words."""
    return Fit(lambda word: word if word in choices else None, ONE_OF, {"choices": ", ".join(choices)})


def some_of(choices: Sequence[str]) -> Fit:
    """List of some words, each kept once."""
    data = {"choices": ", ".join(choices)}
    return Fit(lambda words: list(dict.fromkeys(words)) if set(words) <= set(choices) else None, _SOME_OF, data)


def word_of(words: type[StrEnum]) -> Fit:
    """One of the words of an enum."""
    return Fit(lambda word: word, ONE_OF, {"choices": ", ".join(words)})


def texts() -> Fit:
    """List or tuple of any texts."""
    return Fit(lambda words: words if all(map(_about_nobody, words)) else None, _TEXTS)


def days_to_come() -> Fit:
    """Days from today on, kept in order."""
    return Fit(lambda days: sorted(set(days)) if min(days) >= clock.today() else None, _DATES)


Name = Annotated[str, line(MOST_OF_A_NAME)]
Cbe = Annotated[str, Fit(lambda text: text if _is_cbe(text) else None, _CBE)]
Email = Annotated[str, Fit(lambda text: _about_nobody(text) if _is_email(text) else None, _EMAIL)]
Phone = Annotated[str, Fit(lambda text: text if _PHONE_FORM.fullmatch(text) else None, _PHONE)]


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def _is_line(text: str, least: int, most: int) -> bool:
    return least <= len(text) <= most and text.isprintable()


def _is_cbe(text: str) -> bool:
    return len(text) == CBE_DIGITS and not isinstance(read_cbe(text, today=clock.today()), Refused)


def _is_email(text: str) -> bool:
    return len(text) <= _MOST_EMAIL and _EMAIL_FORM.fullmatch(text) is not None


def _about_nobody(text: str) -> str:
    if hides_a_number(text):
        raise Unfit(_NATIONAL_NUMBER)
    return text


@dataclass(frozen=True, kw_only=True)
class Names(Form):
    """A name in each language."""

    fr: Name
    nl: Name
    de: Name
    en: Name = ""

    def by_language(self) -> dict[str, str]:
        """Return the names that are given."""
        return {language: name for language, name in vars(self).items() if name}


@dataclass(frozen=True, kw_only=True)
class OpenNames(Names):
    """A name in each language, and in any others."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = {**Names.__pydantic_config__, "extra": "allow"}

    def __post_init__(self) -> None:
        for language, name in vars(self).items():
            if not isinstance(name, str) or not _is_line(name, 0, MOST_OF_A_NAME):
                raise Unfit(_TEXT, mask_and_strip(language), least=1, most=MOST_OF_A_NAME)
            _about_nobody(name)


F = TypeVar("F")
E = TypeVar("E")


def read_form(
    path: Path, form: type[F], *, unreadable: type[EboxcastError], wrong: Callable[..., EboxcastError]
) -> tuple[F, dict[str, str]]:
    """Return what a file holds, and what the audit keeps of it: ``file``, its name, and ``digest``.

    Raises ``unreadable``, or ``wrong`` with every wrong place.
    """
    name = mask_and_strip(path.name)
    try:
        values, content = read_toml(path)
        return filled(form, values, folder=path.parent), {"file": name, "digest": digest(content).hex()}
    except Unreadable as found:
        raise unreadable(file=name, problem=found.problem) from None
    except WrongPlaces as found:
        raise wrong(file=name, faults=found.faults) from None


def read_toml(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return what a file holds, and its bytes. Raises Unreadable."""
    try:
        content = path.read_bytes()
        return tomllib.loads(content.decode("utf-8")), content
    except OSError as error:
        raise Unreadable(error.strerror or "-") from None
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(mask_and_strip(str(error))) from None


def filled(form: type[F], values: object, *, folder: Path, place: str = "") -> F:
    """Return a table as its form. Raises WrongPlaces; each place begins with ``place``."""
    from pydantic import TypeAdapter, ValidationError  # as long as a small command takes; only who reads a file waits

    try:
        return TypeAdapter(form).validate_python(values, context=folder)
    except ValidationError as error:
        raise WrongPlaces([_reason(one, place) for one in error.errors(include_url=False)]) from None


def unfit_entries(table: str, entries: Sequence[E], load: Callable[[E], object]) -> Iterator[Reason]:
    """Load each entry of a table, and yield what is unfit of those that cannot be: what only the database knows."""
    for place, entry in enumerate(entries, start=1):
        try:
            load(entry)
        except Unfit as unfit:
            yield unfit.at(f"{table} {place}")


def _reason(error: Any, place: str) -> Reason:
    steps = [str(step + 1) if isinstance(step, int) else mask_and_strip(step) for step in error["loc"]]
    unfit = error.get("ctx", {}).get("error")
    if not isinstance(unfit, Unfit):
        unfit = Unfit(_OF_TABLES[error["type"]], table=steps[-1])
    return unfit.at(" ".join((place, *steps)).strip())
