"""What the control database records of this installation: its kind, its procedure, its clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry
from eboxcast.database.errors import ClockGoesBack, ClockStands, sanitized_db_errors
from eboxcast.database.models import Installation
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import iso
from eboxcast.lib.policy import authorize

REAL = "real"


def procedure() -> str:
    """Return ``on`` or ``off``, as recorded: the one place to ask."""
    return _installation().procedure


def procedure_is_on() -> bool:
    """Return whether the procedure around a broadcast is followed here."""
    return procedure() == "on"


def kind() -> str:
    """Return ``real``, ``demo`` or ``test``: decided at the first migration, never changed."""
    return _installation().kind


def is_real() -> bool:
    """Return whether this installation is for real people: nobody acts by name, and the clock is the world's."""
    return kind() == REAL


def kind_now() -> str:
    """Return the kind, and go by the clock of the installation: for a process that outlives a change of the clock."""
    mark = _installation()
    if mark.kind != REAL:
        clock.move(mark.clock_offset)
    return mark.kind


def set_clock(moment: datetime, *, actor: Actor) -> timedelta:
    """Have it be a moment here, on a demo or test installation; return how far that is ahead of real time.

    Raises NotYourRole; ClockStands on a real one, ClockGoesBack when something is on record that happened later.
    """
    return _set_offset(moment - (clock.now() - clock.offset()), actor=actor)


def advance_clock(span: timedelta, *, actor: Actor) -> timedelta:
    """Move the clock on; a process that runs already learns it when it connects again.

    Raises ClockStands, ClockGoesBack, as ``set_clock`` does.
    """
    return _set_offset(clock.offset() + span, actor=actor)


def reset_clock(*, actor: Actor) -> timedelta:
    """Go by real time again. Raises ClockStands, ClockGoesBack, as ``set_clock`` does."""
    return _set_offset(timedelta(), actor=actor)


def _set_offset(offset: timedelta, *, actor: Actor) -> timedelta:
    authorize(actor, "clock.move")
    with sanitized_db_errors(), transaction.atomic():
        mark = Installation.objects.select_for_update().get()
        if mark.kind == REAL:
            raise ClockStands
        moment = clock.now() - clock.offset() + offset
        newest = Entry.objects.aggregate(newest=Max("at"))["newest"]
        if newest is not None and moment < newest:
            raise ClockGoesBack(moment=moment, newest=newest)
        before = iso(clock.now(), "seconds")
        Installation.objects.update(clock_offset=offset)
        clock.move(offset)
        record("clock.moved", by=actor.name, data={"before": before, "after": iso(moment, "seconds")})
    return offset


def _installation() -> Installation:
    with sanitized_db_errors():
        return Installation.objects.get()
