"""Are the three files right? Everything that is wrong, at once; and the package when nothing is against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from eboxcast.package.combining import Combined, read_lists
from eboxcast.package.directory import Found, find_files
from eboxcast.package.document import check_document
from eboxcast.package.faults import Fault
from eboxcast.package.metadata import MetadataReading, read_metadata
from eboxcast.package.model import Checked, Document, EboxType, Limits, Package, PackageFiles, Policies

Progress = Callable[[int, int], None]
DEFAULT_POLICIES = Policies()
DEFAULT_LIMITS = Limits()


def check_package(
    files: PackageFiles | Path,
    *,
    policies: Policies = DEFAULT_POLICIES,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
    cap: int = 1000,
) -> Checked:
    """Check a directory, or three kinds of files wherever they are; ``cap`` is how many faulty rows are listed."""
    found = find_files(files) if isinstance(files, Path) else _given(files)
    reading = read_metadata(found.metadata) if found.metadata else MetadataReading()
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Another process opens the document: the lists are read meanwhile.
        inspected = beside.submit(_document, found, reading, limits)
        combined = read_lists(
            found.lists,
            # Without metadata there is no saying; most broadcasts are for citizens.
            ebox_type=reading.ebox_type or EboxType.CITIZEN,
            limits=limits,
            policies=policies,
            progress=progress,
            cap=cap,
        )[0]
    document, document_faults = inspected.result()
    parts = _Parts(
        found=found,
        reading=reading,
        document=document,
        combined=combined,
        others=(*found.faults, *document_faults, *reading.faults, *_against_type(reading, limits)),
    )
    return parts.checked(policies)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What the parts of a package say."""

    found: Found
    reading: MetadataReading
    document: Document | None
    combined: Combined
    others: tuple[Fault, ...]
    """The faults of all but the lists."""

    def checked(self, policies: Policies) -> Checked:
        counts = dict(Counter(fault.code for fault in self.others))
        for code, count in self.combined.fault_counts.items():
            counts[code] = counts.get(code, 0) + count
        return Checked(
            package=None if self.others or self.combined.blocked else self._package(policies),
            faults=(*self.others, *self.combined.faults),
            fault_counts=counts,
            document=self.document,
            metadata=self.reading.metadata,
            lists=self.combined.accounts,
            policies=policies,
        )

    def _package(self, policies: Policies) -> Package | None:
        files, metadata = self.found.files, self.reading.metadata
        if files is None or metadata is None or self.document is None:
            return None
        return Package(
            files=files,
            document=self.document,
            metadata=metadata,
            lists=self.combined.accounts,
            policies=policies,
            keys=self.combined.keys,
            list_of_key=self.combined.list_of_key,
        )


def _given(files: PackageFiles) -> Found:
    return Found(
        directory=files.metadata.parent,
        metadata=files.metadata,
        document=files.document,
        lists=tuple(sorted(files.lists, key=lambda path: path.name)),
        faults=tuple(_same_names(files.lists)),
    )


def _same_names(lists: Sequence[Path]) -> Iterator[Fault]:
    for name, count in Counter(path.name for path in lists).items():
        if count > 1:
            yield Fault(code="package.same-name", file=name)


def _document(found: Found, reading: MetadataReading, limits: Limits) -> tuple[Document | None, list[Fault]]:
    path = found.document
    if path is None:
        return None, []
    name = reading.download_file_name or path.name
    document, faults = check_document(path, file_name=name, media_type=reading.media_type, limits=limits)
    if document and reading.document_digest not in {None, document.digest}:
        return None, [Fault(code="document.digest", file=path.name, data={"form": reading.digest_form or ""})]
    return document, faults


def _against_type(reading: MetadataReading, limits: Limits) -> Iterator[Fault]:
    metadata = reading.metadata
    if metadata and metadata.language not in limits.languages:
        yield Fault(
            code="metadata.language-not-allowed",
            file=metadata.file_name,
            line=reading.language_line,
            place="Language",
            data={"language": metadata.language.upper()},
        )
