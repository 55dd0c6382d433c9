"""Who may do what is asked by the actions, and no action keeps a national number: every one, by everybody.

An action is a public function that takes an ``actor``. One that stands neither in ``ACTIONS`` nor in ``ASKS_NOTHING``
fails here. Each is called on a world with real files, as every role, as somebody without one, as somebody of another
institution, as the steward and as the user of the system, and what it answers is compared with lib/policy.py and
broadcasts/states.py. Then a national number is given to it in each of its texts.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.authorities import own
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, EVERYBODY, SHORT, Story, begin_story
from tests.exchange.sftp_clients import public_key
from tests.senders.forms import form_in

import eboxcast
from eboxcast.accounts import factors, invitations, passwords, sessions, standing
from eboxcast.audit import anchoring, dropping, heads, pseudonyms, selectors, signing_keys, verification
from eboxcast.audit.models import Entry
from eboxcast.broadcasts import (
    acceptance,
    aftermath,
    calendar_changes,
    calls,
    contacts,
    lookup,
    matching,
    production,
    requests,
    scheduling,
    standing_contacts,
)
from eboxcast.broadcasts import listing as listed
from eboxcast.broadcasts.errors import BroadcastNotFound, NoneFits, NotReady
from eboxcast.broadcasts.errors import NotInThisState as NotNow
from eboxcast.broadcasts.models import Broadcast, Check, Lateness, SeenIn, State, Via
from eboxcast.broadcasts.states import TABLE, TRANSITIONS, Action, permission_of, roles_for
from eboxcast.broadcasts.steps import present
from eboxcast.database import installation
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.delivery import eboxes, expiry
from eboxcast.delivery.broadcasts import (
    acceptance_tests,
    agreed_launch,
    closing,
    contact_centre,
    files,
    go_preview,
    handing_in,
    message_preview,
    switching,
)
from eboxcast.delivery.broadcasts import runs as followed_runs
from eboxcast.delivery.broadcasts.kept_files import Order
from eboxcast.delivery.errors import NoTarget, NotInThisState, RunNotFound
from eboxcast.delivery.models import Run
from eboxcast.delivery.recovery import repair
from eboxcast.delivery.remote import worker
from eboxcast.delivery.runs import actions, rehearsal
from eboxcast.delivery.runs import lookup as runs_lookup
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.window import Window
from eboxcast.exchange import access, collection, signers
from eboxcast.exchange import keys as sftp_keys
from eboxcast.exchange import standing as folder_standing
from eboxcast.lib import clock
from eboxcast.lib.actors import INSTITUTION_ROLES, STEWARD, Actor, NotYourRole, Role
from eboxcast.lib.errors import EboxcastError, NotFound
from eboxcast.lib.policy import TABLE as POLICY
from eboxcast.lib.policy import permits, rule_of
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.notices import expiring, listing, webhooks
from eboxcast.notices.incoming import taking_in
from eboxcast.operations import doctor, dossier, steward
from eboxcast.operations import expiry as everything
from eboxcast.operations import overview as installation_overview
from eboxcast.package.model import Package, Policies
from eboxcast.reports import certificate, handing_out, receipts, report
from eboxcast.reports import verification as certificates
from eboxcast.senders import lookup as senders_lookup
from eboxcast.senders import people, people_file, people_tokens, sender_file, type_requests
from eboxcast.senders.errors import InstitutionUnknown, OtherInstitution, TypeRequestNotFound
from eboxcast.senders.models import Person
from eboxcast.senders.people import Particulars
from eboxcast.senders.request_form import RequestForm, read_request
from eboxcast.senders.type_states import Step

PACKAGES = (
    "audit",
    "database",
    "mailboxes",
    "package",
    "planning",
    "senders",
    "accounts",
    "broadcasts",
    "targets",
    "delivery",
    "reports",
    "notices",
    "operations",
    "presenters",
    "exchange",
)
DOORS = ("cli", "exchange", "portal", "tools", "web")

DIRK = p.ELSE_WHERE
"""Somebody of another institution, with all the roles an institution has."""
ABSENT = 7_031_250_183
"""A recipient key that is in no list here."""
NOT_THERE = (
    NotFound,
    InstitutionUnknown,
    OtherInstitution,
    NoneFits,
)
"""What is said of things of others, and of things that are not there."""


@dataclass
class World:
    """What there is to act on."""

    folder: Path
    files: Path
    """For the broadcast that has not been tested."""
    requested: Broadcast
    tested: Broadcast
    delivered: Broadcast
    confirmed: Broadcast
    armed: Broadcast
    run: Run
    """Prepared in acceptance, for nobody's broadcast."""
    published: Run
    package: Package
    form: RequestForm
    request: int
    """Of a message type, with the number of its application to the institution of ANNE."""
    token: int
    webhook: int
    sftp_key: int
    signer: int
    key: int
    received: int
    """Whom the published run reached."""

    def file(self, name: str, content: str = "") -> Path:
        """Write a file to load."""
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path


@dataclass(frozen=True)
class Case:
    """One action: who may, and how it is called. Its texts are the arguments of ``do`` that have a default."""

    may: str | Action
    """A permission of lib/policy.py, or a step of broadcasts/states.py."""
    do: Callable[..., object]
    theirs: bool = False
    """Whether it is about something of the institution of ANNE."""
    masks: frozenset[str] = frozenset()
    """Texts that are not refused: names of files, which are masked before they are kept, or what is only compared."""
    state: str = ""
    """Which broadcast of the world it is about, where it is a step of one."""

    @property
    def texts(self) -> dict[str, str]:
        """Return each text, and what is said in it where nothing is wrong."""
        return {
            name: one.default
            for name, one in inspect.signature(self.do).parameters.items()
            if one.default is not inspect.Parameter.empty
        }


def _step(action: Action, state: str, do: Callable[..., object]) -> Case:
    return Case(action, do, theirs=True, state=state)


def _particulars(**changes: Any) -> Particulars:
    values: dict[str, Any] = {"full_name": "Lea Maes", "roles": frozenset({Role.LAUNCH}), "language": "en"}
    return Particulars(**{**values, **changes})


def _work(w: World, actor: Actor) -> None:
    """Begin to work; outside a running loop a worker gets no further than who it is."""
    begun = worker.work("acceptance", lanes=1, actor=actor)
    with suppress(RuntimeError):
        begun.send(None)


PEOPLE = """
[[person]]
name = "leo"
full_name = "{name}"
roles = ["launch"]
language = "en"
"""
SENDERS = """
[[institution]]
cbe = "0403019261"
name = {{ fr = "{name}", nl = "x", de = "x" }}
"""
EBOXES = "identifier;state;ebox_only\n"
PUBLIC_KEY = public_key()


