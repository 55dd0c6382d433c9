"""Idempotency keys, where the provider offers them: the first use stands, the second is told so."""

from __future__ import annotations

import re

from eboxcast.simulator.errors import ContractRefusal, invalid_input
from eboxcast.simulator.journal import UsedKey
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.tokens import Grant

# A String of RFC 8941: printable ASCII in double quotes, backslash before a quote or a backslash.
_STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"')


def spend(provider: Provider, grant: Grant, application: str, header: str | None) -> UsedKey | None:
    """Use the key of a call up, just before its work is done. Refuses with 409 what was used before."""
    if header is None or not provider.behaviour.idempotency:
        return None
    string = _STRING.fullmatch(header.strip())
    if string is None:
        raise invalid_input("Idempotency-Key is not a string of RFC 8941 in double quotes")
    used_key = (grant.client.sender, application, string[1])
    if used_key in provider.holdings.used_keys:
        raise ContractRefusal(
            409, "IDEMPOTENCY_CONFLICT", "This Idempotency-Key was used before; the first call stands"
        )
    provider.holdings.used_keys.add(used_key)
    return used_key
