"""A key in a token of SoftHSM: it signs for several threads at once, and does not come out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.tokens import PIN


def test_several_threads_sign_at_once(softhsm: str) -> None:
    from eboxcast.lib.tokens import TokenKey  # an extra, which may not be installed

    key = TokenKey(softhsm, PIN)

    def sign(number: int) -> None:
        data, by = f"{number}".encode(), ec.ECDSA(hashes.SHA256())
        key.public_key().verify(key.sign(data, by), data, by)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(sign, range(40)))


def test_the_key_does_not_come_out(softhsm: str) -> None:
    from eboxcast.lib.tokens import TokenKey  # the same

    key = TokenKey(softhsm, PIN)
    with pytest.raises(NotImplementedError):
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(NotImplementedError):
        key.private_numbers()


@pytest.mark.parametrize(
    ("old", "new"),
    [("object=signing", "object=another"), ("token=", "token=x"), ("pkcs11:", "file:"), (".so", ".none"), ("?", "")],
)
def test_an_address_that_leads_to_no_key_is_said(softhsm: str, old: str, new: str) -> None:
    from eboxcast.lib.tokens import TokenKey, TokenUnusable  # the same

    with pytest.raises(TokenUnusable):
        TokenKey(softhsm.replace(old, new), PIN)
    with pytest.raises(TokenUnusable):
        TokenKey(softhsm, "0000")
