"""People and what they may do. Changing them is for the integration team, and audited; nobody is ever removed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace

from django.db import transaction
from django.db.models import Q

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry
from eboxcast.database import installation
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import INSTITUTION_ROLES, OPERATOR_ROLES, VALIDATOR_ROLES, Actor, Role
from eboxcast.lib.digests import digest
from eboxcast.lib.free_text import MOST_OF_A_NAME, hides_a_number, is_fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize, rule_of
from eboxcast.lib.translation import LANGUAGES
from eboxcast.senders.errors import (
    DetailUnfit,
    HomeUnknown,
    NameUnfit,
    PersonChanged,
    PersonInactive,
    PersonKnown,
    PersonUnknown,
    RolesUnfit,
)
from eboxcast.senders.models import Institution, Mails, Person

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What is recorded of a person beside the name."""

    full_name: str
    roles: frozenset[Role]
    language: str
    institution: str = ""
    email: str = ""
    phone: str = ""
    service: bool = False
    active: bool = True
    mails: str = Mails.EACH


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which people are asked for."""

    words: str = ""
    """Found in the login, the name or the email address."""
    role: Role | None = None
    institution: str | None = None
    """By CBE number; empty for the operator's and the validator's people."""
    active_only: bool = False


def list_people(sought: Sought | None = None, *, actor: Actor, limit: int | None = None) -> list[Person]:
    """Return everybody, or those asked for, those of the operator and of the validator last. Raises NotYourRole."""
    authorize_care(actor, "person.see")
    with sanitized_db_errors():
        found = Person.objects.filter(_matches(sought or Sought())).select_related("institution")
        return list(found.order_by("institution_id", "name")[:limit])


def find_person(name: str, *, actor: Actor) -> Person:
    """Return somebody. Raises NotYourRole, PersonUnknown."""
    authorize_care(actor, "person.see")
    with sanitized_db_errors():
        return _find(name)


def list_institutions(*, actor: Actor) -> list[Institution]:
    """Return the institutions that people can belong to. Raises NotYourRole."""
    authorize_care(actor, "person.see")
    with sanitized_db_errors():
        return list(Institution.objects.order_by("cbe"))


@sanitized_db_errors()
def only_they_are(person: Person) -> list[Role]:
    """Return the roles that nobody else of the same house has who can act: what stands still without this person."""
    house = Person.objects.filter(active=True, institution=person.institution).exclude(name=person.name)
    others = {role for roles in house.values_list("roles", flat=True) for role in roles}
    return [Role(role) for role in sorted(set(person.roles) - others)] if person.active else []


def add_person(name: str, particulars: Particulars, *, actor: Actor) -> Person:
    """Record somebody new. Raises NotYourRole, PersonKnown, and what is unfit."""
    authorize_care(actor, "person.add")
    return add_unasked(name, particulars, by=actor.name)


def add_unasked(name: str, particulars: Particulars, *, by: str) -> Person:
    """Record somebody new for an action that was allowed as a whole.

    Raises PersonKnown, NameUnfit, DetailUnfit, RolesUnfit, HomeUnknown.
    """
    with sanitized_db_errors(), transaction.atomic():
        if Person.objects.filter(name=name).exists():
            raise PersonKnown(name=name)
        person = _save(name, particulars)
        record("person.added", by=by, data=_told(name, particulars))
    return person


def change_person(name: str, *, actor: Actor, seen: str = "", **changes: object) -> Person:
    """Change some of what is recorded of somebody; where ``mark_of`` what was seen is given, only if it is still so.

    Raises NotYourRole, PersonUnknown, PersonChanged, and what is unfit.
    """
    authorize_care(actor, "person.change")
    return change_unasked(name, by=actor.name, seen=seen, **changes)


def change_unasked(name: str, *, by: str, seen: str = "", **changes: object) -> Person:
    """Change what is recorded of somebody for an action that was allowed as a whole.

    Raises PersonUnknown, PersonChanged, NameUnfit, DetailUnfit, RolesUnfit, HomeUnknown.
    """
    with sanitized_db_errors(), transaction.atomic():
        before = particulars_of(_find(name, lock=True))
        if seen and seen != mark_of(before):
            raise _changed_since(name)
        after = replace(before, **changes)  # type: ignore[arg-type]  # checked by the fields of the class
        person = _save(name, after)
        changed = [field.name for field in fields(after) if getattr(after, field.name) != getattr(before, field.name)]
        if changed:
            record("person.changed", by=by, data={**_told(name, after), "changed": changed})
    return person


def set_preferences(*, language: str, mails: str, actor: Actor) -> Person:
    """Have somebody's mails come as they want: in which language, how often. Raises NotYourRole, DetailUnfit."""
    authorize(actor, "person.prefer")
    if mails not in Mails.values:
        raise DetailUnfit(name=actor.name, field="mails")
    return change_unasked(actor.name, by=actor.name, language=language, mails=mails)