ACTIONS: dict[str, Case] = {
    # The audit
    "audit.anchoring.hand_out_head": Case(
        "audit.anchor", lambda w, a, to="a notary": anchoring.hand_out_head(to, actor=a)
    ),
    "audit.heads.hand_out_tree_head": Case("audit.anchor", lambda w, a: heads.hand_out_tree_head(None, actor=a)),
    "audit.dropping.foresee_drop": Case("audit.drop", lambda w, a: dropping.foresee_drop(actor=a)),
    "audit.dropping.drop_due": Case("audit.drop", lambda w, a: dropping.drop_due(actor=a)),
    "audit.pseudonyms.search_person": Case("audit.find", lambda w, a: pseudonyms.search_person(w.key, actor=a)),
    "audit.selectors.read_entries": Case(
        "audit.see", lambda w, a: selectors.read_entries(selectors.Wanted(run=w.run.id), 5, actor=a)
    ),
    "broadcasts.calls.list_calls": Case(
        "calls.see", lambda w, a, words="": calls.list_calls(words, actor=a), masks=frozenset({"words"})
    ),
    "broadcasts.calls.find_call": Case(
        "calls.see", lambda w, a, number="": calls.find_call(number or w.requested.number, actor=a)
    ),
    "audit.verification.foresee_verification": Case(
        "audit.verify", lambda w, a: verification.foresee_verification(actor=a)
    ),
    "audit.verification.verify": Case("audit.verify", lambda w, a: verification.verify(actor=a)),
    # The installation
    "database.installation.set_clock": Case(
        "clock.move", lambda w, a: installation.set_clock(clock.now() + timedelta(seconds=1), actor=a)
    ),
    "database.installation.advance_clock": Case(
        "clock.move", lambda w, a: installation.advance_clock(timedelta(seconds=1), actor=a)
    ),
    "database.installation.reset_clock": Case("clock.move", lambda w, a: installation.reset_clock(actor=a)),
    "delivery.broadcasts.switching.switch_procedure": Case(
        "installation.switch", lambda w, a: switching.switch_procedure("on", actor=a)
    ),
    # People
    "senders.people.list_people": Case("person.see", lambda w, a: people.list_people(actor=a)),
    "senders.people.find_person": Case("person.see", lambda w, a, name="ines": people.find_person(name, actor=a)),
    "senders.people.list_institutions": Case("person.see", lambda w, a: people.list_institutions(actor=a)),
    "senders.people.add_person": Case(
        "person.add",
        lambda w, a, name="lea", full_name="Lea Maes", email="lea@example.be", phone="02 000 00 00": people.add_person(
            name, _particulars(full_name=full_name, email=email, phone=phone), actor=a
        ),
    ),
    "senders.people.change_person": Case(
        "person.change",
        lambda w, a, name="ines", full_name="Ines", email="i@example.be", phone="02 000 00 00", seen="": (
            people.change_person(name, actor=a, full_name=full_name, email=email, phone=phone, seen=seen)
        ),
        masks=frozenset({"seen"}),
    ),
    "senders.people.deactivate_person": Case(
        "person.deactivate", lambda w, a, name="gone": people.deactivate_person(name, actor=a)
    ),
    "senders.people.set_preferences": Case(
        "person.prefer",
        lambda w, a, language="fr", mails="each": people.set_preferences(language=language, mails=mails, actor=a),
    ),
    "senders.people_file.load_people": Case(
        "person.load",
        lambda w, a, path="people", content="Leo": people_file.load_people(
            w.file(f"{path}.toml", PEOPLE.format(name=content)), actor=a
        ),
        masks=frozenset({"path"}),
    ),
    "senders.people_tokens.make_token": Case(
        "token.make",
        lambda w, a, name="ines", label="laptop": people_tokens.make_token(name, label=label, days=9, actor=a),
    ),
    "senders.people_tokens.revoke_token": Case(
        "token.revoke", lambda w, a: people_tokens.revoke_token(w.token, actor=a)
    ),
    "senders.people_tokens.tokens_of": Case(
        "token.see", lambda w, a, name="ines": people_tokens.tokens_of(name, actor=a)
    ),
    "accounts.invitations.invite": Case(
        "account.invite", lambda w, a, name="ines": invitations.invite(name, days=7, actor=a)
    ),
    "accounts.invitations.invite_by_mail": Case(
        "account.invite", lambda w, a, name="vera": invitations.invite_by_mail(name, actor=a)
    ),
    "accounts.standing.standing_of": Case(
        "person.see", lambda w, a: standing.standing_of(Person.objects.get(name="ines"), actor=a)
    ),
    "accounts.passwords.change_password": Case(
        "account.keep",
        lambda w, a, current="old", new="new", address="here": passwords.change_password(
            current, new, address=address, actor=a, form=uuid4()
        ),
    ),
    "accounts.factors.own_factors": Case("account.keep", lambda w, a: factors.own_factors(actor=a)),
    "accounts.factors.begin_app": Case("account.keep", lambda w, a: factors.begin_app(proved_at=clock.now(), actor=a)),
    "accounts.factors.begun_app": Case(
        "account.keep", lambda w, a, sealed="sealed": factors.begun_app(sealed, actor=a)
    ),
    "accounts.factors.confirm_app": Case(
        "account.keep",
        lambda w, a, sealed="sealed", code="123", address="here": factors.confirm_app(
            sealed, code, proved_at=clock.now(), address=address, actor=a
        ),
    ),
    "accounts.factors.remove_app": Case(
        "account.keep", lambda w, a: factors.remove_app(proved_at=clock.now(), actor=a)
    ),
    "accounts.factors.begin_passkey": Case(
        "account.keep", lambda w, a: factors.begin_passkey(proved_at=clock.now(), actor=a)
    ),
    "accounts.factors.add_passkey": Case(
        "account.keep",
        lambda w, a, answer="{}", name="phone": factors.add_passkey(
            answer, {}, name=name, proved_at=clock.now(), actor=a
        ),
    ),
    "accounts.factors.remove_passkey": Case(
        "account.keep", lambda w, a: factors.remove_passkey(1, proved_at=clock.now(), actor=a)
    ),
    "accounts.factors.make_recovery_codes": Case(
        "account.keep", lambda w, a: factors.make_recovery_codes(proved_at=clock.now(), actor=a)
    ),
    "accounts.factors.reset_factors": Case(
        "account.reset_factor", lambda w, a, name="vera": factors.reset_factors(name, actor=a)
    ),
    "accounts.sessions.sessions_of": Case(
        "account.keep",
        lambda w, a, current_key="key": sessions.sessions_of(current_key, actor=a),
        masks=frozenset({"current_key"}),
    ),
    "accounts.sessions.end_session": Case(
        "account.keep", lambda w, a, handle="none": sessions.end_session(handle, actor=a)
    ),
    # Message types
    "senders.sender_file.load_senders": Case(
        "type.load",
        lambda w, a, path="senders", content="Office": sender_file.load_senders(
            w.file(f"{path}.toml", SENDERS.format(name=content)), actor=a
        ),
        masks=frozenset({"path"}),
    ),
    "senders.lookup.requests_of": Case("type.see", lambda w, a: list(senders_lookup.requests_of(a))),
    "senders.lookup.types_of": Case("type.see", lambda w, a: list(senders_lookup.types_of(a))),
    "senders.lookup.find_request": Case(
        "type.see", lambda w, a: senders_lookup.find_request(w.request, actor=a), theirs=True
    ),
    "senders.lookup.find_either": Case(
        "type.see",
        lambda w, a, wanted="": senders_lookup.find_either(wanted or str(w.request), actor=a),
        theirs=True,
    ),
    "senders.lookup.institutions_of": Case("type.see", lambda w, a: list(senders_lookup.institutions_of(a))),
    "senders.lookup.applications_of": Case("type.see", lambda w, a: list(senders_lookup.applications_of(a))),
    "senders.type_requests.foresee_request": Case("type.request", lambda w, a: type_requests.foresee_request(actor=a)),
    "senders.type_requests.foresee_step": Case(
        "type.validate",
        lambda w, a, wanted="": type_requests.foresee_step(wanted or str(w.request), Step.VALIDATE, actor=a),
    ),
    "senders.type_requests.request_type": Case(
        "type.request",
        lambda w, a, description="Yearly.", legal_basis="Law.", name="Bea", email="b@example.be": (
            type_requests.request_type(
                replace(
                    w.form,
                    message_type=replace(
                        w.form.message_type, code="OTHER-NOTICE", description=description, legal_basis=legal_basis
                    ),
                    business_contact=replace(w.form.business_contact, name=name, email=email),
                ),
                actor=a,
            )
        ),
        theirs=True,
    ),
    "senders.type_requests.validate_type": Case(
        "type.validate", lambda w, a: type_requests.validate_type(w.request, actor=a)
    ),
    "senders.type_requests.accept_type": Case(
        "type.accept", lambda w, a: type_requests.accept_type(w.request, actor=a)
    ),
    "senders.type_requests.configure_type": Case(
        "type.configure",
        lambda w, a, code="DEMO-INFO": type_requests.configure_type(code, environment="acceptance", actor=a),
    ),
    "senders.type_requests.refuse_type": Case(
        "type.refuse", lambda w, a, reason="no": type_requests.refuse_type(w.request, reason=reason, actor=a)
    ),
    "senders.type_requests.withdraw_type": Case(
        "type.withdraw",
        lambda w, a, reason="no": type_requests.withdraw_type(w.request, reason=reason, actor=a),
        theirs=True,
    ),
    # The calendar
    "broadcasts.calendar_changes.whose_calendar": Case(
        "calendar.see",
        lambda w, a, institution=p.INSTITUTION: calendar_changes.whose_calendar(institution, actor=a),
        theirs=True,
    ),
    "broadcasts.calendar_changes.foresee_closing": Case(
        "calendar.close",
        lambda w, a, institution=p.INSTITUTION: calendar_changes.foresee_closing(institution=institution, actor=a),
        theirs=True,
    ),
    "broadcasts.calendar_changes.foresee_opening": Case(
        "calendar.open",
        lambda w, a, institution=p.INSTITUTION: calendar_changes.foresee_opening(
            p.far_away(), institution=institution, actor=a
        ),
        theirs=True,
    ),
    "broadcasts.calendar_changes.foresee_blackout": Case(
        "calendar.blackout", lambda w, a: calendar_changes.foresee_blackout(actor=a)
    ),
    "broadcasts.calendar_changes.foresee_lift": Case(
        "calendar.lift", lambda w, a: calendar_changes.foresee_lift(1, actor=a)
    ),
    "broadcasts.calendar_changes.whose_days": Case(
        "calendar.close",
        lambda w, a, institution=p.INSTITUTION: calendar_changes.whose_days(
            institution, actor=a, permission="calendar.close"
        ),
        theirs=True,
    ),
    "broadcasts.calendar_changes.close_day": Case(
        "calendar.close",
        lambda w, a, reason="fair", institution=p.INSTITUTION: calendar_changes.close_day(
            p.DAY, reason=reason, institution=institution, actor=a
        ),
        theirs=True,
    ),
    "broadcasts.calendar_changes.open_day": Case(
        "calendar.open",
        lambda w, a, institution=p.INSTITUTION: calendar_changes.open_day(p.DAY, institution=institution, actor=a),
        theirs=True,
    ),
    "broadcasts.calendar_changes.black_out": Case(
        "calendar.blackout",
        lambda w, a, service="store", reason="disks": calendar_changes.black_out(
            starts_at=clock.now() + timedelta(days=90),
            ends_at=clock.now() + timedelta(days=91),
            service=service,
            reason=reason,
            actor=a,
        ),
    ),
    "broadcasts.calendar_changes.lift": Case("calendar.lift", lambda w, a: calendar_changes.lift(4711, actor=a)),
    # Whom to call
    "broadcasts.standing_contacts.standing_contacts": Case(
        "contacts.see", lambda w, a: standing_contacts.standing_contacts(a)
    ),
    "broadcasts.standing_contacts.places": Case("contacts.see", lambda w, a: standing_contacts.places(a)),
    "broadcasts.standing_contacts.place_of": Case(
        "contacts.see",
        lambda w, a, institution=p.INSTITUTION, team="": standing_contacts.place_of(
            team=team, institution=institution, actor=a
        ),
        theirs=True,
    ),
    "broadcasts.standing_contacts.set_standing_contact": Case(
        "contacts.set",
        lambda w, a, name="Jo", email="jo@example.be", phone="02 000 00 00", institution=p.INSTITUTION, team="": (
            standing_contacts.set_standing_contact(
                actor=a, team=team, institution=institution, name=name, email=email, phone=phone
            )
        ),
        theirs=True,
    ),
    "broadcasts.contacts.set_contact": _step(
        Action.SET_CONTACT,
        "confirmed",
        lambda w, a, name="Jo", email="jo@example.be", phone="02 000 00 00", team="": contacts.set_contact(
            w.confirmed, actor=a, team=team, name=name, email=email, phone=phone
        ),
    ),
    # Broadcasts
    "broadcasts.requests.offers_to": Case("broadcast.request", lambda w, a: requests.offers_to(a)),
    "broadcasts.requests.request": Case(
        "broadcast.request",
        lambda w, a, application="demo:broadcast", message_type="DEMO-INFO", subject="Pension", campaign="": (
            requests.request(
                p.wanted(application=application, message_type=message_type, subject=subject, campaign=campaign),
                actor=a,
            )
        ),
    ),
    "broadcasts.lookup.planned_on": Case("broadcast.see", lambda w, a: lookup.planned_on([p.DAY], actor=a)),
    "broadcasts.lookup.find_broadcast": Case(
        "broadcast.see",
        lambda w, a, number="": lookup.find_broadcast(number or w.confirmed.number, actor=a),
        theirs=True,
    ),
    "broadcasts.lookup.broadcasts_for": Case("broadcast.see", lambda w, a: list(lookup.broadcasts_for(a))),
    "broadcasts.listing.list_broadcasts": Case(
        "broadcast.see", lambda w, a: listed.list_broadcasts(listed.Asked(), actor=a)
    ),
    "broadcasts.listing.rank_broadcasts": Case(
        "broadcast.see", lambda w, a: listed.rank_broadcasts(listed.Asked(), actor=a)
    ),
    "broadcasts.listing.read_ranked": Case("broadcast.see", lambda w, a: listed.read_ranked([], actor=a)),
    "broadcasts.listing.look_at_desk": Case("broadcast.see", lambda w, a: listed.look_at_desk(actor=a, most=1)),
    "broadcasts.matching.fitting_broadcast": Case(
        "broadcast.see",
        lambda w, a: matching.fitting_broadcast(w.files, environment="acceptance", actor=a),
        theirs=True,
    ),
    "broadcasts.aftermath.note": Case(
        "broadcast.note",
        lambda w, a, text="by telephone": aftermath.note(w.confirmed, actor=a, text=text),
        theirs=True,
    ),
    "broadcasts.scheduling.accept": _step(
        Action.ACCEPT, "requested", lambda w, a: scheduling.accept(w.requested, actor=a, day=p.DAY)
    ),
    "broadcasts.scheduling.postpone": _step(
        Action.POSTPONE,
        "requested",
        lambda w, a, reason="works": scheduling.postpone(w.requested, actor=a, reason=reason, dates=[p.DAY]),
    ),
    "broadcasts.scheduling.agree": _step(
        Action.AGREE, "requested", lambda w, a: scheduling.agree(w.requested, actor=a, day=p.DAY)
    ),
    "broadcasts.scheduling.want": _step(
        Action.WANT, "requested", lambda w, a: scheduling.want(w.requested, actor=a, dates=[p.DAY])
    ),
    "broadcasts.scheduling.refuse": _step(
        Action.REFUSE, "requested", lambda w, a, reason="no": scheduling.refuse(w.requested, actor=a, reason=reason)
    ),
    "broadcasts.scheduling.cancel": _step(
        Action.CANCEL, "requested", lambda w, a, reason="no": scheduling.cancel(w.requested, actor=a, reason=reason)
    ),
    "broadcasts.requests.reconfirm": _step(
        Action.RECONFIRM, "confirmed", lambda w, a: requests.reconfirm(w.confirmed, actor=a)
    ),
    "broadcasts.requests.waive": _step(
        Action.WAIVE,
        "confirmed",
        lambda w, a, reason="ill": requests.waive(w.confirmed, actor=a, what=Lateness.ACCEPTANCE, reason=reason),
    ),
    "broadcasts.acceptance.receive_for_acceptance": _step(
        Action.DELIVER_ACCEPTANCE,
        "confirmed",
        lambda w, a: acceptance.receive_for_acceptance(w.confirmed, actor=a, delivered=p.files()),
    ),
    "broadcasts.acceptance.note_rejected_files": _step(
        Action.DELIVER_ACCEPTANCE,
        "confirmed",
        lambda w, a: acceptance.note_rejected_files(
            w.confirmed, actor=a, environment="acceptance", via=Via.COMMAND, files=[], faults={}
        ),
    ),
    "broadcasts.acceptance.take_files_back": _step(
        Action.WITHDRAW_FILES, "confirmed", lambda w, a: acceptance.take_files_back(w.confirmed, actor=a)
    ),
    "broadcasts.acceptance.tested": _step(Action.TEST, "tested", lambda w, a: acceptance.tested(w.tested, actor=a)),
    "broadcasts.acceptance.judge": _step(
        Action.JUDGE,
        "tested",
        lambda w, a, remark="blurred": acceptance.judge(
            w.tested,
            actor=a,
            seen=[acceptance.Seen(recipient=1, check=Check.OPENS, passed=False, remark=remark)],
            seen_in=SeenIn.EBOX,
        ),
    ),
    "broadcasts.acceptance.name_testers": _step(
        Action.NAME_TESTERS,
        "tested",
        lambda w, a, names="tess": acceptance.name_testers(w.tested, actor=a, names=[names]),
    ),
    "broadcasts.acceptance.approve": _step(
        Action.APPROVE, "tested", lambda w, a: acceptance.approve(w.tested, actor=a)
    ),
    "broadcasts.acceptance.reject": _step(
        Action.REJECT, "tested", lambda w, a, reason="title": acceptance.reject(w.tested, actor=a, reason=reason)
    ),
    "broadcasts.production.receive_for_production": _step(
        Action.DELIVER_PRODUCTION,
        "confirmed",
        lambda w, a: production.receive_for_production(w.confirmed, actor=a, delivered=p.files()),
    ),
    "broadcasts.production.give_go": _step(
        Action.GIVE_GO,
        "delivered",
        lambda w, a, files="": production.give_go(
            w.delivered, actor=a, named=replace(p.named(w.delivered), **({"files": files} if files else {}))
        ),
    ),
    "broadcasts.production.withdraw_go": _step(
        Action.WITHDRAW_GO,
        "confirmed",
        lambda w, a, reason="wait": production.withdraw_go(w.confirmed, actor=a, reason=reason),
    ),
    "broadcasts.contacts.warn_contact_centre": _step(
        Action.WARN, "confirmed", lambda w, a: contacts.warn_contact_centre(w.confirmed, actor=a, first_time=1)
    ),
    "broadcasts.production.arm": _step(Action.ARM, "confirmed", lambda w, a: production.arm(w.confirmed, actor=a)),
    "broadcasts.production.disarm": _step(
        Action.DISARM, "armed", lambda w, a, reason="wait": production.disarm(w.armed, actor=a, reason=reason)
    ),
    "broadcasts.production.launched": _step(Action.LAUNCH, "armed", lambda w, a: production.launched(w.armed, actor=a)),
    "broadcasts.aftermath.reported": _step(
        Action.REPORT, "confirmed", lambda w, a: aftermath.reported(w.confirmed, actor=a, counts={})
    ),
    "broadcasts.aftermath.tell_statistics": _step(
        Action.TELL_STATISTICS, "confirmed", lambda w, a: aftermath.tell_statistics(w.confirmed, actor=a, readings={})
    ),
    "broadcasts.aftermath.close": _step(Action.CLOSE, "confirmed", lambda w, a: aftermath.close(w.confirmed, actor=a)),
    # Where broadcasts meet the engine
    "delivery.broadcasts.files.deliver": _step(
        Action.DELIVER_ACCEPTANCE,
        "requested",
        lambda w, a: files.deliver(w.requested, w.folder, environment="acceptance", actor=a, via=Via.COMMAND),
    ),
    "delivery.broadcasts.files.to_take_back": _step(
        Action.WITHDRAW_FILES, "requested", lambda w, a: files.to_take_back(w.requested, actor=a)
    ),
    "delivery.broadcasts.handing_in.hand_in": _step(
        Action.DELIVER_ACCEPTANCE,
        "requested",
        lambda w, a: handing_in.hand_in(w.requested, Order(handle="0" * 32, environment="acceptance"), actor=a),
    ),
    "delivery.broadcasts.handing_in.put_aside": _step(
        Action.DELIVER_ACCEPTANCE,
        "requested",
        lambda w, a: handing_in.put_aside(w.requested, Order(handle="0" * 32, environment="acceptance"), actor=a),
    ),
    "delivery.broadcasts.handing_in.find_handed_in": Case(
        "broadcast.see_files",
        lambda w, a, handle="none": handing_in.find_handed_in(w.tested, handle, actor=a),
        theirs=True,
    ),
    "delivery.broadcasts.handing_in.handed_in_of": Case(
        "broadcast.see_files", lambda w, a: handing_in.handed_in_of(w.tested, actor=a), theirs=True
    ),
    "delivery.broadcasts.message_preview.preview_message": Case(
        "broadcast.preview",
        lambda w, a: message_preview.preview_message(w.tested, "acceptance", actor=a),
        theirs=True,
    ),
    "delivery.broadcasts.contact_centre.warn": _step(
        Action.WARN, "confirmed", lambda w, a: contact_centre.warn(w.confirmed, actor=a)
    ),
    "delivery.broadcasts.closing.report": _step(
        Action.REPORT, "confirmed", lambda w, a: closing.report(w.confirmed, actor=a)
    ),
    "delivery.broadcasts.closing.close": _step(
        Action.CLOSE, "confirmed", lambda w, a: closing.close(w.confirmed, actor=a)
    ),
    "delivery.broadcasts.files.take_back": _step(
        Action.WITHDRAW_FILES, "requested", lambda w, a: files.take_back(w.requested, actor=a)
    ),
    "delivery.broadcasts.acceptance_tests.run_test": _step(
        Action.TEST, "tested", lambda w, a: acceptance_tests.run_test(w.tested, actor=a)
    ),
    "delivery.broadcasts.acceptance_tests.proofs": Case(
        "broadcast.proofs", lambda w, a: acceptance_tests.proofs(w.tested, actor=a), theirs=True
    ),
    "delivery.broadcasts.acceptance_tests.look": Case(
        "broadcast.look", lambda w, a: acceptance_tests.look(w.tested, actor=a), theirs=True
    ),
    "delivery.broadcasts.acceptance_tests.looked_into": Case(
        "broadcast.see", lambda w, a: acceptance_tests.looked_into(w.tested, actor=a), theirs=True
    ),
    "delivery.broadcasts.acceptance_tests.judge_what_was_shown": _step(
        Action.JUDGE,
        "tested",
        lambda w, a: acceptance_tests.judge_what_was_shown(
            w.tested,
            actor=a,
            seen=[acceptance.Seen(recipient=1, check=Check.OPENS, passed=False)],
            basis=acceptance.Basis(run=present(w.tested.acceptance_run), last=0),
        ),
    ),
    "delivery.broadcasts.acceptance_tests.document_shown": Case(
        "broadcast.proofs", lambda w, a: acceptance_tests.document_shown(w.tested, place=1, actor=a), theirs=True
    ),
    "delivery.broadcasts.go_preview.preview_go": _step(
        Action.GIVE_GO, "delivered", lambda w, a: go_preview.preview_go(w.delivered, actor=a)
    ),
    "delivery.broadcasts.agreed_launch.launch_broadcast": _step(
        Action.LAUNCH,
        "armed",
        lambda w, a: agreed_launch.launch_broadcast(w.armed, actor=a, waiting=lambda until: None),
    ),
    "operations.steward.lead": Case("procedure.lead", lambda w, a: steward.lead(moment=clock.now(), actor=a)),
    "operations.steward.one_pass": Case(
        "procedure.lead",
        lambda w, a: steward.one_pass(lambda: ([], []), ended=lambda: True, whole=False, actor=a),
    ),
    "operations.steward.passes": Case(
        "procedure.lead",
        lambda w, a: steward.passes(lambda: ([], []), ended=lambda: True, wait=lambda: None, actor=a),
    ),
    "exchange.standing.folders": Case("exchange.collect", lambda w, a: folder_standing.folders(w.folder, actor=a)),
    "exchange.standing.taken_lately": Case(
        "exchange.collect", lambda w, a: folder_standing.taken_lately(w.folder, actor=a, limit=9)
    ),
    "exchange.collection.collect": Case("exchange.collect", lambda w, a: collection.collect(w.folder, actor=a)),
    "exchange.keys.list_keys": Case("sftp_key.see", lambda w, a: sftp_keys.list_keys(actor=a)),
    "exchange.keys.add_key": Case(
        "sftp_key.add",
        lambda w, a, institution=p.INSTITUTION, key=PUBLIC_KEY, label="server": sftp_keys.add_key(
            institution, key, label=label, days=9, actor=a
        ),
        masks=frozenset({"key"}),
    ),
    "exchange.keys.find_key": Case("sftp_key.see", lambda w, a: sftp_keys.find_key(w.sftp_key, actor=a)),
    "exchange.access.access_for": Case("exchange.transfer", lambda w, a: access.access_for(a)),
    "exchange.keys.end_key": Case("sftp_key.end", lambda w, a: sftp_keys.end_key(w.sftp_key, actor=a)),
    "exchange.signers.list_signers": Case("signer.see", lambda w, a: signers.list_signers(actor=a)),
    "exchange.signers.add_signer": Case(
        "signer.add",
        lambda w, a, institution=p.INSTITUTION, label="payroll": signers.add_signer(
            institution, own("Payroll"), label=label, actor=a
        ),
    ),
    "exchange.signers.find_signer": Case("signer.see", lambda w, a: signers.find_signer(w.signer, actor=a)),
    "exchange.signers.end_signer": Case("signer.end", lambda w, a: signers.end_signer(w.signer, actor=a)),
    # Runs
    "delivery.broadcasts.agreed_launch.launch_broadcast_now": _step(
        Action.LAUNCH, "armed", lambda w, a: agreed_launch.launch_broadcast_now(w.armed, actor=a)
    ),
    "delivery.broadcasts.runs.followed_run": Case(
        "broadcast.see", lambda w, a: followed_runs.followed_run(w.delivered, actor=a), theirs=True
    ),
    "delivery.runs.actions.launch_now": Case("run.launch", lambda w, a: actions.launch_now(w.run, actor=a)),
    "delivery.runs.lookup.runs_at_work": Case("run.see", lambda w, a: runs_lookup.runs_at_work(actor=a)),
    "broadcasts.listing.list_evenings": Case("broadcast.see", lambda w, a: listed.list_evenings(actor=a, days=14)),
    "broadcasts.listing.broadcasts_of": Case("broadcast.see", lambda w, a: listed.broadcasts_of(p.DAY, actor=a)),
    "broadcasts.listing.coming_evenings": Case("broadcast.see", lambda w, a: listed.coming_evenings(actor=a)),
    "operations.overview.overview": Case("installation.examine", lambda w, a: installation_overview.overview(actor=a)),
    "operations.doctor.look_for": Case("installation.examine", lambda w, a: doctor.look_for(a)),
    "notices.webhooks.add_webhook": Case(
        "alarm.configure",
        lambda w, a, label="pager", address="https://alarms.example.be/x": webhooks.add_webhook(
            label, address, actor=a
        ),
    ),
    "notices.webhooks.remove_webhook": Case(
        "alarm.configure", lambda w, a: webhooks.remove_webhook(w.webhook, actor=a)
    ),
    "notices.webhooks.try_webhook": Case("alarm.configure", lambda w, a: webhooks.try_webhook(w.webhook, actor=a)),
    "notices.webhooks.list_webhooks": Case("alarm.see", lambda w, a: webhooks.list_webhooks(actor=a)),
    "delivery.runs.lookup.find_run": Case(
        "run.see", lambda w, a, reference="": runs_lookup.find_run(reference or w.run.short, actor=a), theirs=True
    ),
    "delivery.runs.lookup.list_runs": Case(
        "run.see", lambda w, a: runs_lookup.list_runs(actor=a, environment=None, limit=5)
    ),
    "delivery.runs.rehearsal.rehearse": Case(
        "run.rehearse",
        lambda w, a: rehearsal.rehearse(w.package, environment="acceptance", window=Window(), actor=a),
    ),
    "delivery.runs.actions.prepare": Case(
        "run.prepare", lambda w, a: actions.prepare(w.package, environment="acceptance", actor=a)
    ),
    "delivery.runs.actions.stop": Case(
        "run.stop", lambda w, a, reason="wait": actions.stop(w.run, actor=a, reason=reason)
    ),
    "delivery.runs.actions.resume": Case("run.resume", lambda w, a: actions.resume(w.run, actor=a)),
    "delivery.runs.actions.pause": Case(
        "run.pause", lambda w, a, reason="wait": actions.pause(w.run, actor=a, reason=reason)
    ),
    "delivery.runs.actions.pace": Case("run.pace", lambda w, a: actions.pace(w.run, rate=1, parallel=None, actor=a)),
    "delivery.runs.actions.resolve": Case(
        "run.resolve",
        lambda w, a, reason="support", message_number="m-1": actions.resolve(
            w.run, as_=OutcomeKind.SENT, actor=a, reason=reason, message_number=message_number
        ),
    ),
    "delivery.runs.actions.close": Case(
        "run.close", lambda w, a, reason="enough": actions.close(w.run, actor=a, reason=reason)
    ),
    "delivery.runs.actions.launch": Case(
        "run.launch",
        lambda w, a: actions.launch(w.run, actor=a, window=Window(), waiting=lambda until: None),
    ),
    "delivery.runs.actions.retry": Case("run.retry", lambda w, a: actions.retry(w.published, actor=a)),
    "delivery.runs.actions.discard": Case(
        "run.discard", lambda w, a, reason="twice": actions.discard(w.run, actor=a, reason=reason)
    ),
    "delivery.runs.actions.recall": Case(
        "run.recall", lambda w, a, reason="wrong": actions.recall(w.published, actor=a, reason=reason)
    ),
    "delivery.remote.worker.work": Case("run.work", _work),
    "delivery.recovery.repair.repair": Case(
        "run.repair",
        lambda w, a: repair.repair(
            repair.Found(difference=repair.Difference.RELEASE_MISSING, environment="acceptance", run=w.run.id), actor=a
        ),
    ),
    # What became of them
    "reports.certificate.issue_certificate": Case(
        "report.see", lambda w, a: certificate.issue_certificate(w.published, actor=a), theirs=True
    ),
    "reports.report.report_of": Case("report.see", lambda w, a: report.report_of(w.published, actor=a), theirs=True),
    "reports.report.look_at_report": Case(
        "report.see", lambda w, a: report.look_at_report(w.published, actor=a), theirs=True
    ),
    "reports.report.run_of_broadcast": Case(
        "report.see", lambda w, a: report.run_of_broadcast(w.confirmed, actor=a), theirs=True
    ),
    "reports.handing_out.hand_out_paper_list": Case(
        "report.paper_list",
        lambda w, a, again="": handing_out.hand_out_paper_list(w.published, actor=a, again=again),
        theirs=True,
    ),
    "reports.handing_out.hand_out_rejected_rows": Case(
        "report.rejected_rows", lambda w, a: handing_out.hand_out_rejected_rows(w.published, actor=a), theirs=True
    ),
    "reports.handing_out.hand_out_rejected_rows_of_files": Case(
        "report.rejected_rows",
        lambda w, a, handle="none": handing_out.hand_out_rejected_rows_of_files(
            w.tested, handle, number=1, language="fr", actor=a
        ),
        theirs=True,
    ),
    "reports.handing_out.record_salt_given": Case(
        "report.salt", lambda w, a: handing_out.record_salt_given(w.published, actor=a), theirs=True
    ),
    "reports.receipts.hand_out_receipt": Case(
        "report.receipt", lambda w, a: receipts.hand_out_receipt(w.published, w.received, actor=a), theirs=True
    ),
    "reports.verification.verify": Case(
        "report.verify", lambda w, a: certificates.verify(w.published, actor=a), theirs=True
    ),
    "operations.dossier.hand_out_dossier": Case(
        "audit.dossier",
        lambda w, a: dossier.hand_out_dossier(w.delivered, sheet={}, written=lambda _: "{}", actor=a).content.close(),
    ),
    # Signing
    "audit.signing_keys.list_keys": Case("key.see", lambda w, a: signing_keys.list_keys(actor=a)),
    "audit.signing_keys.create_key": Case(
        "key.make",
        lambda w, a, name="FPS Example", token="": signing_keys.create_key(name, days=1, actor=a, token=token),
        masks=frozenset({"token"}),
    ),
    "audit.signing_keys.request_certificate": Case(
        "key.make", lambda w, a: signing_keys.request_certificate(4711, actor=a)
    ),
    "audit.signing_keys.import_certificate": Case(
        "key.make",
        lambda w, a, file="issued.pem": signing_keys.import_certificate(4711, b"", file=file, actor=a),
        masks=frozenset({"file"}),
    ),
    "audit.signing_keys.revoke_key": Case(
        "key.revoke", lambda w, a, reason="stolen": signing_keys.revoke_key(4711, reason, actor=a)
    ),
    # Mails
    "notices.listing.list_notices": Case("notice.see", lambda w, a: listing.list_notices(actor=a)),
    "notices.listing.find_notice": Case("notice.see", lambda w, a: listing.find_notice(4711, actor=a)),
    "notices.incoming.taking_in.take_in_mails": Case(
        "notice.take_in", lambda w, a: taking_in.take_in_mails(ended=lambda: True, actor=a)
    ),
    "notices.listing.retry": Case("notice.retry", lambda w, a: listing.retry(None, actor=a)),
    # Personal data
    "delivery.eboxes.look_into_ebox": Case(
        "ebox.look", lambda w, a: eboxes.look_into_ebox("acceptance", w.key, actor=a)
    ),
    "delivery.eboxes.take_over_eboxes": Case(
        "ebox.load",
        lambda w, a, path="eboxes": eboxes.take_over_eboxes("acceptance", w.file(f"{path}.csv", EBOXES), actor=a),
        masks=frozenset({"path"}),
    ),
    "delivery.expiry.foresee_expiry": Case(
        "data.expire", lambda w, a: list(expiry.foresee_expiry("acceptance", actor=a))
    ),
    "delivery.expiry.expire": Case("data.expire", lambda w, a: list(expiry.expire("acceptance", actor=a))),
    "operations.expiry.foresee_expiry": Case("data.expire", lambda w, a: everything.foresee_expiry([], actor=a)),
    "operations.expiry.expire": Case("data.expire", lambda w, a: everything.expire([], actor=a)),
    "notices.expiring.foresee_emptying": Case("data.expire", lambda w, a: expiring.foresee_emptying(actor=a)),
    "notices.expiring.empty_notices": Case("data.expire", lambda w, a: list(expiring.empty_notices(actor=a))),
}

