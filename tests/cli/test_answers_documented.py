"""Whatever stands in a JSON answer of these commands is explained on its page."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.conftest import Command
from tests.moments import pass_time
from tests.reports.broadcasts import OPERATOR, Broadcasts
from tests.reports.test_documented import names_in

from eboxcast.delivery.models import Action
from eboxcast.delivery.runs.intents import intend
from eboxcast.lib.identifiers import text_of_key

PAGE = (Path(__file__).parents[2] / "docs/reference/answers-json.md").read_text("utf-8")
EXPLAINED = set(re.findall(r"`([a-z0-9_]+)`", PAGE))
LANGUAGES = {"fr", "nl", "de", "en"}


def test_each_name_in_status_and_runs_is_explained(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    intend(run, Action.LAUNCH, by=OPERATOR)
    for words in (("status", run.short), ("runs",)):
        answer = json.loads(command(*words, "--json")[1])
        assert set(names_in(answer)) - EXPLAINED == set()


def test_each_name_in_expire_is_explained(broadcasts: Broadcasts, command: Command) -> None:
    broadcasts.published()
    pass_time(days=40)
    answer = json.loads(command("expire", "--json")[1])
    assert answer["steps"]
    assert set(names_in(answer)) - EXPLAINED == set()


def test_each_name_in_ebox_is_explained(broadcasts: Broadcasts, command: Command) -> None:
    key = int(broadcasts.package(5, ticket="same", seed=1).keys[0])
    broadcasts.published("acceptance", recipients=5, ticket="same", seed=1)
    answer = json.loads(command("ebox", "-", "--json", given=text_of_key(key))[1])
    assert len(answer["messages"]) == 1
    assert set(names_in(answer)) - EXPLAINED - LANGUAGES == set()
