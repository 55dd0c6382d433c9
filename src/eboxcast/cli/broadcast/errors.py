"""What people can get wrong when they speak of broadcasts on the command line."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class ProcedureOff(NotAllowedNow):
    """There are no broadcasts where the engine is used alone."""

    code = "procedure.off"
    sentence = N_("The procedure is off here: there are no broadcasts, only runs.")
    remedy = N_("Publish with `eboxcast publish`, or switch the procedure on: eboxcast migrate --procedure on")


class WordsUnfit(WrongUse):
    """What is written is kept for ever; it must say something and name no citizen."""

    code = "broadcast.words-unfit"
    sentence = N_("The {asked} is empty, is not one line, or holds a national number. It is kept for ever.")
    remedy = N_("Say it in a few words that name no citizen.")


class AudienceUnclear(WrongUse):
    """It is not clear how many recipients are expected in which language."""

    code = "broadcast.audience-unclear"
    sentence = N_("It is not clear how many recipients are expected in which language: {text}.")
    remedy = N_("Write --recipients 180000 --language fr; or --recipients fr=180000 --recipients nl=120000.")


class ContactUnclear(WrongUse):
    """A contact is not name, mail and telephone."""

    code = "broadcast.contact-unclear"
    sentence = N_("This is not a contact that can be reached: {text}.")
    remedy = N_('Write: --contact "Name, mail address, telephone"; one of the two last may be left out.')


class DateNotSaid(WrongUse):
    """Several dates are wanted, and it is not said which one is meant."""

    code = "broadcast.date-not-said"
    sentence = N_("Broadcast {broadcast} has several wanted dates: {dates}.")
    remedy = N_("Say which one: --date {first}")


class NoFreeDate(NotAllowedNow):
    """No date can be proposed."""

    code = "broadcast.no-free-date"
    sentence = N_("In the half year after {date} no date is free for broadcast {broadcast}.")
    remedy = N_("Look at the calendar, and propose dates with --date; or refuse.")


class GoNotNamed(WrongUse):
    """A GO names what it is for; where nobody can be asked, the command must."""

    code = "broadcast.go-not-named"
    sentence = N_("A GO names the agreed moment and the files, and this is no terminal where they could be asked.")
    remedy = N_("Compare them with what you agreed, then: {command}")


class VerdictUnclear(WrongUse):
    """It is not clear what was found where."""

    code = "broadcast.verdict-unclear"
    sentence = N_("It is not clear what was found where: {text}.")
    remedy = N_(
        "Give --all passed; or --recipient 3 --check title --failed; or --file checks.csv; then approve, or reject."
    )


class ChecksFileUnclear(InputRefused):
    """A line of the file with checks says nothing clear."""

    code = "broadcast.checks-file-unclear"
    sentence = N_("Line {line} of {path} is not clear: {text}.")
    remedy = N_("Its columns are recipient,check,result,remark; result is passed or failed. Nothing was noted.")


class FilesNotSaid(WrongUse):
    """Neither a directory, nor a number and a directory."""

    code = "broadcast.files-not-said"
    sentence = N_("It is not clear which files are delivered.")
    remedy = N_("Write: eboxcast broadcast deliver 2027-0001 DIRECTORY --environment acceptance")


class NoneFits(NotAllowedNow):
    """No broadcast of the institution asks for these files, or several do."""

    code = "broadcast.none-fits"
    sentence = N_("{count} broadcast(s) could take these files: {fitting}.")
    remedy = N_("Say which: eboxcast broadcast deliver NUMBER DIRECTORY; eboxcast broadcast list shows them.")


class MetadataUnread(InputRefused):
    """Nothing says for which broadcast the files are."""

    code = "broadcast.metadata-unread"
    sentence = N_("The metadata in {path} cannot be read, so nothing says for which broadcast the files are.")
    remedy = N_("See what is wrong: eboxcast check {path}; or say which broadcast it is.")
