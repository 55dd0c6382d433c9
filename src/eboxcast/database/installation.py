"""What the control database records of this installation: its kind, its procedure, its clock."""

from __future__ import annotations

from eboxcast.database.errors import quiet
from eboxcast.database.models import Installation

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
    """Return whether this installation is for real people: nobody acts by name, and the clock stands by the world's."""
    return kind() == REAL


def _installation() -> Installation:
    with quiet():
        return Installation.objects.get()
