"""A valid synthetic package to try things with: the same files for the same seed, and nobody's data in them.

Citizens are born from 1900 to 1911, so nobody among them lives. When their five million numbers do not suffice, the
same dates serve as BIS numbers (month +20, then +40). Enterprises have roots the register never gave out.

A list can be damaged as people really send them: what spreadsheets, typing and merging do to good numbers.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import ENTERPRISE, KIND_FACTOR, Keys
from eboxcast.package.errors import SampleInTheWay, SampleTooLarge
from eboxcast.package.example_metadata import ExampleMessage, annotated_metadata_xml, metadata_xml
from eboxcast.package.model import MOST_ROWS, EboxType, PackageFiles
from eboxcast.package.sampling_content import (
    APPLICATION,
    INSTITUTION,
    LETTERS,
    MESSAGE_TYPES,
    letter_pdf,
    message_types_toml,
)

_DIGITS = {EboxType.CITIZEN: 11, EboxType.ENTERPRISE: 10}
_REFERENCE_DIGITS = 8
_COLUMN_NAMES = {
    EboxType.CITIZEN: {"fr": "NISS", "nl": "INSZ", "de": "NISS"},
    EboxType.ENTERPRISE: {"fr": "BCE", "nl": "KBO", "de": "CBE"},
}
_FIRST_DAY = datetime.date(1900, 1, 1)
_DAYS = (datetime.date(1912, 1, 1) - _FIRST_DAY).days
_SERIALS = 998
_MONTH_SHIFTS = (0, 2000, 4000)
_PEOPLE = _DAYS * _SERIALS
MOST_CITIZENS = _PEOPLE * len(_MONTH_SHIFTS)
# Given out so far: roots from 02000000 up; and from 10000000 up in order, which will not reach these for decades.
_UNUSED_ROOTS = (range(1, 2_000_000), range(15_000_000, 20_000_000))
MOST_ENTERPRISES = sum(map(len, _UNUSED_ROOTS))
Row = list[str]


@dataclass(frozen=True, kw_only=True)
class SamplePaths:
    """Where the files of a sample lie."""

    directory: Path
    """The package: give this one to `eboxcast check`."""
    files: PackageFiles
    schema: Path
    annotated: Path
    message_types: Path


def write_sample(
    out: Path,
    *,
    recipients: int,
    seed: int = 1,
    language: str = "fr",
    ebox_type: EboxType = EboxType.CITIZEN,
    lists: int = 1,
    ticket: str | None = None,
    sequence: int | None = None,
    title: str | None = None,
) -> SamplePaths:
    """Write a package and what explains it; ``lists`` is the least number of lists (one per 300,000 rows anyway).

    Raises SampleTooLarge, SampleInTheWay.
    """
    keys = synthetic_keys(recipients, seed=seed, ebox_type=ebox_type)
    letter = LETTERS[language]
    message = ExampleMessage(
        ticket=ticket or f"demo-{language}-{seed}",
        sequence=sequence,
        application=APPLICATION,
        institution=INSTITUTION,
        message_type=MESSAGE_TYPES[ebox_type],
        ebox_type=ebox_type,
        language=language,
        title=title or letter.title,
        file_name=letter.file_name,
    )
    directory = _new_directory(out / "package")
    (directory / letter.file_name).write_bytes(letter_pdf(letter, language=language))
    (directory / "metadata.xml").write_text(metadata_xml(message), encoding="utf-8")
    files = PackageFiles(
        metadata=directory / "metadata.xml",
        document=directory / letter.file_name,
        lists=write_lists(directory, keys, language=language, ebox_type=ebox_type, lists=lists),
    )
    return _with_explanations(out, files, message)


def write_lists(
    directory: Path, keys: Keys, *, language: str, ebox_type: EboxType = EboxType.CITIZEN, lists: int = 1
) -> tuple[Path, ...]:
    """Write the keys into balanced lists, in their order, and return where."""
    parts = np.array_split(keys, max(lists, math.ceil(len(keys) / MOST_ROWS), 1))
    header = ";".join((_COLUMN_NAMES[ebox_type][language], *LETTERS[language].columns)) + "\r\n"
    paths = tuple(directory / f"recipients-{number:02d}.csv" for number in range(1, len(parts) + 1))
    first_row = 1
    for path, part in zip(paths, parts, strict=True):
        rows = _rows(part, first_row=first_row, digits=_DIGITS[ebox_type], language=language)
        path.write_bytes(header.encode() + rows)
        first_row += len(part)
    return paths


def synthetic_keys(count: int, *, seed: int, ebox_type: EboxType = EboxType.CITIZEN) -> Keys:
    """Return distinct recipient keys in a random order, the same for the same seed. Raises SampleTooLarge."""
    draw = np.random.default_rng(seed)
    return _citizens(count, draw) if ebox_type is EboxType.CITIZEN else _enterprises(count, draw)


def damage(source: Path, *, out: Path, seed: int = 1, each: int = 2) -> Path:
    """Copy a sample list, with ``each`` rows of every kind of damage at random places; return the copy."""
    header, *lines = source.read_text(encoding="utf-8").splitlines()
    draw = np.random.default_rng(seed)
    # Only a number that starts with a zero can lose it.
    candidates = [place for place, line in enumerate(lines) if line.startswith("0")]
    chosen = draw.choice(candidates, min(len(candidates), each * len(DAMAGES)), replace=False)
    damaged = {int(place): DAMAGES[number % len(DAMAGES)] for number, place in enumerate(chosen)}
    rows = [row for place, line in enumerate(lines) for row in _damaged(line, damaged.get(place))]
    out.write_text("\r\n".join([header, *rows]) + "\r\n", encoding="utf-8", newline="")
    return out


def _rows(keys: Keys, *, first_row: int, digits: int, language: str) -> bytes:
    references = np.arange(first_row, first_row + len(keys), dtype=np.int64)
    columns = (
        _in_digits(keys % KIND_FACTOR, digits),
        _constant(b";D", len(keys)),
        _in_digits(references, _REFERENCE_DIGITS),
        _constant(f";{language.upper()}\r\n".encode(), len(keys)),
    )
    return np.hstack(columns).tobytes()


def _in_digits(numbers: Keys, digits: int) -> NDArray[np.uint8]:
    characters = np.empty((len(numbers), digits), dtype=np.uint8)
    for position in range(digits - 1, -1, -1):
        numbers, last = np.divmod(numbers, 10)
        characters[:, position] = last + ord("0")
    return characters


def _constant(text: bytes, rows: int) -> NDArray[np.uint8]:
    return np.broadcast_to(np.frombuffer(text, dtype=np.uint8), (rows, len(text)))


def _with_explanations(out: Path, files: PackageFiles, message: ExampleMessage) -> SamplePaths:
    paths = SamplePaths(
        directory=files.metadata.parent,
        files=files,
        schema=out / "broadcast.xsd",
        annotated=out / "metadata-annotated.xml",
        message_types=out / "message-type.toml",
    )
    paths.schema.write_bytes((resources.files("eboxcast.package") / "broadcast.xsd").read_bytes())
    paths.annotated.write_text(annotated_metadata_xml(message), encoding="utf-8")
    paths.message_types.write_text(message_types_toml(message.language), encoding="utf-8")
    return paths


def _new_directory(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True)
    except FileExistsError:
        raise SampleInTheWay(directory=directory) from None
    return directory


def _citizens(count: int, draw: np.random.Generator) -> Keys:
    if count > MOST_CITIZENS:
        raise SampleTooLarge(asked=count, most=MOST_CITIZENS)
    pool = _PEOPLE * max(1, math.ceil(count / _PEOPLE))
    chosen = draw.choice(pool, count, replace=False)
    shift, person = np.divmod(chosen, _PEOPLE)
    day, serial = np.divmod(person, _SERIALS)
    nine_digits: Keys = (_dates()[day] + np.array(_MONTH_SHIFTS)[shift]) * 1000 + serial + 1
    return nine_digits * 100 + _check_digits(nine_digits)


def _enterprises(count: int, draw: np.random.Generator) -> Keys:
    if count > MOST_ENTERPRISES:
        raise SampleTooLarge(asked=count, most=MOST_ENTERPRISES)
    first, more = _UNUSED_ROOTS
    chosen = draw.choice(len(first) if count <= len(first) else MOST_ENTERPRISES, count, replace=False)
    root = np.where(chosen < len(first), chosen + first.start, chosen - len(first) + more.start)
    return ENTERPRISE * KIND_FACTOR + root * 100 + _check_digits(root)


def _check_digits(number: Keys) -> Keys:
    return 97 - number % 97


def _dates() -> NDArray[np.int64]:
    days = (_FIRST_DAY + datetime.timedelta(days=n) for n in range(_DAYS))
    return np.array([(day.year - 1900) * 10_000 + day.month * 100 + day.day for day in days], dtype=np.int64)


def _zeros_lost(row: Row) -> list[Row]:
    return [[row[0].lstrip("0"), *row[1:]]]


def _scientific(row: Row) -> list[Row]:
    return [[f"{int(row[0]):.4E}", *row[1:]]]


def _wrong_check_digits(row: Row) -> list[Row]:
    return [[row[0][:-2] + f"{int(row[0][-2:]) % 97 + 1:02d}", *row[1:]]]


def _letter_for_zero(row: Row) -> list[Row]:
    return [["O" + row[0][1:], *row[1:]]]


def _wrong_kind(row: Row) -> list[Row]:
    return [[INSTITUTION, *row[1:]]]


def _empty(row: Row) -> list[Row]:
    return [["", *row[1:]]]


def _twice(row: Row) -> list[Row]:
    return [row, row]


def _damaged(line: str, how: Callable[[Row], list[Row]] | None) -> list[str]:
    if how is None:
        return [line]
    return [";".join(row) for row in how(line.split(";"))]


DAMAGES: tuple[Callable[[Row], list[Row]], ...] = (
    _zeros_lost,
    _scientific,
    _wrong_check_digits,
    _letter_for_zero,
    _wrong_kind,
    _empty,
    _twice,
)
