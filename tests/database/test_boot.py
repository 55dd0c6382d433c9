"""What each command does before its own work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from eboxcast.database import boot
from eboxcast.database.names import URL_VARIABLES


def url(name: str) -> str:
    """The address of a database of the shared server, as for a server of one's own."""
    return f"postgresql:///eboxcast_{name}?host={boot.places().socket}&user=eboxcast_{name}"


def run(script: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Boot in a process of its own, then do something."""
    program = (
        "import sys\nfrom eboxcast.database import boot\nfrom eboxcast.lib.errors import EboxcastError\n"
        f"try:\n    boot.start()\n    {script}\n"
        "except EboxcastError as error:\n    sys.exit(f'{error.code} {error.data}')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **env}, capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("server")
def test_when_all_is_there_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    boot.start()
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("server")
def test_a_process_given_only_acceptance_cannot_reach_production() -> None:
    env = {"EBOXCAST_DATABASE_URL": url("control"), "EBOXCAST_ACCEPTANCE_URL": url("acceptance")}
    reach = "from eboxcast.database.environments import environment_connection as reach"
    assert run(f"{reach}; reach('acceptance').ensure_connection()", env).returncode == 0
    refused = run(f"{reach}; reach('production')", env)
    assert refused.returncode == 1
    assert refused.stderr.startswith("database.environment-out-of-reach")
    assert "EBOXCAST_PRODUCTION_URL" in refused.stderr


@pytest.mark.usefixtures("server")
def test_addresses_that_were_swapped_are_found_out() -> None:
    env = {
        "EBOXCAST_DATABASE_URL": url("control"),
        "EBOXCAST_ACCEPTANCE_URL": url("production"),
        "EBOXCAST_PRODUCTION_URL": url("acceptance"),
    }
    script = "from django.db import connections; connections['production'].ensure_connection()"
    assert run(script, env).stderr.startswith("database.wrong")


@pytest.mark.usefixtures("server")
def test_a_control_address_that_leads_elsewhere_stops_the_process_at_its_start() -> None:
    refused = run("", {URL_VARIABLES["default"]: url("acceptance")})
    assert refused.stderr.startswith("database.wrong")


@pytest.mark.usefixtures("server")
def test_an_environment_that_is_down_does_not_hold_up_the_other() -> None:
    env = {
        "EBOXCAST_DATABASE_URL": url("control"),
        "EBOXCAST_ACCEPTANCE_URL": url("acceptance"),
        "EBOXCAST_PRODUCTION_URL": "postgresql:///gone?host=/nowhere",
    }
    script = "from django.db import connections; connections['acceptance'].ensure_connection()"
    assert run(script, env).returncode == 0
