"""What can be wrong with senders and their configuration."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.wording import N_


class SenderFileWrong(InputRefused):
    """The file with institutions, applications and message types cannot be loaded."""

    code = "senders.file-wrong"
    sentence = N_("{file}: {place}: {problem}")
    remedy = N_("Nothing was loaded. Correct the file and load it again; docs/reference/sender-file.md shows one.")


class InstitutionUnknown(InputRefused):
    """The metadata name an institution that is not configured."""

    code = "senders.institution-unknown"
    sentence = N_("The institution {institution} of the metadata is not configured here.")
    remedy = N_("Load it with: eboxcast message-type load FILE")


class ApplicationUnknown(InputRefused):
    """The metadata name an application that is not configured for this institution."""

    code = "senders.application-unknown"
    sentence = N_("The application {application} is not configured for the institution {institution}.")
    remedy = N_("Correct SenderID in the metadata, or load the application with: eboxcast message-type load FILE")


class MessageTypeUnknown(InputRefused):
    """The metadata name a message type that this application may not send."""

    code = "senders.message-type-unknown"
    sentence = N_("The message type {message_type} is not configured for the application {application}.")
    remedy = N_("Correct MessageType in the metadata, or load the type with: eboxcast message-type load FILE")


class MessageTypeOnlyInAcceptance(NotAllowedNow):
    """The message type works in acceptance, and nobody has configured it in production."""

    code = "senders.only-in-acceptance"
    sentence = N_("The message type {message_type} is configured in acceptance only; it cannot run in production.")
    remedy = N_(
        "Ask the integration team to configure it: eboxcast message-type configure {message_type}"
        " --environment production"
    )


class EboxTypeDiffers(InputRefused):
    """The metadata are for another kind of eBox than the message type."""

    code = "senders.ebox-type-differs"
    sentence = N_("The message type {message_type} is for {expected} eBoxes; the metadata say {found}.")
    remedy = N_("Correct EboxType or MessageType in the metadata.")