ASKS_NOTHING = {
    # The guards look at who acts, and let nobody do anything.
    "broadcasts.guards.*",
    # What may be offered to somebody.
    "delivery.broadcasts.handing_in.deliverable",
    # What actions are made of: they ask, or are asked inside one that did.
    "broadcasts.steps.step",
    "broadcasts.states.missing_for",
    "broadcasts.steps.refuse_impossible",
    "broadcasts.steps.obstacle_to",
    "broadcasts.steps.authorize_action",
    "broadcasts.steps.refuse_other_institutions",
    "broadcasts.scheduling.side_of",
    "senders.people.authorize_care",
    "accounts.passwords.own_account",
    # What somebody needs to sign in, asked at the sign-in.
    "accounts.factors.is_needed",
    "accounts.factors.due_for",
    "accounts.factors.tell",
    "senders.type_requests.take",
    "senders.type_states.side_of",
    "delivery.runs.lookup.authorize_for",
    "delivery.runs.lookup.runs_for",
    "delivery.runs.production_gate.refuse_production_alone",
    # What is shown to somebody who found it: decisions are offered to those who may take them.
    "presenters.live.live_run",
    "presenters.console.console_of",
    "presenters.checklist.checklist_of",
    "broadcasts.checklist.conditions_to_launch",
    "presenters.run_decisions.decisions_on",
    "presenters.launch_decisions.launch_decision",
    "presenters.launch_decisions.launch_decisions",
    # What follows by itself from a step that was allowed.
    "delivery.broadcasts.withdrawal.discard_given_up",
    "exchange.cancellation.take_set_back",
    "exchange.records.conclude",
}
ALONE = frozenset({"phone", "institution", "number", "message_number"})
"""Texts that are one number: it is tried without words around it."""
NO_TEXTS = ("(environment)", "(permission)", "(language)", "switch_procedure(to)")
"""Arguments that no person writes: one of a few words of ours."""


