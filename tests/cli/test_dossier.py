"""`eboxcast audit dossier`: all that is recorded about a broadcast in one file, verified without a database."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from tests.authorities import stamping
from tests.cli.conftest import Command
from tests.cli.procedure_people import record_people
from tests.cli.test_keys import alone as alone_script
from tests.delivery.conftest import story as story
from tests.delivery.procedure import EVERYBODY, Story
from tests.moments import pass_time

from eboxcast.audit.actions import record
from eboxcast.audit.canonical import HEAD_KIND, Root, text_of_root
from eboxcast.audit.dossier_verification import Wrong, verify_dossier
from eboxcast.audit.models import Entry, SigningKey
from eboxcast.audit.sealing import seal_pending
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.lib.identifiers import text_of_key
from eboxcast.lib.signatures import Signer, new_pair, own_certificate
from eboxcast.notices.making import make_notices
from eboxcast.package.lists import read_list
from eboxcast.package.model import EboxType, Limits

N = "2027-0001"
COMMAND = Path(sys.executable).with_name("eboxcast")
ANOTHER_TREE = b'{"size": 1, "edge": ["%s"]}' % (b"0" * 64)
Files = dict[str, bytes]
Change = Callable[[Files], None]


@pytest.fixture(autouse=True)
def _passphrase() -> Iterator[None]:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE="a passphrase of the tests"):
        yield


@pytest.fixture
def file(story: Story, command: Command, tmp_path: Path) -> Path:
    """The dossier of a broadcast that was published; others left their entries between its own."""
    record_people()
    assert command("--as", "lou", "keys", "create", "--name", "FPS Example")[0] == 0
    record("person.added", by="ines", data={"name": "somebody"})
    story.published()
    record("person.added", by="ines", data={"name": "somebody else"})
    seal_pending(everything=True)
    assert make_notices()
    path = tmp_path / "dossier.zip"
    code, _, err = command("--as", "ada", "audit", "dossier", N, "--out", path)
    assert (code, err) == (0, "")
    return path


_made: list[tuple[bytes, str, timedelta]] = []
"""The dossier, the list of keys and the clock, made by the first test of this process that needs it alone."""


@pytest.fixture
def alone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A dossier, without the broadcast it is about: far away, where one can only read it. The keys are beside it."""
    if not _made:
        file = request.getfixturevalue("file")
        keys = request.getfixturevalue("command")("--as", "ada", "keys", "list", "--json")[1]
        _made.append((file.read_bytes(), keys, clock.offset()))
    path = tmp_path / "alone.zip"
    path.write_bytes(_made[0][0])
    keys_beside(path).write_text(_made[0][1])
    clock.move(_made[0][2])
    yield path
    clock.move(timedelta())


def keys_beside(dossier: Path) -> Path:
    return dossier.with_name("keys.json")


def files_in(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(path: Path, change: Change, *, told: bool = False) -> Path:
    """Return the dossier with a change; ``told`` makes the manifest agree, as whoever forges it without a key would."""
    files = files_in(path)
    change(files)
    if told:
        tell(files)
        files.pop("manifest.jws", None)
    return written(path, files)


def tell(files: Files) -> None:
    """Let the manifest be one of these files."""
    manifest = json.loads(files["manifest.json"])
    manifest["entries"] = files["audit/entries.jsonl"].count(b"\n")
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()
        if not name.startswith("manifest.")
    }
    files["manifest.json"] = json.dumps(manifest).encode()


def written(path: Path, files: Files) -> Path:
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out


