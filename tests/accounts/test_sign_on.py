"""Whose account it is that a provider vouches for: an invited person's, by a linked subject or a verified address."""

from __future__ import annotations

from typing import Any

import pytest
from tests.broadcasts import people as p
from tests.web.visitors import account_of

from eboxcast.accounts.errors import InvitationNotFound, SignOnRefused
from eboxcast.accounts.invitations import invite
from eboxcast.accounts.models import Account, Link
from eboxcast.accounts.sign_on import account_for, link_invited
from eboxcast.audit.models import Entry
from eboxcast.senders.models import Person
from eboxcast.senders.people import change_unasked

ISSUER = "https://login.example.be"

pytestmark = pytest.mark.usefixtures("january")


def claims(**more: Any) -> dict[str, Any]:
    return {"sub": "s-1", "email": "anne@example.be", "email_verified": True, **more}


def test_a_verified_address_is_linked_once_and_then_the_subject_counts() -> None:
    account = account_of(p.ANNE)
    assert account_for(claims(email="Anne@Example.be"), issuer=ISSUER) == account
    assert account_for({"sub": "s-1", "email": "other@example.be"}, issuer=ISSUER) == account
    assert Entry.objects.get(action="account.linked").data == {"person": "anne", "how": "email"}


@pytest.mark.parametrize(
    "told",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "nobody@example.be"},
        {"email": ""},
        {"email": ["anne@example.be"]},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
        {"sub": "\x00"},
    ],
)
def test_what_a_provider_does_not_vouch_for_signs_nobody_in(told: dict[str, Any]) -> None:
    account_of(p.ANNE)
    with pytest.raises(SignOnRefused):
        account_for(claims(**told), issuer=ISSUER)
    assert not Link.objects.exists()


def test_no_account_is_made_by_it() -> None:
    Person.objects.create(name="nele", full_name="Nele", email="nele@example.be", language="nl", roles=["launch"])
    with pytest.raises(SignOnRefused):
        account_for(claims(email="nele@example.be"), issuer=ISSUER)
    assert not Account.objects.exists()


def test_an_address_that_another_subject_has_now_opens_nothing() -> None:
    account_of(p.ANNE)
    account_for(claims(), issuer=ISSUER)
    with pytest.raises(SignOnRefused):
        account_for(claims(sub="s-2"), issuer=ISSUER)


def test_an_address_of_two_people_signs_in_neither() -> None:
    account_of(p.ANNE)
    account_of(p.BRAM)
    change_unasked("bram", by="ines", email="anne@example.be")
    with pytest.raises(SignOnRefused):
        account_for(claims(), issuer=ISSUER)


def test_who_was_deactivated_is_out() -> None:
    account_of(p.ANNE)
    account_for(claims(), issuer=ISSUER)
    change_unasked("anne", by="ines", active=False)
    with pytest.raises(SignOnRefused):
        account_for(claims(), issuer=ISSUER)


def test_an_invitation_links_a_subject_whatever_its_address() -> None:
    Person.objects.create(name="nele", full_name="Nele", email="nele@example.be", language="nl", roles=["launch"])
    text = invite("nele", days=7, actor=p.INES)
    account = link_invited(text, {"sub": "n-1"}, issuer=ISSUER)
    assert account.person_id == "nele"
    assert not account.has_usable_password()
    assert account_for({"sub": "n-1"}, issuer=ISSUER) == account
    with pytest.raises(InvitationNotFound):
        link_invited(text, {"sub": "n-1"}, issuer=ISSUER)
    assert Entry.objects.get(action="account.linked").data["how"] == "invitation"


def test_a_new_invitation_replaces_the_link_and_takes_nobody_elses() -> None:
    account_of(p.ANNE)
    account_of(p.BRAM)
    account_for(claims(), issuer=ISSUER)
    link_invited(invite("anne", days=7, actor=p.INES), {"sub": "s-9"}, issuer=ISSUER)
    with pytest.raises(SignOnRefused):
        account_for({"sub": "s-1"}, issuer=ISSUER)
    text = invite("bram", days=7, actor=p.INES)
    with pytest.raises(SignOnRefused):
        link_invited(text, {"sub": "s-9"}, issuer=ISSUER)
    assert link_invited(text, {"sub": "b-1"}, issuer=ISSUER).person_id == "bram", "the invitation was not used up"


def test_another_provider_is_another_matter() -> None:
    account_of(p.ANNE)
    account_for(claims(), issuer=ISSUER)
    with pytest.raises(SignOnRefused):
        account_for({"sub": "s-1"}, issuer="https://elsewhere.example")