@pytest.fixture
def world(procedure_on: None, tmp_path: Path) -> World:
    """Broadcasts of ANNE's institution on their way, runs beside them, a request for a message type, a person."""
    story = begin_story(tmp_path)
    person = people.add_person(
        "ines", _particulars(full_name="Ines", roles=frozenset({Role.INTEGRATION})), actor=p.INES
    )
    people_tokens.make_token("ines", label="desk", days=30, actor=p.INES)
    form = read_request(form_in(tmp_path))
    confirmed = story.ready()
    package = check_for_sending(story.files(EVERYBODY, ticket="beside"), policies=Policies()).package
    assert package is not None
    published = Run.objects.get(id=confirmed.acceptance_run)
    release = get_release("acceptance", published.id)
    prime = bucket_prime("acceptance")
    reached = read_audience(environment_connection("acceptance"), release=release.id, prime=prime)
    return World(
        folder=tmp_path,
        files=story.files(SHORT),
        requested=requests.request(p.wanted(application="demo:broadcast", message_type="DEMO-INFO"), actor=ANNE)[0],
        tested=Story(tmp_path, ticket="tested").tested(),
        delivered=Story(tmp_path, ticket="delivered").delivered(),
        confirmed=confirmed,
        armed=Story(tmp_path, ticket="armed").armed(),
        run=actions.prepare(package, environment="acceptance", actor=p.LOU),
        published=published,
        package=package,
        form=form,
        request=type_requests.request_type(form, actor=p.INES).pk,
        token=person.tokens.get().id,
        webhook=webhooks.add_webhook("pager", "https://127.0.0.1:1/", actor=p.INES).webhook.pk,
        sftp_key=sftp_keys.add_key(p.INSTITUTION, public_key(), label="server", days=9, actor=p.INES).pk,
        signer=signers.add_signer(p.INSTITUTION, own("Server"), label="server", actor=p.INES).pk,
        key=int(package.keys[0]),
        received=int(reached[0]),
    )


