"""What is set for a provider that speaks the Message Registry contract, and how the targets file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from eboxcast.targets import readers
from eboxcast.targets.options import Capabilities, TargetOptions
from eboxcast.targets.readers import Reader


class SecretPlace(StrEnum):
    """Where the token server wants the client's secret (RFC 6749, 2.3.1)."""

    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, kw_only=True)
class EboxRestOptions(TargetOptions):
    """Where the provider is, who we are there, and what it promises."""

    kind: ClassVar[str] = "ebox-rest"

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

    @property
    def capabilities(self) -> Capabilities:
        """What the provider promises in writing, as somebody declared it here."""
        return Capabilities(
            atomic_visibility=False,
            recall=False,  # no version of the contract has a call for it
            own_eboxes=False,
            links=self.links,
            recipients_per_call=self.largest_call if self.links else 1,
            statuses=self.statuses,
            idempotency_key=self.idempotency_key,
            tells_never_activated=not self.links,  # only publishMessage answers NO_DIGITAL_USER
        )


NEEDED = ("base_url", "token_url", "client_id", "client_secret_file")
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "base_url": readers.url,
        "token_url": readers.url,
        "client_id": readers.text,
        "client_secret_file": readers.file,
        "client_secret_in": readers.one_of(SecretPlace),
        "scope": readers.text,
        "federation_url": readers.url,
        "links": readers.flag,
        "largest_call": readers.count(100_000),
        "statuses": readers.flag,
        "statuses_per_call": readers.count(100_000),
        "idempotency_key": readers.flag,
        "connect_seconds": readers.seconds,
        "answer_seconds": readers.seconds,
        "authority_file": readers.file,
        "certificate_file": readers.file,
        "certificate_key_file": readers.file,
        "metas": readers.texts,
        "recipient_refusals": readers.texts,
    }
)
