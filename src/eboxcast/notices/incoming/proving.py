"""What proves who sent a mail that asks for a GO: a certificate of the sender, else the sender's domain.

One of the two is enough. A certificate that proves nothing, because it is expired or its authority is not known here,
takes nothing away from a domain that signed all of the mail, that signature included.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eboxcast.lib import clock
from eboxcast.notices.incoming.go import asks_for_go
from eboxcast.notices.incoming.parsing import IncomingMail
from eboxcast.notices.incoming.proof import Proof
from eboxcast.notices.incoming.signatures import FindKey, signing_domain
from eboxcast.notices.incoming.smime import NotProven, signed_part, signing_person

if TYPE_CHECKING:  # pyHanko takes 0.3 s to import
    from eboxcast.lib.authorities import Authorities


def prove(
    raw: bytes, mail: IncomingMail, *, find_key: FindKey, authorities: Authorities | None
) -> tuple[IncomingMail, Proof]:
    """Return who signed a mail, and the mail, with what it says inside an opaque signature. It asks the network.

    Without ``authorities`` no certificate is looked at. What asks for no GO needs no proof, and gets none.
    """
    person, problem = None, Proof.problem
    if authorities is not None:
        try:
            if part := signed_part(raw):
                if part.is_inside:
                    words = part.words()
                    mail = replace(mail, text=words.text, file_names=words.file_names)
                if asks_for_go(mail):
                    person = signing_person(mail, part, authorities, now=clock.now())
        except NotProven as error:
            problem = error.why
        except Exception:  # whatever the libraries stumble over: nobody signed it
            problem = "smime-wrong"
    if not asks_for_go(mail):
        return mail, Proof()
    domain = "" if person else signing_domain(raw, mail, find_key=find_key)
    return mail, Proof(domain=domain, person=person, problem=problem)
