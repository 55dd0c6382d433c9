"""What a sample says: a letter of an institution that does not exist, and the message types it needs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from eboxcast.lib.command_line import command_of
from eboxcast.lib.next_action import NextAction
from eboxcast.package.model import EboxType

INSTITUTION = "0456789034"
INSTITUTION_NAME = {
    "fr": "Office de démonstration",
    "nl": "Dienst voor demonstratie",
    "de": "Amt für Vorführungen",
    "en": "Demonstration Office",
}
APPLICATION = "demo:broadcast"
APPLICATION_TITLE = {
    "fr": "Courrier de démonstration",
    "nl": "Demonstratiepost",
    "de": "Vorführungspost",
    "en": "Demonstration mail",
}
TYPE_TITLE = {
    "fr": "Information générale (démonstration)",
    "nl": "Algemene informatie (demonstratie)",
    "de": "Allgemeine Information (Vorführung)",
    "en": "General information (demonstration)",
}
_MOMENT = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
_BLUE = (22, 66, 111)
_GREY = (110, 110, 110)
MESSAGE_TYPES = {EboxType.CITIZEN: "DEMO-INFO", EboxType.ENTERPRISE: "DEMO-INFO-ENTERPRISE"}
_SENDER = """# Who sends the samples, and what: load it with `{load}`.
# This file came with a sample in the language "{example}"; it serves them all.

[[institution]]
cbe = "{institution}"
name = {institution_name}

[[application]]
name = "{application}"  # SenderID/Application in the metadata
institution = "{institution}"
title = {application_title}
{types}"""
_TYPE = """
[[message_type]]
code = "{code}"  # MessageType in the metadata
title = {title}
ebox_type = "{ebox_type}"
applications = ["{application}"]
validity = {{ number = 6, unit = "month" }}  # day, month or year
languages = ["fr", "nl", "de"]
document_bytes = 10485760
media_types = ["application/pdf", "text/plain"]
without_ebox = "publish"  # or "refuse": what happens for recipients without an active eBox
"""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One letter in one language, and the names its files carry."""

    title: str
    file_name: str
    date: str
    greeting: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...]
    closing: tuple[str, ...]
    footer: str
    columns: tuple[str, str]
    """The headers of the recipient list beside the identifier."""


def letter_pdf(letter: Letter, *, language: str) -> bytes:
    """Return the letter as a PDF."""
    page = FPDF(format="A4")
    page.set_creation_date(_MOMENT)
    page.set_title(letter.title)
    page.set_lang(language)
    page.set_margins(left=25, top=22, right=25)
    page.add_page()
    _letterhead(page, INSTITUTION_NAME[language], letter)
    _body(page, letter)
    _footer(page, letter)
    return bytes(page.output())


def message_types_toml(language: str) -> str:
    """Return the institution, application and message types of the samples, as `message-type load` reads them."""
    types = "".join(_message_type(code, ebox_type) for ebox_type, code in MESSAGE_TYPES.items())
    return _SENDER.format(
        load=command_of(NextAction(action="type.load")),
        institution=INSTITUTION,
        institution_name=_names(INSTITUTION_NAME),
        application=APPLICATION,
        application_title=_names(APPLICATION_TITLE),
        types=types,
        example=language,
    )


def _letterhead(page: FPDF, sender: str, letter: Letter) -> None:
    page.set_fill_color(*_BLUE)
    page.rect(x=0, y=0, w=210, h=6, style="F")
    page.set_text_color(*_BLUE)
    page.set_font("Helvetica", "B", 13)
    _paragraph(page, sender, after=8)
    page.set_text_color(*_GREY)
    page.set_font("Helvetica", size=10)
    _paragraph(page, letter.date, after=12)
    page.set_text_color(*_BLUE)
    page.set_font("Helvetica", "B", 17)
    _paragraph(page, letter.title, after=8, height=8)


def _body(page: FPDF, letter: Letter) -> None:
    page.set_text_color(30, 30, 30)
    page.set_font("Helvetica", size=11)
    for text in (letter.greeting, *letter.paragraphs):
        _paragraph(page, text, after=4)
    for point in letter.points:
        page.set_x(31)
        page.set_fill_color(*_BLUE)
        page.rect(x=27, y=page.get_y() + 2.2, w=1.6, h=1.6, style="F")
        _paragraph(page, point, after=3)
    page.ln(4)
    for text in letter.closing:
        _paragraph(page, text, after=8)


