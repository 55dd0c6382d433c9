"""Following a run, and deciding about it: with what follows said before, confirmed, and only by one at a time."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.broadcasts import people as p
from tests.delivery.conftest import story
from tests.delivery.procedure import ANNE, Story
from tests.portal.runs import prepared_run
from tests.web.visitors import browser_of

from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs import actions

__all__ = ["story"]


@pytest.fixture
def run(january: None) -> Run:
    return prepared_run()


@pytest.fixture
def lou() -> Client:
    return browser_of(p.LOU)


def text(answer: HttpResponse) -> str:
    """Return the words of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def state(run: Run) -> str:
    return Run.objects.get(id=run.id).state


def test_a_run_is_followed_with_what_happened_and_what_can_be_decided(run: Run, lou: Client) -> None:
    answer = lou.get(f"/runs/{run.short}")
    assert "Prepared for 20 recipients" in text(answer)
    for verb in ("launch", "stop", "discard"):
        assert f'href="/runs/{run.short}/{verb}"' in answer.content.decode()
    assert "/pause" not in answer.content.decode()


def test_a_part_of_the_page_is_asked_for_again_until_the_run_has_ended(run: Run, lou: Client) -> None:
    part = lou.get(f"/runs/{run.short}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 30s"' in part
    actions.discard(run, actor=p.LOU, reason="not needed")
    assert "hx-get" not in lou.get(f"/runs/{run.short}").content.decode()


def test_whoever_only_looks_is_offered_nothing(run: Run) -> None:
    page = browser_of(p.ADA).get(f"/runs/{run.short}").content.decode()
    assert "/stop" not in page
    assert browser_of(p.ADA).post(f"/runs/{run.short}/stop", {"reason": "x", "seen": "prepared"}).status_code == 403


def test_what_follows_is_said_before_a_run_is_stopped(run: Run, lou: Client) -> None:
    assert "Nothing becomes visible to any of the 20 recipients" in text(lou.get(f"/runs/{run.short}/stop"))
    answer = lou.post(f"/runs/{run.short}/stop", {"reason": "a wrong title", "seen": "prepared"})
    assert answer.headers["Location"] == f"/runs/{run.short}"
    assert state(run) == State.STOPPED
    assert "a wrong title" in text(lou.get(f"/runs/{run.short}"))


def test_a_decision_without_a_reason_says_so_beside_the_field(run: Run, lou: Client) -> None:
    answer = lou.post(f"/runs/{run.short}/stop", {"reason": " ", "seen": "prepared"})
    assert answer.status_code == 422
    assert "Fill in this field." in text(answer)
    assert state(run) == State.PREPARED


def test_a_national_number_is_no_reason(run: Run, lou: Client) -> None:
    answer = lou.post(f"/runs/{run.short}/stop", {"reason": "for 85.07.30-033.28", "seen": "prepared"})
    assert answer.status_code == 422
    assert state(run) == State.PREPARED


@pytest.mark.parametrize("typed", ["", "something", "DISCARD"])
def test_what_is_final_is_typed(run: Run, lou: Client, typed: str) -> None:
    answer = lou.post(f"/runs/{run.short}/discard", {"reason": "x", "seen": "prepared", "typed": typed})
    assert answer.status_code == 422
    assert f"type {run.short}" in text(answer)
    assert state(run) == State.PREPARED


def test_the_second_of_two_is_told_who_came_first(run: Run, lou: Client) -> None:
    actions.discard(run, actor=p.LOU, reason="the other window")
    answer = lou.post(f"/runs/{run.short}/discard", {"reason": "x", "seen": "prepared", "typed": run.short})
    assert answer.status_code == 409
    assert "discarded" in text(answer)
    assert "by Lou" in text(answer)


def test_a_stop_goes_through_on_a_page_that_is_old_but_not_twice(run: Run, lou: Client) -> None:
    asked = {"reason": "x", "seen": "running"}
    assert lou.post(f"/runs/{run.short}/stop", asked).status_code == 302
    again = lou.post(f"/runs/{run.short}/stop", asked)
    assert again.status_code == 409
    assert "by Lou" in text(again)


def test_a_launch_is_typed_and_recalled_with_who_has_read_it(run: Run, lou: Client) -> None:
    assert "visible to all 20 recipients" in text(lou.get(f"/runs/{run.short}/launch"))
    assert lou.post(f"/runs/{run.short}/launch", {"seen": "prepared", "typed": run.short}).status_code == 302
    assert state(run) == State.PUBLISHED
    assert "0 recipients have already opened it" in text(lou.get(f"/runs/{run.short}/recall"))
    recalled = lou.post(f"/runs/{run.short}/recall", {"reason": "x", "seen": "published", "typed": run.short})
    assert recalled.status_code == 302
    assert state(run) == State.RECALLED


def test_what_is_not_possible_now_is_refused_before_anything_is_asked(run: Run, lou: Client) -> None:
    answer = lou.get(f"/runs/{run.short}/recall")
    assert answer.status_code == 409
    assert "it cannot be recalled" in text(answer)


def test_a_run_that_is_not_there_is_not_there(january: None, lou: Client) -> None:
    assert lou.get("/runs/ffffffff").status_code == 404


def test_a_broadcast_without_files_has_nothing_to_follow(january: None) -> None:
    number = p.requested().number
    assert "nothing to follow" in text(browser_of(p.ANNE).get(f"/broadcasts/{number}/run"))


def test_a_broadcast_is_armed_disarmed_and_launched(story: Story) -> None:
    broadcast, lou = story.ready(), browser_of(p.LOU)
    at = f"/broadcasts/{broadcast.number}"
    assert "becomes visible to 40 recipients automatically" in text(lou.get(f"{at}/arm"))
    assert lou.post(f"{at}/arm").headers["Location"] == f"{at}/run"
    second = lou.post(f"{at}/arm")
    assert second.status_code == 409
    assert "by Lou" in text(second)
    assert lou.post(f"{at}/disarm", {"reason": "the weather"}).status_code == 302
    p.set_clock("2027-02-15T18:30")
    assert lou.post(f"{at}/launch", {"typed": "2027-9999"}).status_code == 422
    assert lou.post(f"{at}/launch", {"typed": broadcast.number}).status_code == 302
    assert "Published" in text(lou.get(f"{at}/run"))
    assert lou.post(f"{at}/launch", {"typed": broadcast.number}).status_code == 409


def test_the_whole_page_is_asked_for_once_the_run_has_ended(story: Story) -> None:
    broadcast, lou = story.published(), browser_of(p.LOU)
    part = lou.get(f"/broadcasts/{broadcast.number}/run", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in lou.get(f"/broadcasts/{broadcast.number}/run").headers


def test_a_launch_that_misses_something_says_all_of_it(story: Story) -> None:
    broadcast, lou = story.confirmed(), browser_of(p.LOU)
    answer = lou.get(f"/broadcasts/{broadcast.number}/launch")
    assert answer.status_code == 409
    assert "has no contact for" in text(answer)
    assert "contact centre" in text(answer)


def test_nothing_is_launched_before_the_agreed_moment(story: Story) -> None:
    broadcast, lou = story.ready(), browser_of(p.LOU)
    assert broadcast.window_starts_at is not None
    assert broadcast.agreed_at == broadcast.window_starts_at, "else the window would be open before it"
    assert lou.get(f"/broadcasts/{broadcast.number}/launch").status_code == 409


def test_people_of_the_institution_follow_theirs_and_decide_nothing(story: Story) -> None:
    broadcast = story.published()
    page = browser_of(ANNE).get(f"/broadcasts/{broadcast.number}/run")
    assert "Published" in text(page)
    assert "/recall" not in page.content.decode()
    assert browser_of(p.ELSE_WHERE).get(f"/broadcasts/{broadcast.number}/run").status_code == 404
