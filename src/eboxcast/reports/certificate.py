"""Making the certificate of a run: from the control database, the release, and nobody's identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eboxcast import __version__
from eboxcast.audit.actions import record
from eboxcast.audit.anchoring import CERTIFICATE, hand_out
from eboxcast.audit.selectors import Head
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Intent, Run, RunList
from eboxcast.delivery.runs.lookup import authorize_for
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.package_record import DocumentRecord, ListRecord, MetadataRecord, PolicyRecord
from eboxcast.mailboxes.receipts import make_tree
from eboxcast.reports.procedure import procedure_of
from eboxcast.reports.receipts import receipts_of
from eboxcast.reports.recipients import recipients_of, target_of_run
from eboxcast.reports.schemas import (
    AudiencePart,
    AuditPart,
    Certificate,
    DecisionPart,
    DocumentPart,
    ListPart,
    MessagePart,
    MetadataPart,
    MomentsPart,
    Named,
    PoliciesPart,
    RowsPart,
    TargetPart,
)

__all__ = ["Certificate", "certificate_of", "issue_certificate"]


def issue_certificate(run: Run, *, actor: Actor, most_receipts: int | None = None) -> Certificate:
    """Return the certificate as it is given to people: with the head of the audit, which covers what it tells, and
    with the root of the receipts, which are made with the first.

    Call it outside a transaction: what is not yet sealed is sealed first, and the audit keeps that this head went out;
    where it goes to somebody of the institution, also to whom. Receipts take 1 µs for each recipient: who does not want
    to wait for more than ``most_receipts`` leaves them to who issues it next.
    Raises NotYourRole, RunNotFound.
    """
    authorize_for(run, "report.see", actor=actor)
    with sanitized_db_errors():
        if actor.institution:
            record("run.report_given", by=actor.name, environment=run.environment, run=run.id)
        head = hand_out(kind=CERTIFICATE, to=str(run.id))
    release = fence.find_release(run.environment, run.id)
    if release is not None and (most_receipts is None or release.recipients_count <= most_receipts):
        make_tree(run.environment, release)
    return certificate_of(run, head)


def certificate_of(run: Run, head: Head | None = None, *, procedure: bool = True) -> Certificate:
    """Return the certificate of a settled run. It changes nothing, and is right in every state.

    ``procedure`` is whether it has what was decided about its broadcast: a status has no use for it.
    """
    release = fence.find_release(run.environment, run.id)
    told = run.package
    with sanitized_db_errors():
        lists = _lists(list(run.lists.all()), told.lists)
        decisions = tuple(map(_decision, run.intents.all()))
        broadcast = procedure_of(run) if procedure else None
    return Certificate(
        kind="certificate" if _is_closed(release) else "account",
        made_at=clock.now(),
        eboxcast_version=__version__,
        procedure=told.procedure,
        run=str(run.id),
        environment=run.environment,
        state=run.state,
        superseded_by=str(run.superseded_by) if run.superseded_by else None,
        adds=run.adds,
        retry_of=told.retry_of,
        prepared_by=mask_and_strip(run.created_by),
        launched_by=mask_and_strip(run.launched_by) or None,
        reason=mask_and_strip(run.reason) or None,
        target=_target(run, release),
        message=_message(run, release),
        document=_document(run, told.document, release),
        metadata=_metadata(run, told.metadata),
        lists=lists,
        totals=_totals(lists),
        numbers_replaced=told.moved,
        recipients=recipients_of(run, release) if release else None,
        audience=_audience(release) if release else None,
        receipts=receipts_of(run.environment, release) if release else None,
        policies=_policies(run, told.policies),
        moments=_moments(run, release),
        decisions=decisions,
        broadcast=broadcast,
        audit=AuditPart(number=head.number, sha256=head.digest.hex(), anchor=str(head)) if head else None,
    )


def _is_closed(release: Release | None) -> bool:
    """Say whether recipients have seen it and no more will: until then nobody can certify it."""
    return release is not None and release.visible_at is not None and release.completed_at is not None


def _target(run: Run, release: Release | None) -> TargetPart:
    kept = release.provider_message if release else None
    return TargetPart(kind=target_of_run(run, release), provider_message=mask_and_strip(kept) if kept else None)


def _message(run: Run, release: Release | None) -> MessagePart:
    message = release.message if release else None
    return MessagePart(
        institution=_named(run.institution, message.institution_names if message else {}),
        application=_named(run.application, message.application_names if message else {}),
        ticket=mask_and_strip(run.ticket),
        sequence=run.sequence,
        message_type=_named(run.message_type, message.type_names if message else {}),
        ebox_type=message.ebox_type if message else None,
        language=run.language,
        title=mask_and_strip(run.title),
        validity_number=message.validity_number if message else None,
        validity_unit=message.validity_unit if message else None,
    )


def _named(code: str, names: Mapping[str, str]) -> Named:
    return Named(code=mask_and_strip(code), names={language: mask_and_strip(name) for language, name in names.items()})


def _document(run: Run, told: DocumentRecord, release: Release | None) -> DocumentPart:
    return DocumentPart(
        file_name=mask_and_strip(told.file_name),
        media_type=release.message.media_type if release else None,
        size=told.size,
        page_count=told.page_count,
        sha256=bytes(run.document_digest).hex(),
    )


def _metadata(run: Run, told: MetadataRecord) -> MetadataPart:
    content = bytes(run.metadata_digest).hex()
    return MetadataPart(file_name=mask_and_strip(told.file_name), sha256=told.digest, content_sha256=content)


def _lists(stored: Sequence[RunList], told: Sequence[ListRecord]) -> tuple[ListPart, ...]:
    """Return the accounts as they were recorded; before the package is stored, as they were read."""
    if stored:
        return tuple(map(_stored_list, stored))
    return tuple(_read_list(number, part) for number, part in enumerate(told, start=1))


def _stored_list(part: RunList) -> ListPart:
    return ListPart(
        number=part.number,
        file_name=mask_and_strip(part.file_name),
        sha256=bytes(part.digest).hex(),
        size=part.size,
        encoding=part.encoding,
        separator=part.separator,
        column=mask_and_strip(part.column) if part.column else None,
        account=RowsPart(
            rows=part.rows_count,
            excluded=part.excluded_count,
            merged=part.merged_count,
            already=part.already_count,
            recipients=part.recipients_count,
        ),
        faults=part.faults,
    )


def _read_list(number: int, told: ListRecord) -> ListPart:
    account = RowsPart(rows=told.rows, excluded=told.excluded, merged=told.merged, already=None, recipients=None)
    return ListPart(
        number=number,
        file_name=mask_and_strip(told.file_name),
        sha256=told.digest,
        size=told.size,
        encoding=told.encoding,
        separator=told.separator,
        column=mask_and_strip(told.column) if told.column else None,
        account=account,
        faults=told.faults,
    )


def _totals(lists: Sequence[ListPart]) -> RowsPart:
    accounts = [part.account for part in lists]
    already = [account.already for account in accounts if account.already is not None]
    recipients = [account.recipients for account in accounts if account.recipients is not None]
    return RowsPart(
        rows=sum(account.rows for account in accounts),
        excluded=sum(account.excluded for account in accounts),
        merged=sum(account.merged for account in accounts),
        already=sum(already) if already else None,
        recipients=sum(recipients) if recipients else None,
    )


def _audience(release: Release) -> AudiencePart:
    return AudiencePart(
        prepared_sha256=bytes(release.audience_digest).hex(),
        published_sha256=_hex(release.published_digest),
        refused_sha256=_hex(release.refused_digest),
    )


def _policies(run: Run, told: PolicyRecord) -> PoliciesPart:
    return PoliciesPart(duplicates=told.duplicates, faulty_rows=told.faulty_rows, without_ebox=run.without_ebox or None)


def _moments(run: Run, release: Release | None) -> MomentsPart:
    return MomentsPart(
        created=run.created_at,
        prepared=run.prepared_at,
        not_before=run.not_before_at,
        not_after=run.not_after_at,
        launched=run.launched_at,
        visible=run.visible_at,
        first_sent=run.visible_at if release and release.was_sent else None,
        closed=release.completed_at if release else None,
        expires=run.expires_at,
        stopped=run.stopped_at,
        discarded=run.abandoned_at,
        recalled=run.recalled_at,
        outcomes_deleted=release.outcomes_purged_at if release else None,
        audience_deleted=release.audience_purged_at if release else None,
    )


def _decision(intent: Intent) -> DecisionPart:
    return DecisionPart(
        action=intent.action,
        by=mask_and_strip(intent.by),
        at=intent.asked_at,
        reason=mask_and_strip(intent.reason),
        result=mask_and_strip(intent.result) or None,
    )


def _hex(digest: bytes | memoryview | None) -> str | None:
    return bytes(digest).hex() if digest is not None else None
