"""Why the procedure says no; what is missing comes with who can mend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from eboxcast.lib.errors import InputRefused, NotAllowedNow, NotFound, Told, WrongUse
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class BroadcastNotFound(NotFound):
    """No broadcast has this number, or it is another institution's."""

    code = "broadcast.not-found"
    sentence = N_("There is no broadcast {broadcast}.")
    remedy = N_("To list the broadcasts: {broadcasts}")
    actions = MappingProxyType({"broadcasts": NextAction(action="broadcast.see")})


class NotInThisState(NotAllowedNow):
    """The state of the broadcast forbids what is asked."""

    code = "broadcast.not-in-this-state"
    sentence = N_("Broadcast {broadcast} is {state}: {asked} is not possible now.")
    remedy = N_("To see what is possible: {see}")
    actions = MappingProxyType({"see": NextAction(action="broadcast.see", parameters={"broadcast": "{broadcast}"})})


class ChangedMeanwhile(NotAllowedNow):
    """Somebody else was first: what was decided is about a broadcast as it stands no longer."""

    code = "broadcast.changed-meanwhile"
    sentence = N_("{by} changed broadcast {broadcast} on {at}, after you opened this page. Nothing was done.")
    remedy = N_("Check its present state, then decide again.")


class NotReady(NotAllowedNow):
    """Something is missing; ``parts`` says what, and who can mend each."""

    code = "broadcast.not-ready"
    sentence = N_("Broadcast {broadcast}: {asked} is not possible yet. Still missing ({count}):")
    remedy = N_("Then run the same command again. To see what is still missing, use {see}.")
    actions = MappingProxyType({"see": NextAction(action="broadcast.see", parameters={"broadcast": "{broadcast}"})})

    def __init__(self, parts: tuple[Told, ...], **data: object) -> None:
        super().__init__(count=len(parts), **data)
        self.parts = parts


class Missing(NotAllowedNow):
    """One thing that is missing."""

    code = "broadcast.missing"

    def as_recorded(self) -> dict[str, object]:
        """Return what an audit entry keeps of it, for ``missing_recorded``."""
        data = {name: _plain(value) for name, value in self.data.items()}
        return {"code": self.code, "data": data}


def missing_recorded(recorded: Mapping[str, Any]) -> Missing | None:
    """Return what was missing, of what an audit entry kept of it; none for what this version does not know."""
    known = {kind.code: kind for kind in Missing.__subclasses__()}
    kind = known.get(recorded["code"])
    return kind(**{name: _moment_or(value) for name, value in recorded["data"].items()}) if kind else None


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment_or(value: object) -> object:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else value
    except ValueError:
        return value


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
    remedy = N_("The institution must run: {reconfirm}")
    actions = MappingProxyType(
        {"reconfirm": NextAction(action="broadcast.reconfirm", parameters={"broadcast": "{broadcast}"})}
    )


class ReconfirmedLate(Missing):
    """The reconfirmation came after its term."""

    code = "broadcast.reconfirmed-late"
    sentence = N_("The date was not reconfirmed by {due}, and there is no waiver.")
    remedy = N_("The integration team can give a waiver: {waive}")
    actions = MappingProxyType(
        {
            "waive": NextAction(
                action="broadcast.waive", parameters={"broadcast": "{broadcast}", "what": "late-reconfirmation"}
            )
        }
    )


class AcceptanceLate(Missing):
    """The files for acceptance came after their term."""

    code = "broadcast.acceptance-late"
    sentence = N_("The files for acceptance were not delivered by {due}, and there is no waiver.")
    remedy = N_("The integration team can give a waiver: {waive}")
    actions = MappingProxyType(
        {
            "waive": NextAction(
                action="broadcast.waive", parameters={"broadcast": "{broadcast}", "what": "late-acceptance"}
            )
        }
    )


class TeamUnknown(NotFound):
    """There is no such team."""

    code = "broadcast.team-unknown"
    sentence = N_("There is no team called {team}.")
    remedy = N_("The teams are: {teams}. Leave out the team to use the institution's own contact.")


class InstitutionNotFound(NotFound):
    """There is no such institution, or it is not that of who asks."""

    code = "broadcast.institution-not-found"
    sentence = N_("There is no institution {institution} whose contact you can set.")
    remedy = N_("Give its CBE number. People of an institution can set only their own contact.")


