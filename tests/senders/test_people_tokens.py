"""Tokens: shown once, kept as a digest, in force until their time is over or they are taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eboxcast.audit.models import Entry
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, NotYourRole, Role
from eboxcast.senders.errors import (
    PersonInactive,
    PersonUnknown,
    TokenExpired,
    TokenRefused,
    TokenRevoked,
    TokenUnfit,
    TokenUnknown,
)
from eboxcast.senders.models import Token
from eboxcast.senders.people import Particulars, add_person, deactivate_person
from eboxcast.senders.people_tokens import actor_of_token, make_token, revoke_token

INES = Actor(name="ines", roles=frozenset({Role.INTEGRATION}))


@pytest.fixture(autouse=True)
def lea(installation: None) -> None:
    """Somebody who launches."""
    roles = frozenset({Role.LAUNCH})
    add_person("lea", Particulars(full_name="Léa Lambert", language="fr", roles=roles), actor=INES)


def token(days: int = 30) -> str:
    return make_token("lea", label="laptop", days=days, actor=INES)


def test_a_token_says_who_acts() -> None:
    assert actor_of_token(token()).name == "lea"


def test_neither_table_nor_audit_knows_the_token() -> None:
    text = token()
    kept = Token.objects.get()
    assert text.encode() not in bytes(kept.digest)
    assert text not in str(list(Entry.objects.values()))


@pytest.mark.parametrize("text", ["", "ebc_nothing", "lea"])
def test_what_is_no_token_opens_nothing_and_is_not_repeated(text: str) -> None:
    token()
    with pytest.raises(TokenRefused) as refused:
        actor_of_token(text)
    assert refused.value.data == {}


def test_a_token_ends_with_its_time() -> None:
    text = token(days=1)
    clock.move(timedelta(hours=23))
    assert actor_of_token(text).name == "lea"
    clock.move(timedelta(days=1))
    with pytest.raises(TokenExpired):
        actor_of_token(text)


def test_a_token_taken_back_opens_nothing_and_taking_it_back_again_changes_nothing() -> None:
    text, other = token(), token()
    number = Token.objects.order_by("id")[0].id
    moments = {revoke_token(number, actor=INES).revoked_at for _ in range(2)}
    with pytest.raises(TokenRevoked):
        actor_of_token(text)
    assert len(moments) == 1
    assert Entry.objects.filter(action="token.revoked").count() == 1
    assert actor_of_token(other).name == "lea"


def test_the_token_of_somebody_inactive_opens_nothing() -> None:
    text = token()
    deactivate_person("lea", actor=INES)
    with pytest.raises(PersonInactive):
        actor_of_token(text)
    with pytest.raises(PersonInactive):
        token()


@pytest.mark.parametrize(("label", "days"), [("", 30), ("laptop", 0), ("laptop", 401), ("85073003328", 30)])
def test_a_token_has_a_fit_label_and_an_end(label: str, days: int) -> None:
    with pytest.raises(TokenUnfit):
        make_token("lea", label=label, days=days, actor=INES)


def test_only_for_people_who_are_known_and_only_by_the_integration_team() -> None:
    with pytest.raises(PersonUnknown):
        make_token("leo", label="laptop", days=30, actor=INES)
    with pytest.raises(TokenUnknown):
        revoke_token(1, actor=INES)
    with pytest.raises(NotYourRole):
        make_token("lea", label="laptop", days=30, actor=actor_of_token(token()))
