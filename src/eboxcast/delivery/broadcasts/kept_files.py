"""The files that were handed in on a page, in a folder only we can read: kept until their answer has been dealt with.

One of them may be wrong: the others need not be sent again. A recipient list goes as soon as it is prepared, with those
that came before it for the same environment, and at the latest when a list may no longer be kept
(``EBOXCAST_LIST_DAYS``). Each delivery has a folder of its own, named by the
form that it came with: the same form sent twice is one delivery.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.digests import digest_of_values
from eboxcast.lib.errors import InputRefused, NotFound, Trouble
from eboxcast.lib.formatting import iso
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.package.checked_json import checked_as_json, checked_from_json, policies_as_json, policies_from_json
from eboxcast.package.checking import DEFAULT_POLICIES
from eboxcast.package.model import Checked, Policies
from eboxcast.package.reading import reason_of

DELETED = "broadcast.files_deleted"
_HANDLE = re.compile(r"[0-9a-f]{32}")
_MOST_KEPT = 5
"""Deliveries of one broadcast that are kept: somebody may have more than one window open."""
_FILES, _ORDER, _ANSWER = "files", "order.json", "answer.json"
_LONGEST_CHECK = timedelta(days=1)
"""A delivery without an answer was interrupted once it is older."""
_HIDDEN = (".", "~$")
_LONGEST_NAME = 255
_CUT = "."
"""How the names begin of what was still arriving when its process ended."""


class Kind(StrEnum):
    """Which of the three kinds a file was handed in as."""

    DOCUMENT = "document"
    METADATA = "metadata"
    RECIPIENTS = "recipients"


class Outcome(StrEnum):
    """What came of a delivery."""

    ACCEPTED = "accepted"
    AGAIN = "again"
    """They are the files that were delivered before."""
    TO_CONFIRM = "to-confirm"
    """They can be used, but first somebody has to look at what is read of a spreadsheet."""
    FAULTY = "faulty"
    REFUSED = "refused"
    """As a whole, by the procedure."""
    DELIVERED = "delivered"
    """As was noted, and no more is known: their answer could not be kept."""
    LOST = "lost"
    """They have faults, as was noted, and no more is known: the answer could not be kept."""
    INCOMPLETE = "incomplete"
    """Nothing was delivered: a file was missing or too large, or somebody was quicker. What had arrived is kept."""


class FileNameUnfit(InputRefused):
    """A file cannot be kept under its name."""

    code = "files.name-unfit"
    sentence = N_("The file name {name} cannot be used.")
    remedy = N_("Choose a shorter name that does not start with a dot.")


class SameNameTwice(InputRefused):
    """Two files have the same name."""

    code = "files.same-name"
    sentence = N_("Two files have the same name: {name}.")
    remedy = N_("If it is the same file, choose it once. Otherwise, rename one of them.")


class FilesNotKept(NotFound):
    """The files are no longer there, or never were."""

    code = "files.not-kept"
    sentence = N_("These files are no longer kept.")
    remedy = N_("Choose them again.")


class FilesNotStored(Trouble):
    """The folder of the files cannot be written."""

    code = "files.not-stored"
    sentence = N_("The files could not be stored: {reason}. Nothing was delivered.")
    remedy = N_("Try again later. If it happens again, tell the integration team.")


class AnswerNotStored(Trouble):
    """The files are delivered, but what came of it cannot be kept."""

    code = "files.answer-not-stored"
    sentence = N_("The files were delivered, but the answer could not be stored: {reason}.")
    remedy = N_("Look at the broadcast; do not send the files again. If this happens again, tell the integration team.")


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A file that has arrived, wherever it is now."""

    kind: Kind
    name: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody hands in."""

    handle: str
    """Of the form: sent twice, it is one delivery."""
    environment: str
    arrived: tuple[Arrived, ...] = ()
    kept: str = ""
    """The handle of a delivery: those of its files whose kind has not arrived now are delivered again."""
    policies: Policies = DEFAULT_POLICIES
    confirmed: bool = False
    """Whether somebody has looked at what is read of a spreadsheet."""
    split: bool = False
    """Whether lists with too many rows are to be split."""
    seen: str = ""
    """How the broadcast stood when somebody looked (``mark_of``); empty where nobody did."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a delivery, as it is kept."""

    outcome: Outcome
    checked: Checked | None = None
    run: UUID | None = None
    rows: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Some of the faulty rows as they were sent, by list and line, to be shown."""
    refusal: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Why the procedure refuses them, by language: sentences in their order."""


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """One delivery on a page."""

    handle: str
    environment: str
    by: str
    at: datetime
    policies: Policies
    files: tuple[Arrived, ...]
    """Those that are still kept."""
    is_whole: bool
    """Whether all of them are."""
    digests: frozenset[str]
    """SHA-256 of all of them, in hexadecimal: as the note of the delivery has them too."""
    folder: Path
    answer: Answer | None
    """None while it is being checked, or where that was interrupted."""

    @property
    def directory(self) -> Path:
        """Return where the files are."""
        return self.folder / _FILES

    @property
    def is_being_checked(self) -> bool:
        """Return whether its answer may still come."""
        return self.answer is None and clock.now() - self.at < _LONGEST_CHECK

    def of(self, kind: Kind) -> tuple[Arrived, ...]:
        """Return the files of a kind."""
        return tuple(one for one in self.files if one.kind == kind)

    def usable_for(self, environment: str) -> tuple[Arrived, ...]:
        """Return what may be delivered again for an environment: a short list for a test is no list for production."""
        return tuple(one for one in self.files if one.kind != Kind.RECIPIENTS or self.environment == environment)


