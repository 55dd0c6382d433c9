"""The certificates with which institutions sign what they deliver, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class SignerShown(Schema):
    """A certificate of an institution."""

    number: int
    """its number, by which it is ended"""
    institution: str
    """the institution, by CBE number"""
    institution_names: Mapping[str, str]
    """the names of the institution, by language"""
    label: str
    """what it is for, in the words of the person who registered it"""
    name: str
    """the name in the certificate"""
    fingerprint: str
    """its SHA-256"""
    added_at: datetime
    """when it was registered"""
    added_by: str
    """by whom: a login"""
    expires_at: datetime
    """when it ends automatically"""
    ended_at: datetime | None
    """when it was ended; `null` if it was not"""
    ended_by: str | None
    """by whom it was ended; `null` if it was not"""
    in_force: bool
    """whether signatures with it count now"""


class SignerList(Schema):
    """The certificates with which institutions sign what they deliver."""

    format: Literal["eboxcast.signers/1"] = "eboxcast.signers/1"
    """the form of this answer"""
    signers: tuple[SignerShown, ...]
    """each of them, those of an institution together, the newest first"""