def everybody() -> dict[str, Actor]:
    """Return who tries: each role alone, nobody's, another institution's, the steward, the user of the system."""
    roles = {
        str(role): Actor(str(role), frozenset({role}), p.INSTITUTION if role in INSTITUTION_ROLES else "")
        for role in Role
    }
    others = {
        "a stranger": Actor("stranger", frozenset()),
        "another institution": DIRK,
        "the steward": STEWARD,
        "the user of the system": Actor("root@here", frozenset(), is_system_user=True),
    }
    return roles | others


def may(case: Case, actor: Actor, w: World) -> bool:
    """Return whether the tables let somebody do it."""
    if not isinstance(case.may, Action):
        rule = rule_of(case.may)
        at_machine = rule.at_the_machine and actor.is_system_user
        return actor.has(*rule.roles) or (rule.by_itself and actor.is_steward) or at_machine
    if not actor.is_steward:
        return actor.has(*roles_for(permission_of(case.may)))
    row = TRANSITIONS.get((State(getattr(w, case.state).state), case.may))
    return row.by_itself if row else any(one.by_itself for one in TABLE if one.action == case.may)


def outcome(case: Case, w: World, actor: Actor, **texts: str) -> EboxcastError | None:
    """Do it; return what it was refused with."""
    try:
        case.do(w, actor, **texts)
    except EboxcastError as error:
        return error
    return None


