"""One of the two databases was restored to an hour ago: what was published is shown again, what exists is adopted."""

from __future__ import annotations

import pytest
from django.conf import settings
from tests.actors import master
from tests.delivery.conftest import NewPackage
from tests.delivery.test_batches import claimed

from eboxcast.audit.models import Entry
from eboxcast.delivery.errors import SendingForgotten
from eboxcast.delivery.models import Batch, Run, RunList, State
from eboxcast.delivery.recovery import repair
from eboxcast.delivery.recovery.repair import Difference
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Done
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.window import Window
from eboxcast.mailboxes import fence, opening, outcomes, sending
from eboxcast.mailboxes.models import CallRange, NamedCall, Outcome, Release
from eboxcast.mailboxes.outcomes import Results
from eboxcast.package.model import Package
from eboxcast.targets.ebox_rest.options import EboxRestOptions

P = "production"


def published(given: Package) -> Run:
    """Prepare and launch."""
    run = actions.prepare(given, environment=P, actor=master("ines"))
    return actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None)


def forget_visibility(run: Run) -> None:
    """Bring the environment back to before the launch."""
    release = fence.get_release(P, run.id)
    for model in (Outcome, CallRange, NamedCall):
        model.objects.using(P).filter(release=release.id).delete()
    columns = [field.name for field in Release._meta.fields if field.name.endswith(("_count", "_digest"))]
    kept = ("recipients_count", "audience_digest", "package_count", "package_digest")
    kept += ("unknown_count", "not_attempted_count")
    forgotten = dict.fromkeys(name for name in columns if name not in kept)
    Release.objects.using(P).filter(id=release.id).update(
        visible_at=None, expires_at=None, completed_at=None, **forgotten
    )


def forget_release(run: Run) -> None:
    """Bring the environment back to before the preparation."""
    release = fence.get_release(P, run.id)
    for model in (Outcome, CallRange, NamedCall, Release):
        model.objects.using(P).all().delete()
    release.message.delete(using=P)


def differences() -> list[Difference]:
    """Return what the databases disagree about."""
    return [found.difference for found in repair.find_differences(P)]


def mend() -> list[bool]:
    """Repair all."""
    return [repair.repair(found, actor=master("dora")) for found in list(repair.find_differences(P))]


def test_databases_that_agree_have_no_difference(package: NewPackage) -> None:
    """Published and prepared alike."""
    published(package())
    assert differences() == []


def test_a_run_control_forgot_is_adopted(package: NewPackage) -> None:
    """With its account, and its state."""
    run = published(package())
    Run.objects.all().delete()
    assert differences() == [Difference.RUN_MISSING]
    assert mend() == [True]
    assert Run.objects.get(id=run.id).state == State.PUBLISHED
    assert differences() == []


def test_what_was_visible_is_visible_again_since_its_first_moment(package: NewPackage) -> None:
    """Looking changes nothing; repairing shows it again, and the audit says so."""
    given = package()
    run = published(given)
    forget_visibility(run)
    assert settle(run).state == State.PUBLISHED
    assert opening.open_ebox(P, int(given.keys[0])) == []
    assert differences() == [Difference.VISIBILITY_FORGOTTEN]
    assert mend() == [True]
    (letter,) = opening.open_ebox(P, int(given.keys[0]))
    assert letter.visible_at == run.visible_at
    assert Entry.objects.filter(run=run.id, action="run.shown_again", by="dora").exists()


def test_what_was_recalled_stays_recalled(package: NewPackage) -> None:
    """The repair gives the environment both moments in one transaction: nobody sees it in between."""
    given = package()
    run = actions.recall(published(given), actor=master("olga"), reason="wrong")
    Release.objects.using(P).update(recalled_at=None)
    forget_visibility(run)
    mend()
    assert opening.open_ebox(P, int(given.keys[0])) == []
    assert Run.objects.get(id=run.id).state == State.RECALLED


def test_what_the_environment_lost_comes_back_only_from_the_same_files(package: NewPackage) -> None:
    """Repair cannot make recipients up; preparing the same package restores the run with its first moment."""
    given = package()
    run = published(given)
    forget_release(run)
    assert differences() == [Difference.RELEASE_MISSING]
    assert mend() == [False]
    again = actions.prepare(given, environment=P, actor=master("ines"))
    assert (again.id, again.state, again.visible_at) == (run.id, State.PUBLISHED, run.visible_at)
    assert len(opening.open_ebox(P, int(given.keys[0]))) == 1


def test_other_files_do_not_take_its_place(package: NewPackage) -> None:
    """Another document under the same ticket is another run."""
    run = published(package())
    forget_release(run)
    other = actions.prepare(package(title="Autre chose"), environment=P, actor=master("ines"))
    assert other.id != run.id


