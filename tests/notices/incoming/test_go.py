"""A GO by mail is taken where nothing is in doubt; everything else asks a confirmer to look at the page."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from django.test import override_settings
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.notices.imap import ImapBox
from tests.notices.incoming.letters import reply_to
from tests.notices.incoming.signing import Domain

from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast, Go, State
from eboxcast.broadcasts.production import files_digest
from eboxcast.notices.incoming.taking_in import take_in_mails
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice, ReceivedMail
from eboxcast.senders.models import Person

pytestmark = pytest.mark.usefixtures("addressed", "go_by_mail")


@pytest.fixture
def go_by_mail() -> object:
    with override_settings(EBOXCAST_GO_BY_MAIL="on"):
        yield


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain("example.be")


@pytest.fixture
def broadcast(addressed: None) -> Broadcast:
    """A broadcast that waits for its GO, with BRAM mailed about it."""
    delivered = p.delivered()
    make()
    return delivered


def make() -> None:
    seal_pending()
    make_notices()


def to_bram() -> Notice:
    return Notice.objects.filter(recipient="bram", items__kind="production-delivered").get()


def words(broadcast: Broadcast, *, moment: str = "15/02/2027 18:00") -> str:
    return f"GO\n\n{moment}\n{files_digest(broadcast)[:12]}\n\n--\nBram"


def from_bram(text: str, **headers: str) -> EmailMessage:
    return reply_to(to_bram(), text, sender=headers.pop("sender", "Bram Claes <bram@example.be>"), **headers)


def take(box: ImapBox, domain: Domain, *mails: EmailMessage | bytes) -> str:
    """Have mails arrive and be taken in; return why the last asked for a GO that was not taken."""
    box.put(*mails)
    take_in_mails(find_key=domain.find_key, actor=p.LOU)
    asked = Entry.objects.filter(action="broadcast.go_asked").order_by("-id").first()
    return str(asked.data["why"]) if asked else ""


def state(broadcast: Broadcast) -> str:
    broadcast.refresh_from_db()
    return str(broadcast.state)


def test_a_signed_go_that_names_moment_and_files_is_taken(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    assert take(box, domain, domain.sign(from_bram(words(broadcast)))) == ""
    assert state(broadcast) == State.CONFIRMED
    assert Go.objects.get().given_by == "bram"
    by_mail = Entry.objects.get(action="broadcast.go_by_mail")
    assert (by_mail.by, by_mail.data["domain"]) == ("bram", "example.be")
    assert ReceivedMail.objects.get().signed_by == "example.be"


def test_its_confirmer_is_told_and_can_withdraw_it(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    take(box, domain, domain.sign(from_bram(words(broadcast))))
    make()
    told = Notice.objects.get(recipient="bram", items__kind="go-by-mail")
    assert "withdraw-go" in told.text


@pytest.mark.parametrize(
    "moment",
    ["2027-02-15T18:00", "2027-02-15 18:00", "2027-02-15T18:00+01:00", "2027-02-15T17:00Z", "15.02.2027 18:00"],
)
def test_moments_are_read_as_people_write_them(box: ImapBox, broadcast: Broadcast, domain: Domain, moment: str) -> None:
    take(box, domain, domain.sign(from_bram(words(broadcast, moment=moment))))
    assert state(broadcast) == State.CONFIRMED


def test_a_go_above_what_it_answers_is_taken(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    go = words(broadcast).partition("\n\n--")[0]
    written_by = "Op ma 15 feb. 2027 om 10:00 schreef eboxcast\n<eboxcast@example.be>:"
    quoted = f"{go}\n\n{written_by}\n\n> {to_bram().subject}\n> 0123456789ab"
    assert take(box, domain, domain.sign(from_bram(quoted))) == ""
    assert state(broadcast) == State.CONFIRMED


def test_without_a_signature_it_is_a_question_to_the_confirmer(
    box: ImapBox, broadcast: Broadcast, domain: Domain
) -> None:
    assert "signature" in take(box, domain, from_bram(words(broadcast)))
    assert state(broadcast) == State.PRODUCTION_DELIVERED
    make()
    asked = Notice.objects.get(kind="go-asked")
    assert (asked.recipient, asked.language) == ("bram", "nl")
    assert f"/broadcasts/{broadcast.number}/go" in asked.text


def test_who_signs_for_another_domain_confirms_nothing(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    other = Domain("example.org")
    assert "signature" in take(box, other, other.sign(from_bram(words(broadcast))))
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_who_may_not_give_it_does_not_by_mail(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    for sender in ("anne@example.be", "stranger@example.be", "lou@example.be"):
        assert "may give the GO" in take(box, domain, domain.sign(from_bram(words(broadcast), sender=sender)))
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_a_confirmer_who_left_or_shares_an_address_is_nobody(
    box: ImapBox, broadcast: Broadcast, domain: Domain
) -> None:
    Person.objects.filter(name="anne").update(email="BRAM@example.be")
    assert "may give the GO" in take(box, domain, domain.sign(from_bram(words(broadcast))))
    Person.objects.filter(name="anne").update(email="anne@example.be")
    Person.objects.filter(name="bram").update(active=False)
    assert "may give the GO" in take(box, domain, domain.sign(from_bram(words(broadcast), Date="x")))
    assert state(broadcast) == State.PRODUCTION_DELIVERED


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("GO", "does not repeat"),
        ("GO 15/02/2027 18:00", "does not repeat"),
        ("GO {digest}", "does not repeat"),
        ("GO 15/02/2027 18:00 {short}", "does not repeat"),
        ("GO 15/02/2027 18:00 {digest} and not 16/02/2027 18:00", "does not repeat"),
        ("GO 15/02/2027 18:00 {digest} 0123456789ab", "does not repeat"),
        ("GO 31/02/2027 18:00 {digest}", "does not repeat"),
        ("GO not given yet for 15/02/2027 18:00 {digest}", "does not repeat"),
        ("GO annulé: 15/02/2027 18:00 {digest}", "does not repeat"),
        ("GO? 15/02/2027 18:00 {digest}", "does not repeat"),
        ("GO\n15/02/2027 18:00\n{digest}\n\nonly if the minister agrees", "does not repeat"),
        ("GO\n15/02/2027 18:00\n{digest}\n\nOnly if the minister agrees with this:\n\n> as agreed", "does not repeat"),
        ("GO\n\nFrom: eboxcast\nSubject: GO\n15/02/2027 18:00\n{digest}", "does not repeat"),
        ("GO 15/02/2027 19:00 {digest}", "are not those"),
        ("GO 15/02/2027 18:00 00000000", "are not those"),
    ],
)
def test_what_is_not_beyond_doubt_is_a_question(
    box: ImapBox, broadcast: Broadcast, domain: Domain, text: str, why: str
) -> None:
    said = text.format(digest=files_digest(broadcast)[:12], short=files_digest(broadcast)[:7])
    assert why in take(box, domain, domain.sign(from_bram(said)))
    assert state(broadcast) == State.PRODUCTION_DELIVERED
    assert not Entry.objects.filter(action="broadcast.go_by_mail").exists()


@pytest.mark.parametrize(
    "text", ["Go ahead with the date.", "I give no GO.", "GOOD", "> GO\nI wait.", "Not yet: GO", ""]
)
def test_a_reply_that_only_speaks_of_it_is_a_reply(
    box: ImapBox, broadcast: Broadcast, domain: Domain, text: str
) -> None:
    mail = f"{text}\n15/02/2027 18:00 {files_digest(broadcast)[:12]}"
    assert take(box, domain, domain.sign(from_bram(mail))) == ""
    assert (ReceivedMail.objects.count(), state(broadcast)) == (1, State.PRODUCTION_DELIVERED)


def test_a_mail_that_was_taken_cannot_be_sent_again_by_others(
    box: ImapBox, broadcast: Broadcast, domain: Domain
) -> None:
    signed = domain.sign(from_bram(words(broadcast)))
    take(box, domain, signed)
    production.withdraw_go(broadcast, actor=p.BRAM, reason="not yet")
    pass_time(hours=1)
    assert "used before" in take(box, domain, b"Received: from elsewhere\r\n" + signed)
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_it_is_taken_only_where_the_operator_allows_it(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    with override_settings(EBOXCAST_GO_BY_MAIL="off"):
        assert "not accepted by email" in take(box, domain, domain.sign(from_bram(words(broadcast))))
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_where_no_go_is_waited_for_nobody_is_asked(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    assert take(box, domain, domain.sign(from_bram(words(broadcast)))) == ""
    assert Go.objects.count() == 1


def test_a_go_with_headers_that_are_none_does_not_keep_the_next_mail_waiting(
    box: ImapBox, broadcast: Broadcast, domain: Domain
) -> None:
    broken = from_bram("GO").as_bytes().replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0\nno header at all", 1)
    take(box, domain, broken, domain.sign(from_bram(words(broadcast))))
    assert state(broadcast) == State.CONFIRMED


def test_strangers_cannot_have_name_servers_asked(box: ImapBox, broadcast: Broadcast, domain: Domain) -> None:
    stranger = from_bram("GO", In_Reply_To="<1@example.be>", References="<1@example.be>")
    box.put(domain.sign(stranger))

    def never(name: bytes, timeout: float = 5) -> bytes | None:
        raise AssertionError(name)

    assert take_in_mails(find_key=never, actor=p.LOU).others == 1
