"""What happened together is one mail to each reader, what can wait one a day; and nobody counts as told who was not."""

from __future__ import annotations

import pytest
from tests.broadcasts import people as p
from tests.moments import pass_time

from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import aftermath, contacts, production, requests, scheduling
from eboxcast.lib import clock
from eboxcast.notices import listing
from eboxcast.notices.errors import NoticeWithoutReader
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Item, Notice, State
from eboxcast.senders.models import Person

pytestmark = pytest.mark.usefixtures("addressed")


def mails_to(name: str) -> list[Notice]:
    """Seal, make, and return what somebody got so far, without the heads of the audit."""
    seal_pending()
    make_notices()
    return list(Notice.objects.filter(recipient=name).exclude(kind="audit-head").order_by("id"))


def kinds_in(notice: Notice) -> list[str]:
    return list(notice.items.order_by("seal", "id").values_list("kind", flat=True))


def wants_an_overview(name: str) -> None:
    Person.objects.filter(name=name).update(mails="daily")


def test_what_happened_since_the_last_pass_is_one_mail_with_each_thing_in_its_order() -> None:
    broadcast = p.ready()
    mails_to("carla")
    p.set_clock("2027-02-15T18:30")
    production.launched(broadcast, actor=p.LOU)
    aftermath.finish(broadcast, visible_at=clock.now(), counts={"published": 180_000})
    aftermath.reported(broadcast, actor=p.INES, counts={})
    mail = mails_to("bram")[-1]
    assert kinds_in(mail) == ["launched", "published", "reported"]
    assert mail.subject == "[2027-0001] Het verslag met het certificaat (+2) - Pension 2027"
    assert mail.text.count("maandag 15 februari 2027 om 18:30, Belgische tijd (UTC+1)") == 3
    assert mail.text.index("Gestart") < mail.text.index("Gepubliceerd") < mail.text.index("Het verslag met")
    assert mail.html.count("<h2>Waarover het gaat</h2>") == 1


def test_what_comes_next_is_said_once_after_the_last_of_it() -> None:
    broadcast = p.scheduled()
    mails_to("bram")
    requests.reconfirm(broadcast, actor=p.ANNE)
    aftermath.remind(broadcast, what="acceptance_late")
    mail = mails_to("bram")[-1]
    assert kinds_in(mail) == ["reconfirmed", "acceptance-late"]
    assert mail.text.count("Volgende stappen") == 1
    assert "bestanden voor acceptatie" in mail.text[mail.text.index("Volgende stappen") :]


def test_the_languages_of_a_campaign_are_asked_for_in_one_mail() -> None:
    first, second = requests.request(p.wanted(expected={"fr": 180_000, "nl": 120_000}), actor=p.ANNE)
    (mail,) = mails_to("vera")
    assert mail.subject.startswith(f"[{first.number}, {second.number}] ")
    assert mail.broadcast is None
    assert mail in listing.newest_notices(listing.Sought(broadcast=second.id), limit=10)
    assert mail.references == [f"<campaign.{first.campaign_id}@localhost>"]


def test_broadcasts_that_have_nothing_to_do_with_each_other_are_mailed_apart() -> None:
    p.requested()
    p.requested()
    assert len(mails_to("vera")) == 2


def test_an_overview_comes_once_a_day_with_all_that_could_wait() -> None:
    wants_an_overview("vera")
    first, second = p.requested(), p.requested(subject="Holiday pay")
    assert mails_to("vera") == []
    p.set_clock("2027-01-19T06:59")
    scheduling.cancel(second, actor=p.ANNE, reason="asked for twice")
    assert mails_to("vera") == []
    p.set_clock("2027-01-19T07:00")
    (overview,) = mails_to("vera")
    assert kinds_in(overview) == ["requested", "requested", "cancelled"]
    assert overview.subject == "[eboxcast] Dagoverzicht van dinsdag 19 januari 2027"
    for known in (f"[{first.number}] Pension 2027", f"[{second.number}] Holiday pay", "asked for twice"):
        assert known in overview.text
    assert "vera" not in Notice.objects.exclude(id=overview.id).values_list("recipient", flat=True)


def test_what_cannot_wait_comes_at_once_and_brings_along_what_waited_about_it() -> None:
    broadcast = p.confirmed()
    mails_to("anne")
    wants_an_overview("anne")
    production.withdraw_go(broadcast, actor=p.BRAM, reason="wrong annex")
    before = len(mails_to("anne"))
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    assert len(mails_to("anne")) == before, "that the GO was given can wait"
    production.withdraw_go(broadcast, actor=p.BRAM, reason="wrong annex again")
    at_once = mails_to("anne")[-1]
    assert kinds_in(at_once) == ["go-given", "go-withdrawn"]
    pass_time(days=1)
    assert mails_to("anne")[-1] == at_once


