"""What people can get wrong when they speak of broadcasts on the command line."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class ProcedureOff(NotAllowedNow):
    """There are no broadcasts where the engine is used alone."""

    code = "procedure.off"
    sentence = N_("The procedure is off: there are no broadcasts, only runs.")
    remedy = N_("Publish with `eboxcast publish`, or switch the procedure on: eboxcast migrate --procedure on")


class ContactUnclear(WrongUse):
    """A contact is not name, mail and telephone."""

    code = "broadcast.contact-unclear"
    sentence = N_("This contact cannot be used: {text}.")
    remedy = N_(
        'Write: --contact "Name, email address, phone number". You can leave out the email address or the phone number.'
    )


class GoNotNamed(WrongUse):
    """A GO names what it is for; where nobody can be asked, the command must."""

    code = "broadcast.go-not-named"
    sentence = N_("A GO must give the agreed moment and the files, and there is no terminal to ask for them.")
    remedy = N_(
        "Check what is prepared: eboxcast broadcast go {broadcast} --show. If it is what you agreed, add --moment and"
        " --files."
    )


class VerdictUnclear(WrongUse):
    """It is not clear what was found where."""

    code = "broadcast.verdict-unclear"
    sentence = N_("The test result is not clear: {text}.")
    remedy = N_(
        "Use --all passed; or --recipient 3 --check title --failed; or --file checks.csv. Add --seen-in ebox or proof."
    )


class RecipientNotSaid(WrongUse):
    """A document is saved from one eBox."""

    code = "broadcast.recipient-not-said"
    sentence = N_("It is not clear from which eBox the document must be saved.")
    remedy = N_("Add --recipient with the place in the short list.")


class SeenInNotSaid(WrongUse):
    """What was looked at is part of what was found: it is never taken for granted."""

    code = "broadcast.seen-in-not-said"
    sentence = N_("It is not clear where you saw it: in the eBox, or in the proof. No result was recorded.")
    remedy = N_("Add --seen-in ebox or --seen-in proof.")


class ChecksFileUnclear(InputRefused):
    """A line of the file with checks says nothing clear."""

    code = "broadcast.checks-file-unclear"
    sentence = N_("Line {line} of {path} is not valid: {text}.")
    remedy = N_("The columns are recipient,check,result,remark, and result is passed or failed. Nothing was recorded.")


class FilesNotSaid(WrongUse):
    """Neither a directory, nor a number and a directory."""

    code = "broadcast.files-not-said"
    sentence = N_("It is not clear which files to deliver.")
    remedy = N_("Write: eboxcast broadcast deliver 2027-0001 DIRECTORY --environment acceptance")
