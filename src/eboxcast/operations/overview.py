"""An installation in short: what it is, where each environment publishes, and what is going on in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from eboxcast import __version__
from eboxcast.audit.models import Seal
from eboxcast.database import installation
from eboxcast.database.environments import environments_in_reach
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.remote.gauges import EnvironmentGauges, gauge
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes.preview import bytes_of_database
from eboxcast.notices.listing import Tally, tally, unread_since
from eboxcast.operations.models import StewardPass
from eboxcast.operations.passes import PATIENCE, is_missed, last_pass, waiting
from eboxcast.targets.opening import capabilities_of


@dataclass(frozen=True, kw_only=True)
class EnvironmentOverview:
    """One environment."""

    name: str
    is_remote: bool
    """Whether it publishes to a provider elsewhere, which needs workers."""
    bytes: int | None
    """The size of its database; None where it does not answer."""
    gauges: EnvironmentGauges

    @property
    def runs(self) -> Mapping[str, int]:
        """Return how many runs stand where, without the states that none is in."""
        return {state: count for state, count in self.gauges.runs.items() if count}


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What whoever runs an installation asks first."""

    version: str
    kind: str
    procedure: str
    now: datetime
    clock_offset: timedelta
    address: str
    mail_server: str
    """Which server takes the mails; empty while each is a file."""
    drop_folder: str
    control_bytes: int
    audit_entries: int
    sealed_at: datetime | None
    """When entries were sealed last, as the steward does in each pass that finds some."""
    mails: Tally
    unread_since: datetime | None
    """Since when something happened of which no mail was made: the steward is not running."""
    metrics_address: str
    """Where the pages give the metrics; empty where they do not."""
    last_pass: StewardPass | None
    """When the steward last ran, and what it last did."""
    steward_missed: bool
    """Whether it stays away although something waits."""
    environments: tuple[EnvironmentOverview, ...]


def overview(*, actor: Actor) -> Overview:
    """Return an installation in short. Raises NotYourRole, DatabaseTrouble."""
    authorize(actor, "installation.examine")
    found = gauge()
    last = last_pass()
    server = settings.EBOXCAST_MAIL_SERVER
    return Overview(
        version=__version__,
        kind=installation.kind(),
        procedure=installation.procedure(),
        now=clock.now(),
        clock_offset=clock.offset(),
        address=settings.EBOXCAST_PAGES_URL,
        mail_server=server.host if server else "",
        drop_folder=str(settings.EBOXCAST_DROP_DIR or ""),
        control_bytes=found.control_bytes,
        audit_entries=found.audit_entries,
        sealed_at=_last_sealed(),
        mails=tally(),
        unread_since=_unread_since(),
        metrics_address=f"{settings.EBOXCAST_PAGES_URL}/metrics" if settings.EBOXCAST_METRICS_TOKEN else "",
        last_pass=last,
        steward_missed=is_missed(last) and waiting().anything,
        environments=tuple(_environment(name, found.environments) for name in environments_in_reach()),
    )


def _environment(name: str, gauges: Mapping[str, EnvironmentGauges]) -> EnvironmentOverview:
    size: int | None = None
    with suppress(EboxcastError, Misconfigured):  # the findings below say why it does not answer
        size = bytes_of_database(name)
    return EnvironmentOverview(
        name=name, is_remote=not capabilities_of(name).atomic_visibility, bytes=size, gauges=gauges[name]
    )


def _unread_since() -> datetime | None:
    since = unread_since()
    return since if since is not None and clock.now() - since > PATIENCE else None


@sanitized_db_errors()
def _last_sealed() -> datetime | None:
    return Seal.objects.order_by("-number").values_list("sealed_at", flat=True).first()
