"""What still stands between a broadcast and its launch, each with who can mend it."""

from __future__ import annotations

from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import missing_for
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.reports.sections import Section

_TITLE = N_("Still missing before {asked}:")


def missing_for_launch(about: About, language: str) -> list[Section]:
    """Return what is missing now; nothing where the launch may go on."""
    found = missing_for(about.broadcast, Action.LAUNCH, actor=STEWARD) if about.broadcast else None
    if found is None:
        return []
    notes = tuple(
        " ".join(mask_and_strip(translate(text, language, part.data)) for text in (part.sentence, part.remedy) if text)
        for part in found.parts
    )
    return [Section(title=translate(_TITLE, language, {"asked": translate(Action.LAUNCH, language)}), notes=notes)]
