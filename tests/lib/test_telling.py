"""What is said of errors, and their next actions as data, commands and whatever a door makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eboxcast.broadcasts.errors import ReconfirmedLate
from eboxcast.broadcasts.states import TABLE as STEPS
from eboxcast.broadcasts.states import permission_of
from eboxcast.cli.main import COMMANDS
from eboxcast.delivery.errors import RunNotFound
from eboxcast.lib import command_line
from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import TABLE as RULES
from eboxcast.lib.telling import names_in, next_actions, remedy_in

OPEN = {"package.check", "package.split", "package.sample", "token.use", "type.form"} | {
    f"installation.{name}" for name in ("examine", "migrate", "start")
}
"""What anybody may do, without a row in the table of who may do what."""


def kinds(base: type[EboxcastError] = EboxcastError) -> Iterator[type[EboxcastError]]:
    for each in base.__subclasses__():
        yield each
        yield from kinds(each)


def test_a_remedy_is_data_until_a_door_shows_it() -> None:
    error = ReconfirmedLate(broadcast="2027-0001", due="yesterday")
    assert next_actions(error) == (
        NextAction(action="broadcast.waive", parameters={"broadcast": "2027-0001", "what": "late-reconfirmation"}),
    )
    assert 'eboxcast broadcast waive 2027-0001 late-reconfirmation --reason "…"' in remedy_in(error, "en")
    assert "[broadcast.waive]" in remedy_in(error, "en", render=lambda action: f"[{action.action}]")


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_command_is_the_same_in_every_language(language: str) -> None:
    assert "eboxcast runs" in remedy_in(RunNotFound(run="12345678"), language)


def test_every_action_an_error_names_has_its_command_and_its_rule() -> None:
    permissions = OPEN | {rule.permission for rule in RULES} | {permission_of(row.action) for row in STEPS}
    for kind in kinds():
        for action in kind.actions.values():
            command = command_of(action).split()
            assert command[1] in COMMANDS, kind
            assert action.action in permissions, kind


def test_every_action_can_be_typed_and_every_form_is_a_command_that_exists() -> None:
    for name, forms in command_line._FORMS.items():
        for form in forms:
            first, *rest = form.split()
            assert first in COMMANDS, name
            below = COMMANDS[first].below
            assert not below or not rest or rest[0].startswith(("-", "{")) or rest[0] in below, form


def test_an_error_has_only_the_actions_that_its_texts_name() -> None:
    for kind in (Misconfigured, *kinds()):
        assert kind.actions.keys() <= names_in(kind.sentence, kind.remedy) | inherited(kind), kind


def inherited(kind: type[Exception]) -> set[str]:
    return {name for base in kind.__mro__[1:] for name in getattr(base, "actions", ())}


def test_what_has_no_form_for_it_becomes_an_option() -> None:
    action = NextAction(action="calendar.see", parameters={"from": "2027-02-15", "to": "2027-02-15"})
    assert command_of(action) == "eboxcast calendar --from 2027-02-15 --to 2027-02-15"
