"""Making what a target stores out of a checked package and the configuration of its sender."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import FileChanged
from eboxcast.delivery.runs.lookup import runs_in_hand
from eboxcast.lib.buckets import Keys
from eboxcast.lib.digests import digest
from eboxcast.lib.masking import mask_and_strip
from eboxcast.mailboxes.audiences import newest_numbers
from eboxcast.mailboxes.values import Identity, NewMessage, NewRelease
from eboxcast.package.model import ListAccount, Package
from eboxcast.package.rejected import rejected_rows
from eboxcast.senders.lookup import SenderConfig


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Who a package reaches, once people's former numbers are replaced by their newest."""

    keys: Keys
    list_of_key: NDArray[np.uint16]
    moved: int
    merged: tuple[int, ...]
    """For each list, how many more became duplicates by that."""


def identity_of(package: Package) -> Identity:
    """Return by which its message will be known."""
    metadata = package.metadata
    return Identity(
        institution=metadata.institution,
        application=metadata.application,
        ticket=metadata.ticket,
        sequence=metadata.sequence,
    )


def recipients_of(package: Package, environment: str) -> Recipients:
    """Replace former numbers by the newest ones the environment knows."""
    with sanitized_db_errors():
        connection = environment_connection(environment)
        newest, moved = newest_numbers(connection, package.keys, prime=bucket_prime(environment))
    if not moved:
        nothing = (0,) * len(package.lists)
        return Recipients(keys=package.keys, list_of_key=package.list_of_key, moved=0, merged=nothing)
    order = np.lexsort((package.list_of_key, newest))
    keys, lists = newest[order], package.list_of_key[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    kept = np.bincount(lists[first], minlength=len(package.lists))
    merged = np.bincount(package.list_of_key, minlength=len(package.lists)) - kept
    return Recipients(keys=keys[first], list_of_key=lists[first], moved=moved, merged=tuple(merged.tolist()))


def particulars_of(
    package: Package, recipients: Recipients, *, by: str, adds: bool, procedure: str
) -> dict[str, object]:
    """Return what run and release both carry about the package: files, digests, policies, who; no recipient.

    Not even in the name of a file: a national number in it is masked.
    """
    document, metadata = package.document, package.metadata
    return {
        "document": {
            "file_name": mask_and_strip(document.file_name),
            "digest": document.digest.hex(),
            "size": document.size,
            "page_count": document.page_count,
        },
        "metadata": {"file_name": mask_and_strip(metadata.file_name), "digest": metadata.file_digest.hex()},
        "lists": [_told(account, more) for account, more in zip(package.lists, recipients.merged, strict=True)],
        "policies": {
            "duplicates": str(package.policies.duplicates),
            "faulty_rows": str(package.policies.faulty_rows),
        },
        "moved": recipients.moved,
        "adds": adds,
        "by": by,
        "procedure": procedure,
    }


def _told(account: ListAccount, merged_by_number: int) -> dict[str, object]:
    return {
        "file_name": mask_and_strip(account.file_name),
        "digest": account.digest.hex(),
        "size": account.size,
        "encoding": account.encoding,
        "separator": account.separator,
        "column": account.column,
        "rows": account.rows,
        "excluded": account.excluded,
        "merged": account.merged + merged_by_number,
        "recipients": account.recipients - merged_by_number,
        "faults": dict(account.faults),
    }


def order_of(
    package: Package,
    recipients: Recipients,
    *,
    run: UUID,
    environment: str,
    trio: SenderConfig,
    adds: bool,
    particulars: dict[str, object],
) -> NewRelease:
    """Return what the target is to store. Raises FileChanged when a file is no longer the one that was checked."""
    return NewRelease(
        run=run,
        message=_message_of(package, trio),
        keys=recipients.keys,
        list_of_key=recipients.list_of_key,
        list_count=len(package.lists),
        adds=adds,
        in_hand=runs_in_hand(environment, identity_of(package)),
        particulars=particulars,
        rejected_rows=tuple(_rejected(package, number) for number in range(len(package.lists))),
    )


def _message_of(package: Package, trio: SenderConfig) -> NewMessage:
    metadata, message_type = package.metadata, trio.message_type
    return NewMessage(
        identity=identity_of(package),
        document=_document_again(package),
        document_digest=package.document.digest,
        metadata_digest=metadata.content_digest,
        institution_names=trio.institution.names,
        application_names=trio.application.titles,
        type_code=message_type.code,
        type_names=message_type.titles,
        ebox_type=str(metadata.ebox_type),
        language=metadata.language,
        title=metadata.title,
        file_name=package.document.file_name,
        media_type=package.document.media_type,
        metas=metadata.metas,
        validity_number=message_type.validity_number,
        validity_unit=message_type.validity_unit,
    )


def _document_again(package: Package) -> bytes:
    try:
        content = package.document.path.read_bytes()
    except OSError:
        raise FileChanged(file=package.document.file_name) from None
    if digest(content) != package.document.digest:
        raise FileChanged(file=package.document.file_name)
    return content


def _rejected(package: Package, number: int) -> bytes:
    account = package.lists[number]
    if not account.excluded:
        return b""
    compressor = zlib.compressobj()
    rows = rejected_rows(
        package.files.lists[number],
        account_digest=account.digest,
        ebox_type=package.metadata.ebox_type,
        language=package.metadata.language,
    )
    return b"".join([*map(compressor.compress, rows), compressor.flush()])
