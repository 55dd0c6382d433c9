"""The launch console: what is planned, what it lacks, and who may look."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from tests.broadcasts import people as p
from tests.delivery.conftest import story
from tests.delivery.procedure import Story, go_to
from tests.portal.runs import prepared_run
from tests.portal.test_run import text
from tests.web.visitors import browser_of

from eboxcast.accounts.sign_on_options import SignOnOptions
from eboxcast.delivery.models import Run, State

__all__ = ["story"]


def test_tonight_shows_each_condition_in_words_and_what_may_be_decided(story: Story) -> None:
    broadcast = story.ready()
    browser_of(p.BRAM)
    p.set_clock("2027-02-15T17:00")
    page = browser_of(p.LOU).get("/console")
    assert "all conditions met" in text(page)
    assert "GO valid for these files met by Bram Peeters" in text(page)
    assert "Window later Monday 15 February 2027, 18:00 to" in text(page)
    assert f'href="/broadcasts/{broadcast.number}/arm"' in page.content.decode()
    assert "/launch" not in page.content.decode()


def test_during_the_window_it_can_be_launched_now(story: Story) -> None:
    broadcast = story.ready()
    go_to(broadcast, minutes=5)
    assert f'href="/broadcasts/{broadcast.number}/launch"' in browser_of(p.LOU).get("/console").content.decode()


def test_what_is_missing_says_so(story: Story) -> None:
    story.confirmed()
    p.set_clock("2027-02-10T12:00")
    page = text(browser_of(p.LOU).get("/console"))
    assert "2 not met" in page
    assert "Contacts complete not met The follow-up sheet has no contact for" in page
    assert "No broadcast is planned for today" in page


@pytest.mark.parametrize("actor", [p.INES, p.CARLA, p.ADA], ids=lambda actor: actor.name)
def test_others_of_the_operator_look_and_are_offered_nothing(story: Story, actor: p.Actor) -> None:
    story.ready()
    p.set_clock("2027-02-15T17:00")
    page = browser_of(actor).get("/console").content.decode()
    assert "Pension 2027" in page
    assert "/arm" not in page


def test_runs_outside_a_broadcast_that_wait_for_somebody_are_there(january: None) -> None:
    run = prepared_run()
    Run.objects.filter(id=run.id).update(state=State.FAILED, reason="the provider is gone")
    assert f'href="/runs/{run.short}"' in browser_of(p.LOU).get("/console").content.decode()


def test_the_console_asks_for_itself_again_and_for_what_doctor_finds(january: None) -> None:
    lou = browser_of(p.LOU)
    page = lou.get("/console").content.decode()
    assert 'hx-get="/console/doctor" hx-trigger="load"' in page
    part = lou.get("/console", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 30s"' in part


def test_what_doctor_finds_is_counted_and_said(january: None) -> None:
    lou = browser_of(p.LOU)
    prepared_run()
    with (
        CaptureQueriesContext(connections["default"]) as control,
        CaptureQueriesContext(connections["acceptance"]) as own,
    ):
        assert "in order" in text(lou.get("/console/doctor"))
    assert sum("from environment_mark" in one["sql"] for one in own.captured_queries) == 1, "each is asked once"
    assert len(control) < 50
    assert len(own) < 20
    assert "<html" not in lou.get("/console/doctor", headers={"HX-Request": "true"}).content.decode()
    assert lou.get("/console").status_code == 200, "its connections are closed, and opened anew"


def test_that_a_provider_does_not_answer_is_said_on_the_page_too(january: None) -> None:
    options = SignOnOptions(
        issuer="http://127.0.0.1:1", client_id="eboxcast", secret="s", name="Example login", second_factor=False
    )
    with override_settings(EBOXCAST_SIGN_ON=options):
        assert "pages, Example login, cannot be used" in text(browser_of(p.LOU).get("/console/doctor"))
