"""The certificate of a run in a broadcast proves who decided what, also what was wrong on the way there."""

from __future__ import annotations

import hashlib
import json

from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.conftest import story as story  # the fixture
from tests.delivery.procedure import BRAM, Story
from tests.reports import eventful as e
from tests.reports.broadcasts import Broadcasts

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.presenters.json import json_text
from eboxcast.reports.certificate import Certificate, certificate_of
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_html import html_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.schemas import BroadcastPart
from eboxcast.reports.sections import Section

LANGUAGES = ("fr", "nl", "de", "en")


def part_of(run: Run) -> BroadcastPart:
    part = certificate_of(run).broadcast
    assert part is not None
    return part


def sections_of(certificate: Certificate, language: str) -> list[Section]:
    """Return the one or two sections about the procedure."""
    assert certificate.broadcast is not None
    sections = page_of(certificate, language).sections
    (first,) = [place for place, one in enumerate(sections) if certificate.broadcast.number in one.title]
    return list(sections[first : first + 2])


def facts_of(section: Section) -> dict[str, str]:
    return {fact.label: fact.value for fact in section.facts}


def acceptance_run(broadcast: Broadcast) -> Run:
    return Run.objects.get(id=broadcast.acceptance_run)


def test_it_says_who_decided_what_and_when(story: Story) -> None:
    part = part_of(e.launched_by_hand(e.eventful(story)))
    assert (part.number, part.requested_by, part.reconfirmed_by, part.files.by) == ("2027-0001", "anne", "anne", "anne")
    assert (part.date, part.people) == (e.SECOND, e.NAMES)
    decided = [(one.side, one.outcome, one.dates, one.by, one.void_at is None) for one in part.date_decisions]
    assert decided == [
        ("operator", "accepted", (e.FIRST,), "ines", False),
        ("validator", "postponed", (e.SECOND,), "vera", False),
        ("validator", "accepted", (e.SECOND,), "vera", True),
        ("operator", "accepted", (e.SECOND,), "ines", True),
    ]
    waived = [(one.deadline, one.by, one.reason, one.void_at) for one in part.waivers]
    assert waived == [("late-reconfirmation", "ines", "asked for by telephone in time", None)]


def test_a_rejected_test_and_a_corrected_verdict_stay_on_it(story: Story) -> None:
    rejected, approved = part_of(e.launched_by_hand(e.eventful(story))).tests
    failed = [one for test in (rejected, approved) for one in test.verdicts if not one.passed]
    assert [(one.recipient, one.check, one.remark) for one in failed] == [
        (2, "title", "the end is missing"),
        (2, "expiry", "I cannot see it"),
    ]
    assert [failed[0].counts, failed[1].counts] == [True, False]
    assert [(one.outcome, one.by, one.reason) for one in rejected.decisions] == [
        ("rejected", "anne", "the title is cut"),
    ]
    assert [(one.outcome, one.by) for one in approved.decisions] == [("approved", "anne")]
    counting = [one for one in approved.verdicts if one.counts]
    assert (len(counting), {one.passed for one in counting}) == (15, {True})
    assert [one.remark for one in counting if one.remark] == ["it is at the bottom"]


def test_the_go_is_for_the_files_of_this_run_and_that_before_is_told(story: Story) -> None:
    run = e.launched_by_hand(e.eventful(story))
    void, valid = part_of(run).gos
    assert (void.void_by, void.void_why) == ("anne", "new files for production")
    assert (valid.by, valid.void_at) == ("bram", None)
    assert [go.of_this_run for go in (void, valid)] == [False, True]
    assert valid.agreed_at == run.not_before_at
    assert void.files_sha256 != valid.files_sha256


def test_the_digest_that_the_go_names_can_be_computed_from_the_page(story: Story) -> None:
    certificate = certificate_of(e.launched_by_hand(e.eventful(story)))
    lists = hashlib.sha256(b"".join(bytes.fromhex(part.sha256) for part in certificate.lists))
    parts = (certificate.document.sha256, certificate.metadata.content_sha256, lists.hexdigest())
    computed = hashlib.sha256(b"".join(map(bytes.fromhex, parts))).hexdigest()
    assert facts_of(sections_of(certificate, "en")[0])["for the files with digest"] == computed


def test_who_launches_by_hand_is_told_by_name(story: Story) -> None:
    run = e.launched_by_hand(e.eventful(story))
    launch = part_of(run).launch
    facts = facts_of(sections_of(certificate_of(run), "en")[0])
    assert launch
    assert (launch.armed_by, launch.launched_by) == (None, "lou")
    assert facts["Launched"] == "Lou Jacobs (lou) · 16 February 2027 at 18:30 (UTC+1)"
    assert "Launch armed" not in facts


def test_the_steward_launches_what_somebody_armed(story: Story) -> None:
    run = e.launched_by_the_steward(e.eventful(story))
    launch = part_of(run).launch
    facts = facts_of(sections_of(certificate_of(run), "en")[0])
    assert launch
    assert (launch.armed_by, launch.launched_by) == ("lou", "eboxcast")
    assert facts["Launch armed"].startswith("Lou Jacobs (lou) · 9 February 2027")
    assert facts["Launched"].startswith("eboxcast (automatic) · 16 February 2027 at 18:00")