def wrongs(path: Path) -> set[Wrong]:
    return {fault.wrong for fault in verify_dossier(path).faults}


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def change(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def without_line(name: str, place: int) -> Change:
    def change(files: Files) -> None:
        lines = files[name].splitlines(keepends=True)
        del lines[place]
        files[name] = b"".join(lines)

    return change


def test_it_has_everything_and_verifies(file: Path, command: Command) -> None:
    files = files_in(file)
    runs = {f"{run.environment}-{run.short}" for run in Run.objects.all()}
    assert {name.split("/")[1] for name in files if name.startswith("runs/")} == runs
    assert json.loads(files["broadcast.json"])["history"]
    assert b"2027-0001" in files["README.txt"]
    for title in ("Dossier de la", "Dossier van", "Akte des", "Dossier of"):
        assert title in files["README.txt"].decode()
    mails = json.loads(files["mails/mails.json"])
    assert {mail["file"] for mail in mails} == {name for name in files if name.endswith(".eml")}
    first = message_from_bytes(files[mails[0]["file"]])
    assert first["To"] == mails[0]["address"]
    found = verify_dossier(file)
    assert found.good
    assert found.broadcast == N
    assert found.entries == files["audit/entries.jsonl"].count(b"\n")
    assert found.entries < found.seals
    assert found.included == found.entries
    assert found.signed
    assert found.signed.fingerprint == SigningKey.objects.get().fingerprint


def test_it_names_no_recipient(file: Path, story: Story) -> None:
    lists = sorted(story.folder.glob("**/recipients-*.csv"))
    keys = {key for path in lists for key in read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits()).keys.tolist()}
    assert len(keys) >= EVERYBODY
    text = b"\n".join(files_in(file).values()).decode("utf-8", "replace")
    assert [key for key in keys if text_of_key(key) in text] == []
    assert not re.search(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", text)


def test_the_audit_keeps_who_took_it_and_what_it_was(file: Path) -> None:
    entry = Entry.objects.get(action="broadcast.dossier_given")
    manifest = hashlib.sha256(files_in(file)["manifest.json"]).hexdigest()
    assert (entry.by, entry.data["manifest"]) == ("ada", manifest)


def test_it_accounts_for_what_was_deleted_and_verifies_after_it(file: Path, command: Command) -> None:
    """Recipients, results and the texts of mails are gone by their rules; everything is still proved."""
    assert deletions_in(file) == []
    pass_time(days=800)
    assert command("--as", "lou", "expire")[0] == 0
    later = file.with_name("later.zip")
    assert command("--as", "ada", "audit", "dossier", N, "--out", later)[0] == 0
    told = deletions_in(later)
    rules = {str(one["data"]["rule"]) for one in told}
    assert "{'audience': 'message-expired', 'outcomes': 'report-over'}" in rules
    assert "broadcast-ended" not in rules  # it was never closed, so its mails are kept
    assert {one["by"] for one in told} == {"lou"}
    found = verify_dossier(later)
    assert found.good
    assert (found.deletions, found.included) == (len(told), found.entries)
    for change in (
        replaced("deletions.json", b'"message-expired"', b'"run-discarded"'),
        lambda files: files.update({"deletions.json": without_deletions(files["deletions.json"])}),
    ):
        assert Wrong.DELETIONS_DIFFER in wrongs(changed(later, change, told=True))
    assert Wrong.FORGED in wrongs(changed(later, replaced("deletions.jws", b".", b".A"), told=True))


def deletions_in(path: Path) -> list[dict[str, Any]]:
    return json.loads(files_in(path)["deletions.json"])["deletions"]  # type: ignore[no-any-return]


def without_deletions(content: bytes) -> bytes:
    return json.dumps({**json.loads(content), "deletions": []}).encode()


def test_others_may_not_take_it(file: Path, command: Command) -> None:
    for who in ("anne", "ines", "lou", "vera"):
        code, _, err = command("--as", who, "audit", "dossier", N, "--out", file.with_name(f"{who}.zip"))
        assert code != 0
        assert "permission" in err
        assert not file.with_name(f"{who}.zip").exists()


def test_it_is_not_written_over_a_file(file: Path, command: Command) -> None:
    assert command("--as", "ada", "audit", "dossier", N, "--out", file)[0] != 0
    assert Entry.objects.filter(action="broadcast.dossier_given").count() == 1


def test_the_same_at_the_same_moment_is_the_same_but_for_its_own_entry(file: Path, command: Command) -> None:
    again = file.with_name("again.zip")
    assert command("--as", "ada", "audit", "dossier", N, "--out", again)[0] == 0
    one, other = files_in(file), files_in(again)
    differs = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert {name for name in differs if name.startswith("mails/")} == set()
    with zipfile.ZipFile(file) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_head_kept_elsewhere_proves_it(file: Path, command: Command) -> None:
    anchors = json.loads(files_in(file)["audit/anchors.json"])
    for anchor in (anchors["head"], anchors["anchors"][0]):
        code, out, _ = command("audit", "verify", "--dossier", file, "--anchor", anchor, "--json")
        answer = json.loads(out)
        assert code == 0
        assert answer["good"]
        assert answer["proved_to"] == int(anchor.split(":")[0])
    number, _, digest = anchors["head"].partition(":")
    code, out, _ = command("audit", "verify", "--dossier", file, "--anchor", f"{number}:{digest[::-1]}")
    assert code == 1
    assert "a different digest was issued" in out


def test_it_is_verified_where_there_is_no_database(alone: Path, tmp_path: Path) -> None:
    elsewhere = {
        "PATH": os.environ["PATH"],
        "EBOXCAST_STATE_DIR": str(tmp_path / "none"),
        "EBOXCAST_CONTROL_URL": "postgresql://nobody@127.0.0.1:1/none",
        "EBOXCAST_LANGUAGE": "en",
    }
    words = [COMMAND, "audit", "verify", "--dossier", alone]
    done = subprocess.run(words, env=elsewhere, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No faults found, but nothing is proved" in done.stdout


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (replaced("broadcast.json", b"anne", b"bram"), Wrong.FILE_ALTERED),
        (lambda files: files.pop("broadcast.json"), Wrong.FILE_MISSING),
        (lambda files: files.update({"more.txt": b"x"}), Wrong.FILE_ADDED),
        (lambda files: files.pop("audit/seals.jsonl"), Wrong.UNREADABLE),
        (replaced("manifest.json", b"eboxcast.dossier/2", b"eboxcast.dossier/3"), Wrong.UNREADABLE),
    ],
    ids=["altered", "missing", "added", "without seals", "another form"],
)
def test_a_change_of_a_file_is_found(alone: Path, change: Change, wrong: Wrong) -> None:
    assert wrong in wrongs(changed(alone, change))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (replaced("audit/proofs.jsonl", b'"path": ["', b'"path": ["00'), Wrong.UNPROVED),
        (without_line("audit/proofs.jsonl", 2), Wrong.UNPROVED),
        (replaced("audit/proofs.jsonl", b'"number": ', b'"number": 1'), Wrong.UNPROVED),
        (lambda files: files.pop("audit/proofs.jsonl"), Wrong.UNREADABLE),
        (replaced("audit/head.jws", b".", b".A"), Wrong.FORGED),
        (lambda files: files.update({"audit/head.jws": signed_by_another(1)}), Wrong.ROOT_DIFFERS),
        (
            lambda files: files.update({"audit/tree.json": b'{"size": 1, "edge": ["%s"]}' % (b"0" * 64)}),
            Wrong.ROOT_DIFFERS,
        ),
        (replaced("audit/tree.json", b'"size": ', b'"size": 1'), Wrong.UNREADABLE),
        (replaced("audit/entries.jsonl", b'"by":"anne"', b'"by":"bram"'), Wrong.ENTRY_ALTERED),
        (replaced("audit/seals.jsonl", b'"sealed_at":"2027-', b'"sealed_at":"2026-'), Wrong.LINK),
        (without_line("audit/seals.jsonl", 3), Wrong.LINK),
        (without_line("audit/seals.jsonl", -1), Wrong.HEAD_DIFFERS),
        (replaced("audit/anchors.json", b":", b":  "), None),
    ],
    ids=[
        "path",
        "no path",
        "path of another",
        "no paths",
        "head",
        "head of another",
        "tree",
        "size of the tree",
        "entry",
        "seal",
        "seal gone",
        "end cut off",
        "the same in other words",
    ],
)
def test_a_forged_manifest_does_not_help(alone: Path, change: Change, wrong: Wrong | None) -> None:
    found = wrongs(changed(alone, change, told=True))
    assert found == set() if wrong is None else wrong in found


