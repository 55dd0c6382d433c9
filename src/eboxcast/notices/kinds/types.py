"""Notices about requests for message types, one for each step."""

from __future__ import annotations

from collections.abc import Callable

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.translation import N_
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.readers import Group

G = Group

_TO = (G.REQUESTERS, G.FORM, G.VALIDATORS, G.INTEGRATION)


def _in(environment: str) -> Callable[[SealedEntry], bool]:
    return lambda entry: entry.environment == environment


REQUESTED = Kind(
    name="type-requested",
    subject=N_("Message type {code}: requested"),
    says=N_(
        "{by} requested the message type {code} for {institution}. BCSS reviews it first, then the integration team."
    ),
    to=_TO,
    facts=("application",),
)
VALIDATED = Kind(
    name="type-validated",
    subject=N_("Message type {code}: validated by BCSS"),
    says=N_("{by} validated the message type {code} at business level."),
    to=_TO,
)
ACCEPTED = Kind(
    name="type-accepted",
    subject=N_("Message type {code}: accepted technically"),
    says=N_("{by} accepted the message type {code} technically."),
    to=_TO,
)
IN_ACCEPTANCE = Kind(
    name="type-in-acceptance",
    subject=N_("Message type {code}: ready in acceptance"),
    says=N_("{by} configured the message type {code} in acceptance. Packages can be tested there."),
    to=_TO,
    when=_in("acceptance"),
)
IN_PRODUCTION = Kind(
    name="type-in-production",
    subject=N_("Message type {code}: ready in production"),
    says=N_("{by} configured the message type {code} in production. Broadcasts of this type can be requested."),
    to=_TO,
    when=_in("production"),
)
REFUSED = Kind(
    name="type-refused",
    subject=N_("Message type {code}: refused"),
    says=N_("{by} refused the message type {code}. You can correct the form and submit it again."),
    to=_TO,
    facts=("reason",),
)
WITHDRAWN = Kind(
    name="type-withdrawn",
    subject=N_("Message type {code}: withdrawn"),
    says=N_("{by} withdrew the request for the message type {code}."),
    to=_TO,
    facts=("reason",),
)
