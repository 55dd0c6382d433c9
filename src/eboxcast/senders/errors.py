"""What can be wrong with senders, their configuration, and people."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from eboxcast.lib.errors import InputRefused, NotAllowedNow, NotFound, Reason
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class FileUnreadable(InputRefused):
    """The file to load cannot be read, or is no TOML."""

    code = "senders.file-unreadable"
    sentence = N_("{file} cannot be read: {problem}")
    remedy = N_("Nothing was loaded. Correct the file and load it again.")


class SenderFileWrong(InputRefused):
    """A file to load has wrong places; ``parts`` has them all, each with what to write there."""

    code = "senders.file-wrong"
    sentence = N_("{file}: {count} {count:field|fields} of the file {count:is|are} missing or wrong.")
    remedy = N_("Nothing was loaded. Correct the file and load it again. For an example, see {page}.")

    def __init__(self, *, file: str, faults: Sequence[Reason], page: str) -> None:
        super().__init__(file=file, count=len(faults), page=page)
        self.parts = tuple(faults)


class InstitutionUnknown(InputRefused):
    """The metadata name an institution that is not configured."""

    code = "senders.institution-unknown"
    sentence = N_("The institution {institution} in the metadata is not configured.")
    remedy = N_("Load it with: {load}")
    actions = MappingProxyType({"load": NextAction(action="type.load")})


class ApplicationUnknown(InputRefused):
    """The metadata name an application that is not configured for this institution."""

    code = "senders.application-unknown"
    sentence = N_("The application {application} is not configured for the institution {institution}.")
    remedy = N_("Correct SenderID in the metadata, or load the application with: {load}")
    actions = MappingProxyType({"load": NextAction(action="type.load")})


class MessageTypeUnknown(InputRefused):
    """The metadata name a message type that this application may not send."""

    code = "senders.message-type-unknown"
    sentence = N_("The message type {message_type} is not configured for the application {application}.")
    remedy = N_("Correct MessageType in the metadata, or load the type with: {load}")
    actions = MappingProxyType({"load": NextAction(action="type.load")})


class MessageTypeOnlyInAcceptance(NotAllowedNow):
    """The message type works in acceptance, and nobody has configured it in production."""

    code = "senders.only-in-acceptance"
    sentence = N_("The message type {message_type} is configured in acceptance only; it cannot run in production.")
    remedy = N_("Ask the integration team to configure it: {configure}")
    actions = MappingProxyType(
        {
            "configure": NextAction(
                action="type.configure", parameters={"type": "{message_type}", "environment": "production"}
            )
        }
    )


class EboxTypeDiffers(InputRefused):
    """The metadata are for another kind of eBox than the message type."""

    code = "senders.ebox-type-differs"
    sentence = N_("The message type {message_type} is for {expected} eBoxes, but the metadata has {found}.")
    remedy = N_("Correct EboxType or MessageType in the metadata.")


class FormWrong(InputRefused):
    """The form for a new message type has wrong places; ``parts`` has them all, each with what to write there."""

    code = "senders.form-wrong"
    sentence = N_("{file}: {count} {count:field|fields} of the form {count:is|are} missing or wrong.")
    remedy = N_(
        "Nothing was requested. Correct the form and submit it again. For an example, see "
        "docs/reference/type-request-file.md."
    )

    def __init__(self, *, file: str, faults: Sequence[Reason]) -> None:
        super().__init__(file=file, count=len(faults))
        self.parts = tuple(faults)


class FormUnreadable(InputRefused):
    """The file is no form at all."""

    code = "senders.form-unreadable"
    sentence = N_("{file} cannot be read as a form: {problem}")
    remedy = N_("To get an empty form: {form}")
    actions = MappingProxyType({"form": NextAction(action="type.form")})


class TypeRequestNotFound(NotFound):
    """There is no such request or message type, or it is another institution's."""

    code = "senders.request-not-found"
    sentence = N_("There is no message type or request {wanted}.")
    remedy = N_("To list them: {types}")
    actions = MappingProxyType({"types": NextAction(action="type.see")})


class NotThisStep(NotAllowedNow):
    """The request stands elsewhere than where this step is taken: somebody was quicker, who is named."""

    code = "senders.not-this-step"
    sentence = N_("This is not possible for request {number}: {asked}. Its state is: {state}. Last step: {by}, {at}.")
    remedy = N_("To see its next step: {see}")
    actions = MappingProxyType({"see": NextAction(action="type.see", parameters={"number": "{number}"})})


class AlreadyConfigured(NotAllowedNow):
    """The message type of this code is there already."""

    code = "senders.already-configured"
    sentence = N_("The message type {message_type} is already configured, so it cannot be requested as a new one.")
    remedy = N_("Choose another code, or ask the integration team to change the type.")


class AlreadyRequested(NotAllowedNow):
    """Another request for this code is open."""

    code = "senders.already-requested"
    sentence = N_("The message type {message_type} has already been requested: request {number} is open.")
    remedy = N_("Withdraw that request first, or wait for the decision: {see}")
    actions = MappingProxyType({"see": NextAction(action="type.see", parameters={"number": "{number}"})})


