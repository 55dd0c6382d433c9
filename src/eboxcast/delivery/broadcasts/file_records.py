"""What is kept of delivered files: name, size and SHA-256 of each, how many faults of each kind; no recipient."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from eboxcast.delivery.broadcasts.short_lists import PLACES
from eboxcast.lib.masking import mask_and_strip
from eboxcast.package.model import Package

_PREFIX_OF_HIDDEN = "."


def files_of(package: Package, places: list[int]) -> list[dict[str, object]]:
    """Tell of the files of a package; ``places`` are those of a short list, all kept with its first list."""
    document, metadata = package.document, package.metadata
    size = package.files.metadata.stat().st_size
    lists = [_file(account.file_name, account.size, account.digest) for account in package.lists]
    if places:
        lists[0][PLACES] = places
    return [
        _file(metadata.file_name, size, metadata.file_digest),
        _file(document.file_name, document.size, document.digest),
        *lists,
    ]


def files_in(directory: Path) -> Iterator[dict[str, object]]:
    """Tell of the files as they lie there, whatever they are; one that cannot be read is left out."""
    for path in sorted(directory.iterdir() if directory.is_dir() else ()):
        with suppress(OSError):
            if path.is_file() and not path.name.startswith(_PREFIX_OF_HIDDEN):
                with path.open("rb") as file:
                    yield _file(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").digest())


def _file(name: str, size: int, sha256: bytes) -> dict[str, object]:
    return {"name": mask_and_strip(name), "size": size, "sha256": sha256.hex()}


def faults_of(package: Package) -> dict[str, int]:
    """Return how many rows were left out, by the code of their fault."""
    counts: dict[str, int] = {}
    for account in package.lists:
        for code, count in account.faults.items():
            counts[code] = counts.get(code, 0) + count
    return counts
