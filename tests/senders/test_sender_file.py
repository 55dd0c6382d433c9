"""A sender file is loaded whole, or refused with the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.actors import master

from eboxcast.audit.models import Entry
from eboxcast.package.sampling import write_sample
from eboxcast.senders.errors import ApplicationUnknown, InstitutionUnknown, MessageTypeUnknown, SenderFileWrong
from eboxcast.senders.lookup import find_sender_config
from eboxcast.senders.models import Institution, MessageType
from eboxcast.senders.sender_file import load_senders

ASKED = {
    "institution": "0456789034",
    "application": "demo:broadcast",
    "message_type": "x",
    "ebox_type": "CITIZEN",
    "environment": "production",
}


@pytest.fixture
def sender_file(installation: None, tmp_path: Path) -> Path:
    """The file of a sample."""
    return write_sample(tmp_path / "sample", recipients=1).message_types


def test_a_file_is_loaded_and_audited(sender_file: Path) -> None:
    """What is in it can be found; the audit has its digest."""
    loaded = load_senders(sender_file, actor=master("ines"))
    code = MessageType.objects.filter(ebox_type="CITIZEN").get().code
    trio = find_sender_config(**{**ASKED, "message_type": code})
    assert loaded.institutions == 1
    assert trio.institution.names["nl"]
    assert Entry.objects.get().data["file"] == sender_file.name


def test_loading_again_brings_up_to_date(sender_file: Path) -> None:
    """No second institution; a changed name is the new one."""
    load_senders(sender_file, actor=master("ines"))
    text = sender_file.read_text(encoding="utf-8")
    sender_file.write_text(text.replace('without_ebox = "publish"', 'without_ebox = "refuse"'), encoding="utf-8")
    load_senders(sender_file, actor=master("ines"))
    assert Institution.objects.count() == 1
    assert set(MessageType.objects.values_list("without_ebox", flat=True)) == {"refuse"}


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('cbe = "0456789034"', 'cbe = "0456789035"', "institution 1 cbe"),
        ('without_ebox = "publish"', 'without_ebox = "perhaps"', "message_type 1 without_ebox"),
        ('unit = "month"', 'unit = "week"', "message_type 1 validity unit"),
        ("[[institution]]", "[[institutes]]", "institutes"),
        ("[[institution]]", "[[institution", "TOML"),
        ('name = "demo:broadcast"', "name = 7", "application 1 name"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_loaded(sender_file: Path, before: str, after: str, place: str) -> None:
    """The first thing that is wrong, with its place."""
    text = sender_file.read_text(encoding="utf-8")
    assert before in text
    sender_file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(SenderFileWrong) as refusal:
        load_senders(sender_file, actor=master("ines"))
    assert refusal.value.data["place"] == place
    assert not Institution.objects.exists()


def test_each_missing_part_of_the_trio_is_named(sender_file: Path) -> None:
    """Institution, application, message type."""
    load_senders(sender_file, actor=master("ines"))
    with pytest.raises(InstitutionUnknown):
        find_sender_config(**{**ASKED, "institution": "0403019261"})
    with pytest.raises(ApplicationUnknown):
        find_sender_config(**{**ASKED, "application": "other"})
    with pytest.raises(MessageTypeUnknown):
        find_sender_config(**ASKED)
