"""A target of a third kind, which the engine knows nothing of, is published to by the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from tests.actors import master
from tests.targets.letters import LetterOptions, letters_known
from tests.targets.wire import JANE, message

from eboxcast.delivery.errors import CannotRecall
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.rehearsal import rehearse
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.identifiers import text_of_key
from eboxcast.package.model import Package, Policies
from eboxcast.package.sampling import write_sample
from eboxcast.reports.certificate import certificate_of
from eboxcast.senders.sender_file import load_senders
from eboxcast.targets.base import RunRefused, Target, TryAgain
from eboxcast.targets.configuration import read_targets
from eboxcast.targets.opening import KINDS, target_of
from eboxcast.targets.options import LocalOptions, TargetsFileWrong

P = "production"
NewPackage = Callable[..., Package]
INES, OLGA = master("ines"), master("olga")

_PROMISES = {
    "atomic_visibility": "make_visible",
    "recall": "recall",
    "links": "link",
    "statuses": "statuses",
}


@pytest.fixture
def press(installation: None, tmp_path: Path) -> Iterator[Path]:
    """Let production write letters into a folder, as the targets file says."""
    folder = tmp_path / "letters"
    folder.mkdir()
    file = tmp_path / "targets.toml"
    file.write_text('[production]\nkind = "letters"\nfolder = "letters"\nparallel = 2\n', "utf-8")
    with letters_known(), override_settings(EBOXCAST_TARGETS=read_targets(file)):
        yield folder


@pytest.fixture
def package(tmp_path: Path) -> NewPackage:
    """Write and check a sample package; the sender's configuration is loaded."""

    def make(**particulars: object) -> Package:
        paths = write_sample(tmp_path / "package", recipients=30, **particulars)
        load_senders(paths.message_types, actor=master("somebody"))
        checked = check_for_sending(paths.directory, policies=Policies())
        assert checked.package is not None
        return checked.package

    return make


def launched(package: Package) -> Run:
    run = actions.prepare(package, environment=P, actor=INES)
    return actions.launch(run, actor=OLGA, window=Window(), waiting=lambda moment: None)


def written(folder: Path) -> list[str]:
    return sorted(letter.read_text("utf-8").split("\n")[0] for letter in folder.iterdir())


def test_everybody_gets_a_letter(press: Path, package: NewPackage) -> None:
    given = package()
    run = launched(given)
    assert run.state == State.PUBLISHED
    assert run.published_count == len(given.keys)
    assert written(press) == sorted(text_of_key(int(key)) for key in given.keys)


def test_what_it_does_not_tell_is_not_made_up(press: Path, package: NewPackage) -> None:
    run = launched(package())
    assert (run.never_activated_count, run.deactivated_count) == (None, None)


def test_letters_stay_letters_when_the_environment_publishes_elsewhere(press: Path, package: NewPackage) -> None:
    run = launched(package())
    with override_settings(EBOXCAST_TARGETS={**settings.EBOXCAST_TARGETS, P: LocalOptions()}):
        assert certificate_of(run).target.kind == LetterOptions.kind
        with pytest.raises(CannotRecall):
            actions.recall(run, actor=OLGA, reason="a mistake")


def test_a_letter_cannot_be_recalled(press: Path, package: NewPackage) -> None:
    run = launched(package())
    with pytest.raises(CannotRecall):
        actions.recall(run, actor=OLGA, reason="a mistake")


def test_what_the_press_cannot_print_is_refused_before_anything_is_stored(press: Path, package: NewPackage) -> None:
    with pytest.raises(RunRefused, match="run-refused"):
        actions.prepare(package(language="de"), environment=P, actor=INES)
    assert not Run.objects.exists()


def test_a_rehearsal_says_what_the_press_refuses(press: Path, package: NewPackage) -> None:
    found = rehearse(package(language="de"), environment=P, window=Window(), actor=OLGA)
    assert isinstance(found.answer.refusal, RunRefused)


def test_a_folder_that_cannot_be_written_to_is_tried_again(press: Path) -> None:
    press.rmdir()
    with pytest.raises(TryAgain):
        target_of(P).publish(message(), JANE, idempotency_key="1")


def test_a_paused_press_goes_on_where_it_was(press: Path, package: NewPackage) -> None:
    given = package()
    run = actions.prepare(given, environment=P, actor=INES)
    run = actions.launch(run, actor=OLGA, window=Window(), waiting=lambda moment: None, by_workers=True)
    actions.pause(run, actor=OLGA, reason="no paper")
    assert not written(press)
    actions.launch(actions.resume(run, actor=OLGA), actor=OLGA, window=Window(), waiting=lambda moment: None)
    assert len(written(press)) == len(given.keys)


def test_both_environments_cannot_have_one_folder(press: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    table = 'kind = "letters"\nfolder = "letters"\n'
    file.write_text(f"[acceptance]\n{table}[production]\n{table}", "utf-8")
    with pytest.raises(TargetsFileWrong) as refused:
        read_targets(file)
    assert [part.data["place"] for part in refused.value.parts] == ["[production] folder"]


def test_a_press_without_its_folder_cannot_be_used_now(press: Path) -> None:
    press.rmdir()
    with pytest.raises(TryAgain):
        target_of(P).probe()


@pytest.mark.parametrize("kind", [*KINDS, LetterOptions.kind])
def test_a_target_has_what_it_promises(kind: str, tmp_path: Path) -> None:
    with letters_known():
        options = KINDS[kind].options()
        target = KINDS[kind].open(P, options)
    promised = {method for name, method in _PROMISES.items() if getattr(options.capabilities, name)}
    promised |= set() if options.capabilities.atomic_visibility else {"publish"}
    assert {name for name in (*_PROMISES.values(), "publish") if _overrides(target, name)} == promised
    target.close()


def _overrides(target: Target, name: str) -> bool:
    return getattr(type(target), name) is not getattr(Target, name)
