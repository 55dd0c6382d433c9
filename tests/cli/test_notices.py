"""The mails of the procedure as the integration team sees them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from tests.broadcasts import people as p
from tests.cli.conftest import Command
from tests.moments import pass_time
from tests.notices.conftest import addressed, january
from tests.reports.test_documented import names_in

from eboxcast.audit.actions import record
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.models import Broadcast
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice, State

__all__ = ["addressed", "january"]

pytestmark = pytest.mark.usefixtures("procedure_on", "addressed")

EXPLAINED = set(
    re.findall(r"`([a-z0-9_]+)`", (Path(__file__).parents[2] / "docs/reference/answers-json.md").read_text("utf-8"))
)


@pytest.fixture
def notices() -> list[Notice]:
    """Three notices, one of them given up."""
    p.requested()
    seal_pending()
    make_notices()
    Notice.objects.filter(kind="audit-head").delete()
    Notice.objects.filter(recipient="bram").update(state=State.GIVEN_UP, last_problem="550 nobody of this name")
    return list(Notice.objects.order_by("id"))


def test_the_list_says_for_whom_and_how_it_stands(notices: list[Notice], command: Command) -> None:
    code, out, _ = command("--as", "ines", "notices", "list", "--broadcast", "2027-0001")
    assert code == 0
    headings, *lines = out.splitlines()
    assert headings.split() == ["Number", "Made", "State", "Recipient", "Subject", "Problem"]
    assert len(lines) == 3
    assert "given up" in out
    assert "550 nobody of this name" in out


def test_only_what_stands_there_is_listed(notices: list[Notice], command: Command) -> None:
    answer = json.loads(command("--as", "ines", "notices", "list", "--state", "given-up", "--json")[1])
    assert [one["recipient"] for one in answer["notices"]] == ["bram"]
    assert set(names_in(answer)) - EXPLAINED == set()


def test_one_is_shown_as_its_reader_gets_it(notices: list[Notice], command: Command) -> None:
    code, out, _ = command("--as", "ines", "notices", "show", notices[0].pk)
    assert code == 0
    assert notices[0].text.rstrip() in out
    answer = json.loads(command("--as", "ines", "notices", "show", notices[0].pk, "--json")[1])
    assert answer["html"] == notices[0].html
    assert set(names_in(answer)) - EXPLAINED == set()


def test_one_that_is_not_there_is_named(command: Command) -> None:
    code, _, said = command("--as", "ines", "notices", "show", 99)
    assert code == 2
    assert "There is no notice 99." in said


def test_what_was_given_up_is_tried_again_on_request(notices: list[Notice], command: Command) -> None:
    code, _, said = command("--as", "ines", "notices", "retry")
    assert code == 0
    assert "1 notice will be retried." in said
    assert Notice.objects.get(recipient="bram").state == State.WAITING


def test_only_integration_looks_at_mails(notices: list[Notice], command: Command) -> None:
    assert command("--as", "lou", "notices", "list")[0] == 4


def test_doctor_points_at_mails_that_were_given_up_and_at_a_missing_server(
    notices: list[Notice], command: Command
) -> None:
    _, out, _ = command("doctor")
    assert "1 notices could not be sent and will not be retried: 550 nobody of this name" in out
    assert "set EBOXCAST_SMTP_URL" in out


def test_doctor_says_when_nobody_leads_the_procedure(notices: list[Notice], command: Command) -> None:
    record("broadcast.noted", by="anne", broadcast=uuid4(), data={})
    assert "The steward is not running" not in command("doctor")[1]
    pass_time(minutes=16)
    assert "The steward is not running" in command("doctor")[1]


def test_expire_deletes_what_old_mails_said(notices: list[Notice], command: Command) -> None:
    scheduling.refuse(Broadcast.objects.get(), actor=p.VERA, reason="no")
    pass_time(days=366)
    said = "delete: the text of 1 emails and 0 attachments, about matters that ended 365 or more days ago."
    assert said in command("--as", "lou", "expire", "--dry-run")[1]
    answer = json.loads(command("--as", "lou", "expire", "--json")[1])
    assert [one["notices"] for one in answer["notices"]] == [1]
    assert set(names_in(answer)) - EXPLAINED == set()
    emptied = Notice.objects.get(text="")
    assert "Its text was deleted" in command("--as", "ines", "notices", "show", emptied.pk)[1]
