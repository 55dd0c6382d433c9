"""Every action that the audit can hold has words."""

from __future__ import annotations

import ast
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import eboxcast
from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.states import TABLE
from eboxcast.delivery.models import Action
from eboxcast.delivery.runs.states import BY_ITSELF
from eboxcast.delivery.runs.states import TABLE as RUNS
from eboxcast.exchange.models import Result
from eboxcast.lib import clock
from eboxcast.presenters.audit import audit_page
from eboxcast.presenters.audit_words import SENTENCES, SUBJECTS
from eboxcast.senders.type_states import TRANSITIONS

SOURCES = sorted(Path(eboxcast.__file__).parent.rglob("*.py"))
BROADCAST = uuid4()


def actions() -> set[str]:
    """Return each action: those of the tables, and those that are written where they are recorded."""
    found = {row.entry for row in TABLE} | {row.entry for row in RUNS} | {row.entry for row in TRANSITIONS.values()}
    found |= {f"run.{action}_intended" for action in Action if action not in BY_ITSELF | {Action.PACE}}
    found |= {f"exchange.{result}" for result in Result}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def entry(action: str, data: dict[str, object], broadcast: UUID | None = None) -> SealedEntry:
    return SealedEntry(
        number=7,
        sealed_at=clock.now(),
        id=9,
        at=clock.now(),
        by="ines",
        action=action,
        environment="",
        run=None,
        broadcast=broadcast,
        data=data,
    )


def test_each_action_has_a_sentence() -> None:
    assert actions() - SENTENCES.keys() == set()


def test_each_subject_has_a_sentence() -> None:
    assert {action.split(".")[0] for action in SENTENCES} - SUBJECTS.keys() - {"eboxes", "people", "clock"} == set()


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"date": "2027-02-15"}, ("Datum", "maandag 15 februari 2027")),
        ({"agreed_at": "2027-02-15T17:00:00+00:00"}, ("Afgesproken tijdstip", "15 februari 2027 om 18:00")),
        ({"recipients": 180000}, ("Bestemmelingen", "180.000")),
        ({"dates": ["2027-02-15", "2027-02-16"]}, ("Data", "maandag 15 februari 2027, dinsdag 16 februari 2027")),
        ({"active": False, "late": False}, ("Actief", "nee")),
        ({"side": "validator"}, ("Voor", "KSZ")),
        ({"reason": "See 85.07.30-033.28"}, ("Reden", "See ***********")),
        ({"faults": {"E101": 3}}, ("Fouten", "E101 3")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_data_is_said_in_the_words_of_the_reader(data: dict[str, object], shown: tuple[str, str]) -> None:
    [line] = audit_page([entry("broadcast.requested", data)], {}, "nl", more=False).lines
    assert [(one.name, one.value) for one in line.details] == [shown]


def test_an_action_of_another_version_is_still_shown() -> None:
    [line] = audit_page([entry("moon.landed", {})], {}, "en", more=False).lines
    assert line.sentence == "Another action (moon.landed)"


def test_a_broadcast_is_called_by_its_number() -> None:
    page = audit_page([entry("broadcast.closed", {}, BROADCAST)], {BROADCAST: "2027-0001"}, "en", more=True)
    assert page.lines[0].broadcast == "2027-0001"
    assert page.older == 7
