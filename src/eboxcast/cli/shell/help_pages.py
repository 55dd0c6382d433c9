"""Help pages in the user's language.

The text is the docstring of a command and the `help=` of its options, a sentence of the catalogue for each paragraph;
`lib/sentences.py` finds them in the source. What Typer adds is a table of ours: its own words are not all translatable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from eboxcast.lib.translation import N_, language_of_user, paragraphs, translate

_USAGE = N_("Usage:")
_ARGUMENTS = N_("Arguments")
_OPTIONS = N_("Options")
_PIECES = {"[OPTIONS]": N_("[OPTIONS]"), "COMMAND [ARGS]...": N_("COMMAND [ARGUMENTS]")}
_NOTES = {"required": N_("required"), "default": N_("default")}
_HELP = N_("Show this message and exit.")
"""What Typer says of `--help`: marked here, and looked up with the help of the other options."""
_KINDS = {"str": N_("text"), "int": N_("number"), "float": N_("number"), "path": N_("path"), "Path": N_("path")}
"""What is to be given, for people: of the types as Typer shows them."""


def write_command(command: TyperCommand | TyperGroup, ctx: typer.Context, formatter: Any) -> None:
    """Write how a command is used, what it does, and what can be given to it."""
    pieces = [_said(_PIECES[one]) if one in _PIECES else _argument(one) for one in command.collect_usage_pieces(ctx)]
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{_said(_USAGE)} ")
    if command.help:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(said(command.help))
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for parameter in command.get_params(ctx):
        if record := parameter.get_help_record(ctx):
            rows[parameter.param_type_name].append(_row(parameter, *record))
    _write_section(_ARGUMENTS, rows["argument"], formatter)
    _write_section(_OPTIONS, rows["option"], formatter)


def write_group(
    group: TyperGroup, ctx: typer.Context, formatter: Any, sections: Mapping[str, Mapping[str, str]]
) -> None:
    """Write the same of a group, and the commands below it."""
    write_command(group, ctx, formatter)
    for title, commands in sections.items():
        _write_section(title, [(name, _first_sentence(text)) for name, text in commands.items()], formatter)


def said(text: str) -> str:
    """Return a help text in the user's language, paragraph by paragraph."""
    return "\n\n".join(_said(paragraph) for paragraph in paragraphs(text))


def _said(sentence: str) -> str:
    return translate(sentence, language_of_user())


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.) ", said(text).partition("\n")[0])[0]


def _write_section(title: str, rows: list[tuple[str, str]], formatter: Any) -> None:
    if rows:
        with formatter.section(_said(title)):
            formatter.write_dl(rows)


def _argument(piece: str) -> str:
    """Return an argument as the reference writes it: `{run}` is RUN, `[out]` is [OUT]."""
    return piece.replace("{", "").replace("}", "").upper()


def _row(parameter: Any, name: str, told: str) -> tuple[str, str]:
    """Return the two columns: `--rate <number>`, and its help with what Typer notes behind it."""
    text = parameter.help or ""
    notes = told.removeprefix(text).strip()
    for word, ours in _NOTES.items():
        notes = re.sub(rf"(?<=[\[ ]){word}(?=[:\]])", _said(ours), notes)
    named, _, kind = name.partition(" <")
    shown = named if parameter.param_type_name == "option" else _argument(named)
    return shown + (f" <{_kind(kind)}" if kind else ""), f"{said(text)}  {notes}".strip()


def _kind(kind: str) -> str:
    """Return what is to be given, such as `number>` for `int range>`."""
    return re.sub(r"^(?:list\[)?(\w+)(?: range)?\]?>$", lambda found: f"{_said(_KINDS.get(found[1], found[1]))}>", kind)
