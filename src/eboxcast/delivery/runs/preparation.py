"""What a target stores: made of a checked package and its sender's configuration, or of whom a run did not reach."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import (
    FileChanged,
    NobodyToRetry,
    RefusedForgotten,
)
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.lookup import runs_in_hand
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.digests import digest, digest_of_keys
from eboxcast.lib.masking import mask_and_strip
from eboxcast.mailboxes import messages
from eboxcast.mailboxes.audiences import newest_numbers, read_not_attempted, read_outcome
from eboxcast.mailboxes.messages import stored_message
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.package_record import DocumentRecord, ListRecord, MetadataRecord, PackageRecord, PolicyRecord
from eboxcast.mailboxes.values import Identity, NewMessage, NewRelease
from eboxcast.package.checking import DEFAULT_LIMITS, check_package
from eboxcast.package.directory import find_files
from eboxcast.package.metadata import read_metadata
from eboxcast.package.model import Checked, Limits, ListAccount, Package, Policies
from eboxcast.package.rejected import rejected_rows
from eboxcast.senders.lookup import SenderConfig, find_sender_config
from eboxcast.senders.models import MessageType

_REFUSED = (OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.REFUSED_BY_POLICY)


def check_for_sending(
    directory: Path, *, policies: Policies, progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Check a package with what its message type allows; a type that is not configured is said when it is prepared.

    What is wrong with it is in the answer, not raised. ``progress`` is told rows read and rows to read. Raises
    DatabaseTrouble.
    """
    return check_package(directory, policies=policies, limits=_limits_of(directory), progress=progress)


def _limits_of(directory: Path) -> Limits:
    metadata_file = find_files(directory).metadata
    metadata = read_metadata(metadata_file).metadata if metadata_file else None
    if metadata is None:
        return DEFAULT_LIMITS
    with sanitized_db_errors():
        message_type = MessageType.objects.filter(code=metadata.message_type).first()
    if message_type is None:
        return DEFAULT_LIMITS
    return Limits(
        document_bytes=message_type.document_bytes,
        media_types=frozenset(message_type.media_types),
        languages=frozenset(message_type.languages),
    )


def sender_config_of(package: Package, environment: str) -> SenderConfig:
    """Return the sender's configuration the metadata ask for in an environment. Raises what find_sender_config does."""
    metadata = package.metadata
    return find_sender_config(
        institution=metadata.institution,
        application=metadata.application,
        message_type=metadata.message_type,
        ebox_type=str(metadata.ebox_type),
        environment=environment,
    )


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
    """Replace former numbers by the newest ones the environment knows; keys are ascending and unique again."""
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


def record_of(package: Package, recipients: Recipients, *, by: str, adds: bool, procedure: str) -> PackageRecord:
    """Return what run and release both keep about the package. A national number in the name of a file is masked."""
    document, metadata, policies = package.document, package.metadata, package.policies
    return PackageRecord(
        document=DocumentRecord(
            file_name=mask_and_strip(document.file_name),
            digest=document.digest.hex(),
            size=document.size,
            page_count=document.page_count,
        ),
        metadata=MetadataRecord(file_name=mask_and_strip(metadata.file_name), digest=metadata.file_digest.hex()),
        lists=tuple(_list_of(account, more) for account, more in zip(package.lists, recipients.merged, strict=True)),
        policies=PolicyRecord(
            duplicates=str(policies.duplicates),
            faulty_rows=str(policies.faulty_rows),
            sheet=policies.choice.sheet,
            column=policies.choice.column,
        ),
        moved=recipients.moved,
        adds=adds,
        by=by,
        procedure=procedure,
    )


def _list_of(account: ListAccount, merged_by_number: int) -> ListRecord:
    return ListRecord(
        file_name=mask_and_strip(account.file_name),
        digest=account.digest.hex(),
        size=account.size,
        encoding=account.encoding,
        separator=account.separator,
        column=account.column,
        rows=account.rows,
        excluded=account.excluded,
        merged=account.merged + merged_by_number,
        recipients=account.recipients - merged_by_number,
        faults=dict(account.faults),
        sheet=mask_and_strip(account.sheet.name) if account.sheet else None,
    )


