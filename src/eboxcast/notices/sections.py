"""What some kinds of notice show beside their words: whom to call, in which languages, faults, what is missing."""

from __future__ import annotations

from collections import Counter

from eboxcast.broadcasts.errors import missing_recorded
from eboxcast.broadcasts.models import Broadcast, Contact
from eboxcast.broadcasts.states import Action
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import told_in
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.notices.about import About
from eboxcast.notices.links import way_to
from eboxcast.notices.words import spoken, word
from eboxcast.package.faults import meaning_of
from eboxcast.reports.sections import Fact, Section
from eboxcast.senders.models import Institution, Team

_SHEET = N_("Contacts")
_LANGUAGES = N_("Languages and recipients")
_MISSING = N_("Still missing before {asked}:")
_FAULTS = N_("Faults found")
_FAULTS_SHOWN = 20
_MORE = N_("There are {count} more kinds of fault, not shown here.")


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


def faults_by_code(about: About, language: str) -> list[Section]:
    """Return the faults an entry counts; nothing where there were none."""
    told = about.entry.data.get("faults")
    counts = Counter({str(code): int(count) for code, count in told.items()}) if isinstance(told, dict) else Counter()
    if not counts:
        return []
    shown = counts.most_common(_FAULTS_SHOWN)
    facts = tuple(Fact(f"{grouped(count, language)} × {code}", meaning_of(code, language)) for code, count in shown)
    left = len(counts) - len(shown)
    notes = (translate(_MORE, language, {"count": left}),) if left else ()
    return [Section(title=translate(_FAULTS, language), facts=facts, notes=notes)]


def missing_for_launch(about: About, language: str) -> list[Section]:
    """Return what was missing when the launch was refused; nothing where that was not the reason."""
    found = filter(None, map(missing_recorded, about.entry.data.get("lacking", ())))
    notes = tuple(mask_and_strip(told_in(part, language, render=way_to)) for part in found)
    if not notes:
        return []
    return [Section(title=translate(_MISSING, language, {"asked": translate(Action.LAUNCH, language)}), notes=notes)]


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
