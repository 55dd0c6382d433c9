"""Tables stay where they belong, and code that names no environment is stopped."""

from __future__ import annotations

import pytest
from django.db import connections

from eboxcast.database.environments import ENVIRONMENTS
from eboxcast.database.errors import EnvironmentNotNamed
from eboxcast.database.models import EnvironmentMark, Installation
from eboxcast.database.names import ALIASES
from eboxcast.mailboxes.models import Message, Release


@pytest.mark.parametrize("model", [Message, Release, EnvironmentMark])
def test_reading_without_naming_an_environment_raises(model: type[Message]) -> None:
    with pytest.raises(EnvironmentNotNamed) as refused:
        model.objects.first()
    assert refused.value.data == {"model": model._meta.label}


def test_writing_without_naming_an_environment_raises() -> None:
    with pytest.raises(EnvironmentNotNamed):
        Message().save()


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_row_remembers_the_environment_it_came_from(name: str) -> None:
    mark = EnvironmentMark.objects.using(name).get()
    mark.refresh_from_db()
    assert mark.name == name


@pytest.mark.usefixtures("server")
def test_control_is_reached_without_a_name() -> None:
    assert Installation.objects.get().procedure == "off"


@pytest.mark.usefixtures("server")
def test_each_database_holds_its_own_tables_only() -> None:
    held = {alias: set(connections[alias].introspection.table_names()) for alias in ALIASES}
    assert {"message", "release", "audience", "environment_mark"} <= held["production"]
    assert held["acceptance"] == held["production"]
    assert held["default"] & held["production"] == {"django_migrations"}
