"""One pass of the steward: its steps in order, each tried whatever became of the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import typer
from django.conf import settings

from eboxcast.audit.sealing import seal_pending
from eboxcast.cli.admin.exchange_answer import told, values
from eboxcast.delivery.steward.steward_pass import Led, lead
from eboxcast.exchange.collection import collect
from eboxcast.exchange.intake import TROUBLE, WAITING, Collected
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.formatting import iso
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.notices.preparation import make_notices
from eboxcast.notices.sending import send_due

_LED = N_("{broadcast}: {did}")
_MAILS = N_("Emails: {made} made, {sent} sent, {failed} to be retried, {given_up} given up.")
_PROBLEM = N_("Emails are waiting: {problem}")


@dataclass
class Done:
    """What a pass did, and what went wrong in it."""

    whole: bool
    led: list[Led] = field(default_factory=list)
    taken: list[Collected] = field(default_factory=list)
    """The sets of files from the drop folders; without those that are not complete."""
    sealed: int = 0
    made: int = 0
    sent: int = 0
    failed: int = 0
    given_up: int = 0
    problem: str = ""
    """Why mails could not be sent at all."""
    troubles: list[EboxcastError] = field(default_factory=list)

    def anything(self) -> bool:
        """Return whether there is something to tell."""
        return bool(
            self.led
            or self.taken
            or self.made
            or self.sent
            or self.failed
            or self.given_up
            or self.problem
            or self.troubles
        )


def one_pass(ended: Callable[[], bool], *, whole: bool, actor: Actor) -> Done:
    """Take each step, until the end is asked for. A step that fails does not keep the next from being taken.

    ``actor`` has it done; what is done is done by the steward.

    ``whole`` seals whatever has no seal, however old it is; once a day is enough.
    """
    done = Done(whole=whole)
    for step in (_take_files, partial(_lead, actor), _seal, _make_mails, _send_mails):
        if ended():
            break
        try:
            step(done, ended)
        except EboxcastError as trouble:
            done.troubles.append(trouble)
    return done


def show(done: Done, *, as_json: bool) -> None:
    """Print what was done; nothing where nothing was."""
    if as_json:
        typer.echo(json.dumps(_values(done), ensure_ascii=False))
    elif done.anything():
        for line in _lines(done, language_of_user()):
            typer.echo(line)


def _take_files(done: Done, ended: Callable[[], bool]) -> None:
    if settings.EBOXCAST_DROP_DIR is None:
        return
    collected = collect(settings.EBOXCAST_DROP_DIR, actor=STEWARD)
    done.taken += [one for one in collected if one.outcome not in (WAITING, TROUBLE)]
    done.troubles += [one.error for one in collected if one.error is not None]


def _lead(actor: Actor, done: Done, ended: Callable[[], bool]) -> None:
    led = lead(moment=clock.now(), actor=actor)
    done.led += [one for one in led if one.trouble is None]
    done.troubles += [one.trouble for one in led if one.trouble is not None]


def _seal(done: Done, ended: Callable[[], bool]) -> None:
    done.sealed += seal_pending(everything=done.whole)


def _make_mails(done: Done, ended: Callable[[], bool]) -> None:
    done.made += make_notices()


def _send_mails(done: Done, ended: Callable[[], bool]) -> None:
    sent = send_due(ended=ended)
    done.sent, done.failed, done.given_up, done.problem = sent.sent, sent.failed, sent.given_up, sent.problem


def _lines(done: Done, language: str) -> list[str]:
    lines = [translate(_LED, language, {"broadcast": one.broadcast, "did": one.did}) for one in done.led]
    lines += map(told, done.taken)
    if done.made or done.sent or done.failed or done.given_up:
        lines.append(translate(_MAILS, language, vars(done)))
    if done.problem:
        lines.append(translate(_PROBLEM, language, {"problem": done.problem}))
    return lines


def _values(done: Done) -> dict[str, object]:
    return {
        "format": "eboxcast.steward/1",
        "at": iso(clock.now()),
        "led": [{"broadcast": one.broadcast, "did": one.did} for one in done.led],
        "files": [values(one) for one in done.taken],
        "sealed": done.sealed,
        "mails": {"made": done.made, "sent": done.sent, "failed": done.failed, "given_up": done.given_up},
        "problem": done.problem or None,
        "troubles": [
            {"code": one.code, "sentence": translate(one.sentence, language_of_user(), one.data)}
            for one in done.troubles
        ],
    }
