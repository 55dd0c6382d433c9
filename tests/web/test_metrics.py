"""The metrics on the web server: for whoever has the token, and for nobody else."""

from __future__ import annotations

import pytest
from django.test import override_settings
from prometheus_client.parser import text_string_to_metric_families
from tests.broadcasts import people as p
from tests.web.visitors import browser, browser_of

pytestmark = pytest.mark.usefixtures("january")
TOKEN = "a token of the tests, long enough"


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_without_the_token_there_is_no_such_address(given: str, token: str) -> None:
    with override_settings(EBOXCAST_METRICS_TOKEN=token):
        answer = browser().get("/metrics", headers={"authorization": given})
        nowhere = browser().get("/nowhere")
    assert answer.status_code == nowhere.status_code
    assert b"eboxcast_" not in answer.content


def test_who_is_signed_in_sees_no_metrics_either() -> None:
    with override_settings(EBOXCAST_METRICS_TOKEN=TOKEN):
        assert browser_of(p.LOU).get("/metrics").status_code == 404


def test_with_the_token_they_are_what_the_command_writes() -> None:
    with override_settings(EBOXCAST_METRICS_TOKEN=TOKEN):
        answer = browser().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    names = {one.name for one in text_string_to_metric_families(answer.content.decode())}
    assert {"eboxcast_audit_entries", "eboxcast_runs", "eboxcast_database_up"} <= names
    assert "set-cookie" not in answer.headers
