"""doctor says where the role that works could change the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eboxcast.database import boot
from eboxcast.database.doctor import audit
from eboxcast.database.embedded.configuration import CONTROL_ROLE, OWNER_ROLE
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.findings import Finding, State, examine
from eboxcast.database.rights import grant_rights

pytestmark = pytest.mark.usefixtures("server")


def found() -> list[Finding]:
    return examine((audit,))


@contextmanager
def changed(there: str, back: str) -> Iterator[None]:
    """Change rights or triggers as superuser for a while."""
    with connect_for_setup(boot.places(), CONTROL_ROLE) as setup:
        setup.execute(there.encode())
        try:
            yield
        finally:
            setup.execute(back.encode())
            # Whoever gives a table away gives away the rights that were granted on it too.
            grant_rights(setup.cursor(), CONTROL_ROLE)


def test_the_embedded_audit_can_only_be_added_to() -> None:
    assert [(one.state, one.sentence) for one in found()] == [
        (State.OK, "The working role can only read the audit and add to it.")
    ]


@pytest.mark.parametrize(
    ("right", "table"),
    [("update", "audit_entry"), ("delete", "audit_seal"), ("truncate", "audit_anchor"), ("trigger", "audit_key")],
)
def test_a_right_too_many_is_told(right: str, table: str) -> None:
    on = f"{right} on {table}"
    with changed(f"grant {on} to {CONTROL_ROLE}", f"revoke {on} from {CONTROL_ROLE}"):
        (only,) = found()
    assert (only.state, only.data) == (State.ATTENTION, {"tables": table})


def test_a_role_that_owns_what_it_works_with_is_told() -> None:
    back = f"alter table audit_entry owner to {OWNER_ROLE}"
    with changed(f"alter table audit_entry owner to {CONTROL_ROLE}", back):
        (only,) = found()
    assert (only.state, only.data) == (State.ATTENTION, {"tables": "audit_entry"})


def test_a_role_that_may_act_as_the_owner_is_told() -> None:
    with changed(f"grant {OWNER_ROLE} to {CONTROL_ROLE}", f"revoke {OWNER_ROLE} from {CONTROL_ROLE}"):
        (only,) = found()
    assert "audit_seal" in str(only.data["tables"])


def test_a_role_that_owns_the_schema_is_told() -> None:
    with changed(f"alter schema public owner to {CONTROL_ROLE}", "alter schema public owner to pg_database_owner"):
        (only,) = found()
    assert only.sentence == "The working role owns the schema of the audit and could drop its tables."


def test_a_role_that_may_switch_triggers_off_is_told() -> None:
    on = "set on parameter session_replication_role"
    with changed(f"grant {on} to {CONTROL_ROLE}", f"revoke {on} from {CONTROL_ROLE}"):
        (only,) = found()
    assert only.state == State.ATTENTION
    assert "disable triggers" in only.sentence


def test_a_trigger_that_is_off_fails() -> None:
    trigger = "trigger audit_seal_no_change"
    with changed(f"alter table audit_seal disable {trigger}", f"alter table audit_seal enable {trigger}"):
        (only,) = found()
    assert only.state is State.FAILED
    assert str(only.data["tables"]).startswith("audit_seal")
