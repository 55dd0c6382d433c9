"""The numbers for Prometheus: what they count, that they read no person, and that they are served and documented."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families
from tests.cli.conftest import Command
from tests.delivery.test_batches import claimed, let_leases_run_out
from tests.reports.broadcasts import OPERATOR, Broadcasts

from eboxcast.delivery.models import Action, Batch, Intent, Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import QUERIES
from eboxcast.delivery.runs.intents import intend
from eboxcast.lib import clock
from eboxcast.mailboxes import fence

P, A = "production", "acceptance"
PAGE = Path(__file__).parents[2] / "docs/reference/metrics.md"


@pytest.fixture
def running(broadcasts: Broadcasts) -> Run:
    """A run of forty recipients in batches of about ten, under way for an hour."""
    made = broadcasts.prepared(P)
    batches.cut(made, fence.get_release(P, made.id).id, recipients=10, opens=False)
    Run.objects.filter(id=made.id).update(state=RunState.RUNNING, launched_at=clock.now() - timedelta(hours=1))
    made.refresh_from_db()
    return made


class Scrape:
    """One answer, read as Prometheus reads it."""

    def __init__(self, command: Command) -> None:
        code, self.text, _ = command("metrics")
        assert code == 0
        self.families = list(text_string_to_metric_families(self.text))

    def value(self, name: str, **labels: str) -> float:
        """Return one number."""
        (found,) = (s.value for f in self.families for s in f.samples if (s.name, s.labels) == (name, labels))
        return found


def recipients(scrape: Scrape) -> list[float]:
    """Return how many are published, refused, unknown, not attempted and left."""
    states = ("published", "refused", "unknown", "not_attempted", "left")
    return [scrape.value("eboxcast_recipients", environment=P, state=state) for state in states]


def test_nothing_yet_is_zero_and_not_absent(broadcasts: Broadcasts, command: Command) -> None:
    """An alarm must be able to tell none from not asked."""
    scrape = Scrape(command)
    assert recipients(scrape) == [0, 0, 0, 0, 0]
    assert scrape.value("eboxcast_runs", environment="acceptance", state="failed") == 0
    assert scrape.value("eboxcast_database_up", database=P) == 1
    assert scrape.value("eboxcast_database_size_bytes", database="control") > 1_000_000


def test_recipients_of_our_own_eboxes_are_left_then_published_or_refused(
    broadcasts: Broadcasts, command: Command
) -> None:
    broadcasts.prepared(P)
    broadcasts.published(P, refuse=True)
    scrape = Scrape(command)
    assert recipients(scrape) == [28, 12, 0, 0, 40]
    assert scrape.value("eboxcast_runs", environment=P, state="published") == 1
    assert scrape.value("eboxcast_recipients_per_second", environment=P) == pytest.approx(28 / 60)


def test_a_remote_run_is_counted_by_its_batches(running: Run, command: Command) -> None:
    first, second = claimed(running), claimed(running)
    batches.finish(batches.Done(claim=first, sent=first.recipients_count - 2, refused=1, unknown=1))
    scrape = Scrape(command)
    left = 40 - first.recipients_count
    assert recipients(scrape) == [first.recipients_count - 2, 1, 1, 0, left]
    assert scrape.value("eboxcast_batches", environment=P, state="busy") == 1
    assert scrape.value("eboxcast_lanes", environment=P) == 1
    assert scrape.value("eboxcast_recipients_per_second", environment=P) == pytest.approx(first.recipients_count / 60)
    assert second.attempt == 1


def test_silent_lanes_and_second_attempts_show(running: Run, command: Command) -> None:
    claimed(running)
    let_leases_run_out(running)
    scrape = Scrape(command)
    assert scrape.value("eboxcast_batches", environment=P, state="stalled") == 1
    assert scrape.value("eboxcast_lanes", environment=P) == 0
    claimed(running)
    assert Scrape(command).value("eboxcast_batch_retries", environment=P) == 1


def test_the_queue_is_as_old_as_its_oldest_batch_that_may_be_sent(running: Run, command: Command) -> None:
    assert Scrape(command).value("eboxcast_queue_age_seconds", environment=P) == pytest.approx(3600, abs=60)
    Run.objects.update(not_before_at=clock.now() + timedelta(hours=1))
    assert Scrape(command).value("eboxcast_queue_age_seconds", environment=P) == 0


def test_what_is_asked_and_not_done_has_its_age(running: Run, command: Command) -> None:
    intend(running, Action.STOP, by=OPERATOR)
    Intent.objects.filter(done_at=None).update(asked_at=clock.now() - timedelta(minutes=5))
    scrape = Scrape(command)
    assert scrape.value("eboxcast_open_intents", environment=P) == 1
    assert scrape.value("eboxcast_oldest_intent_age_seconds", environment=P) == pytest.approx(300, abs=30)
    assert scrape.value("eboxcast_audit_entries") > 0


@pytest.mark.usefixtures("known_workers")
def test_workers_are_alive_or_silent(command: Command) -> None:
    """Each counts for its own environment."""
    scrape = Scrape(command)
    counted = [[scrape.value("eboxcast_workers", environment=e, state=s) for s in ("alive", "silent")] for e in (P, A)]
    assert counted == [[1, 1], [2, 0]]


def test_nobody_and_no_title_is_in_it(running: Run, command: Command) -> None:
    text = Scrape(command).text
    assert running.title not in text
    assert running.ticket not in text.split()
    assert not re.search(r"\d{11}", re.sub(r"e\+\d+|\d+\.\d+", "", text))


def test_batches_of_finished_runs_are_not_read(installation: None) -> None:
    """Of a year's batches only those of runs that are not over count: found by run, never scanned."""
    runs, of_each = 300, 100
    with connection.cursor() as cursor:
        for number in range(runs):
            _finished(number)
        cursor.execute(
            "insert into batch (run_id, number, first_bucket, last_bucket, recipients_count, state, attempt,"
            " claimed_by, done_at, sent_count, refused_count, unknown_count)"
            " select r.id, n, n, n, 10, 'done', 1, '', now() - interval '1 day', 10, 0, 0"
            " from run r, generate_series(1, %s) n",
            [of_each],
        )
        cursor.execute("analyze run; analyze batch; analyze intent")
        for name in ("gauge_batches", "gauge_recipients", "gauge_rate"):
            cursor.execute(f"explain (format json, analyze) {QUERIES[name]}")
            # A merge of the two may look at the first row before it finds that there is nothing to merge with.
            assert _rows_read(_plan(cursor.fetchone()[0])) <= 1, name


