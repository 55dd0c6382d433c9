"""Every step of the procedure is told to somebody, or is silent for a reason that is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eboxcast.broadcasts.states import TABLE
from eboxcast.broadcasts.words import VOID_BECAUSE
from eboxcast.exchange.models import Result
from eboxcast.lib.translation import translate
from eboxcast.notices.kinds.table import KINDS, NOTICES, SILENT
from eboxcast.senders.type_states import TRANSITIONS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "notices.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `((?:broadcast|type|exchange|account|notice)\.\w+)`[^|]* \| (.*) \|$", PAGE, re.MULTILINE))


def entries_in_the_code() -> set[str]:
    written = {row.entry for row in TABLE} | {row.entry for row in TRANSITIONS.values()}
    sources = [*(ROOT / "src/eboxcast/broadcasts").rglob("*.py"), *(ROOT / "src/eboxcast/delivery").rglob("*.py")]
    text = "\n".join(source.read_text("utf-8") for source in sources)
    reminders = set(re.findall(r'(?:what=|also\(\s*|return )"([a-z_]+)"(?:,| {)', text))
    assert {"run_failed", "reconfirmation_due", "acceptance_late", "go_void", "scheduled"} <= reminders
    recorded = set(re.findall(r'(?:record\(|leave_entry\(\s*\w+,)\s*"(broadcast\.[a-z_]+)"', text))
    assert {"broadcast.requested", "broadcast.noted"} <= recorded
    written |= {f"exchange.{result}" for result in Result}
    return written | recorded | {f"broadcast.{name}" for name in reminders}


def test_every_entry_has_its_notice_or_is_named_as_silent() -> None:
    assert entries_in_the_code() - NOTICES.keys() - SILENT.keys() == set()
    assert NOTICES.keys() & SILENT.keys() == set()


def test_every_notice_is_documented_with_whom_it_goes_to() -> None:
    assert ROWS.keys() == NOTICES.keys()
    for entry, kinds in NOTICES.items():
        for kind in kinds:
            assert f"`{kind.name}`" in ROWS[entry], entry
            assert [group for group in kind.to if f"{group}" not in ROWS[entry]] == [], kind.name


def test_what_cannot_wait_is_documented_as_sent_at_once() -> None:
    told = [part for row in ROWS.values() for part in row.split("<br>")]
    at_once = {part.split("`")[1] for part in told if "; at once" in part}
    assert at_once == {kind.name for kind in KINDS.values() if kind.urgent}


def test_kinds_have_names_of_their_own() -> None:
    assert len(KINDS) == sum(len(kinds) for kinds in NOTICES.values())


def test_every_reason_for_which_the_code_voids_a_go_has_its_words() -> None:
    sources = (ROOT / "src/eboxcast/broadcasts").glob("*.py")
    text = "\n".join(source.read_text("utf-8") for source in sources)
    reasons = set(re.findall(r'(?:void_go|_let_date_go)\(taken, why="([^"]+)"\)', text))
    assert reasons
    assert reasons == VOID_BECAUSE.keys()


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_speaks_every_language(name: str, language: str) -> None:
    kind = KINDS[name]
    for sentence in (kind.subject, kind.says, *kind.advice, *kind.with_invitation):
        data = dict.fromkeys(re.findall(r"{(\w+)}", sentence), "…")
        assert translate(sentence, language, data) != translate(sentence, "en", data)
