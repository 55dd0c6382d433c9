"""Why it is not known, or not allowed, who acts."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class NobodySaid(NotAllowedNow):
    """With the procedure on, somebody must act, and nobody said who."""

    code = "acting.nobody"
    sentence = N_("You are not identified. While the procedure is on, you must be.")
    remedy = N_("Ask the integration team for a token, then run: eboxcast login")


class NobodyYet(NobodySaid):
    """With the procedure on there is nobody yet who could give a token to anybody."""

    code = "acting.nobody-yet"
    sentence = N_("The procedure is on, but no one has been given access yet.")
    remedy = N_(
        'Add yourself first: eboxcast person add NAME --role integration --full-name "…" --language en. '
        "To use only the engine instead: eboxcast migrate --procedure off"
    )


class ActingByName(NotAllowedNow):
    """Acting by name, without a token, would let anybody be anybody."""

    code = "acting.by-name"
    sentence = N_("You cannot act as {name} by name: this is not a demo installation.")
    remedy = N_(
        "Use a personal token: eboxcast login. `--as` works only where the first `eboxcast migrate` "
        "created a demo installation."
    )


class NobodyNamed(NotAllowedNow):
    """With the procedure off there are no people to act as."""

    code = "acting.procedure-off"
    sentence = N_("You cannot act as {name}: the procedure is off, so the system user does everything.")
    remedy = N_("Leave out --as, or switch the procedure on: eboxcast migrate --procedure on")


class ProcedureSetBesides(WrongUse):
    """A variable that says how one works, and an option that changes it, cannot both count."""

    code = "procedure.set-besides"
    sentence = N_("EBOXCAST_PROCEDURE is set, so the recorded value was not changed: the two could differ.")
    remedy = N_(
        "Unset EBOXCAST_PROCEDURE here, leave it empty wherever eboxcast uses this database, then run "
        "the command again."
    )


class TokenFileWide(NotAllowedNow):
    """Others could read the token and act as its owner."""

    code = "token.file-wide"
    sentence = N_("Other users can read {path}, so its token was not used.")
    remedy = N_("Have the token revoked, delete the file, and save a new token: eboxcast login")


class NoTokenGiven(WrongUse):
    """Nothing came on standard input."""

    code = "token.none-given"
    sentence = N_("No token was given.")
    remedy = N_("Enter it on standard input or at the prompt, never as an argument: other users could see it there.")


class SpanUnclear(WrongUse):
    """A span of time is not one."""

    code = "clock.span-unclear"
    sentence = N_("{text} is not a valid duration.")
    remedy = N_("Write it like 2d3h: w for weeks, d for days, h for hours, m for minutes.")
