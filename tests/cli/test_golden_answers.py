"""The JSON answers of all commands, as they were when they were frozen (tests/cli/golden).

Three scenes are played through the command line alone: the engine on our own eBoxes, the engine in front of a provider,
and the procedure. What varies by itself is left out (golden_answers.py).

To change an answer on purpose, write all files anew and look at what git says became of them:

    UPDATE_GOLDEN=1 .venv/bin/pytest tests/cli/test_golden_answers.py
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from django.test import override_settings
from tests.acceptance import story_files as files
from tests.authorities import CertificateAuthority
from tests.cli.conftest import Command, Provider
from tests.cli.golden_answers import GOLDEN, Scene, differences, normalised
from typer.core import TyperGroup

from eboxcast.cli import main as cli_main
from eboxcast.lib import clock

A, P = ("--environment", "acceptance"), ("--environment", "production")
REASON = ("--reason", "a call from the sender")
N, SECOND, THIRD, FOURTH = "2027-0001", "2027-0002", "2027-0003", "2027-0004"
# The first measures, on a database of its own, for as long as that takes; the second needs a mailbox; the fields of the
# others are in their schemas.
NOT_FROZEN = {"bench", "mail-in", "sftp-keys list", "signers list"}


@pytest.fixture
def numbers_from_one(installation: None, sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> None:
    """What is numbered begins with 1, whatever was made before."""
    for sweeper in sweepers:
        sweeper.execute(
            "select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) from pg_sequences"
            " where schemaname = 'public' and sequencename not like 'django_migrations%'"
        )


def sample(scene: Scene, name: str, recipients: int, *, seed: int = 1, lists: int = 1) -> Path:
    """Write a package and return its directory; its message types lie beside it."""
    out = scene.folder / name
    scene.do("sample", "--recipients", recipients, "--out", out, "--seed", seed, "--lists", lists)
    return out / "package"


def configure(scene: Scene, directory: Path, *, refuse: bool = False) -> None:
    """Load the message type of a package, which refuses whoever has no eBox or does not."""
    types = next(directory.parent.glob("*.toml"))
    if refuse:
        text = types.read_text("utf-8")
        assert '"publish"' in text
        types.write_text(text.replace('"publish"', '"refuse"'), "utf-8")
    scene.do("message-type", "load", types)


def load_eboxes(scene: Scene, directory: Path, environment: str, *, named: tuple[str, ...] = ()) -> None:
    path = files.eboxes_file(scene.folder, directory, f"eboxes-{environment}.csv")
    scene.do(*named, "ebox", "load", path, "--environment", environment)


@pytest.fixture
def scene(
    numbers_from_one: None,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Scene:
    """Commands in the folder and at the moment of the scenes, with no token of anybody kept at home."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = Scene(request.node.name.removeprefix("test_"), command, tmp_path)
    made.do("clock", "set", "2027-01-18T09:07")
    return made


def test_engine(scene: Scene) -> None:
    """On our own eBoxes, with the procedure off."""
    letter = check_packages(scene)
    publish_and_recall(scene, letter)
    publish_in_part_and_add(scene)
    look_into_an_ebox_and_expire(scene)
    scene.ask("whoami", "whoami")
    scene.ask("doctor", "doctor")
    scene.compare()


def check_packages(scene: Scene) -> Path:
    letter = sample(scene, "letter", 20, lists=2)
    faulty = files.with_a_lost_zero(sample(scene, "faulty", 5, seed=2))
    scene.ask("check-good", "check", letter)
    scene.ask("check-faulty", "check", faulty)
    scene.ask("check-faulty-excluded", "check", faulty, "--faulty-rows", "exclude", "--language", "nl")
    scene.ask("check-nothing", "check", scene.folder / "letter")
    configure(scene, letter)
    load_eboxes(scene, letter, "production")
    scene.ask("message-type-list", "message-type", "list")
    scene.ask("message-type-show", "message-type", "show", "DEMO-INFO")
    scene.ask("rehearse-faulty", "rehearse", faulty, *P)
    return letter


def take_receipts(scene: Scene, letter: Path, run: str) -> None:
    received = next(letter.glob("*01.csv")).read_text().split()[1].partition(";")[0]
    receipt, certificate = scene.folder / "receipt.json", scene.folder / "certificate.jws"
    scene.hear("receipt-absent", "receipt", run, "-", given="85.07.30-033.28")
    receipt.write_text(json.dumps(scene.hear("receipt", "receipt", run, "-", given=received)))
    keys = sign_a_certificate(scene, run, certificate)
    verify = ("verify", receipt, "--keys", keys, "--certificate", certificate, "--recipient", "-")
    scene.ask("verify", *verify, given=received)
    scene.ask("verify-another", *verify, given="85.07.30-033.28")


