"""A witness: another institution, which keeps each head of an audit that it saw, and countersigns what goes on from it.

All is in one folder, without a database: ``key.json``, the record, the last head, and what shows that an audit was
changed. The record is only ever added to.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from eboxcast.audit.given_heads import GivenHead
from eboxcast.audit.witnessed import RecordWrong, Witnessed, countersign, goes_on, read_record
from eboxcast.lib.errors import NotAllowedNow, Trouble, WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import
    from eboxcast.lib.signatures import Signed, Signer

KEY, RECORD, LAST, FORKS = "key.json", "record.jsonl", "last-head.jws", "forks"
_FORMAT = "eboxcast.witness-key/1"
_FORK_FORMAT = "eboxcast.audit-fork/1"
_PRIVATE = 0o600


class WitnessExists(WrongUse):
    """A folder has a key already, with which its record is signed."""

    code = "witness.exists"
    sentence = N_("{folder} already has a witness. It was left as it is.")
    remedy = N_("Choose another folder.")


class WitnessMissing(WrongUse):
    """A folder has no key."""

    code = "witness.missing"
    sentence = N_("{folder} is not the folder of a witness.")
    remedy = N_("Create the witness first.")


class WitnessClosed(NotAllowedNow):
    """The key of a witness is kept encrypted."""

    code = "witness.closed"
    sentence = N_("The key of the witness cannot be opened with the passphrase that is set.")
    remedy = N_("Set EBOXCAST_SIGNING_PASSPHRASE_FILE to a file with its passphrase, of at least 20 characters.")


class FolderNotWritten(Trouble):
    """What a witness saw must be kept, or it is not countersigned."""

    code = "witness.not-written"
    sentence = N_("{folder} could not be written: {reason}. Nothing was countersigned.")


class HeadKeyUnknown(Trouble):
    """Whoever has another key could show any head."""

    code = "witness.key-unknown"
    sentence = N_("The head was signed by the key {fingerprint}, which is not known. It was not countersigned.")
    remedy = N_("If the institution has a new key, ask for its list of keys and give that too.")


class HeadOlder(NotAllowedNow):
    """Of what is older than the last head, only heads that were seen then can be told apart."""

    code = "witness.head-older"
    sentence = N_("The head with {size} entries is older than the last one that was seen, with {last} entries.")


class GrowthNotShown(WrongUse):
    """A head comes without the path from the last one that was seen."""

    code = "witness.growth-not-shown"
    sentence = N_("The head does not come with the proof that it goes on from the one with {last} entries.")
    remedy = N_("Send {file} to the institution: it can give a head with the proof from that one.")


class AuditForked(Trouble):
    """Two heads with good signatures do not go together: what was recorded is no longer what it was."""

    code = "witness.audit-forked"
    sentence = N_(
        "This head does not go on from the one with {last} entries that was seen before. It was not countersigned."
    )
    remedy = N_(
        "What was recorded up to there was changed, unless the proof was damaged on its way: ask for it once more. "
        "Both signed heads are kept in {file}. Tell the auditors, and do not delete anything."
    )


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Who witnesses, and where."""

    folder: Path
    name: str
    fingerprint: str
    certificate: bytes
    private_key: bytes
    """Encrypted."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A head that was countersigned."""

    witnessed: Witnessed
    is_new: bool
    """False where the same head was seen before: what was signed then counts."""