def order_of(
    package: Package,
    recipients: Recipients,
    *,
    run: UUID,
    environment: str,
    sender: SenderConfig,
    record: PackageRecord,
) -> NewRelease:
    """Return what the target is to store. Raises FileChanged when a file is no longer the one that was checked."""
    return NewRelease(
        run=run,
        message=_message_of(package, sender),
        keys=recipients.keys,
        list_of_key=recipients.list_of_key,
        list_count=len(package.lists),
        in_hand=runs_in_hand(environment, identity_of(package)),
        package=record,
        rejected_rows=tuple(_rejected(package, number) for number in range(len(package.lists))),
    )


def _message_of(package: Package, sender: SenderConfig) -> NewMessage:
    metadata, message_type = package.metadata, sender.message_type
    return NewMessage(
        identity=identity_of(package),
        document=_document_again(package),
        document_digest=package.document.digest,
        metadata_digest=metadata.content_digest,
        institution_names=sender.institution.names,
        application_names=sender.application.titles,
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
        choice=package.policies.choice,
    )
    return b"".join([*map(compressor.compress, rows), compressor.flush()])


def new_run(package: Package, sender: SenderConfig, *, environment: str, by: str, record: PackageRecord) -> Run:
    """Return a run that begins to be prepared; it is not stored yet."""
    metadata = package.metadata
    return Run(
        environment=environment,
        state=State.PREPARING,
        institution=metadata.institution,
        application=metadata.application,
        ticket=metadata.ticket,
        sequence=metadata.sequence,
        message_type=sender.message_type.code,
        language=metadata.language,
        title=metadata.title,
        document_digest=package.document.digest,
        metadata_digest=metadata.content_digest,
        particulars=record.as_json(),
        adds=record.adds,
        created_at=clock.now(),
        created_by=by,
    )


def not_reached(run: Run, release: Release) -> Keys:
    """Return who was refused or not attempted, ascending. Raises NobodyToRetry, RefusedForgotten."""
    if not (release.refused_count or release.not_attempted_count):
        raise NobodyToRetry(run=run.short)
    if release.outcomes_purged_at is not None:
        raise RefusedForgotten(run=run.short, moment=release.outcomes_purged_at)
    connection, prime = environment_connection(run.environment), bucket_prime(run.environment)
    with sanitized_db_errors():
        found = [read_outcome(connection, release=release.id, prime=prime, kind=kind) for kind in _REFUSED]
        if release.not_attempted_count:
            found.append(read_not_attempted(connection, release, prime=prime))
    return np.unique(np.concatenate(found))


def record_of_retry(run: Run, release: Release, keys: Keys, *, by: str) -> PackageRecord:
    """Return what the earlier run kept of its files; in the place of the lists stands whom it did not reach."""
    not_reached = ListRecord(
        file_name=f"not reached by run {run.short}",
        digest=digest_of_keys(bytes(release.salt), keys).hex(),
        size=0,
        encoding="",
        separator="",
        column=None,
        rows=len(keys),
        excluded=0,
        merged=0,
        recipients=len(keys),
        faults={},
    )
    kept: PackageRecord = release.package
    return replace(kept, lists=(not_reached,), moved=0, adds=True, by=by, retry_of=str(run.id), already=None)


def run_like(run: Run, record: PackageRecord, *, by: str) -> Run:
    """Return a run of the same message that begins to be prepared; it is not stored yet."""
    return Run(
        environment=run.environment,
        state=State.PREPARING,
        institution=run.institution,
        application=run.application,
        ticket=run.ticket,
        sequence=run.sequence,
        message_type=run.message_type,
        language=run.language,
        title=run.title,
        document_digest=run.document_digest,
        metadata_digest=run.metadata_digest,
        particulars=record.as_json(),
        adds=record.adds,
        created_at=clock.now(),
        created_by=by,
    )


def order_of_retry(again: Run, release: Release, keys: Keys, record: PackageRecord) -> NewRelease:
    """Return what the target is to store for those whom an earlier run did not reach."""
    return NewRelease(
        run=again.id,
        message=stored_message(release.message),
        keys=keys,
        list_of_key=np.zeros(len(keys), dtype=np.uint16),
        list_count=1,
        in_hand=runs_in_hand(again.environment, messages.identity_of(release.message)),
        package=record,
        rejected_rows=(),
    )