def new_handle() -> str:
    """Return what a form is known by."""
    return secrets.token_hex(16)


def root() -> Path:
    """Return the folder of all that is handed in; it is made where it is missing."""
    folder: Path = settings.EBOXCAST_STATE_DIR / "uploads"
    with _stored():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def refuse_unfit_names(files: Sequence[Arrived]) -> None:
    """Raise FileNameUnfit, SameNameTwice."""
    names: set[str] = set()
    for one in files:
        if one.name.startswith(_HIDDEN) or len(one.name.encode()) > _LONGEST_NAME or "/" in one.name:
            raise FileNameUnfit(name=mask_and_strip(one.name))
        if one.name.casefold() in names:
            raise SameNameTwice(name=mask_and_strip(one.name))
        names.add(one.name.casefold())


def keep(broadcast: Broadcast, order: Order, files: Sequence[Arrived], *, by: str) -> tuple[str, bool]:
    """Keep files as one delivery; return its handle, and whether it is new: the same form again is not.

    A form that was changed after it was sent, and sent again, is another one. Raises FilesNotStored, FilesNotKept.
    """
    with _stored():
        named = [[str(one.kind), one.name, _digest(one.path)] for one in files]
        mark = _mark(order, named)
        while True:
            handle = order.handle
            found = _read_order(_folder(broadcast, handle))
            if found is None and _kept(
                _folder(broadcast, handle), order, files, note={"by": by, "files": named, "mark": mark}
            ):
                return handle, True
            if found is not None and found["mark"] == mark:
                return handle, False
            if found is not None:
                order = replace(order, handle=new_handle())


def _kept(target: Path, order: Order, files: Sequence[Arrived], *, note: Mapping[str, object]) -> bool:
    """Put files in their place, all at once; return whether it was free."""
    if target.exists():
        return False
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=_CUT) as made:
        staging = Path(made)
        (staging / _FILES).mkdir()
        for one in files:
            _link(one.path, staging / _FILES / one.name)
        values = {
            "environment": order.environment,
            "at": iso(clock.now()),
            "policies": policies_as_json(order.policies),
            **note,
        }
        _write(staging / _ORDER, values)
        try:
            staging.rename(target)
        except OSError:
            if not target.exists():
                raise
            return False
    return True


def _mark(order: Order, named: Sequence[Sequence[str]]) -> str:
    """Return by what an order is known again."""
    values = [order.environment, order.kept, order.confirmed, order.split, policies_as_json(order.policies)]
    return digest_of_values({"order": values, "files": named}).hex()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise FilesNotKept from None


def keep_answer(handed_in: HandedIn, answer: Answer) -> HandedIn:
    """Keep what came of a delivery. The lists of one that is prepared go, and those before it.

    Raises FilesNotStored where nothing was delivered, AnswerNotStored where it was.
    """
    values = {
        "outcome": str(answer.outcome),
        "checked": checked_as_json(answer.checked) if answer.checked else None,
        "run": str(answer.run) if answer.run else None,
        "rows": {file: dict(rows) for file, rows in answer.rows.items()},
        "refusal": dict(answer.refusal),
    }
    is_delivered = answer.outcome in (Outcome.ACCEPTED, Outcome.AGAIN)
    with _stored(AnswerNotStored if is_delivered else FilesNotStored):
        if is_delivered:  # first, as they go even where nothing can be written
            _remove_lists(handed_in)
        _write(handed_in.folder / _ANSWER, values)
    return replace(handed_in, answer=answer)


def _remove_lists(handed_in: HandedIn) -> None:
    """Remove the lists of a delivery and of those before it, but not of one that is being checked: that reads them."""
    before = [
        one
        for one in _kept_in(handed_in.folder.parent)
        if one.environment == handed_in.environment and one.at <= handed_in.at and not one.is_being_checked
    ]
    for delivery in (handed_in, *before):
        for one in delivery.of(Kind.RECIPIENTS):
            one.path.unlink(missing_ok=True)


