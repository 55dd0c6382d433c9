"""A run in front of a real provider process: everybody once, whatever happens to the calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from tests.actors import master
from tests.delivery.conftest import NewPackage
from tests.simulator.simulated import Simulated, Simulators

from eboxcast.delivery.models import BatchState, Run, State
from eboxcast.delivery.remote import batches
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes import outcomes, sending
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.package.model import Package
from eboxcast.targets.ebox_rest.options import EboxRestOptions

P = "production"
Provider = Callable[..., Simulated]


@pytest.fixture
def provider(installation: None, simulators: Simulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Let production publish to an empty simulator."""
    secret = tmp_path / "secret"
    secret.write_text("rehearsal", encoding="utf-8")

    def start(*words: object, **changes: object) -> Simulated:
        simulated = simulators(*words)
        options = EboxRestOptions(
            base_url=simulated.registry,
            token_url=simulated.addresses["token"],
            client_id="rehearsal",
            client_secret_file=secret,
            largest_call=50,
        )
        targets = {**settings.EBOXCAST_TARGETS, P: replace(options, **changes)}
        monkeypatch.setattr(settings, "EBOXCAST_TARGETS", targets)
        return simulated

    return start


def held(simulated: Simulated) -> list[str]:
    """Return what the provider holds, one entry for each delivery."""
    return sorted(simulated.control("GET", "/deliveries").data.decode().split())


def expected(given: Package) -> list[str]:
    """Return who should have it, once each."""
    return sorted(text_of_key(int(key)) for key in given.keys)


def launch(run: Run) -> Run:
    """Launch, or go on."""
    return actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None)


def prepared(package: NewPackage, recipients: int = 200) -> tuple[Package, Run]:
    """Prepare a package for the provider."""
    given = package(recipients)
    return given, actions.prepare(given, environment=P, actor=master("ines"))


@pytest.mark.parametrize("links", [True, False])
def test_everybody_gets_it_once(provider: Provider, package: NewPackage, links: bool) -> None:
    """Linked in calls, or published one by one: what the provider holds is the list."""
    simulated = provider(*([] if links else ["--no-link"]), links=links)
    given, run = prepared(package)
    run = launch(run)
    assert (run.state, run.published_count, run.refused_count) == (State.PUBLISHED, 200, 0)
    assert held(simulated) == expected(given)


@pytest.mark.parametrize("fault", [None, "cut-during", "wrong-count"])
def test_a_batch_of_several_requests_is_noted_as_one(
    provider: Provider, package: NewPackage, fault: str | None
) -> None:
    """Whatever happens to one of them, the provider and our account agree on everybody."""
    simulated = provider("--refuse-share", "0.01", largest_call=5, parallel=1)
    _, run = prepared(package, 400)
    if fault:
        simulated.break_("linkEboxMessage", fault, every=7, times=3)
    run = launch(run)
    assert run.state == State.PUBLISHED
    assert run.published_count == len(held(simulated)) == len(set(held(simulated))) == 400 - (run.refused_count or 0)
    assert run.batches.count() < 400 / 5 / 2


def test_a_pause_counts_in_the_middle_of_a_long_batch(provider: Provider, package: NewPackage) -> None:
    """Once a second it looks; what was sent is noted, and the rest follows when it is resumed."""
    simulated = provider(largest_call=5, parallel=1)
    given, run = prepared(package, 400)
    simulated.break_("linkEboxMessage", "delay", delay_ms=500)

    def pause(sums: batches.Sums) -> None:
        if len(held(simulated)) > 1 and Run.objects.get(id=run.id).state == State.RUNNING:
            actions.pause(Run.objects.get(id=run.id), actor=master("stan"), reason="a call from the institution")

    run = actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None, progress=pause)
    assert (run.state, batches.sums_of(run.id).attempted) == (State.PAUSED, 0)
    assert sending.counts_of(P, run.id) == {OutcomeKind.SENT: len(held(simulated))}
    simulated.control("PUT", "/faults", [])
    assert launch(actions.resume(run, actor=master("olga"))).state == State.PUBLISHED
    assert held(simulated) == expected(given)


