"""What a certificate says in one sentence, for each state."""

from __future__ import annotations

from datetime import datetime

from eboxcast.lib import clock
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.certificate_parts import Certificate
from eboxcast.reports.remainder import remainder_of

_VERDICTS = {
    "preparing": N_("Its preparation has not ended: nothing of it is stored, and it is visible to nobody."),
    "prepared": N_("Prepared for {recipients} recipients; visible to nobody yet."),
    "running": N_("Its launch has begun; it is visible to nobody yet."),
    "paused": N_("Paused; it is visible to nobody yet."),
    "complete": N_("Complete and waiting; it is visible to nobody yet."),
    "stopped": N_("Stopped since {stopped}: visible to nobody, and it stays so until it is resumed."),
    "failed": N_("It failed. It is visible to nobody."),
    "discarded": N_("Given up. It was never visible to anybody."),
    "superseded": N_("Another run took its place. It was never visible to anybody."),
    "published": N_("Published to all {published} recipients, in one moment: {visible}."),
    "recalled": N_("Recalled at {recalled}: it was visible to {published} recipients since {visible}; now to nobody."),
}
_SOME = N_("Published to {published} of {recipients} recipients, in one moment: {visible}.")
_ROUND_ENDED = N_(
    "Another round took its place at {recalled}: it was visible to {published} recipients since {visible};"
    " now to nobody."
)
_OF_SENT = {
    "running": N_("Being sent since {first_sent}: {remainder}."),
    "paused": N_("Paused: {remainder}. Nobody else gets it until it is resumed."),
    "stopped": N_("Stopped since {stopped}: {remainder}. Nobody else gets it until it is resumed."),
    "failed": N_("It failed: {remainder}. Nobody else gets it until it is resumed."),
    "published": N_("Sent from {first_sent} to {closed}: {remainder}."),
}
_SENT_TO_ALL = N_("Sent to all {published} recipients, from {first_sent} to {closed}.")
_SENT_IN_PART = N_("Published in part, from {first_sent} to {closed}: {remainder}.")
_EXPIRED = N_("Its validity ended at {expires}; nobody sees it any more.")


def verdict_of(certificate: Certificate, language: str) -> str:
    """Return the state of the run in a sentence."""
    moments, recipients = certificate.moments, certificate.recipients
    data = {
        "recipients": grouped(recipients.recipients, language) if recipients else "?",
        "published": grouped(recipients.published, language) if recipients else "?",
        "visible": shown(moments.visible),
        "first_sent": shown(moments.first_sent),
        "closed": shown(moments.closed),
        "stopped": shown(moments.stopped),
        "recalled": shown(moments.recalled),
        "expires": shown(moments.expires),
    }
    if recipients and moments.first_sent:
        data["remainder"] = remainder_of(recipients, language, ended=moments.closed is not None)
    verdict = translate(_sentence(certificate), language, data)
    return f"{verdict} {translate(_EXPIRED, language, data)}" if _has_expired(certificate) else verdict


def is_good(certificate: Certificate) -> bool:
    """Tell whether everybody was reached."""
    recipients = certificate.recipients
    return certificate.state == "published" and recipients is not None and recipients.published == recipients.recipients


def shown(moment: str | None) -> str:
    """Return a moment of the certificate as people read it."""
    return clock.shown(datetime.fromisoformat(moment)) if moment else "–"


def _sentence(certificate: Certificate) -> str:
    if certificate.moments.first_sent and certificate.state in _OF_SENT:
        return _sentence_of_sent(certificate)
    if certificate.state == "published" and not is_good(certificate):
        return _SOME
    if certificate.state == "superseded" and certificate.moments.visible:
        return _ROUND_ENDED
    return _VERDICTS[certificate.state]


def _sentence_of_sent(certificate: Certificate) -> str:
    recipients = certificate.recipients
    if is_good(certificate):
        return _SENT_TO_ALL
    if certificate.state == "published" and recipients and recipients.unknown + recipients.not_attempted:
        return _SENT_IN_PART
    return _OF_SENT[certificate.state]


def _has_expired(certificate: Certificate) -> bool:
    expires = certificate.moments.expires
    return certificate.state == "published" and expires is not None and _at(expires) <= _at(certificate.made_at)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