def create_witness(folder: Path, name: str, *, since: datetime, until: datetime, passphrase: str) -> Witness:
    """Make the key of a witness in a folder. Raises WitnessExists, WitnessClosed, FolderNotWritten."""
    from eboxcast.lib.signatures import fingerprint_of, new_pair, own_certificate  # as above

    if (folder / KEY).exists():
        raise WitnessExists(folder=mask_and_strip(str(folder)))
    if not passphrase:
        raise WitnessClosed
    pair, private_key = new_pair(passphrase)
    certificate = own_certificate(pair, name, since=since, until=until)
    told = {
        "format": _FORMAT,
        "name": name,
        "fingerprint": fingerprint_of(certificate),
        "certificate": base64.b64encode(certificate).decode(),
        "private_key": base64.b64encode(private_key).decode(),
    }
    with _written(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / KEY, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return find_witness(folder)


def find_witness(folder: Path) -> Witness:
    """Return the witness of a folder. Raises WitnessMissing."""
    try:
        told = json.loads((folder / KEY).read_bytes())
        return Witness(
            folder=folder,
            name=str(told["name"]),
            fingerprint=str(told["fingerprint"]),
            certificate=base64.b64decode(told["certificate"]),
            private_key=base64.b64decode(told["private_key"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise WitnessMissing(folder=mask_and_strip(str(folder))) from None


def seen_by(witness: Witness) -> list[Witnessed]:
    """Return all that a witness countersigned, the oldest first. Raises RecordWrong.

    A line that was cut short, by a full disk say, is left out: nobody was told of its head, and the last one of which
    somebody was told is before it.
    """
    content, file = _recorded(witness), mask_and_strip(str(witness.folder / RECORD))
    whole = content[: content.rfind(b"\n") + 1]
    seen = read_record(whole, file=file)
    if whole != content and _told(witness) not in {"", *(one.head.text for one in seen)}:
        raise RecordWrong(file=file, line=len(seen) + 1)
    return seen


def _recorded(witness: Witness) -> bytes:
    path = witness.folder / RECORD
    return path.read_bytes() if path.exists() else b""


def _told(witness: Witness) -> str:
    path = witness.folder / LAST
    return path.read_text("utf-8").removesuffix("\n") if path.exists() else ""


def witness_head(
    witness: Witness, head: GivenHead, *, counts: Callable[[Signed], bool] | None, passphrase: str, at: datetime
) -> Sight:
    """Countersign a head that goes on from the last one, and keep it. The same head again changes nothing.

    ``counts`` says whether the key of a signature is one of the institution; without it, it is the key of the heads
    before. Raises RecordWrong, HeadKeyUnknown, HeadOlder, GrowthNotShown, AuditForked, WitnessClosed, FolderNotWritten.
    """
    signer = _opened(witness, passphrase)
    with _record(witness.folder) as record:
        seen = seen_by(witness)
        last = seen[-1] if seen else None
        if last and _told(witness) != last.head.text:  # ended before it could be told
            _write(witness.folder / LAST, last.head.text + "\n")
        _refuse_unknown(head, last, counts)
        for one in seen:
            if (one.head.root.size, one.head.root.root) == (head.root.size, head.root.root):
                return Sight(witnessed=one, is_new=False)
        _refuse_other(witness, head, seen)
        head = head if last else replace(head, since=None, path=())
        made = countersign(head, after=last, signer=signer, at=at)
        record.truncate(_recorded(witness).rfind(b"\n") + 1)
        record.write(made.line())
        record.flush()
        os.fsync(record.fileno())
        _write(witness.folder / LAST, head.text + "\n")
    return Sight(witnessed=made, is_new=True)


def _opened(witness: Witness, passphrase: str) -> Signer:
    from eboxcast.lib.signatures import PassphraseWrong, Signer, open_pair  # as above

    try:
        return Signer(open_pair(witness.private_key, passphrase), (witness.certificate,))
    except PassphraseWrong:
        raise WitnessClosed from None


def _refuse_unknown(head: GivenHead, last: Witnessed | None, counts: Callable[[Signed], bool] | None) -> None:
    known = counts(head.signed) if counts else last is None or head.signed.fingerprint == last.head.signed.fingerprint
    if not known:
        raise HeadKeyUnknown(fingerprint=head.signed.fingerprint)


def _refuse_other(witness: Witness, head: GivenHead, seen: Sequence[Witnessed]) -> None:
    """Refuse a head that is not proved to go on from what was seen."""
    if not seen:
        return
    last = seen[-1].head.root
    same = [one for one in seen if one.head.root.size == head.root.size]
    if not same and head.root.size < last.size:
        raise HeadOlder(size=head.root.size, last=last.size)
    if not same and head.since != last.size:
        raise GrowthNotShown(last=last.size, file=mask_and_strip(str(witness.folder / LAST)))
    if same or not goes_on(head, last):
        before = (same or seen)[-1]
        raise AuditForked(last=before.head.root.size, file=mask_and_strip(str(_kept_fork(witness, head, before))))


def _kept_fork(witness: Witness, head: GivenHead, before: Witnessed) -> Path:
    """Keep the two heads that do not go together, each with the signature of the institution."""
    told = {
        "format": _FORK_FORMAT,
        "seen": before.head.text,
        "given": head.text,
        "since": head.since,
        "consistency": [one.hex() for one in head.path],
    }
    folder = witness.folder / FORKS
    path = folder / f"{before.head.root.size}-{head.root.size}-{head.root.root.hex()[:16]}.json"
    with _written(witness.folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        _write(path, json.dumps(told, indent=1) + "\n")
    return path


@contextmanager
def _record(folder: Path) -> Iterator[IO[bytes]]:
    """Open the record to add to it, alone."""
    path = folder / RECORD
    with _written(folder):
        path.touch(mode=_PRIVATE)
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FolderNotWritten(folder=mask_and_strip(str(folder)), reason=reason) from error


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.touch(mode=_PRIVATE)
    part.write_text(text, encoding="utf-8")
    part.replace(path)