def sign_a_certificate(scene: Scene, run: str, signed: Path) -> Path:
    keys, issued = (scene.folder / name for name in ("keys.json", "issued.pem"))
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE="a phrase of some length"):
        number = scene.ask("keys-create", "keys", "create", "--name", "FPS Example")["keys"][0]["number"]
        issued.write_bytes(CertificateAuthority(clock.now()).issue(scene.do("keys", "request", number)))
        scene.ask("keys-import", "keys", "import", number, issued)
        scene.do("report", run, "--format", "jws", "--out", signed)
        watch_over_the_audit(scene)
    keys.write_text(json.dumps(scene.ask("keys-list", "keys", "list")))
    scene.ask("verify-signed", "verify", signed, "--keys", keys)
    scene.ask("keys-revoke", "keys", "revoke", number, *REASON)
    return keys


def watch_over_the_audit(scene: Scene) -> None:
    witness, head = scene.folder / "witness", scene.folder / "head.json"
    scene.ask("witness-create", "witness", "create", witness, "--name", "Court of Audit")
    head.write_text(scene.do("audit", "head"))
    scene.ask("witness-see", "witness", "see", witness, head)
    scene.ask("witness-show", "witness", "show", witness)


def publish_and_recall(scene: Scene, letter: Path) -> None:
    window = ("--not-before", "2027-01-18T09:00", "--not-after", "2027-01-18T23:00")
    scene.ask("rehearse-new", "rehearse", letter, *P, *window)
    run = scene.ask("prepare", "prepare", letter, *P)["run"]
    scene.ask("prepare-again", "prepare", letter, *P)
    scene.ask("rehearse-same", "rehearse", letter, *P)
    scene.ask("status-prepared", "status", run)
    scene.ask("stop", "stop", run, *REASON)
    scene.hear("report-stopped", "report", run, "--format", "json")
    scene.ask("resume", "resume", run)
    scene.ask("launch", "launch", run, *window)
    scene.ask("launch-again", "launch", run)
    scene.ask("status-published", "status", run)
    scene.hear("report-published", "report", run, "--format", "json")
    scene.hear("report-verified", "report", run, "--verify", "--format", "json")
    take_receipts(scene, letter, run)
    scene.ask("recall", "recall", run, *REASON)
    scene.ask("status-recalled", "status", run)
    scene.hear("report-recalled", "report", run, "--format", "json")


def publish_in_part_and_add(scene: Scene) -> None:
    """Faulty rows are left out, and whoever has no eBox is refused; then the same message for one list more."""
    faulty = files.with_a_lost_zero(sample(scene, "in-part", 10, seed=3))
    configure(scene, faulty, refuse=True)
    load_eboxes(scene, faulty, "production")
    scene.ask("publish-in-part", "publish", faulty, *P, "--faulty-rows", "exclude", "--strict")
    more = sample(scene, "more", 12, seed=3)
    load_eboxes(scene, more, "production")
    scene.ask("rehearse-added", "rehearse", more, *P, "--add")
    scene.ask("publish-added", "publish", more, *P, "--add")
    given_up = scene.ask("prepare-other", "prepare", sample(scene, "other", 4, seed=4), *P)["run"]
    scene.ask("discard", "discard", given_up, *REASON)
    scene.ask("status-discarded", "status", given_up)


def look_into_an_ebox_and_expire(scene: Scene) -> None:
    letter = scene.folder / "letter" / "package"
    load_eboxes(scene, letter, "acceptance")
    scene.ask("publish-acceptance", "publish", letter, *A)
    owner = f"{files.keys_of(letter)[1]:011d}"
    scene.ask("ebox", "ebox", "-", given=owner)
    scene.ask("audit-find", "audit", "find", "-", given=owner)
    scene.ask("runs", "runs")
    scene.ask("runs-limited", "runs", "--environment", "production", "--limit", 1)
    scene.do("prepare", sample(scene, "forgotten", 4, seed=5), *A)
    scene.do("clock", "set", "2027-03-18T09:07")
    scene.ask("expire-dry", "expire", "--dry-run")
    scene.ask("expire", "expire")
    scene.ask("expire-nothing", "expire")
    prove(scene)