def deactivate_person(name: str, *, actor: Actor) -> Person:
    """Let somebody act no more, whatever tokens they hold. Raises NotYourRole, PersonUnknown."""
    authorize(actor, "person.deactivate")
    return change_unasked(name, by=actor.name, active=False)


def actor_named(name: str) -> Actor:
    """Return somebody as who acts. Raises PersonUnknown, PersonInactive."""
    with sanitized_db_errors():
        return actor_of(_find(name))


def actor_of(person: Person) -> Actor:
    """Return a person as who acts. Raises PersonInactive."""
    if not person.active:
        raise PersonInactive(name=person.name)
    return Actor(
        name=person.name,
        roles=frozenset(map(Role, person.roles)),
        institution=person.institution_id or "",
        language=person.language,
        service=person.service,
    )


def people_with(role: Role, institution: str = "") -> list[Person]:
    """Return the active people with a role: those of an institution, or without one those of nobody's."""
    home = {"institution_id": institution} if institution else {"institution__isnull": True}
    with sanitized_db_errors():
        return list(Person.objects.filter(active=True, roles__contains=[role], **home).order_by("name"))


def reachable(role: Role, institution: str = "") -> list[Person]:
    """Return those with a role to whom a mail can be sent; a service account reads none."""
    return [person for person in people_with(role, institution) if person.email and not person.service]


def reached_roles() -> frozenset[tuple[str, str]]:
    """Return each role to which a mail can be sent, with the institution it is of; an empty one for nobody's."""
    with sanitized_db_errors():
        found = Person.objects.filter(active=True, service=False, email__gt="").values_list("roles", "institution_id")
        return frozenset((role, institution or "") for roles, institution in found for role in roles)


def particulars_of(person: Person) -> Particulars:
    """Return what is recorded of somebody."""
    return Particulars(
        full_name=person.full_name,
        roles=frozenset(map(Role, person.roles)),
        language=person.language,
        institution=person.institution_id or "",
        email=person.email,
        phone=person.phone,
        service=person.service,
        active=person.active,
        mails=person.mails,
    )


def mark_of(particulars: Particulars) -> str:
    """Return what stands for a record as somebody saw it: another one when anything of it has changed."""
    values = {**vars(particulars), "roles": sorted(particulars.roles)}
    return digest(json.dumps(values, sort_keys=True).encode()).hex()[:24]


def authorize_care(actor: Actor, permission: str) -> None:
    """Raise NotYourRole unless the table lets the actor look after people; the user of the system may begin."""
    if not (rule_of(permission).founding and actor.is_system_user and not somebody_looks_after_people()):
        authorize(actor, permission)


def somebody_looks_after_people() -> bool:
    """Return whether anybody of the integration team can act.

    While nobody can, the system's user may record people: at the beginning, and when the last token has expired. Who
    can run this command holds the password of the control database, and could do as much without it.
    """
    with sanitized_db_errors():
        people = Person.objects.filter(active=True, roles__contains=[Role.INTEGRATION])
        if installation.is_real():
            people = people.filter(tokens__revoked_at__isnull=True, tokens__expires_at__gt=clock.now())
        return people.exists()