class TypeNotConfigured(NotFound):
    """The institution has no such message type for this application; whoever asks for a date cannot load one."""

    code = "broadcast.type-not-configured"
    sentence = N_("Your institution has no message type {message_type} for the application {application}.")
    remedy = N_("To list your message types: {types}. To request a new one, start with: {form}")
    actions = MappingProxyType({"types": NextAction(action="type.see"), "form": NextAction(action="type.form")})


class ContactUnreachable(InputRefused):
    """A contact has a name, and an address or a telephone number."""

    code = "broadcast.contact-unreachable"
    sentence = N_("A contact needs a name, and an email address or a phone number.")
    remedy = N_("Give the name, and the email address or the phone number, or both.")


class TypeNotInProduction(Missing):
    """The message type is configured in acceptance only."""

    code = "broadcast.type-not-in-production"
    sentence = N_("The message type {message_type} is configured in acceptance only.")
    remedy = N_("The integration team must run: {configure}")
    actions = MappingProxyType(
        {
            "configure": NextAction(
                action="type.configure", parameters={"type": "{message_type}", "environment": "production"}
            )
        }
    )


class NothingPrepared(Missing):
    """Files for production are not there."""

    code = "broadcast.nothing-prepared"
    sentence = N_("No files for production have been prepared.")
    remedy = N_("The institution must run: {deliver}")
    actions = MappingProxyType(
        {"deliver": NextAction(action="broadcast.deliver_production", parameters={"broadcast": "{broadcast}"})}
    )


class NoGo(Missing):
    """The institution has not confirmed."""

    code = "broadcast.no-go"
    sentence = N_("The institution has not given a valid GO.")
    remedy = N_("A confirmer of the institution must run: {give_go}")
    actions = MappingProxyType(
        {"give_go": NextAction(action="broadcast.give_go", parameters={"broadcast": "{broadcast}"})}
    )


class SamePerson(Missing):
    """Who gives the GO neither launches nor arms."""

    code = "broadcast.same-person"
    sentence = N_("{name} gave the GO for this broadcast, so someone else must launch it.")
    remedy = N_("Ask another member of the launch team to do it.")


class ContactsMissing(Missing):
    """The follow-up sheet has gaps."""

    code = "broadcast.contacts-missing"
    sentence = N_("The follow-up sheet has no contact for: {missing}.")
    remedy = N_("The integration team must complete it: {contacts}")
    actions = MappingProxyType(
        {"contacts": NextAction(action="broadcast.set_contact", parameters={"broadcast": "{broadcast}"})}
    )


class ContactCentreNotWarned(Missing):
    """The contact centre does not know."""

    code = "broadcast.contact-centre-not-warned"
    sentence = N_("The contact centre has not been warned of this date.")
    remedy = N_("The integration team must run: {warn}")
    actions = MappingProxyType({"warn": NextAction(action="broadcast.warn", parameters={"broadcast": "{broadcast}"})})


class NobodyAtContactCentre(Missing):
    """Nobody would read the warning of the contact centre."""

    code = "broadcast.nobody-at-contact-centre"
    sentence = N_("No one with the role contact-centre has an email address, so no one can be warned.")
    remedy = N_(
        "The integration team must add a person with the role contact-centre and an email address, "
        "then warn the contact centre."
    )


class OutsideItsWindow(Missing):
    """It is not the agreed evening."""

    code = "broadcast.outside-window"
    sentence = N_("It is {now}; the window is from {start} to {end}.")
    remedy = N_("Wait for the window, or request another date: {want}")
    actions = MappingProxyType({"want": NextAction(action="broadcast.want", parameters={"broadcast": "{broadcast}"})})


class InBlackout(Missing):
    """A service that is needed is not there."""

    code = "broadcast.in-blackout"
    sentence = N_("{service} is unavailable from {start} to {end}: {reason}.")
    remedy = N_("The integration team can move the date, or lift the blackout: {lift}")
    actions = MappingProxyType({"lift": NextAction(action="calendar.lift", parameters={"number": "{number}"})})


class NotATester(Missing):
    """Only a requester and whoever is named look at the test of a broadcast."""

    code = "broadcast.not-a-tester"
    sentence = N_("{name} is not a tester of broadcast {broadcast}.")
    remedy = N_("A requester of the institution must run: {name_tester}")
    actions = MappingProxyType(
        {
            "name_tester": NextAction(
                action="broadcast.name_testers", parameters={"broadcast": "{broadcast}", "name": "{name}"}
            )
        }
    )


