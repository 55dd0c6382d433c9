"""The empty form for a new message type, with what to write where in the reader's language."""

from __future__ import annotations

from eboxcast.lib.translation import N_, translate

_ABOUT = N_("A request for a new message type. Fill it in, then: eboxcast message-type request FILE")

_FORM: tuple[tuple[str, str], ...] = (
    ("[institution]", N_("Who sends")),
    ('cbe = ""', N_("The CBE number: ten digits, without dots")),
    ('name = { fr = "", nl = "", de = "" }', N_("The name that readers see")),
    ("[application]", N_("The system of the institution that sends")),
    ('name = ""', N_("A short name, such as rjv-onva:workerholidayrights:cova2")),
    ('title = { fr = "", nl = "", de = "" }', N_("The name that readers see")),
    ("[message_type]", N_("What is sent")),
    ('code = ""', N_("A code of 6 to 80 signs, such as HOLIDAY-LETTER")),
    ('title = { fr = "", nl = "", de = "" }', N_("The name that readers see")),
    ('description = ""', N_("What the message says, and to whom")),
    ('legal_basis = ""', N_("Why it is sent: the law, and the decision")),
    ('ebox_type = ""', N_("CITIZEN or ENTERPRISE: whose eBoxes")),
    ("languages = []", N_('One or more of "fr", "nl", "de"')),
    ('validity = { number = 1, unit = "year" }', N_("How long a message can be seen: day, month or year")),
    ('media_types = ["application/pdf"]', N_("The kinds of document; citizens see PDF properly")),
    ("document_bytes = 10485760", N_("The largest document, in bytes")),
    ('without_ebox = ""', N_("Recipients without an active eBox: publish (they find it later) or refuse")),
    ("[expected]", N_("How much, and when")),
    ("recipients = 0", N_("Of one broadcast, about")),
    ("broadcasts_a_year = 0", N_("How many, about")),
    ("dates = []", N_("The first dates wanted, such as 2027-02-15, without quotes")),
    ("[business_contact]", N_("Who knows why it is sent")),
    ('name = ""', ""),
    ('email = ""', ""),
    ('# phone = "+32 "', N_("May be left out")),
    ("[technical_contact]", N_("Who knows how it is made")),
    ('name = ""', ""),
    ('email = ""', ""),
    ("[requested_by]", N_("Who fills in this form")),
    ('name = ""', ""),
    ('email = ""', ""),
)


def form_in(language: str) -> str:
    """Return the form with its comments in a language."""
    lines = [f"# {translate(_ABOUT, language)}"]
    for line, comment in _FORM:
        if line.startswith("["):
            lines.append("")
        lines.append(f"{line}  # {translate(comment, language)}" if comment else line)
    return "\n".join(lines)
