"""The units for systemd in the docs, run by a systemd: each service works within its limits, and ends as told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.acceptance import story_files as files
from tests.acceptance.story import request_number
from tests.package.spreadsheets import write_xlsx
from tests.tools.booted import Booted, booted, give_tokens, until

from eboxcast.package.sampling import write_sample

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("systemd")]

SERVICES = ("pages", "steward", "sftp", "metrics@production")
PAGES = "http://127.0.0.1:8400"
_BEHIND_A_PROXY = "-H 'Host: broadcasts.example.be' -H 'X-Forwarded-Proto: https'"
_CHECK = "/opt/eboxcast/bin/eboxcast check /srv/package --json"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """A machine where an institution sends files, and the services run."""
    with booted(tmp_path_factory.mktemp("machine")) as made:
        configure(made)
        give_tokens(made)
        for service in SERVICES:
            made.override(f"eboxcast-{service}.service", "[Service]", "RestartSec=200ms")
        made.systemctl("start", *(f"eboxcast-{service}" for service in SERVICES))
        yield made


def configure(made: Booted) -> None:
    """Have people, and an institution with a message type."""
    made.act("", "person", "load", files.operator_file(made.folder))
    made.act("ines", "message-type", "request", files.type_form(made.folder))
    number = request_number(made)
    made.act("vera", "message-type", "validate", number)
    made.act("ines", "message-type", "accept", number)
    for environment in ("acceptance", "production"):
        made.act("ines", "message-type", "configure", "DEMO-INFO", "--environment", environment)
    made.act("ines", "person", "load", files.institution_file(made.folder))


def answers(machine: Booted, service: str) -> bool:
    """Return whether a service does what it is there for."""
    asks = {
        "pages": f"curl -sf {PAGES}/health/ready",
        "sftp": "exec 3<>/dev/tcp/127.0.0.1/2222; head -c 7 <&3 | grep SSH-2.0",
        "metrics@production": "curl -s http://127.0.0.1:9464/metrics | grep eboxcast_build_info",
        "steward": "journalctl --no-pager -o cat -u eboxcast-steward | grep 'Running the steward'",
    }
    return machine.run("bash", "-c", asks[service]).returncode == 0


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_comes_back_when_killed_and_ends_when_told(machine: Booted, service: str) -> None:
    unit = f"eboxcast-{service}"
    assert until(lambda: answers(machine, service)), machine.journal()
    machine.systemctl("kill", "--signal=KILL", unit)
    assert until(lambda: machine.shows(unit, "NRestarts") == "1" and answers(machine, service)), machine.journal()
    machine.systemctl("stop", unit)
    assert machine.shows(unit, "Result") == "success"
    machine.systemctl("start", unit)
    assert until(lambda: answers(machine, service)), machine.journal()


def test_a_service_whose_setting_is_wrong_is_not_started_again(machine: Booted) -> None:
    """There is no remote provider here, so there is nothing for a worker to do."""
    machine.systemctl("start", "eboxcast-worker@acceptance")
    assert until(lambda: machine.shows("eboxcast-worker@acceptance", "ActiveState") == "failed")
    assert machine.shows("eboxcast-worker@acceptance", "ExecMainStatus") == "2"
    assert machine.shows("eboxcast-worker@acceptance", "NRestarts") == "0"


@pytest.mark.parametrize("unit", ["pages", "steward"])
def test_documents_and_spreadsheets_are_checked_within_the_limits(machine: Booted, unit: str) -> None:
    """What reads them is a program of its own, which needs more of the system than the rest."""
    written = write_sample(machine.folder / unit, recipients=10, language="fr", ticket="t").directory
    (listed,) = written.glob("*.csv")
    rows = [line.split(";") for line in listed.read_text("utf-8-sig").splitlines()]
    write_xlsx(listed.with_suffix(".xlsx"), {"A": rows})
    listed.unlink()
    machine.shell(f"rm -rf /srv/package; cp -r {written} /srv/package; chmod -R a+rX /srv/package")
    machine.shell(
        f"sed 's,^ExecStart=.*,ExecStart={_CHECK},; s,^Type=.*,Type=oneshot,; /^Restart/d; /^KillMode/d'"
        f" /etc/systemd/system/eboxcast-{unit}.service >/run/systemd/system/check-{unit}.service"
    )
    machine.systemctl("start", f"check-{unit}")
    told = machine.journal(f"check-{unit}")
    checked = json.loads(told[told.index("{\n") : told.rindex("\n}") + 2])
    assert checked["document"]["page_count"] == 1
    assert checked["totals"]["recipients"] == 10


def test_files_over_https_are_collected_and_answered(machine: Booted) -> None:
    """The pages receive them, the steward collects them: two users, who share the drop folders by a group."""
    token = machine.act("ines", "person", "token", "anne", "--label", "files").out.strip()
    machine.shell(f"umask 077; echo 'oauth2-bearer = \"{token}\"' >/root/curl.conf; echo x >/root/part; : >/root/go")
    curl = f"curl -sS -K /root/curl.conf {_BEHIND_A_PROXY}"
    reference = f"BRDC.{files.INSTITUTION}.20270208.00001.T.1"
    for name, file in ((f"FI.{reference}.1.metadata.xml", "part"), (f"GO.{reference}.2027-0099", "go")):
        put = f"{curl} -o /dev/null -w '%{{http_code}}' -X PUT --data-binary @/root/{file}"
        assert machine.shell(f"{put} {PAGES}/transfer/INTEST/{name}") == "201", machine.journal()
    answered = f"{curl} {PAGES}/transfer/OUTTEST/"
    assert until(lambda: "FO.ACRF" in machine.shell(answered)), machine.journal()
    answer = machine.shell(answered).split()[0]
    assert "ResultCode" in machine.shell(f"{answered}{answer}; {answered}{answer} -X DELETE")
    assert answer not in machine.shell(answered)
    assert machine.shell(f"ls /srv/eboxcast-drop/{files.INSTITUTION}/INTEST") == ""


def test_a_timer_starts_its_service(machine: Booted) -> None:
    often = ("[Timer]", "OnCalendar=", "OnCalendar=*:*:0/4", "AccuracySec=1s", "RandomizedDelaySec=0")
    for timer in ("doctor@steward", "expire@production"):
        machine.override(f"eboxcast-{timer.split('@')[0]}@.timer", *often)
        machine.systemctl("start", f"eboxcast-{timer}.timer")
        assert until(lambda timer=timer: machine.shows(f"eboxcast-{timer}", "ExecMainExitTimestampMonotonic") != "0")
        machine.systemctl("stop", f"eboxcast-{timer}.timer")
        assert machine.shows(f"eboxcast-{timer}", "Result") == "success", machine.journal(f"eboxcast-{timer}")


@pytest.fixture
def engine_alone(machine: Booted) -> Iterator[None]:
    """Have a run that can be launched at once, as there is no procedure."""
    settings = "/etc/eboxcast/production/settings.env"
    follow = "su postgres -c 'psql -qp 5433 eboxcast_control' <<<\"update installation set procedure = '{}'\""
    machine.systemctl("stop", *(f"eboxcast-{service}" for service in SERVICES))
    machine.shell(f"sed -i.on s,^EBOXCAST_TOKEN_FILE=.*,EBOXCAST_PROCEDURE=off, {settings}; {follow.format('off')}")
    yield
    machine.shell(f"mv {settings}.on {settings}; {follow.format('on')}")
    machine.systemctl("start", *(f"eboxcast-{service}" for service in SERVICES))


@pytest.mark.usefixtures("engine_alone")
def test_a_launch_publishes_and_one_that_may_not_is_not_tried_again(machine: Booted) -> None:
    written = write_sample(machine.folder / "launched", recipients=10, language="fr", ticket="launched").directory
    words = ("prepare", written, "--environment", "production", "--json")
    prepared = machine.act("", *words, EBOXCAST_PROCEDURE="off").json["run"]
    machine.systemctl("start", f"eboxcast-launch@{prepared}")
    assert "Visible to 10 recipients" in machine.journal(f"eboxcast-launch@{prepared}")
    missing = "eboxcast-launch@00000000"
    assert machine.run("systemctl", "start", missing).returncode == 1
    assert (machine.shows(missing, "ActiveState"), machine.shows(missing, "NRestarts")) == ("failed", "0")
