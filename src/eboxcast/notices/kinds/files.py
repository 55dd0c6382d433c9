"""Notices about files and the test in acceptance."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.proofs import proof_files, proof_sections
from eboxcast.notices.readers import Group
from eboxcast.notices.sections import faults_by_code

G = Group

INSTITUTION = (G.REQUESTERS, G.CONFIRMERS)


def _for_acceptance(entry: SealedEntry) -> bool:
    return entry.environment == "acceptance"


def _for_production(entry: SealedEntry) -> bool:
    return entry.environment == "production"


DELIVERED_FOR_ACCEPTANCE = Kind(
    name="acceptance-delivered",
    subject=N_("The files for acceptance were delivered"),
    says=N_("{by} delivered the files for acceptance, and they can be used. The next step is the test."),
    to=(G.REQUESTERS, G.INTEGRATION, G.LAUNCH),
    facts=("recipients", "document"),
    extras=(faults_by_code,),
    when=_for_acceptance,
)
DELIVERED_FOR_PRODUCTION = Kind(
    name="production-delivered",
    subject=N_("The files for production were delivered"),
    says=N_("{by} delivered the files for production. They are checked and stored, but not visible yet."),
    to=(*INSTITUTION, G.INTEGRATION, G.LAUNCH),
    facts=("recipients", "document"),
    extras=(faults_by_code,),
    when=_for_production,
)
FILES_REJECTED = Kind(
    name="files-rejected",
    subject=N_("The files cannot be used"),
    says=N_("The files for {environment} delivered by {by} cannot be used. The files delivered before are kept."),
    to=(G.REQUESTERS, G.INTEGRATION),
    extras=(faults_by_code,),
    advice=(
        N_("Please correct the faults listed below and deliver the files again."),
        N_("To see where each fault is: {check}"),
    ),
    actions={"check": NextAction(action="package.check", parameters={"directory": "DIR", "broadcast": "{number}"})},
    urgent=True,
)
FILES_WITHDRAWN = Kind(
    name="files-withdrawn",
    subject=N_("The files were withdrawn"),
    says=N_("{by} withdrew the files delivered last. Any GO given for them is void."),
    to=(*INSTITUTION, G.INTEGRATION, G.LAUNCH),
)
RUN_LOST = Kind(
    name="run-lost",
    subject=N_("The files are needed again"),
    says=N_("The files that were prepared are no longer stored. No one received anything. Please deliver them again."),
    to=(*INSTITUTION, G.INTEGRATION, G.LAUNCH),
    facts=("why",),
    urgent=True,
)
TESTED = Kind(
    name="tested",
    subject=N_("Please check now: the test is in the eBoxes"),
    says=N_(
        "The test in acceptance was run: the document is in the {recipients} eBoxes of the short list. "
        "Please check them: does the document open, and are the title, sender, language and expiry "
        "correct?"
    ),
    to=(*INSTITUTION, G.INTEGRATION),
    advice=(N_("If you cannot open these eBoxes, use the proof that was sent to the requesters."),),
    urgent=True,
)
PROOF = Kind(
    name="proof",
    subject=N_("Proof: what the eBoxes show"),
    says=N_(
        "This is what the eBoxes of the short list showed when this email was written. The document is attached as it "
        "appears there."
    ),
    to=(G.REQUESTERS,),
    advice=(N_("In your verdict, please state that you saw the proof and not the eBoxes: {judge}"),),
    actions={"judge": NextAction(action="broadcast.judge", parameters={"broadcast": "{number}", "seen_in": "proof"})},
    extras=(proof_sections,),
    files=proof_files,
    urgent=True,
)
APPROVED = Kind(
    name="approved",
    subject=N_("The test was approved"),
    says=N_("{by} approved the test. From now on, only this document with this metadata can go to production."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("document",),
)
REJECTED = Kind(
    name="rejected",
    subject=N_("The test was rejected"),
    says=N_("{by} rejected the test. New files for acceptance are needed."),
    to=(*INSTITUTION, G.INTEGRATION),
    facts=("reason",),
)
SET_REFUSED = Kind(
    name="set-refused",
    subject=N_("A set of files was refused"),
    says=N_("The set {reference} in the drop folder for {environment} was refused. Its content was not checked."),
    to=(G.REQUESTERS, G.INTEGRATION),
    advice=(N_("The receipt in the folder gives the reason. Please correct the set and send it again."),),
    urgent=True,
)