class NotRefused(NotAllowedNow):
    """Only what was refused or withdrawn can be asked again, and once."""

    code = "senders.not-refused"
    sentence = N_("Request {number} cannot be submitted again. Its state is: {state}.")
    remedy = N_("Only a refused or withdrawn request can be submitted again, and only once: {see}")
    actions = MappingProxyType({"see": NextAction(action="type.see", parameters={"number": "{number}"})})


class OtherInstitution(NotAllowedNow):
    """Somebody of an institution asks for another one."""

    code = "senders.other-institution"
    sentence = N_("The form is for the institution {institution}, but you act for {own}.")
    remedy = N_("Correct the number in the form, or ask someone from that institution to submit it.")


class ApplicationTaken(InputRefused):
    """The application belongs to another institution."""

    code = "senders.application-taken"
    sentence = N_("The application {application} belongs to an institution other than {institution}.")
    remedy = N_("Choose another name for the application.")


class PersonUnknown(NotFound):
    """There is nobody of that name."""

    code = "people.unknown"
    sentence = N_("There is no person called {name}.")
    remedy = N_("For a list of people: {people}")
    actions = MappingProxyType({"people": NextAction(action="person.see")})


class PersonKnown(InputRefused):
    """There is somebody of that name already; names are never used again, as the audit keeps them."""

    code = "people.known"
    sentence = N_("There is already a person called {name}, who may be inactive.")
    remedy = N_("Choose another name, or change the existing person: {change}")
    actions = MappingProxyType({"change": NextAction(action="person.change", parameters={"name": "{name}"})})


class PersonInactive(NotAllowedNow):
    """The person may no longer act."""

    code = "people.inactive"
    sentence = N_("{name} is no longer active.")
    remedy = N_("The integration team can change this: {change}")
    actions = MappingProxyType(
        {"change": NextAction(action="person.change", parameters={"name": "{name}", "active": "yes"})}
    )


class PersonChanged(NotAllowedNow):
    """Somebody else was first; what they wrote must not be lost unseen."""

    code = "people.changed"
    sentence = N_("{by} changed the record of {name} on {at}, while you were looking at it.")
    remedy = N_("Your changes were not saved. Look at the record as it is now, then make them again.")


class NameUnfit(InputRefused):
    """What was given cannot be a login."""

    code = "people.name-unfit"
    sentence = N_("{name} is not a valid name for a person.")
    remedy = N_(
        "Use 2 to 40 lowercase letters, digits, dots, hyphens or underscores. Start with a letter, and "
        "do not use a national number."
    )


class DetailUnfit(InputRefused):
    """What was said of a person or contact cannot be recorded. The words themselves are not repeated."""

    code = "people.detail-unfit"
    sentence = N_("The value given for {field} of {name} cannot be recorded.")
    remedy = N_("Give a short line of plain text without a national number. An address looks like name@example.be.")


class RolesUnfit(InputRefused):
    """These roles cannot be one person's."""

    code = "people.roles-unfit"
    sentence = N_("These roles of {name} cannot be combined, or do not match their institution: {roles}.")
    remedy = N_(
        "With an institution: requester, confirmer. Without: integration, launch, contact-centre, "
        "auditor; or validator only. A service account without an institution: launch only."
    )


class HomeUnknown(InputRefused):
    """The institution of a person or contact is not configured."""

    code = "people.institution-unknown"
    sentence = N_("{name} cannot belong to the institution {institution}, which is not configured.")
    remedy = N_("Load it with: {load}")
    actions = MappingProxyType({"load": NextAction(action="type.load")})


class TokenUnfit(InputRefused):
    """A token cannot last so long, or is for nobody in particular."""

    code = "token.unfit"
    sentence = N_("A token needs a plain-text label and a validity of 1 to {most} days.")
    remedy = N_("For example: {make}")
    actions = MappingProxyType({"make": NextAction(action="token.make")})


class TokenUnknown(NotFound):
    """There is no token of that number."""

    code = "token.unknown-number"
    sentence = N_("There is no token {number}.")
    remedy = N_("To see the tokens of a person: {tokens}")
    actions = MappingProxyType({"tokens": NextAction(action="token.see")})


class TokenRefused(NotAllowedNow):
    """The token opens nothing. It is never repeated."""

    code = "token.refused"
    sentence = N_("The token is not known on this installation.")
    remedy = N_("Ask the integration team for a new token, then run: {log_in}")
    actions = MappingProxyType({"log_in": NextAction(action="token.use")})


class TokenExpired(TokenRefused):
    """The token's time is over."""

    code = "token.expired"
    sentence = N_("The token of {name} expired on {moment}.")


class TokenRevoked(TokenRefused):
    """The token was taken back."""

    code = "token.revoked"
    sentence = N_("The token of {name} was revoked on {moment}.")
