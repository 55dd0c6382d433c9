"""The test in acceptance reaches the short list, and the proofs say what those eBoxes show, place by place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, BRAM, SHORT, Story

from eboxcast.audit.models import Entry
from eboxcast.audit.pseudonyms import pseudonyms
from eboxcast.broadcasts import acceptance, errors
from eboxcast.broadcasts.models import Broadcast, SeenIn, State
from eboxcast.delivery.broadcasts.acceptance_tests import Proof, Shown, look, proofs, run_test
from eboxcast.delivery.broadcasts.errors import NotTestedYet, ShortListForgotten
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.actors import NotYourRole
from eboxcast.mailboxes.loading import load_eboxes
from eboxcast.mailboxes.models import Audience, Reading
from eboxcast.package.model import Policies
from eboxcast.senders.models import MessageType
from eboxcast.senders.people import Particulars, add_person


def run_of(broadcast: Broadcast) -> Run:
    return Run.objects.get(id=broadcast.acceptance_run)


def rows_of(directory: Path) -> list[str]:
    return (directory / "recipients-01.csv").read_text().splitlines()


def reversed_list(story: Story, *, twice: bool = False) -> tuple[Path, list[int]]:
    """Write a short list from the last to the first, and return it with its numbers in that order."""
    directory = story.files(SHORT)
    header, *rows = rows_of(directory)
    rows.sort(reverse=True)
    (directory / "recipients-01.csv").write_text("\n".join([header, *rows, *rows[:twice]]) + "\n")
    return directory, [int(row.split(";")[0]) for row in rows]


def test_the_test_is_published_to_the_short_list_and_noted(story: Story) -> None:
    broadcast = story.tested()
    assert (broadcast.state, run_of(broadcast).state) == (State.TESTED, "published")
    assert Entry.objects.filter(broadcast=broadcast.id, action="broadcast.tested").get().by == "ines"


def test_only_the_operator_runs_it(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    with pytest.raises(NotYourRole):
        run_test(broadcast, actor=ANNE)
    assert run_of(broadcast).state == "prepared"


def test_a_test_that_was_published_and_not_noted_is_noted_by_the_next(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    actions.launch(run_of(broadcast), actor=master("ines"), window=Window(), waiting=lambda moment: None)
    first = run_of(broadcast).visible_at
    assert run_test(broadcast, actor=p.INES).visible_at == first
    assert broadcast.state == State.TESTED


def test_a_run_that_was_given_up_needs_files_again(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    actions.discard(run_of(broadcast), actor=master("lou"), reason="wrong letter")
    with pytest.raises(errors.NotInThisState):
        run_test(broadcast, actor=p.INES)
    assert (broadcast.state, broadcast.acceptance_run) == (State.SCHEDULED, None)


def test_the_proofs_follow_the_list_as_it_was_delivered(story: Story, tmp_path: Path) -> None:
    MessageType.objects.update(without_ebox="refuse")
    broadcast = story.scheduled()
    directory, numbers = reversed_list(story, twice=True)
    give_ebox(tmp_path, numbers[1])
    story.deliver(broadcast, directory)
    run_test(broadcast, actor=p.INES)
    made = proofs(broadcast, actor=p.INES)
    assert [(proof.place, proof.visible) for proof in made] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def give_ebox(folder: Path, number: int) -> None:
    """Let one recipient have an active eBox in acceptance."""
    (folder / "eboxes.csv").write_text(f"identifier;state;ebox_only\n{number:011};active;yes\n")
    load_eboxes("acceptance", folder / "eboxes.csv")


def test_a_proof_says_what_is_to_be_looked_at(story: Story) -> None:
    broadcast = story.tested()
    proof = proofs(broadcast, actor=p.INES)[0]
    document = next(story.folder.glob("pension-2027-1/package/*.pdf")).read_bytes()
    assert proof.document == hashlib.sha256(document).hexdigest()
    assert proof.size == len(document)
    assert proof.visible
    assert proof.as_delivered
    assert (proof.language, proof.media_type, proof.file_name) == ("fr", "application/pdf", "information-fr.pdf")
    assert proof.title
    assert proof.sender
    assert proof.expires_at == run_of(broadcast).expires_at


def test_who_has_no_ebox_is_seen_to_have_nothing(story: Story) -> None:
    MessageType.objects.update(without_ebox="refuse")
    broadcast = story.delivered_for_acceptance()
    run_test(broadcast, actor=p.INES)
    assert proofs(broadcast, actor=p.INES) == [Proof(place=place, visible=False) for place in range(1, SHORT + 1)]


def test_a_requester_sees_what_the_broadcast_put_into_those_eboxes_and_nothing_else(
    story: Story, tmp_path: Path
) -> None:
    broadcast = story.tested()
    other = Story(tmp_path, ticket="other")
    actions.launch(prepared_beside(other), actor=master("lou"), window=Window(), waiting=lambda moment: None)
    shown = look(broadcast, actor=ANNE)
    assert [one.place for one in shown] == [1, 2, 3]
    assert {one.letter.run for one in shown if one.letter} == {broadcast.acceptance_run}
    assert [one.place for one in look(broadcast, actor=ANNE, place=2)] == [2]
    assert not Reading.objects.using("acceptance").exists()


def prepared_beside(story: Story) -> Run:
    """Prepare another message for the same people."""
    package = check_for_sending(story.files(SHORT), policies=Policies()).package
    assert package is not None
    return actions.prepare(package, environment="acceptance", actor=master("lou"))


def test_the_audit_keeps_who_looked_into_whose_ebox_without_a_number(story: Story) -> None:
    broadcast = story.scheduled()
    directory, numbers = reversed_list(story)
    story.deliver(broadcast, directory)
    run_test(broadcast, actor=p.INES)
    look(broadcast, actor=ANNE, place=3)
    entry = Entry.objects.get(action="ebox.looked")
    assert (entry.by, entry.broadcast, entry.environment) == ("anne", broadcast.id, "acceptance")
    assert entry.data["place"] == 3
    assert entry.data["person"] in pseudonyms(numbers[2])
    assert f"{numbers[2]:011}" not in str(entry.data)


def test_of_the_institution_only_requesters_and_named_testers_look(story: Story) -> None:
    broadcast = story.tested()
    for asked in (look, proofs):
        with pytest.raises(errors.NotATester):
            asked(broadcast, actor=BRAM)
    add_person("bram", particulars_of_confirmer(), actor=p.INES)
    acceptance.name_testers(broadcast, actor=ANNE, names=["bram"])
    assert [one.place for one in look(broadcast, actor=BRAM)] == [1, 2, 3]
    acceptance.judge(broadcast, actor=BRAM, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)
    acceptance.name_testers(broadcast, actor=ANNE, names=[])
    with pytest.raises(errors.NotATester):
        look(broadcast, actor=BRAM)
    with pytest.raises(errors.NotReady):
        acceptance.judge(broadcast, actor=BRAM, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)


def particulars_of_confirmer() -> Particulars:
    return Particulars(full_name="Bram", roles=BRAM.roles, language="nl", institution=BRAM.institution)


def test_only_people_of_the_institution_are_named(story: Story) -> None:
    broadcast = story.tested()
    add_person("ines", Particulars(full_name="Ines", roles=p.INES.roles, language="en"), actor=p.INES)
    for name in ("ines", "nobody"):
        with pytest.raises(errors.TesterUnknown):
            acceptance.name_testers(broadcast, actor=ANNE, names=[name])
    assert broadcast.testers == []


def test_whose_broadcast_it_is_not_sees_nothing(story: Story) -> None:
    broadcast = story.tested()
    with pytest.raises(errors.BroadcastNotFound):
        look(broadcast, actor=p.ELSE_WHERE)
    for stranger in (p.VERA, p.CARLA, p.ADA):
        with pytest.raises(NotYourRole):
            look(broadcast, actor=stranger)


def test_a_place_that_is_not_in_the_list_is_refused(story: Story) -> None:
    broadcast = story.tested()
    with pytest.raises(errors.NotConcerned):
        look(broadcast, actor=ANNE, place=4)
    assert not Entry.objects.filter(action="ebox.looked").exists()


def test_where_nothing_was_delivered_the_place_is_shown_empty(story: Story) -> None:
    MessageType.objects.update(without_ebox="refuse")
    broadcast = story.delivered_for_acceptance()
    run_test(broadcast, actor=p.INES)
    assert look(broadcast, actor=ANNE) == [Shown(place=place, letter=None) for place in range(1, SHORT + 1)]


def test_proofs_name_nobody(story: Story) -> None:
    broadcast = story.scheduled()
    directory, numbers = reversed_list(story)
    story.deliver(broadcast, directory)
    run_test(broadcast, actor=p.INES)
    assert not [number for number in numbers if f"{number:011}" in repr(proofs(broadcast, actor=p.INES))]


def test_a_second_round_takes_the_place_of_the_first(story: Story) -> None:
    broadcast = story.tested()
    first = run_of(broadcast)
    story.deliver(broadcast, story.files(SHORT, title="A better title"))
    with pytest.raises(NotTestedYet):
        proofs(broadcast, actor=p.INES)
    run_test(broadcast, actor=p.INES)
    first.refresh_from_db()
    assert first.state == "superseded"
    assert {proof.title for proof in proofs(broadcast, actor=p.INES)} == {"A better title"}


def test_after_a_rejection_the_same_files_may_be_tried_again(story: Story) -> None:
    broadcast = story.tested()
    acceptance.reject(broadcast, actor=ANNE, reason="the type had the wrong name")
    assert not story.deliver(broadcast, story.files(SHORT)).again
    assert broadcast.state == State.ACCEPTANCE_DELIVERED
    run_test(broadcast, actor=p.INES)
    assert all(proof.visible for proof in proofs(broadcast, actor=p.INES))


def test_before_the_test_there_is_nothing_to_prove(story: Story) -> None:
    with pytest.raises(NotTestedYet):
        proofs(story.delivered_for_acceptance(), actor=p.INES)


def test_once_the_short_list_is_deleted_nothing_can_be_proved(story: Story) -> None:
    broadcast = story.tested()
    Audience.objects.using("acceptance").all().delete()
    with pytest.raises(ShortListForgotten):
        proofs(broadcast, actor=p.INES)
