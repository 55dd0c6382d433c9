"""Who acts: by token, by name where that is allowed, and which roles each command asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.conftest import Command
from tests.reports.broadcasts import Broadcasts
from typer.core import TyperGroup

from eboxcast.audit.models import Entry
from eboxcast.cli.commands import COMMANDS
from eboxcast.cli.main import command_named
from eboxcast.cli.shell.acting import who_may
from eboxcast.delivery.models import Run
from eboxcast.lib.actors import ALL_ROLES, INSTITUTION_ROLES, OPERATOR_ROLES, Actor, Role
from eboxcast.senders.models import Person, Token
from eboxcast.senders.people import Particulars, add_person
from eboxcast.senders.people_tokens import make_token

INES = Actor(name="ines", roles=frozenset({Role.INTEGRATION}))

BELOW = [(name, below) for name, one in COMMANDS.items() for below in one.below or [""]]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of settings of our own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "eboxcast" / "token"


def person(name: str, *roles: Role) -> str:
    """Record somebody and return a token of theirs."""
    add_person(name, Particulars(full_name=name, language="en", roles=frozenset(roles)), actor=INES)
    return make_token(name, label="test", days=30, actor=INES)


@pytest.mark.parametrize(("name", "below"), BELOW)
def test_each_command_names_who_may_run_it(name: str, below: str) -> None:
    who = who_may(name, below)
    assert who is None or (who and who <= ALL_ROLES)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_below_another_is_in_the_table(name: str) -> None:
    command: Any = command_named(name)
    below = command.list_commands(typer.Context(command)) if isinstance(command, TyperGroup) else []
    assert below == list(COMMANDS[name].below)


def test_a_command_below_another_that_is_in_no_table_is_for_nobody() -> None:
    assert who_may("message-type", "surprise") == frozenset()


CHANGES = ["stop", "pause", "resume", "pace", "resolve", "close", "discard", "retry", "recall", "expire", "worker"]


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_a_run_is_for_the_launch_team(name: str) -> None:
    assert who_may(name) == {Role.LAUNCH}


@pytest.mark.parametrize("name", ["runs", "status", "metrics", "rehearse"])
def test_what_only_reads_is_for_everybody_of_the_operator(name: str) -> None:
    assert who_may(name) == OPERATOR_ROLES


def test_an_institution_reads_the_reports_of_its_own_runs() -> None:
    assert who_may("report") == OPERATOR_ROLES | INSTITUTION_ROLES


FREE = [
    "check",
    "split",
    "sample",
    "up",
    "down",
    "migrate",
    "doctor",
    "demo",
    "bench",
    "simulate-provider",
    "simulate-sign-in",
]


@pytest.mark.parametrize("name", [*FREE, "login", "logout", "whoami"])
def test_what_touches_no_broadcast_needs_nobody(name: str) -> None:
    assert who_may(name) is None


@pytest.mark.usefixtures("installation")
def test_with_the_procedure_off_the_user_of_the_system_does_everything(command: Command) -> None:
    assert command("runs")[0] == 0
    code, out, _ = command("whoami", "--json")
    assert code == 0
    assert '"launch"' in out


@pytest.mark.usefixtures("procedure_on")
def test_with_the_procedure_on_somebody_must_act(command: Command) -> None:
    code, _, err = command("runs")
    assert code == 4
    assert "eboxcast login" in err


@pytest.mark.usefixtures("procedure_on", "real_installation")
def test_while_nobody_can_act_it_is_said_how_to_begin(command: Command) -> None:
    code, _, said = command("runs")
    assert code == 4
    assert "eboxcast person add NAME --role integration" in said
    person("ines", Role.INTEGRATION)
    assert "Ask the integration team for a token" in command("runs")[2]


@pytest.mark.usefixtures("procedure_on")
def test_a_token_that_is_kept_says_who_acts(command: Command, own_home: Path) -> None:
    text = person("lea", Role.LAUNCH)
    code, out, err = command("login", given=text + "\n")
    assert code == 0
    assert text not in out + err
    assert own_home.stat().st_mode & 0o777 == 0o600
    assert command("runs")[0] == 0
    assert "You are lea: launch." in command("whoami")[1]
    assert command("logout")[0] == 0
    assert command("runs")[0] == 4


@pytest.mark.usefixtures("procedure_on")
def test_a_token_that_opens_nothing_is_not_kept(command: Command, own_home: Path) -> None:
    for given, code in (("", 2), ("ebc_wrong", 4)):
        assert command("login", given=given)[0] == code
    assert not own_home.exists()


@pytest.mark.usefixtures("procedure_on")
def test_a_token_that_others_may_read_is_not_used(command: Command, own_home: Path) -> None:
    command("login", given=person("lea", Role.LAUNCH))
    own_home.chmod(0o640)
    code, _, err = command("runs")
    assert code == 4
    assert str(own_home) in err.replace("\n", "")


@pytest.mark.usefixtures("procedure_on")
def test_a_token_comes_from_the_environment_or_a_file_it_names(eboxcast: Command, tmp_path: Path) -> None:
    text = person("lea", Role.LAUNCH)
    secret = tmp_path / "secret"
    secret.write_text(text, encoding="utf-8")
    for env in ({"EBOXCAST_TOKEN": text}, {"EBOXCAST_TOKEN_FILE": str(secret)}):
        assert "You are lea" in eboxcast("whoami", env=env).stdout


@pytest.mark.usefixtures("procedure_on")
def test_expired_and_revoked_tokens_are_refused_at_each_command(command: Command) -> None:
    person("ivo", Role.INTEGRATION)
    command("login", given=person("lea", Role.LAUNCH))
    assert command("clock", "advance", "31d")[0] == 0
    code, _, err = command("runs")
    assert code == 4
    assert "expired" in err
    number = Token.objects.get(person_id="lea").id
    assert command("--as", "ivo", "person", "revoke", number)[0] == 0
    code, _, err = command("runs")
    assert code == 4
    assert "revoked" in err


@pytest.mark.usefixtures("procedure_on")
def test_a_role_that_may_not_is_told_who_may(command: Command) -> None:
    person("ada", Role.AUDITOR)
    code, _, err = command("--as", "ada", "stop", "x", "--reason", "y")
    assert code == 4
    assert "launch" in err
    assert command("--as", "ada", "runs")[0] == 0


@pytest.mark.usefixtures("procedure_on")
def test_people_of_institutions_run_no_command_of_the_engine(command: Command) -> None:
    for below in ("runs", "status"):
        assert who_may(below) is not None
        assert not (who_may(below) or set()) & {Role.REQUESTER, Role.CONFIRMER, Role.VALIDATOR}


@pytest.mark.usefixtures("procedure_on", "real_installation")
@pytest.mark.parametrize("variable", ["real", "demo", "test"])
def test_nobody_acts_by_name_beside_a_real_server_whatever_this_process_says(eboxcast: Command, variable: str) -> None:
    person("lea", Role.LAUNCH)
    done = eboxcast("--as", "lea", "runs", env={"EBOXCAST_INSTALLATION": variable})
    assert done.returncode == 4
    assert "not a demo installation" in done.stderr


@pytest.mark.usefixtures("installation")
def test_nobody_acts_by_name_with_the_procedure_off(command: Command) -> None:
    code, _, err = command("--as", "lea", "runs")
    assert code == 4
    assert "procedure is off" in err


@pytest.mark.usefixtures("procedure_on")
def test_who_is_named_must_be_known(command: Command) -> None:
    assert command("--as", "nobody", "runs")[0] == 2


@pytest.mark.usefixtures("procedure_on", "real_installation")
def test_the_user_of_the_system_founds_the_people_and_is_done_with_the_first_token(command: Command) -> None:
    add = ("person", "add", "--language", "nl", "--role", "integration", "--full-name")
    code, _, err = command(*add, "Ivo Peeters", "ivo")
    assert code == 0
    assert "so this is done by the system user" in err
    assert "@" in Entry.objects.get(action="person.added").by
    code, token, _ = command("person", "token", "ivo")
    assert code == 0
    assert command(*add, "Ann", "ann")[0] == 4
    assert command("login", given=token)[0] == 0
    assert command(*add, "Ann", "ann")[0] == 0
    assert Entry.objects.filter(action="person.added", by="ivo").exists()


@pytest.mark.usefixtures("procedure_on")
def test_founding_opens_people_and_nothing_else(command: Command) -> None:
    for words in (("runs",), ("message-type", "list"), ("stop", "x", "--reason", "y")):
        assert command(*words)[0] == 4


@pytest.mark.usefixtures("procedure_on")
def test_people_are_changed_listed_and_deactivated(command: Command) -> None:
    person("ivo", Role.INTEGRATION)
    person("lea", Role.LAUNCH)
    ivo = ("--as", "ivo", "person")
    assert command(*ivo, "change", "lea", "--role", "launch", "--role", "auditor", "--email", "lea@example.be")[0] == 0
    headings, *_, lea = command(*ivo, "list")[1].splitlines()
    expected = "Name Full name Institution Roles Language Email Phone Emails State"
    assert headings.split() == expected.split()
    assert lea.split() == [
        "lea",
        "lea",
        "–",
        "auditor,",
        "launch",
        "en",
        "lea@example.be",
        "–",
        "as",
        "things",
        "happen",
        "active",
    ]
    assert command(*ivo, "deactivate", "lea")[0] == 0
    assert command("--as", "lea", "runs")[0] == 4
    assert command(*ivo, "change", "lea", "--active")[0] == 0
    assert Person.objects.get(name="lea").active


@pytest.mark.usefixtures("procedure_on")
def test_nobody_publishes_alone_in_production(command: Command, broadcasts: Broadcasts) -> None:
    person("lea", Role.LAUNCH)
    directory = broadcasts.directory()
    for word in ("publish", "prepare"):
        code, _, err = command("--as", "lea", word, directory, "--environment", "production")
        assert code == 4
        assert "broadcast" in err
        code, _, err = command("--as", "lea", word, directory, "--environment", "acceptance")
        assert code == 0, err
    assert not Entry.objects.filter(environment="production").exists()


def test_mending_after_a_restore_is_for_the_launch_team(
    command: Command, broadcasts: Broadcasts, request: pytest.FixtureRequest
) -> None:
    Run.objects.filter(id=broadcasts.published().id).delete()
    request.getfixturevalue("procedure_on")  # only now: with it on nothing is published beside a broadcast
    person("ada", Role.AUDITOR)
    person("lea", Role.LAUNCH)
    code, out, _ = command("--as", "ada", "doctor", "--repair")
    assert code == 1
    assert "ada does not have permission for this" in out
    assert not Run.objects.exists()
    assert "is consistent again" in command("--as", "lea", "doctor", "--repair")[1]


@pytest.mark.usefixtures("procedure_on")
def test_people_are_invited_by_a_link_or_by_mail(command: Command) -> None:
    person("ivo", Role.INTEGRATION)
    person("lea", Role.LAUNCH)
    ivo = ("--as", "ivo", "person")
    assert "/invitation/" in command(*ivo, "invite", "lea")[1]
    status, said, _ = command(*ivo, "invite", "lea", "--mail")
    assert (status, said) == (3, "")
    command(*ivo, "change", "lea", "--email", "lea@example.be")
    status, said, talk = command(*ivo, "invite", "lea", "--mail")
    assert (status, said) == (0, "")
    assert "lea@example.be" in talk
    assert Entry.objects.filter(action="account.invited", data__by_mail=True).count() == 1


@pytest.mark.usefixtures("procedure_on")
def test_a_second_factor_is_taken_away_by_a_colleague(command: Command) -> None:
    person("ivo", Role.INTEGRATION)
    person("lea", Role.LAUNCH)
    assert command("--as", "ivo", "person", "reset-factor", "lea")[0] == 0
    assert command("--as", "ivo", "person", "reset-factor", "ivo")[0] == 4
    assert command("--as", "lea", "person", "reset-factor", "ivo")[0] == 4
