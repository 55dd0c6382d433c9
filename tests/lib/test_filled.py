"""Whatever an error or a finding names in its texts is given where it is made: a name nothing fills is never shown.

Read in the source, for no test comes to every place where something goes wrong.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import eboxcast
from eboxcast.database import boot
from eboxcast.database.findings import Finding, State
from eboxcast.lib.errors import Defect, EboxcastError, Misconfigured
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import names_in

SOURCE = Path(eboxcast.__file__).parent
FINDERS = ("operations.doctor", "database.doctor", "exchange.inventory", "web.examination")


def modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    boot.configure()
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
            yield import_module(name), ast.parse(path.read_text("utf-8"))


def test_every_error_is_made_with_all_that_its_texts_name() -> None:
    made = [(module, call, kind) for module, tree in modules() for call, kind in errors_made(module, tree)]
    assert len(made) > 250
    left = [f"{module.__name__}:{call.lineno}: {open_in(call, kind)}" for module, call, kind in made]
    assert [one for one in left if not one.endswith("set()")] == []


def errors_made(module: ModuleType, tree: ast.Module) -> Iterator[tuple[ast.Call, type[EboxcastError | Misconfigured]]]:
    for node in ast.walk(tree):
        kind = value_of(node.func, module) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and inspect.isclass(kind) and issubclass(kind, EboxcastError | Misconfigured):
            yield node, kind


def open_in(call: ast.Call, kind: type[EboxcastError | Misconfigured]) -> set[str]:
    """Return what nothing fills; nothing where what is given is not written there (``**data``)."""
    given = {keyword.arg for keyword in call.keywords}
    if None in given:
        return set()
    return needed(kind.sentence, kind.remedy, actions=kind.actions.items()) - given - given_by_itself(kind)


def needed(*texts: str, actions: object) -> set[str]:
    """Return what texts need, and the actions that they name."""
    table: dict[str, NextAction] = dict(actions)  # type: ignore[call-overload]
    named = names_in(*texts) & table.keys()
    return set(names_in(*texts) - named) | {name for one in named for name in names_in(*table[one].parameters.values())}


def given_by_itself(kind: type) -> set[str | None]:
    """Return what the class adds to what it is made with."""
    own = [
        base for base in kind.__mro__ if "__init__" in vars(base) and issubclass(base, EboxcastError | Misconfigured)
    ]
    trees = [ast.parse(textwrap.dedent(inspect.getsource(vars(base)["__init__"]))) for base in own]
    return {node.arg for tree in trees for node in ast.walk(tree) if isinstance(node, ast.keyword)}


@pytest.mark.parametrize("name", FINDERS)
def test_every_finding_is_made_with_all_that_its_texts_name(name: str) -> None:
    boot.configure()
    module = import_module(f"eboxcast.{name}")
    tree = ast.parse(inspect.getsource(module))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    found = [
        (call, Given(module, function))
        for function in functions
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Finding"
    ]
    assert found
    assert {f"{call.lineno}: {left}" for call, given in found if (left := given.left_open(call))} == set()


class Given:
    """What a function gives to the findings it makes, by its source."""

    def __init__(self, module: ModuleType, function: ast.FunctionDef) -> None:
        self.module = module
        self.function = function

    def left_open(self, call: ast.Call) -> set[str]:
        _, _, sentence, *rest = call.args
        data, remedy, actions = [*rest, None, None, None][:3]
        texts = [*self.texts(sentence), *(self.texts(remedy) if remedy else ())]
        table = value_of(actions, self.module) if actions else {}
        return needed(*texts, actions=table.items() if isinstance(table, dict) else ()) - self.keys(data)

    def texts(self, node: ast.expr) -> list[str]:
        """Return the marked sentences an expression may be."""
        found = [one for one in self.reached(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        known = [value_of(one, self.module) for one in self.reached(node) if isinstance(one, ast.Name)]
        tables = [text for one in known if isinstance(one, dict) for text in one.values() if isinstance(text, str)]
        return [str(one.value) for one in found] + [one for one in known if isinstance(one, str)] + tables

    def keys(self, node: ast.expr | None) -> set[str]:
        """Return the names that an expression may give."""
        shown = self.reached(node) if node else []
        return {
            str(key.value)
            for one in shown
            if isinstance(one, ast.Dict)
            for key in one.keys
            if isinstance(key, ast.Constant)
        } | {
            str(one.slice.value)
            for one in shown
            if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
        }

    def reached(self, node: ast.AST) -> list[ast.AST]:
        """Return the parts of an expression, and of what its names stand for in this function and in the module."""
        parts: list[ast.AST] = []
        waiting, seen = [node], set[str]()
        while waiting:
            parts += (inner := list(ast.walk(waiting.pop())))
            for name in {one.id for one in inner if isinstance(one, ast.Name)} - seen:
                seen.add(name)
                waiting += self.meant_by(name, before=getattr(node, "lineno", 0))
        return parts

    def meant_by(self, name: str, *, before: int) -> Iterator[ast.AST]:
        """Yield what a name was given last before a line, what was put into it, and the function it is."""
        given = [one for one in ast.walk(self.function) if isinstance(one, ast.Assign | ast.AnnAssign | ast.For)]
        earlier = [one for one in given if one.lineno <= before]
        last = max((one for one in earlier if name in targets(one)), key=lambda one: one.lineno, default=None)
        if last is not None and (value := last.iter if isinstance(last, ast.For) else last.value):
            yield value
        yield from (one for one in earlier if any(target.startswith(f"{name}[") for target in targets(one)))
        helper = getattr(self.module, name, None)
        if inspect.isfunction(helper) and helper.__module__ == self.module.__name__:
            yield ast.parse(inspect.getsource(helper))


def targets(one: ast.Assign | ast.AnnAssign | ast.For) -> list[str]:
    first = one.targets[0] if isinstance(one, ast.Assign) else one.target
    return [ast.unparse(each) for each in (first.elts if isinstance(first, ast.Tuple) else [first])]


def value_of(node: ast.expr, module: ModuleType) -> object:
    """Return what a name, also one with dots, stands for in a module; None for what is no name."""
    try:
        parts = ast.unparse(node).split(".")
        found: object = module
        for part in parts:
            found = getattr(found, part)
    except AttributeError:
        return None
    return found


def test_a_finding_that_leaves_a_name_open_is_a_defect() -> None:
    with pytest.raises(Defect) as refused:
        Finding("space", State.OK, "{free} is free in {folder}.", {"free": "1 GB"})
    assert "folder" in str(refused.value.data["check"])


def test_what_an_action_of_a_remedy_needs_has_to_be_given_too() -> None:
    see = {"see": NextAction(action="run.see", parameters={"run": "{run}"})}
    with pytest.raises(Defect):
        Finding("runs", State.OK, "It waits.", {}, "To see it: {see}", see)
    assert Finding("runs", State.OK, "It waits.", {}, "", see).remedy == ""
