"""People, their roles and how they are changed."""

from __future__ import annotations

import pytest
from django.db import connection

from eboxcast.audit.models import Entry
from eboxcast.database import boot
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.errors import ConstraintBroken, sanitized_db_errors
from eboxcast.lib.actors import ALL_ROLES, Actor, NotYourRole, Role
from eboxcast.lib.errors import EboxcastError
from eboxcast.senders.errors import (
    DetailUnfit,
    HomeUnknown,
    NameUnfit,
    PersonInactive,
    PersonKnown,
    PersonUnknown,
    RolesUnfit,
)
from eboxcast.senders.models import Institution, Person
from eboxcast.senders.people import Particulars, actor_named, add_person, change_person, deactivate_person, people_with

INES = Actor(name="ines", roles=frozenset({Role.INTEGRATION}))
RJV = "0456789034"


@pytest.fixture(autouse=True)
def rjv(installation: None) -> None:
    """One institution."""
    Institution.objects.create(cbe=RJV, names={"fr": "Office", "nl": "Rijksdienst", "de": "Amt"})


def particulars(*roles: Role, institution: str = "", service: bool = False, **more: str) -> Particulars:
    values = {"full_name": "Léa Lambert", "language": "fr", **more}
    return Particulars(roles=frozenset(roles), institution=institution, service=service, **values)


def test_somebody_who_is_added_can_act() -> None:
    add_person("lea", particulars(Role.LAUNCH, email="lea@example.be"), actor=INES)
    assert actor_named("lea") == Actor(name="lea", roles=frozenset({Role.LAUNCH}), language="fr")
    told = Entry.objects.get()
    assert (told.action, told.by, told.data["roles"]) == ("person.added", "ines", ["launch"])
    assert "example.be" not in str(told.data)


@pytest.mark.parametrize("role", sorted(ALL_ROLES - {Role.INTEGRATION}))
def test_only_the_integration_team_changes_people(role: Role) -> None:
    other = Actor(name="other", roles=frozenset({role}))
    with pytest.raises(NotYourRole) as refused:
        add_person("lea", particulars(Role.LAUNCH), actor=other)
    assert (refused.value.exit_code, refused.value.data["roles"]) == (4, "integration")
    assert not Person.objects.exists()
    assert not Entry.objects.exists()


def test_what_is_changed_is_told_and_nothing_is_told_of_nothing() -> None:
    add_person("lea", particulars(Role.LAUNCH), actor=INES)
    change_person("lea", actor=INES, roles=frozenset({Role.LAUNCH, Role.INTEGRATION}))
    change_person("lea", actor=INES, language="fr")
    assert [entry.data["changed"] for entry in Entry.objects.filter(action="person.changed")] == [["roles"]]


def test_who_is_deactivated_acts_no_more_and_gets_no_mail() -> None:
    add_person("lea", particulars(Role.REQUESTER, institution=RJV), actor=INES)
    assert [person.name for person in people_with(Role.REQUESTER, RJV)] == ["lea"]
    deactivate_person("lea", actor=INES)
    with pytest.raises(PersonInactive):
        actor_named("lea")
    assert people_with(Role.REQUESTER, RJV) == []


def test_the_people_of_an_institution_are_not_those_of_the_operator() -> None:
    add_person("rita", particulars(Role.REQUESTER, institution=RJV), actor=INES)
    add_person("ivo", particulars(Role.INTEGRATION), actor=INES)
    assert people_with(Role.REQUESTER) == []
    assert [person.name for person in people_with(Role.INTEGRATION)] == ["ivo"]


def test_a_name_is_used_once_and_must_be_known() -> None:
    add_person("lea", particulars(Role.LAUNCH), actor=INES)
    with pytest.raises(PersonKnown):
        add_person("lea", particulars(Role.LAUNCH), actor=INES)
    with pytest.raises(PersonUnknown):
        change_person("leo", actor=INES, language="nl")


@pytest.mark.parametrize("name", ["", "l", "Lea", "1lea", "lea lambert", "lea@home", "l85073003328", "l" * 41])
def test_a_name_must_be_fit(name: str) -> None:
    with pytest.raises(NameUnfit) as refused:
        add_person(name, particulars(Role.LAUNCH), actor=INES)
    assert "85073003328" not in str(refused.value.data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"full_name": ""},
        {"full_name": "85.07.30-033.28"},
        {"email": "a@b\nBcc: c@d"},
        {"email": "lea"},
        {"language": "es"},
    ],
)
def test_a_detail_must_be_fit(wrong: dict[str, str]) -> None:
    with pytest.raises(DetailUnfit):
        add_person("lea", particulars(Role.LAUNCH, **wrong), actor=INES)


WRONG_HOUSES = [
    ((), "", False),
    ((Role.REQUESTER,), "", False),
    ((Role.LAUNCH,), RJV, False),
    ((Role.VALIDATOR, Role.LAUNCH), "", False),
    ((Role.REQUESTER, Role.LAUNCH), RJV, False),
    ((Role.INTEGRATION,), "", True),
    ((Role.LAUNCH,), RJV, True),
]


@pytest.mark.parametrize(("roles", "institution", "service"), WRONG_HOUSES)
def test_roles_belong_to_one_house(roles: tuple[Role, ...], institution: str, service: bool) -> None:
    with pytest.raises(RolesUnfit):
        add_person("lea", particulars(*roles, institution=institution, service=service), actor=INES)


@pytest.mark.parametrize(("roles", "institution", "service"), WRONG_HOUSES)
def test_the_table_itself_keeps_roles_in_one_house(roles: tuple[Role, ...], institution: str, service: bool) -> None:
    values = {"full_name": "Léa", "language": "fr", "institution_id": institution or None, "service": service}
    with pytest.raises(ConstraintBroken), sanitized_db_errors():
        Person.objects.create(name="lea", roles=list(roles), **values)
    connection.close()


@pytest.mark.parametrize(
    ("roles", "institution", "service"),
    [
        ((Role.REQUESTER, Role.CONFIRMER), RJV, False),
        ((Role.CONFIRMER,), RJV, True),
        ((Role.LAUNCH,), "", True),
        ((Role.INTEGRATION, Role.LAUNCH, Role.CONTACT_CENTRE, Role.AUDITOR), "", False),
        ((Role.VALIDATOR,), "", False),
    ],
)
def test_these_roles_go_together(roles: tuple[Role, ...], institution: str, service: bool) -> None:
    add_person("lea", particulars(*roles, institution=institution, service=service), actor=INES)
    assert actor_named("lea").roles == set(roles)


def test_an_institution_must_be_configured() -> None:
    with pytest.raises(HomeUnknown):
        add_person("lea", particulars(Role.REQUESTER, institution="0400000000"), actor=INES)


def test_an_audit_that_fails_leaves_nothing_behind() -> None:
    """The entry is in the transaction of what it tells."""
    with connect_for_setup(boot.places(), "eboxcast_control") as owner:
        owner.execute("alter table audit_entry add constraint no_more check (action <> 'person.added') not valid")
        try:
            with pytest.raises(EboxcastError):
                add_person("lea", particulars(Role.LAUNCH), actor=INES)
        finally:
            owner.execute("alter table audit_entry drop constraint no_more")
    assert not Person.objects.exists()
