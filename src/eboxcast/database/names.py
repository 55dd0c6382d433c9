"""The names of the three databases."""

from __future__ import annotations

CONTROL = "default"
PRODUCTION = "production"
ENVIRONMENTS = ("acceptance", PRODUCTION)
ALIASES = (CONTROL, *ENVIRONMENTS)
REPLICAS = {name: f"{name}_replica" for name in ENVIRONMENTS}
"""Where eBoxes may be opened from: no fourth database, but the same one on another server."""

URL_VARIABLES = {
    CONTROL: "EBOXCAST_DATABASE_URL",
    "acceptance": "EBOXCAST_ACCEPTANCE_URL",
    "production": "EBOXCAST_PRODUCTION_URL",
    "acceptance_replica": "EBOXCAST_ACCEPTANCE_REPLICA_URL",
    "production_replica": "EBOXCAST_PRODUCTION_REPLICA_URL",
}


def shown(alias: str) -> str:
    """Return the name people read: control, acceptance or production."""
    return "control" if alias == CONTROL else alias.removesuffix("_replica")