def refuse_unfit_line(name: str, field: str, text: str) -> None:
    """Raise DetailUnfit for what is no short line of plain text, or holds a national number."""
    if text != text.strip() or not is_fit(text, most=MOST_OF_A_NAME):
        raise DetailUnfit(name=name, field=field)


def refuse_unfit_address(name: str, *, email: str, phone: str) -> None:
    """Raise DetailUnfit for what no mail can be sent to, or nobody can call; empty is no address at all."""
    if email and not (is_fit(email, most=MOST_OF_A_NAME) and _EMAIL.fullmatch(email)):
        raise DetailUnfit(name=name, field="email")
    if len(phone) > MOST_OF_A_NAME or not phone.isprintable() or hides_a_number(phone):
        raise DetailUnfit(name=name, field="phone")


def _matches(sought: Sought) -> Q:
    wanted = Q(active=True) if sought.active_only else Q()
    if sought.words:
        words = sought.words.strip()
        wanted &= Q(name__icontains=words) | Q(full_name__icontains=words) | Q(email__icontains=words)
    if sought.role is not None:
        wanted &= Q(roles__contains=[sought.role])
    if sought.institution is not None:
        wanted &= Q(institution_id=sought.institution) if sought.institution else Q(institution=None)
    return wanted


def _changed_since(name: str) -> PersonChanged:
    """Return who was first, and when."""
    last = Entry.objects.filter(action="person.changed", data__person=name).order_by("-id").first()
    return PersonChanged(name=name, by=last.by if last else "-", at=last.at if last else clock.now())


def _find(name: str, *, lock: bool = False) -> Person:
    people = Person.objects.select_for_update(of=("self",)) if lock else Person.objects
    person = people.select_related("institution").filter(name=name).first()
    if person is None:
        raise PersonUnknown(name=mask_and_strip(name))
    return person


def _save(name: str, particulars: Particulars) -> Person:
    _refuse_unfit(name, particulars)
    if particulars.institution and not Institution.objects.filter(cbe=particulars.institution).exists():
        raise HomeUnknown(name=name, institution=mask_and_strip(particulars.institution))
    values = {**vars(particulars), "roles": sorted(particulars.roles)}
    values["institution_id"] = values.pop("institution") or None
    return Person.objects.update_or_create(name=name, defaults=values)[0]


def _refuse_unfit(name: str, particulars: Particulars) -> None:
    if not _NAME.fullmatch(name) or not is_fit(name):
        raise NameUnfit(name=mask_and_strip(name))
    if not particulars.full_name:
        raise DetailUnfit(name=name, field="full name")
    refuse_unfit_line(name, "full name", particulars.full_name)
    refuse_unfit_address(name, email=particulars.email, phone=particulars.phone)
    if particulars.language not in LANGUAGES:
        raise DetailUnfit(name=name, field="language")
    if not _one_house(particulars):
        raise RolesUnfit(name=name, roles=", ".join(sorted(particulars.roles)) or "-")


def _one_house(particulars: Particulars) -> bool:
    """Return whether the roles go together: the same rule as the constraints of the table."""
    if particulars.institution:
        houses: tuple[frozenset[Role], ...] = (INSTITUTION_ROLES,)
    elif particulars.service:
        houses = (frozenset({Role.LAUNCH}),)
    else:
        houses = (OPERATOR_ROLES, VALIDATOR_ROLES)
    return bool(particulars.roles) and any(particulars.roles <= house for house in houses)


def _told(name: str, particulars: Particulars) -> dict[str, object]:
    """Return what the audit keeps for ever: what somebody may do, not how to reach them."""
    return {
        "person": name,
        "roles": sorted(particulars.roles),
        "institution": particulars.institution,
        "service": particulars.service,
        "active": particulars.active,
    }
