"""What is set for the target of one environment, as a value: no file, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class TargetKind(StrEnum):
    """Which target publishes."""

    LOCAL = "local"
    EBOX_REST = "ebox-rest"


class SecretPlace(StrEnum):
    """Where the token server wants the client's secret (RFC 6749, 2.3.1)."""

    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """Where an environment publishes and how; for its own eBoxes only ``kind`` counts."""

    kind: TargetKind = TargetKind.LOCAL
    base_url: str = ""
    """Of the Message Registry: what comes before ``/publishMessage``."""
    token_url: str = ""
    client_id: str = ""
    client_secret_file: Path | None = None
    client_secret_in: SecretPlace = SecretPlace.HEADER
    scope: str = ""
    federation_url: str = ""
    """Of the federation service: what comes before ``/eboxPreferences/search``. Empty: it is not asked."""
    links: bool = True
    largest_call: int = 1000
    """The most recipients of one linkEboxMessage."""
    statuses: bool = True
    statuses_per_call: int = 250
    idempotency_key: bool = False
    parallel: int = 4
    """Lanes of one run."""
    rate: float = 0.0
    """Recipients per second of one run; 0 is without limit."""
    connect_seconds: float = 10.0
    answer_seconds: float = 60.0
    """How long a call may be silent: while sending, and while its answer is awaited."""
    authority_file: Path | None = None
    """Certificates of the authorities to trust instead of the system's own."""
    certificate_file: Path | None = None
    """Certificate of this client, with its chain."""
    certificate_key_file: Path | None = None
    """Its private key, where it is not in ``certificate_file``."""
    metas: tuple[str, ...] = ()
    """Business data keys that the provider has configured for us."""
    recipient_refusals: tuple[str, ...] = ()
    """Error codes with which this provider refuses one recipient, beyond those of the public contract."""