def test_a_path_proves_an_entry_by_the_signed_head_alone(alone: Path) -> None:
    """As somebody does who has RFC 9162 and nothing of ours."""
    files = files_in(alone)
    seals = {json.loads(line)["number"]: line for line in files["audit/seals.jsonl"].splitlines()}
    head = json.loads(base64.urlsafe_b64decode(files["audit/head.jws"].split(b".")[1] + b"=="))
    proofs = [json.loads(line) for line in files["audit/proofs.jsonl"].splitlines()]
    contents = {hashlib.sha256(line).hexdigest() for line in files["audit/entries.jsonl"].splitlines()}
    for proof in proofs:
        seal = seals[proof["number"]]
        assert json.loads(seal)["content"] in contents
        node = hashlib.sha256(b"\0" + hashlib.sha256(seal).digest()).digest()
        place, last = proof["number"] - 1, head["size"] - 1
        for beside in map(bytes.fromhex, proof["path"]):
            if place % 2 or place == last:
                node = hashlib.sha256(b"\1" + beside + node).digest()
                while not place % 2:
                    place, last = place // 2, last // 2
            else:
                node = hashlib.sha256(b"\1" + node + beside).digest()
            place, last = place // 2, last // 2
        assert node.hex() == head["root"]
    assert len(proofs) == len(contents)