def prove(scene: Scene) -> None:
    scene.ask("audit-list", "audit", "list")
    scene.ask("audit-list-limited", "audit", "list", "--limit", 1)
    anchor = scene.ask("audit-anchor", "audit", "anchor", "--to", "rita")["anchor"]
    scene.ask("audit-verify", "audit", "verify", "--anchor", anchor)
    number, _, digest = anchor.partition(":")
    scene.ask("audit-verify-forged", "audit", "verify", "--anchor", f"{number}:{digest[::-1]}")
    scene.ask("audit-expire-dry", "audit", "expire", "--dry-run")
    scene.ask("audit-expire", "audit", "expire")


def test_provider(scene: Scene, provider: Provider) -> None:
    """In front of a provider that is simulated, and takes one recipient a call."""
    simulated = provider(links=False)
    letter = sample(scene, "letter", 30)
    configure(scene, letter)
    scene.ask("rehearse", "rehearse", letter, *P)
    simulated.break_("publishMessage", "cut-before", after=7, times=1)
    scene.fail(5, "publish", letter, *P, "--json")
    run = scene.ask("runs-failed", "runs")["runs"][0]["run"]
    scene.ask("status-failed", "status", run)
    scene.ask("resolve", "resolve", run, "--unknown", "resend", *REASON)
    scene.ask("pace", "pace", run, "--rate", 500, "--parallel", 2)
    scene.ask("resume", "resume", run)
    scene.ask("launch", "launch", run)
    scene.ask("status-published", "status", run)
    simulated.break_("publishMessage", "cut-before", after=3, times=1)
    close_and_try_again(scene)
    leave_it_to_workers(scene)
    scene.compare()


def close_and_try_again(scene: Scene) -> None:
    scene.fail(5, "publish", sample(scene, "in-part", 5, seed=2), *P, "--json")
    run = scene.ask("runs-failed-too", "runs")["runs"][0]["run"]
    scene.ask("resolve-refused", "resolve", run, "--unknown", "refused", *REASON)
    scene.ask("close", "close", run, *REASON)
    scene.hear("report-closed", "report", run, "--format", "json")
    scene.hear("report-verified", "report", run, "--verify", "--format", "json")
    scene.ask("retry", "retry", run)


def leave_it_to_workers(scene: Scene) -> None:
    """Nobody works, so nothing of it is sent."""
    run = scene.ask("prepare", "prepare", sample(scene, "left", 5, seed=3), *P)["run"]
    scene.ask("launch-by-workers", "launch", run, "--by-workers")
    scene.ask("status-running", "status", run)
    scene.ask("pause", "pause", run, *REASON)
    scene.ask("status-paused", "status", run)
    scene.ask("resume-paused", "resume", run)
    scene.ask("stop", "stop", run, *REASON)
    scene.ask("discard", "discard", run, *REASON)
    scene.ask("runs", "runs")


@pytest.mark.usefixtures("procedure_on")
def test_procedure(scene: Scene, tmp_path: Path) -> None:
    """One broadcast from the form to the closing, and others beside it that are cancelled, refused and rejected."""
    become_a_sender(scene)
    plan(scene)
    agree_on_dates(scene)
    give_others_up(scene)
    try_in_acceptance(scene)
    drop_files(scene, tmp_path / "drop")
    reconfirm_late(scene)
    confirm(scene)
    launch_report_and_close(scene)
    look_back(scene)
    scene.compare()


def become_a_sender(scene: Scene) -> None:
    scene.do("person", "load", files.operator_file(scene.folder))
    form = files.type_form(scene.folder)
    scene.do("--as", "ines", "message-type", "request", form)
    scene.ask("message-type-requested", "--as", "ines", "message-type", "show", 1)
    scene.do("--as", "vera", "message-type", "refuse", 1, "--reason", "the legal basis is another article")
    scene.do("--as", "ines", "message-type", "request", form, "--again", 1)
    scene.do("--as", "vera", "message-type", "validate", 2)
    scene.do("--as", "ines", "message-type", "accept", 2)
    scene.do("--as", "ines", "message-type", "configure", "DEMO-INFO", *A)
    scene.do("--as", "ines", "person", "load", files.institution_file(scene.folder))
    scene.do("--as", "ines", "message-type", "configure", "DEMO-INFO", *P)
    scene.ask("message-type-list", "--as", "ines", "message-type", "list")
    scene.ask("message-type-configured", "--as", "anne", "message-type", "show", "DEMO-INFO")
    scene.do("--as", "ines", "contacts", "set", "ebox-ga-tb", "--name", "Gus Claes", "--email", "gus@example.be")
    scene.ask("contacts-list", "--as", "anne", "contacts", "list")
    scene.do("--as", "ines", "person", "token", "scheduler", "--label", "night jobs")
    scene.ask("person-tokens", "--as", "ines", "person", "tokens", "scheduler")
    scene.ask("person-list", "--as", "ines", "person", "list")
    scene.ask("whoami", "--as", "anne", "whoami")


