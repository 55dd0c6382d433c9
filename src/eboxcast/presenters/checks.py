"""What checking a package found, made from the faults and accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eboxcast.lib.masking import mask_and_strip
from eboxcast.package.faults import FAULTS, Fault, remedy_of, sentence_of
from eboxcast.package.model import Checked, Document, ListAccount, Metadata
from eboxcast.presenters.schemas.check import (
    CheckAnswer,
    CheckedDocument,
    CheckedList,
    CheckedMetadata,
    FoundFault,
    PoliciesUsed,
    Totals,
)

_MOST = 1000
"""How many faults of a code are shown: each has its sentences, and the rejected rows have them all."""


def check_answer(checked: Checked, language: str) -> CheckAnswer:
    """Return the answer about a package. Its sentences are in the language of the reader."""
    return CheckAnswer(
        ok=checked.package is not None,
        policies=PoliciesUsed(
            duplicates=checked.policies.duplicates.value, faulty_rows=checked.policies.faulty_rows.value
        ),
        document=_document(checked.document) if checked.document else None,
        metadata=_metadata(checked.metadata) if checked.metadata else None,
        lists=tuple(map(_list, checked.lists)),
        totals=Totals(
            rows=sum(account.rows for account in checked.lists),
            excluded=sum(account.excluded for account in checked.lists),
            merged=sum(account.merged for account in checked.lists),
            recipients=sum(account.recipients for account in checked.lists),
        ),
        fault_counts=dict(checked.fault_counts),
        faults=tuple(_fault(fault, language) for fault in _shown(checked)),
    )


def _shown(checked: Checked) -> Iterator[Fault]:
    shown = Counter[str]()
    for fault in checked.faults:
        shown[fault.code] += 1
        if shown[fault.code] <= _MOST:
            yield fault


def _document(document: Document) -> CheckedDocument:
    return CheckedDocument(
        file_name=mask_and_strip(document.file_name),
        media_type=document.media_type,
        size=document.size,
        sha256=document.digest.hex(),
        page_count=document.page_count,
    )


def _metadata(metadata: Metadata) -> CheckedMetadata:
    return CheckedMetadata(
        file_name=mask_and_strip(metadata.file_name),
        ticket=mask_and_strip(metadata.ticket),
        sequence=metadata.sequence,
        application=mask_and_strip(metadata.application),
        institution=metadata.institution,
        message_type=mask_and_strip(metadata.message_type),
        ebox_type=metadata.ebox_type.value,
        language=metadata.language,
        title=mask_and_strip(metadata.title),
        sha256=metadata.file_digest.hex(),
        content_sha256=metadata.content_digest.hex(),
    )


def _list(account: ListAccount) -> CheckedList:
    return CheckedList(
        file_name=mask_and_strip(account.file_name),
        sha256=account.digest.hex() or None,
        size=account.size,
        rows=account.rows,
        excluded=account.excluded,
        merged=account.merged,
        recipients=account.recipients,
        faults=dict(account.faults),
        encoding=account.encoding,
        separator=account.separator,
        column=mask_and_strip(account.column) if account.column else None,
    )


def _fault(fault: Fault, language: str) -> FoundFault:
    return FoundFault(
        code=fault.code,
        level=FAULTS[fault.code].level.value,
        file_name=mask_and_strip(fault.file),
        line=fault.line,
        place=mask_and_strip(fault.place) if fault.place else None,
        data={name: mask_and_strip(value) if isinstance(value, str) else value for name, value in fault.data.items()},
        sentence=mask_and_strip(sentence_of(fault, language)),
        remedy=mask_and_strip(remedy_of(fault, language)),
    )
