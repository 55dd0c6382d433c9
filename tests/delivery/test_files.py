"""Files are received, prepared and noted together, or refused with their faults and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.actors import master
from tests.audit.without_entries import Control
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, EVERYBODY, SHORT, Story
from tests.locks import beside, locked, wait_until_held_up

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.errors import FilesDiffer, NotInThisState, PackageDiffers, ShortListTooLong
from eboxcast.broadcasts.models import Broadcast, FileDelivery, State
from eboxcast.database.models import Installation
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.errors import FilesPublished, TicketTaken
from eboxcast.delivery.broadcasts.files import deliver, take_back
from eboxcast.delivery.errors import NotInThisState as RunNotInThisState
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.actors import NotYourRole
from eboxcast.package.model import FaultyRows, Policies


def run_of(run: object) -> Run:
    return Run.objects.get(id=run)


def last(broadcast: Broadcast) -> FileDelivery:
    found = FileDelivery.objects.filter(broadcast=broadcast).last()
    assert found is not None
    return found


def test_files_for_acceptance_are_prepared_at_once_and_visible_to_nobody(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    assert (broadcast.state, broadcast.short_list_count) == (State.ACCEPTANCE_DELIVERED, SHORT)
    assert (run_of(broadcast.acceptance_run).state, run_of(broadcast.acceptance_run).visible_at) == ("prepared", None)
    noted = last(broadcast)
    assert noted.accepted
    assert [file["name"] for file in noted.files] == ["metadata.xml", "information-fr.pdf", "recipients-01.csv"]


def test_faults_are_in_the_receipt_and_noted_and_what_was_delivered_before_stays(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    broken = story.files(SHORT)
    (broken / "recipients-01.csv").write_text("NISS\n12345678901\n")
    receipt = story.deliver(broadcast, broken)
    assert (receipt.run, receipt.checked.package) == (None, None)
    assert not receipt.accepted
    assert "row.check-digits" in last(broadcast).faults
    assert broadcast.state == State.ACCEPTANCE_DELIVERED
    assert Entry.objects.filter(broadcast=broadcast.id, action="broadcast.files_rejected").count() == 1


def test_what_is_no_package_at_all_is_rejected(story: Story, tmp_path: Path) -> None:
    broadcast = story.scheduled()
    assert not story.deliver(broadcast, tmp_path / "nowhere").accepted
    assert last(broadcast).files == []


def test_files_of_another_broadcast_are_refused_and_stored_nowhere(story: Story) -> None:
    broadcast = story.scheduled()
    with pytest.raises(PackageDiffers):
        story.deliver(broadcast, story.files(SHORT, language="nl"))
    assert last(broadcast).faults == {"broadcast.package-differs": 1}
    assert not Run.objects.exists()


def test_a_list_nobody_can_look_through_is_refused(story: Story) -> None:
    broadcast = story.scheduled()
    with pytest.raises(ShortListTooLong):
        story.deliver(broadcast, story.files(51))
    assert not last(broadcast).accepted
    assert not Run.objects.exists()


def test_only_the_requesters_deliver_and_others_leave_no_trace(story: Story) -> None:
    broadcast = story.scheduled()
    with pytest.raises(NotYourRole):
        deliver(broadcast, story.files(SHORT), environment="acceptance", actor=p.INES, via="command")
    assert not FileDelivery.objects.exists()


def test_production_comes_after_the_approval(story: Story) -> None:
    broadcast = story.tested()
    with pytest.raises(NotInThisState):
        story.deliver(broadcast, story.files(EVERYBODY), "production")
    assert not Run.objects.filter(environment="production").exists()


def test_production_takes_only_the_letter_that_was_approved(story: Story) -> None:
    broadcast = story.approved()
    with pytest.raises(FilesDiffer):
        story.deliver(broadcast, story.files(EVERYBODY, title="Another title"), "production")
    assert last(broadcast).faults == {"broadcast.files-differ": 1}
    assert (broadcast.state, broadcast.production_run) == (State.APPROVED, None)


def test_files_for_production_are_prepared_and_counted(story: Story) -> None:
    broadcast = story.delivered()
    assert (broadcast.state, broadcast.recipients_count) == (State.PRODUCTION_DELIVERED, EVERYBODY)
    assert run_of(broadcast.production_run).state == "prepared"


def test_the_same_delivery_again_changes_nothing(story: Story) -> None:
    broadcast = story.confirmed()
    again = story.deliver(broadcast, story.files(EVERYBODY), "production")
    assert again.run == run_of(broadcast.production_run)
    assert again.accepted
    assert again.again
    assert broadcast.state == State.CONFIRMED
    assert story.deliver(broadcast, story.files(SHORT)).again
    assert FileDelivery.objects.filter(broadcast=broadcast).count() == 2


def test_other_lists_void_the_go_and_take_the_place_of_what_was_prepared(story: Story) -> None:
    broadcast = story.confirmed()
    before = broadcast.production_run
    assert story.deliver(broadcast, story.files(EVERYBODY + 1), "production").accepted
    assert broadcast.state == State.PRODUCTION_DELIVERED
    assert not broadcast.gos.filter(void_at=None).exists()
    assert run_of(before).state == "superseded"


def test_another_sequence_takes_the_place_of_what_was_prepared_too(story: Story) -> None:
    broadcast = story.delivered()
    before = broadcast.production_run
    assert story.deliver(broadcast, story.files(EVERYBODY, sequence=2), "production").accepted
    assert run_of(before).state == "discarded"
    assert run_of(broadcast.production_run).state == "prepared"


def test_new_files_for_acceptance_give_up_what_was_prepared_for_production(story: Story) -> None:
    broadcast = story.delivered()
    before = broadcast.production_run
    story.deliver(broadcast, story.files(SHORT, title="Another title"))
    assert (broadcast.state, run_of(before).state) == (State.ACCEPTANCE_DELIVERED, "discarded")


def test_files_taken_back_may_come_again(story: Story) -> None:
    broadcast = story.delivered()
    before = broadcast.production_run
    take_back(broadcast, actor=ANNE)
    assert (broadcast.state, run_of(before).state) == (State.APPROVED, "discarded")
    again = story.deliver(broadcast, story.files(EVERYBODY), "production")
    assert again.accepted
    assert not again.again
    assert run_of(broadcast.production_run).state == "prepared"


def test_after_a_test_the_same_letter_may_go_to_another_short_list(story: Story) -> None:
    broadcast = story.tested()
    before = broadcast.acceptance_run
    assert story.deliver(broadcast, story.files(SHORT + 1)).accepted
    run_test(broadcast, actor=p.INES)
    assert (run_of(before).state, run_of(broadcast.acceptance_run).state) == ("recalled", "published")
    assert broadcast.short_list_count == SHORT + 1


def test_the_ticket_of_another_broadcast_is_refused(story: Story) -> None:
    first = story.delivered_for_acceptance()
    second = story.scheduled()
    with pytest.raises(TicketTaken) as refused:
        story.deliver(second, story.files(SHORT, title="Another title"))
    assert refused.value.data["other"] == first.number
    assert run_of(first.acceptance_run).state == "prepared"


def test_files_that_were_published_without_a_broadcast_are_refused(story: Story) -> None:
    broadcast = story.approved()
    receipt = story.deliver(broadcast, story.files(EVERYBODY), "production")
    assert receipt.run is not None
    take_back(broadcast, actor=ANNE)
    assert receipt.checked.package is not None
    Installation.objects.update(procedure="off")
    run = actions.prepare(receipt.checked.package, environment="production", actor=master("before"))
    actions.launch(run, actor=master("before"), window=Window(), waiting=lambda moment: None)
    Installation.objects.update(procedure="on")
    with pytest.raises(FilesPublished):
        story.deliver(broadcast, story.files(EVERYBODY), "production")
    assert broadcast.production_run is None


def test_a_broadcast_that_moves_on_meanwhile_takes_the_run_with_it(story: Story, sweepers: Control) -> None:
    acceptance = sweepers[1]
    broadcast, files = story.scheduled(), story.files(SHORT)
    with beside(lambda: story.deliver(broadcast, files)) as delivery:
        with locked(acceptance, "lock table release in exclusive mode"):
            wait_until_held_up(acceptance)
            scheduling.cancel(Broadcast.objects.get(id=broadcast.id), actor=ANNE, reason="no longer needed")
        with pytest.raises(NotInThisState):
            delivery.result()
    assert Run.objects.get().state == "discarded"
    assert not FileDelivery.objects.exists()


def test_of_two_deliveries_at_once_the_later_one_holds(story: Story, sweepers: Control) -> None:
    """Both have stored their files when the first comes to record it: what the second stored took its place."""
    control = sweepers[0]
    broadcast, files, others = story.approved(), story.files(EVERYBODY), story.files(EVERYBODY + 1)
    with (
        locked(control, "select from broadcast for update"),
        beside(lambda: story.deliver(broadcast, files, "production")) as first,
    ):
        wait_until_held_up(control)
        with beside(lambda: story.deliver(Broadcast.objects.get(), others, "production")) as second:
            wait_until_held_up(control, count=2)
            control.execute("commit")
            with pytest.raises(RunNotInThisState):
                first.result()
            assert second.result().accepted
    broadcast.refresh_from_db()
    assert (broadcast.state, broadcast.recipients_count) == (State.PRODUCTION_DELIVERED, EVERYBODY + 1)
    assert run_of(broadcast.production_run).state == "prepared"


def test_how_faulty_rows_are_handled_is_the_senders_choice_and_on_record(story: Story) -> None:
    broadcast = story.approved()
    files = story.files(EVERYBODY)
    with (files / "recipients-01.csv").open("a") as rows:
        rows.write("123;D;FR\r\n")
    assert not story.deliver(broadcast, files, "production").accepted
    policies = Policies(faulty_rows=FaultyRows.EXCLUDE)
    deliver(broadcast, files, environment="production", actor=ANNE, via="folder", policies=policies)
    noted = last(broadcast)
    assert (noted.via, noted.faults) == ("folder", {"row.length": 1})
    assert noted.accepted
    assert run_of(broadcast.production_run).package.policies.faulty_rows == "exclude"


def test_no_national_number_stays_in_control(story: Story) -> None:
    broadcast = story.scheduled()
    files = story.files(SHORT)
    number = (files / "recipients-01.csv").read_text().splitlines()[1].split(";")[0]
    (files / "recipients-01.csv").rename(files / f"{number}.csv")
    assert story.deliver(broadcast, files).accepted
    (files / "more.txt").write_text("x")
    assert not story.deliver(broadcast, files).accepted
    kept = [str(one) for model in (FileDelivery, Entry, Broadcast) for one in model.objects.values_list()]
    assert not [line for line in kept if number in line]
