"""People are named in the audit by what nobody can turn back into a number without the year's secret."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from tests.moments import move_to

from eboxcast.audit.actions import record
from eboxcast.audit.models import PseudonymKey
from eboxcast.audit.pseudonyms import pseudonym, pseudonyms
from eboxcast.audit.selectors import Wanted, list_entries
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("installation")

MARC = 85073003328
NADIA = 90011500287


def test_a_person_has_the_same_name_all_year_and_another_the_next() -> None:
    names = [pseudonym(MARC, datetime(year, 6, day, tzinfo=UTC)) for year, day in ((2043, 1), (2043, 2), (2044, 1))]
    assert names[0] == names[1] != names[2]
    assert pseudonyms(MARC) == names[1:]


def test_another_person_has_another_name() -> None:
    assert pseudonym(MARC, clock.now()) != pseudonym(NADIA, clock.now())


def test_the_name_is_the_hmac_of_the_digits_with_the_secret_of_the_year() -> None:
    name = pseudonym(4022900132, clock.now())
    secret = bytes(PseudonymKey.objects.get().key)
    assert name == hmac.new(secret, b"04022900132", hashlib.sha256).hexdigest()
    assert "4022900132" not in name


def test_entries_about_a_person_are_found_in_every_year() -> None:
    for year in (2043, 2044):
        moment = datetime(year, 6, 1, tzinfo=UTC)
        move_to(moment)
        for person in (MARC, NADIA):
            record("ebox.looked", by="ines", data={"person": pseudonym(person, moment)})
    found = list_entries(Wanted(people=pseudonyms(MARC)), 10)
    assert [entry.at.year for entry in found] == [2043, 2044]
