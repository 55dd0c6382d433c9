"""doctor finds work that stands still, and says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.actors import master
from tests.broadcasts.people import INSTITUTION, requested
from tests.cli.conftest import Command
from tests.delivery.test_batches import claimed, let_leases_run_out
from tests.moments import pass_time
from tests.reports.broadcasts import Broadcasts
from tests.simulator.simulated import Simulated, Simulators

from eboxcast.audit.sealing import seal_pending
from eboxcast.database.findings import Check, Finding, State, examine
from eboxcast.delivery.models import Run, Worker
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.remote import batches
from eboxcast.delivery.runs import actions
from eboxcast.lib import clock
from eboxcast.lib.telling import remedy_in
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import Release
from eboxcast.notices.making import make_notices
from eboxcast.operations import doctor
from eboxcast.operations.passes import DidCounts, note_pass
from eboxcast.senders.models import Person
from eboxcast.targets.ebox_rest.options import EboxRestOptions

P = "production"


@pytest.fixture
def running(broadcasts: Broadcasts) -> Run:
    """A run of forty recipients in batches, under way."""
    made = broadcasts.prepared(P)
    batches.cut(made, fence.get_release(P, made.id).id, recipients=10, opens=False)
    Run.objects.filter(id=made.id).update(state=RunState.RUNNING)
    made.refresh_from_db()
    return made


@pytest.fixture
def simulated(installation: None, simulators: Simulators) -> Simulated:
    """A provider."""
    return simulators()


@pytest.fixture
def target(simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EboxRestOptions:
    """Production publishes to the provider."""
    secret = tmp_path / "secret"
    secret.write_text("rehearsal", encoding="utf-8")
    options = EboxRestOptions(
        base_url=simulated.registry,
        token_url=simulated.addresses["token"],
        client_id="rehearsal",
        client_secret_file=secret,
    )
    use(options, monkeypatch)
    return options


def use(options: EboxRestOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let production publish there."""
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {**settings.EBOXCAST_TARGETS, P: options})


def found_by(check: Check) -> list[Finding]:
    """Return what a check finds, each finding sayable."""
    found = examine([check])
    for finding in found:
        assert finding.sentence.format(**finding.data)
        assert finding.state is State.OK or remedy_in(finding, "en")
    return found


def test_a_batch_whose_worker_fell_silent_is_named_with_its_worker(running: Run) -> None:
    claimed(running)
    assert found_by(doctor.lanes) == []
    let_leases_run_out(running)
    stalled, unattended = found_by(doctor.lanes)
    assert (stalled.data["count"], stalled.data["workers"]) == (1, "w1")
    assert unattended.data["run"] == running.short


def test_a_run_nobody_works_on_is_found_when_it_is_time(running: Run) -> None:
    (found,) = found_by(doctor.lanes)
    assert "eboxcast worker --environment production" in remedy_in(found, "en")
    Run.objects.update(not_before_at=clock.now() + timedelta(hours=1))
    assert found_by(doctor.lanes) == []


@pytest.mark.usefixtures("target")
def test_halted_runs_say_why(running: Run) -> None:
    actions.pause(running, actor=master("stan"), reason="a call from the institution")
    (found,) = found_by(doctor.halted)
    assert found.sentence.format(**found.data).endswith("is paused: a call from the institution")
    actions.fail(running, reason="2: nobody knows")
    (found,) = found_by(doctor.halted)
    assert found.sentence.format(**found.data).endswith("failed: 2: nobody knows")


def test_a_release_nobody_launches_is_announced(broadcasts: Broadcasts) -> None:
    run = broadcasts.prepared(P)
    assert found_by(doctor.unlaunched) == []
    Release.objects.using(P).update(stored_at=clock.now() - timedelta(days=25))
    (found,) = found_by(doctor.unlaunched)
    assert found.data["run"] == run.short


@pytest.mark.usefixtures("target", "known_workers")
def test_silent_workers_are_counted() -> None:
    """Those of another environment do not count."""
    alive, silent = found_by(doctor.workers)
    assert (alive.data["count"], silent.data["count"], silent.state) == (1, 1, State.ATTENTION)
    assert alive.data["environment"] == P


@pytest.mark.usefixtures("target", "known_workers")
def test_workers_of_another_version_are_named() -> None:
    Worker.objects.filter(environment=P).update(version="0.0.1")
    _, _, others = found_by(doctor.workers)
    assert (others.state, others.data["versions"]) == (State.ATTENTION, "0.0.1")


def test_a_provider_that_answers_is_well(target: EboxRestOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [finding.state for finding in found_by(doctor.providers)] == [State.OK]
    use(replace(target, statuses=False), monkeypatch)
    assert [finding.state for finding in found_by(doctor.providers)] == [State.OK]


def test_a_provider_that_does_not_know_us_fails(
    target: EboxRestOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guess", encoding="utf-8")
    use(replace(target, client_secret_file=wrong), monkeypatch)
    (found,) = found_by(doctor.providers)
    assert found.state is State.FAILED
    assert "invalid_client" in str(found.data["reason"])


def test_a_provider_that_is_gone_fails(target: EboxRestOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "http://127.0.0.1:1"
    use(replace(target, base_url=gone, token_url=gone, client_id="another"), monkeypatch)
    (found,) = found_by(doctor.providers)
    assert (found.state, found.data["environment"]) == (State.FAILED, P)


def test_a_role_that_nobody_has_is_found(office: None) -> None:
    requested()
    assert [found.state for found in found_by(doctor.readers)] == [State.OK]
    Person.objects.filter(name="carla").update(active=False)
    Person.objects.filter(name="bram").update(email="")
    nobody, nobody_there = found_by(doctor.readers)
    assert nobody.data == {"role": "contact-centre"}
    assert nobody_there.data == {"institution": INSTITUTION, "role": "confirmer"}


@pytest.mark.usefixtures("target")
def test_doctor_looks_at_the_work_too(running: Run, command: Command) -> None:
    actions.pause(running, actor=master("stan"), reason="lunch")
    code, out, _ = command("doctor")
    assert code == 0
    assert f"eboxcast resume {running.short}" in out


def test_a_steward_that_stays_away_is_noticed_where_something_waits(office: None) -> None:
    """Without anything to do nobody misses it."""
    assert found_by(doctor.steward) == []
    requested()
    seal_pending()
    make_notices()
    assert [one.state for one in found_by(doctor.steward)] == [State.ATTENTION]
    note_pass(DidCounts(steps_count=0, files_count=0, emails_count=0, alarms_count=0), trouble_count=0)
    assert [one.state for one in found_by(doctor.steward)] == [State.OK]
    pass_time(minutes=16)
    (away,) = found_by(doctor.steward)
    assert away.state is State.ATTENTION
    assert away.data["broadcasts"] == 1
