"""Whom to call: of each team and institution, about one broadcast, and on an evening."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.broadcast import BroadcastStep


class PlaceShown(Schema):
    """A team or an institution, and whom it names."""

    team: str
    """its code; empty for an institution"""
    institution: str
    """by CBE number; empty for a team"""
    names: Mapping[str, str]
    """its names, by language"""
    name: str
    """the name of the contact; empty where no one is named"""
    email: str
    """the email address"""
    phone: str
    """the phone number"""


class ContactBook(Schema):
    """The usual contacts, as the follow-up sheet of each new broadcast begins with them."""

    teams: tuple[PlaceShown, ...]
    """each active team"""
    institutions: tuple[PlaceShown, ...]
    """each institution that whoever looks may see"""


class ContactsOfBroadcast(Schema):
    """Whom to call about one broadcast."""

    places: tuple[PlaceShown, ...]
    """the institution first, then each team"""
    can_change: bool
    """whether the broadcast is still before its launch"""


class EveningBroadcast(Schema):
    """A broadcast on the sheet of its evening."""

    number: str
    """its number"""
    subject: str
    """its subject"""
    language: str
    """its language"""
    campaign: str
    """its campaign; empty for none"""
    institution_names: Mapping[str, str]
    """the names of the institution, by language"""
    state: str
    """where it stands"""
    recipients: int
    """how many; expected ones while the files are not there"""
    agreed_at: datetime | None
    """nothing becomes visible earlier"""
    go_by: str
    """who gave the GO that is valid; empty while there is none"""
    go_at: datetime | None
    """when it was given"""
    warned_at: datetime | None
    """when the contact centre was warned"""
    armed_by: str
    """who armed the launch; empty: it is launched by hand"""
    contact: PlaceShown
    """whom to call of the institution"""
    missing: tuple[Mapping[str, str], ...]
    """the names of the teams that no contact is named for"""
    next: tuple[BroadcastStep, ...]
    """what still has to be done, by whom"""


class TeamOfEvening(Schema):
    """Whom to call of a team on an evening."""

    place: PlaceShown
    """the contact"""
    broadcasts: tuple[str, ...]
    """for which broadcasts; empty: for all of them"""


class EveningSheet(Schema):
    """The follow-up sheet of an evening: what is launched, whom to call, and what still has to be done."""

    day: date
    """the day of the evening"""
    starts_at: datetime
    """from when broadcasts are launched"""
    ends_at: datetime
    """until when"""
    broadcasts: tuple[EveningBroadcast, ...]
    """by their moment"""
    teams: tuple[TeamOfEvening, ...]
    """the contacts of the teams"""
    recipients: int
    """of all broadcasts together"""
    at: datetime
    """when it was made"""
