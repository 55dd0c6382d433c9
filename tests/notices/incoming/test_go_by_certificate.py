"""A GO by a mail that its confirmer signed with a certificate: taken once, told as such, and else asked on the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from tests.authorities import CertificateAuthority
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.notices.imap import ImapBox
from tests.notices.incoming.certified import Person, person
from tests.notices.incoming.signing import Domain
from tests.notices.incoming.test_go import broadcast, from_bram, make, state, take, words

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast, Go, State
from eboxcast.lib import clock
from eboxcast.notices.incoming.taking_in import take_in_mails
from eboxcast.notices.models import Notice, ReceivedMail
from eboxcast.notices.transport.mail_server import MailSettingWrong

__all__ = ["broadcast"]

pytestmark = pytest.mark.usefixtures("addressed", "go_by_mail")
NOBODY = Domain("example.org")


@pytest.fixture
def authority(addressed: None) -> CertificateAuthority:
    return CertificateAuthority(clock.now())


@pytest.fixture
def go_by_mail(authority: CertificateAuthority, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "authorities.pem").write_bytes(authority.certificate)
    with override_settings(EBOXCAST_GO_BY_MAIL="on", EBOXCAST_SMIME_AUTHORITIES=tmp_path / "authorities.pem"):
        yield


@pytest.fixture
def bram(authority: CertificateAuthority, tmp_path: Path) -> Person:
    return person(tmp_path / "bram", authority, "bram@example.be")


@pytest.mark.parametrize("more", [(), ("-nodetach",)])
def test_a_go_that_its_confirmer_signed_is_taken(
    box: ImapBox, broadcast: Broadcast, bram: Person, more: tuple[str, ...]
) -> None:
    assert take(box, NOBODY, bram.sign(from_bram(words(broadcast)), *more)) == ""
    assert state(broadcast) == State.CONFIRMED
    by_mail = Entry.objects.get(action="broadcast.go_by_mail")
    assert (by_mail.by, by_mail.data["address"]) == ("bram", "bram@example.be")
    assert (by_mail.data["fingerprint"], by_mail.data["issuer"]) == (bram.fingerprint, "CN=Authority of Example")
    assert "domain" not in by_mail.data
    received = ReceivedMail.objects.get()
    assert (received.signed_by, received.text.split()[0]) == ("bram@example.be", "GO")


def test_its_confirmer_is_told_by_which_certificate(box: ImapBox, broadcast: Broadcast, bram: Person) -> None:
    take(box, NOBODY, bram.sign(from_bram(words(broadcast))))
    make()
    told = Notice.objects.get(recipient="bram", items__kind="go-by-certificate")
    assert "withdraw-go" in told.text
    assert bram.fingerprint in "".join(told.text.split())
    assert not Notice.objects.filter(items__kind="go-by-mail").exists()


def test_where_no_authority_is_named_nothing_changes(box: ImapBox, broadcast: Broadcast, bram: Person) -> None:
    with override_settings(EBOXCAST_SMIME_AUTHORITIES=None):
        assert "the sender's domain" in take(box, NOBODY, bram.sign(from_bram(words(broadcast))))
        opaque = bram.sign(from_bram(words(broadcast), Message_ID="<2@example.be>"), "-nodetach")
        take(box, NOBODY, opaque)
    assert (ReceivedMail.objects.latest("id").text, state(broadcast)) == ("", State.PRODUCTION_DELIVERED)


def test_why_it_is_not_taken_is_told_to_who_can_confirm(
    box: ImapBox, broadcast: Broadcast, authority: CertificateAuthority, tmp_path: Path
) -> None:
    anne = person(tmp_path / "anne", authority, "anne@example.be")
    assert "for another address" in take(box, NOBODY, anne.sign(from_bram(words(broadcast)), "-nodetach"))
    assert state(broadcast) == State.PRODUCTION_DELIVERED
    make()
    asked = Notice.objects.get(kind="go-asked")
    assert f"/broadcasts/{broadcast.number}/go" in asked.text


def test_who_may_not_give_it_does_not_by_a_certificate(
    box: ImapBox, broadcast: Broadcast, authority: CertificateAuthority, tmp_path: Path
) -> None:
    anne = person(tmp_path / "anne", authority, "anne@example.be")
    raw = anne.sign(from_bram(words(broadcast), sender="anne@example.be"))
    assert "may give the GO" in take(box, NOBODY, raw)
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_a_go_that_was_withdrawn_cannot_be_given_again_with_the_same_signature(
    box: ImapBox, broadcast: Broadcast, bram: Person
) -> None:
    """The headers are not signed: another Message-ID makes another mail of it."""
    raw = bram.sign(from_bram(words(broadcast), Message_ID="<1@example.be>"))
    take(box, NOBODY, raw)
    production.withdraw_go(broadcast, actor=p.BRAM, reason="not yet")
    withdrawn_long_ago()
    assert "used before" in take(box, NOBODY, raw.replace(b"<1@example.be>", b"<2@example.be>"))
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_a_go_that_was_kept_back_until_another_was_withdrawn_is_not_taken(
    box: ImapBox, broadcast: Broadcast, bram: Person
) -> None:
    kept_back = bram.sign(from_bram(words(broadcast)))
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    production.withdraw_go(broadcast, actor=p.BRAM, reason="not yet")
    assert "became void" in take(box, NOBODY, kept_back)
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def test_a_go_that_is_signed_after_the_last_one_was_withdrawn_is_taken(
    box: ImapBox, broadcast: Broadcast, bram: Person
) -> None:
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    production.withdraw_go(broadcast, actor=p.BRAM, reason="not yet")
    withdrawn_long_ago()
    assert take(box, NOBODY, bram.sign(from_bram(words(broadcast)))) == ""
    assert state(broadcast) == State.CONFIRMED


def test_a_signed_go_under_the_headers_of_another_broadcast_gives_none(
    box: ImapBox, broadcast: Broadcast, bram: Person
) -> None:
    """Its moment may be the same; its files are not."""
    signed = bram.sign(from_bram(words(broadcast)))
    other = other_files()
    assert other.agreed_at == broadcast.agreed_at
    about = Notice.objects.filter(recipient="bram", items__kind="production-delivered")
    answered, to_other = (about.filter(broadcast=one.id).latest("id") for one in (broadcast, other))
    moved = signed.replace(answered.message_id.encode(), to_other.message_id.encode())
    assert moved != signed
    assert "are not those" in take(box, NOBODY, moved)
    assert (state(broadcast), state(other)) == (State.PRODUCTION_DELIVERED, State.PRODUCTION_DELIVERED)


def test_a_domain_still_counts_where_the_certificate_does_not(
    box: ImapBox, broadcast: Broadcast, tmp_path: Path
) -> None:
    domain = Domain("example.be")
    bram = person(tmp_path / "bram", CertificateAuthority(clock.now()), "bram@example.be")
    assert take(box, domain, domain.sign(bram.sign(from_bram(words(broadcast))))) == ""
    by_mail = Entry.objects.get(action="broadcast.go_by_mail")
    assert by_mail.data["domain"] == "example.be"
    assert "fingerprint" not in by_mail.data


def test_what_a_certificate_gave_cannot_be_given_again_by_the_domain(
    box: ImapBox, broadcast: Broadcast, bram: Person
) -> None:
    """Trust in the authority may end meanwhile."""
    domain = Domain("example.be")
    raw = domain.sign(bram.sign(from_bram(words(broadcast))))
    take(box, domain, raw)
    production.withdraw_go(broadcast, actor=p.BRAM, reason="not yet")
    pass_time(hours=1)
    with override_settings(EBOXCAST_SMIME_AUTHORITIES=None):
        assert "used before" in take(box, domain, b"Received: from elsewhere\r\n" + raw)
    assert state(broadcast) == State.PRODUCTION_DELIVERED


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_without_authorities_stops_the_reading_and_loses_nothing(
    box: ImapBox, broadcast: Broadcast, bram: Person, tmp_path: Path, content: bytes | None
) -> None:
    box.put(bram.sign(from_bram(words(broadcast))))
    file = tmp_path / "other.pem"
    if content is not None:
        file.write_bytes(content)
    with override_settings(EBOXCAST_SMIME_AUTHORITIES=file), pytest.raises(MailSettingWrong):
        take_in_mails(find_key=NOBODY.find_key, actor=p.LOU)
    assert take_in_mails(find_key=NOBODY.find_key, actor=p.LOU).replies == 1


def test_words_that_fit_two_broadcasts_are_for_neither(box: ImapBox, broadcast: Broadcast, bram: Person) -> None:
    """Eight characters of a digest can be met by trying: who delivers files could make others for the same GO."""
    signed = bram.sign(from_bram(words(broadcast)))
    p.delivered()
    assert "does not repeat" in take(box, NOBODY, signed)
    assert state(broadcast) == State.PRODUCTION_DELIVERED


def other_files() -> Broadcast:
    """Return another broadcast of the same evening that waits for its GO, with Bram mailed about it."""
    other = p.delivered()
    production.receive_for_production(other, actor=p.ANNE, delivered=p.files(lists=b"m" * 32, recipients=180_000))
    make()
    return other


def withdrawn_long_ago() -> None:
    """OpenSSL signs at the moment of the machine, which is before those of the story."""
    Go.objects.update(void_at=clock.now() - timedelta(days=500))
