"""`eboxcast witness` and `audit verify --witness`: what another institution saw of the audit, nobody can undo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.test import override_settings
from tests.authorities import stamping
from tests.cli.conftest import Command

from eboxcast.audit import tree
from eboxcast.audit.actions import record
from eboxcast.audit.canonical import moment_text
from eboxcast.audit.heads import as_file, following
from eboxcast.audit.models import SigningKey, TreeHead
from eboxcast.audit.sealing import seal_pending

COMMAND = Path(sys.executable).with_name("eboxcast")
PHRASE = "a passphrase of the tests"
Answer = dict[str, object]


@pytest.fixture(autouse=True)
def _passphrase() -> Iterator[None]:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=PHRASE):
        yield


class Both:
    """An institution whose audit is watched over, and the witness that does so, each with its own files."""

    def __init__(self, command: Command, folder: Path) -> None:
        self.command, self.folder, self.witness = command, folder, folder / "witness"
        self.record, self.last = self.witness / "record.jsonl", self.witness / "last-head.jws"

    def head(self, *words: object, entries: int = 3, name: str = "head.json") -> Path:
        """Have something recorded, and return the head that the institution gives then."""
        for number in range(entries):
            record(f"a.number_{number}", by="ines")
        path = self.folder / name
        code, out, err = self.command("audit", "head", *words)
        assert (code, err) == (0, "")
        path.write_text(out)
        return path

    def next_head(self) -> Path:
        return self.head("--since", self.last)

    def see(self, head: object, *words: object, given: str = "") -> Answer:
        code, out, err = self.command("witness", "see", self.witness, head, *words, "--json", given=given)
        assert (code, err) == (0, "")
        return json.loads(out)  # type: ignore[no-any-return]

    def refused(self, head: object, *words: object) -> tuple[str, str]:
        """Return the code and the text of a refusal; nothing was countersigned."""
        before = self.record.read_bytes() if self.record.exists() else b""
        code, out, err = self.command("witness", "see", self.witness, head, *words, "--json")
        assert code != 0
        assert before == (self.record.read_bytes() if self.record.exists() else b"")
        return json.loads(out)["code"], err

    def verify(self, *words: object) -> tuple[int, Answer]:
        code, out, _ = self.command("audit", "verify", *words, "--json")
        return code, json.loads(out)


@pytest.fixture
def both(installation: None, command: Command, tmp_path: Path) -> Both:
    both = Both(command, tmp_path)
    assert command("keys", "create", "--name", "FPS Example")[0] == 0
    code, out, err = command("witness", "create", both.witness, "--name", "Court of Audit", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["heads"] == 0
    return both


def test_what_goes_on_is_countersigned_and_proves_the_audit(both: Both) -> None:
    first = both.see(both.head())
    second = both.see(both.next_head(), "--out", both.folder / "seen.json")
    assert second["since"] == first["size"]
    assert int(str(second["size"])) > int(str(first["size"]))
    shown = json.loads(both.command("witness", "show", both.witness, "--json")[1])
    assert (shown["heads"], shown["last_size"]) == (2, second["size"])
    for file in (both.record, both.folder / "seen.json"):
        code, found = both.verify("--witness", file)
        assert code == 0
        assert (found["witnessed_to"], found["witnesses"]) == (second["size"], [shown["fingerprint"]])
    said = both.command("audit", "verify", "--witness", both.record)[1]
    assert f"Proved up to seal {second['size']} by what a witness countersigned." in said
    assert str(shown["fingerprint"]) in said


def test_the_same_head_again_changes_nothing(both: Both) -> None:
    head = both.head()
    first = both.see(head)
    again = both.see(head)
    assert not again["new"]
    assert again["countersigned"] == first["countersigned"]
    assert both.record.read_bytes().count(b"\n") == 1


def forge(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> None:
    """Change what was recorded, and make the chain and the tree anew, as whoever owns the database can."""
    for statement in (
        b"update audit_entry set by = 'olga' where action = 'a.number_1'",
        b"delete from audit_seal",
        b"delete from audit_tree_head",
    ):
        assert sweepers[0].execute(statement).rowcount
    seal_pending(everything=True)


def test_a_changed_audit_is_refused_loudly_and_both_heads_are_kept(
    both: Both, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    first = both.head()
    size = int(str(both.see(first)["size"]))
    forge(sweepers)
    same = both.head(entries=0, name="same.json")
    code, said = both.refused(same)
    assert code == "witness.audit-forked"
    assert "What was recorded up to there was changed" in said
    (kept,) = (both.witness / "forks").iterdir()
    told = json.loads(kept.read_text())
    assert [told["seen"], told["given"]] == [json.loads(path.read_text())["signed"] for path in (first, same)]
    assert both.command("audit", "head", "--since", both.last)[0] == 1
    later = json.loads(both.head(name="later.json").read_text())
    path = [one.hex() for one in tree.prove_growth(size, later["size"])]
    forged = both.folder / "forged.json"
    forged.write_text(json.dumps({**later, "since": size, "consistency": path}))
    assert both.refused(forged)[0] == "witness.audit-forked"
    assert len(list((both.witness / "forks").iterdir())) == 2
    code_of_verifying, found = both.verify("--witness", both.record)
    assert code_of_verifying == 1
    assert found["witnessed_to"] == 0


def test_a_head_without_the_proof_that_it_goes_on_is_refused(both: Both) -> None:
    both.see(both.head())
    assert both.refused(both.head())[0] == "witness.growth-not-shown"
    head = both.next_head()
    told = json.loads(head.read_text())
    head.write_text(json.dumps({**told, "consistency": told["consistency"][1:]}))
    assert both.refused(head)[0] == "witness.audit-forked"


def test_an_older_head_that_was_not_seen_is_refused(both: Both) -> None:
    older = both.head()
    both.see(both.head(name="newer.json"))
    assert both.refused(older)[0] == "witness.head-older"


def test_a_new_key_counts_only_by_the_list_of_keys(both: Both) -> None:
    both.see(both.head())
    assert both.command("keys", "create", "--name", "FPS Example")[0] == 0
    head, keys = both.next_head(), both.folder / "keys.json"
    assert both.refused(head)[0] == "witness.key-unknown"
    keys.write_text(both.command("keys", "list", "--json")[1])
    assert both.see(head, "--keys", keys)["key_known"]
    assert both.command("keys", "revoke", SigningKey.objects.latest("number").number, "--reason", "stolen")[0] == 0
    keys.write_text(both.command("keys", "list", "--json")[1])
    assert both.refused(both.folder / "head.json", "--keys", keys)[0] == "witness.key-unknown"


@pytest.mark.parametrize("change", ["at", "head", "order", "half"])
def test_a_record_that_was_altered_is_refused(both: Both, change: str) -> None:
    both.see(both.head())
    both.see(both.next_head())
    one, two = both.record.read_bytes().splitlines(keepends=True)
    first = json.loads(one)
    altered = {
        "at": json.dumps({**first, "countersigned": json.loads(two)["countersigned"]}).encode() + b"\n" + two,
        "head": json.dumps({**first, "head": json.loads(two)["head"]}).encode() + b"\n" + two,
        "order": two + one,
        "half": one + two[:200],
    }
    both.record.write_bytes(altered[change])
    assert both.refused(both.folder / "head.json")[0] == "witness.record-wrong"
    assert both.command("audit", "verify", "--witness", both.record)[0] == 3


@pytest.mark.parametrize("before", [0, 1])
def test_a_line_that_was_cut_short_is_written_anew(both: Both, before: int) -> None:
    """By a disk that was full, or an end in the middle: nobody was told that its head was countersigned."""
    head = both.head()
    if before:
        both.see(head)
        head = both.next_head()
    with both.record.open("ab") as record:
        record.write(b'{"consistency":["00')
    assert both.see(head)["new"]
    assert both.record.read_bytes().count(b"\n") == before + 1
    assert both.verify("--witness", both.record)[0] == 0


def test_ended_before_the_last_head_was_told_the_next_one_tells_it(both: Both) -> None:
    both.see(both.head())
    older = both.last.read_bytes()
    head = both.next_head()
    both.see(head)
    newest = both.last.read_bytes()
    both.last.write_bytes(older)
    assert not both.see(head)["new"]
    assert both.last.read_bytes() == newest


def test_a_head_comes_on_standard_input(both: Both) -> None:
    assert both.see("-", given=both.head().read_text())["new"]


@pytest.fixture
def address(both: Both) -> Iterator[str]:
    """A server of the institution that gives the head that goes on from the one that is named."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(both.folder.joinpath("head.json").read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/head"
    server.shutdown()
    server.server_close()
    assert [parse_qs(urlsplit(one).query) for one in asked[-1:]] == [{"since": ["4"]}]


