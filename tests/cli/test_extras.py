"""A command that needs what was not installed says which extra has it."""

from __future__ import annotations

import sys

import pytest
from tests.cli.conftest import Command

from eboxcast.cli.main import COMMANDS


@pytest.mark.parametrize(
    ("name", "module"), [("bench", "polars"), ("simulate-provider", "uvicorn"), ("simulate-sign-in", "starlette")]
)
def test_the_missing_extra_is_named(command: Command, monkeypatch: pytest.MonkeyPatch, name: str, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    code, out, talk = command(name, "--help")
    assert (code, out) == (2, "")
    assert f"eboxcast[{COMMANDS[name].extra}]" in talk
    assert module in talk
    assert "Traceback" not in talk