def test_every_action_is_in_the_table() -> None:
    found = set(functions_with("actor"))
    assert {name for name in found if not _asks_nothing(name)} == set(ACTIONS)


def test_every_permission_is_asked_for_by_an_action() -> None:
    asked = {case.may for case in ACTIONS.values() if not isinstance(case.may, Action)}
    beside = {"calendar.open", "contacts.set_team", "metrics.see", "audit.find", "report.absence"}
    assert {rule.permission for rule in POLICY} - asked - beside == set()


def test_every_text_of_an_action_is_tried() -> None:
    untried = {
        f"{name}({text})"
        for name, function in functions_with("actor").items()
        if name in ACTIONS
        for text, parameter in inspect.signature(function).parameters.items()
        if str(parameter.annotation).startswith("str") and text not in ACTIONS[name].texts
    }
    assert {one for one in untried if not one.endswith(NO_TEXTS)} == set()


def test_nobody_does_what_the_tables_do_not_let_them(world: World) -> None:
    """Refused for their role, or as if it were not there; and nothing of it is on record."""
    before = Entry.objects.count()
    wrong = {}
    for name, case in ACTIONS.items():
        for who, actor in everybody().items():
            elsewhere = case.theirs and actor is DIRK
            if may(case, actor, world) and not elsewhere:
                continue
            refused = outcome(case, world, actor)
            if not isinstance(refused, (NotYourRole, *NOT_THERE) if elsewhere else NotYourRole):
                wrong[name, who] = refused
    assert wrong == {}
    assert Entry.objects.count() == before


