"""What can be wrong with people, their roles and their tokens."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.translation import N_


class PersonUnknown(InputRefused):
    """There is nobody of that name."""

    code = "people.unknown"
    sentence = N_("There is no person called {name}.")
    remedy = N_("For a list of people: eboxcast person list")


class PersonKnown(InputRefused):
    """There is somebody of that name already; names are never used again, as the audit keeps them."""

    code = "people.known"
    sentence = N_("There is already a person called {name}, who may be inactive.")
    remedy = N_("Choose another name, or change the existing person: eboxcast person change {name}")


class PersonInactive(NotAllowedNow):
    """The person may no longer act."""

    code = "people.inactive"
    sentence = N_("{name} is no longer active.")
    remedy = N_("The integration team can change this: eboxcast person change {name} --active")


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
    remedy = N_("Load it with: eboxcast message-type load FILE")


class TokenUnfit(InputRefused):
    """A token cannot last so long, or is for nobody in particular."""

    code = "token.unfit"
    sentence = N_("A token needs a plain-text label and a validity of 1 to {most} days.")
    remedy = N_('For example: eboxcast person token NAME --label "laptop" --days 90')


class TokenUnknown(InputRefused):
    """There is no token of that number."""

    code = "token.unknown-number"
    sentence = N_("There is no token {number}.")
    remedy = N_("To see the tokens of a person: eboxcast person tokens NAME")


class TokenRefused(NotAllowedNow):
    """The token opens nothing. It is never repeated."""

    code = "token.refused"
    sentence = N_("The token is not known on this installation.")
    remedy = N_("Ask the integration team for a new token, then run: eboxcast login")


class TokenExpired(TokenRefused):
    """The token's time is over."""

    code = "token.expired"
    sentence = N_("The token of {name} expired at {moment}.")


class TokenRevoked(TokenRefused):
    """The token was taken back."""

    code = "token.revoked"
    sentence = N_("The token of {name} was revoked at {moment}.")
