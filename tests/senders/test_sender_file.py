"""A sender file is loaded whole, or refused with the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.actors import master

from eboxcast.audit.models import Entry
from eboxcast.package.sampling import write_sample
from eboxcast.senders.errors import (
    ApplicationUnknown,
    FileUnreadable,
    InstitutionUnknown,
    MessageTypeUnknown,
    SenderFileWrong,
)
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
        ('name = "demo:broadcast"', "name = 7", "application 1 name"),
        ('unit = "month"', 'unit = "month", hours = 3', "message_type 1 validity hours"),
        (', de = "Amt für Vorführungen"', "", "institution 1 name de"),
        ('institution = "0456789034"', 'institution = "0403019261"', "application 1 institution"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_loaded(sender_file: Path, before: str, after: str, place: str) -> None:
    text = sender_file.read_text(encoding="utf-8")
    assert before in text
    sender_file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(SenderFileWrong) as refusal:
        load_senders(sender_file, actor=master("ines"))
    assert [part.data["place"] for part in refusal.value.parts] == [place]
    assert not Institution.objects.exists()


def test_everything_that_is_wrong_is_named_at_once(sender_file: Path) -> None:
    text = sender_file.read_text(encoding="utf-8")
    for before, after in (("0456789034", "0456789035"), ('"month"', '"week"'), ('"CITIZEN"', '"PEOPLE"')):
        text = text.replace(before, after, 1)
    sender_file.write_text(text, encoding="utf-8")
    with pytest.raises(SenderFileWrong) as refusal:
        load_senders(sender_file, actor=master("ines"))
    places = [part.data["place"] for part in refusal.value.parts]
    assert places == ["institution 1 cbe", "message_type 1 ebox_type", "message_type 1 validity unit"]


def test_what_only_the_database_knows_is_named_at_once(sender_file: Path) -> None:
    text = sender_file.read_text(encoding="utf-8")
    sender_file.write_text(text.replace('applications = ["demo:broadcast"]', 'applications = ["other"]'), "utf-8")
    with pytest.raises(SenderFileWrong) as refusal:
        load_senders(sender_file, actor=master("ines"))
    places = [part.data["place"] for part in refusal.value.parts]
    assert places == ["message_type 1 applications", "message_type 2 applications"]
    assert not Institution.objects.exists()


def test_a_name_may_be_given_in_more_languages(sender_file: Path) -> None:
    text = sender_file.read_text(encoding="utf-8")
    sender_file.write_text(text.replace("name = { fr", 'name = { it = "Ufficio", fr', 1), "utf-8")
    load_senders(sender_file, actor=master("ines"))
    assert Institution.objects.get().names["it"] == "Ufficio"


@pytest.mark.parametrize("content", [b"[[institution", b"\xff\xfe"])
def test_what_is_no_toml_is_refused(sender_file: Path, content: bytes) -> None:
    sender_file.write_bytes(content)
    with pytest.raises(FileUnreadable):
        load_senders(sender_file, actor=master("ines"))


def test_each_missing_part_of_the_trio_is_named(sender_file: Path) -> None:
    """Institution, application, message type."""
    load_senders(sender_file, actor=master("ines"))
    with pytest.raises(InstitutionUnknown):
        find_sender_config(**{**ASKED, "institution": "0403019261"})
    with pytest.raises(ApplicationUnknown):
        find_sender_config(**{**ASKED, "application": "other"})
    with pytest.raises(MessageTypeUnknown):
        find_sender_config(**ASKED)
