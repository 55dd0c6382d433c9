"""Moments, days, numbers and sizes as they are shown: one way for programs, one for people in their language.

For programs a moment is ISO 8601 in Brussels time with its offset. For people it is Brussels time: in words in a
sentence (``moment_in``), to the minute on a page (``minute_in``), as evidence with its offset (``exact_moment``), in
figures in a column (``short_moment``), with its weekday in a letter (``long_moment``).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, overload

from eboxcast.lib.clock import BRUSSELS

Precision = Literal["seconds", "milliseconds", "microseconds"]

# CLDR has these words too, and the tests compare; but Babel takes 30 ms to import: as long as a small publication.
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
_WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
_SHORT_WEEKDAYS = {
    "fr": "lun. mar. mer. jeu. ven. sam. dim.",
    "nl": "ma di wo do vr za zo",
    "de": "Mo. Di. Mi. Do. Fr. Sa. So.",
    "en": "Mon Tue Wed Thu Fri Sat Sun",
}
_AT = {"fr": "à {}", "nl": "om {}", "de": "um {} Uhr", "en": "at {}"}
_BRUSSELS_TIME = {
    "fr": "heure de Bruxelles",
    "nl": "Belgische tijd",
    "de": "Brüsseler Zeit",
    "en": "Brussels time",
}
_GROUPS = {"en": ",", "fr": "\u202f", "nl": ".", "de": "."}
_KILO = 1024
_UNITS = {"fr": ("\u00a0o", "\u00a0ko", "\u00a0Mo", "\u00a0Go")}
_OTHER_UNITS = (" B", " kB", " MB", " GB")
_SEMICOLONS = {"fr": "\u202f; "}
_MINUTE, _HOUR = 60, 3600
_LAST_SECOND = (23, 59, 59)


@overload
def iso(moment: datetime, precision: Precision = ...) -> str: ...
@overload
def iso(moment: datetime | None, precision: Precision = ...) -> str | None: ...
def iso(moment: datetime | None, precision: Precision = "milliseconds") -> str | None:
    """Return a moment as programs read it: 2027-02-15T18:00:03.120+01:00."""
    return moment.astimezone(BRUSSELS).isoformat(timespec=precision) if moment else None


def exact_moment(moment: datetime, language: str) -> str:
    """Return a moment as evidence: 15 February 2027 at 18:00:03 (UTC+1). Seconds that are zero are not said."""
    there = moment.astimezone(BRUSSELS)
    return f"{_day(there, language)} {_time(there, language)} ({_offset(there)})"


def moment_in(moment: datetime, language: str) -> str:
    """Return a moment for a sentence: 15 February 2027 at 18:00:03. About when the clock changes, with its offset.

    The last second of a day is the deadline that it ends: only the day is said.
    """
    there = moment.astimezone(BRUSSELS)
    if _ends_its_day(there):
        return _day(there, language)
    return f"{_day(there, language)} {_time(there, language)}{_offset_if_it_changes(there)}"


def minute_in(moment: datetime, language: str) -> str:
    """Return a moment for a page: 15 February 2027 at 18:00. About when the clock changes, with its offset."""
    there = moment.astimezone(BRUSSELS)
    return moment_in(there if _ends_its_day(there) else there.replace(second=0), language)


def short_moment(moment: datetime, language: str) -> str:
    """Return a moment for a column: 15/02/2027 18:00:03."""
    there = moment.astimezone(BRUSSELS)
    return f"{figures(there.date(), language)} {there:%H:%M:%S}"


def short_minute(moment: datetime, language: str) -> str:
    """Return a moment for a column where seconds say nothing: 15/02/2027 18:00."""
    there = moment.astimezone(BRUSSELS)
    return f"{figures(there.date(), language)} {there:%H:%M}"


def long_moment(moment: datetime, language: str) -> str:
    """Return a moment for a letter: Monday 15 February 2027 at 18:00:03, Brussels time (UTC+1)."""
    there = moment.astimezone(BRUSSELS)
    time = _time(there, language)
    return f"{long_date(there.date(), language)} {time}, {_BRUSSELS_TIME[language]} ({_offset(there)})"


def long_date(day: date, language: str) -> str:
    """Return a day with its weekday and month in words: dinsdag 18 mei 2027."""
    comma = "," if language == "de" else ""
    return f"{_WEEKDAYS[language].split()[day.weekday()]}{comma} {_day(day, language)}"


def short_date(day: date, language: str) -> str:
    """Return a day with its weekday, fit for a column: di 18/05/2027."""
    return f"{_SHORT_WEEKDAYS[language].split()[day.weekday()]} {figures(day, language)}"


def figures(day: date, language: str) -> str:
    """Return a day in figures alone: 18/05/2027, in German 18.05.2027."""
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day:%d/%m/%Y}"


def month_in(day: date, language: str) -> str:
    """Return the month of a day in words: mei 2027."""
    return f"{_MONTHS[language].split()[day.month - 1]} {day.year}"


def weekdays(language: str) -> tuple[tuple[str, str], ...]:
    """Return the days of a week from Monday on, each short and whole: (ma, maandag)."""
    return tuple(zip(_SHORT_WEEKDAYS[language].split(), _WEEKDAYS[language].split(), strict=True))


def short_times(start: datetime, end: datetime) -> tuple[str, str]:
    """Return the times of two moments, to the minute: 18:00. In a night when the clock changes, with their offsets."""
    there = (start.astimezone(BRUSSELS), end.astimezone(BRUSSELS))
    change = there[0].utcoffset() != there[1].utcoffset()
    first, second = (f"{one:%H:%M} ({_offset(one)})" if change else f"{one:%H:%M}" for one in there)
    return first, second


def grouped(number: int, language: str) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}".replace(",", _GROUPS[language])


def short_run(number: object) -> str:
    """Return the beginning of a run's number, or another that is written as a UUID: enough to name it in a command."""
    return str(number)[:8]


