"""Why the procedure says no; what is missing comes with who can mend it."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow, Told, WrongUse
from eboxcast.lib.translation import N_


class BroadcastNotFound(WrongUse):
    """No broadcast has this number, or it is another institution's."""

    code = "broadcast.not-found"
    sentence = N_("There is no broadcast {broadcast}.")
    remedy = N_("List the broadcasts with: eboxcast broadcast list")


class NotInThisState(NotAllowedNow):
    """The state of the broadcast forbids what is asked."""

    code = "broadcast.not-in-this-state"
    sentence = N_("Broadcast {broadcast} is {state}: {asked} is not possible now.")
    remedy = N_("What is possible: eboxcast broadcast show {broadcast}")


class NotReady(NotAllowedNow):
    """Something is missing; ``parts`` says what, and who can mend each."""

    code = "broadcast.not-ready"
    sentence = N_("Broadcast {broadcast}: {asked} is not possible yet, {count} thing(s) are missing:")
    remedy = N_("Then run the same command again; eboxcast broadcast show {broadcast} says how it stands.")

    def __init__(self, parts: tuple[Told, ...], **data: object) -> None:
        super().__init__(count=len(parts), **data)
        self.parts = parts


class Missing(NotAllowedNow):
    """One thing that is missing."""

    code = "broadcast.missing"


class DateNotFree(Missing):
    """The calendar or another broadcast is in the way of a date."""

    code = "broadcast.date-not-free"
    sentence = N_("{date} is not free:")
    remedy = N_("The nearest free dates: {free}.")

    def __init__(self, parts: tuple[Told, ...], **data: object) -> None:
        super().__init__(**data)
        self.parts = parts


class NotReconfirmed(Missing):
    """The institution has not said again that it wants the date."""

    code = "broadcast.not-reconfirmed"
    sentence = N_("The institution has not reconfirmed the date.")
    remedy = N_("The institution does: eboxcast broadcast reconfirm {broadcast}")


class ReconfirmedLate(Missing):
    """The reconfirmation came after its term."""

    code = "broadcast.reconfirmed-late"
    sentence = N_("The date had to be reconfirmed by {due}; nobody waived that it came later.")
    remedy = N_('The integration team may: eboxcast broadcast waive {broadcast} late-reconfirmation --reason "…"')


class AcceptanceLate(Missing):
    """The files for acceptance came after their term."""

    code = "broadcast.acceptance-late"
    sentence = N_("The files for acceptance were due by {due}; nobody waived that they came later.")
    remedy = N_('The integration team may: eboxcast broadcast waive {broadcast} late-acceptance --reason "…"')


class TeamUnknown(InputRefused):
    """There is no such team."""

    code = "broadcast.team-unknown"
    sentence = N_("There is no team {team}.")
    remedy = N_("The teams: {teams}. Leave the team out for the institution's own contact.")


class ContactUnreachable(InputRefused):
    """A contact has a name, and an address or a telephone number."""

    code = "broadcast.contact-unreachable"
    sentence = N_("A contact needs a name, and a mail address or a telephone number.")
    remedy = N_("Give --name, and --email or --phone or both.")


class TypeNotInProduction(Missing):
    """The message type is configured in acceptance only."""

    code = "broadcast.type-not-in-production"
    sentence = N_("The message type {message_type} is configured in acceptance only.")
    remedy = N_("The integration team does: eboxcast message-type configure {message_type} --environment production")


class NothingPrepared(Missing):
    """Files for production are not there."""

    code = "broadcast.nothing-prepared"
    sentence = N_("No files for production are prepared.")
    remedy = N_("The institution does: eboxcast broadcast deliver {broadcast} DIR --environment production")


class NoGo(Missing):
    """The institution has not confirmed."""

    code = "broadcast.no-go"
    sentence = N_("There is no GO of the institution that holds.")
    remedy = N_("A person of the institution who may confirm does: eboxcast broadcast go {broadcast}")


