"""What is set for a provider that speaks the Message Registry contract, and how the targets file says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar

from eboxcast.lib.forms import Unfit, flag, line, number, texts, word_of
from eboxcast.lib.translation import N_
from eboxcast.targets.options import Capabilities, TargetOptions
from eboxcast.targets.values import readable_file, seconds, url

_ALONE = N_("This is missing. A private key is of no use without its certificate.")


class SecretPlace(StrEnum):
    """Where the token server wants the client's secret (RFC 6749, 2.3.1)."""

    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, kw_only=True)
class EboxRestOptions(TargetOptions):
    """Where the provider is, who we are there, and what it promises."""

    kind: ClassVar[str] = "ebox-rest"

    base_url: Annotated[str, url()] = ""
    """Of the Message Registry: what comes before ``/publishMessage``."""
    token_url: Annotated[str, url()] = ""
    client_id: Annotated[str, line(500)] = ""
    client_secret_file: Annotated[Path, readable_file()] | None = None
    client_secret_in: Annotated[SecretPlace, word_of(SecretPlace)] = SecretPlace.HEADER
    scope: Annotated[str, line(500)] = ""
    links: Annotated[bool, flag()] = True
    largest_call: Annotated[int, number(100_000)] = 1000
    """The most recipients of one linkEboxMessage."""
    statuses: Annotated[bool, flag()] = True
    statuses_per_call: Annotated[int, number(100_000)] = 250
    idempotency_key: Annotated[bool, flag()] = False
    connect_seconds: Annotated[float, seconds()] = 10.0
    answer_seconds: Annotated[float, seconds()] = 60.0
    """How long a call may be silent: while sending, and while its answer is awaited."""
    authority_file: Annotated[Path, readable_file()] | None = None
    """Certificates of the authorities to trust instead of the system's own."""
    certificate_file: Annotated[Path, readable_file()] | None = None
    """Certificate of this client, with its chain."""
    certificate_key_file: Annotated[Path, readable_file()] | None = None
    """Its private key, where it is not in ``certificate_file``."""
    metas: Annotated[tuple[str, ...], texts()] = ()
    """Business data keys that the provider has configured for us."""
    recipient_refusals: Annotated[tuple[str, ...], texts()] = ()
    """Error codes with which this provider refuses one recipient, beyond those of the public contract."""

    def __post_init__(self) -> None:
        if self.certificate_key_file and not self.certificate_file:
            raise Unfit(_ALONE, "certificate_file")

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
