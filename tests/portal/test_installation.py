"""The installation in short, as those who run it see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from tests.broadcasts import people as p
from tests.moments import move_to
from tests.notices.conftest import add_people
from tests.portal.test_people import words
from tests.web.visitors import browser_of

from eboxcast import __version__
from eboxcast.audit.sealing import seal_pending
from eboxcast.lib import clock
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice
from eboxcast.operations.models import StewardPass
from eboxcast.operations.passes import DidCounts, note_pass

pytestmark = pytest.mark.usefixtures("january")


def page_of(actor: p.Actor) -> str:
    return words(browser_of(actor).get("/installation").content)


def test_what_runs_here_is_said() -> None:
    page = page_of(p.LOU)
    for told in (__version__, "the eBoxes of this installation", "saved as files", "The clock was moved."):
        assert told in page
    assert 'hx-get="/console/doctor"' in browser_of(p.LOU).get("/installation").content.decode()


def test_a_steward_that_does_not_run_is_said() -> None:
    add_people(p.INSTITUTION)
    assert "no emails were made about events" not in page_of(p.INES)
    p.requested()
    move_to(clock.now() + timedelta(hours=2))
    assert "no emails were made about events since" in page_of(p.INES)
    seal_pending()
    make_notices()
    Notice.objects.update(state="given-up")
    page = page_of(p.INES)
    assert "not running" in page
    assert "given up" in page


def test_when_the_steward_last_ran_is_said_and_what_it_last_did() -> None:
    assert "nothing is waiting for it" in page_of(p.LOU)
    nothing = DidCounts(steps_count=0, files_count=0, emails_count=0, alarms_count=0)
    note_pass(replace(nothing, emails_count=4, steps_count=2), trouble_count=0)
    move_to(clock.now() + timedelta(minutes=1))
    note_pass(nothing, trouble_count=3)
    page = page_of(p.LOU)
    assert "2 steps, 0 sets of files, 4 emails, 0 alarms" in page
    assert "with 3 problems" in page
    assert StewardPass.objects.count() == 1


def test_an_environment_that_does_not_answer_is_said_and_keeps_the_page() -> None:
    production = connections["production"]
    before = production.settings_dict["HOST"]
    production.close()
    production.settings_dict["HOST"] = "/nowhere"
    try:
        page = page_of(p.LOU)
    finally:
        production.close()
        production.settings_dict["HOST"] = before
    assert "does not respond" in page


def test_only_what_somebody_may_open_is_linked() -> None:
    assert b'href="/mails"' in browser_of(p.INES).get("/installation").content
    assert b'href="/mails"' not in browser_of(p.ADA).get("/installation").content
