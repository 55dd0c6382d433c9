"""Keys in a token (PKCS #11), such as a hardware security module: they sign there, and never leave it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote

import pkcs11
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.util.ec import encode_ec_public_key

_HALF = 32
_ONE = threading.Lock()
"""Signing in to a token holds for the whole process: two threads would be in each other's way."""


class TokenUnusable(Exception):
    """There is no such token or key, or it refuses."""


class TokenKey(ec.EllipticCurvePrivateKey):
    """A key pair on P-256 in a token, found anew for each signature: tokens are unplugged and restarted."""

    def __init__(self, uri: str, pin: str) -> None:
        """Look a key up. Raises TokenUnusable."""
        self._uri, self._pin = uri, pin
        with self._found(pkcs11.ObjectClass.PUBLIC_KEY) as key:
            public = serialization.load_der_public_key(encode_ec_public_key(key))
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            raise TokenUnusable
        self._public = public

    def sign(
        self, data: bytes | bytearray | memoryview[int], signature_algorithm: ec.EllipticCurveSignatureAlgorithm
    ) -> bytes:
        """Sign with SHA-256. Raises TokenUnusable."""
        with self._found(pkcs11.ObjectClass.PRIVATE_KEY) as key:
            signed = key.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        return encode_dss_signature(*(int.from_bytes(half, "big") for half in (signed[:_HALF], signed[_HALF:])))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public half."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """Return the curve of the key."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Return how many bits it has."""
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        """Refuse: it only signs."""
        raise NotImplementedError

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        """Refuse: the key is in the token."""
        raise NotImplementedError

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002 - as the base has it
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        """Refuse: the key is in the token."""
        raise NotImplementedError

    def __copy__(self) -> TokenKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> TokenKey:
        return self

    @contextmanager
    def _found(self, kind: pkcs11.ObjectClass) -> Iterator[pkcs11.Key]:
        try:
            of_token, of_key, module = _read(self._uri)
            with _ONE:
                token = pkcs11.lib(module).get_token(**of_token)
                with token.open(user_pin=self._pin) as session:
                    yield session.get_key(object_class=kind, key_type=pkcs11.KeyType.EC, **of_key)
        except (pkcs11.PKCS11Error, RuntimeError, ValueError, KeyError, OSError) as error:
            raise TokenUnusable from error


def _read(uri: str) -> tuple[dict[str, str], dict[str, str], str]:
    """Return which token and which key of it a PKCS #11 URI names (RFC 7512), and the module that reaches it."""
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    named = {name: unquote(value) for name, _, value in (part.partition("=") for part in path.split(";"))}
    if scheme != "pkcs11":
        raise ValueError(scheme)
    return {"token_label": named["token"]}, {"label": named["object"]}, parse_qs(query)["module-path"][0]