def test_what_was_wrong_on_the_way_is_read_in_its_order(story: Story) -> None:
    lines = sections_of(certificate_of(e.launched_by_hand(e.eventful(story))), "en")[1].notes
    told = [" · ".join(str(line).split(" · ")[1:]) for line in lines]
    assert told == [
        "Accepted for the integration team: Monday 15 February 2027 · Ines Maes (ines)",
        "Postponed for BCSS; proposed: Tuesday 16 February 2027 · Vera Peeters (vera) – the registers are away",
        "Recipient 2 of the short list, title: failed · Anne Dubois (anne) – the end is missing",
        "Test rejected · Anne Dubois (anne) – the title is cut",
        "Recipient 2 of the short list, expiry: failed · Anne Dubois (anne) – I cannot see it",
        "Recipient 2 of the short list, expiry: passed after all · Anne Dubois (anne) – it is at the bottom",
        "GO given for 16 February 2027 at 18:00 (UTC+1) · Bram Claes (bram)",
        "GO void · Anne Dubois (anne) – new files for production were delivered",
    ]


def test_where_nothing_went_wrong_nothing_is_said_of_it(story: Story) -> None:
    run = Run.objects.get(id=story.published().production_run)
    titles = [section.title for section in page_of(certificate_of(run), "en").sections]
    assert "Procedure of broadcast 2027-0001" in titles
    assert "Corrected, rejected or no longer valid" not in titles


def test_a_go_that_was_withdrawn_says_why_only_where_somebody_did(story: Story) -> None:
    broadcast = story.confirmed()
    for reason in ("a name too many", ""):
        production.withdraw_go(broadcast, actor=BRAM, reason=reason)
        production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))
    lines = sections_of(certificate_of(Run.objects.get(id=broadcast.production_run)), "en")[1].notes
    withdrawn = [str(line).partition("GO withdrawn")[2] for line in lines if "GO withdrawn" in str(line)]
    assert withdrawn == [" · bram – a name too many", " · bram"]


def test_a_recalled_run_keeps_its_procedure(story: Story) -> None:
    run = Run.objects.get(id=story.published().production_run)
    before = part_of(run)
    recalled = certificate_of(actions.recall(run, actor=master("ines"), reason="wrong letter"))
    assert (recalled.state, recalled.kind) == ("recalled", "certificate")
    assert recalled.broadcast == before


def test_a_run_whose_files_were_replaced_is_not_given_what_others_got(story: Story) -> None:
    broadcast = e.eventful(story)
    first = broadcast.deliveries.filter(environment="production").first()
    assert first
    assert first.run
    e.launched_by_hand(broadcast)
    certificate = certificate_of(Run.objects.get(id=first.run))
    assert certificate.kind == "account"
    assert certificate.broadcast
    assert certificate.broadcast.launch is None
    assert [go.of_this_run for go in certificate.broadcast.gos] == [True, False]
    assert "for other files than those of this run" in text_of(page_of(certificate, "en"))


def test_a_run_in_acceptance_has_its_own_test_and_no_go(story: Story) -> None:
    broadcast = e.eventful(story)
    part = part_of(acceptance_run(broadcast))
    assert [test.run for test in part.tests] == [str(broadcast.acceptance_run)]
    assert (part.gos, part.launch, part.files.via) == ((), None, "command")


def test_a_run_outside_a_broadcast_has_none(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.published())
    assert certificate.broadcast is None
    assert json.loads(json_text(certificate))["broadcast"] is None
    assert "Procedure                          not used: only the engine" in text_of(page_of(certificate, "en"))


def test_it_can_be_read_in_every_language(story: Story) -> None:
    """Nothing of a section is as in another language but names, digests and what people wrote."""
    certificate = certificate_of(e.launched_by_the_steward(e.eventful(story)))
    pages = {language: sections_of(certificate, language) for language in LANGUAGES}
    for place, section in enumerate(pages["en"]):
        for language in ("fr", "nl", "de"):
            other = pages[language][place]
            assert other.title != section.title
            assert [one.label for one in other.facts if one.label in facts_of(section)] == []
            words = [str(line).split(" · ")[1] for line in other.notes if " · " in str(line)]
            assert [word for word in words if any(f" {word} " in str(line) for line in section.notes)] == []


def test_no_national_number_that_people_typed_is_on_it(story: Story) -> None:
    """Kept text refuses them; what came from elsewhere, such as a restored database, is masked."""
    broadcast = story.published()
    broadcast.waivers.create(what="late-acceptance", reason="for 00.01.01-001.05", at=broadcast.changed_at, by="ines")
    broadcast.verdicts.update(remark="his number is 00010100105")
    Broadcast.objects.update(subject="00.01.01-001.05")
    certificate = certificate_of(Run.objects.get(id=broadcast.production_run))
    shown = json_text(certificate) + text_of(page_of(certificate, "en")) + html_of(page_of(certificate, "en"))
    assert [number for number in ("00.01.01-001.05", "00010100105") if number in shown] == []
