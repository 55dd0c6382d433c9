"""The paper list: everybody who needs paper, each once, told apart; rejected rows as the sender wrote them."""

from __future__ import annotations

import pytest
from tests.actors import master
from tests.moments import pass_time
from tests.reports.broadcasts import GONE, NEVER, OPERATOR, PAPER_TOO, SENDER, Broadcasts, in_state

from eboxcast.audit.models import Entry
from eboxcast.delivery.expiry import expire
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.lib import clock
from eboxcast.lib.free_text import TextUnfit
from eboxcast.lib.identifiers import text_of_key
from eboxcast.package.model import FaultyRows, Package, Policies
from eboxcast.package.rejected import rejected_rows
from eboxcast.reports.handing_out import (
    NeverVisible,
    OutcomesDeleted,
    PaperListGiven,
    hand_out_paper_list,
    hand_out_rejected_rows,
    last_paper_list,
    paper_list,
    rejected_lists,
)

P = "production"


def publish(broadcasts: Broadcasts, package: Package) -> Run:
    broadcasts.give_eboxes(P, package.keys)
    return broadcasts.launched(actions.prepare(package, environment=P, actor=master(SENDER)))


def rows_of(run: Run) -> dict[str, list[str]]:
    """Return the rest of each row by its identifier."""
    header, *rows = b"".join(paper_list(run)).decode("ascii").split("\r\n")[:-1]
    assert header == "identifier;paper;reason;outcome"
    split = [row.split(";") for row in rows]
    assert len({row[0] for row in split}) == len(split), "each once"
    return {row[0]: row[1:] for row in split}


def test_it_tells_apart_who_needs_only_paper_and_who_paper_too(broadcasts: Broadcasts) -> None:
    package = broadcasts.package(100)
    rows = rows_of(publish(broadcasts, package))
    expected = {
        ("only", "never_activated", "published"): in_state(package.keys, NEVER),
        ("only", "deactivated", "published"): in_state(package.keys, GONE),
        ("also", "not_ebox_only", "published"): in_state(package.keys, PAPER_TOO),
    }
    for rest, keys in expected.items():
        found = sorted(identifier for identifier, cells in rows.items() if tuple(cells) == rest)
        assert found == [text_of_key(key) for key in keys.tolist()]
    assert len(rows) == 60


def test_the_refused_are_on_it_as_refused(broadcasts: Broadcasts) -> None:
    rows = rows_of(broadcasts.published(recipients=100, refuse=True))
    refused = [cells for cells in rows.values() if cells[2] == "refused"]
    assert len(refused) == 30
    assert {tuple(cells[:2]) for cells in refused} == {("only", "never_activated"), ("only", "deactivated")}


def test_there_is_none_before_it_is_visible(broadcasts: Broadcasts) -> None:
    with pytest.raises(NeverVisible):
        paper_list(broadcasts.prepared())


def test_it_stays_after_a_recall(broadcasts: Broadcasts) -> None:
    run = actions.recall(broadcasts.published(), actor=master(OPERATOR), reason="wrong letter")
    assert len(rows_of(run)) == 24


def test_rejected_rows_come_back_byte_for_byte(broadcasts: Broadcasts) -> None:
    package = broadcasts.package(200, faulty=True)
    run = actions.prepare(package, environment=P, actor=master(SENDER))
    (found,) = rejected_lists(run)
    account = package.lists[0]
    original = rejected_rows(
        package.files.lists[0],
        account_digest=account.digest,
        ebox_type=package.metadata.ebox_type,
        language=package.metadata.language,
    )
    assert found.file_name == account.file_name
    assert b"".join(found.content) == b"".join(original)
    assert package.policies == Policies(faulty_rows=FaultyRows.EXCLUDE)


def test_lists_without_faults_give_nothing_back(broadcasts: Broadcasts) -> None:
    assert rejected_lists(broadcasts.prepared()) == []


def test_handing_them_out_is_audited(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(recipients=100, faulty=True)
    list(hand_out_paper_list(run, actor=master("anna")))
    hand_out_rejected_rows(run, actor=master("bert"))
    told = Entry.objects.filter(run=run.id, action__endswith="_given").order_by("id").values_list("action", "by")
    assert list(told) == [("run.paper_list_given", "anna"), ("run.rejected_rows_given", "bert")]


def test_the_paper_list_is_given_once_and_again_only_for_a_reason(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(recipients=100)
    first = b"".join(hand_out_paper_list(run, actor=master("anna")))
    with pytest.raises(PaperListGiven) as refused:
        hand_out_paper_list(run, actor=master("bert"))
    assert refused.value.data["by"] == "anna"
    with pytest.raises(TextUnfit):
        hand_out_paper_list(run, actor=master("bert"), again="for 00.01.01-000.05")
    assert b"".join(hand_out_paper_list(run, actor=master("bert"), again="the disk failed")) == first
    last = Entry.objects.filter(run=run.id, action="run.paper_list_given").latest("id")
    assert (last.by, last.data) == ("bert", {"reason": "the disk failed"})


def test_of_two_at_once_the_second_is_told_of_the_first(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(recipients=100)
    anna, bert = (hand_out_paper_list(run, actor=master(name)) for name in ("anna", "bert"))
    next(anna)
    with pytest.raises(PaperListGiven):
        next(bert)


def test_a_list_that_nobody_took_was_not_given(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(recipients=100)
    hand_out_paper_list(run, actor=master("anna"))
    assert last_paper_list(run) is None


def test_after_their_time_both_say_since_when_they_are_gone(broadcasts: Broadcasts) -> None:
    run = broadcasts.published(faulty=True)
    pass_time(days=31)
    deleted_after = clock.now()
    list(expire(P, actor=master(OPERATOR)))
    for asked in (paper_list, rejected_lists):
        with pytest.raises(OutcomesDeleted) as refusal:
            asked(run)
        assert deleted_after <= refusal.value.data["moment"] <= clock.now()
