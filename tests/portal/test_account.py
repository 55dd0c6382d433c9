"""People keep their own account: language and mails, password, sessions."""

from __future__ import annotations

import pytest
from tests.broadcasts import people as p
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.guessing import PASSWORDS
from eboxcast.accounts.models import Session
from eboxcast.audit.models import Entry
from eboxcast.senders.models import Person

NEW = "four words make a password"


@pytest.mark.usefixtures("january")
def test_people_choose_their_language_and_how_often_they_are_mailed() -> None:
    client = browser_of(p.BRAM)
    answer = client.post("/account", {"written_in": "de", "mails": "daily"})
    assert answer.headers["Location"] == "/account"
    assert answer.cookies["eboxcast_language"].value == "de"
    bram = Person.objects.get(name="bram")
    assert (bram.language, bram.mails) == ("de", "daily")
    assert Entry.objects.get(action="person.changed").by == "bram"
    assert "Einmal" in client.get("/account").content.decode()


@pytest.mark.usefixtures("january")
@pytest.mark.parametrize("sent", [{"written_in": "xx", "mails": "daily"}, {"written_in": "fr"}, {"x": "y"}])
def test_what_is_no_choice_changes_nothing(sent: dict[str, str]) -> None:
    client = browser_of(p.BRAM)
    assert client.post("/account", sent).status_code == 422
    assert not Entry.objects.filter(action="person.changed").exists()


@pytest.mark.usefixtures("january")
def test_a_new_password_ends_all_other_sessions() -> None:
    client, other = browser_of(p.ANNE), browser_of(p.ANNE)
    answer = client.post("/account/password", {"current": PASSWORD, "password": NEW})
    assert answer.headers["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert account_of(p.ANNE).check_password(NEW)


@pytest.mark.usefixtures("january")
@pytest.mark.parametrize(
    ("current", "new"), [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, "anne lambert"), ("", NEW)]
)
def test_a_password_is_not_changed_by_who_does_not_know_it_nor_to_an_easy_one(current: str, new: str) -> None:
    client = browser_of(p.ANNE)
    answer = client.post("/account/password", {"current": current, "password": new})
    assert answer.status_code in (200, 422)
    assert account_of(p.ANNE).check_password(PASSWORD)
    assert new not in answer.content.decode()


@pytest.mark.usefixtures("january")
def test_guessing_the_current_password_ends_soon() -> None:
    client = browser_of(p.ANNE)
    for _ in range(PASSWORDS.most):
        client.post("/account/password", {"current": "wrong", "password": NEW})
    answer = client.post("/account/password", {"current": PASSWORD, "password": NEW})
    assert answer.status_code == 429
    assert account_of(p.ANNE).check_password(PASSWORD)


@pytest.mark.usefixtures("january")
def test_people_end_a_session_of_theirs_and_of_nobody_else() -> None:
    client = browser_of(p.ANNE)
    account_of(p.BRAM)
    other = browser()
    other.post("/sign-in", {"identity": "anne", "password": PASSWORD})
    page = client.get("/account").content.decode()
    handle = page.split('name="session" value="')[1].split('"')[0]
    assert browser_of(p.BRAM).post("/account/sessions", {"session": handle}).status_code == 404
    assert client.post("/account/sessions", {"session": handle}).headers["Location"] == "/account"
    assert other.get("/").status_code == 302
    assert Session.objects.filter(account__person="anne").count() == 1
