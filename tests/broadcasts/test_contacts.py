"""The contact centre knows about how many will call, whatever is delivered after it was warned."""

from __future__ import annotations

import pytest
from tests.broadcasts import people as p

from eboxcast.broadcasts import acceptance, contacts, errors, production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.senders.models import Person

pytestmark = pytest.mark.usefixtures("january")


def deliver(broadcast: Broadcast, recipients: int) -> None:
    production.receive_for_production(broadcast, actor=p.ANNE, delivered=p.files(recipients=recipients))


def is_warned(broadcast: Broadcast) -> bool:
    return broadcast.contact_centre_warned_at is not None


@pytest.mark.parametrize(
    ("recipients", "warned"), [(198_000, True), (162_000, True), (198_001, False), (161_999, False)]
)
def test_lists_that_changed_by_more_than_a_tenth_void_the_warning(recipients: int, warned: bool) -> None:
    broadcast = p.ready()
    deliver(broadcast, recipients)
    assert (is_warned(broadcast), broadcast.first_time_count) == ((True, 12) if warned else (False, None))


def test_until_it_is_warned_again_nobody_arms() -> None:
    broadcast = p.ready()
    deliver(broadcast, 90_000)
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    with pytest.raises(errors.NotReady) as refused:
        production.arm(broadcast, actor=p.LOU)
    assert [type(part) for part in refused.value.parts] == [errors.ContactCentreNotWarned]
    contacts.warn_contact_centre(broadcast, actor=p.INES, first_time=6)
    production.arm(broadcast, actor=p.LOU)


@pytest.mark.parametrize("gone", [{"active": False}, {"email": ""}, {"roles": ["auditor"]}], ids=str)
def test_where_nobody_would_read_it_nobody_is_warned(gone: dict[str, object]) -> None:
    broadcast = p.delivered()
    Person.objects.filter(name="carla").update(**gone)
    with pytest.raises(errors.NotReady) as refused:
        contacts.warn_contact_centre(broadcast, actor=p.INES, first_time=6)
    assert [type(part) for part in refused.value.parts] == [errors.NobodyAtContactCentre]
    assert not is_warned(broadcast)


def test_small_changes_add_up() -> None:
    """What counts is what the contact centre was told, not what was delivered before."""
    broadcast = p.ready()
    deliver(broadcast, 190_000)
    assert is_warned(broadcast)
    deliver(broadcast, 200_000)
    assert not is_warned(broadcast)


def test_taking_the_files_back_in_between_changes_nothing() -> None:
    broadcast = p.ready()
    acceptance.take_files_back(broadcast, actor=p.ANNE)
    assert is_warned(broadcast)
    deliver(broadcast, 90_000)
    assert not is_warned(broadcast)


def test_a_warning_before_the_lists_told_what_was_expected() -> None:
    broadcast = p.approved()
    contacts.warn_contact_centre(broadcast, actor=p.INES, first_time=None)
    deliver(broadcast, 179_000)
    assert is_warned(broadcast)
    deliver(broadcast, 120_000)
    assert not is_warned(broadcast)
