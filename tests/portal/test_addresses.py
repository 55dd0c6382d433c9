"""Every address, asked for by everybody: nobody sees more than the tables let them, and none is forgotten here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.broadcasts import people as p
from tests.portal.runs import prepared_run
from tests.senders.forms import request_for
from tests.web.visitors import browser, browser_of

from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.models import Run
from eboxcast.lib.actors import Actor
from eboxcast.portal.run import DECISIONS
from eboxcast.senders.models import TypeRequest

OK, SIGN_IN, NOT_THERE, NOT_YOURS, WRONG_WAY, NOT_NOW = 200, 302, 404, 403, 405, 409
NO_TOKEN = 401
PROOF = 302
"""To where they show again who they are."""
PEOPLE = p.EVERYBODY


@dataclass(frozen=True)
class Address:
    """What an address answers to whom, when it is asked for or a form is sent to it."""

    everybody: int = OK
    """To whoever signed in."""
    nobody: int = SIGN_IN
    """To whoever did not."""
    others: dict[Actor, int] = field(default_factory=dict)
    """To some of them something else."""
    theirs: bool = False
    """Whether it shows something of ANNE's institution: for DIRK it is not there."""

    def answer_to(self, actor: Actor | None) -> int:
        """Return the status for somebody."""
        if actor is None:
            return self.nobody
        if self.theirs and actor is p.ELSE_WHERE:
            return NOT_THERE
        return self.others.get(actor, self.everybody)


INTEGRATION = Address(everybody=NOT_YOURS, others={p.INES: OK})
OPERATORS = Address(everybody=NOT_YOURS, others=dict.fromkeys((p.INES, p.LOU, p.CARLA, p.ADA), OK))

