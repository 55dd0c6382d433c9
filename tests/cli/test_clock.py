"""The clock moves on a demo or test installation, for every command, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from tests.cli.conftest import Command
from tests.conftest import Eboxcast

from eboxcast.audit.models import Entry
from eboxcast.lib import clock


def shown(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


@pytest.mark.usefixtures("installation")
def test_the_clock_is_set_for_every_command_that_starts_later(command: Command, eboxcast: Eboxcast) -> None:
    code, out, _ = command("clock", "set", "2031-02-15T18:00")
    assert code == 0
    assert out.startswith("2031-02-15T18:00:0")
    assert eboxcast("clock").stdout.startswith("2031-02-15T18:0")


@pytest.mark.usefixtures("installation")
def test_the_clock_goes_on_by_a_span(command: Command) -> None:
    before = clock.now()
    moved = shown(command("clock", "advance", "1w2d3h4m")[1]) - before
    assert timedelta(days=9, hours=3, minutes=3, seconds=58) < moved < timedelta(days=9, hours=3, minutes=6)


@pytest.mark.usefixtures("installation")
def test_the_clock_does_not_go_back_behind_what_is_on_record(command: Command) -> None:
    command("clock", "advance", "1d")
    code, _, err = command("clock", "back-to-now")
    assert code == 4
    assert "the records already go up to" in err
    assert clock.offset() == timedelta(days=1)


@pytest.mark.usefixtures("installation")
def test_moving_the_clock_is_on_record_with_who_and_how_far(command: Command) -> None:
    command("clock", "advance", "2h")
    told = Entry.objects.get(action="clock.moved")
    assert "@" in told.by
    assert shown(str(told.data["after"])) - shown(str(told.data["before"])) == timedelta(hours=2)
    assert told.at > datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the time of the world is meant


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("span", ["", "soon", "3", "-1d", "1d2d", "9999999d"])
def test_a_span_must_be_clear(command: Command, span: str) -> None:
    assert command("clock", "advance", "--", span)[0] == 2
    assert clock.offset() == timedelta()


@pytest.mark.usefixtures("real_installation")
@pytest.mark.parametrize("words", [("set", "2031-02-15T18:00"), ("advance", "1d"), ("back-to-now",)])
@pytest.mark.parametrize("variable", ["demo", "test"])
def test_the_clock_stands_where_people_are_real_whatever_this_process_says(
    eboxcast: Eboxcast, words: tuple[str, ...], variable: str
) -> None:
    done = eboxcast("clock", *words, env={"EBOXCAST_INSTALLATION": variable})
    assert done.returncode == 4
    assert "not a demo or test installation" in done.stderr


@pytest.mark.usefixtures("real_installation")
def test_the_table_itself_moves_no_clock_where_people_are_real() -> None:
    with pytest.raises(Exception, match="installation_real_time_if_real"), connections["default"].cursor() as cursor:
        cursor.execute("update installation set clock_offset = '1 day'")
