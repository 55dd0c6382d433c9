"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import builtins
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import eboxcast
from eboxcast.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "eboxcast").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
NOTES = sorted(set((ROOT / "changelog.d").glob("*")) - {ROOT / "changelog.d" / "README.md"})


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_are_pinned_and_hashed_and_name_no_address(path: Path) -> None:
    entries = _entries(path)
    assert entries
    pinned = re.compile(r"[a-z0-9.-]+==[\w.+]+( ; [^:]+)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [entry for entry in entries if not pinned.fullmatch(entry)] == []


def _entries(path: Path) -> list[str]:
    lines = path.read_text("utf-8").replace("\\\n", "").splitlines()
    return [line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def test_what_runs_in_development_is_what_runs_elsewhere() -> None:
    run, dev = (_pins(ROOT / "requirements" / name) for name in ("run.txt", "dev.txt"))
    assert run.items() <= dev.items()


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_what_is_pinned_is_what_the_project_asks_for(name: str) -> None:
    pins = _pins(ROOT / "requirements" / name)
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [
        *PROJECT["project"]["dependencies"],
        *extras["embedded"],
        *extras["simulator"],
        *(extras["dev"] if name == "dev.txt" else []),
    ]
    wanted = [Requirement(one) for one in asked]
    assert {one.name.lower() for one in wanted} <= pins.keys()
    assert [str(one) for one in wanted if not one.specifier.contains(pins[one.name.lower()])] == []


def test_the_code_imports_nothing_the_project_does_not_ask_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    offered = ("embedded", "simulator", "bench", "pkcs11")
    asked = [*PROJECT["project"]["dependencies"], *(one for name in offered for one in extras[name])]
    known = {canonicalize_name(Requirement(one).name) for one in asked}
    packages = packages_distributions()
    foreign = {name: packages[name] for name in _imported() if name in packages and name != "eboxcast"}
    assert {name for name, owners in foreign.items() if not known & set(map(canonicalize_name, owners))} == set()


def _imported() -> set[str]:
    statement = re.compile(r"^\s*(?:from|import) ([a-zA-Z]\w*)", re.MULTILINE)
    return {name for path in SOURCES for name in statement.findall(path.read_text("utf-8"))}


def test_the_build_backend_is_pinned() -> None:
    needed = {re.split(r"[<>=]", one)[0].lower() for one in PROJECT["build-system"]["requires"]}
    assert needed <= _pins(ROOT / "requirements" / "run.txt").keys()


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))


def test_the_version_is_said_once_in_code_and_once_in_the_project_file() -> None:
    assert eboxcast.__version__ == PROJECT["project"]["version"]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.name)
def test_a_note_is_a_few_sentences_for_users(path: Path) -> None:
    text = path.read_text("utf-8").strip()
    assert re.fullmatch(r"[a-z0-9-]+\.md", path.name)
    assert text.endswith(".")
    assert not text.startswith("#")
    assert len(text) < 800


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "CONTRIBUTING.md", "docs/README.md", "docs/quickstart.md"])
def test_what_a_stranger_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").strip()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path for path in SOURCES if path.stat().st_size and "migrations" not in path.parts and not _docstring(path)
    ]
    assert silent == []


def test_a_docstring_promises_only_errors_that_there_are() -> None:
    statements = r"^\s*(?:class \w+|(?:from [\w.]+ )?import .*)"
    lines = [line for path in SOURCES for line in re.findall(statements, path.read_text("utf-8"), re.MULTILINE)]
    known = {*re.findall(r"\w+", " ".join(lines)), *dir(builtins)}
    promised = [
        (path.name, node.name, name)
        for path, node in _nodes(SOURCES, about=r"\bRaises?\s")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for said in re.findall(r"\bRaises?\s+([^.]*)\.", ast.get_docstring(node) or "")
        for name in re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", said)
    ]
    assert len(promised) > 100
    assert [one for one in promised if one[2] not in known] == []


def _docstring(path: Path) -> str | None:
    begin = re.match(r'"""(.+?)"""', path.read_text("utf-8"), re.DOTALL)
    return begin and begin[1]


