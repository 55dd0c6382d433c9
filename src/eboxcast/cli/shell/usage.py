"""What can be wrong with a command line itself, in our words and the user's language, with what may have been meant.

Typer's own errors are neither translated nor safe: they repeat what was typed, which may be a national number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from eboxcast.cli.shell.help_pages import said
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate


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
_NUMBER = N_("It must be a number.")
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
        sentence = _NUMBER if least is None else _AT_LEAST if most is None else _BETWEEN
        return _said(sentence, least=least, most=most)
    return said(parameter.help or "")


def _said(sentence: str, **data: object) -> str:
    return translate(sentence, language_of_user(), data)