def find_kept(broadcast: Broadcast, handle: str) -> HandedIn:
    """Return a delivery. Raises FilesNotKept."""
    if not _HANDLE.fullmatch(handle):
        raise FilesNotKept
    found = _read(_folder(broadcast, handle))
    if found is None:
        raise FilesNotKept
    return found


def kept_of(broadcast: Broadcast) -> list[HandedIn]:
    """Return the deliveries of a broadcast that are kept, newest first."""
    return _kept_in(root() / broadcast.number)


def _kept_in(folder: Path) -> list[HandedIn]:
    names = [entry.name for entry in os.scandir(folder)] if folder.is_dir() else []
    found = [one for name in names if _HANDLE.fullmatch(name) and (one := _read(folder / name))]
    return sorted(found, key=lambda one: one.at, reverse=True)


def remove_old(broadcast: Broadcast) -> None:
    """Remove the deliveries of a broadcast that nobody goes back to any more, and none that is being checked."""
    for one in kept_of(broadcast)[_MOST_KEPT:]:
        if not one.is_being_checked:
            shutil.rmtree(one.folder, ignore_errors=True)


def remove_expired(*, by: str) -> int:
    """Remove what may no longer be kept, of all broadcasts, and what was cut; return how many deliveries that were.

    Each is on record for its broadcast. What cannot be removed now stays for the next time. Raises FilesNotStored.
    """
    # The disk has the time of the machine.
    now = clock.now() - clock.offset()
    days = {True: 1, False: settings.EBOXCAST_LIST_DAYS}
    removed = 0
    for one in _all():
        is_cut = one.name.startswith(_CUT)
        with suppress(OSError):
            if datetime.fromtimestamp(one.stat().st_mtime, UTC) >= now - timedelta(days=days[is_cut]):
                continue
            if is_cut:
                _remove(one)
            else:
                _remove_recorded(one, by=by)
                removed += 1
    return removed


@sanitized_db_errors()
def _remove_recorded(delivery: Path, *, by: str) -> None:
    """Remove a delivery in the transaction that records it: without its entry it stays. Raises OSError."""
    with transaction.atomic():
        broadcast = Broadcast.objects.filter(number=delivery.parent.name).values_list("id", flat=True).first()
        data = {"deliveries": 1, "rule": "delivery-old", "days": settings.EBOXCAST_LIST_DAYS}
        record(DELETED, by=by, broadcast=broadcast, data=data)
        _remove(delivery)


def _all() -> list[Path]:
    """Return all deliveries, and what was cut while it arrived."""
    with _stored():
        above = list(root().iterdir())
        whole = [one for one in above if one.is_dir() and not one.name.startswith(_CUT)]
        return [*(one for one in above if one not in whole), *(one for each in whole for one in each.iterdir())]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _folder(broadcast: Broadcast, handle: str) -> Path:
    if not _HANDLE.fullmatch(handle):
        raise FilesNotKept
    return root() / broadcast.number / handle


def _read_order(folder: Path) -> dict[str, Any] | None:
    try:
        values: dict[str, Any] = json.loads((folder / _ORDER).read_bytes())
    except FileNotFoundError:
        return None
    return values


def _read(folder: Path) -> HandedIn | None:
    order = _read_order(folder)
    if order is None:
        return None
    files = [Arrived(kind=Kind(kind), name=name, path=folder / _FILES / name) for kind, name, _ in order["files"]]
    kept = tuple(one for one in files if one.path.is_file())
    return HandedIn(
        handle=folder.name,
        environment=order["environment"],
        by=order["by"],
        at=datetime.fromisoformat(order["at"]),
        policies=policies_from_json(order["policies"]),
        files=kept,
        is_whole=len(kept) == len(files),
        digests=frozenset(digest for _, _, digest in order["files"]),
        folder=folder,
        answer=_answer(folder),
    )


def _answer(folder: Path) -> Answer | None:
    try:
        values: dict[str, Any] = json.loads((folder / _ANSWER).read_bytes())
    except FileNotFoundError:
        return None
    return Answer(
        outcome=Outcome(values["outcome"]),
        checked=checked_from_json(values["checked"]) if values["checked"] else None,
        run=UUID(values["run"]) if values["run"] else None,
        rows={file: {int(line): row for line, row in rows.items()} for file, rows in values["rows"].items()},
        refusal=values["refusal"],
    )


def _link(source: Path, target: Path) -> None:
    """Have a file under another name too, without copying it where the disk allows that. Raises FilesNotKept."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise FilesNotKept from None
    except OSError:
        shutil.copyfile(source, target)


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file that is there complete or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(values), encoding="utf-8")
    part.rename(path)


@contextmanager
def _stored(trouble: type[Trouble] = FilesNotStored) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise trouble(reason=reason_of(error)) from error
