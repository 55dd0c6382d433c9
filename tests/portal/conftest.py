"""Passwords are hashed the quick way here: how slow it is elsewhere is a setting of Django's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from tests.broadcasts.conftest import january
from tests.delivery.conftest import story

__all__ = ["january", "story"]


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash with what costs nothing."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
