"""The certificate adds up, agrees with what the environment really holds, and is right in every state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest
from tests.actors import master
from tests.reports.broadcasts import EBOX_ONLY, GONE, NEVER, OPERATOR, PAPER_TOO, SENDER, Broadcasts, in_state

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.presenters.json import json_text
from eboxcast.reports.certificate import Certificate, certificate_of, issue_certificate
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_html import html_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.report import page_of_report, report_of
from eboxcast.reports.schemas import Named

P = "production"


def as_text(certificate: Certificate, language: str) -> str:
    """Write a certificate as a terminal shows it."""
    return text_of(page_of(certificate, language))


def audience_of(run: Run) -> Keys:
    """Read back who really sees a run."""
    release = fence.get_release(run.environment, run.id)
    connection = environment_connection(run.environment)
    return read_audience(connection, release=release.id, prime=bucket_prime(run.environment))


def salt_of(run: Run) -> bytes:
    """Read the salt where it stays: with the audience."""
    return bytes(fence.get_release(run.environment, run.id).salt)


def computed(salt: bytes, keys: Keys) -> str:
    """Compute a digest as the certificate says it is computed, without our own code."""
    content = salt + b"".join(key.to_bytes(8, "big") for key in sorted(keys.tolist()))
    return hashlib.sha256(content).hexdigest()


def test_rows_add_up_per_list_and_together(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.published(recipients=200, faulty=True))
    accounts = [part.account for part in certificate.lists]
    for account in (*accounts, certificate.totals):
        assert account.already is not None
        assert account.recipients is not None
        assert account.rows == account.excluded + account.merged + account.already + account.recipients
    assert accounts[0].excluded == sum(certificate.lists[0].faults.values()) > 0
    assert accounts[0].merged == 1
    assert accounts[1].excluded == 0
    assert certificate.totals.rows == sum(account.rows for account in accounts)


def test_recipients_are_those_the_environment_holds(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(recipients=100)
    part = certificate_of(run).recipients
    assert part is not None
    assert part.published == len(audience_of(run)) == 100
    assert part.recipients == part.published + part.refused + part.unknown + part.not_attempted
    assert part.of_published is not None
    assert asdict(part.of_published) == {"never_activated": 20, "deactivated": 10, "not_ebox_only": 30}
    assert part.refused_by_reason == {}


def test_those_refused_by_policy_are_counted_by_reason(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(recipients=100, refuse=True)
    part = certificate_of(run).recipients
    assert part is not None
    assert part.published == len(audience_of(run)) == 70
    assert (part.refused, part.refused_by_reason) == (30, {"deactivated": 10, "never_activated": 20})
    assert part.of_published is not None
    assert asdict(part.of_published) == {"never_activated": 0, "deactivated": 0, "not_ebox_only": 30}


def test_its_digests_verify_by_the_formula_it_gives(broadcasts: Broadcasts) -> None:
    """Whoever has the lists and the salt can prove who was reached, and who was not."""
    package = broadcasts.package(100)
    broadcasts.give_eboxes(P, package.keys)
    run = actions.prepare(package, environment=P, actor=master(SENDER))
    broadcasts.launched(run)
    audience, salt = certificate_of(settle(run)).audience, salt_of(run)
    assert audience is not None
    assert audience.prepared_sha256 == audience.published_sha256 == computed(salt, package.keys)
    assert audience.refused_sha256 == computed(salt, package.keys[:0])


def test_refused_and_published_have_their_own_digests(broadcasts: Broadcasts) -> None:
    keys = broadcasts.package(100, ticket="same", seed=1).keys
    run = broadcasts.published(recipients=100, ticket="same", seed=1, refuse=True)
    audience, published, salt = certificate_of(run).audience, audience_of(run), salt_of(run)
    assert audience is not None
    assert audience.published_sha256 == computed(salt, published)
    assert audience.refused_sha256 == computed(salt, np.setdiff1d(keys, published))
    assert audience.prepared_sha256 == computed(salt, keys)


@pytest.mark.parametrize(
    "form", [json_text, lambda certificate: as_text(certificate, "en"), lambda c: html_of(page_of(c, "en"))]
)
def test_the_salt_is_in_no_certificate(broadcasts: Broadcasts, form: Callable[[Certificate], str]) -> None:
    """With it anybody could try all numbers on the digest of a few refused people; a certificate is kept for ever."""
    run = broadcasts.published(recipients=10, refuse=True)
    assert salt_of(run).hex() not in form(certificate_of(run))


def test_the_files_have_the_digests_of_their_bytes(broadcasts: Broadcasts) -> None:
    package = broadcasts.package()
    certificate = certificate_of(actions.prepare(package, environment=P, actor=master(SENDER)))
    files = [package.files.document, package.files.metadata, *package.files.lists]
    told = [certificate.document.sha256, certificate.metadata.sha256, *(part.sha256 for part in certificate.lists)]
    assert told == [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def test_it_says_who_did_what_and_when(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.published())
    assert (certificate.prepared_by, certificate.launched_by) == (SENDER, OPERATOR)
    moments = certificate.moments
    order = [moments.created, moments.prepared, moments.launched, moments.visible, moments.expires]
    assert [moment for moment in order if moment is None] == []
    assert all(moment and moment.tzinfo for moment in order), "each moment has its zone"
    assert [(part.action, part.result) for part in certificate.decisions] == [
        ("prepare", "prepared"),
        ("launch", "published"),
    ]


def test_the_same_run_has_the_same_certificate_but_for_when_it_was_made(broadcasts: Broadcasts) -> None:
    run = broadcasts.published()
    first, second = (asdict(certificate_of(run)) for _ in range(2))
    assert first.pop("made_at") <= second.pop("made_at")
    assert first == second


def superseded(broadcasts: Broadcasts) -> Run:
    """A round of acceptance whose place the next one took."""
    run = broadcasts.published("acceptance", ticket="round")
    broadcasts.published("acceptance", ticket="round", title="Better words")
    return settle(run)


def stopped(broadcasts: Broadcasts) -> Run:
    return actions.stop(broadcasts.prepared(), actor=master(OPERATOR), reason="wrong date")


def discarded(broadcasts: Broadcasts) -> Run:
    return actions.discard(broadcasts.prepared(), actor=master(OPERATOR), reason="wrong date")


def recalled(broadcasts: Broadcasts) -> Run:
    return actions.recall(broadcasts.published(), actor=master(OPERATOR), reason="wrong date")


STATES = {
    State.PREPARED: (Broadcasts.prepared, "not visible yet", 0),
    State.PUBLISHED: (Broadcasts.published, "Published to all 40 recipients", 40),
    State.STOPPED: (stopped, "nothing is visible, and nothing becomes visible until it is resumed", 0),
    State.DISCARDED: (discarded, "It was never visible", 0),
    State.RECALLED: (recalled, "it was visible to 40 recipients since", 40),
    State.SUPERSEDED: (superseded, "Replaced by another round at", 40),
}


@pytest.mark.parametrize("state", STATES)
def test_it_is_right_in_every_state(broadcasts: Broadcasts, state: State) -> None:
    make, words, published = STATES[state]
    certificate = certificate_of(make(broadcasts))
    assert certificate.state == state
    assert words in " ".join(as_text(certificate, "en").split())
    assert certificate.recipients is not None
    assert certificate.recipients.published == published
    assert certificate.recipients.not_attempted == 40 - published


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("state", [State.PREPARED, State.STOPPED, State.DISCARDED])
def test_what_nobody_has_seen_is_nowhere_a_certificate(broadcasts: Broadcasts, state: State, language: str) -> None:
    run = STATES[state][0](broadcasts)
    certificate = certificate_of(run)
    pages = (page_of(certificate, language), page_of_report(report_of(run, actor=master("ada")), language))
    shown = "".join(text_of(page) + html_of(page) for page in pages).lower()
    assert certificate.kind == "account"
    assert [word for word in ("certifica", "bescheinigung") if word in shown] == []


@pytest.mark.parametrize("state", [State.PUBLISHED, State.RECALLED, State.SUPERSEDED])
def test_what_was_seen_and_is_closed_has_its_certificate(broadcasts: Broadcasts, state: State) -> None:
    assert certificate_of(STATES[state][0](broadcasts)).kind == "certificate"


def test_a_page_says_what_can_be_done_in_the_words_of_its_door(broadcasts: Broadcasts) -> None:
    certificate = issue_certificate(broadcasts.published(), actor=master("ada"))
    assert certificate.audit
    page, run = page_of(certificate, "en"), certificate.run[:8]
    commands = (f"eboxcast report {run} --verify", f"eboxcast audit verify --anchor {certificate.audit.anchor}")
    links = text_of(page, render=lambda action: f"/{action.action}/")
    assert [command for command in commands if command not in text_of(page)] == []
    assert [command for command in commands if command not in html_of(page)] == []
    assert "/report.verify/" in links
    assert "eboxcast report" not in links


def test_a_run_that_never_came_to_storing_has_an_account_too(broadcasts: Broadcasts) -> None:
    run = broadcasts.prepared()
    never_stored = Run(
        environment=P,
        state=State.PREPARING,
        created_at=run.created_at,
        created_by=SENDER,
        particulars=run.particulars,
        title=run.title,
        language="fr",
        document_digest=run.document_digest,
        metadata_digest=run.metadata_digest,
    )
    never_stored.save(force_insert=True)
    certificate = certificate_of(never_stored)
    assert (certificate.recipients, certificate.audience, certificate.totals.recipients) == (None, None, None)
    assert certificate.totals.rows == 40
    assert "nothing is stored or visible" in as_text(certificate, "en")


def test_its_json_is_the_whole_certificate(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.published(faulty=True))
    read = json.loads(json_text(certificate))
    assert read["format"] == "eboxcast.certificate/2"
    assert list(read) == list(Certificate.__dataclass_fields__)
    assert read["lists"][1]["account"]["rows"] == certificate.lists[1].account.rows


def test_a_number_in_the_senders_words_is_not_repeated(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.prepared(title="Dossier 00.01.01-001.05"))
    assert "00.01.01" not in json_text(certificate) + as_text(certificate, "en")


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_it_can_be_read_in_every_language(broadcasts: Broadcasts, language: str) -> None:
    text = as_text(certificate_of(broadcasts.published(faulty=True)), language)
    title = {"fr": "CERTIFICAT", "nl": "CERTIFICAAT", "de": "BESCHEINIGUNG", "en": "CERTIFICATE"}[language]
    assert text.startswith(title)
    assert ("Faulty rows" in text) is (language == "en")


def test_the_text_has_the_numbers_of_each_kind_of_ebox(broadcasts: Broadcasts) -> None:
    keys = broadcasts.package(100).keys
    expected = [len(in_state(keys, state)) for state in (EBOX_ONLY, PAPER_TOO, NEVER, GONE)]
    assert expected == [40, 30, 20, 10]
    lines = as_text(certificate_of(broadcasts.published(recipients=100)), "en").splitlines()
    numbers = {line.strip().rsplit(maxsplit=1)[0]: line.split()[-1] for line in lines if "of them" in line}
    assert list(numbers.values()) == ["20", "10", "30"]


def test_a_name_that_has_no_english_is_the_french_one(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.published(recipients=10))
    message = replace(
        certificate.message, institution=Named(code="0456789034", names={"de": "Amt", "fr": "Office", "nl": "Dienst"})
    )
    assert "Office (0456789034)" in as_text(replace(certificate, message=message), "en")
