"""What an SFTP server counts, and the numbers for Prometheus that are made of it.

Each server notes its counts in the control database now and then: whoever serves the metrics may be elsewhere.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.exchange.models import SftpServer
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError, Misconfigured

FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass
class Tally:
    """What happened since a server was started."""

    signed_in: int = 0
    refused: int = 0
    """Connections that did not sign in."""
    full: int = 0
    """Connections that were sent away because there was no room."""
    received: int = 0
    """Files that their sender closed."""
    cut_off: int = 0
    bytes: int = 0


@sanitized_db_errors()
def note(tally: Tally, *, port: int, signed_in: int, waiting: int) -> None:
    """Note what a server counted, and how many are connected now. Raises DatabaseTrouble."""
    counts = asdict(tally)
    SftpServer.objects.update_or_create(
        name=f"{socket.gethostname()}:{port}",
        defaults={"seen_at": clock.now(), "connected": signed_in, "waiting": waiting, "counts": counts},
    )


def sftp_metrics() -> Iterator[Metric]:
    """Yield the numbers of the servers that were seen in the last hour; none where control does not answer."""
    found: list[SftpServer] = []
    with suppress(EboxcastError, Misconfigured), sanitized_db_errors():
        found = list(SftpServer.objects.filter(seen_at__gt=clock.now() - FORGOTTEN_AFTER).order_by("name"))
    yield _gauge("seconds_since_seen", "How long ago a server last noted its numbers.", (), _seen(found))
    yield _gauge("connections", "Connections now.", ("state",), _connected(found))
    for name, (says, labels, outcomes) in _COUNTED.items():
        family = CounterMetricFamily(f"eboxcast_sftp_{name}", says, labels=("server", *labels))
        for server in found:
            for outcome in outcomes:
                family.add_metric((server.name, *(outcome,) * len(labels)), server.counts.get(outcome, 0))
        yield family


_COUNTED = {
    "visits": ("Connections since a server was started.", ("outcome",), ("signed_in", "refused", "full")),
    "uploads": ("Files since a server was started.", ("outcome",), ("received", "cut_off")),
    "received_bytes": ("Bytes of files since a server was started.", (), ("bytes",)),
}

Values = Mapping[tuple[str, ...], float]


def _seen(found: list[SftpServer]) -> Values:
    return {(one.name,): (clock.now() - one.seen_at).total_seconds() for one in found}


def _connected(found: list[SftpServer]) -> Values:
    return {
        (one.name, state): float(count)
        for one in found
        for state, count in (("signed_in", one.connected), ("waiting", one.waiting))
    }


def _gauge(name: str, says: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = GaugeMetricFamily(f"eboxcast_sftp_{name}", says, labels=("server", *labels))
    for of, value in values.items():
        family.add_metric(of, value)
    return family
