"""An invitation by mail: the link is in the mail alone, works once, and an earlier one is void."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.notices.mailbox import Mailbox, cut, free_port, mailed_to, serving
from tests.notices.test_making import made
from tests.web.visitors import PASSWORD, account_of

from eboxcast.accounts.errors import InvitationNotFound
from eboxcast.accounts.invitations import accept_invitation, ask_new_password, invite, invite_by_mail, invited
from eboxcast.accounts.models import Invitation
from eboxcast.accounts.signing_in import sign_in
from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import acceptance
from eboxcast.lib import clock
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice, State
from eboxcast.notices.sending import send_due, world_now
from eboxcast.senders.people import change_unasked

pytestmark = pytest.mark.usefixtures("addressed")

NEW = "four words make a password"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    found, port = Mailbox(), free_port()
    with serving(found, port), mailed_to(port):
        yield found


def mailed(mailbox: Mailbox) -> list[EmailMessage]:
    """Return the mails that a pass of the steward sends, but for the head of the audit."""
    before = len(mailbox.taken)
    seal_pending()
    make_notices()
    send_due()
    return [mail for mail in mailbox.taken[before:] if mail["To"] != "ada@example.be"]


def link_in(mail: EmailMessage) -> str:
    """Return what ends the link in the text of a mail; the page has the same."""
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    found = re.findall(r"/invitation/([\w-]+)\s", text)
    assert len(found) == 1, text
    assert f'/invitation/{found[0]}"' in page
    return str(found[0])


def everything_kept() -> str:
    return str([list(kind.objects.values()) for kind in (Notice, Invitation, Entry)])


def test_who_is_invited_by_mail_sets_a_password_by_the_link_in_it(mailbox: Mailbox) -> None:
    invite_by_mail("bram", actor=p.INES)
    (mail,) = mailed(mailbox)
    assert mail["To"] == "bram@example.be"
    assert mail["Content-Language"] == "nl"
    text = link_in(mail)
    assert text not in everything_kept()
    assert accept_invitation(text, NEW).person_id == "bram"
    with pytest.raises(InvitationNotFound):
        invited(text)
    assert Invitation.objects.filter(used_at=None).count() == 0


def test_an_invitation_again_voids_the_earlier_one_sent_or_not(mailbox: Mailbox) -> None:
    invite_by_mail("bram", actor=p.INES)
    first = link_in(mailed(mailbox)[0])
    invite_by_mail("bram", actor=p.INES)
    invite_by_mail("bram", actor=p.INES)
    (second,) = mailed(mailbox)
    assert invited(link_in(second)).name == "bram"
    with pytest.raises(InvitationNotFound):
        invited(first)
    assert [one.state for one in made()] == [State.SENT, State.GIVEN_UP, State.SENT]
    text = invite("bram", days=7, actor=p.INES)
    assert invited(text)
    with pytest.raises(InvitationNotFound):
        invited(link_in(second))


def test_a_mail_that_is_tried_again_has_a_link_that_works_whichever_arrived(mailbox: Mailbox) -> None:
    mailbox.answer = cut
    invite_by_mail("bram", actor=p.INES)
    (first,) = mailed(mailbox)
    mailbox.answer = lambda server, message: "250 taken"
    Notice.objects.update(next_try_at=world_now(), leased_until=None)
    (second,) = mailed(mailbox)
    assert first["Message-ID"] == second["Message-ID"]
    assert invited(link_in(first)) == invited(link_in(second))
    accept_invitation(link_in(first), NEW)
    with pytest.raises(InvitationNotFound):
        invited(link_in(second))


def test_a_link_goes_to_no_address_that_is_no_longer_theirs(mailbox: Mailbox) -> None:
    invite_by_mail("bram", actor=p.INES)
    seal_pending()
    make_notices()
    change_unasked("bram", by="ines", email="other@example.be")
    assert send_due().given_up == 1
    assert mailed(mailbox) == []


def test_a_link_that_was_not_opened_in_time_is_void(mailbox: Mailbox) -> None:
    invite_by_mail("bram", actor=p.INES)
    text = link_in(mailed(mailbox)[0])
    pass_time(days=8)
    with pytest.raises(InvitationNotFound):
        invited(text)


def test_who_forgot_their_password_is_sent_a_link_for_two_hours_and_told_when_it_was_changed(mailbox: Mailbox) -> None:
    account_of(p.ANNE)
    ask_new_password("Anne@example.be", address="192.0.2.7", form=uuid4())
    text = link_in(mailed(mailbox)[0])
    assert sign_in("anne", PASSWORD, address="192.0.2.7"), "the old one is good until then"
    accept_invitation(text, NEW)
    (told,) = mailed(mailbox)
    assert told["To"] == "anne@example.be"
    assert "/invitation/" not in told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    ask_new_password("anne", address="192.0.2.7", form=uuid4())
    text = link_in(mailed(mailbox)[0])
    pass_time(hours=3)
    with pytest.raises(InvitationNotFound):
        invited(text)


def test_nobody_is_mailed_who_has_no_account_or_may_not_act(mailbox: Mailbox) -> None:
    account_of(p.ANNE)
    change_unasked("anne", by="ines", active=False)
    for identity in ("bram", "nobody", "anne"):
        ask_new_password(identity, address="192.0.2.7", form=uuid4())
    assert mailed(mailbox) == []
    assert not Invitation.objects.exists()


def test_asking_for_a_new_password_leaves_an_invitation_as_it_is(mailbox: Mailbox) -> None:
    account_of(p.ANNE)
    text = invite("anne", days=7, actor=p.INES)
    ask_new_password("anne", address="192.0.2.7", form=uuid4())
    assert invited(text).name == "anne"
    assert Invitation.objects.filter(made_by="ines", expires_at__gt=clock.now() + timedelta(days=6)).exists()


def test_what_somebody_typed_is_no_link(mailbox: Mailbox) -> None:
    broadcast = p.tested()
    mailed(mailbox)
    acceptance.reject(broadcast, actor=p.ANNE, reason="see /invitation/… please")
    told = mailed(mailbox)
    assert told
    assert any("see /invitation/… please" in str(mail.get_body(("plain",)).get_content()) for mail in told)  # type: ignore[union-attr]
