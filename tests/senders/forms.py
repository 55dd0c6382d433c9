"""A form that is right, and people with rights."""

from __future__ import annotations

import tomllib
from pathlib import Path

from eboxcast.lib.actors import ALL_ROLES, INSTITUTION_ROLES, Actor, Role
from eboxcast.senders.models import TypeRequest
from eboxcast.senders.request_form import fill_request
from eboxcast.senders.type_requests import request_type

INSTITUTION = "0456789034"
CODE = "PENSION-NOTICE"

RITA = Actor("rita", frozenset({Role.REQUESTER}), INSTITUTION)
OTTO = Actor("otto", INSTITUTION_ROLES, "0403019261")
VERA = Actor("vera", frozenset({Role.VALIDATOR}))
INES = Actor("ines", frozenset({Role.INTEGRATION}))
LOU = Actor("lou", frozenset({Role.LAUNCH}))
CARL = Actor("carl", frozenset({Role.CONFIRMER}), INSTITUTION)
ADA = Actor("ada", frozenset({Role.AUDITOR}))
CLEO = Actor("cleo", frozenset({Role.CONTACT_CENTRE}))
EVERYBODY = (RITA, VERA, INES, LOU, CARL, ADA, CLEO)
ROOT = Actor("root@here", ALL_ROLES)

FORM = """
[institution]
cbe = "0456789034"
name = { fr = "Office des pensions", nl = "Dienst Pensioenen", de = "Pensionsamt" }

[application]
name = "pensions:letters"
title = { fr = "Courrier", nl = "Post", de = "Post" }

[message_type]
code = "PENSION-NOTICE"
title = { fr = "Avis de pension", nl = "Pensioenbericht", de = "Rentenbescheid" }
description = "The yearly notice.\\nOne page."
legal_basis = "The law on pensions, article 12."
ebox_type = "CITIZEN"
languages = ["fr", "nl"]
validity = { number = 1, unit = "year" }
media_types = ["application/pdf"]
document_bytes = 2000000
without_ebox = "refuse"

[expected]
recipients = 250000
broadcasts_a_year = 2
dates = [2127-02-15, 2127-09-15]

[business_contact]
name = "Bea Claes"
email = "bea@pensions.example"

[technical_contact]
name = "Tom Renard"
email = "tom@pensions.example"
phone = "+32 2 123 45 67"

[requested_by]
name = "Rita Peeters"
email = "rita@pensions.example"
"""


def form_in(folder: Path, **changes: str) -> Path:
    """Write the form, with other words in the place of some."""
    text = FORM
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    path = folder / "form.toml"
    path.write_text(text, encoding="utf-8")
    return path


def request_for(code: str = CODE, *, actor: Actor = RITA) -> TypeRequest:
    """Request a message type with the form."""
    return request_type(fill_request(tomllib.loads(FORM.replace(CODE, code))), actor=actor)
