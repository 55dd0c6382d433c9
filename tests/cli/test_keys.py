"""keys, report --format jws, verify: what is signed, by which key, and until when that counts."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.test import override_settings
from tests.authorities import CertificateAuthority, TimestampAuthority, issuing, stamping
from tests.cli.conftest import Command
from tests.moments import pass_time
from tests.reports.broadcasts import Broadcasts
from tests.tokens import PIN

from eboxcast.audit.models import Entry, SigningKey
from eboxcast.lib import clock

SCRIPT = Path(__file__).parents[2] / "docs" / "reference" / "verify.py"
PYHANKO = shutil.which("pyhanko", path=Path(sys.executable).parent)
PHRASE = "a phrase of some length"
_AS_LATE = """
import runpy, sys, time
real, ahead = time.time, float(sys.argv[1])
time.time = lambda: real() + ahead
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def passphrase() -> Iterator[None]:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=PHRASE):
        yield


class Desk:
    """Who signs, and who verifies with the files."""

    def __init__(self, command: Command, folder: Path, run: str) -> None:
        self.command, self.folder, self.run = command, folder, run

    def create(self, days: int = 100) -> None:
        code, _, err = self.command("keys", "create", "--name", "FPS Example", "--days", days)
        assert (code, err) == (0, "")

    def certificate(self, name: str = "certificate.jws") -> Path:
        path = self.folder / name
        assert self.command("report", self.run, "--format", "jws", "--out", path)[0] == 0
        return path

    def document(self, name: str = "certificate.pdf") -> Path:
        path = self.folder / name
        assert self.command("report", self.run, "--format", "pdf", "--language", "fr", "--out", path)[0] == 0
        return path

    def given_out(self, form: str) -> Path:
        return self.certificate() if form == "jws" else self.document()

    def certify(self, issuer: CertificateAuthority) -> bytes:
        """Have an authority issue a certificate for ten days, and import it."""
        number = SigningKey.objects.order_by("number").values_list("number", flat=True)[0]
        issued = issuer.issue(self.command("keys", "request", number)[1], days=10)
        assert self.command("keys", "import", number, self.kept("issued.pem", issued))[0] == 0
        return issued

    def kept(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def keys(self) -> Path:
        path = self.folder / "keys.json"
        path.write_text(self.command("keys", "list", "--json")[1])
        return path

    def verify(self, *words: object, given: str = "") -> tuple[int, dict[str, object]]:
        code, out, _ = self.command("verify", *words, "--json", given=given)
        return code, json.loads(out)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TimestampAuthority]:
    (tmp_path / "authority").mkdir()
    with stamping(tmp_path / "authority") as found, override_settings(EBOXCAST_TSA_URL=found.address):
        yield found


@pytest.fixture
def issuer() -> Iterator[CertificateAuthority]:
    with issuing(clock.now().replace(microsecond=0)) as found:
        yield found


@pytest.fixture
def token(softhsm: str) -> Iterator[str]:
    """A key in a token, and its PIN."""
    with override_settings(EBOXCAST_PKCS11_PIN=PIN):
        yield softhsm


@pytest.fixture
def desk(broadcasts: Broadcasts, command: Command, passphrase: None, tmp_path: Path) -> Desk:
    return Desk(command, tmp_path, broadcasts.published().short)


def test_a_signed_certificate_is_verified_with_the_list_of_keys(desk: Desk) -> None:
    desk.create()
    signed = desk.certificate()
    code, found = desk.verify(signed, "--keys", desk.keys())
    assert code == 0
    assert found["kind"] == "certificate"
    assert found["key_known"] is True
    said = desk.command("verify", signed)[1]
    assert str(found["signed_by"]) in said
    assert said.startswith("The signature fits the key in it; whose key it is was not checked.\n")
    assert "Compare this fingerprint" in said
    assert "not checked" not in desk.command("verify", signed, "--keys", desk.keys())[1]


