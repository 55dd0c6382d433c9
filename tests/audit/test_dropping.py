"""A year goes whole at its term; what stays proves the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import DatabaseError, connection
from tests.actors import master
from tests.moments import move_to

from eboxcast.audit import tree
from eboxcast.audit.actions import record
from eboxcast.audit.anchoring import Kept, hand_out
from eboxcast.audit.canonical import Root
from eboxcast.audit.dropping import drop_due, due
from eboxcast.audit.models import Anchor, Entry, PseudonymKey, Seal
from eboxcast.audit.pseudonyms import pseudonym
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.segments import first_kept
from eboxcast.audit.selectors import head, sealed_after
from eboxcast.audit.verification import Wrong, verify
from eboxcast.database.ownership import as_owner
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("installation")

SetYear = Callable[..., None]
OLD, NEW, TERM = 2051, 2052, 2062
"""Years no other test uses: dropping takes their tables away."""


@pytest.fixture
def in_year() -> SetYear:
    """Let it be a summer day of a year."""
    return lambda year: move_to(datetime(year, 6, 1, tzinfo=UTC))


@pytest.fixture
def _two_years(in_year: SetYear) -> None:
    """Three entries of one year, one of them sealed in the next, and one of the next."""
    in_year(OLD)
    record("a.old_1", by="ines", data={"person": pseudonym(85073003328, clock.now())})
    record("a.old_2", by="ines")
    seal_pending()
    in_year(NEW)
    record("a.new_1", by="olga")
    seal_pending()
    in_year(OLD)
    record("a.old_late", by="ines")
    seal_pending()
    in_year(TERM)


def drop() -> list[tuple[int, int, int]]:
    with as_owner():
        return [(gone.segment, gone.entries, gone.seals) for gone in drop_due(actor=master("rita"))]


@pytest.mark.parametrize(
    ("today", "oldest"), [(date(2036, 12, 31), 2026), (date(2037, 1, 1), 2027), (date(2037, 12, 31), 2027)]
)
def test_ten_years_are_counted_from_the_first_of_january_after_the_action(today: date, oldest: int) -> None:
    assert first_kept(today) == oldest


@pytest.mark.usefixtures("_two_years")
def test_at_its_term_a_year_goes_whole_and_is_counted() -> None:
    assert OLD in due()
    assert drop()[-1] == (OLD, 3, 2)
    assert set(Entry.objects.values_list("action", flat=True)) >= {"a.new_1", "audit.segment_dropped"}
    assert not Entry.objects.filter(segment=OLD).exists()
    assert not PseudonymKey.objects.filter(segment=OLD).exists()
    told = Entry.objects.filter(action="audit.segment_dropped").latest("id")
    assert (told.by, told.data["segment"], told.data["entries"], told.data["number"]) == ("rita", OLD, 3, 2)


@pytest.mark.usefixtures("_two_years")
def test_the_rest_of_the_chain_is_proved_after_the_drop() -> None:
    """Also the seal in the new year of an entry that went with the old one."""
    kept = head()
    assert kept
    signed = Root(size=kept.number, root=tree.root(kept.number), at=clock.now())
    drop()
    seal_pending()
    found = verify([Kept(kept.number, kept.digest), Kept(1, bytes(32))], [signed], actor=master("ada"))
    assert (found.first, found.proved_to, found.signed_to) == (3, kept.number, kept.number)
    assert (found.gone, found.too_old) == (1, 1)
    assert tree.root(kept.number) == signed.root
    assert found.good


@pytest.mark.usefixtures("_two_years")
def test_before_its_term_nothing_goes(in_year: SetYear) -> None:
    in_year(TERM - 1)
    assert OLD not in due()


@pytest.mark.usefixtures("_two_years")
def test_only_the_owner_can_drop() -> None:
    with pytest.raises(DatabaseError):
        drop_due(actor=master("ines"))
    assert Entry.objects.filter(segment=OLD).count() == 3


@pytest.mark.usefixtures("_two_years")
def test_after_everything_was_dropped_the_chain_goes_on(in_year: SetYear) -> None:
    in_year(TERM + 30)
    drop()
    before = Seal.objects.count()
    seal_pending()
    assert before == 0
    assert sealed_after(4, 1)[0].number == 5
    assert verify(actor=master("ada")).good


@pytest.mark.usefixtures("_two_years")
def test_a_year_dropped_before_its_term_is_found(in_year: SetYear) -> None:
    drop()
    in_year(TERM - 1)
    assert Wrong.DROPPED_EARLY in {fault.wrong for fault in verify(actor=master("ada")).faults}


@pytest.mark.usefixtures("_two_years")
def test_a_year_dropped_without_telling_is_found(
    sweepers: list[psycopg.Connection[tuple[object, ...]]],
) -> None:
    drop()
    sweepers[0].execute("delete from audit_entry where action = 'audit.segment_dropped'")
    assert Wrong.BEGINNING in {fault.wrong for fault in verify(actor=master("ada")).faults}


@pytest.mark.usefixtures("_two_years")
def test_heads_that_were_handed_out_go_with_their_year(in_year: SetYear) -> None:
    in_year(OLD)
    hand_out(kind="certificate", to="a run")
    in_year(TERM)
    drop()
    assert set(Anchor.objects.values_list("kind", flat=True)) == {"dropped"}
    assert verify(actor=master("ada")).good


@pytest.mark.usefixtures("_two_years")
def test_a_year_that_went_has_no_table_any_more() -> None:
    drop()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relname like %s", [f"audit_%_{OLD}%"])
        assert cursor.fetchone()[0] == 0
