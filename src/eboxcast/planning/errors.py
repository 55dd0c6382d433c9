"""What planning refuses, and why."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class AgreedMomentOutside(WrongUse):
    """The agreed moment is not in the evening of its day."""

    code = "planning.agreed-outside"
    sentence = N_("{moment} does not lie in the window of {date}, which is from {start} to {end}.")
    remedy = N_("Choose a moment in the window, or another date.")


class EveningUnclear(WrongUse):
    """An evening must begin and end at different times."""

    code = "planning.evening-unclear"
    sentence = N_("An evening from {start} to {end} has no length.")
    remedy = N_("Correct EBOXCAST_EVENING_START or EBOXCAST_EVENING_END.")


class DayPast(WrongUse):
    """Terms were counted with this day; it stays as it was."""

    code = "planning.day-past"
    sentence = N_("{date} is past: the calendar of days gone by is not changed.")
    remedy = N_("Look at the year, and give a day from today on.")


class DayNotClosed(NotAllowedNow):
    """Only a day that was closed by hand can be opened."""

    code = "planning.day-not-closed"
    sentence = N_("{date} is no closed day that could be opened; legal holidays and weekends stay as they are.")
    remedy = N_("See the days with: eboxcast calendar --from {date} --to {date}")


class BlackoutBackwards(WrongUse):
    """A blackout ends after it begins."""

    code = "planning.blackout-backwards"
    sentence = N_("The blackout would end at {end}, which is not after {start}.")
    remedy = N_("Give its begin first, then its end.")


class BlackoutPast(WrongUse):
    """A blackout that is over stops nothing."""

    code = "planning.blackout-past"
    sentence = N_("The blackout would be over already: it ends at {end}.")
    remedy = N_("Look at the year, and give an end that is still to come.")


class BlackoutUnknown(WrongUse):
    """No blackout has this number."""

    code = "planning.blackout-unknown"
    sentence = N_("There is no blackout {number}.")
    remedy = N_("The numbers are in: eboxcast calendar")


class CalendarNotFound(WrongUse):
    """There is no such institution, or it is not that of whoever asks."""

    code = "planning.calendar-not-found"
    sentence = N_("There is no institution {institution} with a calendar for you.")
    remedy = N_("Give the ten digits of its CBE number; people of an institution see their own calendar only.")