def short_digest(digest: bytes | memoryview | str) -> str:
    """Return the beginning of a digest, in hexadecimal: enough for people to compare."""
    return (digest if isinstance(digest, str) else bytes(digest).hex())[:12]


def size(count: int, language: str) -> str:
    """Return a number of bytes in a unit that keeps it short."""
    units = _UNITS.get(language, _OTHER_UNITS)
    if count < _KILO:
        return f"{count}{units[0]}"
    power = 1 if count < _KILO**2 else 2 if count < _KILO**3 else 3
    whole, _, decimal = f"{count / _KILO**power:.1f}".partition(".")
    return f"{grouped(int(whole), language)}{'.' if language == 'en' else ','}{decimal}{units[power]}"


def clauses(parts: Iterable[str], language: str) -> str:
    """Return clauses as one sentence, with the sign that the language has between them."""
    return _SEMICOLONS.get(language, "; ").join(parts)


def duration(seconds: float) -> str:
    """Return seconds as a clock shows them: 1:02:03."""
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def rough_duration(seconds: float) -> str:
    """Return seconds in the unit that matters: 0.42 s, 12 min, 3 h 20 min."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds:.2f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"


def spoken(data: Mapping[str, object], language: str) -> dict[str, object]:
    """Return data for a sentence: days in words, numbers with their thousands apart, all else as it is."""
    return {name: _spoken(value, language) for name, value in data.items()}


def aligned(rows: Sequence[tuple[str, ...]], *, to_the_right: Container[int] = ()) -> list[str]:
    """Return rows as lines with their cells under each other: unlike a table of Rich, never wrapped nor padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def cell(text: str, index: int) -> str:
        return text.rjust(widths[index]) if index in to_the_right else text.ljust(widths[index])

    return ["   ".join(cell(text, index) for index, text in enumerate(row)).rstrip() for row in rows]


def _spoken(value: object, language: str) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return long_date(value, language)
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value, language)
    return value


def _day(day: date, language: str) -> str:
    number = "1er" if language == "fr" and day.day == 1 else f"{day.day}." if language == "de" else day.day
    return f"{number} {_MONTHS[language].split()[day.month - 1]} {day.year}"


def _time(there: datetime, language: str) -> str:
    return _AT[language].format(f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}")


def _ends_its_day(there: datetime) -> bool:
    return (there.hour, there.minute, there.second) == _LAST_SECOND


def _offset_if_it_changes(there: datetime) -> str:
    day = timedelta(days=1)
    return "" if (there - day).utcoffset() == (there + day).utcoffset() else f" ({_offset(there)})"


def _offset(there: datetime) -> str:
    """Tell the two hours apart that have the same name when the clock goes back."""
    offset = there.utcoffset()
    return f"UTC+{offset.seconds // _HOUR}" if offset else "UTC"
