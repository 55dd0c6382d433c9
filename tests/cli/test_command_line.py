"""The command line itself: help in parts and in the user's language, mistakes in it, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import starter
from tests.cli.conftest import Command

from eboxcast.cli.commands import COMMANDS, SECTIONS

Typed = Callable[..., subprocess.CompletedProcess[str]]

MARKED = "85073003328"
PROGRAM = Path(sys.executable).with_name("eboxcast")


@pytest.fixture
def typed() -> Typed:
    """Run a command line in a process of its own, without a database."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "EBOXCAST_LANGUAGE": "en", "COLUMNS": "80", **variables}
        return starter.run(PROGRAM, *words, env=environment)

    return run


def test_help_lists_every_command_under_a_title(typed: Typed) -> None:
    shown = typed("--help").stdout
    assert [title for title in SECTIONS if f"\n{title}:\n" not in shown] == []
    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (["--help"], ["django", "pydantic", "eboxcast.cli.package", "eboxcast.lib.policy"]),
        (
            ["split", "nothing.csv", "--out", "nowhere", "--max", "9"],
            ["django", "pydantic", "eboxcast.cli.package.check"],
        ),
        (["logout"], ["django", "pydantic", "eboxcast.cli.shell.acting"]),
        (["status", "--help"], ["numpy", "rich", "pydantic", "eboxcast.delivery.runs.actions"]),
    ],
)
def test_a_command_waits_for_nothing_it_does_not_need(words: list[str], spared: list[str], tmp_path: Path) -> None:
    probe = "import sys, atexit; from eboxcast.cli.main import run; sys.argv[1:] = WORDS;"
    probe += " atexit.register(lambda: print([name for name in SPARED if name in sys.modules], file=sys.stderr)); run()"
    script = probe.replace("WORDS", repr(words)).replace("SPARED", repr(spared))
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("language", "usage"), [("fr", "Utilisation"), ("nl", "Gebruik"), ("de", "Verwendung")])
def test_help_is_in_the_language_of_the_user(typed: Typed, language: str, usage: str) -> None:
    assert typed("split", "--help", EBOXCAST_LANGUAGE=language).stdout.startswith(usage)


def test_without_a_command_the_help_says_what_there_is(typed: Typed) -> None:
    done = typed()
    assert done.returncode == 2
    assert done.stderr == typed("--help").stdout


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["stauts"], "`eboxcast status`"),
        (["brodcast", "show"], "`eboxcast broadcast`"),
        (["reconfirm"], "`eboxcast broadcast reconfirm`"),
        (["check", "--recipient", "a.csv"], "--recipients"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(typed: Typed, words: list[str], meant: str) -> None:
    done = typed(*words)
    assert done.returncode == 2
    assert f"Did you mean {meant}?" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["xyzzy"], "There is no command `xyzzy`."),
        (["check", "--xyzzy"], "There is no option --xyzzy."),
        (["check", "--as", "lea"], "must come before the command"),
        (["split"], "RECIPIENTS is required."),
        (["split", "a.csv"], "--out is required."),
        (["split", "a.csv", "--out"], "--out needs a value."),
        (["split", "a.csv", "--out", "b", "--max", "none"], "The value of --max is not valid."),
        (["split", "a.csv", "--out", "b", "--max", "0"], "It must be a number, 1 or more."),
        (["sample", "--recipients", "4", "--out", "b", "--language", "it"], "Choose from: fr, nl, de."),
        (["sample", "--recipients", "4", "--out", "b", "--lists", "100"], "It must be a number from 1 to 99."),
        (["simulate-provider", "--delay-ms", "nan"], "It must be a number, 0 or more."),
        (["logout", "now"], "There are too many arguments."),
    ],
)
def test_what_is_wrong_is_said_in_our_words_with_the_exit_code_of_wrong_use(
    typed: Typed, words: list[str], said: str
) -> None:
    done = typed(*words)
    assert done.returncode == 2
    assert said in done.stderr


def test_what_is_wrong_is_said_in_the_language_of_the_user(typed: Typed) -> None:
    assert "n'existe pas" in typed("xyzzy", EBOXCAST_LANGUAGE="fr").stderr


@pytest.mark.parametrize(
    "words", [[MARKED], ["check", "--as", MARKED], ["split", "a", MARKED], ["check", f"--{MARKED}"]]
)
def test_a_number_among_the_words_is_not_repeated(typed: Typed, words: list[str]) -> None:
    done = typed(*words)
    assert done.returncode == 2
    assert MARKED not in done.stdout + done.stderr


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("words", [["ebox", MARKED], ["ebox", "85.07.30-033.28"], ["audit", "find", MARKED]])
def test_a_number_is_read_from_standard_input_only(command: Command, words: list[str]) -> None:
    code, out, err = command("--as", "ada", *words)
    assert code == 2
    assert "standard input" in err
    assert "033" not in out + err


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("eboxcast sta", ["status"]),
        ("eboxcast broadcast re", ["request", "reconfirm", "report"]),
        ("eboxcast split --m", ["--max"]),
        ("eboxcast sample --ebox-type ", ["CITIZEN", "ENTERPRISE"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(typed: Typed, line: str, offered: list[str]) -> None:
    at = len(line.split(" ")) - 1
    asked = {"_EBOXCAST_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(at)}
    assert typed(**asked).stdout.split() == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_eboxcast(typed: Typed, shell: str) -> None:
    assert "_EBOXCAST_COMPLETE=complete_" + shell in typed("completion", shell).stdout


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("ines", ["broadcast", "show", "2027-0999"]),
        ("ines", ["status", "ffffffff"]),
        ("ines", ["notices", "show", "999"]),
        ("ines", ["message-type", "show", "999"]),
        ("ines", ["person", "tokens", "nobody"]),
        ("ines", ["person", "revoke", "999"]),
        ("ines", ["calendar", "lift", "999"]),
        ("ines", ["contacts", "set", "nowhere", "--name", "x", "--email", "x@example.org"]),
        ("anne", ["broadcast", "cancel", "2027-0999", "--reason", "x"]),
    ],
)
def test_what_is_not_there_ends_with_one_code(command: Command, who: str, words: list[str]) -> None:
    code, out, err = command("--as", who, *words)
    assert (code, out) == (2, "")
    assert err.startswith("✗ There is no ") or "No run" in err


@pytest.mark.usefixtures("office")
def test_who_asks_for_an_unknown_type_is_told_what_they_can_do(command: Command) -> None:
    asked = ["--application", "X", "--type", "Unknown", "--subject", "x", "--date", "2027-03-15"]
    code, _, err = command("--as", "anne", "broadcast", "request", *asked, "--language", "fr", "--recipients", "10")
    assert code == 2
    assert "eboxcast message-type list" in err
    assert "load" not in err