_NEVER_TESTERS = dict.fromkeys((p.VERA, p.CARLA, p.ADA), NOT_YOURS)
ADDRESSES: dict[str, Address] = {
    "home": Address(),
    "language": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "sign-in": Address(everybody=302, nobody=OK),
    "sign-out": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "forgotten": Address(nobody=OK),
    "invitation": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    "components": Address(),
    "ask": Address(everybody=NOT_YOURS, others={p.ANNE: OK, p.ELSE_WHERE: OK}),
    "account": Address(),
    "account-password": Address(),
    "account-proof": Address(),
    "account-app": Address(everybody=PROOF),
    "account-app-remove": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "account-passkey": Address(everybody=PROOF),
    "account-passkey-ask": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "account-passkey-remove": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "account-codes": Address(everybody=302),
    "account-codes-make": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "second-factor": Address(everybody=302),
    "sign-on": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    "signed-on": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    "signed-out": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    "link-invited": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    "sign-in-passkey": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "ask-passkey": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "factor-needed": Address(everybody=302),
    "account-sessions": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "broadcasts": Address(),
    "broadcast": Address(theirs=True),
    "test": Address(theirs=True),
    "test-run": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "test-ebox": Address(theirs=True, everybody=NOT_NOW, others=_NEVER_TESTERS),
    "test-document": Address(theirs=True, everybody=NOT_NOW, others=_NEVER_TESTERS),
    "approve": Address(theirs=True, everybody=NOT_YOURS, others={p.ANNE: NOT_NOW}),
    "reject": Address(theirs=True, everybody=NOT_YOURS, others={p.ANNE: NOT_NOW}),
    "testers": Address(theirs=True, everybody=NOT_YOURS, others={p.ANNE: OK}),
    "files": Address(theirs=True),
    "preview": Address(theirs=True),
    "preview-document": Address(theirs=True, everybody=NOT_THERE),
    "files-example": Address(theirs=True),
    "files-answer": Address(
        everybody=NOT_THERE, others=dict.fromkeys((p.VERA, p.CARLA, p.ADA), NOT_YOURS), theirs=True
    ),
    "rejected-rows": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "withdraw-files": Address(everybody=NOT_YOURS, others={p.ANNE: NOT_NOW}, theirs=True),
    "contacts": Address(),
    "team-contact": Address(everybody=NOT_YOURS, others={p.INES: NOT_THERE}),
    "institution-contact": Address(
        everybody=NOT_YOURS, others=dict.fromkeys((p.ANNE, p.ELSE_WHERE, p.INES), NOT_THERE)
    ),
    "evening": Address(everybody=NOT_THERE),
    "broadcast-contacts": Address(theirs=True),
    "drop-folders": Address(everybody=NOT_YOURS, others=dict.fromkeys((p.INES, p.LOU), OK)),
    "add-sftp-key": INTEGRATION,
    "end-sftp-key": Address(everybody=NOT_YOURS, others=dict.fromkeys((p.INES, p.LOU), NOT_THERE)),
    "add-signer": INTEGRATION,
    "end-signer": Address(everybody=NOT_YOURS, others={p.INES: NOT_THERE}),
    "transfer": Address(everybody=NO_TOKEN, nobody=NO_TOKEN),
    "transfer-folder": Address(everybody=NO_TOKEN, nobody=NO_TOKEN),
    "transfer-file": Address(everybody=NO_TOKEN, nobody=NO_TOKEN),
    "collect-sets": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "installation": OPERATORS,
    "mails": INTEGRATION,
    "mail": Address(everybody=NOT_YOURS, others={p.INES: NOT_THERE}),
    "retry-mails": INTEGRATION,
    "retry-mail": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "accept": Address(everybody=NOT_YOURS, theirs=True, others={p.VERA: OK, p.INES: OK}),
    "postpone": Address(everybody=NOT_YOURS, theirs=True, others={p.VERA: OK, p.INES: OK}),
    "refuse": Address(everybody=NOT_YOURS, theirs=True, others={p.VERA: OK, p.INES: OK}),
    "agree": Address(everybody=NOT_YOURS, theirs=True, others={p.ANNE: NOT_NOW}),
    "want": Address(everybody=NOT_YOURS, theirs=True, others={p.ANNE: OK}),
    "cancel": Address(everybody=NOT_YOURS, theirs=True, others={p.ANNE: OK}),
    "reconfirm": Address(everybody=NOT_YOURS, theirs=True, others={p.ANNE: NOT_NOW}),
    "waive": Address(everybody=NOT_YOURS, theirs=True, others={p.INES: NOT_NOW}),
    "note": Address(theirs=True, others={p.ADA: NOT_YOURS}),
    "set-contact": Address(everybody=NOT_YOURS, theirs=True, others={p.ANNE: OK, p.INES: OK}),
    "warn": Address(everybody=NOT_YOURS, theirs=True, others={p.INES: NOT_NOW}),
    "report": Address(everybody=NOT_YOURS, theirs=True, others={p.INES: NOT_NOW}),
    "close": Address(everybody=NOT_YOURS, theirs=True, others={p.INES: NOT_NOW}),
    "go": Address(theirs=True),
    "results": Address(theirs=True, others={p.VERA: NOT_YOURS}),
    "certificate": Address(theirs=True, everybody=NOT_NOW, others={p.VERA: NOT_YOURS}),
    "certificate-json": Address(theirs=True, everybody=NOT_NOW, others={p.VERA: NOT_YOURS}),
    "certificate-jws": Address(theirs=True, everybody=NOT_NOW, others={p.VERA: NOT_YOURS}),
    "certificate-pdf": Address(theirs=True, everybody=NOT_NOW, others={p.VERA: NOT_YOURS}),
    "paper-list": Address(theirs=True, everybody=NOT_NOW, others={p.VERA: NOT_YOURS}),
    "results-rejected": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "verify-certificate": Address(theirs=True, everybody=NOT_NOW, others={p.VERA: NOT_YOURS}),
    "run-results": Address(others={p.VERA: NOT_YOURS}, theirs=True),
    "withdraw-go": Address(theirs=True, everybody=NOT_YOURS, others={p.BRAM: NOT_NOW}),
    "people": OPERATORS,
    "person": OPERATORS,
    "add-person": INTEGRATION,
    "load-people": INTEGRATION,
    "change-person": INTEGRATION,
    "deactivate-person": INTEGRATION,
    "reactivate-person": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "invite-person": INTEGRATION,
    "reset-factor": INTEGRATION,
    "make-token": INTEGRATION,
    "revoke-token": Address(everybody=NOT_YOURS, others={p.INES: NOT_THERE}),
    "calendar": Address(),
    "close-day": Address(everybody=NOT_YOURS, others={p.ANNE: OK, p.ELSE_WHERE: OK, p.INES: OK}),
    "open-day": Address(everybody=NOT_YOURS, others=dict.fromkeys((p.ANNE, p.ELSE_WHERE, p.INES), NOT_NOW)),
    "blackout": Address(everybody=NOT_YOURS, others={p.INES: OK}),
    "lift-blackout": Address(everybody=NOT_YOURS, others={p.INES: NOT_THERE}),
    "contact-centre": OPERATORS,
    "answers": OPERATORS,
    "audit": Address(everybody=NOT_YOURS, others={p.ADA: OK, p.INES: OK}),
    "audit-person": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "verify-audit": Address(everybody=NOT_YOURS, others={p.ADA: OK}),
    "verify-dossier": Address(everybody=NOT_YOURS, others={p.ADA: OK}),
    "audit-anchor": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "audit-head": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    "dossier": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "message-types": Address(),
    "message-type": Address(theirs=True),
    "new-type": Address(everybody=NOT_YOURS, others={p.ANNE: OK, p.ELSE_WHERE: OK, p.INES: OK}),
    "request-type": Address(everybody=NOT_YOURS, others={p.ANNE: NOT_NOW, p.INES: NOT_NOW, p.ELSE_WHERE: NOT_THERE}),
    "validate-type": Address(everybody=NOT_YOURS, others={p.VERA: OK}),
    "accept-type": Address(everybody=NOT_YOURS, others={p.INES: NOT_NOW}),
    "refuse-type": Address(everybody=NOT_YOURS, others={p.VERA: OK, p.INES: OK}),
    "withdraw-type": Address(everybody=NOT_YOURS, others={p.ANNE: OK, p.INES: OK, p.ELSE_WHERE: NOT_THERE}),
    "configure-type": Address(everybody=NOT_YOURS, others={p.INES: 302}),
    "run": Address(theirs=True),
    **dict.fromkeys(("arm", "disarm", "launch"), Address(theirs=True, everybody=NOT_YOURS, others={p.LOU: NOT_NOW})),
    "console": OPERATORS,
    "alarms": Address(everybody=NOT_YOURS, others={p.INES: OK, p.LOU: OK}),
    "add-alarm": INTEGRATION,
    "try-alarm": Address(everybody=WRONG_WAY, nobody=WRONG_WAY),
    "remove-alarm": Address(everybody=NOT_YOURS, others={p.INES: NOT_THERE}),
    "console-doctor": OPERATORS,
    "one-run": OPERATORS,
    "run-launch": Address(everybody=NOT_YOURS, others={p.INES: OK, p.LOU: OK}),
    **{
        f"run-{verb}": Address(everybody=NOT_YOURS, others={p.LOU: OK if verb in ("stop", "discard") else NOT_NOW})
        for verb in DECISIONS.keys() - {"launch"}
    },
}


