"""What people do with runs: the result in both databases, and what the audit says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.actors import master
from tests.delivery.conftest import NewPackage

from eboxcast.audit.models import Entry
from eboxcast.delivery.errors import FileChanged, LaunchStopped, NotInThisState, OutsideWindow
from eboxcast.delivery.models import Intent, Run, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.mailboxes import fence, opening
from eboxcast.senders.errors import MessageTypeUnknown
from eboxcast.senders.models import MessageType

A = "acceptance"
P = "production"


def launch(run: Run, window: Window | None = None) -> Run:
    """Launch at once."""
    return actions.launch(run, actor=master("olga"), window=window or Window(), waiting=lambda moment: None)


def told(run: Run) -> list[tuple[str, str]]:
    """Return what the audit says of a run, and of whom."""
    return list(Entry.objects.filter(run=run.id).order_by("id").values_list("action", "by"))


def test_preparing_stores_everything_and_shows_nothing(package: NewPackage) -> None:
    """The run has its account, the audit its two entries, the eBoxes nothing yet."""
    given = package(20)
    run = actions.prepare(given, environment=A, actor=master("ines"))
    assert run.state == State.PREPARED
    assert (run.rows_count, run.recipients_count, run.published_count) == (20, 20, None)
    assert told(run) == [("run.prepare_intended", "ines"), ("run.prepared", "ines")]
    assert opening.open_ebox(A, int(given.keys[0])) == []


def test_launching_makes_it_visible_and_closes_the_account(package: NewPackage) -> None:
    """Everybody of the list sees it; recipients = published + refused + unknown + not attempted."""
    given = package(20)
    run = launch(actions.prepare(given, environment=P, actor=master("ines")))
    assert run.state == State.PUBLISHED
    assert (run.published_count, run.refused_count, run.unknown_count, run.not_attempted_count) == (20, 0, 0, 0)
    assert told(run)[2:] == [("run.launch_intended", "olga"), ("run.published", "olga")]
    assert all(len(opening.open_ebox(P, int(key))) == 1 for key in given.keys)
    assert not Intent.objects.filter(done_at=None).exists()


def test_preparing_or_launching_again_changes_nothing(package: NewPackage) -> None:
    """The same package is the same run, prepared or published."""
    given = package()
    run = actions.prepare(given, environment=P, actor=master("ines"))
    assert actions.prepare(given, environment=P, actor=master("jan")).id == run.id
    first = launch(run).visible_at
    again = launch(actions.prepare(given, environment=P, actor=master("jan")))
    assert (again.id, again.visible_at) == (run.id, first)
    assert Run.objects.count() == 1


def test_each_environment_has_its_own_run(package: NewPackage) -> None:
    """Acceptance and production know nothing of each other."""
    given = package()
    in_acceptance = launch(actions.prepare(given, environment=A, actor=master("ines")))
    in_production = actions.prepare(given, environment=P, actor=master("ines"))
    assert in_acceptance.id != in_production.id
    assert opening.open_ebox(P, int(given.keys[0])) == []


def test_a_type_that_refuses_leaves_out_who_has_no_ebox(package: NewPackage) -> None:
    """With no active eBox anywhere, all are refused and the account says so."""
    given = package(20)
    MessageType.objects.update(without_ebox="refuse")
    run = launch(actions.prepare(given, environment=P, actor=master("ines")))
    assert (run.published_count, run.refused_count) == (0, 20)
    assert opening.open_ebox(P, int(given.keys[0])) == []


def test_an_unknown_message_type_is_refused_before_anything_is_stored(package: NewPackage) -> None:
    """No run, no release."""
    given = package()
    MessageType.objects.all().delete()
    with pytest.raises(MessageTypeUnknown):
        actions.prepare(given, environment=A, actor=master("ines"))
    assert not Run.objects.exists()


def test_a_document_that_changed_after_the_check_is_not_stored(package: NewPackage) -> None:
    """What is stored is what was checked."""
    given = package()
    given.document.path.write_bytes(b"%PDF-1.7 something else")
    with pytest.raises(FileChanged):
        actions.prepare(given, environment=A, actor=master("ines"))
    assert not Run.objects.exists()


def test_stop_keeps_a_launch_away_until_it_is_resumed(package: NewPackage) -> None:
    """Stopped: refused; resumed: visible."""
    run = actions.stop(
        actions.prepare(package(), environment=P, actor=master("ines")), actor=master("olga"), reason="wrong title"
    )
    assert (run.state, run.reason) == (State.STOPPED, "wrong title")
    with pytest.raises(LaunchStopped):
        launch(run)
    assert launch(actions.resume(run, actor=master("olga"))).state == State.PUBLISHED


def test_a_discarded_run_is_never_launched(package: NewPackage) -> None:
    """Discarding is for good."""
    run = actions.discard(
        actions.prepare(package(), environment=P, actor=master("ines")), actor=master("olga"), reason="twice"
    )
    assert run.state == State.DISCARDED
    with pytest.raises(NotInThisState):
        launch(run)


def test_recalling_takes_it_out_of_every_ebox(package: NewPackage) -> None:
    """One row, and nobody sees it any more; recalling again changes nothing."""
    given = package()
    run = actions.recall(
        launch(actions.prepare(given, environment=P, actor=master("i"))), actor=master("olga"), reason="wrong sum"
    )
    assert run.state == State.RECALLED
    assert opening.open_ebox(P, int(given.keys[0])) == []
    assert actions.recall(run, actor=master("jan"), reason="again").recalled_at == run.recalled_at


def test_the_next_round_in_acceptance_supersedes_the_last(package: NewPackage) -> None:
    """Both runs say so."""
    first = launch(actions.prepare(package(title="Premier essai"), environment=A, actor=master("ines")))
    second = launch(actions.prepare(package(title="Deuxième essai"), environment=A, actor=master("ines")))
    first.refresh_from_db()
    assert (first.state, first.superseded_by) == (State.SUPERSEDED, second.id)


def test_before_its_moment_a_launch_waits(package: NewPackage) -> None:
    """It is visible at the agreed moment, not before."""
    run = actions.prepare(package(), environment=P, actor=master("ines"))
    moment = clock.now() + timedelta(seconds=1)
    waited: list[object] = []
    run = actions.launch(run, actor=master("olga"), window=Window(not_before=moment), waiting=waited.append)
    assert waited[0] == moment
    assert run.visible_at is not None
    assert run.visible_at >= moment


def test_after_its_window_a_launch_is_refused(package: NewPackage) -> None:
    """A missed start does not fire late by itself."""
    run = actions.prepare(package(), environment=P, actor=master("ines"))
    with pytest.raises(OutsideWindow):
        launch(run, Window(not_after=clock.now()))
    run.refresh_from_db()
    assert run.state == State.PREPARED


def test_a_stop_while_waiting_ends_the_launch(package: NewPackage) -> None:
    """The launcher is told, the run is stopped."""
    run = actions.prepare(package(), environment=P, actor=master("ines"))
    window = Window(not_before=clock.now() + timedelta(hours=1))

    def stop_it(moment: object) -> None:
        actions.stop(Run.objects.get(id=run.id), actor=master("stan"), reason="wait")

    with pytest.raises(LaunchStopped):
        actions.launch(run, actor=master("olga"), window=window, waiting=stop_it)
    assert fence.get_release(P, run.id).visible_at is None
