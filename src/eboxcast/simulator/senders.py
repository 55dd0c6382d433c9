"""Which trios of organisation, application and message type the provider has configured, from a sender file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eboxcast.lib.identifiers import ENTERPRISE_BASE
from eboxcast.simulator.errors import ContractRefusal, SimulatorFileWrong


@dataclass(frozen=True, kw_only=True)
class Validity:
    """How long messages stay."""

    number: int = 6
    unit: str = "month"


@dataclass(frozen=True, kw_only=True)
class MessageType:
    """A configured kind of message."""

    code: str
    title: dict[str, str]
    enterprise: bool
    applications: tuple[str, ...]
    validity: Validity


@dataclass(frozen=True, kw_only=True)
class Senders:
    """The configured senders. Without a file every complete trio counts as configured."""

    any_trio: bool = False
    institutions: dict[str, dict[str, str]] = field(default_factory=dict)
    """Names, by CBE number."""
    applications: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """CBE number and titles, by application."""
    message_types: dict[str, MessageType] = field(default_factory=dict)

    def validity(self, *, organization: str, application: str, message_type: str, recipient: int) -> Validity:
        """Return how long a message of this trio stays. Refuses what is not configured."""
        if self.any_trio and organization and application and message_type:
            return Validity()
        known = self.message_types.get(message_type)
        owner = self.applications.get(application, ("", {}))[0]
        if (
            known is None
            or owner != organization
            or application not in known.applications
            or known.enterprise != (recipient >= ENTERPRISE_BASE)
        ):
            raise ContractRefusal(400, "INVALID_SENDER", "Invalid message configuration")
        return known.validity


def read_senders(path: Path) -> Senders:
    """Return the senders of a sender file (docs/reference/sender-file.md). Raises SimulatorFileWrong."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return Senders(
            institutions={one["cbe"]: _texts(one["name"]) for one in tables["institution"]},
            applications={one["name"]: (one["institution"], _texts(one["title"])) for one in tables["application"]},
            message_types={one["code"]: _message_type(one) for one in tables["message_type"]},
        )
    except (KeyError, TypeError) as cause:
        raise SimulatorFileWrong(path=str(path), place=str(cause)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise SimulatorFileWrong(path=str(path), place=type(cause).__name__) from None


def _message_type(table: dict[str, Any]) -> MessageType:
    return MessageType(
        code=table["code"],
        title=_texts(table["title"]),
        enterprise=table["ebox_type"] == "ENTERPRISE",
        applications=tuple(table["applications"]),
        validity=Validity(**table["validity"]),
    )


def _texts(table: dict[str, str]) -> dict[str, str]:
    """Return the languages that a TranslatedString of the contract can have."""
    return {language: table[language] for language in ("nl", "fr", "de") if language in table}
