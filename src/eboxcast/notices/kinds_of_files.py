"""Notices about files and the test in acceptance."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.translation import N_
from eboxcast.notices.faults import faults_by_code
from eboxcast.notices.kind import Kind
from eboxcast.notices.readers import Group

G = Group

INSTITUTION = (G.REQUESTERS, G.CONFIRMERS)


def _for_acceptance(entry: SealedEntry) -> bool:
    return entry.environment == "acceptance"


def _for_production(entry: SealedEntry) -> bool:
    return entry.environment == "production"


DELIVERED_FOR_ACCEPTANCE = Kind(
    name="acceptance-delivered",
    subject=N_("The files for acceptance are there"),
    says=N_("{by} delivered the files for acceptance, and they can be used. The test comes next."),
    to=(G.REQUESTERS, G.INTEGRATION, G.LAUNCH),
    facts=("recipients", "document"),
    extras=(faults_by_code,),
    when=_for_acceptance,
)
DELIVERED_FOR_PRODUCTION = Kind(
    name="production-delivered",
    subject=N_("The files for production are there"),
    says=N_("{by} delivered the files for production. They are stored and checked, and visible to nobody."),
    to=(*INSTITUTION, G.INTEGRATION, G.LAUNCH),
    facts=("recipients", "document"),
    extras=(faults_by_code,),
    when=_for_production,
)
FILES_REJECTED = Kind(
    name="files-rejected",
    subject=N_("The files cannot be used"),
    says=N_("The files for {environment} that {by} delivered cannot be used. What was delivered before stays."),
    to=(G.REQUESTERS, G.INTEGRATION),
    extras=(faults_by_code,),
    advice=(
        N_("Please correct what is named below and deliver again. `eboxcast check DIR` shows each fault in its place."),
    ),
)
FILES_WITHDRAWN = Kind(
    name="files-withdrawn",
    subject=N_("The files are taken back"),
    says=N_("{by} took back the files last delivered. A GO given for them is void."),
    to=(*INSTITUTION, G.INTEGRATION, G.LAUNCH),
)
RUN_LOST = Kind(
    name="run-lost",
    subject=N_("The files are needed again"),
    says=N_(
        "What was prepared from the files is no longer there. Nobody received anything. Please deliver them again."
    ),
    to=(*INSTITUTION, G.INTEGRATION, G.LAUNCH),
    facts=("why",),
)
TESTED = Kind(
    name="tested",
    subject=N_("Please look now: the test is in the eBoxes"),
    says=N_(
        "The test in acceptance is done: the document is in the {recipients} eBoxes of the short list. Please look into"
        " them: does it open, and are title, sender, language and expiry right?"
    ),
    to=(*INSTITUTION, G.INTEGRATION),
    advice=(N_("Whoever cannot look into these eBoxes uses the proof that comes in another mail."),),
)
APPROVED = Kind(
    name="approved",
    subject=N_("The test is approved"),
    says=N_("{by} approved the test. From now on only this document with these metadata can go to production."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("document",),
)
REJECTED = Kind(
    name="rejected",
    subject=N_("The test is rejected"),
    says=N_("{by} rejected the test. New files for acceptance are needed."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("reason",),
)
SET_REFUSED = Kind(
    name="set-refused",
    subject=N_("A set of files was not taken"),
    says=N_("The set {reference} in the drop folder for {environment} was not taken; nobody looked at what is in it."),
    to=(G.REQUESTERS, G.INTEGRATION),
    advice=(N_("The receipt in the folder says why. Please correct it and send the set again."),),
)
