"""Signing in with an identity provider: who comes back, and what is not believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.inbox.conftest import ALICE, BACK, BEN, COMPANY, Provider, provider

from eboxcast.inbox.claims import identity_of
from eboxcast.inbox.configuration import SignInOptions
from eboxcast.web.identity import Begun, IdentityProvider, SignInCancelled, SignInRefused, SignInTrouble

__all__ = ["provider"]


@pytest.fixture
def site(provider: Provider) -> IdentityProvider:
    return site_with(provider.options)


def site_with(options: SignInOptions) -> IdentityProvider:
    return IdentityProvider(options, needed=options.citizen_claim)


def begin(site: IdentityProvider) -> Begun:
    return site.begin(back=BACK, language="nl")


def test_somebody_signs_in(provider: Provider, site: IdentityProvider) -> None:
    """Wherever the provider tells their number."""
    begun = begin(site)
    claims = site.finish(begun, back=BACK, query=provider.choose(begun.address, "person-1"))
    identity = identity_of(claims, provider.options)
    assert (identity.person, identity.name, identity.mandates) == (ALICE, "Alice", ())


def test_somebody_acts_for_an_enterprise(provider: Provider, site: IdentityProvider) -> None:
    """By what the provider tells, with the name it tells."""
    begun = begin(site)
    claims = site.finish(begun, back=BACK, query=provider.choose(begun.address, "person-2"))
    identity = identity_of(claims, provider.options)
    assert identity.may_open(BEN)
    assert identity.may_open(COMPANY)
    assert not identity.may_open(ALICE)
    assert identity.name_of(COMPANY) == "Demo & Co"


def test_the_provider_learns_nothing_of_the_person_before(site: IdentityProvider) -> None:
    """The address has what the protocol needs, and the language."""
    begun = begin(site)
    assert "ui_locales=nl" in begun.address
    assert "code_challenge_method=S256" in begun.address
    assert begun.verifier not in begun.address


def test_whoever_cancels_is_not_signed_in(provider: Provider, site: IdentityProvider) -> None:
    begun = begin(site)
    with pytest.raises(SignInCancelled):
        site.finish(begun, back=BACK, query=provider.choose(begun.address, ""))


@pytest.mark.parametrize("state", ["", "other", "é"])
def test_an_answer_to_another_sign_in_is_refused(provider: Provider, site: IdentityProvider, state: str) -> None:
    """It may be of somebody who wants to see what others do in their eBox."""
    begun = begin(site)
    query = {**provider.choose(begun.address, "person-1"), "state": state}
    with pytest.raises(SignInRefused):
        site.finish(begun, back=BACK, query=query)


@pytest.mark.parametrize("changes", [{"nonce": "other"}, {"verifier": "w" * 64}])
def test_a_code_of_another_browser_is_refused(
    provider: Provider, site: IdentityProvider, changes: dict[str, str]
) -> None:
    """Nonce and verifier never left the browser that began."""
    begun = begin(site)
    query = provider.choose(begun.address, "person-1")
    with pytest.raises(SignInTrouble):
        site.finish(replace(begun, **changes), back=BACK, query=query)


def test_a_code_is_used_once(provider: Provider, site: IdentityProvider) -> None:
    """The back button."""
    begun = begin(site)
    query = provider.choose(begun.address, "person-1")
    site.finish(begun, back=BACK, query=query)
    with pytest.raises(SignInTrouble):
        site.finish(begun, back=BACK, query=query)


def test_a_provider_that_says_it_is_another_is_not_believed(provider: Provider) -> None:
    """Its name is in what it signs."""
    other = provider.issuer.replace("127.0.0.1", "localhost")
    with pytest.raises(SignInTrouble):
        site_with(replace(provider.options, issuer=other)).describe()


def test_a_provider_that_does_not_answer_is_trouble(provider: Provider) -> None:
    with pytest.raises(SignInTrouble):
        begin(site_with(replace(provider.options, issuer="http://127.0.0.1:1")))


def test_a_wrong_secret_signs_nobody_in(provider: Provider, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("guessed")
    site = site_with(replace(provider.options, client_secret_file=tmp_path / "secret"))
    begun = begin(site)
    with pytest.raises(SignInTrouble):
        site.finish(begun, back=BACK, query=provider.choose(begun.address, "person-1"))
