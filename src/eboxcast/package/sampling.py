"""A valid synthetic package to try things with: the same files for the same seed, and nobody's data in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import KIND_FACTOR, Keys
from eboxcast.package.errors import SampleInTheWay
from eboxcast.package.model import MOST_ROWS, EboxType, PackageFiles
from eboxcast.package.sampling_letter import letter_pdf
from eboxcast.package.sampling_metadata import SampleMessage, annotated_metadata_xml, message_types_toml, metadata_xml
from eboxcast.package.sampling_numbers import synthetic_keys
from eboxcast.package.sampling_texts import LETTERS

_DIGITS = {EboxType.CITIZEN: 11, EboxType.ENTERPRISE: 10}
_REFERENCE_DIGITS = 8
_COLUMN_NAMES = {
    EboxType.CITIZEN: {"fr": "NISS", "nl": "INSZ", "de": "NISS"},
    EboxType.ENTERPRISE: {"fr": "BCE", "nl": "KBO", "de": "CBE"},
}


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
    """Write a package and what explains it; ``lists`` is the least number of lists (one per 300,000 rows anyway)."""
    keys = synthetic_keys(recipients, seed=seed, ebox_type=ebox_type)
    letter = LETTERS[language]
    message = SampleMessage(
        ticket=ticket or f"demo-{language}-{seed}",
        sequence=sequence,
        title=title or letter.title,
        file_name=letter.file_name,
        language=language,
        ebox_type=ebox_type,
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


def _with_explanations(out: Path, files: PackageFiles, message: SampleMessage) -> SamplePaths:
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
