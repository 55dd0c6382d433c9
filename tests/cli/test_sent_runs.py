"""Runs in front of a provider, in an operator's hand: each command says who has it, and what follows is so."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from tests.actors import master
from tests.cli.conftest import Command, Provider
from tests.cli.test_answers_documented import EXPLAINED
from tests.faults.machine import wait_until
from tests.reports.broadcasts import Broadcasts
from tests.reports.test_documented import names_in
from tests.simulator.simulated import PROGRAM, Simulated

from eboxcast.audit.models import Entry
from eboxcast.delivery.errors import NotInThisState
from eboxcast.delivery.models import Intent, Run, State
from eboxcast.delivery.remote.batches import Sums
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.formatting import moment_in
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.fence import get_release
from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.verification import verify

P = "production"
REASON = ("--reason", "a call from the sender")


def held(simulated: Simulated) -> list[str]:
    return sorted(simulated.deliveries())


def everybody(run: Run) -> list[str]:
    release = get_release(P, run.id)
    connection = actions.sending.environment_connection(P)
    keys = read_audience(connection, release=release.id, prime=actions.sending.bucket_prime(P))
    return sorted(map(text_of_key, keys.tolist()))


def now(run: Run) -> Run:
    return settle(Run.objects.get(id=run.id))


@pytest.fixture
def paused(broadcasts: Broadcasts, provider: Provider, command: Command) -> tuple[Run, Simulated]:
    """A run that paused itself: the provider refuses three of a hundred."""
    simulated = provider("--refuse-share", "0.03")
    run = broadcasts.prepared(recipients=actions.ENOUGH_TO_JUDGE + 500)
    code, _, err = command("launch", run.short)
    assert code == 5, err
    assert "is paused: " in err
    assert f"eboxcast resume {run.short} && eboxcast launch {run.short}" in err
    return now(run), simulated


@pytest.fixture
def failed(broadcasts: Broadcasts, provider: Provider, command: Command) -> tuple[Run, Simulated]:
    """A run that failed: one publication was cut before the provider did anything."""
    simulated = provider(links=False)
    run = broadcasts.prepared(recipients=30)
    simulated.break_("publishMessage", "cut-before", after=7, times=1)
    code, _, err = command("launch", run.short)
    simulated.control("PUT", "/faults", [])
    assert code == 5
    assert "the result is unknown for 1" in err
    assert f"eboxcast resolve {run.short} --unknown" in err
    return now(run), simulated


def test_a_launch_that_ends_well_prints_the_certificate(
    broadcasts: Broadcasts, provider: Provider, command: Command
) -> None:
    simulated = provider()
    run = broadcasts.prepared(recipients=50)
    code, out, err = command("launch", run.short)
    assert (code, held(simulated)) == (0, everybody(run))
    assert "Sent: 50 of 50 recipients have it" in err
    assert "Sent to all 50 recipients, from" in " ".join(out.split())
    assert out.count("not reported by the provider") == 3
    assert command("launch", run.short)[0] == 0
    assert held(simulated) == everybody(run)


def test_refusals_are_told_to_who_asks_strictly(broadcasts: Broadcasts, provider: Provider, command: Command) -> None:
    provider("--refuse-share", "0.3")
    assert command("launch", broadcasts.prepared(recipients=60).short, "--strict")[0] == 6


def test_the_command_of_a_paused_run_continues_it(paused: tuple[Run, Simulated], command: Command) -> None:
    run, simulated = paused
    code, out, _ = command("resume", run.short)
    assert code == 0
    assert "No worker is running" in out
    assert command("launch", run.short)[0] == 0
    account = certificate_of(now(run)).recipients
    assert account
    assert (account.published, account.not_attempted, account.unknown) == (len(held(simulated)), 0, 0)


def test_status_tells_how_a_run_stands_while_it_is_sent(paused: tuple[Run, Simulated], command: Command) -> None:
    run, simulated = paused
    _, out, _ = command("status", run.short)
    assert f"Paused: {len(held(simulated)):,} of 1,500 recipients have it; " in out
    assert "recipients refused by the provider" in out
    assert re.search(r"Batches: \d+ done, \d+ open, 0 of them in progress\.", out)
    answer = json.loads(command("status", run.short, "--json")[1])
    assert answer["recipients"] == sum(
        answer[name] for name in ("published", "refused", "unknown", "under_way", "not_attempted")
    )
    assert answer["work"]["left"] == answer["not_attempted"]
    assert set(names_in(answer)) - EXPLAINED == set()


def test_the_steps_that_status_names_for_a_paused_run_work(paused: tuple[Run, Simulated], command: Command) -> None:
    run, _ = paused
    for expected in ("stop", "close", "retry"):
        steps = json.loads(command("status", run.short, "--json")[1])["next"]
        named = next(step["command"] for step in steps if f" {expected} " in step["command"])
        assert command(*shlex.split(named)[1:])[0] == 0, named


def test_stop_says_exactly_who_has_it(paused: tuple[Run, Simulated], command: Command) -> None:
    run, simulated = paused
    code, out, _ = command("stop", run.short, *REASON)
    assert code == 0
    assert f"Stopped: {len(held(simulated)):,} of 1,500 recipients have it; " in out
    assert "are still to be sent" in out
    assert f"eboxcast close {run.short}" in out


def test_what_was_sent_cannot_be_given_up_or_recalled(paused: tuple[Run, Simulated], command: Command) -> None:
    run, _ = paused
    code, _, err = command("discard", run.short, *REASON)
    assert (code, now(run).state) == (4, State.PAUSED)
    assert f"eboxcast close {run.short}" in err
    code, _, err = command("recall", run.short, *REASON)
    assert code == 4
    assert "does not offer a way to recall a message" in err


def test_closing_ends_it_as_published_in_part(paused: tuple[Run, Simulated], command: Command, tmp_path: Path) -> None:
    run, simulated = paused
    code, out, _ = command("close", run.short, *REASON)
    certificate = certificate_of(now(run))
    account = certificate.recipients
    assert (code, certificate.state) == (0, State.PUBLISHED)
    assert account
    assert account.published == len(held(simulated))
    assert account.published + account.refused + account.not_attempted == 1500
    assert f"{account.not_attempted} were not attempted" in out
    assert certificate.moments.closed
    assert verify(now(run), actor=master("ada")).good
    command("report", run.short, "--paper-list", tmp_path / "paper.csv")
    rows = [line.split(";") for line in (tmp_path / "paper.csv").read_text().splitlines()[1:]]
    assert sorted(row[0] for row in rows) == sorted(set(everybody(run)) - set(held(simulated)))
    assert {row[3] for row in rows} == {"refused", "not_attempted"}
    assert [intent.result for intent in Intent.objects.filter(run=run.id, action="close")] == ["published"]


def test_a_closed_run_is_tried_again_for_those_without_it(
    broadcasts: Broadcasts, provider: Provider, command: Command
) -> None:
    """Nobody gets it twice; asked twice, it is the same run."""
    simulated = provider("--refuse-share", "0.1")
    simulated.break_("linkEboxMessage", "delay", delay_ms=300)
    run = broadcasts.prepared(recipients=400)

    def pause(sums: Sums) -> None:
        if sums.sent and Run.objects.get(id=run.id).state == State.RUNNING:
            command("pause", run.short, *REASON)

    actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None, progress=pause)
    simulated.control("PUT", "/faults", [])
    command("close", run.short, *REASON)
    before = held(simulated)
    first, second = (json.loads(command("retry", run.short, "--json")[1]) for _ in range(2))
    assert first["run"] == second["run"]
    assert first["recipients"] == 400 - len(before)
    assert held(simulated) == before
    assert command("launch", first["run"])[0] == 0
    assert len(held(simulated)) == len(set(held(simulated))) > len(before)
    again = certificate_of(Run.objects.get(id=first["run"]))
    assert again.retry_of == str(run.id)
    assert again.recipients
    assert again.recipients.published == len(held(simulated)) - len(before)


def test_all_refused_can_be_tried_again_and_again(broadcasts: Broadcasts, provider: Provider, command: Command) -> None:
    """The same recipients as before are a new run all the same: the provider may have changed its mind."""
    provider("--refuse-share", "1", links=False)
    run = broadcasts.prepared(recipients=5)
    numbers = [str(run.id)]
    for _ in range(2):
        command("launch", numbers[-1])
        numbers.append(json.loads(command("retry", numbers[-1], "--json")[1])["run"])
    assert len(set(numbers)) == 3


def test_whoever_comes_second_is_told_who_and_when(paused: tuple[Run, Simulated], command: Command) -> None:
    run, _ = paused
    command("stop", run.short, *REASON)
    entry = Entry.objects.get(run=run.id, action="run.stopped")
    code, _, err = command("pause", run.short, *REASON)
    assert code == 4
    assert re.search(rf"is stopped \(.*, by {re.escape(entry.by)}\): it cannot be paused", err)
    code, out, _ = command("stop", run.short, *REASON)
    assert code == 0
    assert f"It was already stopped, since {moment_in(entry.at, 'en')}, by {entry.by}." in out


def test_of_two_at_once_one_wins_and_the_other_is_told(paused: tuple[Run, Simulated]) -> None:
    """Both resume: only one of them has done it, and the audit agrees."""
    run, _ = paused
    told: list[object] = []
    ready = threading.Barrier(2)

    def decide(by: str) -> None:
        mine = Run.objects.get(id=run.id)
        ready.wait()
        try:
            actions.go_on(mine, by=by)
        except NotInThisState as late:
            told.append(late.data.get("by"))
        finally:
            actions.sending.environment_connection(P).close()
            actions.transaction.get_connection().close()

    both = [threading.Thread(target=decide, args=[by]) for by in ("olga", "stan")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    won = Entry.objects.filter(run=run.id, action="run.running", by__in=("olga", "stan"))
    assert told == [entry.by for entry in won]


def test_pace_counts_from_the_next_batch_and_says_so(paused: tuple[Run, Simulated], command: Command) -> None:
    run, _ = paused
    code, out, _ = command("pace", run.short, "--rate", "50", "--parallel", "2")
    changed = now(run)
    assert (code, changed.rate, changed.parallel) == (0, 50.0, 2)
    assert "at most 50 recipients per second, 2 batches at once" in out
    assert command("pace", run.short)[0] == 2


def test_the_unknown_are_named_and_sent_to_again_when_support_says_so(
    failed: tuple[Run, Simulated], command: Command, tmp_path: Path
) -> None:
    run, simulated = failed
    command("report", run.short, "--paper-list", tmp_path / "paper.csv")
    (row,) = (tmp_path / "paper.csv").read_text().splitlines()[1:]
    assert row.endswith(";unknown;unknown;unknown")
    assert set(everybody(run)) - set(held(simulated)) == {row.split(";")[0]}
    code, out, _ = command("resolve", run.short, "--unknown", "resend", "--reason", "support: not there")
    assert code == 0
    assert "1 unknown recipients will be sent to again" in out
    assert [command(asked, run.short)[0] for asked in ("resume", "launch")] == [0, 0]
    assert held(simulated) == everybody(run)
    assert command("resolve", run.short, "--unknown", "resend", *REASON)[0] == 4


@pytest.mark.parametrize(("unknown", "published", "refused"), [("published", 30, 0), ("refused", 29, 1)])
def test_the_unknown_count_as_support_says(
    failed: tuple[Run, Simulated], command: Command, unknown: str, published: int, refused: int
) -> None:
    run, simulated = failed
    before = held(simulated)
    assert command("resolve", run.short, "--unknown", unknown, *REASON)[0] == 0
    assert [command(asked, run.short)[0] for asked in ("resume", "launch")] == [0, 0]
    ended = now(run)
    assert (ended.published_count, ended.refused_count) == (published, refused)
    assert held(simulated) == before


def test_where_the_message_itself_is_in_doubt_its_number_lets_the_run_go_on(
    broadcasts: Broadcasts, provider: Provider, command: Command
) -> None:
    simulated = provider()
    run = broadcasts.prepared(recipients=60)
    simulated.break_("publishMessage", "cut-after", times=1)
    assert command("launch", run.short)[0] == 5
    code, _, err = command("resolve", run.short, "--unknown", "published", *REASON)
    assert code == 2
    assert "--message-id" in err
    simulated.login()
    owner = {"X-Ebox-Owner": f"citizen:{held(simulated)[0]}"}
    number = simulated.call("GET", "/ebox/messages", headers=owner).json()["items"][0]["messageId"]
    assert command("resolve", run.short, "--unknown", "published", "--message-id", number, *REASON)[0] == 0
    assert [command(asked, run.short)[0] for asked in ("resume", "launch")] == [0, 0]
    assert held(simulated) == everybody(run)


@pytest.mark.parametrize(("unknown", "has_it"), [("resend", 60), ("refused", 59)])
def test_where_the_message_itself_is_in_doubt_it_can_be_published_anew(
    broadcasts: Broadcasts, provider: Provider, command: Command, unknown: str, has_it: int
) -> None:
    simulated = provider()
    run = broadcasts.prepared(recipients=60)
    simulated.break_("publishMessage", "cut-before", times=1)
    assert command("launch", run.short)[0] == 5
    assert command("resolve", run.short, "--unknown", unknown, *REASON)[0] == 0
    assert [command(asked, run.short)[0] for asked in ("resume", "launch")] == [0, 0]
    assert len(held(simulated)) == len(set(held(simulated))) == has_it


def test_a_window_that_ends_leaves_the_rest_and_the_command(
    broadcasts: Broadcasts, provider: Provider, command: Command
) -> None:
    simulated = provider()
    simulated.break_("linkEboxMessage", "delay", delay_ms=700)
    run = broadcasts.prepared(recipients=400)
    end = (clock.now() + timedelta(seconds=2)).isoformat()
    code, _, err = command("launch", run.short, "--not-after", end)
    assert code == 5
    assert "The window ended on" in err
    assert f"eboxcast launch {run.short} --not-after …" in err
    simulated.control("PUT", "/faults", [])
    assert command("launch", run.short)[0] == 0
    assert held(simulated) == everybody(run)


def test_a_signal_ends_a_launch_within_a_batch(
    broadcasts: Broadcasts, provider: Provider, command: Command, tmp_path: Path
) -> None:
    simulated = provider()
    simulated.break_("linkEboxMessage", "delay", delay_ms=300)
    run = broadcasts.prepared(recipients=200)
    targets = tmp_path / "targets.toml"
    targets.write_text(
        f"""[production]\nkind = "ebox-rest"\nbase_url = "{simulated.registry}"\nlargest_call = 20\nparallel = 1