def test_whoever_the_tables_let_is_not_refused_for_who_they_are(world: World) -> None:
    wrong = {}
    for name, case in ACTIONS.items():
        for who, actor in everybody().items():
            if may(case, actor, world) and not (case.theirs and actor is DIRK):
                refused = outcome(case, world, actor)
                if isinstance(refused, NotYourRole | BroadcastNotFound | RunNotFound | TypeRequestNotFound):
                    wrong[name, who] = refused
    assert wrong == {}


def test_what_is_another_institutions_is_as_if_it_were_not_there(world: World) -> None:
    number, request = world.confirmed.number, str(world.request)
    lists = (lookup.broadcasts_for, senders_lookup.requests_of, senders_lookup.types_of)
    assert [list(one(DIRK)) for one in lists] == [[], [], []]
    for find, known, unknown in (
        (lookup.find_broadcast, number, "2027-9999"),
        (senders_lookup.find_either, request, "9999"),
    ):
        with pytest.raises(NOT_THERE) as theirs:
            find(known, actor=DIRK)
        with pytest.raises(NOT_THERE) as nobodys:
            find(unknown, actor=DIRK)
        assert str(theirs.value).replace(known, "") == str(nobodys.value).replace(unknown, "")


def test_only_the_integration_team_is_given_a_proof_of_absence(world: World) -> None:
    """Everybody else who may have receipts is told little, is named in the audit, and is sent to the team."""
    asking = [one for one in everybody().values() if permits(one, "report.receipt") and one is not DIRK]
    for actor in asking:
        before = Entry.objects.count()
        if permits(actor, "report.absence"):
            assert not receipts.hand_out_receipt(world.published, ABSENT, actor=actor).receipt.received
            last = "run.absence_given"
        else:
            with pytest.raises(receipts.NoReceiptForYou) as refused:
                receipts.hand_out_receipt(world.published, ABSENT, actor=actor)
            assert "integration team" in shown(refused.value)
            last = "run.absence_refused"
        said = Entry.objects.order_by("-id").values_list("action", "by")[: Entry.objects.count() - before]
        assert list(said) == [(last, actor.name), ("run.receipt_given", actor.name)]
    assert {one.name for one in asking if permits(one, "report.absence")} == {str(Role.INTEGRATION)}


