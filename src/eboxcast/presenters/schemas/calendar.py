"""The calendar as it is shown: days with their evenings, blackouts, and the deadlines of a production date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class Span(Schema):
    """From one moment to another."""

    starts_at: datetime
    """when it begins"""
    ends_at: datetime
    """when it ends"""


class ClosedDay(Schema):
    """Why a day is closed."""

    reason: str
    """why it is closed"""
    institution: str | None
    """whose day it is, by CBE number; `null` when it is closed for everyone"""


class Load(Schema):
    """An amount of work in an evening."""

    broadcasts: int
    """how many broadcasts"""
    recipients: int
    """how many recipients"""


class CalendarDay(Schema):
    """A day and its evening."""

    date: date
    """the day"""
    working: bool
    """whether it is a working day"""
    holiday: str | None
    """the name of the legal holiday, in the language of the user; `null` for no holiday"""
    closed: ClosedDay | None
    """`null` when the day is not closed"""
    window: Span
    """its evening"""
    blackouts: tuple[int, ...]
    """the numbers of the blackouts that touch the evening"""
    booked: Load
    """what is planned in the evening"""
    limits: Load
    """how much an evening takes"""


class Blackout(Schema):
    """A time in which a service is not available."""

    number: int
    """the number of the blackout"""
    starts_at: datetime
    """when it begins"""
    ends_at: datetime
    """when it ends"""
    service: str
    """the service that is not available"""
    reason: str
    """why"""
    environments: tuple[str, ...]
    """the environments it is for"""


class Calendar(Schema):
    """The calendar of a period."""

    format: Literal["eboxcast.calendar/1"] = "eboxcast.calendar/1"
    """the form of this answer"""
    from_: date
    """the first day"""
    to: date
    """the last day"""
    institution: str | None
    """whose closed days are in it beside the operator's; `null` for no institution"""
    days: tuple[CalendarDay, ...]
    """each day of the period"""
    blackouts: tuple[Blackout, ...]
    """those that touch the period"""


class Booking(Schema):
    """A broadcast that has an evening."""

    number: str
    """its number"""
    subject: str
    """its subject"""
    language: str
    """the language of its document"""
    campaign: str
    """its campaign; empty for none"""
    institution_names: Mapping[str, str]
    """who sends it, by language"""
    agreed_at: datetime | None
    """when it becomes visible"""
    recipients: int
    """how many receive it: as prepared, else as expected"""
    state: str
    """how it stands"""


class ConflictFound(Schema):
    """Something that stands in the way of a date."""

    conflict: str
    """a code: `past`, `not-working`, `closed`, `blackout`, `recipients-full`, `broadcasts-full`; as warnings
    `reconfirmation-too-soon`, `acceptance-too-soon`"""
    warning: bool
    """whether the date is possible with a waiver"""
    sentence: str
    """the same in words, in the language of the user"""


class DeadlineList(Schema):
    """The deadlines of a production date, and whether the date is free."""

    format: Literal["eboxcast.deadlines/1"] = "eboxcast.deadlines/1"
    """the form of this answer"""
    production_date: date
    """the production date"""
    nudge_dates: tuple[date, ...]
    """when the institution is reminded to reconfirm"""
    reconfirmation_date: date
    """the last day to reconfirm"""
    reconfirmation_due_at: datetime
    """the last moment to reconfirm"""
    acceptance_date: date
    """the last day to deliver the files for acceptance"""
    acceptance_due_at: datetime
    """the last moment to deliver the files for acceptance"""
    window: Span
    """the evening of the production"""
    conflicts: tuple[ConflictFound, ...]
    """what conflicts with the date"""
    nearest_free: tuple[date, ...]
    """the next dates without a conflict; empty when there is none"""
    institution: str | None
    """whose closed days count beside the operator's; `null` for no institution"""
