"""What people write and the record keeps for ever: one line that says something and holds no national number.

One rule, asked by the actions that keep the text: reasons, notes, remarks, subjects, names of people and contacts.
"""

from __future__ import annotations

from eboxcast.lib.errors import WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_

MOST_CHARACTERS = 1000
MOST_OF_A_NAME = 150

FIELDS = (
    N_("reason"),
    N_("note"),
    N_("remark"),
    N_("subject"),
    N_("campaign"),
    N_("service"),
    N_("name"),
    N_("message number"),
    N_("address"),
)
"""How a text is called where it cannot be kept."""


class TextUnfit(WrongUse):
    """A text that would be kept for ever says nothing, is no line, or holds a national number. It is not repeated."""

    code = "text.unfit"
    sentence = N_(
        "The {asked} is empty, too long, not on one line, or contains a national number. It is kept permanently."
    )
    remedy = N_("Use a few words that do not identify any citizen.")


def fit(text: str, field: str, *, most: int = MOST_CHARACTERS) -> str:
    """Return a text as it is kept. Raises TextUnfit, also where it says nothing."""
    if not text.strip():
        raise TextUnfit(asked=field)
    return fit_if_any(text, field, most=most)


def fit_if_any(text: str, field: str, *, most: int = MOST_CHARACTERS) -> str:
    """Return a text as it is kept, or nothing where none is given. Raises TextUnfit."""
    stripped = text.strip()
    if not is_fit(stripped, most=most):
        raise TextUnfit(asked=field)
    return stripped


def is_fit(text: str, *, most: int = MOST_CHARACTERS) -> bool:
    """Return whether a text is a line without control signs and without a national number; empty is such a line."""
    return len(text) <= most and mask_and_strip(text) == text


NO_NUMBER_SEARCHED = N_(
    "A search takes no national number. Search by a word of the title, or by the name of the sender."
)
"""What a page answers instead of repeating words that hold one."""


def may_be_searched(words: str) -> bool:
    """Return whether words may stand in an address: neither control signs nor a national number are in them."""
    return is_fit(words, most=len(words))


def hides_a_number(text: str) -> bool:
    """Return whether lines of text hold a national number; a telephone number in international form is none."""
    lines = text.replace("\n", " ")
    return not text.startswith("+") and mask_and_strip(lines) != lines
