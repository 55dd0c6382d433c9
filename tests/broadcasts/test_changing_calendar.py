"""The integration team changes everybody's calendar, a requester the own institution's, others nobody's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eboxcast.broadcasts.calendar_changes import black_out, close_day, lift, open_day, whose_calendar
from eboxcast.lib import clock
from eboxcast.lib.actors import ALL_ROLES, Actor, NotYourRole, Role
from eboxcast.planning.errors import CalendarNotFound
from eboxcast.planning.models import ClosedDay
from eboxcast.planning.selectors import calendar_of
from eboxcast.senders.models import Institution

pytestmark = pytest.mark.usefixtures("institutions")

OWN, OTHER = "0456789034", "0403019261"
INES = Actor(name="ines", roles=frozenset({Role.INTEGRATION}))
RITA = Actor(name="rita", roles=frozenset({Role.REQUESTER}), institution=OWN)
CARL = Actor(name="carl", roles=frozenset({Role.CONFIRMER}), institution=OWN)
REST = [Actor(name=role.value, roles=frozenset({role})) for role in ALL_ROLES - {Role.INTEGRATION, Role.REQUESTER}]


@pytest.fixture
def institutions(installation: None) -> None:
    """Two institutions."""
    for cbe in (OWN, OTHER):
        Institution.objects.create(cbe=cbe, names={"fr": cbe, "nl": cbe, "de": cbe})


@pytest.fixture
def a_day() -> date:
    """A day to come that is worked."""
    return calendar_of().after(clock.today(), 5)


def test_the_integration_team_closes_anybodys_days(a_day: date) -> None:
    close_day(a_day, reason="bridge", actor=INES)
    close_day(a_day, reason="fair", institution=OTHER, actor=INES)
    assert set(ClosedDay.objects.values_list("institution", flat=True)) == {"", OTHER}


@pytest.mark.parametrize("said", ["", OWN])
def test_a_requester_closes_and_opens_days_of_the_own_institution(a_day: date, said: str) -> None:
    close_day(a_day, reason="fair", institution=said, actor=RITA)
    assert ClosedDay.objects.get().institution == OWN
    open_day(a_day, institution=said, actor=RITA)
    assert not ClosedDay.objects.exists()


def test_another_institution_is_not_found(a_day: date) -> None:
    close_day(a_day, reason="fair", institution=OTHER, actor=INES)
    with pytest.raises(CalendarNotFound):
        open_day(a_day, institution=OTHER, actor=RITA)
    with pytest.raises(CalendarNotFound):
        whose_calendar(OTHER, actor=RITA)
    with pytest.raises(CalendarNotFound):
        close_day(a_day, reason="fair", institution="0999999922", actor=INES)


@pytest.mark.parametrize("actor", [CARL, *REST], ids=lambda actor: actor.name)
def test_nobody_else_closes_days(actor: Actor, a_day: date) -> None:
    with pytest.raises(NotYourRole):
        close_day(a_day, reason="fair", actor=actor)
    assert not ClosedDay.objects.exists()


@pytest.mark.parametrize("actor", [RITA, CARL, *REST], ids=lambda actor: actor.name)
def test_only_the_integration_team_announces_and_lifts_blackouts(actor: Actor) -> None:
    start = clock.now() + timedelta(hours=1)
    span = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
    made, _ = black_out(**span, service="Oracle", reason="upgrade", actor=INES)
    with pytest.raises(NotYourRole):
        black_out(**span, service="Oracle", reason="other", actor=actor)
    with pytest.raises(NotYourRole):
        lift(made.pk, actor=actor)
    assert lift(made.pk, actor=INES)[1]


def test_people_of_an_institution_see_their_own_calendar() -> None:
    assert [whose_calendar("", actor=actor) for actor in (INES, RITA)] == ["", OWN]
    assert whose_calendar(OTHER, actor=INES) == OTHER
