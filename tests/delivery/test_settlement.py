"""Whatever a killed process left undone, the next one that passes records it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from tests.actors import master
from tests.delivery.conftest import NewPackage

from eboxcast.audit.models import Entry
from eboxcast.delivery.models import Action, Intent, Run, RunList, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.intents import intend
from eboxcast.delivery.runs.settlement import adopt, settle
from eboxcast.delivery.runs.window import Window
from eboxcast.mailboxes import fence, launching

P = "production"


def prepared(package: NewPackage) -> Run:
    """Prepare a package."""
    return actions.prepare(package(), environment=P, actor=master("ines"))


def test_a_publication_nobody_recorded_is_recorded(package: NewPackage) -> None:
    """Killed between the fence and the result: the fence is the truth, in the name of who launched."""
    run = prepared(package)
    intend(run, Action.LAUNCH, by="olga", changes={"state": State.RUNNING})
    launching.launch(P, run.id, refuse_without_ebox=False)
    settled = settle(Run.objects.get(id=run.id))
    assert (settled.state, settled.published_count) == (State.PUBLISHED, 20)
    assert Entry.objects.get(run=run.id, action="run.published").by == "olga"


def test_looking_does_not_launch(package: NewPackage) -> None:
    """Killed between intent and fence: a missed start does not fire late by itself."""
    run = prepared(package)
    intend(run, Action.LAUNCH, by="olga", changes={"state": State.RUNNING})
    assert settle(run).state == State.RUNNING
    assert fence.get_release(P, run.id).visible_at is None
    launched = actions.launch(run, actor=master("jan"), window=Window(), waiting=lambda moment: None)
    assert launched.state == State.PUBLISHED


def test_who_launches_what_another_just_published_leaves_nothing_open(package: NewPackage) -> None:
    """Both read that it was prepared; the second notes what it wants when the first is done."""
    run = prepared(package)
    second = Run.objects.get(id=run.id)
    assert actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None).visible_at
    intend(second, Action.LAUNCH, by="jan", changes={"state": State.RUNNING})
    assert settle(second).state == State.PUBLISHED
    assert not Intent.objects.filter(done_at=None).exists()
    assert Entry.objects.filter(run=run.id, action="run.published").count() == 1


@pytest.mark.parametrize(("action", "state"), [(Action.STOP, State.STOPPED), (Action.DISCARD, State.DISCARDED)])
def test_what_was_asked_for_safety_is_finished_by_anyone(package: NewPackage, action: Action, state: State) -> None:
    """Killed between the intent to stop and the fence: whoever looks next stops it."""
    run = prepared(package)
    intend(run, action, by="olga", reason="wrong")
    assert settle(run).state == state
    assert not Intent.objects.filter(done_at=None).exists()


def test_an_interrupted_preparation_goes_on_under_its_number(package: NewPackage) -> None:
    """Killed before the effect: the same package takes the same run up again."""
    given = package()
    first = actions.prepare(given, environment=P, actor=master("ines"))
    number = first.id
    _forget_effect(first)
    assert actions.prepare(given, environment=P, actor=master("jan")).id == number


def _forget_effect(run: Run) -> None:
    """Bring both databases to where they were after the intent."""
    release = fence.get_release(P, run.id)
    release.delete(using=P)
    release.message.delete(using=P)
    RunList.objects.filter(run=run).delete()
    Run.objects.filter(id=run.id).update(state=State.PREPARING, rows_count=None)


def test_a_run_control_forgot_is_adopted_from_its_release(package: NewPackage) -> None:
    """Control restored to an hour ago: the release tells all that is needed."""
    run = actions.launch(prepared(package), actor=master("olga"), window=Window(), waiting=lambda moment: None)
    account = (run.rows_count, run.recipients_count, run.published_count, run.lists.get().file_name)
    Run.objects.all().delete()
    again = settle(adopt(P, run.id))
    assert again.state == State.PUBLISHED
    assert (again.rows_count, again.recipients_count, again.published_count, again.lists.get().file_name) == account


def test_an_account_that_does_not_add_up_cannot_be_stored(package: NewPackage) -> None:
    """The constraint is in the database, not in our good will."""
    run = prepared(package)
    with pytest.raises(IntegrityError, match="run_rows_add_up"):
        Run.objects.filter(id=run.id).update(merged_count=1)
    with pytest.raises(IntegrityError, match="run_list_rows_add_up"):
        RunList.objects.filter(run=run).update(already_count=1)
