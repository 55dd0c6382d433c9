"""What anybody may look up: what senders there are, and which enterprises have an eBox (eboxPreferences/search)."""

from __future__ import annotations

from eboxcast.simulator.errors import invalid_input, invalid_schema, missing_key, not_found
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.recipients import NOBODY, ebox_id, enterprise_keys
from eboxcast.simulator.senders import Senders

KINDS = ("messageTypes", "senderApplications", "senderOrganizations")


def items_of(senders: Senders, kind: str) -> dict[str, dict[str, object]]:
    """Return everything of one kind, by its identifier."""
    if kind == "messageTypes":
        return {code: _message_type(senders, code) for code in senders.message_types}
    if kind == "senderApplications":
        return {name: _application(senders, name) for name in senders.applications}
    return {cbe: _organization(senders, cbe) for cbe in senders.institutions}


def item_of(senders: Senders, kind: str, identifier: str) -> dict[str, object]:
    """Return one item."""
    found = items_of(senders, kind).get(identifier)
    if found is None:
        raise not_found(f"{kind} not found")
    return found


def _message_type(senders: Senders, code: str) -> dict[str, object]:
    known = senders.message_types[code]
    owners = {senders.applications[name][0] for name in known.applications if name in senders.applications}
    return {
        "messageTypeId": code,
        "messageTypeName": known.title,
        "validityPeriod": {
            "validityPeriodNumber": known.validity.number,
            "validityPeriodUnit": known.validity.unit,
        },
        "senderOrganizationIds": sorted(owners),
        "senderApplicationIds": list(known.applications),
    }


def _application(senders: Senders, name: str) -> dict[str, object]:
    organization, title = senders.applications[name]
    types = [code for code, known in senders.message_types.items() if name in known.applications]
    return {
        "applicationId": name,
        "applicationName": title,
        "senderOrganizationIds": [organization],
        "messageTypeIds": types,
    }


def _organization(senders: Senders, cbe: str) -> dict[str, object]:
    applications = [name for name, (owner, _) in senders.applications.items() if owner == cbe]
    types = [code for code, known in senders.message_types.items() if set(applications) & set(known.applications)]
    return {
        "organizationId": cbe,
        "organizationShortName": senders.institutions[cbe],
        "senderApplicationIds": applications,
        "messageTypeIds": types,
    }


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
