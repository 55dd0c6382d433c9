"""Write the rejected rows of a package to a file that only its owner can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from eboxcast.cli.shell.private import write_private
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.translation import N_
from eboxcast.package.directory import find_files
from eboxcast.package.faults import FAULTS, Fault, Level
from eboxcast.package.model import Checked, EboxType, ListAccount, PackageFiles
from eboxcast.package.rejected import rejected_rows


class OutputInTheWay(WrongUse):
    """The output would overwrite a file that was given as input."""

    code = "output.in-the-way"
    sentence = N_("{path} is one of the files to check, so it was not overwritten.")
    remedy = N_("Choose another name for the output file.")


class OutputInPackage(WrongUse):
    """The output would become a part of the package."""

    code = "output.in-package"
    sentence = N_("{path} is inside the package and would be read as a recipient list.")
    remedy = N_("Choose a location outside the package.")


def write_rejected(checked: Checked, files: PackageFiles | Path, *, out: Path, language: str) -> list[Path]:
    """Write the faulty rows in the sender's own columns; with several lists, each has a file with its name in it."""
    lists = find_files(files).lists if isinstance(files, Path) else files.lists
    by_name = {account.file_name: account for account in checked.lists}
    targets = {}
    for path in lists:
        if _has_rejected_rows(by_name[path.name], checked):
            targets[path] = out if len(lists) == 1 else out.with_name(f"{out.stem}-{path.stem}{out.suffix}")
    refuse_in_the_way((out, *targets.values()), files)
    for path, target in targets.items():
        # The same command run again writes the same file again.
        write_private(target, _rows(path, by_name[path.name], checked, language), force=True)
    return list(targets.values())


def refuse_in_the_way(targets: Iterable[Path], files: PackageFiles | Path) -> None:
    """Raise before anything is written when a file to check would be overwritten, or the package would grow."""
    inputs = set() if isinstance(files, Path) else {files.metadata, files.document, *files.lists}
    given = {path.resolve() for path in inputs}
    for target in targets:
        if target.resolve() in given:
            raise OutputInTheWay(path=target)
        if isinstance(files, Path) and target.resolve().parent == files.resolve():
            raise OutputInPackage(path=target)


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
