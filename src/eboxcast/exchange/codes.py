"""What can be wrong with a set as such; numbers as in the file exchange of social security, ours from 201."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.lib.translation import N_


@dataclass(frozen=True, kw_only=True)
class SetFault:
    """One thing that is wrong with a set; ``code`` is a key of SENTENCES."""

    code: int
    file: str = ""
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def error_id(self) -> str:
        """Return the code as receipts have it."""
        return f"BRDC-{self.code}"

    @property
    def sentence(self) -> str:
        """Return what it says, marked for the catalogue."""
        return SENTENCES[self.code]


OUTCOMES: Mapping[str, str] = {
    "accepted": N_("accepted and prepared"),
    "rejected": N_("received, but cannot be used"),
    "refused": N_("refused ({codes})"),
    "cancelled": N_("cancelled, as requested"),
    "waiting": N_("not complete yet"),
}
"""What came of a set, in words."""


SENTENCES: Mapping[int, str] = {
    107: N_("The name of the GO or TD file does not have the agreed format."),
    108: N_("The sender in the name ({found}) does not match the folder ({expected})."),
    109: N_("The date in the name does not have eight digits."),
    110: N_("The date in the name does not exist."),
    111: N_("The date in the name is in the future."),
    112: N_("The sequence in the name does not have five characters."),
    113: N_("The sequence in the name is not a number."),
    114: N_("The number of parts in the name is not a number from 1 to {most}."),
    117: N_("The environment in the name must be R (production) or T (acceptance)."),
    118: N_("A set for production (R) was put in a folder other than IN."),
    119: N_("A set for acceptance (T) was put in a folder other than INTEST."),
    120: N_("According to the GO file there are {expected} parts, but {found} were found."),
    121: N_("There is a signature, but no certificate of the sender is registered."),
    122: N_("Each part needs a signature: according to the GO file {expected}, but {found} were found."),
    123: N_("The parts are not numbered from 1 to {expected}."),
    124: N_("The names in the set do not all give the same number of parts."),
    125: N_("The signature is not a signature of this part."),
    126: N_("The date in the name is more than {most} days ago."),
    127: N_("The sequence in the name is zero."),
    131: N_("The name of a part does not have the agreed format."),
    132: N_("The names of the signatures do not have the agreed format: one for each number of a part."),
    133: N_("A set with this name was already sent."),
    134: N_("A part is empty."),
    201: N_("This institution has no broadcast {broadcast}."),
    202: N_("A part is not a regular file, or cannot be read."),
    203: N_("A part is larger than {most} MB."),
    204: N_("The GO or TD file is not empty."),
    205: N_("There is no set with this name to cancel."),
    206: N_("The set can no longer be cancelled: it was not accepted, or newer files replaced it."),
    207: N_("The certificate of the signature is not registered for this sender."),
    208: N_("The certificate of the signature has expired."),
}
