"""What institutions call the column with the identifiers."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from eboxcast.package.model import EboxType


class Heading(Enum):
    """Whose identifiers a column says it has."""

    CITIZEN = EboxType.CITIZEN
    ENTERPRISE = EboxType.ENTERPRISE
    EITHER = None


_NAMES = {
    Heading.CITIZEN: """niss insz inss ssin rrn rn nn nrn rijksregister rijksregisternummer
        rijksregisternr nationaalnummer nationalnummer nationalregisternummer nationalregisternumber nationalnumber
        numeronational nnational nonational registrenational numeroderegistrenational numeroregistrenational numeroniss
        nniss noniss nissnumero insznummer insznr nissnummer nissnr inssnumber ssinnumber socialsecuritynumber
        identificatienummervandesocialezekerheid identificatienummersocialezekerheid
        numerodidentificationdelasecuritesociale numerodidentificationsecuritesociale
        erkennungsnummerdersozialensicherheit enss""",
    Heading.ENTERPRISE: """cbe kbo bce zdu cbenumber cbenumero kbonummer kbonr numerobce nbce nobce bcenumero zdunummer
        ondernemingsnummer ondernemingsnr numerodentreprise nentreprise nodentreprise enterprisenumber
        companynumber unternehmensnummer""",
    Heading.EITHER: """nummer numero number identifier identifiant identificatie identificatienummer identifikation
        eboxid eboxidvalue""",
}
_HEADINGS = {name: heading for heading, names in _NAMES.items() for name in names.split()}


def heading_of(cell: str) -> Heading | None:
    """Return whose identifiers a heading announces, in any case and with any accents; None for any other text."""
    plain = unicodedata.normalize("NFKD", cell).casefold()
    return _HEADINGS.get(re.sub(r"[^a-z]", "", plain)) if not re.search(r"[0-9]", plain) else None
