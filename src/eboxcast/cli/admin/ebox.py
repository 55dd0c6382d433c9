"""`eboxcast ebox`: look into an eBox of acceptance, or load what the owner of the eBoxes says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Environment, EnvironmentName, Force
from eboxcast.cli.shell.private import key_given, refuse_existing, write_private
from eboxcast.delivery.eboxes import look_into_ebox, refuse_production, take_over_eboxes
from eboxcast.lib.errors import NotFound
from eboxcast.lib.formatting import grouped, moment_in, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, name_in, translate
from eboxcast.mailboxes.opening import Letter, read_document
from eboxcast.presenters.mailbox import ebox_shown
from eboxcast.presenters.schemas.mailbox import EboxShown, MessageShown


class NoSuchLetter(NotFound):
    """The eBox shows fewer messages."""

    code = "ebox.no-such-letter"
    sentence = N_("There is no message {number} in this eBox; it contains {count}.")
    remedy = N_("Run the command without --document first.")


_LOADED = N_(
    "Loaded into {environment}: {rows} eBoxes, {active} active, {never} never activated, "
    "{deactivated} deactivated; {ebox_only} eBox only; {replaced} numbers replaced."
)
_SAVED = N_("The document of message {number} is in {path}.")


app = command_app()


@app.callback()
def ebox() -> None:
    """Show one eBox (-), or load eBox data from their owner (load FILE)."""


@app.command("-")
def look(
    environment: Annotated[EnvironmentName, typer.Option(help="Only acceptance.")] = EnvironmentName.ACCEPTANCE,
    document: Annotated[Path | None, typer.Option(help="Save the document of a message to this file.")] = None,
    number: Annotated[int, typer.Option(min=1, help="The number of the message; 1 is the newest.")] = 1,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show the current content of the eBox whose number is on standard input; nothing is marked as read.

    The audit records who looked into which eBox, in a form that only an auditor can trace.
    """
    refuse_production(environment.value)
    refuse_existing(document, force=force)
    letters = look_into_ebox(environment.value, key_given(), actor=actor())
    answer = ebox_shown(letters)
    console.result(answer, _ebox_lines, as_json=as_json, precision="seconds")
    if document:
        _save(letters, environment.value, document, number=number, force=force)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="The data from the owner of the eBoxes: docs/reference/ebox-file.md.")],
    environment: Environment,
) -> None:
    """Load who has an eBox, whether it is active, and who is eBox only."""
    loaded = take_over_eboxes(environment.value, file, actor=actor())
    language = language_of_user()
    counts = {"rows": loaded.rows, **loaded.states, "ebox_only": loaded.ebox_only, "replaced": loaded.replaced}
    shown = {name: grouped(count, language) for name, count in counts.items()}
    console.line(translate(_LOADED, language, {"environment": environment.value, **shown}))


def _save(letters: Sequence[Letter], environment: str, path: Path, *, number: int, force: bool) -> None:
    if number > len(letters):
        raise NoSuchLetter(number=number, count=len(letters))
    write_private(path, [read_document(environment, letters[number - 1])], force=force)
    console.line(translate(_SAVED, language_of_user(), {"number": number, "path": mask_and_strip(str(path))}))


_EMPTY = N_("This eBox contains no messages.")
_COUNT = N_("This eBox contains {count} {count:message|messages}, newest first.")
_FROM = N_("From")
_SINCE = N_("Since")
_UNTIL = N_("Until")
_DOCUMENT = N_("Document")
_KIND = N_("Kind")
_READ = N_("Read")
_UNREAD = N_("not yet")


def _ebox_lines(ebox: EboxShown, language: str) -> list[str]:
    """Return how many messages it has, then each."""
    count = len(ebox.messages)
    lines = [translate(_COUNT if count else _EMPTY, language, {"count": count})]
    for number, message in enumerate(ebox.messages, start=1):
        lines += ["", f"{number}. {message.title}", *message_lines(message, language)]
    return lines


def message_lines(message: MessageShown, language: str) -> list[str]:
    """Return what is shown of a message, but for its title."""

    def named(names: Mapping[str, str]) -> str:
        return mask_and_strip(name_in(names, language))

    facts = {
        _FROM: f"{named(message.institution_names)} · {named(message.application_names)}",
        _KIND: f"{named(message.message_type_names)} · {message.language.upper()}",
        _SINCE: moment_in(message.visible_at, language),
        _UNTIL: moment_in(message.expires_at, language),
        _DOCUMENT: f"{message.file_name} · {message.media_type} · {size(message.size, language)}",
        _READ: moment_in(message.read_at, language) if message.read_at else translate(_UNREAD, language),
    }
    labels = {label: translate(label, language) for label in facts}
    width = max(map(len, labels.values()))
    return [f"   {labels[label].ljust(width)}  {value}" for label, value in facts.items()]
