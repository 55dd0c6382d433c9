"""What a GO would confirm, made from what is prepared."""

from __future__ import annotations

from eboxcast.broadcasts.models import Broadcast, Go
from eboxcast.delivery.broadcasts.go_preview import GoPreview
from eboxcast.delivery.broadcasts.runs import PRODUCTION
from eboxcast.delivery.models import RunList
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.broadcasts import gos_shown
from eboxcast.presenters.schemas.go import DocumentToConfirm, EarlierGo, GoShown, GoStanding, ListToConfirm, SinceTest
from eboxcast.targets.opening import capabilities_of


def go_shown(preview: GoPreview) -> GoShown:
    """Return what a GO would confirm."""
    broadcast, run, document = preview.broadcast, preview.run, preview.run.package.document
    return GoShown(
        number=broadcast.number,
        subject=mask_and_strip(broadcast.subject),
        institution=broadcast.institution_id,
        institution_names=dict(broadcast.institution.names),
        message_type=broadcast.message_type,
        language=run.language,
        title=mask_and_strip(run.title),
        ticket=mask_and_strip(run.ticket),
        sequence=run.sequence,
        document=DocumentToConfirm(
            file_name=mask_and_strip(document.file_name),
            size=document.size,
            page_count=document.page_count,
            sha256=bytes(run.document_digest).hex(),
        ),
        metadata_sha256=bytes(run.metadata_digest).hex(),
        lists=tuple(map(_list, preview.lists)),
        recipients=broadcast.recipients_count or 0,
        agreed_at=broadcast.agreed_at,
        window_ends_at=broadcast.window_ends_at,
        files=preview.files,
        test=SinceTest(
            recipients=broadcast.short_list_count,
            sequence=preview.tested.sequence if preview.tested else None,
            approved_at=broadcast.approved_at,
            approved_by=broadcast.approved_by or None,
        ),
        void_go=_void(preview.last_void) if preview.last_void else None,
        given=preview.holding is not None,
    )


def go_standing(broadcast: Broadcast) -> GoStanding:
    """Return how it stands with the GO of a broadcast."""
    return GoStanding(
        prepared=broadcast.production_run is not None,
        recipients=broadcast.recipients_count,
        agreed_at=broadcast.agreed_at,
        window_ends_at=broadcast.window_ends_at,
        visible_at=broadcast.visible_at,
        gos=gos_shown(broadcast),
    )


def what_follows(broadcast: Broadcast, language: str) -> tuple[str, ...]:
    """Return what happens once the GO is given, and what can be undone until when, in words."""
    moment = broadcast.agreed_at or ""
    data = {"moment": moment, "count": grouped(broadcast.recipients_count or 0, language)}
    at_once = capabilities_of(PRODUCTION).atomic_visibility
    said = (_AT_ONCE if at_once else _IN_CALLS, _UNTIL_LAUNCH, _VOID, _RECALL if at_once else _RECALL_IN_CALLS)
    return tuple(translate(one, language, data) for one in said)


_AT_ONCE = N_(
    "The launch team launches during the window. On {moment}, the document becomes visible to {count} "
    "{count:recipient|recipients}, all "
    "at the same moment."
)
_IN_CALLS = N_(
    "The launch team launches during the window. From {moment}, the document is sent to "
    "{count} {count:recipient|recipients}."
)
_UNTIL_LAUNCH = N_("Until the launch, a confirmer can withdraw the GO and give it again.")
_VOID = N_("If the files or the date change, the GO is void. A new one is needed then.")
_RECALL = N_(
    "Until it is visible, the launch team can stop it. After that, it can only be recalled from all recipients at "
    "once, and some may have read it."
)
_RECALL_IN_CALLS = N_("Once it is being sent, it can be stopped, but those who have received it keep it.")


def _list(part: RunList) -> ListToConfirm:
    return ListToConfirm(
        file_name=mask_and_strip(part.file_name),
        rows=part.rows_count,
        excluded=part.excluded_count,
        merged=part.merged_count,
        already=part.already_count,
        recipients=part.recipients_count,
        sha256=bytes(part.digest).hex(),
    )


def _void(go: Go) -> EarlierGo:
    return EarlierGo(given_at=go.given_at, given_by=go.given_by, void_at=go.void_at, why=mask_and_strip(go.void_why))