def test_no_text_of_an_action_keeps_or_repeats_a_national_number(
    world: World, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    numbers = national_numbers()
    wrong: dict[tuple[str, str], object] = {}
    planted = {}
    for name, case in ACTIONS.items():
        actor = max(
            everybody().values(), key=lambda one: (one is not DIRK and may(case, one, world), one.has(Role.INTEGRATION))
        )
        for text, usual in case.texts.items():
            number = next(numbers)
            planted[number] = (name, text)
            said = (
                number if text in {"phone", "institution", "number", "message_number"} else f"{usual} {number}".strip()
            )
            if text == "email":
                said = f"{number}@example.be"
            refused = outcome(case, world, actor, **{text: said})
            if isinstance(refused, NotYourRole | NoTarget | NotNow | NotInThisState | NotReady):
                wrong[name, text] = refused  # it was not the text that was refused
            elif refused is None and text not in case.masks:
                wrong[name, text] = "not refused"
            elif refused is not None and number in shown(refused):
                wrong[name, text] = f"repeated: {shown(refused)}"
    kept = everything_kept(sweepers)
    wrong |= {where: "kept" for number, where in planted.items() if number in kept}
    assert wrong == {}


def test_no_door_says_only_by_name_who_acts() -> None:
    """A door hands the actor on: an action that takes a name alone could not ask what they may."""
    with_a_name = set(functions_with("by")) - {"audit.actions.record"}
    called = {
        (str(path.relative_to(SOURCE)), name)
        for door in DOORS
        for path in (SOURCE / door).rglob("*.py")
        for name in calls_of(path)
    }
    assert {(door, name) for door, name in called if name in with_a_name} == set()


SOURCE = Path(eboxcast.__file__).parent


def functions_with(parameter: str) -> Mapping[str, FunctionType]:
    """Return the public functions of the packages below the doors that have a parameter, by their full name."""
    return {
        f"{module.__name__.removeprefix('eboxcast.')}.{name}": one
        for package in PACKAGES
        if (SOURCE / package).is_dir()
        for module in modules_of(importlib.import_module(f"eboxcast.{package}"))
        for name, one in vars(module).items()
        if inspect.isfunction(inspect.unwrap(one) if callable(one) else one)
        and not name.startswith("_")
        and one.__module__ == module.__name__
        and parameter in inspect.signature(one).parameters
    }


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def calls_of(path: Path) -> Iterator[str]:
    """Yield the full names of the functions of ours that a module calls."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eboxcast."):
            for one in node.names:
                names[one.asname or one.name] = f"{node.module}.{one.name}".removeprefix("eboxcast.")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if isinstance(owner, ast.Name) and owner.id in names:
                yield names[owner.id] + (f".{node.func.attr}" if isinstance(node.func, ast.Attribute) else "")


def _asks_nothing(name: str) -> bool:
    return name in ASKS_NOTHING or f"{name.rpartition('.')[0]}.*" in ASKS_NOTHING


def national_numbers() -> Iterator[str]:
    """Yield numbers of people born in 1907, whom no package here has: right ones, each only once."""
    for number in count(70_312_500):
        yield f"{number:09}{97 - number % 97:02}"


def shown(error: EboxcastError) -> str:
    """Return what a door would say."""
    return sentence_in(error, "en") + remedy_in(error, "en") + repr(error.data)


def everything_kept(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> str:
    """Return all tables of all databases as text, without what separates digits."""
    texts = []
    for sweeper in sweepers:
        tables = sweeper.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = sweeper.execute(f'select t::text from "{table}" t').fetchall()  # noqa: S608 - our own tables
            texts += [str(text) for (text,) in rows]
    return "\n".join(texts)
