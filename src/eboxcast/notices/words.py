"""Values and single words as a reader gets them: days and moments in words, numbers grouped, no national number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from eboxcast.broadcasts.models import Lateness, Side
from eboxcast.broadcasts.words import VOID_BECAUSE
from eboxcast.lib.clock import BRUSSELS
from eboxcast.lib.formatting import grouped, long_date, long_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.notices.models import State

STATES: Mapping[State, str] = {
    State.WAITING: N_("waiting"),
    State.SENT: N_("sent"),
    State.FAILED: N_("to be retried"),
    State.GIVEN_UP: N_("given up"),
    State.NO_READER: N_("no reader"),
}
"""Where a notice stands, in words."""

NO_GO_BY_MAIL: Mapping[str, str] = {
    "off": N_("a GO is not accepted by email on this installation"),
    "stranger": N_("its sender is not a person who may give the GO"),
    "unsigned": N_("it has no valid signature of the sender's domain"),
    "smime-unclear": N_("its S/MIME signature does not cover the whole email, or only in a way that is not clear"),
    "smime-wrong": N_("its S/MIME signature is not valid, or not strong enough"),
    "smime-address": N_("its S/MIME signature is by a certificate for another address"),
    "smime-purpose": N_("its S/MIME signature is by a certificate that is not for signing emails"),
    "smime-unknown": N_(
        "its S/MIME signature is by a certificate of an authority that is not trusted here, or whose list of "
        "revocations is out of date"
    ),
    "smime-ended": N_("its S/MIME signature is by a certificate that is expired, revoked or not yet valid"),
    "outdated": N_("it was signed before the last GO of this broadcast became void"),
    "used": N_("the same email was used before"),
    "unclear": N_("it does not repeat the agreed moment and the digest of the files"),
    "refused": N_("the moment or the files are not those that were agreed, or something is missing"),
}
"""Why a GO was not taken from a mail."""

_WORDS: Mapping[str, str] = {
    **VOID_BECAUSE,
    **{sentence: sentence for sentence in NO_GO_BY_MAIL.values()},
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

_BETWEEN = {"fr": "\u00a0; "}
"""Between the values of a list, where it is not as in English."""
_UNKNOWN = "–"


@dataclass(frozen=True)
class Marked:
    """A sentence or word of ours, to be said in the reader's language."""

    sentence: str
    data: Mapping[str, object] = field(default_factory=dict)


class Exact(str):
    """A value of our own making that is shown sign by sign: a digest, a command, a number of a broadcast."""

    __slots__ = ()


class _Filled(dict[str, str]):
    """Data for a sentence; what is not known is a dash, as a mail that says less is better than none."""

    def __missing__(self, name: str) -> str:
        return _UNKNOWN


def said(sentence: str, language: str, data: Mapping[str, object]) -> str:
    """Return a marked sentence in a language, with its data in words."""
    return translate(sentence, language, _Filled({name: spoken(value, language) for name, value in data.items()}))


def spoken(value: object, language: str) -> str:
    """Return a value in words; empty values are a dash."""
    if isinstance(value, Marked):
        return said(value.sentence, language, value.data)
    if isinstance(value, Exact):
        return str(value)
    if isinstance(value, str):
        return mask_and_strip(value).strip() or _UNKNOWN
    if isinstance(value, datetime):
        return day_or_moment(value, language)
    if isinstance(value, date):
        return long_date(value, language)
    if isinstance(value, int):
        return grouped(value, language)
    if isinstance(value, Mapping):
        return mask_and_strip(name_in(value, language)) or _UNKNOWN
    if isinstance(value, Sequence):
        return _BETWEEN.get(language, "; ").join(spoken(one, language) for one in value) or _UNKNOWN
    return _UNKNOWN


def day_or_moment(moment: datetime, language: str) -> str:
    """Return a moment; a deadline that ends with its day is that day."""
    there = moment.astimezone(BRUSSELS)
    ends_the_day = there.time() >= time.max.replace(microsecond=0)
    return long_date(there.date(), language) if ends_the_day else long_moment(moment, language)


def word(text: str) -> Marked | str:
    """Return a word of ours to be said in the reader's language; any other text as it is."""
    return Marked(_WORDS[text]) if text in _WORDS else text
