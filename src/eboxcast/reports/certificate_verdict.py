"""What a certificate says in one sentence, for each state."""

from __future__ import annotations

from datetime import datetime

from eboxcast.lib.formatting import grouped, moment_in
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.remainder import remainder_of
from eboxcast.reports.schemas import Certificate

_VERDICTS = {
    "preparing": N_("The preparation has not finished: nothing is stored or visible."),
    "prepared": N_("Prepared for {recipients} recipients; not visible yet."),
    "running": N_("The launch has begun; nothing is visible yet."),
    "paused": N_("Paused; nothing is visible yet."),
    "stopped": N_("Stopped since {stopped}: nothing is visible, and nothing becomes visible until it is resumed."),
    "failed": N_("Failed. Nothing is visible."),
    "discarded": N_("Discarded. It was never visible."),
    "superseded": N_("Replaced by another run. It was never visible."),
    "published": N_("Published to all {published} recipients at the same moment: {visible}."),
    "recalled": N_(
        "Recalled at {recalled}: it was visible to {published} recipients since {visible}, but no longer is."
    ),
}
_SOME = N_("Published to {published} of {recipients} recipients at the same moment: {visible}.")
_ROUND_ENDED = N_(
    "Replaced by another round at {recalled}: it was visible to {published} recipients since "
    "{visible}, but no longer is."
)
_OF_SENT = {
    "running": N_("Sending since {first_sent}: {remainder}."),
    "paused": N_("Paused: {remainder}. Nothing more is sent until it is resumed."),
    "stopped": N_("Stopped since {stopped}: {remainder}. Nothing more is sent until it is resumed."),
    "failed": N_("Failed: {remainder}. Nothing more is sent until it is resumed."),
    "published": N_("Sent from {first_sent} to {closed}: {remainder}."),
}
_SENT_TO_ALL = N_("Sent to all {published} recipients, from {first_sent} to {closed}.")
_SENT_IN_PART = N_("Published in part, from {first_sent} to {closed}: {remainder}.")
_EXPIRED = N_("Its validity period ended at {expires}; it is no longer visible.")


def verdict_of(certificate: Certificate, language: str) -> str:
    """Return the state of the run in a sentence."""
    moments, recipients = certificate.moments, certificate.recipients
    data = {
        "recipients": grouped(recipients.recipients, language) if recipients else "?",
        "published": grouped(recipients.published, language) if recipients else "?",
        "visible": shown(moments.visible, language),
        "first_sent": shown(moments.first_sent, language),
        "closed": shown(moments.closed, language),
        "stopped": shown(moments.stopped, language),
        "recalled": shown(moments.recalled, language),
        "expires": shown(moments.expires, language),
    }
    if recipients and moments.first_sent:
        data["remainder"] = remainder_of(recipients, language, ended=moments.closed is not None)
    verdict = translate(_sentence(certificate), language, data)
    return f"{verdict} {translate(_EXPIRED, language, data)}" if _has_expired(certificate) else verdict


def is_good(certificate: Certificate) -> bool:
    """Tell whether everybody was reached."""
    recipients = certificate.recipients
    return certificate.state == "published" and recipients is not None and recipients.published == recipients.recipients


def shown(moment: datetime | None, language: str) -> str:
    """Return a moment of the certificate as people read it."""
    return moment_in(moment, language) if moment else "–"


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
    return certificate.state == "published" and expires is not None and expires <= certificate.made_at
