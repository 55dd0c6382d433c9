"""The follow-up sheet, and the languages of a campaign, as sections of a mail."""

from __future__ import annotations

from eboxcast.broadcasts.models import Broadcast, Contact
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.notices.about import About
from eboxcast.notices.vocabulary import word
from eboxcast.notices.words import spoken
from eboxcast.reports.sections import Fact, Section
from eboxcast.senders.models import Institution, Team

_SHEET = N_("Contacts")
_LANGUAGES = N_("Languages and recipients")


def follow_up_sheet(about: About, language: str) -> list[Section]:
    """Return one contact for the institution and one for each team; nothing while nobody is named."""
    if about.broadcast is None:
        return []
    facts = tuple(
        Fact(_whose(contact, about.broadcast, language), _reached(contact))
        for contact in about.broadcast.contacts.order_by("team")
    )
    return [Section(title=translate(_SHEET, language), facts=facts)] if facts else []


def campaign_languages(about: About, language: str) -> list[Section]:
    """Return in which languages the campaign speaks on that evening, and to how many."""
    if about.broadcast is None:
        return []
    facts = tuple(
        Fact(f"{spoken(word(one.language), language)} · {one.number}", grouped(_audience(one), language), number=True)
        for one in _of_the_evening(about.broadcast)
    )
    return [Section(title=translate(_LANGUAGES, language), facts=facts)]


def _of_the_evening(broadcast: Broadcast) -> list[Broadcast]:
    if broadcast.campaign_id is None or broadcast.date is None:
        return [broadcast]
    same = Broadcast.objects.filter(campaign=broadcast.campaign_id, date=broadcast.date)
    return list(same.order_by("number"))


def _audience(broadcast: Broadcast) -> int:
    return broadcast.recipients_count or broadcast.expected_count


def _whose(contact: Contact, broadcast: Broadcast, language: str) -> str:
    if not contact.team:
        return mask_and_strip(name_in(Institution.objects.get(cbe=broadcast.institution_id).names, language))
    team = Team.objects.filter(code=contact.team).first()
    return mask_and_strip(name_in(team.names, language)) if team else contact.team


def _reached(contact: Contact) -> str:
    # Telephone numbers have as many digits as national ones, so they are not masked; addresses were checked when given.
    return " · ".join(filter(None, (mask_and_strip(contact.name), contact.phone, contact.email)))
