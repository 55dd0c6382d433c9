"""A people file is loaded whole, or refused with the place of what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eboxcast.audit.models import Entry
from eboxcast.lib.actors import Actor, NotYourRole, Role
from eboxcast.lib.errors import InputRefused
from eboxcast.senders.errors import SenderFileWrong
from eboxcast.senders.models import Institution, Person, StandingContact, Team
from eboxcast.senders.people import actor_named
from eboxcast.senders.people_file import load_people

INES = Actor(name="ines", roles=frozenset({Role.INTEGRATION}))
TEXT = """
[[person]]
name = "ivo"
full_name = "Ivo Peeters"
language = "nl"
roles = ["integration"]
email = "ivo@example.be"

[[person]]
name = "rjv-scheduler"
full_name = "Scheduler"
language = "en"
institution = "0456789034"
roles = ["confirmer"]
service = true

[[team]]
code = "dba"
name = { fr = "Bases de données", nl = "Databanken", de = "Datenbanken" }

[[contact]]
team = "dba"
name = "Ona Oracle"
phone = "+32 2 000 00 00"

[[contact]]
institution = "0456789034"
name = "Rita Remy"
email = "rita@example.be"
"""


@pytest.fixture
def file(installation: None, tmp_path: Path) -> Path:
    Institution.objects.create(cbe="0456789034", names={"fr": "Office", "nl": "Rijksdienst", "de": "Amt"})
    path = tmp_path / "people.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_what_the_file_names_is_there_and_audited(file: Path) -> None:
    loaded = load_people(file, actor=INES)
    assert (loaded.people, loaded.teams, loaded.contacts) == (2, 1, 2)
    assert actor_named("rjv-scheduler").service
    assert Team.objects.get().contacts.get().phone == "+32 2 000 00 00"
    assert Entry.objects.filter(action="people.loaded").count() == 1


def test_loading_again_brings_up_to_date_and_doubles_nothing(file: Path) -> None:
    load_people(file, actor=INES)
    file.write_text(TEXT.replace('["integration"]', '["launch"]'), encoding="utf-8")
    load_people(file, actor=INES)
    assert actor_named("ivo").roles == {Role.LAUNCH}
    assert (Person.objects.count(), Team.objects.count(), StandingContact.objects.count()) == (2, 1, 2)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("[[team]]", "[[teams]]", "teams"),
        ('["integration"]', '["boss"]', "person 1 roles"),
        ("service = true", 'service = "yes"', "person 2 service"),
        ('team = "dba"', 'team = "dbb"', "contact 1 team"),
        ('team = "dba"', 'team = "dba"\ninstitution = "0456789034"', "contact 1 team"),
        ('phone = "+32 2 000 00 00"', "", "contact 1 email"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_loaded(file: Path, before: str, after: str, says: str) -> None:
    assert before in TEXT
    file.write_text(TEXT.replace(before, after), encoding="utf-8")
    with pytest.raises(SenderFileWrong) as refused:
        load_people(file, actor=INES)
    assert [part.data["place"] for part in refused.value.parts] == [says]
    assert not Person.objects.exists()


def test_a_person_whose_roles_do_not_fit_is_named_and_nothing_is_loaded(file: Path) -> None:
    file.write_text(TEXT.replace('["confirmer"]', '["auditor"]'), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_people(file, actor=INES)
    assert refused.value.data["name"] == "rjv-scheduler"
    assert not Person.objects.exists()


def test_only_the_integration_team_loads_people(file: Path) -> None:
    with pytest.raises(NotYourRole):
        load_people(file, actor=Actor(name="lea", roles=frozenset({Role.LAUNCH})))


def test_the_file_that_the_page_shows_can_be_loaded(file: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/people-file.md").read_text("utf-8")
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    file.write_text(shown[1], encoding="utf-8")
    loaded = load_people(file, actor=INES)
    assert (loaded.people, loaded.teams, loaded.contacts) == (2, 5, 2)
