"""Who may call the simulated provider: its clients, with their secret or public key, sender and scopes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eboxcast.simulator.errors import SimulatorFileWrong

_CONSULT = "scope:document:management:consult:ws-eboxrestentreprise:"  # the spelling is theirs
PUBLISH_SCOPE = _CONSULT + "publicationsender"
SUMMARY_SCOPE = _CONSULT + "summaryownebox"
MESSAGES_SCOPE = _CONSULT + "messagesfull"
REFERENCE_SCOPE = _CONSULT + "referencedata"
PREFERENCE_SCOPE = "scope:documentmanagement:ebox:enterprise:federation-rest:preference"
SCOPES = frozenset({PUBLISH_SCOPE, SUMMARY_SCOPE, MESSAGES_SCOPE, REFERENCE_SCOPE, PREFERENCE_SCOPE})


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """An RSA public key."""

    modulus: int
    exponent: int


@dataclass(frozen=True, kw_only=True)
class Client:
    """Who may ask for tokens. Without an organization it may send for any."""

    client_id: str
    secret: str | None = None
    organization: str | None = None
    scopes: frozenset[str] = SCOPES
    public_key: PublicKey | None = None
    """Without one, any well-formed assertion of this client is taken."""

    @property
    def sender(self) -> str:
        """Return whose messages its messages are."""
        return self.organization or self.client_id


REHEARSAL = Client(client_id="rehearsal", secret="rehearsal")  # noqa: S106 - printed in the documentation
"""The client of a simulator that was given no file of clients."""


def read_clients(path: Path) -> dict[str, Client]:
    """Return the clients of a TOML file, by name. Raises SimulatorFileWrong naming the table."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))["client"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as cause:
        raise SimulatorFileWrong(path=str(path), place=f"[[client]] ({type(cause).__name__})") from None
    clients = [_client(path, number, table) for number, table in enumerate(tables, start=1)]
    return {client.client_id: client for client in clients}


def _client(path: Path, number: int, table: dict[str, Any]) -> Client:
    try:
        key = table.get("public_key")
        return Client(
            client_id=table["id"],
            secret=table.get("secret"),
            organization=table.get("organization"),
            scopes=frozenset(table.get("scopes", SCOPES)),
            public_key=PublicKey(modulus=int(key["modulus"], 16), exponent=int(key["exponent"])) if key else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SimulatorFileWrong(path=str(path), place=f"[[client]] {number}") from None
