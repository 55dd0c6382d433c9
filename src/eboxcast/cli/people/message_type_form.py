"""The empty form for a new message type, with what to write where in the reader's language."""

from __future__ import annotations

from eboxcast.lib.translation import N_, translate

_ABOUT = N_("Request for a new message type. Fill in this form, then run: eboxcast message-type request FILE")

_FORM: tuple[tuple[str, str], ...] = (
    ("[institution]", N_("The institution that sends")),
    ('cbe = ""', N_("The CBE number: ten digits, without dots")),
    ('name = { fr = "", nl = "", de = "" }', N_("The name shown to readers")),
    ("[application]", N_("The system of the institution that sends the messages")),
    ('name = ""', N_("A short name, such as rjv-onva:workerholidayrights:cova2")),
    ('title = { fr = "", nl = "", de = "" }', N_("The name shown to readers")),
    ("[message_type]", N_("The messages")),
    ('code = ""', N_("A code of 6 to 80 characters, such as HOLIDAY-LETTER")),
    ('title = { fr = "", nl = "", de = "" }', N_("The name shown to readers")),
    ('description = ""', N_("What the message says, and to whom it is sent")),
    ('legal_basis = ""', N_("Why it is sent: the law and the decision")),
    ('ebox_type = ""', N_("Whose eBoxes: CITIZEN or ENTERPRISE")),
    ("languages = []", N_('One or more of "fr", "nl", "de"')),
    ('validity = { number = 1, unit = "year" }', N_("How long a message stays visible: day, month or year")),
    ('media_types = ["application/pdf"]', N_("The types of document; PDF is displayed properly to citizens")),
    ("document_bytes = 10485760", N_("The maximum document size, in bytes")),
    ('without_ebox = ""', N_("Recipients without an active eBox: publish (they find it later) or refuse")),
    ("[expected]", N_("Numbers and dates")),
    ("recipients = 0", N_("Recipients of one broadcast, approximately")),
    ("broadcasts_a_year = 0", N_("Broadcasts in a year, approximately")),
    ("dates = []", N_("The first requested dates, such as 2027-02-15, without quotes")),
    ("[business_contact]", N_("Contact for questions about the purpose of the message")),
    ('name = ""', ""),
    ('email = ""', ""),
    ('# phone = "+32 "', N_("Optional")),
    ("[technical_contact]", N_("Contact for technical questions")),
    ('name = ""', ""),
    ('email = ""', ""),
    ("[requested_by]", N_("Person who fills in this form")),
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
