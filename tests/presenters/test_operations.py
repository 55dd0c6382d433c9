"""What keeps an installation going is shown from typed values, also where something went wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from eboxcast.database.errors import DatabaseGone
from eboxcast.database.findings import Finding, State
from eboxcast.delivery.expiry import Expired
from eboxcast.delivery.expiry import Step as RunStep
from eboxcast.exchange.intake import TROUBLE, Collected
from eboxcast.lib.next_action import NextAction
from eboxcast.mailboxes.expiring import Purged
from eboxcast.notices.expiring import Emptied
from eboxcast.operations.expiry import NothingDue, OfRun
from eboxcast.operations.steward import Done, Led
from eboxcast.presenters.json import plain
from eboxcast.presenters.operations import examination, expiry, set_taken, steward_pass

RUN = UUID("12345678-0000-4000-8000-000000000000")
SEE = {"see": NextAction(action="run.see", parameters={"run": "{run}"})}
FAILED = Finding("runs", State.FAILED, "Run {run} failed.", {"run": "12345678"}, "To see it: {see}", SEE)


def test_a_finding_has_its_remedy_in_words_and_as_data() -> None:
    found = examination([Finding("space", State.OK, "There is room."), FAILED], "en")
    assert not found.ok
    assert [one.remedy for one in found.checks] == ["", "To see it: eboxcast status 12345678"]
    assert [step.action for step in found.checks[1].next] == ["run.see"]
    assert examination([Finding("space", State.ATTENTION, "There is little room.")], "en").ok


def test_what_expired_has_its_counts_as_far_as_they_are_known() -> None:
    until = datetime(2027, 2, 1, tzinfo=UTC)
    steps = [
        OfRun(
            environment="production",
            expired=Expired(step=RunStep.DELETED, run=RUN, purged=Purged(recipients=3, readings=2, outcomes=1)),
        ),
        OfRun(environment="production", expired=Expired(step=RunStep.WARNED, run=RUN, until=until)),
        NothingDue(environment="acceptance"),
        Emptied(broadcast=None, notices=4, attachments=0),
    ]
    shown = expiry(steps, dry_run=True)
    assert [one.counts.recipients for one in shown.steps] == [3, None]
    assert [one.until for one in shown.steps] == [None, until]
    assert plain(shown.notices) == [{"broadcast": None, "notices": 4, "attachments": 0}]


def test_a_set_that_could_not_be_taken_says_what_kept_us() -> None:
    one = Collected.of_folder("0456789034", "acceptance", DatabaseGone(name="control", sqlstate="08006"))
    assert (set_taken(one).outcome, set_taken(one).broadcast) == (TROUBLE, None)
    assert set_taken(one).trouble == DatabaseGone.code


def test_a_pass_is_shown_with_what_went_wrong_in_it() -> None:
    done = Done[Collected](led=[Led(broadcast="2027-0001", did="launched")], sent=2, problem="no route to host")
    done.troubles.append(DatabaseGone(name="control", sqlstate="08006"))
    shown = steward_pass(done, "en")
    assert [(one.broadcast, one.did) for one in shown.led] == [("2027-0001", "launched")]
    assert (shown.mails.sent, shown.problem) == (2, "no route to host")
    assert [one.code for one in shown.troubles] == [DatabaseGone.code]
