"""The pages of those who look after people: finding, recording, inviting, tokens, and what is said before each."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.broadcasts import people as p
from tests.moments import move_to
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.invitations import accept_invitation
from eboxcast.audit.models import Entry
from eboxcast.lib import clock
from eboxcast.senders.models import Person, Token
from eboxcast.senders.people import change_person
from eboxcast.senders.people_tokens import make_token

LEA = {
    "name": "lea",
    "full_name": "Léa Maes",
    "institution": p.INSTITUTION,
    "roles": ["requester"],
    "mail_language": "nl",
    "email": "lea@example.be",
    "phone": "",
    "mails": "each",
}


@pytest.fixture
def ines(january: None) -> Client:
    """A browser of somebody who looks after people; ANNE, who asks for broadcasts, is recorded too."""
    account_of(p.ANNE)
    return browser_of(p.INES)


def as_recorded(client: Client, name: str, **changes: object) -> dict[str, object]:
    """Return what the form to change somebody holds, with some of it changed."""
    form = tree(client.get(f"/person/{name}/change").content).forms[-1]
    held: dict[str, object] = {}
    for field, value in form.form_values():
        held[field] = [*held[field], value] if field in held else [value]  # type: ignore[misc]  # lists of ours
    return held | changes


def tree(page: bytes) -> Any:
    return lxml.html.fromstring(page.decode())


def shown_once(page: bytes) -> str:
    """Return the secret that a page shows."""
    (field,) = tree(page).xpath("//input[@id='secret']")
    return str(field.get("value"))


def words(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def test_people_are_found_by_name_role_and_institution(ines: Client) -> None:
    change_person("anne", actor=p.INES, active=False)
    account_of(p.BRAM)

    def found(query: str) -> set[str]:
        links = tree(ines.get(f"/people{query}").content).xpath("//table//a/@href")
        return {link.removeprefix("/person/") for link in links}

    assert found("") == {"bram", "carla", "ines"}
    assert found("?inactive=on&words=ANNE@") == {"anne"}
    assert found("?role=confirmer") == {"bram"}
    assert found("?institution=operator") == {"carla", "ines"}
    assert found(f"?institution={p.INSTITUTION}") == {"bram"}
    assert found("?role=nonsense&institution=0") == {"bram", "carla", "ines"}


def test_somebody_new_is_recorded_as_was_filled_in(ines: Client) -> None:
    answer = ines.post("/people/add", LEA)
    assert answer.headers["Location"] == "/person/lea"
    lea = Person.objects.get(name="lea")
    assert (lea.full_name, lea.institution_id, lea.roles, lea.language) == (
        "Léa Maes",
        p.INSTITUTION,
        ["requester"],
        "nl",
    )
    assert "Has not set a password yet." in words(ines.get("/person/lea").content)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "anne"}, "There is already a person called anne"),
        ({"name": "Léa!"}, "is not a valid name"),
        ({"roles": ["launch"]}, "cannot be combined"),
        ({"roles": []}, "Fill in this field."),
        ({"email": "nowhere"}, "cannot be recorded"),
        ({"full_name": "85.07.30-033.28"}, "cannot be recorded"),
        ({"institution": "0403019261"}, "Choose one of the options."),
        ({"mail_language": "it"}, "Choose one of the options."),
    ],
)
def test_what_cannot_be_recorded_is_said_beside_the_field(ines: Client, changes: dict[str, object], said: str) -> None:
    before = Person.objects.count()
    answer = ines.post("/people/add", LEA | changes)
    assert answer.status_code == 422
    (message,) = tree(answer.content).xpath("//div[@data-field='validation']/@id")
    assert message == f"id_{next(iter(changes))}_error"
    assert said in words(answer.content)
    assert Person.objects.count() == before
    assert b"85.07.30" not in re.sub(rb'value="[^"]*"', b"", answer.content)


def test_what_was_changed_counts_at_once_and_is_told_to_the_audit(ines: Client) -> None:
    ines.post("/person/anne/change", as_recorded(ines, "anne", roles=["requester", "confirmer"], mails="daily"))
    anne = Person.objects.get(name="anne")
    assert (anne.roles, anne.mails) == (["confirmer", "requester"], "daily")
    assert Entry.objects.filter(action="person.changed", by="ines").count() == 1


def test_who_comes_second_is_told_who_was_first_and_nothing_is_lost(ines: Client) -> None:
    old = as_recorded(ines, "anne", phone="02 111 11 11")
    change_person("anne", actor=p.Actor("irma", p.INES.roles), phone="02 222 22 22")
    answer = ines.post("/person/anne/change", old)
    assert answer.status_code == 409
    assert "irma changed the record of Anne Lambert" in words(answer.content)
    assert Person.objects.get(name="anne").phone == "02 222 22 22"


def test_what_follows_is_said_before_somebody_is_deactivated(ines: Client) -> None:
    account_of(p.BRAM)
    page = words(ines.get("/person/bram/deactivate").content)
    assert "No one else of this institution has these roles: gives the GO." in page
    assert "This is you" in words(ines.get("/person/ines/deactivate").content)


def test_who_is_deactivated_is_out_at_once_and_can_come_back(ines: Client) -> None:
    anne = browser_of(p.ANNE)
    for _ in range(2):
        assert ines.post("/person/anne/deactivate").headers["Location"] == "/person/anne"
    assert anne.get("/").status_code == 302
    assert Entry.objects.filter(action="person.changed").count() == 1
    ines.post("/person/anne/reactivate")
    assert anne.get("/").status_code == 200


def test_a_link_is_shown_once_and_opens_an_account(ines: Client) -> None:
    answer = ines.post("/person/anne/invite", {"days": 3})
    link = shown_once(answer.content)
    assert "no-store" in answer.headers["Cache-Control"]
    assert link.encode() not in ines.get("/person/anne").content
    again = shown_once(ines.post("/person/anne/invite", {"days": 3}).content)
    assert browser().get(f"/invitation/{link.rpartition('/')[2]}").status_code == 404
    assert accept_invitation(again.rpartition("/")[2], PASSWORD).person_id == "anne"


def test_a_link_sent_by_mail_is_shown_to_nobody(ines: Client) -> None:
    answer = ines.post("/person/anne/invite", {"days": 3, "by_mail": "yes"})
    assert answer.headers["Location"] == "/person/anne"
    assert "Invited on" in words(ines.get("/person/anne").content)
    assert Entry.objects.get(action="account.invited").data["by_mail"] is True


def test_without_an_address_no_link_is_sent(ines: Client) -> None:
    change_person("anne", actor=p.INES, email="")
    assert b"by_mail" not in ines.get("/person/anne/invite").content
    assert ines.post("/person/anne/invite", {"days": 3, "by_mail": "yes"}).status_code in (409, 422)
    assert not Entry.objects.filter(action="account.invited").exists()


@pytest.mark.parametrize("days", ["0", "31", "x", ""])
def test_an_invitation_for_no_such_time_is_not_made(ines: Client, days: str) -> None:
    answer = ines.post("/person/anne/invite", {"days": days})
    assert answer.status_code == 422
    assert not Entry.objects.filter(action="account.invited").exists()


def test_nobody_is_invited_who_cannot_act(ines: Client) -> None:
    change_person("anne", actor=p.INES, active=False)
    assert ines.post("/person/anne/invite", {"days": 3}).status_code == 409


def test_a_token_is_shown_once_and_revoked_after_a_word_of_warning(ines: Client) -> None:
    answer = ines.post("/person/anne/token", {"label": "desk", "days": 30})
    text = shown_once(answer.content)
    assert text.startswith("ebc_")
    token = Token.objects.get()
    assert text not in words(ines.get("/person/anne").content)
    assert "This is final." in words(ines.get(f"/person/anne/tokens/{token.pk}").content)
    for _ in range(2):
        ines.post(f"/person/anne/tokens/{token.pk}")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert Entry.objects.filter(action="token.revoked").count() == 1
    assert "It was already revoked" in words(ines.get(f"/person/anne/tokens/{token.pk}").content)


def test_a_token_is_only_found_with_whose_it_is(ines: Client) -> None:
    make_token("anne", label="desk", days=3, actor=p.INES)
    number = Token.objects.get().pk
    assert ines.post(f"/person/ines/tokens/{number}").status_code == 404
    assert Token.objects.get().revoked_at is None


def test_a_token_without_a_label_is_not_made(ines: Client) -> None:
    answer = ines.post("/person/anne/token", {"label": "85.07.30-033.28", "days": 30})
    assert answer.status_code == 422
    assert not Token.objects.exists()


def test_a_file_is_loaded_whole_or_not_at_all(ines: Client) -> None:
    right = b'[[person]]\nname = "leo"\nfull_name = "Leo"\nroles = ["launch"]\nlanguage = "en"\n'
    answer = ines.post("/people/load", {"file": SimpleUploadedFile("people.toml", right)})
    assert "Loaded: 1 person" in words(answer.content)
    wrong = right.replace(b"leo", b"lou") + b'[[person]]\nname = "max"\nroles = ["pilot"]\n'
    answer = ines.post("/people/load", {"file": SimpleUploadedFile("people.toml", wrong)})
    assert answer.status_code == 422
    assert "person 2 full_name: This is missing." in words(answer.content)
    assert set(Person.objects.filter(name__in=("leo", "lou", "max")).values_list("name", flat=True)) == {"leo"}


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"not = [toml", b"#" * 1_000_001], ids=["empty", "bytes", "broken", "huge"]
)
def test_what_is_no_people_file_is_refused(ines: Client, content: bytes) -> None:
    answer = ines.post("/people/load", {"file": SimpleUploadedFile("people.toml", content)})
    assert answer.status_code == 422
    assert not Entry.objects.filter(action="people.loaded").exists()


def test_who_only_looks_is_offered_nothing_to_change(ines: Client) -> None:
    make_token("anne", label="desk of anne", days=3, actor=p.INES)
    lou = browser_of(p.LOU)
    assert b"/people/add" not in lou.get("/people").content
    page = lou.get("/person/anne").content
    assert b"/person/anne/" not in page
    assert b"desk of anne" not in page
    for path in ("change", "invite", "token", "deactivate", "reactivate"):
        assert lou.post(f"/person/anne/{path}", {}).status_code == 403


def test_an_expired_token_says_so(ines: Client) -> None:
    make_token("anne", label="desk", days=3, actor=p.INES)
    move_to(clock.now() + timedelta(days=4))
    assert "no longer valid" in words(browser_of(p.INES).get("/person/anne").content)