def plan(scene: Scene) -> None:
    scene.do("--as", "ines", "calendar", "close", "2027-02-12", "--reason", "bridge")
    scene.do("--as", "anne", "calendar", "close", "2027-02-11", "--reason", "feast of the office")
    evening = ("2027-02-16T20:00", "2027-02-16T23:00")
    scene.do("--as", "ines", "calendar", "blackout", *evening, "--service", "Oracle", "--reason", "upgrade")


def agree_on_dates(scene: Scene) -> None:
    what = ("--application", "demo:broadcast", "--type", "DEMO-INFO", "--subject", "Ce qui change")
    request = ("--as", "anne", "broadcast", "request", *what, "--date", "2027-02-10")
    contact = ("--contact", "Anne Dubois, anne@example.be, 02 000 00 00")
    campaign = ("--campaign", "Janvier", "--recipients", "fr=20", "--recipients", "nl=5")
    scene.ask("broadcast-request", *request, *campaign, *contact)
    proposed = ("--date", "2027-02-15", "--date", "2027-02-18", "--reason", "the registers are away")
    for number in (N, SECOND):
        scene.ask(f"broadcast-postpone-{number}", "--as", "vera", "broadcast", "decide", number, "postpone", *proposed)
        scene.ask(f"broadcast-agree-{number}", "--as", "anne", "broadcast", "agree", number, "2027-02-15")
        scene.ask(f"broadcast-accept-{number}", "--as", "ines", "broadcast", "decide", number, "accept")
    scene.do(*request, "--recipients", "fr=10")
    scene.do(*request, "--recipients", "de=10")
    asked = ("--as", "anne", "calendar")
    scene.ask("calendar", *asked, "--from", "2027-02-10", "--to", "2027-02-17", "--institution", files.INSTITUTION)
    scene.ask("calendar-bare", "--as", "ines", "calendar", "show", "--from", "2027-05-06", "--to", "2027-05-06")
    for day in ("2027-02-16", "2027-02-20"):
        scene.ask(f"calendar-deadlines-{day}", *asked, "deadlines", day, "--recipients", 9_000_000)


def give_others_up(scene: Scene) -> None:
    scene.ask("broadcast-want", "--as", "anne", "broadcast", "want", THIRD, "2027-03-01", "2027-03-02")
    scene.ask("broadcast-cancel", "--as", "anne", "broadcast", "cancel", THIRD, "--reason", "by mistake")
    refuse = ("broadcast", "decide", FOURTH, "refuse", "--reason", "no legal basis")
    scene.ask("broadcast-refuse", "--as", "vera", *refuse)
    scene.ask("broadcast-list", "--as", "anne", "broadcast", "list")
    scene.ask("broadcast-list-ended", "--as", "ines", "broadcast", "list", "--ended")
    scene.ask("broadcast-list-mine", "--as", "vera", "broadcast", "list", "--mine")


def try_in_acceptance(scene: Scene) -> None:
    """A fault, a set that is taken back, then all as it should be."""
    letter = sample(scene, "acceptance", 3)
    load_eboxes(scene, letter, "acceptance", named=("--as", "lou"))
    deliver = ("--as", "anne", "broadcast", "deliver", N)
    faulty = files.with_a_lost_zero(sample(scene, "faulty", 3, seed=2))
    scene.ask("broadcast-deliver-faulty", *deliver, faulty, *A)
    scene.ask("broadcast-deliver", *deliver, letter, *A)
    scene.ask("broadcast-take-back", "--as", "anne", "broadcast", "take-back", N)
    scene.do(*deliver, letter, *A)
    scene.ask("broadcast-test", "--as", "ines", "broadcast", "test", N)
    scene.ask("broadcast-testers", "--as", "anne", "broadcast", "testers", N, "bram")
    scene.ask("broadcast-look", "--as", "bram", "broadcast", "look", N)
    scene.ask("broadcast-proofs", "--as", "anne", "broadcast", "proofs", N)
    verdict = ("--as", "anne", "broadcast", "verdict", N)
    wrong = ("--recipient", 2, "--check", "title", "--failed", "--remark", "the end is missing")
    scene.ask("broadcast-verdict-failed", *verdict, *wrong, "--seen-in", "proof")
    scene.fail(3, *verdict, "--all", "passed", "--seen-in", "proof", "--json")
    right = ("--recipient", 2, "--check", "title", "--passed", "--remark", "another window was in front of it")
    scene.ask("broadcast-verdict-corrected", *verdict, *right, "--seen-in", "proof")
    scene.ask("broadcast-verdict-passed", *verdict, "--all", "passed", "--seen-in", "proof")
    scene.ask("broadcast-approve", *verdict, "approve")
    scene.ask("broadcast-note", "--as", "vera", "broadcast", "note", N, "They called: all well.")


