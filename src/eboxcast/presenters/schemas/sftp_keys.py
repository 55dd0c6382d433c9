"""The keys by which institutions reach their drop folders, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class SftpKeyShown(Schema):
    """A public key of an institution."""

    number: int
    """its number, by which it is ended"""
    institution: str
    """the institution, by CBE number: with it people sign in"""
    institution_names: Mapping[str, str]
    """the names of the institution, by language"""
    label: str
    """what it is for, in the words of the person who registered it"""
    kind: str
    """its kind, such as `ssh-ed25519`"""
    fingerprint: str
    """its fingerprint, as SSH programs show it"""
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
    used_at: datetime | None
    """when it was last used to sign in, to the hour; `null` if it never was"""
    in_force: bool
    """whether it can be used to sign in now"""


class SftpKeyList(Schema):
    """The keys by which institutions reach their drop folders."""

    format: Literal["eboxcast.sftp-keys/1"] = "eboxcast.sftp-keys/1"
    """the form of this answer"""
    keys: tuple[SftpKeyShown, ...]
    """each of them, those of an institution together, the newest first"""
