"""`eboxcast message-type`: from the form of an institution to a type that works in production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Environment, EnvironmentName, Reason
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.command_line import command_of
from eboxcast.lib.formatting import grouped, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import sentence_in
from eboxcast.lib.translation import N_, language_of_user, name_in, translate
from eboxcast.presenters.json import json_text
from eboxcast.presenters.message_types import FIELDS, STATES, WHO, state_of, type_answer, type_list
from eboxcast.reports.certificate_page import validity_in
from eboxcast.senders import type_requests
from eboxcast.senders.lookup import find_either, requests_of, types_of
from eboxcast.senders.models import MessageType, TypeRequest
from eboxcast.senders.request_form import read_request
from eboxcast.senders.sender_file import load_senders
from eboxcast.senders.type_requests import configure_type
from eboxcast.senders.type_states import DONE, Step, next_of, turn_of

_LOADED = N_(
    "Loaded: {institutions} {institutions:institution|institutions},"
    " {applications} {applications:application|applications},"
    " {message_types} {message_types:message type|message types}."
)
_ONLY_ACCEPTANCE = N_(
    "The message types work in acceptance only. To use one in production: eboxcast message-type "
    "configure CODE --environment production"
)

Number = Annotated[int, typer.Argument(help="The number of the request.")]

app = command_app()


@app.callback()
def main() -> None:
    """Institutions, their applications, and the message types they may send."""


@app.command()
def form() -> None:
    """Write an empty form to request a new message type, with an explanation of each field."""
    typer.echo(form_in(language_of_user()))


@app.command()
def request(
    file: Annotated[Path, typer.Argument(help="The form: TOML, docs/reference/type-request-file.md.")],
    again: Annotated[int | None, typer.Option(help="The refused or withdrawn request that this one replaces.")] = None,
) -> None:
    """Request a new message type, and so become a sender. All faults in the form are shown at once."""
    _tell(type_requests.request_type(read_request(file), actor=actor(), again=again))


@app.command("list")
def show_all(as_json: AsJson = False) -> None:
    """List the message types and their requests, with who each is waiting for."""
    _show_list(actor(), as_json=as_json)


@app.command()
def show(
    wanted: Annotated[str, typer.Argument(help="The code of a message type, or the number of a request.")],
    as_json: AsJson = False,
) -> None:
    """Show a message type and its request: what was requested, who decided what, and the next step."""
    _show_one(*find_either(wanted, actor=actor()), as_json=as_json)


@app.command()
def validate(number: Number) -> None:
    """Validate a request at business level, for BCSS."""
    _tell(type_requests.validate_type(number, actor=actor()))


@app.command()
def accept(number: Number) -> None:
    """Accept a request technically, for the integration team."""
    _tell(type_requests.accept_type(number, actor=actor()))


@app.command()
def refuse(number: Number, reason: Reason) -> None:
    """Refuse a request, at any time before production. The institution may submit it again."""
    _tell(type_requests.refuse_type(number, reason=reason, actor=actor()))


@app.command()
def withdraw(number: Number, reason: Reason = "") -> None:
    """Withdraw a request, at any time before production."""
    _tell(type_requests.withdraw_type(number, reason=reason, actor=actor()))


@app.command()
def configure(
    code: Annotated[str, typer.Argument(help="The code of the message type.")], environment: Environment
) -> None:
    """Configure a message type: in acceptance once its request is accepted, then in production."""
    who = actor()
    configure_type(code, environment=environment.value, actor=who)
    _show_standing(*find_either(code, actor=who))


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A sender file: TOML, docs/reference/sender-file.md.")],
    environment: Annotated[
        EnvironmentName, typer.Option(help="acceptance: the types work in acceptance only; production: in both.")
    ] = EnvironmentName.PRODUCTION,
) -> None:
    """Load institutions, applications and message types from a file. Existing ones are updated."""
    only_acceptance = environment == EnvironmentName.ACCEPTANCE
    loaded = load_senders(file, actor=actor(), only_acceptance=only_acceptance)
    console.line(translate(_LOADED, language_of_user(), vars(loaded)))
    if only_acceptance and loaded.message_types:
        console.line(translate(_ONLY_ACCEPTANCE, language_of_user()))


def _tell(request: TypeRequest) -> None:
    _show_standing(*find_either(str(request.pk), actor=actor()))


_NOTHING = N_("There are no message types and no requests yet. To start: eboxcast message-type form > FILE")
_HEADINGS = (N_("Message type"), N_("Request"), N_("State"), N_("Waiting for"), N_("Application"))
_REQUEST = N_("Request {number} · {code} · {state}")
_TYPE = N_("{code} · {state}")
_TURN = N_("Waiting for: {who}")
_NEXT = N_("Next step: {next}")
_LOADED_IN_ACCEPTANCE = N_("To use it in production: {configure}")
_STEP = N_("{at}  {step}, by {by}")
_STEP_WITH_REASON = N_("{at}  {step}, by {by}: {reason}")


def _show_standing(request: TypeRequest | None, kind: MessageType | None) -> None:
    """Print where a request, or a type without one, stands; what is next and whose turn it is."""
    typer.echo("\n".join([_head(request, kind, language_of_user()), *_what_next(request, kind, language_of_user())]))


def _show_one(request: TypeRequest | None, kind: MessageType | None, *, as_json: bool) -> None:
    """Print all there is of a request and of the type it led to."""
    language = language_of_user()
    if as_json:
        typer.echo(json_text(type_answer(request, kind)))
        return
    lines = [_head(request, kind, language), *_particulars(request or kind, language)]
    if request:
        lines += ["", *_history(request, language)]
    typer.echo("\n".join([*lines, "", *_what_next(request, kind, language)]))


def _show_list(actor: Actor, *, as_json: bool) -> None:
    """Print the types and requests that somebody may see: a line for each code, or all as JSON."""
    with sanitized_db_errors():
        requests, kinds = list(requests_of(actor)), list(types_of(actor))
    if as_json:
        typer.echo(json_text(type_list(requests, kinds)))
        return
    language = language_of_user()
    if not requests and not kinds:
        console.line(translate(_NOTHING, language))
        return
    last = {request.code: request for request in requests}
    known = {kind.code: kind for kind in kinds}
    rows = [_row(last.get(code), known.get(code), language) for code in sorted({*last, *known})]
    typer.echo("\n".join(console.table(_HEADINGS, rows, language)))


def _row(request: TypeRequest | None, kind: MessageType | None, language: str) -> tuple[str, ...]:
    either = request or kind
    assert either is not None  # noqa: S101 - a row is made of one of them
    return (
        mask_and_strip(either.code),
        str(request.pk) if request else "–",
        translate(STATES[state_of(request, kind)], language),
        translate(WHO[turn_of(request)], language) if request else "–",
        _application(either),
    )


def _head(request: TypeRequest | None, kind: MessageType | None, language: str) -> str:
    state = translate(STATES[state_of(request, kind)], language)
    if request is not None:
        return translate(
            _REQUEST, language, {"number": request.pk, "code": mask_and_strip(request.code), "state": state}
        )
    assert kind is not None  # noqa: S101 - one of them is there
    return translate(_TYPE, language, {"code": mask_and_strip(kind.code), "state": state})


def _what_next(request: TypeRequest | None, kind: MessageType | None, language: str) -> list[str]:
    if request is None:
        only_acceptance = kind is not None and kind.acceptance_at is not None and kind.production_at is None
        return (
            [translate(_LOADED_IN_ACCEPTANCE, language, {"configure": _configure_in_production(kind)})]
            if kind and only_acceptance
            else []
        )
    return [
        translate(_TURN, language, {"who": translate(WHO[turn_of(request)], language)}),
        translate(_NEXT, language, {"next": sentence_in(next_of(request), language)}),
    ]


def _configure_in_production(kind: MessageType) -> str:
    parameters = {"type": mask_and_strip(kind.code), "environment": "production"}
    return command_of(NextAction(action="type.configure", parameters=parameters))


def _history(request: TypeRequest, language: str) -> list[str]:
    return [
        "  "
        + translate(
            _STEP_WITH_REASON if step.reason else _STEP,
            language,
            {
                "at": step.at,
                "step": translate(DONE[Step[step.step.upper()]], language),
                "by": mask_and_strip(step.by),
                "reason": mask_and_strip(step.reason),
            },
        )
        for step in request.steps.order_by("pk")
    ]


def _particulars(either: TypeRequest | MessageType | None, language: str) -> list[str]:
    assert either is not None  # noqa: S101 - one of them is there
    shown = {
        "application": _application(either),
        "title": _in(either.titles, language),
        "ebox_type": either.ebox_type,
        "languages": ", ".join(either.languages),
        "validity": validity_in(either.validity_number, either.validity_unit, language),
        "media_types": ", ".join(either.media_types),
        "document": size(either.document_bytes, language),
        "without_ebox": either.without_ebox,
        **(_asked(either, language) if isinstance(either, TypeRequest) else {}),
    }
    names = {key: translate(name, language) for key, name in FIELDS.items() if key in shown}
    width = max(map(len, names.values()))
    return [f"  {name.ljust(width)}  {shown[key]}" for key, name in names.items()]


def _asked(request: TypeRequest, language: str) -> dict[str, str]:
    return {
        "institution": f"{request.institution} {_in(request.institution_names, language)}",
        "description": mask_and_strip(request.description.replace("\n", " ")),
        "legal_basis": mask_and_strip(request.legal_basis.replace("\n", " ")),
        "recipients": grouped(request.expected_recipients, language),
        "broadcasts": grouped(request.broadcasts_a_year, language),
        "dates": ", ".join(day.isoformat() for day in request.wanted_dates),
        **{name: _contact(getattr(request, name)) for name in ("business_contact", "technical_contact", "requester")},
    }


def _contact(contact: dict[str, str]) -> str:
    """Return how somebody can be reached; a telephone number would look like a national number to ``plain``."""
    return " · ".join(
        [mask_and_strip(contact["name"]), mask_and_strip(contact["email"]), *filter(None, [contact.get("phone")])]
    )


def _application(either: TypeRequest | MessageType) -> str:
    if isinstance(either, TypeRequest):
        return mask_and_strip(either.application)
    return mask_and_strip(", ".join(application.name for application in either.applications.all()))


def _in(names: dict[str, str], language: str) -> str:
    return mask_and_strip(name_in(names, language))


_ABOUT = N_("Request for a new message type. Fill in this form, then run: eboxcast message-type request FILE")

_FORM: tuple[tuple[str, str], ...] = (
    ("[institution]", N_("The institution that sends")),
    ('cbe = ""', N_("The CBE number: ten digits, without dots")),
    ('name = { fr = "", nl = "", de = "" }', N_("The name shown to readers")),
    ("[application]", N_("The system of the institution that sends the messages")),
    ('name = ""', N_("A short name, such as rjv-onva:workerholidayrights:cova2")),
    ('title = { fr = "", nl = "", de = "" }', N_("The name shown to readers")),
    ("[message_type]", N_("The messages")),
    ('code = ""', N_("A code of 6 to 80 characters, such as HOLIDAY-LETTER")),
    ('title = { fr = "", nl = "", de = "" }', N_("The name shown to readers")),
    ('description = ""', N_("What the message says, and to whom it is sent")),
    ('legal_basis = ""', N_("Why it is sent: the law and the decision")),
    ('ebox_type = ""', N_("Whose eBoxes: CITIZEN or ENTERPRISE")),
    ("languages = []", N_('One or more of "fr", "nl", "de"')),
    ('validity = { number = 1, unit = "year" }', N_("How long a message stays visible: day, month or year")),
    ('media_types = ["application/pdf"]', N_("The types of document; PDF is displayed properly to citizens")),
    ("document_bytes = 10485760", N_("The maximum document size, in bytes")),
    ('without_ebox = ""', N_("Recipients without an active eBox: publish (they find it later) or refuse")),
    ("[expected]", N_("Numbers and dates")),
    ("recipients = 0", N_("Recipients of one broadcast, approximately")),
    ("broadcasts_a_year = 0", N_("Broadcasts in a year, approximately")),
    ("dates = []", N_("The first requested dates, such as 2027-02-15, without quotes")),
    ("[business_contact]", N_("Contact for questions about the purpose of the message")),
    ('name = ""', ""),
    ('email = ""', ""),
    ('# phone = "+32 "', N_("Optional")),
    ("[technical_contact]", N_("Contact for technical questions")),
    ('name = ""', ""),
    ('email = ""', ""),
    ("[requested_by]", N_("Person who fills in this form")),
    ('name = ""', ""),
    ('email = ""', ""),
)


def form_in(language: str) -> str:
    """Return the form with its comments in a language."""
    lines = [f"# {translate(_ABOUT, language)}"]
    for line, comment in _FORM:
        if line.startswith("["):
            lines.append("")
        lines.append(f"{line}  # {translate(comment, language)}" if comment else line)
    return "\n".join(lines)
