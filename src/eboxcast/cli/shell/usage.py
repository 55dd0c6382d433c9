"""How commands are used, in the user's language: their help pages, and what can be wrong with a command line.

The help is the docstring of a command and the `help=` of its options, a sentence of the catalogue for each paragraph;
`lib/sentences.py` finds them in the source. What Typer adds is a table of ours: its own words are not all translatable.
Nor are its errors safe: they repeat what was typed, which may be a national number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from eboxcast.lib.errors import WrongUse
from eboxcast.lib.masking import mask_and_strip
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


class CommandUnknown(WrongUse):
    """There is no command of that name."""

    code = "use.command-unknown"
    sentence = N_("There is no command `{given}`.")
    remedy = N_("To list the commands: {command} --help")


class CommandMistyped(CommandUnknown):
    """There is no command of that name, but one that is written nearly so."""

    remedy = N_("Did you mean `{meant}`? To list the commands: {command} --help")


class OptionUnknown(WrongUse):
    """The command has no such option."""

    code = "use.option-unknown"
    sentence = N_("There is no option {given}.")
    remedy = N_("To list the options: {command} --help")


class OptionMistyped(OptionUnknown):
    """The command has no such option, but one that is written nearly so."""

    remedy = N_("Did you mean {meant}? To list the options: {command} --help")


class OptionMisplaced(OptionUnknown):
    """The option is one of eboxcast itself, which stands before the command."""

    sentence = N_("The option {given} must come before the command.")
    remedy = N_("For example: eboxcast {given} NAME runs")


class OptionEmpty(WrongUse):
    """The option wants a value, and nothing follows it."""

    code = "use.option-empty"
    sentence = N_("The option {given} needs a value.")
    remedy = N_("For an explanation of the options: {command} --help")


class ValueMissing(WrongUse):
    """What must be given was not."""

    code = "use.value-missing"
    sentence = N_("{name} is required.")
    remedy = N_("{expected} For help: {command} --help")


class ValueWrong(WrongUse):
    """What was given is no such value. It is not repeated."""

    code = "use.value-wrong"
    sentence = N_("The value of {name} is not valid.")
    remedy = N_("{expected} For help: {command} --help")


class TooManyArguments(WrongUse):
    """More was given than the command takes. It is not repeated."""

    code = "use.too-many"
    sentence = N_("There are too many arguments.")
    remedy = N_("To see which are expected: {command} --help")


class NumberInArguments(WrongUse):
    """What stands in the arguments of a process can be seen by others. It is not repeated."""

    code = "use.number-in-arguments"
    sentence = N_("Do not give a person's number as an argument: other users of this machine could see it there.")
    remedy = N_("Give it on standard input: {command} -")


class CommandLineUnclear(WrongUse):
    """Anything else that Typer says of a command line."""

    code = "use.unclear"
    sentence = N_("The command line is not valid.")
    remedy = N_("For help: {command} --help")


_GENERAL = ("--as", "--version")
"""The options of eboxcast itself, which stand before any command."""
_OR = N_("` or `")
_CHOICES = N_("Choose from: {choices}.")
_WHOLE_NUMBER = N_("It must be a number.")
_AT_LEAST = N_("It must be a number, {least} or more.")
_BETWEEN = N_("It must be a number from {least} to {most}.")


def unknown_command(given: str, names: Sequence[str], *, below: str, elsewhere: Sequence[str] = ()) -> WrongUse:
    """Return the error for a name that is no command below another, such as `eboxcast broadcast`.

    ``elsewhere``: what may have been meant besides, as a whole command.
    """
    if "-" in names and any(sign.isdigit() for sign in given):
        return NumberInArguments(command=below)
    near = [f"{below} {name}" for name in _near(given, names)]
    if meant := [*near, *(one for one in elsewhere if one not in near)]:
        return CommandMistyped(given=mask_and_strip(given), meant=_either(meant), command=below)
    return CommandUnknown(given=mask_and_strip(given), command=below)


def in_our_words(error: typer.TyperException, *, command: str) -> WrongUse:
    """Return what Typer says of a command line as an error of ours; told apart by what each of its classes carries.

    ``command``: what was called, for the few that do not know it.
    """
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else command
    parameter = getattr(error, "param", None)
    if parameter is not None:
        kind = ValueMissing if hasattr(error, "param_type") else ValueWrong
        return kind(name=_name(parameter), expected=_expected(parameter), command=command)
    if hasattr(error, "possibilities"):
        return _unknown_option(error.option_name, error.possibilities or (), command)  # type: ignore[attr-defined]
    if hasattr(error, "option_name"):
        return OptionEmpty(given=error.option_name, command=command)
    if context and isinstance(context.command, TyperCommand):
        return TooManyArguments(command=command)
    return CommandLineUnclear(command=command)


def _unknown_option(given: str, near: Sequence[str], command: str) -> WrongUse:
    if given in _GENERAL:
        return OptionMisplaced(given=given)
    if near:
        return OptionMistyped(given=mask_and_strip(given), meant=_either(sorted(near)), command=command)
    return OptionUnknown(given=mask_and_strip(given), command=command)


def _near(given: str, names: Iterable[str]) -> list[str]:
    from difflib import get_close_matches  # after a mistake alone: no other command waits for it

    return get_close_matches(given, names)


def _either(meant: Iterable[str]) -> str:
    return _said(_OR).join(meant)


def _name(parameter: Any) -> str:
    """Return an option as it is typed, an argument as the reference writes it."""
    option = parameter.param_type_name == "option"
    return str(max(parameter.opts, key=len) if option else parameter.metavar or parameter.name.upper())


def _expected(parameter: Any) -> str:
    """Return what can be given: one of a few values, a number, or what its help says."""
    kind = parameter.type_descriptor
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if kind.is_choice:
        return _said(_CHOICES, choices=", ".join(str(getattr(one, "value", one)) for one in kind.choices))
    if kind.annotation in (int, float):
        sentence = _WHOLE_NUMBER if least is None else _AT_LEAST if most is None else _BETWEEN
        return _said(sentence, least=least, most=most)
    return said(parameter.help or "")


def _said(sentence: str, **data: object) -> str:
    return translate(sentence, language_of_user(), data)
