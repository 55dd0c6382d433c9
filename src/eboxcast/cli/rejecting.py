"""Write the rejected rows of a package to a file that only its owner can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from eboxcast.cli.errors import OutputInTheWay, OutputNotWritten
from eboxcast.package.directory import find_files
from eboxcast.package.fault_kinds import Level
from eboxcast.package.faults import FAULTS
from eboxcast.package.model import Checked, EboxType, Fault, ListAccount, PackageFiles
from eboxcast.package.reading import reason_of
from eboxcast.package.rejected import rejected_rows


def write_rejected(checked: Checked, files: PackageFiles | Path, *, out: Path, language: str) -> list[Path]:
    """Write the faulty rows in the sender's own columns; with several lists, each has a file with its name in it."""
    lists = find_files(files).lists if isinstance(files, Path) else files.lists
    if any(out.resolve() == path.resolve() for path in lists):
        raise OutputInTheWay(path=out)
    by_name = {account.file_name: account for account in checked.lists}
    written = []
    for path in lists:
        account = by_name[path.name]
        if _has_rejected_rows(account, checked):
            target = out if len(lists) == 1 else out.with_name(f"{out.stem}-{path.stem}{out.suffix}")
            _write(target, _rows(path, account, checked, language))
            written.append(target)
    return written


def _has_rejected_rows(account: ListAccount, checked: Checked) -> bool:
    faulty = any(FAULTS[code].level is Level.ROW for code in account.faults)
    return faulty or any(fault.file == account.file_name for fault in _duplicates(checked))


def _duplicates(checked: Checked) -> Iterator[Fault]:
    return (fault for fault in checked.faults if fault.code == "list.duplicate")


def _rows(path: Path, account: ListAccount, checked: Checked, language: str) -> Iterator[bytes]:
    ebox_type = checked.metadata.ebox_type if checked.metadata else EboxType.CITIZEN
    return rejected_rows(
        path,
        account_digest=account.digest,
        ebox_type=ebox_type,
        language=language,
        duplicates=_duplicates(checked),
    )


def _write(target: Path, rows: Iterable[bytes]) -> None:
    try:
        # The rows hold national numbers: mkstemp gives the file to its owner alone.
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".rejected-")
    except OSError as error:
        raise OutputNotWritten(path=target, reason=reason_of(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(rows)
        Path(name).replace(target)
    except OSError as error:
        raise OutputNotWritten(path=target, reason=reason_of(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)
