"""One of the two databases was restored to an hour ago: what was published is shown again, what exists is adopted."""

from __future__ import annotations

import pytest
from tests.delivery.conftest import NewPackage

from eboxcast.audit.models import Entry
from eboxcast.delivery import actions, batches, repairing
from eboxcast.delivery.errors import SendingForgotten
from eboxcast.delivery.models import Run, RunList, State
from eboxcast.delivery.repairing import Difference
from eboxcast.delivery.settling import settle
from eboxcast.delivery.waiting import Window
from eboxcast.mailboxes import fence, opening
from eboxcast.mailboxes.models import Outcome, Release
from eboxcast.package.model import Package

P = "production"


def published(given: Package) -> Run:
    """Prepare and launch."""
    run = actions.prepare(given, environment=P, by="ines")
    return actions.launch(run, by="olga", window=Window(), waiting=lambda moment: None)


def forget_visibility(run: Run) -> None:
    """Bring the environment back to before the launch."""
    release = fence.get_release(P, run.id)
    Outcome.objects.using(P).filter(release=release.id).delete()
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
    for model in (Outcome, Release):
        model.objects.using(P).all().delete()
    release.message.delete(using=P)


def differences() -> list[Difference]:
    """Return what the databases disagree about."""
    return [found.difference for found in repairing.find_differences(P)]


def mend() -> list[bool]:
    """Repair all."""
    return [repairing.repair(found, by="dora") for found in list(repairing.find_differences(P))]


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
    run = actions.recall(published(given), by="olga", reason="wrong")
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
    again = actions.prepare(given, environment=P, by="ines")
    assert (again.id, again.state, again.visible_at) == (run.id, State.PUBLISHED, run.visible_at)
    assert len(opening.open_ebox(P, int(given.keys[0]))) == 1


def test_other_files_do_not_take_its_place(package: NewPackage) -> None:
    """Another document under the same ticket is another run."""
    run = published(package())
    forget_release(run)
    other = actions.prepare(package(title="Autre chose"), environment=P, by="ines")
    assert other.id != run.id


@pytest.mark.parametrize("state", [State.DISCARDED, State.SUPERSEDED])
def test_a_run_that_was_given_up_is_not_taken_up_again(package: NewPackage, state: State) -> None:
    """What somebody gave up stays given up."""
    given = package()
    run = actions.prepare(given, environment=P, by="ines")
    forget_release(run)
    RunList.objects.all().delete()
    Run.objects.filter(id=run.id).update(state=state)
    assert actions.prepare(given, environment=P, by="ines").id != run.id


def test_a_run_that_was_sent_to_a_provider_is_not_called_published_again(package: NewPackage) -> None:
    """Only the provider knows what came of it: doctor cannot mend it, and the same files do not either."""
    given = package()
    run = published(given)
    batches.cut(run, fence.get_release(P, run.id).id, recipients=10, opens=False)
    forget_visibility(run)
    assert differences() == [Difference.SENDING_FORGOTTEN]
    assert mend() == [False]
    with pytest.raises(SendingForgotten):
        actions.prepare(given, environment=P, by="ines")
    Run.objects.filter(id=run.id).update(state=State.PAUSED)
    with pytest.raises(SendingForgotten):
        actions.launch(run, by="olga", window=Window(), waiting=lambda moment: None)
    assert fence.get_release(P, run.id).visible_at is None
