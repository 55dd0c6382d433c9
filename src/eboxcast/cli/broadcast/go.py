"""`eboxcast broadcast go|withdraw-go`: whoever confirms sees what is prepared, and types from it what the GO is for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.production import SHORTEST, Named
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import refuse_impossible
from eboxcast.cli.broadcast.answers import head_of, tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Reason, moment
from eboxcast.delivery.broadcasts.go_preview import preview_go
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import grouped, long_moment, size
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.go import go_shown
from eboxcast.presenters.json import json_text
from eboxcast.presenters.schemas.go import DocumentToConfirm, GoShown, ListToConfirm
from eboxcast.reports.page_text import section_lines
from eboxcast.reports.sections import Fact, Section, Table


class GoNotNamed(WrongUse):
    """A GO names what it is for; where nobody can be asked, the command must."""

    code = "broadcast.go-not-named"
    sentence = N_("A GO must give the agreed moment and the files, and there is no terminal to ask for them.")
    remedy = N_(
        "Check what is prepared: eboxcast broadcast go {broadcast} --show. If it is what you agreed, add --moment and"
        " --files."
    )


_GIVEN = N_("Broadcast {broadcast}: the GO was given, for {moment} and for these files. It is valid until {end}.")
_WITHDRAWN = N_("Broadcast {broadcast}: the GO was withdrawn.")
_ASK_MOMENT = N_("The agreed moment, for example 2027-01-31T18:00")
_ASK_FILES = N_("The first {count} or more characters of the digest of the files")

app = command_app()


@app.command()
def go(
    broadcast: Number,
    at: Annotated[
        str,
        typer.Option(
            "--moment", help="The agreed moment: 2027-02-15T18:00, Brussels time. On a terminal, you are asked for it."
        ),
    ] = "",
    files: Annotated[
        str,
        typer.Option(
            help="The digest of the prepared files, at least its first 8 characters. On a "
            "terminal, you are asked for it."
        ),
    ] = "",
    show: Annotated[bool, typer.Option("--show", help="Only show what is prepared and what a GO must give.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give the institution's GO: for this broadcast, this moment and these files only."""
    found, actor = load_broadcast(broadcast)
    if show:
        shown = go_shown(preview_go(found, actor=actor))
        typer.echo(json_text(shown) if as_json else "\n".join(_lines(found, shown)))
        return
    named = _named(found, actor, at, files)
    production.give_go(found, actor=actor, named=named)
    end = found.window_ends_at or ""
    tell(found, _GIVEN, as_json=as_json, moment=named.agreed_at, end=end)


@app.command("withdraw-go")
def withdraw_go(broadcast: Number, reason: Reason = "", as_json: AsJson = False) -> None:
    """Withdraw the GO before the launch. It can be given again."""
    found, actor = load_broadcast(broadcast)
    production.withdraw_go(found, actor=actor, reason=reason)
    tell(found, _WITHDRAWN, as_json=as_json)


def _named(found: Broadcast, actor: Actor, at: str, files: str) -> Named:
    """Return what the GO is for: as said, or on a terminal as typed by somebody who looked at what is prepared."""
    if not (at and files):
        refuse_impossible(found, Action.GIVE_GO, actor=actor)
        if not sys.stdin.isatty():
            raise GoNotNamed(broadcast=found.number)
        language = language_of_user()
        for line in _lines(found, go_shown(preview_go(found, actor=actor))):
            console.line(line)
        at = at or typer.prompt(translate(_ASK_MOMENT, language), err=True)
        files = files or typer.prompt(translate(_ASK_FILES, language, {"count": SHORTEST}), err=True)
    said = moment(at)
    assert said is not None  # noqa: S101 - only no text is no moment
    return Named(agreed_at=said, files=files.strip())


def _lines(found: Broadcast, shown: GoShown) -> list[str]:
    return [*head_of(found), "", *_lines_to_confirm(shown, language_of_user())]


