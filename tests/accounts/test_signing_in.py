"""Who may sign in, and that guessing is slow."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs
from tests.broadcasts import people as p
from tests.locks import Connection, beside, locked, wait_until_held_up
from tests.moments import pass_time
from tests.web.visitors import PASSWORD, account_of, browser

from eboxcast.accounts.errors import SignInRefused, TooManyTries
from eboxcast.accounts.guessing import PASSWORDS
from eboxcast.accounts.models import FailedTry
from eboxcast.accounts.signing_in import account_in_force, people_to_try, sign_in, sign_in_by_name
from eboxcast.audit.models import Entry
from eboxcast.senders.people import change_unasked

HERE = "192.0.2.7"


@pytest.mark.parametrize("identity", ["anne", "ANNE", " anne@example.be ", "Anne@Example.be"])
def test_people_sign_in_with_their_name_or_their_address(january: None, identity: str) -> None:
    account = account_of(p.ANNE)
    assert sign_in(identity, PASSWORD, address=HERE) == account


@pytest.mark.parametrize(("identity", "password"), [("anne", "wrong"), ("nobody", PASSWORD), ("", ""), ("%", PASSWORD)])
def test_what_is_wrong_is_told_in_the_same_words(january: None, identity: str, password: str) -> None:
    account_of(p.ANNE)
    with pytest.raises(SignInRefused) as refused:
        sign_in(identity, password, address=HERE)
    assert refused.value.data == {}


def test_a_failed_try_is_logged_without_what_was_typed(january: None) -> None:
    account_of(p.ANNE)
    with capture_logs() as logged:
        for identity in ("anne", "my secret word"):
            with pytest.raises(SignInRefused):
                sign_in(identity, "another secret word", address=HERE)
    assert [(one["event"], one["by"], one["nth"]) for one in logged] == [
        ("sign-in.refused", "anne", 1),
        ("sign-in.refused", "", 1),
    ]
    assert "secret" not in str(logged)


def test_who_was_deactivated_signs_in_no_more_and_is_out_at_once(january: None) -> None:
    account = account_of(p.ANNE)
    change_unasked("anne", by="ines", active=False)
    with pytest.raises(SignInRefused):
        sign_in("anne", PASSWORD, address=HERE)
    assert account_in_force(account.pk) is None


def test_an_address_of_two_people_signs_in_neither(january: None) -> None:
    account_of(p.ANNE)
    account_of(p.BRAM)
    change_unasked("bram", by="ines", email="anne@example.be")
    with pytest.raises(SignInRefused):
        sign_in("anne@example.be", PASSWORD, address=HERE)


def test_who_guesses_has_to_wait_even_with_the_right_password(january: None) -> None:
    account_of(p.ANNE)
    for _ in range(PASSWORDS.most):
        with pytest.raises(SignInRefused):
            sign_in("anne", "wrong", address=HERE)
    with pytest.raises(TooManyTries):
        sign_in("anne", PASSWORD, address=HERE)
    assert Entry.objects.get(action="account.locked").data["person"] == "anne"
    pass_time(minutes=16)
    assert sign_in("anne", PASSWORD, address=HERE)


def test_an_account_has_its_tries_once_however_it_is_named(january: None) -> None:
    account_of(p.ANNE)
    for number in range(PASSWORDS.most):
        with pytest.raises(SignInRefused):
            sign_in("anne" if number % 2 else "Anne@example.be ", "wrong", address=HERE)
    with pytest.raises(TooManyTries):
        sign_in("anne@EXAMPLE.be", PASSWORD, address=HERE)
    assert Entry.objects.filter(action="account.locked").count() == 1


def test_tries_that_come_at_once_are_counted_one_after_the_other(january: None, sweepers: list[Connection]) -> None:
    """All have arrived before the first is counted."""
    account_of(p.ANNE)

    def guess() -> type[Exception] | None:
        try:
            sign_in("anne", "wrong", address=HERE)
        except (SignInRefused, TooManyTries) as error:
            return type(error)
        return None

    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[0], "lock table account_failed_try in exclusive mode"))
        guesses = [stack.enter_context(beside(guess)) for _ in range(PASSWORDS.most + 3)]
        wait_until_held_up(sweepers[0], count=len(guesses))
        sweepers[0].execute("rollback")
        told = Counter(one.result() for one in guesses)
    assert told == {SignInRefused: PASSWORDS.most, TooManyTries: 3}
    assert Entry.objects.filter(action="account.locked").count() == 1


def test_a_name_that_nobody_has_is_locked_like_any_other(january: None) -> None:
    for _ in range(PASSWORDS.most):
        with pytest.raises(SignInRefused):
            sign_in("nobody", "wrong", address=HERE)
    with pytest.raises(TooManyTries):
        sign_in("nobody", "wrong", address=HERE)


def test_what_is_kept_of_a_try_names_nobody(january: None) -> None:
    with pytest.raises(SignInRefused):
        sign_in("85073003328", "wrong", address=HERE)
    kept = FailedTry.objects.get()
    assert b"85073003328" not in bytes(kept.identity)
    assert HERE.encode() not in bytes(kept.address)


def test_on_a_test_installation_anybody_may_be_any_of_the_people(january: None) -> None:
    person = account_of(p.ANNE).person
    assert person in people_to_try()
    assert sign_in_by_name("anne").person == person


def test_on_a_real_installation_a_name_alone_opens_nothing(real_installation: None) -> None:
    account_of(p.ANNE)
    assert people_to_try() == []
    with pytest.raises(SignInRefused):
        sign_in_by_name("anne")
    client = browser()
    assert client.post("/sign-in", {"person": "anne"}).status_code == 409
    assert "Anne Lambert" not in client.get("/sign-in").content.decode()
    assert client.get("/").status_code == 302


def test_who_is_chosen_by_name_without_an_account_gets_one_without_a_password(january: None) -> None:
    client = browser()
    assert client.post("/sign-in", {"person": "carla"}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    with pytest.raises(SignInRefused):
        sign_in("carla", "", address=HERE)
