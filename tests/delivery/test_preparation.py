"""People whose number changed are reached once, and the account says what became of their rows."""

from __future__ import annotations

import numpy as np
from tests.actors import master
from tests.delivery.conftest import NewPackage

from eboxcast.database.environments import environment_connection
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import recipients_of

A = "acceptance"


def replace_number(old: int, new: int) -> None:
    """Let a number have a successor."""
    with environment_connection(A).cursor() as cursor:
        cursor.execute("insert into ebox_successor (bucket, old, new) values (%s, %s, %s)", [old % 16381, old, new])


def test_a_former_number_becomes_the_newer_one(package: NewPackage) -> None:
    """The key changes, the count does not."""
    given = package(20)
    replace_number(int(given.keys[3]), 99_999_999_999)
    recipients = recipients_of(given, A)
    assert recipients.moved == 1
    assert recipients.keys[-1] == 99_999_999_999
    assert len(recipients.keys) == 20


def test_both_numbers_of_a_person_are_one_recipient(package: NewPackage) -> None:
    """Old and new in the lists: merged, and the rows still add up."""
    given = package(20, lists=2)
    replace_number(int(given.keys[0]), int(given.keys[10]))
    run = actions.prepare(given, environment=A, actor=master("ines"))
    assert (run.rows_count, run.merged_count, run.recipients_count, run.moved_count) == (20, 1, 19, 1)
    assert sum(part.recipients_count for part in run.lists.all()) == 19


def test_a_chain_of_numbers_ends_at_the_newest(package: NewPackage) -> None:
    """BIS, register, correction."""
    given = package(20)
    replace_number(int(given.keys[0]), 99_999_999_998)
    replace_number(99_999_999_998, 99_999_999_999)
    assert np.isin(99_999_999_999, recipients_of(given, A).keys)