def test_a_head_comes_from_an_address_that_is_told_the_last_one(both: Both, address: str) -> None:
    both.head()
    assert both.see(address)["size"] == 4
    both.next_head()
    assert both.see(address)["since"] == 4


def test_a_head_has_its_timestamp_and_a_changed_one_is_refused(both: Both) -> None:
    (both.folder / "authority").mkdir()
    with stamping(both.folder / "authority") as authority, override_settings(EBOXCAST_TSA_URL=authority.address):
        head = both.head()
    seen = both.see(head)
    assert seen["stamped_at"]
    told = json.loads(head.read_text())
    signed = json.loads(told["signed"])
    stamp = signed["header"]["etsiU"][0]["sigTst"]["tstTokens"][0]
    stamp["val"] = stamp["val"][:-8] + "AAAAAAA="
    head.write_text(json.dumps({**told, "signed": json.dumps(signed)}))
    assert both.refused(head)[0] == "audit.head-unclear"
    code, found = both.verify("--witness", both.record)
    assert code == 0
    assert found["witnessed_to"] == seen["size"]


def test_what_is_mailed_to_a_witness_is_what_the_command_gives(both: Both) -> None:
    told = json.loads(both.head().read_text())
    made = TreeHead.objects.get(size=told["size"])
    assert json.loads(as_file(following(made, None))) == {**told, "at": moment_text(made.made_at)}


