"""The single words that audit entries hold, as readers get them."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.broadcasts.models import Lateness, Side
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_
from eboxcast.notices.words import Marked

WHO: Mapping[Role, str] = {
    Role.VALIDATOR: N_("the validator (BCSS)"),
    Role.INTEGRATION: N_("the integration team"),
    Role.REQUESTER: N_("the institution"),
    Role.CONFIRMER: N_("the person who gives the GO for the institution"),
    Role.LAUNCH: N_("the launch team"),
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

_WORDS: Mapping[str, str] = {
    **VOID_BECAUSE,
    "interrupted": N_("it was interrupted"),
    "its window ended before it was visible": N_("its window ended before it was visible"),
    "its window ended before everybody had it": N_("its window ended before everyone had received it"),
    "what was prepared is not there any more": N_("what was prepared no longer exists"),
    "acceptance": N_("acceptance"),
    "production": N_("production"),
    Side.VALIDATOR: N_("the validator (BCSS)"),
    Side.OPERATOR: N_("the integration team"),
    Lateness.RECONFIRMATION: N_("the reconfirmation"),
    Lateness.ACCEPTANCE: N_("the files for acceptance"),
    "fr": N_("French"),
    "nl": N_("Dutch"),
    "de": N_("German"),
    "en": N_("English"),
}


def word(text: str) -> Marked | str:
    """Return a word of ours to be said in the reader's language; any other text as it is."""
    return Marked(_WORDS[text]) if text in _WORDS else text