class VerdictIncomplete(Missing):
    """Not everything was looked at."""

    code = "broadcast.verdict-incomplete"
    sentence = N_("{passed} of {expected} checks passed so far, in {recipients} eBoxes.")
    remedy = N_("The institution must record a result for each check: {judge}; or reject the test.")
    actions = MappingProxyType({"judge": NextAction(action="broadcast.judge", parameters={"broadcast": "{broadcast}"})})


class VerdictFailed(Missing):
    """Something was not as expected."""

    code = "broadcast.verdict-failed"
    sentence = N_("Of {expected} checks in {recipients} eBoxes, {failed} failed.")
    remedy = N_("The institution must reject the test and deliver new files: {reject}")
    actions = MappingProxyType(
        {"reject": NextAction(action="broadcast.reject", parameters={"broadcast": "{broadcast}"})}
    )


class CorrectionUnexplained(InputRefused):
    """A check that failed passes only with a reason: what was found before stays on record beside it."""

    code = "broadcast.correction-unexplained"
    sentence = N_("For recipient {recipient}, {by} recorded that the check `{check}` failed. Nothing was recorded now.")
    remedy = N_("To correct it, add a remark that says why: {correct}. If it did fail, reject the test: {reject}")
    actions = MappingProxyType(
        {
            "correct": NextAction(
                action="broadcast.judge",
                parameters={"broadcast": "{broadcast}", "recipient": "{recipient}", "check": "{check}"},
            ),
            "reject": NextAction(action="broadcast.reject", parameters={"broadcast": "{broadcast}"}),
        }
    )


class TestedAnew(NotAllowedNow):
    """Whoever judges had another test before them: new files were delivered since."""

    code = "broadcast.tested-anew"
    sentence = N_("{by} delivered new files for acceptance on {at}. What you saw was the test of earlier files.")
    remedy = N_("Nothing was recorded. Check the new files.")


class JudgedMeanwhile(NotAllowedNow):
    """Somebody else found something since: who decides or corrects must know it."""

    code = "broadcast.judged-meanwhile"
    sentence = N_("{by} recorded other results on {at}, which you had not seen yet.")
    remedy = N_("Nothing was recorded. Look at their results first.")


class FilesDiffer(InputRefused):
    """What is delivered for production is not what was approved."""

    code = "broadcast.files-differ"
    sentence = N_("The {file} is not the one approved in acceptance ({found} instead of {approved}).")
    remedy = N_(
        "Deliver the approved files. To use new files, deliver them for acceptance first, so that they "
        "are tested and approved again."
    )


class ShortListTooLong(InputRefused):
    """The list for acceptance must be one that people can look through."""

    code = "broadcast.short-list-too-long"
    sentence = N_("The list for acceptance has {recipients} recipients; at most {most} can be checked by hand.")
    remedy = N_("Deliver a list of people whose eBoxes you can open, such as colleagues.")


class PackageDiffers(InputRefused):
    """The metadata are of another broadcast."""

    code = "broadcast.package-differs"
    sentence = N_("The metadata has {field} {found}; the broadcast was requested with {expected}.")
    remedy = N_("Correct the metadata, or request a separate broadcast.")


class GoDiffers(InputRefused):
    """The GO names something else than what is agreed and prepared."""

    code = "broadcast.go-differs"
    sentence = N_("The GO gives {asked} as {found}, but what was agreed and prepared is {expected}.")
    remedy = N_("Check what is prepared: {see}. Then give the GO for exactly that.")
    actions = MappingProxyType(
        {"see": NextAction(action="broadcast.give_go", parameters={"broadcast": "{broadcast}", "show": "yes"})}
    )


class GoFilesDiffer(GoDiffers):
    """The GO names other files than those that are prepared. Which digest is right is not said: it is looked at."""

    code = "broadcast.go-files-differ"
    sentence = N_("The GO gives the files as {found}, but other files are prepared.")


class GoOutdated(NotAllowedNow):
    """Whoever gives the GO had something else before them: other files, or another moment."""

    code = "broadcast.go-outdated"
    sentence = N_("{by} changed what you were about to confirm, on {at}: other files are prepared, or the date moved.")
    remedy = N_("No GO was given. Look at what is prepared now.")