_PREPARED = N_("Prepared for production")
_LISTS = N_("Recipient lists")
_SINCE = N_("Since the test")
_DIGESTS = N_("Digests (SHA-256)")
_PAGES = N_("{count} {count:page|pages}")
_HEADINGS = (
    N_("Recipient list"),
    N_("rows"),
    N_("= excluded"),
    N_("+ merged"),
    N_("+ already"),
    N_("+ recipients"),
)
_SAME = N_("The document and the metadata are the ones that {by} approved on {at}.")
_SEQUENCE = N_("Sequence: {now} (in the test: {before}).")
_LISTS_NEW = N_("The lists are new: {recipients} {recipients:recipient|recipients}. The test had {tested}.")
_VOID = N_("The GO of {by} of {at} is void: {why}.")
_GIVEN_FOR_THIS = N_("A GO was given for this.")
_NONE = "–"


def _lines_to_confirm(shown: GoShown, language: str) -> list[str]:
    """Return all of it, section by section."""
    lines = []
    for section in _sections(shown, language):
        lines += [section.title, *section_lines(section), ""]
    return lines[:-1]


def _sections(shown: GoShown, language: str) -> Iterator[Section]:
    facts = {
        N_("Title"): shown.title,
        N_("Language"): shown.language.upper(),
        N_("Message type"): shown.message_type,
        N_("Ticket"): shown.ticket if shown.sequence is None else f"{shown.ticket} · {shown.sequence}",
        N_("Document"): _document(shown.document, language),
        N_("Recipients"): grouped(shown.recipients, language),
        N_("Agreed moment"): long_moment(shown.agreed_at, language) if shown.agreed_at else _NONE,
        N_("GO valid until"): long_moment(shown.window_ends_at, language) if shown.window_ends_at else _NONE,
    }
    yield Section(title=translate(_PREPARED, language), facts=_facts(facts, language))
    headings = tuple(translate(heading, language) for heading in _HEADINGS)
    rows = tuple(_row(one, language) for one in shown.lists)
    yield Section(title=translate(_LISTS, language), tables=(Table(headings=headings, rows=rows),))
    yield Section(title=translate(_SINCE, language), notes=tuple(_changes(shown, language)))
    digests = {
        N_("Document"): shown.document.sha256,
        N_("Metadata without the Sequence"): shown.metadata_sha256,
    }
    lists = tuple(Fact(one.file_name, one.sha256) for one in shown.lists)
    files = Fact(translate(N_("The files together, for the GO"), language), shown.files)
    yield Section(title=translate(_DIGESTS, language), facts=(*_facts(digests, language), *lists, files))


def _changes(shown: GoShown, language: str) -> Iterator[str]:
    test = shown.test
    by = {"by": test.approved_by or _NONE, "at": test.approved_at or _NONE}
    yield translate(_SAME, language, by)
    if shown.sequence != test.sequence:
        sequences = {"now": _or_none(shown.sequence), "before": _or_none(test.sequence)}
        yield translate(_SEQUENCE, language, sequences)
    counts = {"recipients": grouped(shown.recipients, language), "tested": grouped(test.recipients or 0, language)}
    yield translate(_LISTS_NEW, language, counts)
    if shown.void_go:
        data = {"by": shown.void_go.given_by, "at": shown.void_go.given_at, "why": shown.void_go.why}
        yield translate(_VOID, language, data)
    if shown.given:
        yield translate(_GIVEN_FOR_THIS, language)


def _document(document: DocumentToConfirm, language: str) -> str:
    parts = [document.file_name, size(document.size, language)]
    if document.page_count:
        parts.append(translate(_PAGES, language, {"count": grouped(document.page_count, language)}))
    return " · ".join(parts)


def _row(one: ListToConfirm, language: str) -> tuple[str, ...]:
    counts = (one.rows, one.excluded, one.merged, one.already, one.recipients)
    return (one.file_name, *(grouped(count, language) for count in counts))


def _facts(facts: dict[str, str], language: str) -> tuple[Fact, ...]:
    return tuple(Fact(translate(label, language), text) for label, text in facts.items())


def _or_none(number: int | None) -> str:
    return _NONE if number is None else str(number)
