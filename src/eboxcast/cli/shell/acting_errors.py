"""Why it is not known, or not allowed, who acts."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class NobodySaid(NotAllowedNow):
    """With the procedure on, somebody must act, and nobody said who."""

    code = "acting.nobody"
    sentence = N_("It is not known who acts, and with the procedure on that must be known.")
    remedy = N_("Ask the integration team for a token, then: eboxcast login")


class NobodyYet(NobodySaid):
    """With the procedure on there is nobody yet who could give a token to anybody."""

    code = "acting.nobody-yet"
    sentence = N_("The procedure is on, and nobody can act here yet.")
    remedy = N_(
        'Begin with yourself: eboxcast person add NAME --role integration --full-name "…" --language en.'
        " To use the engine alone instead: eboxcast migrate --procedure off"
    )


class ActingByName(NotAllowedNow):
    """Acting by name, without a token, would let anybody be anybody."""

    code = "acting.by-name"
    sentence = N_("Nobody can act as {name} by name here: this installation is for real people.")
    remedy = N_("Use a personal token: eboxcast login. `--as` works where the first `eboxcast migrate` made a demo.")


class NobodyNamed(NotAllowedNow):
    """With the procedure off there are no people to act as."""

    code = "acting.procedure-off"
    sentence = N_("Nobody can act as {name}: the procedure is off here, and the user of the system does everything.")
    remedy = N_("Leave --as out, or switch the procedure on: eboxcast migrate --procedure on")


class ProcedureSetBesides(WrongUse):
    """A variable that says how one works, and an option that changes it, cannot both count."""

    code = "procedure.set-besides"
    sentence = N_("EBOXCAST_PROCEDURE is set, so the record is not changed: the two could differ.")
    remedy = N_(
        "Here: unset EBOXCAST_PROCEDURE. Leave it empty wherever eboxcast runs beside this database; then again."
    )


class TokenFileWide(NotAllowedNow):
    """Others could read the token and act as its owner."""

    code = "token.file-wide"
    sentence = N_("Others may read {path}, so the token in it is not used.")
    remedy = N_("Have the token revoked, delete the file, and keep a new token with: eboxcast login")


class NoTokenGiven(WrongUse):
    """Nothing came on standard input."""

    code = "token.none-given"
    sentence = N_("No token was given.")
    remedy = N_("Give it on standard input or when asked, never as an argument: others could see it there.")


class SpanUnclear(WrongUse):
    """A span of time is not one."""

    code = "clock.span-unclear"
    sentence = N_("{text} is not a clear span of time.")
    remedy = N_("Write it like 2d3h: weeks w, days d, hours h, minutes m.")
