"""A token of SoftHSM (PKCS #11), as its own tools make one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
PIN = "87654321"
_LABEL = "eboxcast of tests"


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A token with a key pair on P-256: the URI of that. A process reads once where its tokens are."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = next((one for one in MODULES if Path(one).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None or shutil.which("openssl") is None:
        pytest.skip("softhsm2 is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    pair = str(folder / "pair.pem")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        _run("softhsm2-util", "--init-token", "--free", "--label", _LABEL, "--so-pin", PIN, "--pin", PIN)
        _run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", pair)
        _run("softhsm2-util", "--import", pair, "--token", _LABEL, "--label", "signing", "--id", "01", "--pin", PIN)
        yield f"pkcs11:token={quote(_LABEL)};object=signing?module-path={module}"


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=60)
