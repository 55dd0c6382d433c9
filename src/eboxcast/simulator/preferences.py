"""eboxPreferences/search of the federation: which enterprises have an eBox, and which want nothing on paper."""

from __future__ import annotations

from eboxcast.simulator.errors import invalid_input, invalid_schema, missing_key
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.recipients import NOBODY, ebox_id, enterprise_keys

_NAMES = ("eboxType", "eboxIdType", "eboxIdValueList")


def preferences(provider: Provider, payload: object) -> list[dict[str, object]]:
    """Return the preferences of those who have an eBox; the others are simply absent."""
    if not isinstance(payload, dict):
        raise invalid_schema("an EboxIdSameTypeList is expected")
    for name in _NAMES:
        if name not in payload:
            raise missing_key(name)
    if (payload["eboxType"], payload["eboxIdType"]) != ("ENTERPRISE", "EnterpriseNumber"):
        raise invalid_input("Only eboxType ENTERPRISE with eboxIdType EnterpriseNumber is known here")
    values = payload["eboxIdValueList"]
    if not isinstance(values, list):
        raise invalid_schema("key [eboxIdValueList] is not of the expected type")
    if len(values) > provider.behaviour.largest_call:
        raise invalid_input(f"Too many in one call: at most {provider.behaviour.largest_call}")
    keys = enterprise_keys(values).tolist() if values else []
    return [_preference(provider, key) for key in keys if key != NOBODY and provider.eboxes.is_active(key)]


def _preference(provider: Provider, key: int) -> dict[str, object]:
    identifier = {**ebox_id(key), "eboxType": "ENTERPRISE"}
    return {"eboxId": identifier, "exclusivelyEbox": provider.eboxes.wants_no_paper(key)}