def test_imports_stand_at_the_top_or_say_why_they_do_not() -> None:
    unexplained = [
        f"{path.relative_to(ROOT)}:{statement.lineno}"
        for path in SOURCES
        if "migrations" not in path.parts
        for lines in [path.read_text("utf-8").splitlines()]
        for statement in _inside_functions(_tree(path, about=r"\n +(from|import) "))
        if isinstance(statement, ast.Import | ast.ImportFrom)
        and not any("  # " in line for line in lines[statement.lineno - 1 : statement.end_lineno])
    ]
    assert unexplained == []


def test_no_module_is_imported_by_a_text_that_types_and_layers_cannot_read() -> None:
    by_text = [
        str(path.relative_to(ROOT / "src" / "eboxcast"))
        for path, node in _nodes(SOURCES, about="import_module|__import__")
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__")
    ]
    assert by_text == []


def test_only_the_command_line_writes_command_lines() -> None:
    """Whoever shows a sentence may be a page: commands come in through next actions (``lib/next_action.py``)."""
    known = "|".join(sorted(COMMANDS, key=len, reverse=True))
    written = [
        f"{path.relative_to(ROOT)}:{text.lineno}: {text.value.strip()}"
        for path in SOURCES
        if path.relative_to(ROOT / "src" / "eboxcast").parts[0] not in _MAY_WRITE_COMMANDS
        for text in _texts(_tree(path, about=rf"\beboxcast ({known})\b"))
        if re.search(rf"\beboxcast ({known})\b", text.value)
    ]
    assert written == []


def test_only_the_command_line_names_options_of_commands() -> None:
    """A page has fields instead. The texts of ``lib/command_line.py`` are the commands; ``useradd`` is not ours."""
    named = [
        f"{path.relative_to(ROOT)}:{text.lineno}: {text.value.strip()}"
        for path in SOURCES
        if path.relative_to(ROOT / "src" / "eboxcast").parts[0] not in _MAY_WRITE_COMMANDS
        if path.name != "command_line.py"
        for text in _texts(_tree(path, about=r"[a-z,.:;] [`(]?--[a-z]"))
        if re.search(r"[a-z,.:;] [`(]?--[a-z]", text.value) and "useradd" not in text.value
    ]
    assert named == []


def test_numbers_of_runs_and_digests_are_shortened_in_one_place() -> None:
    """``short_run`` and ``short_digest`` of lib/formatting.py; the first bytes of something are another matter."""
    shortened = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path, node in _nodes(SOURCES, about=r"\[:(8|12)\]")
        if path.name != "formatting.py"
        if isinstance(node, ast.Subscript) and re.search(r"\[:(8|12)\]$", ast.unparse(node))
        if "digest_of_values" not in ast.unparse(node) and "raw" not in ast.unparse(node)
    ]
    assert shortened == []


def test_what_is_shown_becomes_a_dataclass_only_when_it_is_shown() -> None:
    """A command imports up to a hundred schemas and makes a few: ``lib/schemas.py``."""
    shown = [path for path in SOURCES if "schemas" in (path.parent.name, path.stem) and path.parent.name != "lib"]
    assert len(shown) > 20
    assert [path for path in shown if "@dataclass" in path.read_text("utf-8")] == []


_MAY_WRITE_COMMANDS = {"cli", "tools", "config"}
"""``config`` describes the variables for the manual."""


def _nodes(paths: Iterable[Path], *, about: str) -> Iterator[tuple[Path, ast.AST]]:
    """Return every node of the files in which a pattern is found: to read all of them takes seconds."""
    return ((path, node) for path in paths for node in ast.walk(_tree(path, about=about)))


def _tree(path: Path, *, about: str) -> ast.Module:
    """Return a file as a tree, or an empty one where a pattern is not found in it."""
    text = path.read_text("utf-8")
    return ast.parse(text if re.search(about, text) else "")


def _texts(tree: ast.Module) -> list[ast.Constant]:
    """Return the texts of a module, those of f-strings too, but not what documents it."""
    nodes = list(ast.walk(tree))
    documents = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if id(text) not in documents]


def _inside_functions(tree: ast.Module) -> list[ast.AST]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [node for function in functions for node in ast.walk(function)]


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [path for path in SOURCES if drawers & set(path.with_suffix("").parts[-2:])] == []


