"""The answer of `check --json`, as docs/reference/check-json.md promises it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from eboxcast.lib.masking import mask_and_strip
from eboxcast.package.faults import FAULTS, Fault, remedy_of, sentence_of
from eboxcast.package.model import Checked, Document, ListAccount, Metadata

FORMAT = "eboxcast.check/1"


def check_json(checked: Checked, *, language: str) -> str:
    """Return the answer as one JSON object."""
    answer = {
        "format": FORMAT,
        "ok": checked.package is not None,
        "policies": {
            "duplicates": checked.policies.duplicates.value,
            "faulty_rows": checked.policies.faulty_rows.value,
        },
        "document": _document(checked.document),
        "metadata": _metadata(checked.metadata),
        "lists": [_list(account) for account in checked.lists],
        "totals": totals_of(checked.lists),
        "fault_counts": dict(checked.fault_counts),
        "faults": [_fault(fault, language) for fault in checked.faults],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def totals_of(lists: Sequence[ListAccount]) -> dict[str, int]:
    """Return the account of all lists together."""
    return {
        "rows": sum(account.rows for account in lists),
        "excluded": sum(account.excluded for account in lists),
        "merged": sum(account.merged for account in lists),
        "recipients": sum(account.recipients for account in lists),
    }


def _document(document: Document | None) -> dict[str, object] | None:
    if document is None:
        return None
    return {
        "file_name": mask_and_strip(document.file_name),
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.digest.hex(),
        "page_count": document.page_count,
    }


def _metadata(metadata: Metadata | None) -> dict[str, object] | None:
    if metadata is None:
        return None
    return {
        "file_name": mask_and_strip(metadata.file_name),
        "ticket": mask_and_strip(metadata.ticket),
        "sequence": metadata.sequence,
        "application": mask_and_strip(metadata.application),
        "institution": metadata.institution,
        "message_type": mask_and_strip(metadata.message_type),
        "ebox_type": metadata.ebox_type.value,
        "language": metadata.language,
        "title": mask_and_strip(metadata.title),
        "sha256": metadata.file_digest.hex(),
        "content_sha256": metadata.content_digest.hex(),
    }


def _list(account: ListAccount) -> dict[str, object]:
    return {
        "file_name": mask_and_strip(account.file_name),
        "sha256": account.digest.hex() or None,
        "size": account.size,
        "rows": account.rows,
        "excluded": account.excluded,
        "merged": account.merged,
        "recipients": account.recipients,
        "faults": dict(account.faults),
        "encoding": account.encoding,
        "separator": account.separator,
        "column": mask_and_strip(account.column) if account.column else None,
    }


def _fault(fault: Fault, language: str) -> dict[str, object]:
    return {
        "code": fault.code,
        "level": FAULTS[fault.code].level.value,
        "file_name": mask_and_strip(fault.file),
        "line": fault.line,
        "place": mask_and_strip(fault.place) if fault.place else None,
        "data": {
            name: mask_and_strip(value) if isinstance(value, str) else value for name, value in fault.data.items()
        },
        "sentence": mask_and_strip(sentence_of(fault, language)),
        "remedy": mask_and_strip(remedy_of(fault, language)),
    }
