"""Whose turn it is, what was checked, seen, late or made void, in words marked for the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.broadcasts.models import Check, Lateness, SeenIn
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_

WHO: Mapping[Role, str] = {
    Role.VALIDATOR: N_("the validator (BCSS)"),
    Role.INTEGRATION: N_("the integration team"),
    Role.REQUESTER: N_("the institution"),
    Role.CONFIRMER: N_("the person who gives the GO for the institution"),
    Role.LAUNCH: N_("the launch team"),
}
"""Whose turn it is, by role."""

CHECKS = {
    Check.OPENS: N_("document opens"),
    Check.TITLE: N_("title"),
    Check.SENDER: N_("sender"),
    Check.LANGUAGE: N_("language"),
    Check.EXPIRY: N_("expiry"),
}

SEEN_IN = {SeenIn.EBOX: N_("seen in the eBox"), SeenIn.PROOF: N_("seen in the proof")}

LATENESS = {
    Lateness.RECONFIRMATION: N_("reconfirmation"),
    Lateness.ACCEPTANCE: N_("files for acceptance"),
}

VOID_BECAUSE: Mapping[str, str] = {
    "postponed": N_("the broadcast was postponed"),
    "other dates wanted": N_("other dates were requested"),
    "refused": N_("the broadcast was refused"),
    "cancelled": N_("the broadcast was cancelled"),
    "the window was missed": N_("the window passed"),
    "new files for acceptance": N_("new files for acceptance were delivered"),
    "new files for production": N_("new files for production were delivered"),
    "files taken back": N_("the files were withdrawn"),
    "what was prepared was given up": N_("the prepared run was discarded"),
}
"""Why a GO is void, as the audit says it; any other text is that of who took it back."""