SCENARIO_FOLDERS = {"acceptance", "benchmarks", "browser", "faults", "soak"}
"""Folders of tests that are no package of ours: each file in them is a story of its own."""


def test_tests_stand_where_the_package_does_that_they_are_of() -> None:
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in TESTS if path.parent != ROOT / "tests"}
    packages = {path.parent.name for path in (ROOT / "src" / "eboxcast").glob("*/__init__.py")}
    assert folders - packages == SCENARIO_FOLDERS


def test_a_test_file_names_its_module_or_says_in_a_sentence_which_scenario_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in TESTS
        if path.name.startswith("test_") and not _mirrors(path) and len((_docstring(path) or "").split()) < 5
    ]
    assert silent == []


def _mirrors(path: Path) -> bool:
    """Return whether a module, or a package, with the name of a test file is where its folder says, or below."""
    package = ROOT / "src" / "eboxcast" / path.relative_to(ROOT / "tests").parent
    name = path.stem.removeprefix("test_")
    return package.is_dir() and any(found.stem == name for found in package.rglob("*") if found.suffix in ("", ".py"))


MAY_BE_REPLACED = {
    "settings.EBOXCAST_TARGETS": "a configuration, as a file would give it",
    "settings.EBOXCAST_DROP_DIR": "a configuration",
    "settings.EBOXCAST_EMBEDDED": "a configuration",
    "sys.argv": "what was typed",
    "sys.stdin": "what was typed",
    "sys.modules": "a package that is not installed here",
    "dns.resolver.default_resolver": "the name servers that this machine asks, as /etc/resolv.conf would give them",
    "Path.mkdir": "something that happens on the disk in this very moment",
}
"""What tests may replace, and what that stands for. Time passes with tests/moments.py, not with a clock of theirs."""


def test_tests_replace_what_a_machine_gives_and_none_of_our_code() -> None:
    replaced = {
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path, node in _nodes(TESTS, about="setattr|delattr|setitem|delitem|mock")
        for name in _replaced(node)
        if name not in MAY_BE_REPLACED
    }
    assert replaced == set()


def test_no_test_sets_what_it_imported() -> None:
    """Neither a module nor a class: what a test leaves changed, another one finds."""
    changed = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(target)}"
        for path in TESTS
        for tree in [_tree(path, about=r"\.\w+(, [\w.]+)* [^\s=!<>]{,2}= |\bdel ")]
        for ours in [_ours(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete)
        for target in (node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target])
        if isinstance(target, ast.Attribute) and _root(target) in ours
    ]
    assert changed == []


def test_no_assert_hides_a_bool_in_a_tuple() -> None:
    """A bool among other values says nothing when it is wrong: it has an assert of its own."""
    hiding = [
        f"{path.relative_to(ROOT)}:{side.lineno}"
        for path, node in _nodes(TESTS, about="True|False")
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare)
        for side in (node.test.left, *node.test.comparators)
        if isinstance(side, ast.Tuple) and any(isinstance(getattr(one, "value", None), bool) for one in side.elts)
    ]
    assert hiding == []


def _replaced(node: ast.AST) -> list[str]:
    """Return what a statement replaces: by pytest, by a mock, or by hand."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        return [name for name in names if "mock" in name.split(".")]
    if not isinstance(node, ast.Call):
        return []
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in ("setitem", "delitem"):
        return [ast.unparse(node.args[0])]
    if called in ("setattr", "delattr"):
        words = (word.value if isinstance(word, ast.Constant) else ast.unparse(word) for word in node.args[:2])
        return [".".join(map(str, words))]
    return []


def _ours(tree: ast.Module) -> set[str]:
    """Return the names by which a file knows our code."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.Import)]
    names = [(getattr(node, "module", None) or alias.name, alias) for node in imports for alias in node.names]
    return {"eboxcast"} | {alias.asname or alias.name for name, alias in names if name.split(".")[0] == "eboxcast"}


def _root(target: ast.expr) -> str:
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def test_the_judgement_of_ci_is_make_test() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    commands = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "exec make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
