"""What was found of the signatures of a mail."""

from __future__ import annotations

from dataclasses import dataclass

from eboxcast.notices.incoming.parsing import IncomingMail
from eboxcast.notices.incoming.smime import SignedByPerson


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was found of the signatures of a mail."""

    domain: str = ""
    """Of the sender, where it signed the mail (DKIM)."""
    person: SignedByPerson | None = None
    """Where a certificate of the sender did (S/MIME); the domain was not asked then."""
    problem: str = "unsigned"
    """Why nobody signed it; a key of NO_GO_BY_MAIL."""

    def signed_by(self, mail: IncomingMail) -> str:
        """Return the address or the domain that signed; empty for none."""
        return mail.sender if self.person else self.domain