def test_an_invitation_does_not_wait() -> None:
    wants_an_overview("lou")
    p.scheduled()
    (mail,) = mails_to("lou")
    assert mail.method == "REQUEST"


def test_an_invitation_is_a_mail_of_its_own() -> None:
    p.scheduled()
    told, invited = mails_to("bram")
    assert (kinds_in(told), told.method) == (["requested", "accepted"], "")
    assert (kinds_in(invited), invited.method) == (["scheduled"], "REQUEST")
    assert invited.references == [*told.references, told.message_id]


def test_the_subject_is_what_is_urgent() -> None:
    broadcast = p.confirmed()
    mails_to("ines")
    production.withdraw_go(broadcast, actor=p.BRAM, reason="wrong annex")
    aftermath.remind(broadcast, what="acceptance_late")
    mail = mails_to("ines")[-1]
    assert kinds_in(mail) == ["go-withdrawn", "acceptance-late"]
    assert mail.subject == "[2027-0001] Le GO est retiré (+1) - Pension 2027"


def test_an_overview_of_one_thing_says_which() -> None:
    wants_an_overview("vera")
    p.requested()
    mails_to("vera")
    pass_time(days=1)
    (overview,) = mails_to("vera")
    assert "[2027-0001] Pension 2027\n====" in overview.text
    assert "Een verzending is aangevraagd\n----" in overview.text
    assert overview.references[0] == "<overview.vera@localhost>"


def test_an_overview_that_was_due_while_nothing_ran_is_made_at_once() -> None:
    wants_an_overview("vera")
    p.requested()
    p.set_clock("2027-01-19T10:00")
    assert len(mails_to("vera")) == 1


def test_on_the_day_of_the_evening_nothing_waits() -> None:
    broadcast = p.delivered()
    wants_an_overview("lou")
    before = len(mails_to("lou"))
    p.set_clock("2027-02-15T10:00")
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    (mail,) = mails_to("lou")[before:]
    assert kinds_in(mail) == ["go-given"]


def test_what_its_reader_must_do_before_the_next_overview_does_not_wait() -> None:
    broadcast = p.scheduled()
    for name in ("anne", "bram"):
        wants_an_overview(name)
        mails_to(name)
    p.set_clock("2027-02-01T10:00")
    aftermath.remind(broadcast, what="reconfirmation_due")
    assert kinds_in(mails_to("anne")[-1]) == ["reconfirmation-due"]


def test_what_waits_comes_at_once_when_its_reader_no_longer_wants_overviews() -> None:
    wants_an_overview("vera")
    p.requested()
    assert mails_to("vera") == []
    Person.objects.filter(name="vera").update(mails="each")
    (mail,) = mails_to("vera")
    assert mail.subject.startswith("[2027-0001] ")


def test_what_waits_goes_to_the_address_of_today() -> None:
    wants_an_overview("vera")
    p.requested()
    mails_to("vera")
    Person.objects.filter(name="vera").update(email="vera@elsewhere.example", language="en")
    pass_time(days=1)
    (overview,) = mails_to("vera")
    assert (overview.address, overview.language) == ("vera@elsewhere.example", "en")


def test_who_left_before_the_overview_gets_none_and_it_is_on_record_that_the_role_was_not_told() -> None:
    wants_an_overview("vera")
    broadcast = p.requested()
    mails_to("vera")
    Person.objects.filter(name="vera").update(active=False)
    pass_time(days=1)
    assert mails_to("vera") == []
    (unread,) = Notice.objects.filter(state=State.NO_READER)
    assert (unread.kind, unread.recipient, unread.broadcast) == ("requested", "role:validator", broadcast.id)
    assert not Item.objects.filter(notice=None).exists()


def test_where_another_of_that_role_was_told_nothing_is_on_record() -> None:
    Person.objects.create(name="nina", full_name="Nina", email="n@example.be", language="nl", roles=["validator"])
    wants_an_overview("vera")
    p.requested()
    mails_to("vera")
    Person.objects.filter(name__in=("vera", "nina")).update(active=False)
    assert mails_to("vera") == []
    assert not Notice.objects.filter(state=State.NO_READER).exists()


