"""What the engine's commands refuse while the procedure is on: production is reached through broadcasts alone."""

from __future__ import annotations

from eboxcast.cli.shell.acting_errors import OnlyByBroadcast
from eboxcast.database.installation import procedure_is_on
from eboxcast.database.names import ENVIRONMENTS

_PRODUCTION = ENVIRONMENTS[1]


def refuse_production_alone(environment: str, *, asked: str) -> None:
    """Raise OnlyByBroadcast for production, with the procedure on. Whoever launches a broadcast does not come by."""
    if environment == _PRODUCTION and procedure_is_on():
        raise OnlyByBroadcast(asked=asked)
