"""A message type works where it is configured and nowhere else."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from django.db import connection
from tests.actors import master

from eboxcast.package.sampling import write_sample
from eboxcast.senders.errors import MessageTypeOnlyInAcceptance, MessageTypeUnknown, SenderFileWrong
from eboxcast.senders.lookup import find_sender_config
from eboxcast.senders.models import MessageType
from eboxcast.senders.sender_file import load_senders

CODE = "DEMO-INFO"
ASKED = {
    "institution": "0456789034",
    "application": "demo:broadcast",
    "message_type": CODE,
    "ebox_type": "CITIZEN",
}


@pytest.fixture
def sender_file(installation: None, tmp_path: Path) -> Path:
    """The file of a sample."""
    return write_sample(tmp_path / "sample", recipients=1).message_types


def test_a_type_loaded_for_acceptance_is_refused_in_production_only(sender_file: Path) -> None:
    load_senders(sender_file, actor=master("ines"), only_acceptance=True)
    assert find_sender_config(**ASKED, environment="acceptance").message_type.code == CODE
    with pytest.raises(MessageTypeOnlyInAcceptance):
        find_sender_config(**ASKED, environment="production")


def test_loaded_again_without_limit_it_works_in_production_and_keeps_its_first_moment(sender_file: Path) -> None:
    load_senders(sender_file, actor=master("ines"), only_acceptance=True)
    before = MessageType.objects.get(code=CODE).acceptance_at
    load_senders(sender_file, actor=master("ines"))
    assert find_sender_config(**ASKED, environment="production").message_type.acceptance_at == before


def test_what_works_in_production_is_not_changed_for_acceptance_alone(sender_file: Path) -> None:
    load_senders(sender_file, actor=master("ines"))
    with pytest.raises(SenderFileWrong) as refusal:
        load_senders(sender_file, actor=master("ines"), only_acceptance=True)
    assert [part.data["place"] for part in refusal.value.parts] == ["message_type 1 code", "message_type 2 code"]


def test_a_type_that_is_configured_nowhere_is_unknown(sender_file: Path) -> None:
    load_senders(sender_file, actor=master("ines"))
    MessageType.objects.update(acceptance_at=None, production_at=None)
    with pytest.raises(MessageTypeUnknown):
        find_sender_config(**ASKED, environment="acceptance")


def test_types_of_before_the_migration_work_in_both(sender_file: Path) -> None:
    load_senders(sender_file, actor=master("ines"))
    MessageType.objects.update(acceptance_at=None, production_at=None)
    migration = importlib.import_module("eboxcast.senders.migrations.0003_request_message_types")
    with connection.cursor() as cursor:
        cursor.execute(migration.CONFIGURED_BEFORE)
    assert find_sender_config(**ASKED, environment="production").message_type.code == CODE
