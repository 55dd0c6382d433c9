"""Verifying: what the environment holds now is, or is not, what the certificate says."""

from __future__ import annotations

import pytest
from tests.actors import master
from tests.moments import pass_time
from tests.reports.broadcasts import Broadcasts

from eboxcast.database.environments import environment_connection
from eboxcast.delivery.expiry import expire
from eboxcast.delivery.models import Run
from eboxcast.mailboxes import fence
from eboxcast.reports.verification import AudienceDeleted, Verification, verify

P = "production"
TAKE_ONE_AWAY = (
    "update audience set keys = keys[2:] where bucket = (select min(bucket) from audience where release = %s)"
)
PUT_ANOTHER_THERE = (
    "update audience set keys[1] = keys[1] - 1 where bucket = (select min(bucket) from audience where release = %s)"
)


def found(verification: Verification) -> dict[str, bool | None]:
    """Return for each audience whether it is the certificate's; None where nobody can tell."""
    return {check.audience: None if check.held is None else not check.differs for check in verification.checks}


def change(run: Run, statement: str) -> None:
    """Change something behind the application's back."""
    with environment_connection(P).cursor() as cursor:
        cursor.execute(statement, [fence.get_release(P, run.id).id])


def test_what_was_published_and_refused_verifies(broadcasts: Broadcasts) -> None:
    verification = verify(broadcasts.published(recipients=50, refuse=True), actor=master("ada"))
    assert verification.good
    assert found(verification) == {"prepared": True, "published": True, "refused": True}


def test_what_is_only_prepared_verifies_too(broadcasts: Broadcasts) -> None:
    assert found(verify(broadcasts.prepared(), actor=master("ada"))) == {"prepared": True}


def test_one_recipient_taken_away_is_noticed(broadcasts: Broadcasts) -> None:
    run = broadcasts.published()
    change(run, TAKE_ONE_AWAY)
    verification = verify(run, actor=master("ada"))
    assert not verification.good
    assert found(verification) == {"prepared": False, "published": False, "refused": True}


def test_another_recipient_in_the_same_number_is_noticed(broadcasts: Broadcasts) -> None:
    run = broadcasts.published()
    change(run, PUT_ANOTHER_THERE)
    verification = verify(run, actor=master("ada"))
    assert [check.told.count == check.held.count for check in verification.checks if check.held] == [True] * 3
    assert not verification.good


def test_what_was_deleted_cannot_be_verified_and_says_since_when(broadcasts: Broadcasts) -> None:
    """After a month the outcomes are gone, after the validity period the audience and its salt."""
    run = broadcasts.published(recipients=50, refuse=True)
    pass_time(days=40)
    list(expire(P, actor=master("cron")))
    assert found(verify(run, actor=master("ada"))) == {"prepared": None, "published": True, "refused": None}
    pass_time(days=3650)
    list(expire(P, actor=master("cron")))
    with pytest.raises(AudienceDeleted):
        verify(run, actor=master("ada"))
