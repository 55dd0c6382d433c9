"""A second factor: set up only by who has just shown who they are, shown once, and taken away by who may."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import override_settings
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.web.visitors import account_of, browser_of

from eboxcast.accounts import factors, passkeys, totp
from eboxcast.accounts.errors import (
    CodeWrong,
    HelpsOneself,
    NoAccount,
    PasskeyRefused,
    ProofTooOld,
    SetUpAgain,
    TooManyTries,
)
from eboxcast.accounts.guessing import FACTORS
from eboxcast.accounts.models import App, RecoveryCode, Session
from eboxcast.audit.models import Entry
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, NotYourRole, Role
from eboxcast.senders.errors import PersonUnknown

HERE = "192.0.2.7"

pytestmark = pytest.mark.usefixtures("january")


def now() -> datetime:
    return clock.now()


def secret_of(begun: factors.Begun) -> bytes:
    """Return what an app learns by the QR code, as an app would."""
    text = begun.text.replace(" ", "")
    return base64.b32decode(text)


def set_up(actor: Actor) -> tuple[bytes, list[str]]:
    """Set up an app for a character; return its secret, and the recovery codes."""
    account_of(actor)
    begun = factors.begin_app(proved_at=now(), actor=actor)
    secret = secret_of(begun)
    codes = factors.confirm_app(begun.sealed, totp.code_now(secret), proved_at=now(), address=HERE, actor=actor)
    return secret, codes


def next_code(secret: bytes, *, later: int = 1) -> str:
    """Return the code of some steps after the last one that was used."""
    return totp.code_at(secret, App.objects.latest("made_at").last_step + later)


def test_an_app_is_kept_once_it_shows_the_right_code() -> None:
    account_of(p.ANNE)
    begun = factors.begin_app(proved_at=now(), actor=p.ANNE)
    with pytest.raises(CodeWrong):
        factors.confirm_app(begun.sealed, "000000", proved_at=now(), address=HERE, actor=p.ANNE)
    assert not factors.own_factors(actor=p.ANNE).any
    code = totp.code_now(secret_of(begun))
    codes = factors.confirm_app(begun.sealed, code, proved_at=now(), address=HERE, actor=p.ANNE)
    assert factors.own_factors(actor=p.ANNE).any
    assert len(set(codes)) == 10
    assert Entry.objects.get(action="account.factor_added").data == {"person": "anne", "factor": "app"}


def test_a_code_is_good_for_one_sign_in() -> None:
    secret, _ = set_up(p.ANNE)
    account = account_of(p.ANNE)
    for code in (next_code(secret, later=0), next_code(secret, later=-1)):
        with pytest.raises(CodeWrong):
            factors.show_code(account, code, address=HERE)
    code = next_code(secret)
    assert factors.show_code(account, code, address=HERE) == "app"
    with pytest.raises(CodeWrong):
        factors.show_code(account, code, address=HERE)


def test_what_the_app_and_we_share_is_nowhere_to_be_read() -> None:
    secret, codes = set_up(p.ANNE)
    kept = str([list(kind.objects.values()) for kind in (App, RecoveryCode, Entry)])
    for text in (secret.hex(), totp.text_of(secret), totp.text_of(secret).replace(" ", ""), *codes):
        assert text not in kept


def test_with_another_secret_of_the_installation_the_app_is_lost_and_recovery_codes_are_not() -> None:
    secret, codes = set_up(p.ANNE)
    with override_settings(SECRET_KEY="another secret of at least fifty characters, changed on purpose"):
        with pytest.raises(CodeWrong):
            factors.show_code(account_of(p.ANNE), next_code(secret), address=HERE)
        assert factors.show_code(account_of(p.ANNE), codes[0], address=HERE) == "recovery"


def test_a_recovery_code_is_good_for_once_however_it_is_typed() -> None:
    _, codes = set_up(p.ANNE)
    account = account_of(p.ANNE)
    assert factors.show_code(account, codes[0].upper().replace("-", " "), address=HERE) == "recovery"
    with pytest.raises(CodeWrong):
        factors.show_code(account, codes[0], address=HERE)
    assert factors.own_factors(actor=p.ANNE).codes_left == 9
    assert Entry.objects.get(action="account.recovery_code_used").data["left"] == 9


def test_new_recovery_codes_void_those_of_before() -> None:
    _, codes = set_up(p.ANNE)
    again = factors.make_recovery_codes(proved_at=now(), actor=p.ANNE)
    assert not set(codes) & set(again)
    with pytest.raises(CodeWrong):
        factors.show_code(account_of(p.ANNE), codes[0], address=HERE)


def test_nobody_uses_the_code_of_another() -> None:
    secret, codes = set_up(p.ANNE)
    code = next_code(secret)
    set_up(p.BRAM)
    for one in (code, codes[0]):
        with pytest.raises(CodeWrong):
            factors.show_code(account_of(p.BRAM), one, address=HERE)


def test_whoever_guesses_codes_has_to_wait() -> None:
    secret, _ = set_up(p.ANNE)
    account = account_of(p.ANNE)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            factors.show_code(account, "000000", address=HERE)
    with pytest.raises(TooManyTries):
        factors.show_code(account, next_code(secret), address=HERE)
    assert Entry.objects.get(action="account.locked").data["person"] == "anne"
    pass_time(minutes=16)
    assert factors.show_code(account, next_code(secret), address=HERE)


def test_nothing_is_changed_by_who_showed_long_ago_who_they_are() -> None:
    secret, _ = set_up(p.ANNE)
    old = now() - timedelta(minutes=16)
    begun = factors.begin_app(proved_at=now(), actor=p.ANNE)
    code = totp.code_now(secret_of(begun))
    tries = (
        lambda: factors.begin_app(proved_at=old, actor=p.ANNE),
        lambda: factors.confirm_app(begun.sealed, code, proved_at=old, address=HERE, actor=p.ANNE),
        lambda: factors.remove_app(proved_at=old, actor=p.ANNE),
        lambda: factors.begin_passkey(proved_at=old, actor=p.ANNE),
        lambda: factors.add_passkey("{}", {}, name="", proved_at=old, actor=p.ANNE),
        lambda: factors.remove_passkey(1, proved_at=old, actor=p.ANNE),
        lambda: factors.make_recovery_codes(proved_at=old, actor=p.ANNE),
    )
    for one in tries:
        with pytest.raises(ProofTooOld):
            one()
    assert factors.show_code(account_of(p.ANNE), next_code(secret), address=HERE)


def test_an_app_that_is_set_up_by_another_or_too_slowly_is_not_kept() -> None:
    account_of(p.ANNE)
    account_of(p.BRAM)
    begun = factors.begin_app(proved_at=now(), actor=p.ANNE)
    code = totp.code_now(secret_of(begun))
    with pytest.raises(SetUpAgain):
        factors.confirm_app(begun.sealed, code, proved_at=now(), address=HERE, actor=p.BRAM)
    with pytest.raises(SetUpAgain):
        factors.begun_app("nonsense", actor=p.ANNE)
    pass_time(minutes=31)
    with pytest.raises(SetUpAgain):
        factors.confirm_app(begun.sealed, code, proved_at=now(), address=HERE, actor=p.ANNE)


def test_without_an_account_there_is_nothing_to_set_up() -> None:
    with pytest.raises(NoAccount):
        factors.begin_app(proved_at=now(), actor=p.ANNE)


def test_removing_the_last_factor_removes_the_recovery_codes() -> None:
    set_up(p.ANNE)
    factors.remove_app(proved_at=now(), actor=p.ANNE)
    assert not RecoveryCode.objects.exists()
    assert factors.make_recovery_codes(proved_at=now(), actor=p.ANNE) == []
    assert Entry.objects.filter(action="account.factor_removed").count() == 1


def test_the_integration_team_helps_who_lost_theirs_and_not_itself() -> None:
    account_of(p.INES)
    set_up(p.ANNE)
    browser_of(p.ANNE)
    factors.reset_factors("anne", actor=p.INES)
    assert not factors.own_factors(actor=p.ANNE).any
    assert not RecoveryCode.objects.exists()
    assert not Session.objects.filter(account__person="anne").exists()
    assert Entry.objects.get(action="account.factor_reset").by == "ines"
    with pytest.raises(HelpsOneself):
        factors.reset_factors("ines", actor=p.INES)
    with pytest.raises(PersonUnknown):
        factors.reset_factors("nobody", actor=p.INES)
    with pytest.raises(NotYourRole):
        factors.reset_factors("anne", actor=p.BRAM)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "not json", '{"id": "AA", "rawId": "AA", "response": {}}'])
def test_what_is_no_answer_of_a_browser_is_refused(answer: str) -> None:
    account_of(p.ANNE)
    _, challenge = passkeys.ask_for_one(None)
    with pytest.raises(PasskeyRefused):
        factors.show_passkey(answer, challenge, address=HERE)
    _, challenge = factors.begin_passkey(proved_at=now(), actor=p.ANNE)
    with pytest.raises(PasskeyRefused):
        factors.add_passkey(answer, challenge, name="", proved_at=now(), actor=p.ANNE)


def test_guessing_passkeys_ends_soon_too() -> None:
    account = account_of(p.ANNE)
    for _ in range(5):
        with pytest.raises(PasskeyRefused):
            factors.show_passkey("{}", {}, account=account, address=HERE)
    with pytest.raises(TooManyTries):
        factors.show_passkey("{}", {}, account=account, address=HERE)
    assert Entry.objects.get(action="account.locked").data["person"] == "anne"


def test_a_whole_institution_is_not_shut_out_by_a_few_wrong_passkeys() -> None:
    for _ in range(FACTORS.most + 1):
        with pytest.raises(PasskeyRefused):
            factors.show_passkey("{}", {}, address=HERE)
    for _ in range(FACTORS.most_from - FACTORS.most - 1):
        FACTORS.count("", HERE)
    with pytest.raises(TooManyTries):
        factors.show_passkey("{}", {}, address=HERE)


@pytest.fixture
def quick_grace() -> Iterator[None]:
    with override_settings(EBOXCAST_SECOND_FACTOR=frozenset({Role.CONFIRMER}), EBOXCAST_SECOND_FACTOR_DAYS=3):
        yield


def test_who_needs_one_is_told_once_and_has_some_days(quick_grace: None) -> None:
    anne, bram = account_of(p.ANNE), account_of(p.BRAM)
    assert factors.due_for(bram, p.BRAM, kind="real") is None
    due = factors.tell(bram, p.BRAM, kind="real")
    assert due is not None
    assert abs(due - now() - timedelta(days=3)) < timedelta(minutes=1)
    pass_time(days=1)
    assert factors.tell(bram, p.BRAM, kind="real") == due
    assert factors.tell(anne, p.ANNE, kind="real") is None
    assert factors.tell(bram, p.BRAM, kind="demo") is None
