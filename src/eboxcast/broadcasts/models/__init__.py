"""Broadcasts, and what people decided about them."""

from eboxcast.broadcasts.models.broadcast import Broadcast, Campaign, Numbering, State
from eboxcast.broadcasts.models.decided import (
    Check,
    Contact,
    Decision,
    FileDelivery,
    Go,
    Lateness,
    Outcome,
    SeenIn,
    Side,
    Verdict,
    Via,
    Waiver,
)

__all__ = [
    "Broadcast",
    "Campaign",
    "Check",
    "Contact",
    "Decision",
    "FileDelivery",
    "Go",
    "Lateness",
    "Numbering",
    "Outcome",
    "SeenIn",
    "Side",
    "State",
    "Verdict",
    "Via",
    "Waiver",
]
