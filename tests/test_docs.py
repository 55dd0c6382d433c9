"""What the pages promise is there, and what is there has its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.lib.test_wording import sentences

from eboxcast.cli.commands import COMMANDS
from eboxcast.cli.main import command_named
from eboxcast.cli.shell.acting import who_may
from eboxcast.lib.actors import ALL_ROLES, Role
from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.translation import paragraphs

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
REFERENCE = (DOCS / "reference" / "commands.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## `eboxcast ([^`]+)`\n(.*?)(?=^## |\Z)", REFERENCE, re.MULTILINE | re.DOTALL))


def commands_of(name: str) -> dict[str, Any]:
    """Return a command, or the commands below it, each with its full name."""
    command: Any = command_named(name)
    if not COMMANDS[name].below:
        return {name: command}
    with typer.Context(command) as context:
        return {f"{name} {below}": command.get_command(context, below) for below in command.list_commands(context)}


Row = tuple[str, str]


def parameters_of(command: Any) -> dict[str, Row]:
    """Return what can be given to a command, its values and its help, as the tables of the reference write them."""
    given = (parameter for parameter in command.params if parameter.name != "help")
    return {_names(parameter): (_values(parameter), parameter.help or "") for parameter in given}


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _values(parameter: Any) -> str:
    default, kind = parameter.default, parameter.type_descriptor.annotation
    needed = "required" * parameter.required
    if isinstance(kind, type) and issubclass(kind, Enum):
        choices = ", ".join(f"`{choice.value}`" + " (default)" * (choice == default) for choice in kind)
        return f"{needed}: {choices}" if needed else choices
    return needed if default in (None, "", []) or isinstance(default, bool) else f"default {default}"


def rows_of(section: str) -> dict[str, Row]:
    """Return the rows of the tables in a section: what can be given, its values and what is said of it."""
    rows = re.findall(r"^\| (`[^|]+`) \|([^|]*)\| (.*) \|$", section, re.MULTILINE)
    return {name: (values.strip(), says.strip()) for name, values, says in rows}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented_as_its_help_says(name: str) -> None:
    for full_name, command in commands_of(name).items():
        expected = parameters_of(command)
        assert [given for given, (_, says) in expected.items() if not says] == [], "without help"
        assert rows_of(SECTIONS[full_name]) == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help_and_a_sentence_in_the_list(name: str) -> None:
    assert COMMANDS[name].summary.endswith(".")
    assert all((command.help or "").strip() for command in commands_of(name).values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_word_of_help_is_in_the_catalogues(name: str) -> None:
    below = commands_of(name)
    texts = [COMMANDS[name].summary, *(one.help for one in below.values())]
    texts += [parameter.help for one in below.values() for parameter in one.params]
    found = {sentence for text in texts for sentence in paragraphs(text or "")}
    assert sorted(found - set(sentences())) == []


def test_who_may_run_a_command_is_documented() -> None:
    table = REFERENCE.split("## Who may run which", 1)[1]
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", table, re.MULTILINE)
    documented = {name: who.strip() for names, who in rows for name in re.findall("`([^`]+)`", names)}
    below = [(name, one) for name, command in COMMANDS.items() for one in command.below or [""]]
    assert documented == {f"{name} {one}".strip(): _words(who_may(name, one)) for name, one in below}


def _words(who: frozenset[Role] | None) -> str:
    if who is None:
        return "anybody"
    return "every role" if who == ALL_ROLES else ", ".join(role for role in Role if role in who)


def test_only_commands_that_exist_are_documented() -> None:
    assert set(SECTIONS) == {full_name for name in COMMANDS for full_name in commands_of(name)}


def test_every_exit_code_an_error_can_have_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d) \|", REFERENCE, re.MULTILINE)}
    for name in COMMANDS:
        commands_of(name)  # imports them, and their errors with them
    raised = {one.exit_code for one in (Misconfigured, EboxcastError, *_below(EboxcastError))}
    assert raised <= documented


def _below(kind: type[EboxcastError]) -> Iterator[type[EboxcastError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_a_page_names_in_code_exists(page: Path) -> None:
    code = r"(?:`|^ +|^ *\$ )eboxcast (?:--as \w+ )?([a-z][a-z-]*(?: [a-z][a-z-]*\b)?)"
    named = re.findall(code, page.read_text("utf-8"), re.MULTILINE)
    assert [name for name in named if not _is_command(*name.split(" "))] == []


def _is_command(name: str, below: str = "") -> bool:
    command = COMMANDS.get(name)
    return command is not None and (not below or not command.below or below in command.below)


def test_every_page_the_code_names_exists() -> None:
    named = {
        name
        for source in (*(ROOT / "src").rglob("*.py"), ROOT / "Makefile")
        for name in re.findall(r"docs/[\w/.-]+\.(?:md|xsd)", source.read_text("utf-8"))
    }
    assert named
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_page_is_on_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\(([^)#]+)", (DOCS / "README.md").read_text("utf-8")))
    assert {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"} <= listed


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    site = (ROOT / "zensical.toml").read_text("utf-8")
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    assert set(re.findall(r'"([\w./-]+\.md)"', site)) - {"screenshots/README.md"} == pages


def test_the_pages_of_the_site_load_nothing_from_elsewhere() -> None:
    site = ROOT / "build" / "docs"
    if not site.exists():
        pytest.skip("make docs was not run")
    loads = re.compile(
        r'<(?:script|img|iframe|link rel="?(?:stylesheet|preload|preconnect|icon)"?)[^>]*?(?:src|href)="?(?:https?:)?//'
    )
    assert [str(page.relative_to(site)) for page in site.rglob("*.html") if loads.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize("page", ["security.md", "reference/asvs.md"])
def test_every_test_that_is_named_as_proof_exists(page: str) -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", (DOCS / page).read_text("utf-8")))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_target_of_make_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {target for page in PAGES for target in re.findall(r"`make ([a-z]+)", page.read_text("utf-8"))}
    assert named <= targets


def test_the_sender_file_page_shows_a_file_that_has_every_key_it_explains() -> None:
    page = (DOCS / "reference" / "sender-file.md").read_text("utf-8")
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    tables = {name: set(re.findall(r"^(\w+) =", body, re.MULTILINE)) for name, body in _tables(shown[1])}
    explained = re.findall(r"^## `\[\[(\w+)\]\]`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert tables == {name: set(re.findall(r"^\| `(\w+)`", body, re.MULTILINE)) for name, body in explained}


def _tables(toml: str) -> list[tuple[str, str]]:
    return re.findall(r"^\[\[(\w+)\]\]\n(.*?)(?=^\[\[|\Z)", toml, re.MULTILINE | re.DOTALL)