def test_a_signed_pdf_is_verified_as_the_json_that_is_in_it_and_its_key_can_be_revoked(desk: Desk) -> None:
    desk.create()
    document = desk.document()
    code, found = desk.verify(document, "--keys", desk.keys())
    assert code == 0
    assert found == desk.verify(desk.certificate(), "--keys", desk.keys())[1] | {"signed_at": found["signed_at"]}
    assert "Compare this fingerprint" in desk.command("verify", document)[1]
    desk.command("keys", "revoke", SigningKey.objects.get().number, "--reason", "stolen")
    assert desk.verify(document, "--keys", desk.keys())[1]["wrong"] == ["key-revoked"]
    assert desk.command("report", desk.run, "--format", "pdf")[0] == 4


def test_a_pdf_with_one_byte_changed_is_no_certificate(desk: Desk) -> None:
    desk.create()
    document = desk.document()
    content = bytearray(document.read_bytes())
    content[len(content) // 3] ^= 1
    document.write_bytes(content)
    assert desk.command("verify", document)[0] == 3


def test_without_the_timestamp_that_is_set_up_no_pdf_is_given(desk: Desk) -> None:
    desk.create()
    with override_settings(EBOXCAST_TSA_URL="http://127.0.0.1:1/"):
        code, _, err = desk.command("report", desk.run, "--format", "pdf")
    assert code == 1
    assert "timestamp authority 127.0.0.1" in err


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_a_program_of_others_finds_the_signature_of_a_pdf_valid(desk: Desk) -> None:
    desk.create()
    said = subprocess.run(["pdfsig", "-nocert", desk.document()], capture_output=True, text=True, timeout=60).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_signed_json_is_stamped_and_the_stamp_counts_where_its_authority_is_trusted(
    desk: Desk, authority: TimestampAuthority
) -> None:
    desk.create()
    signed, trusted = desk.certificate(), desk.kept("tsa.pem", authority.certificate)
    code, found = desk.verify(signed, "--keys", desk.keys(), "--authorities", trusted)
    assert code == 0
    assert found["stamp_trusted"] is True
    assert json.loads(alone(desk.keys(), signed).stdout)["format"] == "eboxcast.certificate/2"
    said = desk.command("verify", signed, "--keys", desk.keys())[1]
    assert "its authority must be trusted" in said
    told = json.loads(signed.read_text())
    told["header"]["etsiU"][0]["sigTst"]["tstTokens"][0]["val"] = base64.b64encode(b"another").decode()
    assert desk.command("verify", desk.kept("other.jws", json.dumps(told).encode()))[0] == 3
    assert desk.command("verify", signed, "--authorities", desk.keys())[0] == 3


@pytest.mark.parametrize("form", ["jws", "pdf"])
def test_what_was_stamped_before_its_key_was_revoked_still_counts(
    desk: Desk, authority: TimestampAuthority, form: str
) -> None:
    """With a stamp of an authority that is trusted: the moment that the signature itself says proves nothing."""
    desk.create()
    signed, trusted = desk.given_out(form), desk.kept("tsa.pem", authority.certificate)
    pass_time(minutes=5)
    desk.command("keys", "revoke", SigningKey.objects.get().number, "--reason", "stolen")
    assert desk.verify(signed, "--keys", desk.keys())[1]["wrong"] == ["key-revoked"]
    code, found = desk.verify(signed, "--keys", desk.keys(), "--authorities", trusted)
    assert (code, found["wrong"]) == (0, [])
    said = desk.command("verify", signed, "--keys", desk.keys(), "--authorities", trusted)[1]
    assert "An authority that you trust stamped the signature on" in said
    assert "The key was revoked on" in said


@pytest.mark.parametrize("form", ["jws", "pdf"])
def test_a_certificate_of_an_authority_replaces_the_one_of_the_key_itself(
    desk: Desk, authority: TimestampAuthority, issuer: CertificateAuthority, form: str
) -> None:
    """Then nobody needs the list of keys, also after the certificate has expired: the file has what is needed."""
    desk.create()
    desk.certify(issuer)
    signed, trusted = desk.given_out(form), desk.kept("all.pem", authority.certificate + issuer.certificate)
    code, found = desk.verify(signed, "--authorities", trusted)
    assert code == 0
    assert (found["key_name"], found["key_known"]) == ("FPS Example", None)
    assert found["key_certified"] is True
    pass_time(days=30)
    assert desk.verify(signed, "--authorities", trusted)[0] == 0
    without = desk.kept("ca.pem", issuer.certificate)
    assert desk.verify(signed, "--authorities", without)[1]["wrong"] == ["certificate-expired"]
    stranger = desk.kept("tsa.pem", authority.certificate)
    assert desk.verify(signed, "--authorities", stranger)[1]["wrong"] == ["certificate-unknown"]


def test_with_authorities_alone_a_key_that_certifies_itself_proves_nothing(
    desk: Desk, issuer: CertificateAuthority
) -> None:
    desk.create()
    trusted = desk.kept("ca.pem", issuer.certificate)
    code, found = desk.verify(desk.certificate(), "--authorities", trusted)
    assert code == 1
    assert found["wrong"] == ["certificate-unknown"]
    assert found["key_certified"] is False


def test_a_key_that_is_not_in_the_list_is_not_good_because_an_authority_certified_it(
    desk: Desk, issuer: CertificateAuthority
) -> None:
    desk.create()
    keys = desk.kept("older.json", desk.keys().read_bytes())
    desk.certify(issuer)
    words = (desk.certificate(), "--keys", keys, "--authorities", desk.kept("ca.pem", issuer.certificate))
    code, found = desk.verify(*words)
    assert code == 1
    assert found["wrong"] == ["key-unknown"]
    assert found["key_certified"] is True


def test_the_list_of_an_authority_revokes_what_was_not_stamped_before(
    desk: Desk, authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    desk.create()
    issued = desk.certify(issuer)
    signed, trust = desk.certificate(), authority.certificate + issuer.certificate
    issuer.revoke(issued, issuer.now + timedelta(days=1))
    pass_time(days=2)
    listed = issuer.crl(clock.now()).public_bytes(Encoding.PEM)
    good = desk.verify(signed, "--authorities", desk.kept("all.pem", trust + listed))
    assert good[0] == 0
    assert good[1]["key_revoked_at"] is not None
    bad = desk.verify(signed, "--authorities", desk.kept("ca.pem", issuer.certificate + listed))
    assert bad[1]["wrong"] == ["certificate-revoked"]


def test_a_key_that_is_revoked_in_the_list_counts_no_more_with_a_certificate_either(
    desk: Desk, authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    desk.create()
    desk.certify(issuer)
    signed, trusted = desk.certificate(), desk.kept("ca.pem", issuer.certificate)
    pass_time(minutes=5)
    desk.command("keys", "revoke", SigningKey.objects.order_by("number").first().number, "--reason", "stolen")
    found = desk.verify(signed, "--keys", desk.keys(), "--authorities", trusted)[1]
    assert found["wrong"] == ["key-revoked"]
    both = desk.kept("all.pem", issuer.certificate + authority.certificate)
    assert desk.verify(signed, "--keys", desk.keys(), "--authorities", both)[0] == 0


def test_a_revoked_certificate_signs_no_more_and_the_key_is_revoked_with_all_that_it_has(
    desk: Desk, authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    desk.create()
    issuer.revoke(desk.certify(issuer), issuer.now - timedelta(seconds=30))
    code, _, err = desk.command("report", desk.run, "--format", "jws")
    assert code == 4
    assert "was revoked by its authority" in err
    first, last = SigningKey.objects.order_by("number").values_list("number", flat=True)
    assert desk.command("keys", "revoke", first, "--reason", "stolen")[0] == 0
    assert desk.command("keys", "revoke", last, "--reason", "stolen")[0] == 4
    actions = list(Entry.objects.filter(action__startswith="key.").order_by("id").values_list("action", flat=True))
    assert actions == ["key.created", "key.certified", "key.revoked", "key.revoked"]


def test_an_authority_that_does_not_say_whether_a_certificate_is_revoked_stops_the_signing(
    desk: Desk, authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    desk.create()
    issuer.address = "http://127.0.0.1:1/list.crl"
    desk.certify(issuer)
    for form in ("jws", "pdf"):
        code, _, err = desk.command("report", desk.run, "--format", form)
        assert code == 1
        assert "It could not be found out" in err


def test_a_certificate_is_imported_for_its_key_only_and_while_it_is_valid(
    desk: Desk, issuer: CertificateAuthority
) -> None:
    desk.create()
    desk.create()
    first, second = SigningKey.objects.order_by("number").values_list("number", flat=True)
    issued = desk.kept("issued.pem", issuer.issue(desk.command("keys", "request", first)[1]))
    assert desk.command("keys", "import", second, issued)[0] == 3
    assert desk.command("keys", "import", first, desk.folder / "missing.pem")[0] == 3
    assert desk.command("keys", "import", first, issued)[0] == 0
    assert desk.command("keys", "import", first, issued)[0] == 0
    assert SigningKey.objects.count() == 3
    pass_time(days=200)
    assert desk.command("keys", "import", first, issued)[0] == 3
    assert desk.command("keys", "request", 9)[0] == 2


def test_a_certificate_for_a_web_site_is_not_imported(desk: Desk, issuer: CertificateAuthority) -> None:
    desk.create()
    issuer.purposes = [ExtendedKeyUsageOID.SERVER_AUTH]
    number = SigningKey.objects.get().number
    issued = desk.kept("issued.pem", issuer.issue(desk.command("keys", "request", number)[1]))
    code, _, err = desk.command("keys", "import", number, issued)
    assert (code, SigningKey.objects.count()) == (3, 1)
    assert "is not for signatures" in err


@pytest.mark.parametrize("form", ["jws", "pdf"])
def test_a_key_in_a_token_signs_there(desk: Desk, token: str, form: str) -> None:
    """There is no passphrase: what is in the database cannot sign."""
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        assert desk.command("keys", "create", "--name", "FPS Example", "--token", token)[0] == 0
        assert bytes(SigningKey.objects.get().private_key) == b""
        assert desk.verify(desk.given_out(form), "--keys", desk.keys())[0] == 0
        assert "BEGIN CERTIFICATE REQUEST" in desk.command("keys", "request", SigningKey.objects.get().number)[1]


def test_a_token_that_is_not_there_or_refuses_is_said(desk: Desk, token: str) -> None:
    for wrong in (token.replace("object=signing", "object=none"), "pkcs11:token=none", "nonsense"):
        code, _, err = desk.command("keys", "create", "--name", "FPS Example", "--token", wrong)
        assert code == 1
        assert "There is no usable key" in err
    desk.command("keys", "create", "--name", "FPS Example", "--token", token)
    with override_settings(EBOXCAST_PKCS11_PIN="00000000"):
        assert desk.command("report", desk.run, "--format", "jws")[0] == 1


@pytest.mark.skipif(PYHANKO is None, reason="pyhanko-cli is not installed")
def test_the_program_of_pyhanko_finds_a_pdf_valid_for_long(
    desk: Desk, authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    """PAdES B-LT, with the authorities that one trusts."""
    desk.create()
    desk.certify(issuer)
    trust = ["--trust", desk.kept("ca.pem", issuer.certificate), "--trust", desk.kept("tsa.pem", authority.certificate)]
    words = [PYHANKO, "sign", "validate", "--pretty-print", "--trust-replace", *trust, desk.document()]
    found = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120)
    assert (found.returncode, found.stderr) == (0, "")
    assert "The signature is judged VALID." in found.stdout
    assert "FPS Example" in found.stdout


def test_a_receipt_is_verified_by_what_is_signed_in_it(desk: Desk) -> None:
    """The recipient needs no certificate; with one that is signed it works too."""
    desk.create()
    receipt, number = desk.folder / "receipt.json", "85073003328"
    assert desk.command("receipt", desk.run, "-", "--out", receipt, given=number)[0] == 0
    assert desk.verify(receipt, "--keys", desk.keys(), "--recipient", "-", given=number)[0] == 0
    code, found = desk.verify(receipt, "--certificate", desk.certificate(), "--recipient", "-", given=number)
    assert code == 0
    assert found["signed_by"] == SigningKey.objects.get().fingerprint
    assert desk.command("verify", receipt, "--recipient", "-", given=number)[0] == 2


def test_a_new_key_signs_and_what_the_old_one_signed_remains_valid(desk: Desk) -> None:
    desk.create()
    old = desk.certificate("old.jws")
    desk.create()
    new = desk.certificate("new.jws")
    found = [desk.verify(path, "--keys", desk.keys()) for path in (old, new)]
    assert [code for code, _ in found] == [0, 0]
    assert [one["signed_by"] for _, one in found] == list(
        SigningKey.objects.order_by("number").values_list("fingerprint", flat=True)
    )


def test_what_a_revoked_key_signed_counts_no_more(desk: Desk) -> None:
    desk.create()
    signed, number = desk.certificate(), SigningKey.objects.get().number
    assert desk.command("keys", "revoke", number, "--reason", "stolen")[0] == 0
    code, found = desk.verify(signed, "--keys", desk.keys())
    assert code == 1
    assert found["wrong"] == ["key-revoked"]
    assert desk.command("report", desk.run, "--format", "jws")[0] == 4
    assert desk.command("keys", "revoke", number, "--reason", "again")[0] == 4
    entries = Entry.objects.filter(action__startswith="key.").order_by("id")
    assert list(entries.values_list("action", flat=True)) == ["key.created", "key.revoked"]


def test_an_expired_key_signs_nothing_and_what_it_signed_before_counts(desk: Desk) -> None:
    desk.create(days=2)
    signed = desk.certificate()
    pass_time(days=3)
    assert desk.command("report", desk.run, "--format", "jws")[0] == 4
    assert desk.verify(signed, "--keys", desk.keys())[0] == 0


def test_a_signature_from_after_the_key_expired_does_not_count(desk: Desk) -> None:
    """As from somebody who found an old key."""
    desk.create()
    signed, keys = desk.certificate(), desk.keys()
    told = json.loads(keys.read_text())
    told["keys"][0].update(made_at="2020-01-01T00:00:00+01:00", expires_at="2021-01-01T00:00:00+01:00")
    keys.write_text(json.dumps(told))
    assert desk.verify(signed, "--keys", keys)[1]["wrong"] == ["key-expired"]


def test_a_key_that_is_not_in_the_list_is_said(desk: Desk) -> None:
    desk.create()
    signed, keys = desk.certificate(), desk.folder / "keys.json"
    keys.write_text('{"format": "eboxcast.signing-keys/1", "keys": []}')
    assert desk.verify(signed, "--keys", keys)[1]["wrong"] == ["key-unknown"]


def test_a_certificate_that_is_not_signed_proves_nothing(desk: Desk) -> None:
    path = desk.folder / "certificate.json"
    desk.command("report", desk.run, "--format", "json", "--out", path)
    code, found = desk.verify(path)
    assert code == 1
    assert found["wrong"] == ["not-signed"]


def test_without_its_passphrase_no_key_is_made_and_none_opens(desk: Desk) -> None:
    desk.create()
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        assert desk.command("keys", "create", "--name", "FPS Example")[0] == 4
        assert desk.command("report", desk.run, "--format", "jws")[0] == 4
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE="another phrase, as long"):
        code, _, err = desk.command("report", desk.run, "--format", "jws")
    assert code == 1
    assert "cannot be opened" in err


def test_one_file_of_python_verifies_the_same(desk: Desk) -> None:
    """With nothing else: not even the environment that eboxcast is installed in."""
    desk.create()
    receipt, keys, signed = desk.folder / "receipt.json", desk.keys(), desk.certificate()
    received = next((desk.folder / "1").rglob("*01.csv")).read_text().split()[1].partition(";")[0]
    for number, verdict in ((received, "RECEIVED"), ("85.07.30-033.28", "NOT IN RUN ")):
        desk.command("receipt", desk.run, "-", "--out", receipt, "--force", given=number)
        assert alone(keys, receipt, given=number).stdout.startswith(verdict)
        assert alone(keys, receipt, given="00010100105").returncode == 1
    assert json.loads(alone(keys, signed).stdout)["format"] == "eboxcast.certificate/2"
    text = signed.read_text()
    signed.write_text(text[:2000] + ("A" if text[2000] != "A" else "B") + text[2001:])
    assert alone(keys, signed).stderr == "NOT PROVED: the signature is wrong\n"


def alone(*words: object, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script of the docs, where it is as late as here."""
    start = [sys.executable, "-I", "-S", "-c", _AS_LATE, str(clock.offset().total_seconds()), str(SCRIPT)]
    return subprocess.run([*start, *map(str, words)], input=given, capture_output=True, text=True, timeout=60)
