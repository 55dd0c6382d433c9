"""Runs that are sent to a provider, decided about on their pages: paused, resumed, resolved, closed, tried again."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.test_remote_runs import Provider, launch, provider
from tests.portal.runs import prepared_run
from tests.portal.test_run import state, text
from tests.web.visitors import browser_of

from eboxcast.delivery.models import Run, State
from eboxcast.delivery.remote import batches
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window

__all__ = ["provider"]


@pytest.fixture
def lou(january: None) -> Client:
    return browser_of(p.LOU)


def paused(provider: Provider) -> Run:
    """Return a run that somebody paused in its middle."""
    provider(largest_call=5, parallel=1).break_("linkEboxMessage", "delay", delay_ms=20)
    run = prepared_run(environment="production", recipients=400)

    def pause(sums: batches.Sums) -> None:
        if sums.attempted and state(run) == State.RUNNING:
            actions.pause(Run.objects.get(id=run.id), actor=master("stan"), reason="a call")

    return actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda until: None, progress=pause)


def test_nothing_is_launched_to_a_provider_while_nobody_sends(provider: Provider, lou: Client) -> None:
    provider()
    run = prepared_run(environment="production")
    answer = lou.post(f"/runs/{run.short}/launch", {"seen": "prepared", "typed": run.short})
    assert answer.status_code == 409
    assert "No worker is running" in text(answer)
    assert state(run) == State.PREPARED


def test_a_paused_run_shows_how_far_it_is_with_a_curve_and_a_table(provider: Provider, lou: Client) -> None:
    run = paused(provider)
    page = lou.get(f"/runs/{run.short}")
    assert "of 400 recipients have it" in text(page)
    assert "<polyline" in page.content.decode()
    assert "The same as a table" in text(page)
    for verb in ("resume", "stop", "close", "pace"):
        assert f'href="/runs/{run.short}/{verb}"' in page.content.decode()


def test_whoever_resumes_is_told_that_nobody_sends(provider: Provider, lou: Client) -> None:
    run = paused(provider)
    assert "No worker is running: nothing is sent until one is started" in text(lou.get(f"/runs/{run.short}/resume"))
    assert lou.post(f"/runs/{run.short}/resume", {"seen": "paused"}).status_code == 302
    assert state(run) == State.RUNNING
    again = lou.post(f"/runs/{run.short}/resume", {"seen": "paused"})
    assert again.status_code == 409
    assert "by Lou" in text(again)


def test_the_speed_is_changed_within_what_makes_sense(provider: Provider, lou: Client) -> None:
    run = paused(provider)
    at = f"/runs/{run.short}/pace"
    assert lou.post(at, {"seen": "paused", "rate": "fast", "parallel": "2"}).status_code == 422
    assert lou.post(at, {"seen": "paused", "rate": "10", "parallel": "65"}).status_code == 422
    assert lou.post(at, {"seen": "paused", "rate": "", "parallel": ""}).status_code == 422
    assert lou.post(at, {"seen": "paused", "rate": "0", "parallel": "3"}).status_code == 302
    assert Run.objects.values_list("rate", "parallel").get(id=run.id) == (0, 3)


def test_a_run_is_closed_in_part_and_tried_again_for_the_rest(provider: Provider, lou: Client) -> None:
    run = paused(provider)
    asked = {"seen": "paused", "reason": "the evening is over"}
    assert "This is final" in text(lou.get(f"/runs/{run.short}/close"))
    assert lou.post(f"/runs/{run.short}/close", asked).status_code == 422
    assert lou.post(f"/runs/{run.short}/close", {**asked, "typed": run.short}).status_code == 302
    assert state(run) == State.PUBLISHED
    again = lou.post(f"/runs/{run.short}/retry", {"seen": "published"})
    assert again.status_code == 302
    other = Run.objects.exclude(id=run.id).get()
    assert again.headers["Location"] == f"/runs/{other.short}"


def test_unknown_recipients_are_resolved_by_what_support_says(provider: Provider, lou: Client) -> None:
    simulated = provider("--no-link", links=False)
    simulated.break_("publishMessage", "cut-before", after=7, times=1)
    run = prepared_run(environment="production", recipients=40)
    assert launch(run).state == State.FAILED
    at = f"/runs/{run.short}/resolve"
    assert "Ask the provider's support first" in text(lou.get(at))
    wrong = lou.post(at, {"seen": "failed", "reason": "x", "typed": run.short, "answer": "perhaps"})
    assert wrong.status_code == 422
    asked = {"seen": "failed", "reason": "their ticket 7", "typed": run.short, "answer": "published"}
    assert lou.post(at, asked).status_code == 302
    assert "unknown recipients were resolved" in text(lou.get(f"/runs/{run.short}"))
    assert lou.post(at, asked).status_code == 409
