"""The words of a sample: a letter from an institution that does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