token_url = "{simulated.addresses["token"]}"\nclient_id = "rehearsal"\nclient_secret_file = "secret"\n"""
    )
    words = [str(PROGRAM), "launch", run.short]
    env = {**os.environ, "EBOXCAST_LANGUAGE": "en", "EBOXCAST_TARGETS_FILE": str(targets)}
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as launched:
        wait_until(lambda: len(held(simulated)) > 20)
        launched.terminate()
        _, err = launched.communicate()
    assert launched.returncode == 5
    assert "Interrupted. Run" in err
    assert f"eboxcast launch {run.short}" in err
    assert len(held(simulated)) < 200
    simulated.control("PUT", "/faults", [])
    assert command("launch", run.short)[0] == 0
    assert held(simulated) == everybody(run)


def test_more_batches_at_once_count_while_it_is_sent(broadcasts: Broadcasts, provider: Provider) -> None:
    """The process that sends opens more lanes by itself."""
    simulated = provider()
    simulated.break_("linkEboxMessage", "delay", delay_ms=300)
    run = broadcasts.prepared(recipients=300)
    busiest = 0

    def look(sums: Sums) -> None:
        nonlocal busiest
        busiest = max(busiest, sums.busy_batches)
        mine = Run.objects.get(id=run.id)
        if mine.parallel == 1:
            actions.pace(mine, rate=None, parallel=4, actor=master("olga"))

    actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None, progress=look)
    assert busiest > 1
    assert held(simulated) == everybody(run)


def test_on_our_own_eboxes_there_is_nothing_to_hold(broadcasts: Broadcasts, command: Command) -> None:
    code, _, err = command("pause", broadcasts.prepared().short, *REASON)
    assert code == 2
    assert "at one moment, so there is nothing to pause" in err


def test_watching_ends_with_the_run_and_its_status(paused: tuple[Run, Simulated], command: Command) -> None:
    run, _ = paused
    command("stop", run.short, *REASON)
    code, out, err = command("status", run.short, "--watch")
    assert (code, err) == (0, "")
    assert "Stopped since" in out
