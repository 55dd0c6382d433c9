"""Named statements from the ``queries.sql`` that stands beside the code that runs them.

A file is a row of blocks: ``-- name --``, a line ``-- purpose``, the statement.
"""

from __future__ import annotations

import re
from importlib import resources

_BLOCK = re.compile(r"^-- (?P<name>[a-z_]+) --\n(?P<body>.*?)(?=^-- [a-z_]+ --\n|\Z)", re.MULTILINE | re.DOTALL)


class Queries:
    """The statements of one package, as attributes-by-item: ``QUERIES["find_in_ebox"]``."""

    def __init__(self, package: str) -> None:
        text = (resources.files(package) / "queries.sql").read_text(encoding="utf-8")
        self._statements = {block["name"]: block["body"].strip() for block in _BLOCK.finditer(text)}

    def __getitem__(self, name: str) -> str:
        return self._statements[name]

    def names(self) -> list[str]:
        """Return the names of all statements, in the order of the file."""
        return list(self._statements)
