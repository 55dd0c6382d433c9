"""What a dossier proves as a whole, and whom it holds against: by our verifier, and by the script of the docs."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from tests.authorities import issuing
from tests.cli.conftest import Command
from tests.cli.test_dossier import Change, Files, files_in, keys_beside, replaced, tell, without_line, written
from tests.cli.test_dossier import _passphrase as _passphrase
from tests.cli.test_dossier import alone as alone
from tests.cli.test_dossier import file as file
from tests.cli.test_keys import alone as script
from tests.delivery.conftest import story as story

from eboxcast.audit.dossier import KIND
from eboxcast.audit.dossier_verification import DossierVerification, Proved, Wrong, verify_dossier
from eboxcast.audit.models import SigningKey
from eboxcast.lib import clock
from eboxcast.lib.signatures import Signer, new_pair, own_certificate
from eboxcast.reports.proofs import Trust, counts, read_keys

AGAIN = "a new dossier is signed as a whole: eboxcast audit dossier 2027-0001 --out FILE"


def verified(path: Path) -> DossierVerification:
    """Verify a dossier with the list of keys beside it."""
    keys = read_keys(keys_beside(path).read_bytes(), file="keys.json")
    return verify_dossier(path, counts=partial(counts, trust=Trust(keys=keys)))


def wrongs(found: DossierVerification) -> set[Wrong]:
    return {fault.wrong for fault in found.faults}


def by_the_script(path: Path) -> subprocess.CompletedProcess[str]:
    return script(keys_beside(path), path)


def test_one_that_is_signed_is_proved_as_a_whole(alone: Path, command: Command) -> None:
    found = verified(alone)
    assert (wrongs(found), found.proved) == (set(), Proved.WHOLE)
    code, out, _ = command("verify", alone, "--keys", keys_beside(alone))
    assert code == 0
    assert "Proved as a whole: the key" in out
    assert "eboxcast audit verify" in out
    assert out.endswith("No faults found.\n")
    assert by_the_script(alone).stdout.startswith(f"PROVED: {found.files} files and {found.entries} entries about")


def test_the_signed_manifest_says_what_it_stands_on(alone: Path) -> None:
    files = files_in(alone)
    found = verified(alone)
    assert found.signed_manifest
    assert found.signed_manifest.payload == files["manifest.json"]
    told = json.loads(files["manifest.json"])
    entry = json.loads(files["audit/entries.jsonl"].splitlines()[0])
    assert (told["broadcast"], told["broadcast_id"]) == ("2027-0001", entry["broadcast"])
    assert told["entries"] == found.entries
    assert told["files"].keys() == files.keys() - {"manifest.json", "manifest.jws"}


def drop_an_entry(files: Files) -> None:
    """Take one away with its proof: the seals stay as they are, and nothing says whose they are."""
    for name in ("audit/entries.jsonl", "audit/proofs.jsonl"):
        without_line(name, 3)(files)


def drop_all_entries(files: Files) -> None:
    account = json.loads(files["deletions.json"])
    files["deletions.json"] = json.dumps({**account, "deletions": []}).encode()
    files.update({"audit/entries.jsonl": b"", "audit/proofs.jsonl": b""})
    del files["deletions.jws"]


def rewrite_files(files: Files) -> None:
    for name in files:
        if name.endswith(("broadcast.json", "certificate.json")):
            files[name] = files[name].replace(b"anne", b"bram")


def strip(files: Files) -> None:
    for name in ("audit/head.jws", "audit/proofs.jsonl", "audit/tree.json", "deletions.jws"):
        del files[name]


def drop_deletions(files: Files) -> None:
    del files["deletions.json"], files["deletions.jws"]


def name_another(files: Files) -> None:
    told = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps({**told, "broadcast_id": str(UUID(int=1))}).encode()


def leave(files: Files) -> None:
    """Keep what was signed of another list of files."""


def unsign(files: Files) -> None:
    del files["manifest.jws"]


def sign_anew(files: Files) -> None:
    """Sign it with a key that nobody knows."""
    now = clock.now()
    pair, _ = new_pair("x" * 20)
    signer = Signer(pair, (own_certificate(pair, "FPS Example", since=now, until=now + timedelta(days=1)),))
    files["manifest.jws"] = signer.sign(files["manifest.json"], kind=KIND, at=now).encode()


@pytest.mark.parametrize("signature", [leave, unsign, sign_anew], ids=lambda one: str(one.__name__))
@pytest.mark.parametrize(
    "change",
    [
        drop_an_entry,
        drop_all_entries,
        rewrite_files,
        replaced("manifest.json", b'"2027-0001"', b'"2027-0099"'),
        strip,
        drop_deletions,
    ],
    ids=["an entry", "all entries", "other files", "number", "what is signed", "deletions"],
)
def test_whoever_has_no_key_changes_nothing_unnoticed(alone: Path, change: Change, signature: Change) -> None:
    """The manifest is made to agree with each change."""
    files = files_in(alone)
    change(files)
    tell(files)
    signature(files)
    forged = written(alone, files)
    found = verified(forged)
    assert found.proved == Proved.NOTHING
    assert (Wrong.UNSIGNED if signature is unsign else Wrong.FORGED) in wrongs(found)
    done = by_the_script(forged)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT PROVED: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (drop_all_entries, Wrong.EMPTY),
        (replaced("manifest.json", b'"2027-0001"', b'"2027-0099"'), Wrong.OTHER_BROADCAST),
        (name_another, Wrong.OTHER_BROADCAST),
        (strip, Wrong.FILE_MISSING),
        (drop_deletions, Wrong.FILE_MISSING),
    ],
    ids=["all entries", "number", "UUID", "what is signed", "deletions"],
)
def test_without_keys_too_it_must_be_about_its_broadcast_and_complete(
    alone: Path, change: Change, wrong: Wrong
) -> None:
    files = files_in(alone)
    change(files)
    tell(files)
    unsign(files)
    assert wrong in wrongs(verify_dossier(written(alone, files)))


def test_a_count_of_entries_that_differs_is_found(alone: Path) -> None:
    files = files_in(alone)
    drop_an_entry(files)
    tell(files)
    unsign(files)
    told = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps({**told, "entries": told["entries"] + 1}).encode()
    assert wrongs(verify_dossier(written(alone, files))) == {Wrong.ENTRIES_DIFFER}


def test_the_same_file_twice_is_found(alone: Path) -> None:
    for name in ("manifest.json", "broadcast.json"):
        files = files_in(alone)
        out = written(alone, files)
        with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(name, files[name])
        assert wrongs(verified(out)) == {Wrong.FILE_ADDED}
        assert by_the_script(out).stderr == f"NOT PROVED: removed or added: {name}\n"


def test_without_keys_it_says_that_nothing_is_proved(alone: Path, command: Command) -> None:
    code, out, _ = command("verify", alone)
    assert code == 0
    assert "Compare this fingerprint" in out
    assert "nothing is proved" in out
    assert json.loads(command("verify", alone, "--json")[1])["proved"] == "nothing"


def test_a_head_kept_elsewhere_proves_the_entries_and_no_more(alone: Path, command: Command) -> None:
    anchor = json.loads(files_in(alone)["manifest.json"])["head"]
    code, out, _ = command("audit", "verify", "--dossier", alone, "--anchor", anchor)
    assert code == 0
    assert "only these entries are proved" in out


def as_before(files: Files) -> None:
    """Make it as it was made when manifests were not signed."""
    told = json.loads(files["manifest.json"])
    del told["broadcast_id"], told["entries"], files["manifest.jws"]
    files["manifest.json"] = json.dumps({**told, "format": "eboxcast.dossier/1"}).encode()


def test_one_made_before_is_read_and_proved_in_part_only(alone: Path, command: Command) -> None:
    files = files_in(alone)
    as_before(files)
    old = written(alone, files)
    found = verify_dossier(old)
    assert (wrongs(found), found.included, found.proved) == (set(), found.entries, Proved.NOTHING)
    code, out, _ = command("audit", "verify", "--dossier", old, "--anchor", json.loads(files["manifest.json"])["head"])
    assert code == 0
    assert "its files is not signed" in out
    assert "only these entries are proved" in out


def test_with_keys_one_made_before_is_a_fault_that_says_how_to_get_another(alone: Path, command: Command) -> None:
    files = files_in(alone)
    as_before(files)
    old = written(alone, files)
    assert wrongs(verified(old)) == {Wrong.UNSIGNED}
    code, out, _ = command("verify", old, "--keys", keys_beside(old))
    assert code == 1
    assert AGAIN in out
    assert "ask for a new one" in by_the_script(old).stderr


def test_authorities_alone_do_as_keys_do(file: Path, command: Command) -> None:
    trusted, later, unsigned = (file.with_name(name) for name in ("ca.pem", "later.zip", "unsigned.zip"))
    with issuing(clock.now().replace(microsecond=0)) as issuer:
        trusted.write_bytes(issuer.certificate)
        assert command("verify", file, "--authorities", trusted)[0] == 1
        number, issued = SigningKey.objects.get().number, file.with_name("issued.pem")
        issued.write_bytes(issuer.issue(command("--as", "lou", "keys", "request", number)[1]))
        assert command("--as", "lou", "keys", "import", number, issued)[0] == 0
        assert command("--as", "ada", "audit", "dossier", "2027-0001", "--out", later)[0] == 0
    code, out, _ = command("verify", later, "--authorities", trusted)
    assert code == 0
    assert "Proved as a whole" in out
    assert "issued the certificate of this key to FPS Example" in out
    files = files_in(later)
    unsign(files)
    written(later, files).rename(unsigned)
    assert command("verify", unsigned, "--authorities", trusted)[0] == 1


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def nested(files: Files) -> None:
    files["manifest.json"] = b"[" * 100_000


def no_list(files: Files) -> None:
    files["manifest.json"] = b'{"format": "eboxcast.dossier/2", "broadcast": "2027-0001", "files": 3}'


@pytest.mark.parametrize(
    "change",
    [
        nested,
        no_list,
        lambda files: files.pop("manifest.json"),
        replaced("manifest.jws", b".", b"."),
        lambda files: files.update({"manifest.jws": b"a.b.c"}),
        lambda files: files.update({"manifest.jws": b"{}"}),
        lambda files: files.update({"manifest.jws": b"\xff"}),
        lambda files: files.update({"audit/seals.jsonl": b""}),
        lambda files: files.update({"audit/entries.jsonl": b"[]\n"}),
    ],
    ids=["deep", "no files", "no manifest", "whole", "no JWS", "empty JWS", "no text", "no seals", "no entry"],
)
def test_what_is_damaged_is_said_and_crashes_nothing(alone: Path, change: Callable[[Files], object]) -> None:
    files = files_in(alone)
    change(files)
    done = by_the_script(written(alone, files))
    assert (done.returncode, "Traceback" in done.stderr) == ((1, False) if files != files_in(alone) else (0, False))
    assert verified(written(alone, files)).good is (files == files_in(alone))


def test_an_archive_that_is_cut_is_said_by_the_script(alone: Path) -> None:
    alone.write_bytes(cut(alone.read_bytes()))
    done = by_the_script(alone)
    assert (done.returncode, done.stderr[:12]) == (1, "NOT PROVED: ")
