"""What still stands between a broadcast and its launch, each with who can mend it."""

from __future__ import annotations

from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.stepping import STEWARD, missing_for
from eboxcast.lib.plain import plain
from eboxcast.lib.wording import N_, say
from eboxcast.notices.about import About
from eboxcast.reports.sections import Section

_TITLE = N_("Still missing before {asked}:")


def missing_for_launch(about: About, language: str) -> list[Section]:
    """Return what is missing now; nothing where the launch may go on."""
    found = missing_for(about.broadcast, Action.LAUNCH, actor=STEWARD) if about.broadcast else None
    if found is None:
        return []
    notes = tuple(
        " ".join(plain(say(text, language, part.data)) for text in (part.sentence, part.remedy) if text)
        for part in found.parts
    )
    return [Section(title=say(_TITLE, language, {"asked": say(Action.LAUNCH, language)}), notes=notes)]
