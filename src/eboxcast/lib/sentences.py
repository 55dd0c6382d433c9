"""The sentences of the catalogue, found in the source: those marked with ``N_``, the help of commands, and templates.

Babel calls ``extract`` (pyproject.toml), and the tests of the catalogue do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import BinaryIO

from eboxcast.lib.translation import paragraphs

_IN_TEMPLATE = re.compile(r"""\{%\s*t\s+(?:"([^"]*)"|'([^']*)')""")
"""A sentence of a template: ``{% t "Signed in as {name}" name=account %}`` (web/templatetags/page.py)."""


def extract(
    source: BinaryIO, keywords: object = None, comment_tags: object = None, options: object = None
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield line, nothing, sentence and no comments for each sentence of a module: the form Babel asks for."""
    for node in ast.walk(ast.parse(source.read())):
        for text in _marked(node), *paragraphs(_help(node)):
            if text:
                yield node.lineno, None, text, []  # type: ignore[attr-defined]  # nodes with text have a line


def extract_from_template(
    source: BinaryIO, keywords: object = None, comment_tags: object = None, options: object = None
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the same for each sentence of a template."""
    for number, line in enumerate(source.read().decode().splitlines(), start=1):
        for found in _IN_TEMPLATE.finditer(line):
            yield number, None, found[1] or found[2], []


def _marked(node: ast.AST) -> str:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_"
    return _text(node.args[0]) if called else ""  # type: ignore[attr-defined]  # it is a call


def _help(node: ast.AST) -> str:
    """Return the help of an option or an argument, or the docstring of a command."""
    if isinstance(node, ast.Call) and _name(node) in ("Option", "Argument"):
        return next((_text(one.value) for one in node.keywords if one.arg == "help"), "")
    if isinstance(node, ast.FunctionDef) and any(_name(one) in ("command", "callback") for one in node.decorator_list):
        return ast.get_docstring(node) or ""
    return ""


def _name(node: ast.expr) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
