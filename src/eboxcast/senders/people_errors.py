"""What can be wrong with people, their roles and their tokens."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.translation import N_


class PersonUnknown(InputRefused):
    """There is nobody of that name."""

    code = "people.unknown"
    sentence = N_("There is nobody called {name} here.")
    remedy = N_("See who there is: eboxcast person list")


class PersonKnown(InputRefused):
    """There is somebody of that name already; names are never used again, as the audit keeps them."""

    code = "people.known"
    sentence = N_("There is a {name} already, perhaps no longer active.")
    remedy = N_("Choose another name, or change what is recorded: eboxcast person change {name}")


class PersonInactive(NotAllowedNow):
    """The person may no longer act."""

    code = "people.inactive"
    sentence = N_("{name} is no longer active here.")
    remedy = N_("Ask the integration team; it can change this with: eboxcast person change {name} --active")


class NameUnfit(InputRefused):
    """What was given cannot be a login."""

    code = "people.name-unfit"
    sentence = N_("{name} cannot be the name of a person here.")
    remedy = N_(
        "Take 2 to 40 small letters, digits, dots, dashes or underscores, a letter first, and no national number."
    )


class DetailUnfit(InputRefused):
    """What was said of a person or contact cannot be recorded. The words themselves are not repeated."""

    code = "people.detail-unfit"
    sentence = N_("What is given as {field} of {name} cannot be recorded.")
    remedy = N_("Give a short line of plain text without a national number; an address looks like name@example.be.")


class RolesUnfit(InputRefused):
    """These roles cannot be one person's."""

    code = "people.roles-unfit"
    sentence = N_("{name} cannot have these roles together, or not there: {roles}.")
    remedy = N_(
        "With an institution: requester, confirmer. Without: integration, launch, contact-centre, auditor; or validator"
        " alone. A service account without institution: launch alone."
    )


class HomeUnknown(InputRefused):
    """The institution of a person or contact is not configured."""

    code = "people.institution-unknown"
    sentence = N_("{name} cannot belong to the institution {institution}: it is not configured here.")
    remedy = N_("Load it with: eboxcast message-type load FILE")


class TokenUnfit(InputRefused):
    """A token cannot last so long, or is for nobody in particular."""

    code = "token.unfit"
    sentence = N_("A token needs a label of plain text and a life of 1 to {most} days.")
    remedy = N_('For example: eboxcast person token NAME --label "laptop" --days 90')


class TokenUnknown(InputRefused):
    """There is no token of that number."""

    code = "token.unknown-number"
    sentence = N_("There is no token {number}.")
    remedy = N_("See the tokens of somebody: eboxcast person tokens NAME")


class TokenRefused(NotAllowedNow):
    """The token opens nothing. It is never repeated."""

    code = "token.refused"
    sentence = N_("The token is not known here.")
    remedy = N_("Ask the integration team for a new one, then: eboxcast login")


class TokenExpired(TokenRefused):
    """The token's time is over."""

    code = "token.expired"
    sentence = N_("The token of {name} expired at {moment}.")


class TokenRevoked(TokenRefused):
    """The token was taken back."""

    code = "token.revoked"
    sentence = N_("The token of {name} was revoked at {moment}.")