def _footer(page: FPDF, letter: Letter) -> None:
    page.set_auto_page_break(auto=False)
    page.set_y(-24)
    page.set_draw_color(*_GREY)
    page.line(x1=25, y1=270, x2=185, y2=270)
    page.set_text_color(*_GREY)
    page.set_font("Helvetica", size=9)
    _paragraph(page, letter.footer, after=0)


def _paragraph(page: FPDF, text: str, *, after: float, height: float = 5.6) -> None:
    page.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(after)


def _message_type(code: str, ebox_type: EboxType) -> str:
    return _TYPE.format(code=code, title=_names(TYPE_TITLE), ebox_type=ebox_type.value, application=APPLICATION)


def _names(names: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f'{language} = "{name}"' for language, name in names.items()) + " }"


LETTERS: Mapping[str, Letter] = {
    "fr": Letter(
        title="Ce qui change pour vous à partir du 1er janvier",
        file_name="information-fr.pdf",
        date="Bruxelles, le 15 novembre",
        greeting="Madame, Monsieur,",
        paragraphs=(
            (
                "À partir du 1er janvier, vos courriers arrivent directement dans votre eBox, la boîte aux lettres "
                "numérique et sécurisée des autorités. Vous les lisez quand vous le voulez, et rien ne se perd."
            ),
            "Vous ne devez rien faire. Voici ce qui change :",
        ),
        points=(
            "Vos attestations sont disponibles le jour même de leur publication.",
            "Chaque document reste consultable pendant six mois dans votre eBox.",
            "Vous préférez le papier ? Votre choix reste possible à tout moment.",
        ),
        closing=("Nous vous prions d'agréer, Madame, Monsieur, nos salutations distinguées.", "Le service Courrier"),
        footer="Ceci est un document d'essai. Il ne concerne personne et n'ouvre aucun droit.",
        columns=("Reference", "Langue"),
    ),
    "nl": Letter(
        title="Wat er voor u verandert vanaf 1 januari",
        file_name="informatie-nl.pdf",
        date="Brussel, 15 november",
        greeting="Geachte mevrouw, geachte heer,",
        paragraphs=(
            (
                "Vanaf 1 januari komen uw brieven rechtstreeks aan in uw eBox, de beveiligde digitale brievenbus van "
                "de overheid. U leest ze wanneer u dat wilt, en er gaat niets verloren."
            ),
            "U hoeft niets te doen. Dit verandert er:",
        ),
        points=(
            "Uw attesten zijn beschikbaar op de dag zelf van de publicatie.",
            "Elk document blijft zes maanden lang raadpleegbaar in uw eBox.",
            "Hebt u liever papier? Die keuze blijft op elk moment mogelijk.",
        ),
        closing=("Met vriendelijke groeten", "De dienst Briefwisseling"),
        footer="Dit is een testdocument. Het gaat over niemand en er kunnen geen rechten aan worden ontleend.",
        columns=("Referentie", "Taal"),
    ),
    "de": Letter(
        title="Was sich für Sie ab dem 1. Januar ändert",
        file_name="information-de.pdf",
        date="Eupen, den 15. November",
        greeting="Sehr geehrte Damen und Herren,",
        paragraphs=(
            (
                "Ab dem 1. Januar kommen Ihre Schreiben direkt in Ihrer eBox an, dem gesicherten digitalen Briefkasten "
                "der Behörden. Sie lesen sie, wann Sie möchten, und nichts geht verloren."
            ),
            "Sie brauchen nichts zu unternehmen. Das ändert sich:",
        ),
        points=(
            "Ihre Bescheinigungen sind am Tag ihrer Veröffentlichung verfügbar.",
            "Jedes Dokument bleibt sechs Monate lang in Ihrer eBox einsehbar.",
            "Sie bevorzugen Papier? Diese Wahl bleibt jederzeit möglich.",
        ),
        closing=("Mit freundlichen Grüßen", "Der Dienst Schriftverkehr"),
        footer="Dies ist ein Testdokument. Es betrifft niemanden und begründet keinerlei Anspruch.",
        columns=("Referenz", "Sprache"),
    ),
}