def test_where_nobody_has_a_role_it_is_on_record_that_nobody_was_told() -> None:
    Person.objects.filter(name="vera").update(active=False)
    broadcast = p.requested()
    mails_to("ines")
    (unread,) = Notice.objects.filter(state=State.NO_READER)
    assert (unread.kind, unread.recipient, unread.address, unread.broadcast) == (
        "requested",
        "role:validator",
        "",
        broadcast.id,
    )
    assert "validator" in unread.text
    with pytest.raises(NoticeWithoutReader):
        listing.retry(unread.pk, actor=p.INES)
    assert listing.retry(None, actor=p.INES) == 0


def test_who_did_it_counts_as_a_reader() -> None:
    Person.objects.filter(name="bram").delete()
    p.requested()
    mails_to("ines")
    assert Notice.objects.get(state=State.NO_READER).recipient == "role:confirmer"


def test_a_contact_centre_that_left_after_it_was_warned_is_not_recorded_as_told() -> None:
    broadcast = p.delivered()
    mails_to("ines")
    contacts.warn_contact_centre(broadcast, actor=p.LOU.as_steward(), first_time=12)
    Person.objects.filter(name="carla").update(active=False)
    mails_to("ines")
    assert [unread.kind for unread in Notice.objects.filter(state=State.NO_READER)] == ["contact-centre-warned"]
    assert not Item.objects.filter(kind="contact-centre-warned", recipient="carla").exists()


def test_a_command_in_a_sentence_stands_on_one_line_of_the_text_and_of_the_page() -> None:
    p.requested()
    mails_to("ada")
    head = Notice.objects.get(recipient="ada")
    command = next(line.strip() for line in head.text.splitlines() if "eboxcast audit verify" in line)
    assert command.split()[:4] == ["eboxcast", "audit", "verify", "--anchor"]
    assert command in head.html


def test_the_subject_is_not_what_was_urgent_and_is_over() -> None:
    broadcast = p.confirmed()
    mails_to("ines")
    production.withdraw_go(broadcast, actor=p.BRAM, reason="wrong annex")
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    mail = mails_to("ines")[-1]
    assert kinds_in(mail) == ["go-withdrawn", "go-given"]
    assert mail.subject == "[2027-0001] Le GO est donné (+1) - Pension 2027"


def test_mails_are_made_in_the_order_in_which_what_they_tell_began() -> None:
    p.scheduled()
    told, invited = mails_to("bram")
    assert told.items.order_by("seal")[0].seal < invited.items.get().seal


def test_that_a_go_ended_with_its_evening_is_told_once() -> None:
    broadcast = p.ready()
    mails_to("anne")
    p.set_clock("2027-02-16T07:00")
    scheduling.miss(broadcast)
    mail = mails_to("anne")[-1]
    assert kinds_in(mail) == ["window-missed"]
    assert not Item.objects.filter(kind="go-void").exists()


def test_a_deadline_that_ends_with_its_day_is_said_as_that_day() -> None:
    p.scheduled()
    mail = mails_to("anne")[-1]
    assert "Au plus tard le lundi 1er février 2027." in " ".join(mail.text.split())
    assert "23:59" not in mail.text
    assert "23:59" not in mail.html


def test_only_who_is_invited_is_told_of_an_invitation() -> None:
    p.scheduled()
    assert mails_to("lou")[-1].method == "REQUEST"
    assert "Einladung" in mails_to("lou")[-1].text
    assert mails_to("vera")[-1].method == ""
    assert "uitnodiging" not in mails_to("vera")[-1].text


@pytest.mark.parametrize("alarm", ["run_failed", "run_halted"])
def test_an_alarm_does_not_wait(alarm: str) -> None:
    broadcast = p.ready()
    before = len(mails_to("lou"))
    wants_an_overview("lou")
    aftermath.remind(broadcast, what=alarm, why="interrupted")
    (mail,) = mails_to("lou")[before:]
    assert kinds_in(mail) == [alarm.replace("_", "-")]


def test_a_warned_contact_centre_does_not_wait_for_an_overview() -> None:
    broadcast = p.delivered()
    wants_an_overview("carla")
    before = len(mails_to("carla"))
    contacts.warn_contact_centre(broadcast, actor=p.LOU.as_steward(), first_time=12)
    (mail,) = mails_to("carla")[before:]
    assert kinds_in(mail) == ["contact-centre-warned"]


def test_where_a_date_was_given_up_before_its_invitation_was_made_no_mail_speaks_of_one() -> None:
    broadcast = p.scheduled()
    scheduling.cancel(broadcast, actor=p.ANNE, reason="not needed")
    mail = mails_to("lou")[-1]
    assert (kinds_in(mail), mail.method) == (["scheduled", "cancelled"], "")
    assert "Einladung" not in mail.text
