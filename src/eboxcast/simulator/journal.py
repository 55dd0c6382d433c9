"""An append-only record of what the provider did, so that it survives its own kill. It holds recipients: mode 0600."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from eboxcast.simulator.errors import SimulatorFileWrong
from eboxcast.simulator.holdings import Content, File, Holdings, Message

UsedKey = tuple[str, str, str]


class Journal:
    """A file with one JSON object for each document, message and link, written before the answer is given."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as cause:
            raise SimulatorFileWrong(path=str(path), place=type(cause).__name__) from None

    def replay(self) -> Holdings:
        """Return what the provider held. A last line cut by a kill was never answered: it is dropped."""
        holdings = Holdings()
        whole, _, torn = self._path.read_bytes().rpartition(b"\n")
        if torn:
            os.truncate(self._file, len(whole) + 1 if whole else 0)
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                _redo(json.loads(line), holdings)
            except (ValueError, KeyError, TypeError):
                raise SimulatorFileWrong(path=str(self._path), place=f"line {number}") from None
        return holdings

    def document(self, digest: bytes, content: bytes) -> None:
        """Record a document."""
        self._append({"document": digest.hex(), "content": base64.b64encode(content).decode()})

    def message(self, message: Message, used_key: UsedKey | None) -> None:
        """Record a message with its content and its own recipient."""
        self._append({"message": _values(message), "content": _content_values(message.content), "key": used_key})

    def link(self, message: Message, keys: Sequence[int], used_key: UsedKey | None) -> None:
        """Record to whom a message was linked."""
        self._append({"link": message.message_id, "recipients": keys, "key": used_key})

    def clear(self) -> None:
        """Forget everything."""
        os.ftruncate(self._file, 0)

    def _append(self, entry: dict[str, object]) -> None:
        rest = memoryview(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        while rest:
            rest = rest[os.write(self._file, rest) :]


def _redo(entry: dict[str, Any], holdings: Holdings) -> None:
    if "document" in entry:
        holdings.documents[bytes.fromhex(entry["document"])] = base64.b64decode(entry["content"])
    elif "message" in entry:
        holdings.keep(_message(entry["message"], holdings.content(_content(entry["content"]))))
    else:
        holdings.deliver(holdings.messages[entry["link"]], entry["recipients"])
    if entry.get("key"):
        sender, application, key = entry["key"]
        holdings.used_keys.add((sender, application, key))


def _values(message: Message) -> dict[str, object]:
    return {
        "message_id": message.message_id,
        "owner": message.owner,
        "recipient": message.recipient,
        "published_at": message.published_at.isoformat(),
        "expires_at": message.expires_at.isoformat(),
    }


def _message(values: dict[str, Any], content: Content) -> Message:
    moments = {name: datetime.fromisoformat(values[name]) for name in ("published_at", "expires_at")}
    return Message(**{**values, **moments}, content=content)


def _content_values(content: Content) -> dict[str, object]:
    names = ("organization", "application", "message_type", "subject", "optional")
    files = [{**_file_values(file), "digest": file.digest.hex()} for file in content.files]
    return {**{name: getattr(content, name) for name in names}, "files": files}


def _file_values(file: File) -> dict[str, object]:
    return {name: getattr(file, name) for name in ("size", "file_name", "media_type", "main", "signed")}


def _content(values: dict[str, Any]) -> Content:
    files = tuple(File(**{**file, "digest": bytes.fromhex(file["digest"])}) for file in values["files"])
    return Content(**{**values, "files": files})
