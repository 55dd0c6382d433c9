"""Find the three kinds of files in a directory (design §6), and name everything that is not one of them."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eboxcast.package.faults import Fault
from eboxcast.package.metadata import read_metadata
from eboxcast.package.metadata_text import MOST_BYTES, NAMESPACE, is_ours
from eboxcast.package.model import PackageFiles
from eboxcast.package.reading import Unread, read_once, reason_of
from eboxcast.package.sheets.workbook import NAMES as SPREADSHEETS

_HIDDEN = (".", "~$")
"""How the names of hidden files begin; the second are those that Excel writes beside a file that is open."""
_LISTS = (".csv", *SPREADSHEETS)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a directory holds. A file that could not be told is None, and a fault says why."""

    directory: Path
    metadata: Path | None = None
    document: Path | None = None
    lists: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def files(self) -> PackageFiles | None:
        """Return the files of the package when nothing is missing and nothing is in the way."""
        if self.faults or self.metadata is None or self.document is None:
            return None
        return PackageFiles(metadata=self.metadata, document=self.document, lists=self.lists)


def find_files(directory: Path) -> Found:
    """Tell metadata, document and recipient lists apart; only names and the metadata are read."""
    try:
        entries = sorted(
            (entry for entry in os.scandir(directory) if not entry.name.startswith(_HIDDEN)),
            key=lambda entry: entry.name,
        )
    except NotADirectoryError:
        return _nothing(directory, "package.not-a-directory")
    except OSError as error:
        return _nothing(directory, "package.unreadable", reason=reason_of(error))
    refused = tuple(fault for entry in entries if (fault := _refuse(entry)))
    names = {fault.file for fault in refused}
    files = [Path(entry.path) for entry in entries if entry.name not in names]
    found = Found(directory=directory, faults=refused)
    return _with_lists(_with_document(_with_metadata(found, files), files), files)


def _nothing(directory: Path, code: str, **data: str) -> Found:
    return Found(directory=directory, faults=(Fault(code=code, file=str(directory), data=data),))


def _refuse(entry: os.DirEntry[str]) -> Fault | None:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return None  # it vanished meanwhile; reading it will say so
    if stat.S_ISREG(mode):
        return None
    code = "link" if stat.S_ISLNK(mode) else "directory" if stat.S_ISDIR(mode) else "special-file"
    return Fault(code=f"package.{code}-inside", file=entry.name)


def _with_metadata(found: Found, files: Sequence[Path]) -> Found:
    xml = [file for file in files if _extension(file) == ".xml"]
    ours = [file for file in xml if _means_to_be_metadata(file)]
    if len(ours) > 1:
        names = ", ".join(file.name for file in ours)
        return _add(found, "package.two-metadata", ours[1].name, names=names)
    if ours or len(xml) == 1:
        # A single .xml with another root is the metadata too: its own faults say best what is wrong.
        return replace(found, metadata=(ours or xml)[0])
    return _add(found, "package.no-metadata", str(found.directory), namespace=NAMESPACE)


def _means_to_be_metadata(file: Path) -> bool:
    content = read_once(file, most=MOST_BYTES)
    return not isinstance(content, Unread) and is_ours(content)


def _with_document(found: Found, files: Sequence[Path]) -> Found:
    name = read_metadata(found.metadata).download_file_name if found.metadata else None
    others = [file for file in files if file != found.metadata]
    candidates = [file for file in others if _extension(file) not in (*_LISTS, ".xml")]
    if name is None:
        # The metadata's own faults explain; a single candidate is checked all the same.
        return replace(found, document=candidates[0] if len(candidates) == 1 else None)
    document = next((file for file in others if _same_name(file.name, name)), None)
    if document is None:
        return _add(found, "package.no-document", str(found.directory), name=name)
    return replace(found, document=document)


def _with_lists(found: Found, files: Sequence[Path]) -> Found:
    others = [file for file in files if file not in {found.metadata, found.document}]
    lists = tuple(file for file in others if _extension(file) in _LISTS)
    found = replace(found, lists=lists)
    if not lists:
        found = _add(found, "package.no-list", str(found.directory))
    for file in others:
        if file not in lists:
            found = _stray(found, file)
    return found


def _stray(found: Found, file: Path) -> Found:
    if _extension(file) == ".xml":
        # When there are two metadata files or none was recognised, that has been said already.
        return _add(found, "package.stray-file", file.name) if found.metadata else found
    if found.document and _extension(file) == _extension(found.document):
        return _add(found, "package.second-document", file.name, name=found.document.name)
    return _add(found, "package.stray-file", file.name)


def _add(found: Found, code: str, file: str, **data: str) -> Found:
    return replace(found, faults=(*found.faults, Fault(code=code, file=file, data=data)))


def _extension(file: Path) -> str:
    return file.suffix.lower()


def _same_name(one: str, other: str) -> bool:
    """Compare names as people do: macOS writes an accent as a sign of its own."""
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