def test_what_is_no_text_on_standard_input_is_refused(both: Both) -> None:
    words = [COMMAND, "witness", "see", both.witness, "-"]
    variables = {**os.environ, "EBOXCAST_SIGNING_PASSPHRASE": PHRASE, "EBOXCAST_LANGUAGE": "en", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(words, env=variables, input=b"\xff\xfe{", capture_output=True)
    assert done.returncode == 3
    assert b"is not a signed head of the audit." in done.stderr


def test_it_needs_no_database(both: Both, tmp_path: Path) -> None:
    elsewhere = {
        "PATH": os.environ["PATH"],
        "EBOXCAST_STATE_DIR": str(tmp_path / "none"),
        "EBOXCAST_CONTROL_URL": "postgresql://nobody@127.0.0.1:1/none",
        "EBOXCAST_LANGUAGE": "en",
        "EBOXCAST_SIGNING_PASSPHRASE": PHRASE,
    }
    words = [COMMAND, "witness", "see", both.witness, both.head()]
    done = subprocess.run(words, env=elsewhere, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Countersigned: 4 entries." in done.stdout
    other = subprocess.run(words, env={**elsewhere, "EBOXCAST_SIGNING_PASSPHRASE": "x" * 20}, capture_output=True)
    assert other.returncode == 4


def refuse_to_create(both: Both, folder: Callable[[], Path]) -> str:
    return str(json.loads(both.command("witness", "create", folder(), "--name", "N", "--json")[1])["code"])


def test_a_folder_has_one_witness_and_its_key_is_encrypted(both: Both) -> None:
    assert refuse_to_create(both, lambda: both.witness) == "witness.exists"
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        assert refuse_to_create(both, lambda: both.folder / "other") == "witness.closed"
    assert both.command("witness", "show", both.folder / "other")[0] == 2
    assert (both.witness / "key.json").stat().st_mode & 0o077 == 0