@pytest.mark.parametrize("state", [State.DISCARDED, State.SUPERSEDED])
def test_a_run_that_was_given_up_is_not_taken_up_again(package: NewPackage, state: State) -> None:
    """What somebody gave up stays given up."""
    given = package()
    run = actions.prepare(given, environment=P, actor=master("ines"))
    forget_release(run)
    RunList.objects.all().delete()
    Run.objects.filter(id=run.id).update(state=state)
    assert actions.prepare(given, environment=P, actor=master("ines")).id != run.id


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Production publishes to a provider that links; nothing here calls it."""
    provider = EboxRestOptions(base_url="https://provider.invalid")
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {P: provider})


def half_sent(given: Package) -> Run:
    """A run of which the first batch is done and the second under way."""
    run = actions.prepare(given, environment=P, actor=master("ines"))
    release = fence.get_release(P, run.id)
    batches.cut(run, release.id, recipients=10, opens=False)
    Run.objects.filter(id=run.id).update(state=State.RUNNING)
    sending.begin_sending(P, run.id)
    sending.keep_provider_message(P, release.id, "m1")
    run = settle(run)
    first = claimed(run)
    call = outcomes.begin_range(P, first.where, call=first.call(0), count=first.recipients_count)
    assert call is not None
    outcomes.end_call(P, release.id, call, Results(sent=call.keys))
    batches.finish(Done(claim=first, sent=len(call.keys), refused=0, unknown=0))
    claimed(run)
    return run


def kinds(run: Run) -> dict[str, int]:
    """Return how many have each outcome."""
    return sending.counts_of(P, run.id)


@pytest.mark.usefixtures("remote")
def test_a_run_that_lost_its_notes_is_not_gone_on_with(package: NewPackage) -> None:
    """Nobody launches, resumes, resolves or closes it: whoever has it already would have it twice, or be forgotten."""
    run = half_sent(package())
    CallRange.objects.using(P).all().delete()
    assert differences() == [Difference.SENDING_FORGOTTEN]
    with pytest.raises(SendingForgotten):
        actions.launch(run, actor=master("olga"), window=Window(), waiting=lambda moment: None)
    actions.pause(run, actor=master("olga"), reason="restored")
    with pytest.raises(SendingForgotten):
        actions.resume(run, actor=master("olga"))
    with pytest.raises(SendingForgotten):
        actions.close(run, actor=master("olga"), reason="restored")
    with pytest.raises(SendingForgotten):
        actions.resolve(run, as_=None, actor=master("olga"), reason="restored")


@pytest.mark.usefixtures("remote")
def test_who_may_have_it_is_asked_about_where_the_message_is_known(package: NewPackage) -> None:
    """Everybody of a batch that anybody worked on is in flight; the others are as they were."""
    run = half_sent(package())
    CallRange.objects.using(P).all().delete()
    assert mend() == [True]
    attempted = run.batches.filter(attempt__gt=0)
    assert kinds(run) == {"in_flight": sum(batch.recipients_count for batch in attempted)}
    assert {batch.state for batch in attempted} == {"waiting"}
    run.refresh_from_db()
    assert (run.state, differences()) == (State.FAILED, [])
    assert actions.resume(run, actor=master("olga")).state == State.RUNNING
    assert Entry.objects.filter(run=run.id, action="run.doubted_named", by="dora").exists()


@pytest.mark.usefixtures("remote")
def test_who_may_have_it_is_unknown_where_the_launch_was_lost_too(package: NewPackage) -> None:
    """The run was visible to somebody since its first moment; what nobody tried is not in doubt."""
    run = half_sent(package())
    forget_visibility(run)
    Release.objects.using(P).update(provider_message=None)
    assert differences() == [Difference.SENDING_FORGOTTEN]
    assert mend() == [True]
    attempted = sum(batch.recipients_count for batch in run.batches.filter(attempt__gt=0))
    assert kinds(run) == {"unknown": attempted}
    assert fence.get_release(P, run.id).visible_at == run.visible_at
    assert batches.sums_of(run.id).unknown == attempted
    assert actions.prepare(package(), environment=P, actor=master("ines")).state == State.FAILED


@pytest.mark.usefixtures("remote")
def test_who_says_that_it_was_restored_is_believed(package: NewPackage) -> None:
    """No batch ended since, so nothing disagrees: the batch under way is in doubt all the same."""
    run = half_sent(package())
    assert differences() == []
    (found,) = repair.find_differences(P, was_restored=True)
    assert repair.repair(found, actor=master("dora"))
    done, under_way = (batch.recipients_count for batch in run.batches.filter(attempt__gt=0).order_by("number"))
    assert kinds(run) == {"sent": done, "in_flight": under_way}


@pytest.mark.usefixtures("remote")
def test_an_account_that_was_closed_is_kept_until_it_is_repaired(package: NewPackage) -> None:
    """Control does not take the older news of a restored environment for the truth."""
    run = half_sent(package())
    batches.release_claims(run.id)
    sending.close_account(P, run.id, tells_no_digital_user=False, in_part=True)
    run = settle(run)
    assert run.state == State.PUBLISHED
    Release.objects.using(P).update(completed_at=None, published_count=None)
    assert settle(run).published_count == run.published_count
    assert differences() == [Difference.SENDING_FORGOTTEN]
    assert mend() == [True]
    run.refresh_from_db()
    assert (run.state, run.published_count) == (State.FAILED, None)


def test_a_run_control_forgot_while_it_was_sent_waits_for_somebody(package: NewPackage, remote: None) -> None:
    """Its window, and whether somebody paused it, went with control."""
    run = half_sent(package())
    Batch.objects.all().delete()
    Run.objects.all().delete()
    assert mend() == [True]
    assert Run.objects.get(id=run.id).state == State.PAUSED
