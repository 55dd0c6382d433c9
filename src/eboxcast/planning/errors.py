"""What planning refuses, and why."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import NotAllowedNow, NotFound, WrongUse
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class AgreedMomentOutside(WrongUse):
    """The agreed moment is not in the evening of its day."""

    code = "planning.agreed-outside"
    sentence = N_("{moment} is outside the window of {date}, which is from {start} to {end}.")
    remedy = N_("Choose a moment in the window, or another date.")


class EveningUnclear(WrongUse):
    """An evening must begin and end at different times."""

    code = "planning.evening-unclear"
    sentence = N_("An evening from {start} to {end} is not possible: its start and end are the same.")
    remedy = N_("Correct EBOXCAST_EVENING_START or EBOXCAST_EVENING_END.")


class DayPast(WrongUse):
    """Terms were counted with this day; it stays as it was."""

    code = "planning.day-past"
    sentence = N_("{date} is in the past. Past days of the calendar cannot be changed.")
    remedy = N_("Check the year, and give today or a later day.")


class DayNotClosed(NotAllowedNow):
    """Only a day that was closed by hand can be opened."""

    code = "planning.day-not-closed"
    sentence = N_("{date} is not a closed day that can be opened. Legal holidays and weekends cannot be changed.")
    remedy = N_("To see the days: {see}")
    actions = MappingProxyType(
        {"see": NextAction(action="calendar.see", parameters={"from": "{date}", "to": "{date}"})}
    )


class BlackoutBackwards(WrongUse):
    """A blackout ends after it begins."""

    code = "planning.blackout-backwards"
    sentence = N_("The blackout would end on {end}, which is not after {start}.")
    remedy = N_("Give the start first, then the end.")


class BlackoutPast(WrongUse):
    """A blackout that is over stops nothing."""

    code = "planning.blackout-past"
    sentence = N_("The blackout would already be over: it ends on {end}.")
    remedy = N_("Check the year, and give an end in the future.")


class BlackoutUnknown(NotFound):
    """No blackout has this number."""

    code = "planning.blackout-unknown"
    sentence = N_("There is no blackout {number}.")
    remedy = N_("To see the numbers: {see}")
    actions = MappingProxyType({"see": NextAction(action="calendar.see")})


class CalendarNotFound(NotFound):
    """There is no such institution, or it is not that of whoever asks."""

    code = "planning.calendar-not-found"
    sentence = N_("There is no institution {institution} whose calendar you can see.")
    remedy = N_("Give the ten digits of its CBE number. People of an institution can see only their own calendar.")