def test_the_script_of_the_docs_verifies_it(file: Path, command: Command, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(command("--as", "ada", "keys", "list", "--json")[1])
    assert alone_script(keys, file).stdout.startswith("PROVED: ")
    forged = changed(file, replaced("audit/entries.jsonl", b'"by":"anne"', b'"by":"bram"'), told=True)
    done = alone_script(keys, forged)
    assert (done.returncode, done.stderr) == (
        1,
        "NOT PROVED: manifest.jws is missing: the dossier is not signed as a whole; ask for a new one\n",
    )


def test_its_head_may_have_a_timestamp(file: Path, command: Command, tmp_path: Path) -> None:
    keys, later = tmp_path / "keys.json", tmp_path / "later.zip"
    keys.write_text(command("--as", "ada", "keys", "list", "--json")[1])
    (tmp_path / "authority").mkdir()
    with stamping(tmp_path / "authority") as authority, override_settings(EBOXCAST_TSA_URL=authority.address):
        assert command("--as", "ada", "audit", "dossier", N, "--out", later)[0] == 0
    found = verify_dossier(later)
    assert found.good
    assert found.included == found.entries
    assert alone_script(keys, later).stdout.startswith("PROVED: ")


def test_what_was_deleted_is_proved_by_its_own_file(file: Path, command: Command, tmp_path: Path) -> None:
    """Without the dossier: for people who may not see the rest."""
    pass_time(days=800)
    later, signed, keys = tmp_path / "later.zip", tmp_path / "deletions.jws", tmp_path / "keys.json"
    assert command("--as", "lou", "expire")[0] == 0
    assert command("--as", "ada", "audit", "dossier", N, "--out", later)[0] == 0
    signed.write_bytes(files_in(later)["deletions.jws"])
    keys.write_text(command("--as", "ada", "keys", "list", "--json")[1])
    code, answer = verified(command, signed, "--keys", keys)
    assert code == 0
    assert answer["deletions"] == deletions_in(later)
    assert json.loads(alone_script(keys, signed).stdout)["deletions"] == deletions_in(later)
    assert "message-expired" in command("verify", signed)[1]
    keys.write_text(keys.read_text().replace(SigningKey.objects.get().fingerprint, "0" * 64))
    code, answer = verified(command, signed, "--keys", keys)
    assert code == 1
    assert not answer["good"]
    signed.write_bytes(signed.read_bytes()[:-9])
    assert command("verify", signed)[0] == 3


def verified(command: Command, *words: object) -> tuple[int, dict[str, object]]:
    code, out, _ = command("verify", *words, "--json")
    return code, json.loads(out)


def test_it_is_verified_with_the_list_of_keys_and_with_signed_heads(
    file: Path, command: Command, tmp_path: Path
) -> None:
    keys, kept, other = tmp_path / "keys.json", tmp_path / "head.json", tmp_path / "other.jws"
    keys.write_text(command("--as", "ines", "keys", "list", "--json")[1])
    kept.write_bytes(files_in(file)["audit/head.jws"])
    other.write_bytes(signed_by_another(json.loads(command("--as", "ada", "audit", "head")[1])["size"] - 1))
    code, answer = verified(command, file, "--keys", keys, "--head", kept)
    assert code == 0
    assert answer["key_known"]
    assert answer["signed_to"] == int(str(answer["head"]).partition(":")[0])
    code, answer = verified(command, file, "--head", other)
    assert code == 1
    assert [fault["wrong"] for fault in answer["faults"]] == ["root-differs"]  # type: ignore[attr-defined]
    keys.write_text(keys.read_text().replace(SigningKey.objects.get().fingerprint, "0" * 64))
    code, answer = verified(command, file, "--keys", keys)
    assert code == 1
    assert not answer["key_known"]


def test_it_is_given_also_where_nothing_signs(file: Path, command: Command) -> None:
    path = file.with_name("unsigned.zip")
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        assert command("--as", "ada", "audit", "dossier", N, "--out", path)[0] == 0
    found = verify_dossier(path)
    assert found.good
    assert (found.included, found.signed) == (0, None)
    code, out, _ = command("verify", path)
    assert code == 0
    assert "its files is not signed" in out
    assert "nothing is proved" in out


def signed_by_another(size: int) -> bytes:
    """Return a head with a root of nothing, signed by a key that nobody knows."""
    now = clock.now()
    pair, _ = new_pair("x" * 20)
    signer = Signer(pair, (own_certificate(pair, "Somebody else", since=now, until=now + timedelta(days=1)),))
    text = text_of_root(Root(size=size, root=bytes(32), at=now))
    return signer.sign(text.encode(), kind=HEAD_KIND, at=now).encode()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_dossier_says_so(tmp_path: Path, command: Command, content: bytes) -> None:
    path = tmp_path / "dossier.zip"
    path.write_bytes(content)
    code, out, _ = command("audit", "verify", "--dossier", path)
    assert code == 1
    assert "this is not a dossier" in out
