"""What the doctor says of signing in: of the recipients', and of that of the people of the procedure."""

from __future__ import annotations

from dataclasses import replace

from django.test import override_settings
from tests.inbox.browsers import ACCEPTANCE, PRODUCTION
from tests.inbox.conftest import Provider, provider

from eboxcast.accounts.sign_on_options import SignOnOptions
from eboxcast.database.findings import State, examine
from eboxcast.inbox.configuration import SignInOptions
from eboxcast.web.examination import sign_in, sign_on

__all__ = ["provider"]
NOWHERE = "http://127.0.0.1:1"


def states(**options: SignInOptions) -> list[State]:
    with override_settings(EBOXCAST_SIGN_IN=options):
        return [finding.state for finding in examine([sign_in])]


def states_of_pages(issuer: str) -> list[State]:
    options = SignOnOptions(issuer=issuer, client_id="eboxcast", secret="s", name="Example", second_factor=False)
    with override_settings(EBOXCAST_SIGN_ON=options):
        return [finding.state for finding in examine([sign_on])]


def test_without_one_there_is_nothing_to_look_at(installation: None) -> None:
    assert states() == []
    assert list(examine([sign_on])) == []


def test_a_simulated_provider_is_told(installation: None, provider: Provider) -> None:
    assert states(production=provider.options, acceptance=provider.options) == [State.ATTENTION] * 2
    assert states_of_pages(provider.issuer) == [State.ATTENTION]


def test_on_a_real_installation_production_must_not_have_one(real_installation: None, provider: Provider) -> None:
    found = states(production=provider.options, acceptance=provider.options)
    assert dict(zip((PRODUCTION, ACCEPTANCE), found, strict=True)) == {
        PRODUCTION: State.FAILED,
        ACCEPTANCE: State.ATTENTION,
    }
    assert states_of_pages(provider.issuer) == [State.FAILED]


def test_a_provider_that_does_not_answer_has_failed(installation: None, provider: Provider) -> None:
    assert states(production=replace(provider.options, issuer=NOWHERE)) == [State.FAILED]
    assert states_of_pages(NOWHERE) == [State.FAILED]
