"""An action whose audit entry cannot be added does not happen, in none of the three databases, whatever the action."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.actors import master
from tests.audit.without_entries import Control, refuse_and_compare
from tests.delivery.conftest import NewPackage

from eboxcast.broadcasts.calendar_changes import black_out, close_day
from eboxcast.delivery.expiry import expire
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, Role
from eboxcast.package.sampling import write_sample
from eboxcast.senders.people import Particulars, add_person
from eboxcast.senders.sender_file import load_senders

P = "production"
IVO = Actor(name="ivo", roles=frozenset({Role.INTEGRATION}))
RITA = Particulars(full_name="Rita Renard", roles=frozenset({Role.AUDITOR}), language="fr")


def test_without_its_entry_no_action_on_a_run_happens(sweepers: Control, package: NewPackage) -> None:
    prepared = actions.prepare(package(), environment=P, actor=master("ines"))
    other = package(ticket="t2")
    for action in (
        lambda: actions.prepare(other, environment=P, actor=master("ines")),
        lambda: actions.launch(again(prepared), actor=master("olga"), window=Window(), waiting=lambda moment: None),
        lambda: actions.stop(again(prepared), actor=master("stan"), reason="wait"),
        lambda: actions.discard(again(prepared), actor=master("stan"), reason="no"),
    ):
        refuse_and_compare(sweepers, action)


def test_without_its_entry_nothing_that_is_visible_is_recalled(sweepers: Control, package: NewPackage) -> None:
    run = actions.prepare(package(), environment=P, actor=master("ines"))
    actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None)
    refuse_and_compare(sweepers, lambda: actions.recall(again(run), actor=master("stan"), reason="wrong letter"))


def test_without_its_entry_nothing_is_deleted(sweepers: Control, package: NewPackage) -> None:
    run = actions.prepare(package(), environment=P, actor=master("ines"))
    actions.discard(run, actor=master("stan"), reason="no")
    clock.move(timedelta(days=400))
    refuse_and_compare(sweepers, lambda: list(expire(P, actor=master("cron"))))


@pytest.mark.usefixtures("installation")
def test_without_its_entry_nothing_is_configured_or_planned(sweepers: Control, tmp_path: Path) -> None:
    senders = write_sample(tmp_path / "senders", recipients=1).message_types
    day = clock.today() + timedelta(days=30)
    starts, ends = clock.now() + timedelta(days=1), clock.now() + timedelta(days=2)
    for action in (
        lambda: load_senders(senders, actor=master("ivo")),
        lambda: close_day(day, reason="bridge", actor=IVO),
        lambda: black_out(starts_at=starts, ends_at=ends, reason="disks", service="storage", actor=IVO),
        lambda: add_person("rita", RITA, actor=IVO),
    ):
        refuse_and_compare(sweepers, action)


def again(run: Run) -> Run:
    return Run.objects.get(id=run.id)
