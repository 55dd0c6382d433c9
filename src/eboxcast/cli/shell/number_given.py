"""The number of a person or an enterprise, given on standard input: so it stands in no list of processes."""

from __future__ import annotations

import sys

from eboxcast.cli.shell.errors import IdentifierUnreadable
from eboxcast.lib import clock
from eboxcast.lib.identifiers import Refused, read_cbe, read_niss

_LONGEST = 200
"""More than this on standard input is no identifier."""


def key_given() -> int:
    """Return the recipient key of the number on standard input; never shown again. Raises IdentifierUnreadable."""
    text = sys.stdin.read(_LONGEST).strip()
    for read in (read_niss, read_cbe):
        key = read(text, today=clock.today())
        if not isinstance(key, Refused):
            return key
    raise IdentifierUnreadable