def _plan(explained: Any) -> dict[str, Any]:
    plan: dict[str, Any] = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
    return plan


def _finished(number: int) -> None:
    old = clock.now() - timedelta(days=30)
    Run.objects.create(
        environment=P,
        state=RunState.PUBLISHED,
        ticket=f"t{number}",
        document_digest=b"",
        metadata_digest=b"",
        particulars={},
        created_at=old,
        visible_at=old,
        launched_at=old,
        recipients_count=1000,
        published_count=1000,
        refused_count=0,
        unknown_count=0,
        not_attempted_count=0,
    )


def _rows_read(node: dict[str, Any]) -> int:
    mine = node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
    read = mine if node.get("Relation Name") == Batch._meta.db_table else 0
    return int(read) + sum(map(_rows_read, node.get("Plans", ())))


def test_it_is_served_on_this_machine_until_a_signal(server: None) -> None:
    program = Path(sys.executable).with_name("eboxcast")
    with subprocess.Popen([str(program), "metrics", "--port", "0"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        url = re.search(r"http://127\.0\.0\.1:\d+/metrics", process.stderr.readline())
        assert url
        answers = [urllib3.request("GET", url[0]) for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert [answer.status for answer in answers] == [200, 200]
    assert b"eboxcast_runs{" in answers[1].data
    assert b"python_info" not in answers[1].data


def test_a_port_that_is_taken_is_said(installation: None, command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = command("metrics", "--port", taken.getsockname()[1])
    assert code == 1
    assert "cannot be used" in err


def test_the_page_explains_each_number(running: Run, command: Command) -> None:
    explained = set(re.findall(r"^\| `(eboxcast_[a-z_]+)", PAGE.read_text("utf-8"), re.MULTILINE))
    written = set(re.findall(r"^# TYPE (eboxcast_[a-z_]+)", Scrape(command).text, re.MULTILINE))
    assert written == explained
