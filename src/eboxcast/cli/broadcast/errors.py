"""What people can get wrong when they speak of broadcasts on the command line."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class ProcedureOff(NotAllowedNow):
    """There are no broadcasts where the engine is used alone."""

    code = "procedure.off"
    sentence = N_("The procedure is off: there are no broadcasts, only runs.")
    remedy = N_("Publish with `eboxcast publish`, or switch the procedure on: eboxcast migrate --procedure on")


class AudienceUnclear(WrongUse):
    """It is not clear how many recipients are expected in which language."""

    code = "broadcast.audience-unclear"
    sentence = N_("The number of recipients for each language is not clear: {text}.")
    remedy = N_("Write --recipients 180000 --language fr; or --recipients fr=180000 --recipients nl=120000.")


class ContactUnclear(WrongUse):
    """A contact is not name, mail and telephone."""

    code = "broadcast.contact-unclear"
    sentence = N_("This contact cannot be used: {text}.")
    remedy = N_(
        'Write: --contact "Name, email address, phone number". You can leave out the email address or the phone number.'
    )


class DateNotSaid(WrongUse):
    """Several dates are wanted, and it is not said which one is meant."""

    code = "broadcast.date-not-said"
    sentence = N_("Broadcast {broadcast} has several requested dates: {dates}.")
    remedy = N_("Choose one: --date {first}")


class NoFreeDate(NotAllowedNow):
    """No date can be proposed."""

    code = "broadcast.no-free-date"
    sentence = N_("There is no free date for broadcast {broadcast} in the six months after {date}.")
    remedy = N_("Check the calendar and propose dates with --date, or refuse.")


class GoNotNamed(WrongUse):
    """A GO names what it is for; where nobody can be asked, the command must."""

    code = "broadcast.go-not-named"
    sentence = N_("A GO must give the agreed moment and the files, and there is no terminal to ask for them.")
    remedy = N_("Compare them with what you agreed, then run: {command}")


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


class NoneFits(NotAllowedNow):
    """No broadcast of the institution asks for these files, or several do."""

    code = "broadcast.none-fits"
    sentence = N_("These files fit {count} broadcast(s): {fitting}.")
    remedy = N_("Choose one: eboxcast broadcast deliver NUMBER DIRECTORY; to see them, use eboxcast broadcast list.")


class MetadataUnread(InputRefused):
    """Nothing says for which broadcast the files are."""

    code = "broadcast.metadata-unread"
    sentence = N_("The metadata in {path} cannot be read, so it is not known which broadcast the files are for.")
    remedy = N_("To see what is wrong: eboxcast check {path}; or give the number of the broadcast.")
