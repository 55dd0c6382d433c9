"""Broadcasts whose environments publish to a remote provider: sent in their window, told as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings
from tests.actors import master
from tests.broadcasts import people as p
from tests.broadcasts.people import LOU
from tests.delivery.procedure import EVERYBODY, Story, go_to, launch
from tests.simulator.simulated import Simulated, Simulators

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.database.installation import advance_clock
from eboxcast.delivery.broadcasts.acceptance_tests import proofs, run_test
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast
from eboxcast.delivery.broadcasts.errors import EboxesElsewhere
from eboxcast.delivery.models import Run
from eboxcast.delivery.remote import local_lanes
from eboxcast.delivery.remote.batches import Sums
from eboxcast.delivery.runs import actions
from eboxcast.lib import clock
from eboxcast.operations.steward import lead
from eboxcast.targets.ebox_rest.options import EboxRestOptions

Provider = Callable[..., Simulated]


@pytest.fixture
def provider(story: Story, simulators: Simulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Let an environment publish to an empty simulator."""
    secret = tmp_path / "secret"
    secret.write_text("rehearsal", encoding="utf-8")

    def start(environment: str = "production", **changes: object) -> Simulated:
        simulated = simulators()
        options = EboxRestOptions(
            base_url=simulated.registry,
            token_url=simulated.addresses["token"],
            client_id="rehearsal",
            client_secret_file=secret,
            largest_call=5,
            parallel=1,
        )
        targets = {**settings.EBOXCAST_TARGETS, environment: replace(options, **changes)}  # type: ignore[arg-type]
        monkeypatch.setattr(settings, "EBOXCAST_TARGETS", targets)
        return simulated

    return start


def held(simulated: Simulated) -> list[str]:
    """Return what the provider holds, one entry for each delivery."""
    return sorted(simulated.control("GET", "/deliveries").data.decode().split())


def run_of(broadcast: Broadcast) -> Run:
    return Run.objects.get(id=broadcast.production_run)


def at_its_moment(broadcast: Broadcast, **later: float) -> Broadcast:
    """Have it be the agreed moment, for the database too: it decides what may be sent."""
    go_to(broadcast, **later)
    advance_clock(timedelta(), actor=master("tests"))
    return broadcast


def once_more() -> list[str]:
    return [one.did for one in lead(moment=clock.now(), actor=LOU) if one.did]


def half_sent(story: Story, simulated: Simulated) -> Broadcast:
    """Return a broadcast that was stopped when some had it already."""
    broadcast = at_its_moment(story.ready())
    simulated.break_("linkEboxMessage", "delay", delay_ms=300)

    def stop(sums: Sums) -> None:
        if sums.sent and run_of(broadcast).state == "running":
            actions.stop(run_of(broadcast), actor=master("lou"), reason="wrong letter")

    launch_broadcast(broadcast, actor=p.LOU, waiting=lambda until: None, progress=stop)
    simulated.control("PUT", "/faults", [])
    assert 0 < len(held(simulated)) < EVERYBODY
    return broadcast


def test_a_launch_sends_to_everybody_and_notes_the_account(story: Story, provider: Provider) -> None:
    simulated = provider()
    broadcast = at_its_moment(story.ready())
    assert launch(broadcast).published_count == EVERYBODY
    assert (broadcast.state, len(set(held(simulated)))) == (State.PUBLISHED, EVERYBODY)


def test_what_is_armed_is_left_to_the_workers_and_followed(story: Story, provider: Provider) -> None:
    simulated = provider()
    broadcast = at_its_moment(story.armed())
    assert [once_more(), once_more()] == [["launched"], []]
    assert (run_of(broadcast).state, held(simulated)) == ("running", [])
    local_lanes.send_here(run_of(broadcast), stopping=Event(), progress=lambda sums: None)
    assert once_more() == ["published", "reported"]


def test_a_stop_when_some_have_it_is_told_once_and_leaves_it_launched(story: Story, provider: Provider) -> None:
    broadcast = half_sent(story, provider())
    assert broadcast.state == State.LAUNCHED
    assert [once_more(), once_more()] == [["run_halted"], []]
    assert Entry.objects.get(broadcast=broadcast.id, action="broadcast.run_halted").data["why"] == "wrong letter"


def test_resumed_the_same_launch_goes_on_to_the_end(story: Story, provider: Provider) -> None:
    simulated = provider()
    broadcast = half_sent(story, simulated)
    actions.resume(run_of(broadcast), actor=master("lou"))
    assert launch(broadcast).published_count == EVERYBODY
    assert (broadcast.state, len(held(simulated))) == (State.PUBLISHED, EVERYBODY)


def test_closed_in_part_it_is_published_with_who_was_not_attempted(story: Story, provider: Provider) -> None:
    broadcast = half_sent(story, provider())
    actions.close(run_of(broadcast), actor=master("lou"), reason="enough")
    assert once_more() == ["published", "reported"]
    told = Entry.objects.get(broadcast=broadcast.id, action="broadcast.published").data
    assert told["published"] + told["not_attempted"] == EVERYBODY
    assert told["not_attempted"] > 0


def test_after_its_window_what_is_half_sent_is_told_and_nothing_more_is_sent(story: Story, provider: Provider) -> None:
    simulated = provider()
    broadcast = half_sent(story, simulated)
    actions.resume(run_of(broadcast), actor=master("lou"))
    before = held(simulated)
    at_its_moment(broadcast, hours=13)
    assert once_more() == ["run_halted"]
    local_lanes.send_here(run_of(broadcast), stopping=Event(), progress=lambda sums: None)
    broadcast.refresh_from_db()
    assert (held(simulated), broadcast.state) == (before, State.LAUNCHED)


def test_what_was_handed_over_and_not_begun_in_its_window_is_missed(story: Story, provider: Provider) -> None:
    simulated = provider()
    broadcast = at_its_moment(story.armed())
    once_more()
    at_its_moment(broadcast, hours=13)
    assert once_more() == ["confirmed", "window_missed"]
    local_lanes.send_here(run_of(broadcast), stopping=Event(), progress=lambda sums: None)
    assert (run_of(broadcast).state, held(simulated)) == ("stopped", [])


def test_the_test_is_sent_to_a_provider_of_acceptance_whose_eboxes_are_elsewhere(
    story: Story, provider: Provider
) -> None:
    simulated = provider("acceptance")
    broadcast = story.delivered_for_acceptance()
    run_test(broadcast, actor=p.INES)
    assert (broadcast.state, len(held(simulated))) == (State.TESTED, 3)
    with pytest.raises(EboxesElsewhere):
        proofs(broadcast, actor=p.INES)
