"""Settings are read once, refused by name, and documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eboxcast.config import environment
from eboxcast.config.databases import ControlUrlMissing, databases
from eboxcast.config.environment import VARIABLES, SettingWrong

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
CONTROL = "postgresql://ebox:geheim@db.example:5433/control?sslmode=verify-full"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)


def test_every_variable_is_documented_with_its_default_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| `(EBOXCAST_\w+)`[^|]*\| ([^|]*) \| ([^|]*) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    expected = [(one.name, f"`{one.default}`" if one.default else "", one.says) for one in VARIABLES]
    assert sorted(rows) == sorted(expected)


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "ten", "٣", "99999999"])
def test_a_number_out_of_bounds_is_refused_by_name(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_REPORT_DAYS", value)
    with pytest.raises(SettingWrong) as refused:
        environment.number("EBOXCAST_REPORT_DAYS")
    assert refused.value.data["variable"] == "EBOXCAST_REPORT_DAYS"


@pytest.mark.parametrize("value", ["16382", "1", "4194305"])
def test_only_a_prime_below_the_bound_is_a_prime(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_BUCKET_PRIME", value)
    with pytest.raises(SettingWrong):
        environment.prime("EBOXCAST_BUCKET_PRIME", below=1 << 22)


@pytest.mark.parametrize("value", ["18", "24:00", "18:60", "6:00", "18:00:00", "18:00+01:00", "١٨:00"])
def test_a_time_of_the_day_is_hours_and_minutes(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_EVENING_START", value)
    with pytest.raises(SettingWrong) as refused:
        environment.time_of_day("EBOXCAST_EVENING_START")
    assert refused.value.data["variable"] == "EBOXCAST_EVENING_START"


def test_an_evening_must_have_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_EVENING_END", "18:00")
    with pytest.raises(SettingWrong):
        environment.time_of_day("EBOXCAST_EVENING_END", other_than="EBOXCAST_EVENING_START")
    assert environment.time_of_day("EBOXCAST_EVENING_END").hour == 18


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text(CONTROL + "\n", encoding="utf-8")
    monkeypatch.setenv("EBOXCAST_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert environment.text("EBOXCAST_DATABASE_URL") == CONTROL


def test_each_variable_that_may_hold_a_secret_may_come_from_a_file() -> None:
    words = re.compile(r"_TOKEN$|SECRET_KEY|CLIENT_SECRET|PASSPHRASE|PASSWORD")
    assert {one.name for one in VARIABLES if words.search(one.name) and not one.secret} == set()
    addresses = {"EBOXCAST_PAGES_URL", "EBOXCAST_TSA_URL"}  # these refuse a password, or have none
    assert {one.name for one in VARIABLES if one.name.endswith("_URL") and not one.secret} == addresses


def test_a_file_that_is_not_there_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL_FILE", "/nowhere/url")
    with pytest.raises(SettingWrong) as refused:
        environment.text("EBOXCAST_DATABASE_URL")
    assert refused.value.data["variable"] == "EBOXCAST_DATABASE_URL_FILE"


def test_a_secret_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", CONTROL)
    monkeypatch.setenv("EBOXCAST_DATABASE_URL_FILE", str(tmp_path / "url"))
    with pytest.raises(SettingWrong):
        environment.text("EBOXCAST_DATABASE_URL")


@pytest.mark.parametrize("value", ["geheim", "mysql://u:geheim@h/x", "postgresql://u:geheim@h", "postgresql://[geheim"])
def test_a_url_that_is_none_is_refused_without_showing_it(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", value)
    with pytest.raises(SettingWrong) as refused:
        environment.connection("EBOXCAST_DATABASE_URL")
    assert "geheim" not in repr(refused.value) + refused.value.sentence.format_map(refused.value.data)


def test_without_urls_the_three_databases_are_the_embedded_ones() -> None:
    found = databases(Path("/state/socket"))
    assert {alias: (one["NAME"], one["USER"], one["HOST"]) for alias, one in found.items()} == {
        "default": ("eboxcast_control", "eboxcast_control", "/state/socket"),
        "acceptance": ("eboxcast_acceptance", "eboxcast_acceptance", "/state/socket"),
        "production": ("eboxcast_production", "eboxcast_production", "/state/socket"),
    }


def test_an_environment_without_url_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", CONTROL)
    monkeypatch.setenv("EBOXCAST_ACCEPTANCE_URL", "postgresql://ebox@db.example/acceptance")
    assert set(databases(Path("/state/socket"))) == {"default", "acceptance"}


def test_an_environment_url_without_control_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_PRODUCTION_URL", "postgresql://ebox@db.example/production")
    with pytest.raises(ControlUrlMissing) as refused:
        databases(Path("/state/socket"))
    assert refused.value.data == {"variable": "EBOXCAST_PRODUCTION_URL"}


def test_two_names_for_one_database_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", CONTROL)
    monkeypatch.setenv("EBOXCAST_ACCEPTANCE_URL", CONTROL.replace("ebox:geheim@", "other@"))
    with pytest.raises(SettingWrong) as refused:
        databases(Path("/state/socket"))
    assert refused.value.data["variable"] == "EBOXCAST_ACCEPTANCE_URL"


@pytest.mark.parametrize("primary", ["", "postgresql://ebox@db.example/production"])
@pytest.mark.parametrize(
    "url", ["postgresql://ebox@db.example:5432/production", "postgresql://ebox@one,two/production"]
)
def test_a_replica_is_one_other_server_of_an_environment_in_reach(
    primary: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", CONTROL)
    monkeypatch.setenv("EBOXCAST_PRODUCTION_URL", primary)
    monkeypatch.setenv("EBOXCAST_PRODUCTION_REPLICA_URL", url)
    with pytest.raises(SettingWrong) as refused:
        databases(Path("/state/socket"))
    assert refused.value.data["variable"] == "EBOXCAST_PRODUCTION_REPLICA_URL"


def test_a_replica_has_shorter_time_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", CONTROL)
    monkeypatch.setenv("EBOXCAST_PRODUCTION_URL", "postgresql://ebox@db.example/production")
    monkeypatch.setenv("EBOXCAST_PRODUCTION_REPLICA_URL", "postgresql://ebox@replica.example/production")
    found = databases(Path("/state/socket"))["production_replica"]
    assert found["HOST"] == "replica.example"
    assert found["OPTIONS"]["connect_timeout"] == 2
    assert found["OPTIONS"]["options"].endswith("-c statement_timeout=10s")


def test_each_connection_has_time_limits_and_keeps_what_the_url_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_DATABASE_URL", CONTROL + "&options=-c%20work_mem%3D64MB")
    monkeypatch.setenv("EBOXCAST_LOCK_SECONDS", "7")
    found = databases(Path("/state/socket"))["default"]
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == (
        "db.example",
        "5433",
        "control",
        "geheim",
    )
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["connect_timeout"] == 10
    for limit in ("statement_timeout=1800s", "lock_timeout=7s", "idle_in_transaction_session_timeout=300s"):
        assert limit in found["OPTIONS"]["options"]
    assert found["OPTIONS"]["options"].endswith("-c work_mem=64MB")


def test_a_name_like_ours_that_nothing_reads_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_LOCK_SECOND", "7")
    monkeypatch.setenv("EBOXCAST_DATABASE_URL_FILE", "/somewhere")
    assert "EBOXCAST_LOCK_SECOND" in environment.unknown_variables()
    assert "EBOXCAST_DATABASE_URL_FILE" not in environment.unknown_variables()


@pytest.mark.parametrize("path", ["/ebox", "/ebox/", "/ebox-acceptance"])
def test_the_pages_are_not_below_a_path_of_their_own(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may take the path off or not: below one of these nobody could tell."""
    monkeypatch.setenv("EBOXCAST_PAGES_URL", f"https://broadcasts.example.be{path}")
    with pytest.raises(SettingWrong) as refused:
        environment.web_address("EBOXCAST_PAGES_URL")
    assert refused.value.data["variable"] == "EBOXCAST_PAGES_URL"


def test_the_pages_may_be_below_another_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_PAGES_URL", "https://broadcasts.example.be/eboxcast")
    assert environment.web_address("EBOXCAST_PAGES_URL").path == "/eboxcast"
