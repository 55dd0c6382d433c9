"""A request goes its way step by step, by those who may, and each step leaves one audit entry."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from tests.actors import master
from tests.senders.forms import CODE, EVERYBODY, INES, INSTITUTION, LOU, OTTO, RITA, ROOT, VERA, form_in

from eboxcast.audit.models import Entry
from eboxcast.database.embedded.configuration import CONTROL_ROLE
from eboxcast.database.errors import DatabaseTrouble
from eboxcast.lib.actors import Actor, NotYourRole
from eboxcast.lib.free_text import TextUnfit
from eboxcast.senders.errors import (
    AlreadyConfigured,
    AlreadyRequested,
    ApplicationTaken,
    MessageTypeOnlyInAcceptance,
    MessageTypeUnknown,
    NotRefused,
    NotThisStep,
    OtherInstitution,
    SenderFileWrong,
    TypeRequestNotFound,
)
from eboxcast.senders.lookup import SenderConfig, find_either, find_sender_config, requests_of, types_of
from eboxcast.senders.models import Application, Institution, MessageType, TypeRequest
from eboxcast.senders.request_form import RequestForm, read_request
from eboxcast.senders.sender_file import load_senders
from eboxcast.senders.type_requests import (
    accept_type,
    configure_type,
    refuse_type,
    request_type,
    validate_type,
    withdraw_type,
)
from eboxcast.senders.type_states import OPEN, TRANSITIONS, State, Step, next_of, turn_of

Do = Callable[[int, Actor], object]

STEPS: dict[Step, Do] = {
    Step.VALIDATE: lambda number, actor: validate_type(number, actor=actor),
    Step.ACCEPT: lambda number, actor: accept_type(number, actor=actor),
    Step.CONFIGURE_ACCEPTANCE: lambda number, actor: configure_type(CODE, environment="acceptance", actor=actor),
    Step.CONFIGURE_PRODUCTION: lambda number, actor: configure_type(CODE, environment="production", actor=actor),
    Step.REFUSE: lambda number, actor: refuse_type(number, reason="too vague", actor=actor),
    Step.WITHDRAW: lambda number, actor: withdraw_type(number, actor=actor),
}
WAY = {
    State.REQUESTED: (),
    State.VALIDATED: (Step.VALIDATE,),
    State.ACCEPTED: (Step.VALIDATE, Step.ACCEPT),
    State.IN_ACCEPTANCE: (Step.VALIDATE, Step.ACCEPT, Step.CONFIGURE_ACCEPTANCE),
    State.IN_PRODUCTION: (Step.VALIDATE, Step.ACCEPT, Step.CONFIGURE_ACCEPTANCE, Step.CONFIGURE_PRODUCTION),
    State.REFUSED: (Step.REFUSE,),
    State.WITHDRAWN: (Step.WITHDRAW,),
}


@pytest.fixture
def form(installation: None, tmp_path: Path) -> RequestForm:
    """A form that is right."""
    return read_request(form_in(tmp_path))


def somebody_who_may(step: Step) -> Actor:
    return next(one for one in EVERYBODY if one.has(*TRANSITIONS[step].roles))


def brought_to(state: State, form: RequestForm) -> TypeRequest:
    request = request_type(form, actor=RITA)
    for step in WAY[state]:
        STEPS[step](request.pk, somebody_who_may(step))
    return TypeRequest.objects.get(pk=request.pk)


def state_of(request: TypeRequest) -> str:
    return TypeRequest.objects.get(pk=request.pk).state


def trio_in(environment: str) -> SenderConfig:
    return find_sender_config(
        institution=INSTITUTION,
        application="pensions:letters",
        message_type=CODE,
        ebox_type="CITIZEN",
        environment=environment,
    )


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_leads_where_the_table_says_or_is_refused(form: RequestForm, state: State, step: Step) -> None:
    request, row = brought_to(state, form), TRANSITIONS[step]
    entries = Entry.objects.count()
    if state in row.sources:
        STEPS[step](request.pk, somebody_who_may(step))
        assert state_of(request) == row.target
        assert Entry.objects.order_by("pk").last().action == row.entry
        assert Entry.objects.count() == entries + 1
        return
    done_before = state == row.target or (state == State.IN_PRODUCTION and step == Step.CONFIGURE_ACCEPTANCE)
    if done_before:
        STEPS[step](request.pk, somebody_who_may(step))
    else:
        with pytest.raises((NotThisStep, TypeRequestNotFound)):
            STEPS[step](request.pk, somebody_who_may(step))
    assert (state_of(request), Entry.objects.count()) == (state, entries)


@pytest.mark.parametrize("step", STEPS)
def test_whoever_has_not_the_role_is_refused(form: RequestForm, step: Step) -> None:
    request = brought_to(TRANSITIONS[step].sources[0], form)
    entries = Entry.objects.count()
    for actor in EVERYBODY:
        if not actor.has(*TRANSITIONS[step].roles):
            with pytest.raises(NotYourRole):
                STEPS[step](request.pk, actor)
    assert (state_of(request), Entry.objects.count()) == (request.state, entries)


def test_only_a_requester_or_integration_asks(form: RequestForm) -> None:
    for actor in EVERYBODY:
        if actor not in (RITA, INES):
            with pytest.raises(NotYourRole):
                request_type(form, actor=actor)
    assert not TypeRequest.objects.exists()


@pytest.mark.parametrize("state", State)
def test_every_state_says_what_comes_next_and_whose_turn_it_is(form: RequestForm, state: State) -> None:
    request = brought_to(state, form)
    assert next_of(request)
    assert (turn_of(request) is not None) == (state in OPEN or state == State.REFUSED)
    steps = [row for row in TRANSITIONS.values() if state in row.sources and turn_of(request) in row.roles]
    assert bool(steps) == (state in OPEN)


def test_an_institution_nobody_knows_becomes_a_sender(form: RequestForm) -> None:
    """Integration hands in its form; nothing is configured before acceptance is."""
    request = request_type(form, actor=INES)
    validate_type(request.pk, actor=VERA)
    accept_type(request.pk, actor=INES)
    assert not Institution.objects.exists()
    configure_type(CODE, environment="acceptance", actor=INES)
    assert Institution.objects.get().names == form.institution.name.by_language()
    assert trio_in("acceptance").message_type.without_ebox == "refuse"
    with pytest.raises(MessageTypeOnlyInAcceptance):
        trio_in("production")
    configure_type(CODE, environment="production", actor=INES)
    assert trio_in("production").message_type.validity_unit == "year"


def test_what_is_known_keeps_its_name(form: RequestForm) -> None:
    known = Institution.objects.create(cbe=INSTITUTION, names={"fr": "Autre", "nl": "Andere", "de": "Andere"})
    brought_to(State.IN_ACCEPTANCE, form)
    assert Institution.objects.get().names == known.names


@pytest.mark.parametrize("step", [Step.REFUSE, Step.WITHDRAW])
def test_refused_while_in_acceptance_it_works_there_no_more(form: RequestForm, step: Step) -> None:
    request = brought_to(State.IN_ACCEPTANCE, form)
    STEPS[step](request.pk, somebody_who_may(step))
    with pytest.raises(MessageTypeUnknown):
        trio_in("acceptance")


def test_a_refusal_has_its_reason_and_side(form: RequestForm) -> None:
    request = request_type(form, actor=RITA)
    refuse_type(request.pk, reason="  no legal basis ", actor=VERA)
    entry = Entry.objects.get(action="type.refused")
    assert (entry.by, entry.data["side"], entry.data["reason"]) == ("vera", "validator", "no legal basis")
    assert request.steps.order_by("pk").last().reason == "no legal basis"


@pytest.mark.parametrize("reason", ["", "  ", "see 85.07.30-033.28"])
def test_a_refusal_without_a_fit_reason_is_no_refusal(form: RequestForm, reason: str) -> None:
    request = request_type(form, actor=RITA)
    with pytest.raises(TextUnfit):
        refuse_type(request.pk, reason=reason, actor=VERA)
    assert state_of(request) == State.REQUESTED


def test_asked_again_a_new_request_names_the_refused_one(form: RequestForm) -> None:
    refused = brought_to(State.REFUSED, form)
    again = request_type(form, actor=RITA)
    assert again.replaces == refused
    assert (again.state, state_of(refused)) == (State.REQUESTED, State.REFUSED)
    assert Entry.objects.filter(action="type.requested").last().data["replaces"] == refused.pk
    assert turn_of(TypeRequest.objects.get(pk=refused.pk)) is None


def test_asked_again_under_another_code_the_refused_one_is_named_by_hand(tmp_path: Path, form: RequestForm) -> None:
    refused = brought_to(State.REFUSED, form)
    other = read_request(form_in(tmp_path, **{"PENSION-NOTICE": "PENSION-LETTER"}))
    assert request_type(other, actor=RITA, again=refused.pk).replaces == refused
    with pytest.raises(NotRefused):
        request_type(form, actor=RITA, again=refused.pk)


def test_what_is_not_refused_cannot_be_asked_again(tmp_path: Path, form: RequestForm) -> None:
    request = request_type(form, actor=RITA)
    other = read_request(form_in(tmp_path, **{"PENSION-NOTICE": "PENSION-LETTER"}))
    with pytest.raises(NotRefused):
        request_type(other, actor=RITA, again=request.pk)


@pytest.mark.parametrize("state", OPEN)
def test_a_code_has_one_open_request(form: RequestForm, state: State) -> None:
    request = brought_to(state, form)
    with pytest.raises((AlreadyRequested, AlreadyConfigured)) as refusal:
        request_type(form, actor=RITA)
    assert refusal.value.data["message_type"] == request.code


def test_handed_in_at_the_same_moment_one_is_taken_and_the_others_are_told(form: RequestForm) -> None:
    def hand_in(_: int) -> str:
        try:
            request_type(form, actor=RITA)
        except AlreadyRequested as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(hand_in, range(4)))
    assert answers == [*[AlreadyRequested.code] * 3, "taken"]
    assert TypeRequest.objects.count() == 1


def test_what_is_asked_for_is_not_repeated_where_it_looks_like_a_national_number(form: RequestForm) -> None:
    for find in (
        lambda: find_either("85073003328", actor=INES),
        lambda: validate_type(85073003328, actor=VERA),
        lambda: configure_type("85073003328", environment="acceptance", actor=INES),
    ):
        with pytest.raises(TypeRequestNotFound) as refusal:
            find()
        assert "85073003328" not in repr(refusal.value)


def test_a_type_that_works_is_not_requested_as_new(form: RequestForm) -> None:
    brought_to(State.IN_PRODUCTION, form)
    with pytest.raises(AlreadyConfigured):
        request_type(form, actor=RITA)


def test_an_application_of_somebody_else_is_refused(form: RequestForm) -> None:
    other = Institution.objects.create(cbe="0403019261", names={})
    Application.objects.create(name=form.application.name, institution=other, titles={})
    with pytest.raises(ApplicationTaken):
        request_type(form, actor=RITA)


def test_people_of_an_institution_ask_for_their_own_only(form: RequestForm) -> None:
    with pytest.raises(OtherInstitution):
        request_type(form, actor=OTTO)


def test_what_is_another_institutions_is_not_found(form: RequestForm) -> None:
    request = brought_to(State.IN_PRODUCTION, form)
    for wanted in (str(request.pk), CODE):
        with pytest.raises(TypeRequestNotFound):
            find_either(wanted, actor=OTTO)
    with pytest.raises(TypeRequestNotFound):
        withdraw_type(request.pk, actor=OTTO)
    assert (requests_of(OTTO).count(), types_of(OTTO).count()) == (0, 0)
    assert find_either(CODE, actor=RITA) == (request, MessageType.objects.get())


def test_a_requested_type_is_not_loaded_past_its_validator(tmp_path: Path, form: RequestForm) -> None:
    request_type(form, actor=RITA)
    file = tmp_path / "senders.toml"
    file.write_text(SENDERS, encoding="utf-8")
    with pytest.raises(SenderFileWrong):
        load_senders(file, actor=master("ines"))
    assert not MessageType.objects.exists()


def test_a_type_loaded_for_acceptance_is_configured_in_production_without_a_request(
    installation: None, tmp_path: Path
) -> None:
    file = tmp_path / "senders.toml"
    file.write_text(SENDERS, encoding="utf-8")
    load_senders(file, actor=master("ines"), only_acceptance=True)
    for _ in range(2):
        configure_type(CODE, environment="production", actor=INES)
    assert trio_in("production").message_type.code == CODE
    assert Entry.objects.get(action="type.configured").environment == "production"


def test_with_the_procedure_off_one_person_takes_every_step(form: RequestForm) -> None:
    request = request_type(form, actor=ROOT)
    for step in WAY[State.IN_PRODUCTION]:
        STEPS[step](request.pk, ROOT)
    assert state_of(request) == State.IN_PRODUCTION


def test_a_step_whose_audit_entry_cannot_be_added_does_not_happen(
    form: RequestForm, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    request, role = brought_to(State.ACCEPTED, form), sql.Identifier(CONTROL_ROLE)
    sweepers[0].execute(sql.SQL("revoke insert on audit_entry from {}").format(role))
    try:
        with pytest.raises(DatabaseTrouble):
            configure_type(CODE, environment="acceptance", actor=INES)
    finally:
        sweepers[0].execute(sql.SQL("grant insert on audit_entry to {}").format(role))
    assert (state_of(request), MessageType.objects.count(), request.steps.count()) == (State.ACCEPTED, 0, 3)


def test_launch_does_not_configure(form: RequestForm) -> None:
    brought_to(State.IN_ACCEPTANCE, form)
    with pytest.raises(NotYourRole):
        configure_type(CODE, environment="production", actor=LOU)


SENDERS = """
[[institution]]
cbe = "0456789034"
name = { fr = "Office", nl = "Dienst", de = "Amt" }
[[application]]
name = "pensions:letters"
institution = "0456789034"
title = { fr = "Courrier", nl = "Post", de = "Post" }
[[message_type]]
code = "PENSION-NOTICE"
title = { fr = "Avis", nl = "Bericht", de = "Bescheid" }
ebox_type = "CITIZEN"
applications = ["pensions:letters"]
validity = { number = 6, unit = "month" }
languages = ["fr"]
document_bytes = 10485760
media_types = ["application/pdf"]
without_ebox = "publish"
"""
