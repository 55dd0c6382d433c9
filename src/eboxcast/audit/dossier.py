"""The dossier of a broadcast as a file.

A ZIP archive, always the same for the same content: names in order, no time of its own. ``manifest.json`` has the
SHA-256 of every other file, and ``manifest.jws`` is the same, signed (docs/reference/dossier.md).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO

FORMAT = "eboxcast.dossier/2"
OLD_FORMAT = "eboxcast.dossier/1"
"""Of those whose manifest was not signed, and did not say how many entries there are."""
KIND = "eboxcast-dossier"
"""What stands in the signature of a manifest."""
MANIFEST, SIGNED_MANIFEST = "manifest.json", "manifest.jws"
BROADCAST = "broadcast.json"
ENTRIES, SEALS, ANCHORS = "audit/entries.jsonl", "audit/seals.jsonl", "audit/anchors.json"
DELETIONS, SIGNED_DELETIONS = "deletions.json", "deletions.jws"
TREE, HEAD, PROOFS = "audit/tree.json", "audit/head.jws", "audit/proofs.jsonl"
ALWAYS = frozenset({BROADCAST, DELETIONS, ENTRIES, SEALS, ANCHORS, TREE})
"""What no dossier is without, signed or not."""
_OLD = (1980, 1, 1, 0, 0, 0)
"""The first moment that the format knows."""


class Writer:
    """Writes the files of a dossier, in the order of their names; then the manifest."""

    def __init__(self, out: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._files: dict[str, dict[str, object]] = {}

    def add(self, name: str, content: Iterable[bytes]) -> None:
        """Add a file in pieces."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(_entry(name), "w", force_zip64=True) as file:
            for block in content:
                digest.update(block)
                size += len(block)
                file.write(block)
        self._files[name] = {"sha256": digest.hexdigest(), "size": size}

    def close(self, sign: Callable[[bytes], str | None], **about: object) -> str:
        """Write the manifest, and signed too where something signs; return its SHA-256."""
        values = {"format": FORMAT, **about, "files": dict(sorted(self._files.items()))}
        text = (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()
        signed = sign(text)
        with self._archive.open(_entry(MANIFEST), "w") as file:
            file.write(text)
        if signed:
            self._archive.writestr(_entry(SIGNED_MANIFEST), signed + "\n")
        self._archive.close()
        return hashlib.sha256(text).hexdigest()


def lines_of(texts: Iterable[str]) -> Iterator[bytes]:
    """Yield texts as lines."""
    return (text.encode() + b"\n" for text in texts)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_OLD)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