def drop_files(scene: Scene, drop: Path) -> None:
    """The other language comes by folder, is tested and rejected."""
    letter = scene.folder / "dutch"
    scene.do("sample", "--recipients", 2, "--out", letter, "--language", "nl")
    incoming = drop / files.INSTITUTION / "INTEST"
    for name in ("IN", "OUT", "INTEST", "OUTTEST"):
        (drop / files.INSTITUTION / name).mkdir(parents=True)
    parts = sorted((letter / "package").iterdir())
    sets = [f"BRDC.{files.INSTITUTION}.20270118.0000{place}.T.{len(parts)}" for place in (1, 2)]
    for place, part in enumerate(parts, 1):
        shutil.copy(part, incoming / f"FI.{sets[0]}.{place}.{part.name}")
    (incoming / f"GO.{sets[0]}.{SECOND}").touch()
    (incoming / f"TD.{sets[1]}").touch()
    with override_settings(EBOXCAST_DROP_DIR=drop):
        scene.ask("exchange-collect", "--as", "lou", "exchange", "collect", "--once")
        (incoming / f"TD.{sets[1]}").touch()
        scene.ask("steward-files", "--as", "lou", "steward", "--once")
    scene.do("--as", "lou", "broadcast", "test", SECOND)
    verdict = ("--as", "anne", "broadcast", "verdict", SECOND)
    scene.do(*verdict, "--all", "failed", "--remark", "another letter", "--seen-in", "ebox")
    scene.ask("broadcast-reject", *verdict, "reject", "--reason", "another letter")


def reconfirm_late(scene: Scene) -> None:
    scene.do("clock", "set", "2027-02-04T09:07")
    scene.ask("steward-late", "--as", "lou", "steward", "--once")
    scene.ask("broadcast-show-late", "--as", "anne", "broadcast", "show", N)
    scene.ask("broadcast-list-late", "--as", "ines", "broadcast", "list", "--late")
    scene.ask("broadcast-reconfirm", "--as", "anne", "broadcast", "reconfirm", N)
    waive = ("broadcast", "waive", N, "late-reconfirmation", "--reason", "asked for by telephone in time")
    scene.ask("broadcast-waive", "--as", "ines", *waive)


def confirm(scene: Scene) -> None:
    """The files for production, the GO, and all that must be ready for the evening."""
    letter = sample(scene, "production", 20)
    load_eboxes(scene, letter, "production", named=("--as", "lou"))
    deliver = ("broadcast", "deliver", N, letter, *P)
    scene.ask("broadcast-deliver-production", "--as", "anne", *deliver)
    shown = scene.ask("broadcast-go-show", "--as", "bram", "broadcast", "go", N, "--show")
    go = ("--as", "bram", "broadcast", "go", N, "--moment", shown["agreed_at"], "--files", shown["files"])
    scene.ask("broadcast-go", *go)
    scene.ask("broadcast-withdraw-go", "--as", "bram", "broadcast", "withdraw-go", N, "--reason", "a name too many")
    scene.do(*go)
    scene.ask("broadcast-contacts", "--as", "anne", "broadcast", "contacts", N)
    named = ("--name", "Lea Maes", "--phone", "+32 2 000 00 01")
    scene.ask("broadcast-contacts-set", "--as", "ines", "broadcast", "contacts", N, "ebox-ga-tb", *named)
    scene.ask("broadcast-warn", "--as", "ines", "broadcast", "warn", N)
    scene.ask("broadcast-arm", "--as", "lou", "broadcast", "arm", N)
    scene.ask("broadcast-disarm", "--as", "lou", "broadcast", "disarm", N, "--reason", "by hand")


