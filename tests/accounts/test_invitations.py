"""An invitation opens an account once, for a while, for one person."""

from __future__ import annotations

import pytest
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.web.visitors import PASSWORD, account_of, browser_of

from eboxcast.accounts.errors import InvitationNotFound, InvitationUnfit, PasswordUnfit
from eboxcast.accounts.invitations import accept_invitation, invite, invited
from eboxcast.accounts.models import Account, Invitation
from eboxcast.audit.models import Entry
from eboxcast.lib.actors import NotYourRole
from eboxcast.senders.errors import PersonInactive, PersonUnknown
from eboxcast.senders.models import Person
from eboxcast.senders.people import change_unasked

NEW = "four words make a password"


@pytest.fixture
def anne(january: None) -> Person:
    return account_of(p.ANNE).person


def test_who_is_invited_sets_a_password_once(anne: Person) -> None:
    text = invite("anne", days=7, actor=p.INES)
    assert invited(text) == anne
    account = accept_invitation(text, NEW)
    assert account.check_password(NEW)
    assert [one.by for one in Entry.objects.filter(action__startswith="account.").order_by("id")] == ["ines", "anne"]
    with pytest.raises(InvitationNotFound):
        accept_invitation(text, NEW)


def test_only_its_digest_is_kept(anne: Person) -> None:
    text = invite("anne", days=7, actor=p.INES)
    kept = Invitation.objects.get()
    assert text.encode() not in bytes(kept.digest)
    assert text not in str(Entry.objects.get(action="account.invited").data)


def test_it_ends_after_its_days_and_when_another_is_made(anne: Person) -> None:
    first = invite("anne", days=7, actor=p.INES)
    second = invite("anne", days=7, actor=p.INES)
    with pytest.raises(InvitationNotFound):
        invited(first)
    pass_time(days=8)
    with pytest.raises(InvitationNotFound):
        invited(second)


def test_a_new_password_ends_every_session(anne: Person) -> None:

    browser = browser_of(p.ANNE)
    accept_invitation(invite("anne", days=7, actor=p.INES), NEW)
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least"),
        ("password1234", "too often"),
        ("493827165049382", "digits only"),
        ("Anne Lambert", "similar"),
        ("Eboxcast-2027!", "try first"),
        ("x" * 201, "at most"),
    ],
)
def test_what_is_easily_guessed_is_refused_and_the_invitation_stays(anne: Person, password: str, says: str) -> None:
    text = invite("anne", days=7, actor=p.INES)
    with pytest.raises(PasswordUnfit) as refused:
        accept_invitation(text, password)
    assert says in " ".join(part.sentence for part in refused.value.parts)
    assert invited(text) == anne


def test_only_who_looks_after_people_invites(anne: Person) -> None:
    for actor in (p.ANNE, p.LOU, p.VERA):
        with pytest.raises(NotYourRole):
            invite("anne", days=7, actor=actor)


def test_nobody_is_invited_who_cannot_act(anne: Person) -> None:
    with pytest.raises(PersonUnknown):
        invite("nobody", days=7, actor=p.INES)
    with pytest.raises(InvitationUnfit):
        invite("anne", days=31, actor=p.INES)
    text = invite("anne", days=7, actor=p.INES)
    change_unasked("anne", by="ines", active=False)
    with pytest.raises(InvitationNotFound):
        invited(text)
    with pytest.raises(PersonInactive):
        invite("anne", days=7, actor=p.INES)


def test_a_password_is_hashed(anne: Person) -> None:
    assert PASSWORD not in Account.objects.get().password
