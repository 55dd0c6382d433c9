"""Every next step there can be is kept in entries and said in mails, with the page where it is done."""

from __future__ import annotations

import pytest
from tests.broadcasts import people as p

from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.selectors import sealed_after
from eboxcast.broadcasts import aftermath
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.progress import as_recorded, standing_of, steps_recorded
from eboxcast.lib import clock
from eboxcast.lib.actors import ALL_ROLES
from eboxcast.notices.about import About
from eboxcast.notices.next_steps import turns_of
from eboxcast.notices.readers import Reader

EVERYBODY = Reader(recipient="all", full_name="All", address="all@example.be", language="en", roles=ALL_ROLES)


@pytest.mark.usefixtures("january")
@pytest.mark.parametrize("moment", ["2027-01-18T10:00", "2027-02-20T10:00"])
@pytest.mark.parametrize("state", State)
def test_what_an_entry_keeps_of_the_next_steps_is_all_of_them(state: State, moment: str) -> None:
    broadcast = p.ready()
    p.set_clock(moment)
    broadcast.state = state
    broadcast.contact_centre_warned_at = broadcast.reconfirmed_at = None
    assert steps_recorded(as_recorded(broadcast)) == standing_of(broadcast).steps


@pytest.mark.usefixtures("january")
@pytest.mark.parametrize("state", State)
def test_who_must_do_it_gets_a_link_or_a_command(state: State) -> None:
    broadcast = p.ready()
    Broadcast.objects.filter(id=broadcast.id).update(state=state, visible_at=clock.now())
    broadcast.refresh_from_db()
    aftermath.remind(broadcast, what="reconfirmation_due")
    seal_pending()
    turns = turns_of(About(entry=sealed_after(0, 100)[-1], broadcast=broadcast), EVERYBODY)
    assert [turn for turn in turns if turn.mine and "2027-0001" not in turn.link + turn.command] == []
