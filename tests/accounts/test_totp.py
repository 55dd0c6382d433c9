"""Codes of an app are those of the standard."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from tests.moments import move_here_to

from eboxcast.accounts import totp
from eboxcast.lib import clock

STANDARD = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, to six digits."""
    assert totp.code_at(STANDARD, seconds // totp.SECONDS) == code


def test_a_phone_may_be_a_little_slow_or_fast() -> None:
    for later in (-1, 0, 1):
        # Twice, as the next step of time may begin in between.
        assert any(totp.fitting_step(STANDARD, totp.code_now(STANDARD, later=later)) for _ in range(2))
    assert totp.fitting_step(STANDARD, totp.code_now(STANDARD, later=-3)) is None
    assert totp.fitting_step(STANDARD, totp.code_now(STANDARD, later=3)) is None


@pytest.mark.parametrize(
    "code", ["", "1", "abcdef", "12345678901234567890", "\u0661\u0662\u0663\u0664\u0665\u0666", "\x00"]
)
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert totp.fitting_step(STANDARD, code) is None


def test_a_code_may_be_typed_in_groups() -> None:
    code = totp.code_now(STANDARD)
    assert totp.fitting_step(STANDARD, f" {code[:3]} {code[3:]} ") is not None


def test_an_app_goes_by_the_time_of_the_world_where_our_clock_was_moved() -> None:
    code = totp.code_now(STANDARD)
    move_here_to(clock.now().replace(year=2031))
    assert totp.fitting_step(STANDARD, code) is not None


def test_the_qr_code_names_the_site_the_person_and_the_key() -> None:
    address = urlsplit(totp.address_of(STANDARD, "anne"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/eboxcast%3Aanne")
    assert parse_qs(address.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["eboxcast"]}
    assert totp.text_of(STANDARD) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_each_secret_is_another() -> None:
    assert totp.new_secret() != totp.new_secret()