DONE, UNFIT = 302, 422
"""To a form that says what was asked for, or that lacks something."""
ANYBODY = 403
"""To a form of whoever did not sign in: it is kept on a page where they sign in."""


def signed_in(everybody: int, **answers: Any) -> Address:
    """Return what a form is answered: the same to whoever signed in, apart from the others named."""
    return Address(everybody=everybody, nobody=ANYBODY, **answers)


def only(status: int, *actors: Actor, theirs: bool = False, **others: int) -> Address:
    """Return what a form is answered that is a few people's, one of whom may get another answer: he is named."""
    answers = dict.fromkeys(actors, status) | {one: others[one.name] for one in PEOPLE if one.name in others}
    return signed_in(NOT_YOURS, others=answers, theirs=theirs)


def the_same(names: str, answer: Address) -> dict[str, Address]:
    """Return addresses that answer alike."""
    return dict.fromkeys(names.split(), answer)


def of_results(status: int) -> Address:
    return signed_in(status, theirs=True, others={p.VERA: NOT_YOURS})


SENDERS = (p.ANNE, p.ELSE_WHERE)
POSTED: dict[str, Address] = {
    **the_same("language sign-out second-factor", Address(everybody=DONE, nobody=DONE)),
    **the_same("sign-in-passkey ask-passkey forgotten", Address(nobody=OK)),
    "sign-in": Address(everybody=DONE, nobody=OK),
    "invitation": Address(everybody=NOT_THERE, nobody=NOT_THERE),
    **the_same("transfer transfer-folder transfer-file", Address(everybody=NO_TOKEN, nobody=NO_TOKEN)),
    "account": signed_in(UNFIT),
    **the_same("account-password account-proof", signed_in(OK)),
    "account-sessions": signed_in(NOT_THERE),
    **the_same(
        "account-app account-app-remove account-passkey account-passkey-remove account-codes-make", signed_in(PROOF)
    ),
    "account-passkey-ask": signed_in(NOT_YOURS),
    "ask": only(UNFIT, *SENDERS),
    **the_same("close-day new-type", only(UNFIT, *SENDERS, p.INES)),
    "open-day": only(NOT_NOW, *SENDERS, p.INES),
    "institution-contact": only(NOT_THERE, *SENDERS, p.INES),
    "request-type": only(NOT_NOW, p.ANNE, p.INES, dirk=NOT_THERE),
    "withdraw-type": only(DONE, p.ANNE, p.INES, dirk=NOT_THERE),
    # Of the institution of the broadcast: for another one it is not there
    "test": signed_in(UNFIT, theirs=True),
    "note": signed_in(UNFIT, theirs=True, others={p.ADA: NOT_YOURS}),
    "test-run": only(NOT_NOW, p.INES, p.LOU, theirs=True),
    "test-ebox": signed_in(NOT_NOW, theirs=True, others=_NEVER_TESTERS),
    **the_same("approve reject withdraw-files agree reconfirm", only(NOT_NOW, p.ANNE, theirs=True)),
    "testers": only(DONE, p.ANNE, theirs=True),
    **the_same("files want cancel", only(UNFIT, p.ANNE, theirs=True)),
    "set-contact": only(UNFIT, p.ANNE, p.INES, theirs=True),
    "rejected-rows": signed_in(NOT_THERE, theirs=True, others={p.VERA: NOT_YOURS}),
    **the_same("accept postpone refuse", only(UNFIT, p.VERA, p.INES, theirs=True)),
    **the_same("waive warn report close", only(NOT_NOW, p.INES, theirs=True)),
    "go": only(UNFIT, p.BRAM, theirs=True),
    "withdraw-go": only(NOT_NOW, p.BRAM, theirs=True),
    **the_same("paper-list results-rejected verify-certificate", of_results(NOT_NOW)),
    **the_same("arm disarm launch", only(NOT_NOW, p.LOU, theirs=True)),
    "dossier": only(OK, p.ADA, theirs=True),
    "contact-centre": only(DONE, p.INES, p.LOU, p.CARLA, p.ADA),
    # Of the teams
    "collect-sets": only(400, p.INES, p.LOU),
    "end-sftp-key": only(NOT_THERE, p.INES, p.LOU),
    **the_same("retry-mails deactivate-person reactivate-person configure-type", only(DONE, p.INES)),
    **the_same(
        "add-sftp-key add-signer add-person load-people change-person invite-person make-token blackout add-alarm",
        only(UNFIT, p.INES),
    ),
    **the_same(
        "team-contact end-signer retry-mail revoke-token lift-blackout try-alarm remove-alarm", only(NOT_THERE, p.INES)
    ),
    **the_same("reset-factor accept-type", only(NOT_NOW, p.INES)),
    "validate-type": only(DONE, p.VERA),
    "refuse-type": only(UNFIT, p.VERA, p.INES),
    **the_same("verify-audit audit-anchor", only(OK, p.ADA)),
    **the_same("audit-person verify-dossier", only(UNFIT, p.ADA)),
    "run-launch": only(UNFIT, p.INES, p.LOU),
    **{
        f"run-{verb}": only(UNFIT if verb in ("stop", "discard") else NOT_NOW, p.LOU)
        for verb in DECISIONS.keys() - {"launch"}
    },
}
"""What a form with nothing right in it is answered; all other addresses take none, whoever sends it."""
ALONE = ("audit-anchor", "dossier", "verify-audit")
NO_FORM = Address(everybody=WRONG_WAY, nobody=WRONG_WAY)


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    """Yield the addresses of the people of the procedure; recipients have a table of their own (tests/inbox)."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from [] if one.app_name == "inbox" else patterns(one)
        else:
            yield one


def arguments(pattern: URLPattern, broadcast: Broadcast, run: Run) -> dict[str, str]:
    """Return what stands in an address: what there is of it, and a word for all else."""
    known = {
        "broadcast": broadcast.number,
        "run": run.short,
        "number": str(TypeRequest.objects.get().pk),
        "name": "ines",
        "closed_day": "2027-03-01",
        "type": "DEMO-LETTER",
        "code": "DEMO-LETTER",
        "environment": "production",
        "place": "1",
    }
    return {name: known.get(name, "word") for name in pattern.pattern.converters}


@pytest.fixture
def browsers(january: None) -> dict[Actor | None, Client]:
    return {None: browser(), **{actor: browser_of(actor) for actor in PEOPLE}}


def test_every_address_is_in_the_table() -> None:
    assert {one.name for one in patterns(get_resolver())} == set(ADDRESSES)


def test_each_address_wants_the_token_of_a_form_of_ours(january: None) -> None:
    broadcast, run = p.requested(), prepared_run()
    request_for(actor=p.ANNE)
    forger = browser_of(p.INES, enforce_csrf_checks=True)
    let_in = {}
    for pattern in patterns(get_resolver()):
        answer = forger.post(reverse(str(pattern.name), kwargs=arguments(pattern, broadcast, run)), {"field": "value"})
        if answer.status_code not in (NO_TOKEN, 403, 404, 405):
            let_in[pattern.name] = answer.status_code
    assert let_in == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_sees_or_does_more_than_is_theirs(browsers: dict[Actor | None, Client], method: str) -> None:
    """What a form did is undone before the next one: each finds the same."""
    broadcast = p.requested()
    request_for(actor=p.ANNE)
    broadcast, run = p.requested(), prepared_run()
    wrong = {}
    for pattern in patterns(get_resolver()):
        name = str(pattern.name)
        address = reverse(name, kwargs=arguments(pattern, broadcast, run))
        expected = ADDRESSES[name] if method == "get" else POSTED.get(name, NO_FORM)
        for actor, client in browsers.items():
            with undone(client, name):
                answer = client.get(address) if method == "get" else client.post(address, {"field": "value"})
                list(answer)  # to its end: what it is read from is closed then
            if answer.status_code != expected.answer_to(actor):
                wrong[name, actor.name if actor else "nobody"] = answer.status_code
    assert wrong == {}


@contextmanager
def undone(client: Client, name: str) -> Iterator[None]:
    """Let nothing remain of what a form did, apart from those of the audit, which want a transaction to themselves."""
    cookies = deepcopy(client.cookies)
    with nullcontext() if name in ALONE else transaction.atomic():
        yield
        if name not in ALONE:
            transaction.set_rollback(True)
    client.cookies = cookies


def test_what_is_not_theirs_looks_like_what_is_not_there(browsers: dict[Actor | None, Client]) -> None:
    number = p.requested().number
    theirs = browsers[p.ELSE_WHERE].get(f"/broadcasts/{number}")
    nobodys = browsers[p.ELSE_WHERE].get("/broadcasts/2027-9999")
    assert without_token(theirs).replace(number, "2027-9999") == without_token(nobodys)


def without_token(answer: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