def launch_report_and_close(scene: Scene) -> None:
    scene.do("clock", "set", "2027-02-15T18:07")
    scene.ask("launch", "--as", "lou", "launch", N)
    scene.ask("broadcast-show-published", "--as", "anne", "broadcast", "show", N)
    scene.ask("broadcast-report", "--as", "ines", "broadcast", "report", N)
    scene.ask("broadcast-close", "--as", "ines", "broadcast", "close", N)
    scene.ask("steward", "--as", "lou", "steward", "--once")
    scene.ask("steward-nothing", "--as", "lou", "steward", "--once")
    scene.ask("broadcast-show-closed", "--as", "ines", "broadcast", "show", N, "--history")


def look_back(scene: Scene) -> None:
    scene.ask("alarms-list", "--as", "ines", "alarms", "list")
    scene.ask("notices-list", "--as", "ines", "notices", "list", "--broadcast", N)
    scene.ask("notices-list-limited", "--as", "ines", "notices", "list", "--state", "sent", "--limit", 1)
    scene.ask("notices-show", "--as", "ines", "notices", "show", 1)
    scene.ask("audit-list", "--as", "ada", "audit", "list", "--broadcast", SECOND)
    scene.ask("audit-verify", "--as", "ada", "audit", "verify")
    scene.hear("report-verified", "--as", "ada", "report", N, "--verify", "--format", "json")
    file = scene.folder / "dossier.zip"
    scene.ask("audit-dossier", "--as", "ada", "audit", "dossier", N, "--out", file)
    scene.ask("audit-dossier-verify", "audit", "verify", "--dossier", file)
    scene.ask("doctor", "doctor")
    scene.do("clock", "set", "2028-03-01T09:07")
    scene.ask("expire-dry", "--as", "lou", "expire", "--dry-run")
    scene.ask("expire", "--as", "lou", "expire")


def test_another_answer_is_a_difference() -> None:
    kept = {"status": {"state": "stopped", "since": "<moment>", "by": None}}
    assert differences(kept, {"status": {"by": None, "since": "<moment>", "state": "stopped"}}) == []
    for other in ({"state": "recalled"}, {"since": None}, {"by": "<user>@<machine>"}, {"run": "<uuid>"}):
        assert differences(kept, {"status": {**kept["status"], **other}})
    assert differences(kept, {})
    assert differences({}, kept)
    assert differences({"runs": [1, 2]}, {"runs": [2, 1]})


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"rate": 12.5, "seconds_left": None}, {"rate": "<measured>", "seconds_left": None}),
        ({"run": "0f8fad5b-d9cb-469f-a165-70867728950e"}, {"run": "<uuid>"}),
        ("eboxcast resume 0f8fad5b", "eboxcast resume <run>"),
        ("2027-01-18T09:07:03.123+01:00", "2027-01-18T09:##:##.###+01:00"),
        ("until 15 February 2027 at 18:00", "until 15 February 2027 at 18:00"),
        ("at 09:07:03", "at 09:##"),
        ("2027-02-01T23:59:59.999+01:00", "2027-02-01T23:59:59.999+01:00"),
        ("/folder/letter", "<folder>/letter"),
        ("180,000 recipients on 2027-02-15", "180,000 recipients on 2027-02-15"),
        (["12:" + "ab" * 32, 7, None], ["12:<digest>", 7, None]),
    ],
)
def test_what_varies_is_left_out_and_nothing_else(value: Any, left: Any) -> None:
    assert normalised(value, Path("/folder")) == left


def test_every_command_with_json_is_frozen() -> None:
    asked = {json.loads(path.read_text("utf-8"))["command"] for path in GOLDEN.glob("*/*.json")}
    frozen = {" ".join(re.sub(r"^--as \w+ ", "", words).split()[:2]) for words in asked if words.endswith(" --json")}
    assert {name for name in with_json() if not any(f"{one} ".startswith(f"{name} ") for one in frozen)} == NOT_FROZEN


def with_json() -> list[str]:
    """Return the commands that have ``--json``, as they are typed."""
    group: Any = typer.main.get_command(cli_main.app)
    found = []
    with typer.Context(group) as context:
        for name in group.list_commands(context):
            _, command, _ = group.resolve_command(context, [name, "--help"])
            below = command.list_commands(context) if isinstance(command, TyperGroup) else []
            named = {f"{name} {one}": command.get_command(context, one) for one in below} or {name: command}
            found += [words for words, one in named.items() if any("--json" in option.opts for option in one.params)]
    return found
