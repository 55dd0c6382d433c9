"""What an eBox shows, in words and as JSON. The number of its owner is not in it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import typer

from eboxcast.lib.formatting import iso, moment_in, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, name_in, translate
from eboxcast.mailboxes.opening import Letter

FORMAT = "eboxcast.ebox/1"

_EMPTY = N_("This eBox contains no messages.")
_COUNT = N_("This eBox contains {count} message(s), newest first.")
_FROM = N_("From")
_SINCE = N_("Since")
_UNTIL = N_("Until")
_DOCUMENT = N_("Document")
_KIND = N_("Kind")
_READ = N_("Read")
_UNREAD = N_("not yet")


def show_ebox(letters: list[Letter], *, as_json: bool) -> None:
    """Print what an eBox shows."""
    language = language_of_user()
    if as_json:
        answer = {"format": FORMAT, "messages": [letter_values(letter) for letter in letters]}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    typer.echo(translate(_COUNT if letters else _EMPTY, language, {"count": len(letters)}))
    for number, letter in enumerate(letters, start=1):
        typer.echo("\n".join(["", f"{number}. {mask_and_strip(letter.title)}", *letter_lines(letter, language)]))


def letter_lines(letter: Letter, language: str) -> list[str]:
    """Return what an eBox shows of a message, but for its title."""
    sender = f"{_name(letter.institution_names, language)} · {_name(letter.application_names, language)}"
    facts = (
        (_FROM, sender),
        (_KIND, f"{_name(letter.type_names, language)} · {letter.language.upper()}"),
        (_SINCE, moment_in(letter.visible_at, language)),
        (_UNTIL, moment_in(letter.expires_at, language)),
        (_DOCUMENT, f"{mask_and_strip(letter.file_name)} · {letter.media_type} · {size(letter.size, language)}"),
        (_READ, moment_in(letter.read_at, language) if letter.read_at else translate(_UNREAD, language)),
    )
    labels = [translate(label, language) for label, _ in facts]
    width = max(map(len, labels))
    return [f"   {label.ljust(width)}  {value}" for label, (_, value) in zip(labels, facts, strict=True)]


def _name(names: Mapping[str, str], language: str) -> str:
    return mask_and_strip(name_in(names, language))


def letter_values(letter: Letter) -> dict[str, object]:
    """Return what an eBox shows of a message, as JSON has it."""
    return {
        "run": str(letter.run),
        "title": mask_and_strip(letter.title),
        "language": letter.language,
        "institution": letter.institution,
        "institution_names": dict(letter.institution_names),
        "application": letter.application,
        "application_names": dict(letter.application_names),
        "message_type": letter.type_code,
        "message_type_names": dict(letter.type_names),
        "visible_at": iso(letter.visible_at, "seconds"),
        "expires_at": iso(letter.expires_at, "seconds"),
        "read_at": iso(letter.read_at, "seconds"),
        "file_name": mask_and_strip(letter.file_name),
        "media_type": letter.media_type,
        "size": letter.size,
        "sha256": letter.document_digest.hex(),
    }
