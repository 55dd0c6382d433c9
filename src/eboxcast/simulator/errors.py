"""What the simulator refuses: calls in the words of the public contract, and files it cannot start with."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.lib.errors import Trouble, WrongUse
from eboxcast.lib.translation import N_


class ContractRefusal(Exception):
    """An answer of the public contract, not an error of ours: outside our tree, in the provider's own words."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


def invalid_input(message: str) -> ContractRefusal:
    """Return the refusal of a call whose content is wrong."""
    return ContractRefusal(400, "INVALID_INPUT", message)


def invalid_schema(reason: str) -> ContractRefusal:
    """Return the refusal of a call that does not follow the schema."""
    return ContractRefusal(400, "INVALID_INPUT", f"Invalid Schema: {reason}")


def missing_key(name: str) -> ContractRefusal:
    """Return the refusal of an object without a required key."""
    return invalid_schema(f"required key [{name}] not found")


def not_found(message: str) -> ContractRefusal:
    """Return the refusal of a call about something the provider does not have."""
    return ContractRefusal(404, "NOT_FOUND", message)


class SimulatorFileWrong(WrongUse):
    """A file the simulator was to start with cannot be used."""

    code = "simulator.file-wrong"
    sentence = N_("{path} cannot be used by the simulator: there is an error at {place}.")
    remedy = N_("Correct it as described in docs/howto/rehearse-with-the-simulator.md, then start again.")


class AddressNotFree(Trouble):
    """The simulator cannot listen where it was told to."""

    code = "simulator.address-not-free"
    sentence = N_("The simulator cannot listen on {host}, port {port}: {reason}.")
    remedy = N_("Choose another port, or port 0 for any free one.")
