"""What an identity provider says of somebody, in the forms providers use."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.inbox.conftest import ALICE, COMPANY

from eboxcast.inbox.claims import MOST_MANDATES, identity_of
from eboxcast.inbox.configuration import SignInOptions
from eboxcast.inbox.errors import NumberMissing, TooManyMandates

HERE = SignInOptions(issuer="https://i.example", client_id="c", client_secret_file=Path(__file__))
NUMBER = "06.02.21-801.67"


@pytest.mark.parametrize("claim", [None, "", "0", "06022180168", 12, ["06022180167"], {"number": NUMBER}])
def test_without_a_good_number_nobody_is_signed_in(claim: object) -> None:
    """And the error has none of it."""
    with pytest.raises(NumberMissing) as refused:
        identity_of({"national_number": claim}, HERE)
    assert not refused.value.data


@pytest.mark.parametrize(
    ("claim", "names"),
    [
        (None, []),
        ("", []),
        ("0456789034", ["0456789034"]),
        ("BE 0456.789.034", ["BE 0456.789.034"]),
        (["0456789034", "0456789034"], ["0456789034"]),
        ([{"number": "0456789034", "name": "Demo\n & Co"}], ["Demo & Co"]),
        ({"number": "0456789034"}, ["0456789034"]),
        (["0456789035", {"name": "no number"}, 7, None, ["0456789034"]], []),
    ],
)
def test_mandates_come_in_several_forms(claim: object, names: list[str]) -> None:
    """What is no CBE number opens nothing."""
    identity = identity_of({"national_number": NUMBER, "enterprises": claim}, HERE)
    assert identity.person == ALICE
    assert [mandate.name for mandate in identity.mandates] == names
    assert {mandate.key for mandate in identity.mandates} <= {COMPANY}


def test_more_mandates_than_fit_are_told() -> None:
    """Rather than left out."""
    numbers = [f"{root:08}{97 - root % 97:02}" for root in range(4_000_000, 4_000_001 + MOST_MANDATES)]
    with pytest.raises(TooManyMandates):
        identity_of({"national_number": NUMBER, "enterprises": numbers}, HERE)


def test_a_citizen_number_is_no_mandate() -> None:
    """Nobody acts for another citizen."""
    identity = identity_of({"national_number": NUMBER, "enterprises": ["05090551189"]}, HERE)
    assert identity.mandates == ()


def test_an_identity_can_be_logged() -> None:
    """Without number and name."""
    identity = identity_of({"national_number": NUMBER, "name": "Alice", "enterprises": "0456789034"}, HERE)
    assert "602" not in repr(identity)
    assert "Alice" not in repr(identity)