class DateNotOffered(InputRefused):
    """The date is none of those the deciders proposed."""

    code = "broadcast.date-not-offered"
    sentence = N_("{date} is not one of the proposed dates: {dates}.")
    remedy = N_("Choose one of them, or request others: {want}")
    actions = MappingProxyType({"want": NextAction(action="broadcast.want", parameters={"broadcast": "{broadcast}"})})


class DateNotWanted(DateNotOffered):
    """The date is none of those that the institution asked for; who decides proposes another."""

    code = "broadcast.date-not-wanted"
    sentence = N_("{date} is not one of the requested dates: {dates}.")
    remedy = N_("Choose one of them, or propose others: {postpone}")
    actions = MappingProxyType(
        {"postpone": NextAction(action="broadcast.postpone", parameters={"broadcast": "{broadcast}", "date": "DATE"})}
    )


class DateNotPossible(InputRefused):
    """There is no broadcast on such a day, whatever else is planned; ``parts`` says why."""

    code = "broadcast.date-not-possible"
    sentence = N_("A broadcast is not possible on {dates}:")
    remedy = N_("The nearest free dates: {free}. To see the calendar: {calendar}")
    actions = MappingProxyType({"calendar": NextAction(action="calendar.see")})

    def __init__(self, parts: tuple[Told, ...], **data: object) -> None:
        super().__init__(**data)
        self.parts = parts


class DateInThePast(InputRefused):
    """Only days to come can be asked for."""

    code = "broadcast.date-in-the-past"
    sentence = N_("{date} is not in the future.")
    remedy = N_("Choose a later date.")


class ReasonMissing(WrongUse):
    """Whoever says no owes a reason."""

    code = "broadcast.reason-missing"
    sentence = N_("A reason is required for {asked}. Others will see it, and it stays on record.")
    remedy = N_("Give the reason.")


class TesterUnknown(NotFound):
    """A tester is somebody of the institution who can act here."""

    code = "broadcast.tester-unknown"
    sentence = N_("{name} is not an active user of institution {institution}.")
    remedy = N_("Name people of the institution by their login. The integration team can add users.")


class NotConcerned(InputRefused):
    """A check or recipient that is not of this acceptance run."""

    code = "broadcast.not-concerned"
    sentence = N_("The short list has recipients 1 to {recipients}; {found} is not one of them.")
    remedy = N_("Give the recipient's position in the list delivered for acceptance.")


class AudienceUnclear(WrongUse):
    """It is not clear how many recipients are expected in which language."""

    code = "broadcast.audience-unclear"
    sentence = N_("The number of recipients for each language is not clear: {text}.")
    remedy = N_("Give a number for each language, such as fr=180000; the languages are fr, nl and de.")


class DateNotSaid(WrongUse):
    """Several dates are wanted, and it is not said which one is meant."""

    code = "broadcast.date-not-said"
    sentence = N_("Broadcast {broadcast} has several requested dates: {dates}.")
    remedy = N_("Choose one: {accept}")
    actions = MappingProxyType(
        {"accept": NextAction(action="broadcast.accept", parameters={"broadcast": "{broadcast}", "date": "{first}"})}
    )


class NoFreeDate(NotAllowedNow):
    """No date can be proposed."""

    code = "broadcast.no-free-date"
    sentence = N_("There is no free date for broadcast {broadcast} in the six months after {date}.")
    remedy = N_("Check the calendar and propose dates, or refuse.")


class NoneFits(NotAllowedNow):
    """No broadcast of the institution asks for these files, or several do."""

    code = "broadcast.none-fits"
    sentence = N_("These files fit {count} {count:broadcast|broadcasts}: {fitting}.")
    remedy = N_("Give the number of the broadcast with the files. To list the broadcasts: {broadcasts}")
    actions = MappingProxyType({"broadcasts": NextAction(action="broadcast.see")})


class MetadataUnread(InputRefused):
    """Nothing says for which broadcast the files are."""

    code = "broadcast.metadata-unread"
    sentence = N_("The metadata in {path} cannot be read, so it is not known which broadcast the files are for.")
    remedy = N_("To see what is wrong: {check}; or give the number of the broadcast.")
    actions = MappingProxyType({"check": NextAction(action="package.check", parameters={"directory": "{path}"})})