def test_launching_again_sends_nothing(provider: Provider, package: NewPackage) -> None:
    """Published is published."""
    simulated = provider()
    _, run = prepared(package)
    launch(run)
    before = held(simulated)
    assert launch(run).state == State.PUBLISHED
    assert held(simulated) == before


def test_the_refused_are_named_and_the_account_adds_up(provider: Provider, package: NewPackage) -> None:
    """What the provider refuses is not published; it does not tell why."""
    simulated = provider("--refuse-share", "0.1")
    _, run = prepared(package)
    run = launch(run)
    assert run.refused_count
    assert run.published_count == len(held(simulated)) == 200 - run.refused_count
    assert run.never_activated_count is None


def test_who_never_opened_an_ebox_is_told_where_each_is_published_to(provider: Provider, package: NewPackage) -> None:
    """NO_DIGITAL_USER is a part of published."""
    provider("--no-link", "--active-share", "0.5", links=False)
    _, run = prepared(package, 60)
    run = launch(run)
    assert run.published_count == 60
    assert run.never_activated_count
    assert 0 < run.never_activated_count < 60


@pytest.mark.parametrize("fault", ["cut-before", "cut-during", "cut-after", "wrong-count"])
def test_a_cut_link_is_asked_about_and_nobody_gets_it_twice(
    provider: Provider, package: NewPackage, fault: str
) -> None:
    """searchMessageStatus tells who has it; the others are linked again."""
    simulated = provider()
    given, run = prepared(package)
    simulated.break_("linkEboxMessage", fault, every=2, times=2)
    run = launch(run)
    assert run.state == State.PUBLISHED
    assert held(simulated) == expected(given)


@pytest.mark.parametrize("fault", ["cut-after", "cut-before"])
def test_a_cut_publication_leaves_exactly_its_recipient_unknown(
    provider: Provider, package: NewPackage, fault: str
) -> None:
    """Without idempotency nobody can tell: the run fails, naming one; everybody else has it once."""
    simulated = provider("--no-link", links=False)
    given, run = prepared(package, 60)
    simulated.break_("publishMessage", fault, after=7, times=1)
    run = launch(run)
    assert run.state == State.FAILED
    assert sending.counts_of(P, run.id)[OutcomeKind.UNKNOWN] == 1
    assert len(held(simulated)) == (60 if fault == "cut-after" else 59)
    assert set(held(simulated)) <= set(expected(given))


def test_resolving_the_unknown_ends_the_run(provider: Provider, package: NewPackage) -> None:
    """He asked the provider's support, and says what they said."""
    simulated = provider("--no-link", links=False)
    given, run = prepared(package, 60)
    simulated.break_("publishMessage", "cut-before", after=7, times=1)
    run = launch(run)
    assert actions.resolve(run, as_=None, actor=master("olga"), reason="support: not there") == 1
    run = launch(actions.resume(run, actor=master("olga")))
    assert run.state == State.PUBLISHED
    assert held(simulated) == expected(given)


def test_a_provider_that_keeps_idempotency_leaves_nothing_unknown(provider: Provider, package: NewPackage) -> None:
    """The call is repeated under the same key, and the first stands."""
    simulated = provider("--no-link", "--idempotency", links=False, idempotency_key=True)
    given, run = prepared(package, 60)
    simulated.break_("publishMessage", "cut-after", every=9, times=4)
    run = launch(run)
    assert run.state == State.PUBLISHED
    assert held(simulated) == expected(given)


def test_trouble_is_waited_for(provider: Provider, package: NewPackage) -> None:
    """429 with Retry-After: the same recipients later, nobody refused."""
    simulated = provider()
    given, run = prepared(package)
    simulated.break_("linkEboxMessage", "status", status=429, retry_after=1, times=2)
    run = launch(run)
    assert (run.state, run.refused_count) == (State.PUBLISHED, 0)
    assert held(simulated) == expected(given)


