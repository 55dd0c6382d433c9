"""The proof for a tester who cannot open the eBoxes of the short list: what they show, and the document itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from eboxcast.delivery.broadcasts.acceptance_tests import Proof, document_shown, proofs
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.formatting import long_moment, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.kinds.kind import File
from eboxcast.notices.words import spoken, word
from eboxcast.reports.sections import Fact, Section

_PLACES = N_("Recipients {places} of the short list")
_NOTHING = N_("The message is not visible in these eBoxes.")
_YES, _NO = N_("yes"), N_("no")


def proof_sections(about: About, language: str) -> list[Section]:
    """Return what the eBoxes show, those that show the same together. Raises what ``proofs`` raises."""
    if about.broadcast is None:
        return []
    found = sorted(proofs(about.broadcast, actor=STEWARD), key=_look)
    groups = [list(group) for _, group in groupby(found, key=_look)]
    return [_section(group, language) for group in sorted(groups, key=lambda group: group[0].place)]


def proof_files(about: About, language: str) -> list[File]:
    """Return the document as the first eBox of the list that shows it gives it; it is the same for everybody.

    Raises what ``proofs`` raises.
    """
    if about.broadcast is None:
        return []
    seen = next((proof for proof in proofs(about.broadcast, actor=STEWARD) if proof.visible), None)
    if seen is None:
        return []
    content = document_shown(about.broadcast, place=seen.place, actor=STEWARD).content
    return [File(file_name=mask_and_strip(seen.file_name), media_type=seen.media_type, content=content)]


def _look(proof: Proof) -> str:
    return repr(replace(proof, place=0))


def _section(group: Sequence[Proof], language: str) -> Section:
    title = translate(_PLACES, language, {"places": ", ".join(str(proof.place) for proof in group)})
    first = group[0]
    if not first.visible:
        return Section(title=title, notes=(translate(_NOTHING, language),))
    facts = [
        (N_("Title"), spoken(first.title, language)),
        (N_("Sender"), spoken(first.sender, language)),
        (N_("Application"), spoken(first.application, language)),
        (N_("Language"), spoken(word(first.language.lower()), language)),
        (N_("Valid until"), long_moment(first.expires_at, language) if first.expires_at else "–"),
        (N_("Document"), f"{spoken(first.file_name, language)}, {first.media_type}, {size(first.size, language)}"),
        (N_("Document (SHA-256)"), first.document),
        (N_("Same document as delivered"), translate(_YES if first.as_delivered else _NO, language)),
    ]
    return Section(title=title, facts=tuple(Fact(translate(label, language), value) for label, value in facts))
