"""What the browser of a recipient keeps for us, encrypted: no server has a list of who is signed in, no query asks it.

The control database holds no recipient (design of the data), and eleven million people may come on one evening.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from eboxcast.lib import sealing


def seal(values: dict[str, Any], *, purpose: str) -> str:
    """Return values as only this installation can read them, for one purpose."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return sealing.seal(text, secret=settings.SECRET_KEY, purpose=f"inbox {purpose}")


def unseal(text: str, *, purpose: str, seconds: int) -> dict[str, Any] | None:
    """Return what was sealed for this purpose so few seconds ago, or None."""
    plain = sealing.unseal(text, secret=settings.SECRET_KEY, purpose=f"inbox {purpose}", seconds=seconds)
    values: dict[str, Any] | None = json.loads(plain) if plain is not None else None
    return values
