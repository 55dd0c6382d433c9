"""The whole program as people use it: the command line in processes of its own, on a real database."""

from __future__ import annotations

from tests.faults.conftest import NewLetter, machine, new_letter

__all__ = ["NewLetter", "machine", "new_letter"]
