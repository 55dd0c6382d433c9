"""What an eBox shows, made from its letters."""

from __future__ import annotations

from collections.abc import Iterable

from eboxcast.lib.masking import mask_and_strip
from eboxcast.mailboxes.opening import Letter
from eboxcast.presenters.schemas.mailbox import EboxShown, MessageShown, ShortListShown, TestedEbox


def ebox_shown(letters: Iterable[Letter]) -> EboxShown:
    """Return what an eBox shows, newest first."""
    return EboxShown(messages=tuple(map(message_shown, letters)))


def short_list_shown(number: str, eboxes: Iterable[tuple[int, Letter | None]]) -> ShortListShown:
    """Return what the eBoxes of a short list show of a broadcast, by the place in the list."""
    shown = (TestedEbox(recipient=place, message=message_shown(letter) if letter else None) for place, letter in eboxes)
    return ShortListShown(number=number, eboxes=tuple(shown))


def message_shown(letter: Letter) -> MessageShown:
    """Return a message as its recipient sees it."""
    return MessageShown(
        run=str(letter.run),
        title=mask_and_strip(letter.title),
        language=letter.language,
        institution=letter.institution,
        institution_names=dict(letter.institution_names),
        application=letter.application,
        application_names=dict(letter.application_names),
        message_type=letter.type_code,
        message_type_names=dict(letter.type_names),
        visible_at=letter.visible_at,
        expires_at=letter.expires_at,
        read_at=letter.read_at,
        file_name=mask_and_strip(letter.file_name),
        media_type=letter.media_type,
        size=letter.size,
        sha256=letter.document_digest.hex(),
    )
