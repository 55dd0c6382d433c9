"""The names of the three databases."""

from __future__ import annotations

CONTROL = "default"
PRODUCTION = "production"
ENVIRONMENTS = ("acceptance", PRODUCTION)
ALIASES = (CONTROL, *ENVIRONMENTS)

URL_VARIABLES = {
    CONTROL: "EBOXCAST_DATABASE_URL",
    "acceptance": "EBOXCAST_ACCEPTANCE_URL",
    "production": "EBOXCAST_PRODUCTION_URL",
}


def shown(alias: str) -> str:
    """Return the name people read: control, acceptance or production."""
    return "control" if alias == CONTROL else alias