def test_too_many_refusals_pause_the_run(provider: Provider, package: NewPackage) -> None:
    """Unforeseen: it waits for somebody to look; resumed, it goes on to the end, as fewer are left than are judged."""
    provider("--refuse-share", "0.3")
    _, run = prepared(package, actions.ENOUGH_TO_JUDGE + 500)
    run = launch(run)
    assert run.state == State.PAUSED
    assert "refused" in run.reason
    assert batches.sums_of(run.id).open_batches
    assert launch(actions.resume(run, actor=master("olga"))).state == State.PUBLISHED


def test_a_paused_run_sends_nothing_more(provider: Provider, package: NewPackage) -> None:
    """From the next claim on; resumed, the rest follows."""
    simulated = provider(parallel=1)
    given, run = prepared(package, 400)

    def pause_after_the_first(sums: batches.Sums) -> None:
        mine = Run.objects.get(id=run.id)
        if sums.attempted and mine.state == State.RUNNING:
            actions.pause(mine, actor=master("stan"), reason="a call from the institution")

    simulated.break_("linkEboxMessage", "delay", delay_ms=400)
    run = actions.launch(
        run, actor=master("olga"), window=Window(), waiting=lambda moment: None, progress=pause_after_the_first
    )
    assert run.state == State.PAUSED
    assert len(held(simulated)) < 400
    simulated.control("PUT", "/faults", [])
    assert launch(actions.resume(run, actor=master("olga"))).state == State.PUBLISHED
    assert held(simulated) == expected(given)


def test_a_signal_pauses_and_the_same_command_goes_on(provider: Provider, package: NewPackage) -> None:
    """Batches under way come to their end; nobody resumes by hand what he only interrupted."""
    simulated = provider(parallel=1)
    given, run = prepared(package, 400)

    def interrupt(sums: batches.Sums) -> None:
        if sums.attempted:
            raise KeyboardInterrupt

    simulated.break_("linkEboxMessage", "delay", delay_ms=400)
    with pytest.raises(KeyboardInterrupt):
        actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None, progress=interrupt)
    run.refresh_from_db()
    assert run.state == State.PAUSED
    assert 0 < len(held(simulated)) < 400
    simulated.control("PUT", "/faults", [])
    assert launch(run).state == State.PUBLISHED
    assert held(simulated) == expected(given)


def test_what_a_killed_lane_left_in_flight_is_found_out(provider: Provider, package: NewPackage) -> None:
    """As after a kill between call and note: the next one asks, and records. The first batch is noted by name."""
    simulated = provider()
    given, run = prepared(package)
    run = launch(run)
    batch = run.batches.order_by("number").last()
    assert batch is not None
    _forget_result(run, batch.number)
    assert launch(run).state == State.PUBLISHED
    assert held(simulated) == expected(given)


def _forget_result(run: Run, number: int) -> None:
    """Bring a batch back to the moment after its call: done at the provider, in flight with us."""
    batch = run.batches.get(number=number)
    where = outcomes.Range(release=sending.get_release(P, run.id).id, first=batch.first_bucket, last=batch.last_bucket)
    connection = sending.environment_connection(P)
    with connection.cursor() as cursor:
        cursor.execute(
            "update call_range set kind = 'in_flight' where release = %s and first_bucket <= %s and last_bucket >= %s",
            [where.release, where.last, where.first],
        )
        assert cursor.rowcount == 1
        cursor.execute(
            "update release set completed_at = null, published_count = null, published_digest = null,"
            " refused_count = null, refused_digest = null"
        )
    run.batches.filter(number=number).update(state=BatchState.WAITING)
    Run.objects.filter(id=run.id).update(state=State.RUNNING, published_count=None)
    run.refresh_from_db()