class SamePerson(Missing):
    """Who gives the GO neither launches nor arms."""

    code = "broadcast.same-person"
    sentence = N_("{name} gave the GO of this broadcast, so somebody else must launch it.")
    remedy = N_("Another person of the launch team does it.")


class ContactsMissing(Missing):
    """The follow-up sheet has gaps."""

    code = "broadcast.contacts-missing"
    sentence = N_("The follow-up sheet has no contact for: {missing}.")
    remedy = N_("The integration team fills it: eboxcast broadcast contacts {broadcast}")


class ContactCentreNotWarned(Missing):
    """The contact centre does not know."""

    code = "broadcast.contact-centre-not-warned"
    sentence = N_("The contact centre is not warned of this date.")
    remedy = N_("The integration team does: eboxcast broadcast warn {broadcast}")


class OutsideItsWindow(Missing):
    """It is not the agreed evening."""

    code = "broadcast.outside-window"
    sentence = N_("It is {now}; the window is from {start} to {end}.")
    remedy = N_("Wait for the window, or ask for another date: eboxcast broadcast want {broadcast} DATE")


class InBlackout(Missing):
    """A service that is needed is not there."""

    code = "broadcast.in-blackout"
    sentence = N_("{service} is not available from {start} to {end}: {reason}.")
    remedy = N_("The integration team moves the date, or lifts the blackout: eboxcast calendar lift {number}")


class VerdictIncomplete(Missing):
    """Not everything was looked at, or something was not as expected."""

    code = "broadcast.verdict-incomplete"
    sentence = N_("Of {expected} checks in {recipients} eBoxes, {passed} passed and {failed} failed.")
    remedy = N_(
        "The institution says of each: eboxcast broadcast verdict {broadcast} …; or rejects what was delivered."
    )


class FilesDiffer(InputRefused):
    """What is delivered for production is not what was approved."""

    code = "broadcast.files-differ"
    sentence = N_("The {file} is not the one that was approved in acceptance ({found} instead of {approved}).")
    remedy = N_(
        "Deliver the approved files; or deliver the new ones for acceptance first: they are tested and approved again."
    )


class ShortListTooLong(InputRefused):
    """The list for acceptance must be one that people can look through."""

    code = "broadcast.short-list-too-long"
    sentence = N_("The list for acceptance names {recipients} recipients; at most {most} can be looked through.")
    remedy = N_("Deliver a list of people whose eBoxes you can open, such as colleagues.")


class PackageDiffers(InputRefused):
    """The metadata are of another broadcast."""

    code = "broadcast.package-differs"
    sentence = N_("The metadata say {field} {found}; the broadcast was requested with {expected}.")
    remedy = N_("Correct the metadata, or request a broadcast of its own for them.")


class GoDiffers(InputRefused):
    """The GO names something else than what is agreed and prepared."""

    code = "broadcast.go-differs"
    sentence = N_("The GO names {asked} {found}; agreed and prepared is {expected}.")
    remedy = N_(
        "Look at what is prepared with: eboxcast broadcast show {broadcast}; then give the GO for exactly that."
    )


class DateNotOffered(InputRefused):
    """The date is none of those the deciders proposed."""

    code = "broadcast.date-not-offered"
    sentence = N_("{date} is none of the dates proposed: {dates}.")
    remedy = N_("Take one of those, or ask for others with: eboxcast broadcast want {broadcast} DATE")


class DateInThePast(InputRefused):
    """Only days to come can be asked for."""

    code = "broadcast.date-in-the-past"
    sentence = N_("{date} is not a day to come.")
    remedy = N_("Ask for a later date.")


class ReasonMissing(WrongUse):
    """Whoever says no owes a reason."""

    code = "broadcast.reason-missing"
    sentence = N_("A reason is needed: {asked} is told to others, and stays on record.")
    remedy = N_('Add: --reason "…"')


class NotConcerned(InputRefused):
    """A check or recipient that is not of this acceptance run."""

    code = "broadcast.not-concerned"
    sentence = N_("The short list has recipients 1 to {recipients}; {found} is none of them.")
    remedy = N_("The number is the place in the list that was delivered for acceptance.")
