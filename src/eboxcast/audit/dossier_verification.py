"""Verifying a dossier by the file alone, without a database (docs/reference/dossier.md).

That a dossier is consistent proves nothing: whoever makes one can make it so. What proves it as a whole is its
manifest, signed by a key that counts; a head that was kept elsewhere proves the entries that are in it, and not that
these are all.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eboxcast.audit.canonical import FORMAT as AUDIT_FORMAT
from eboxcast.audit.canonical import HEAD_KIND, ROOT, Root, root_in
from eboxcast.audit.deletions import ACTIONS, deletions_in, deletions_told
from eboxcast.audit.deletions import KIND as DELETIONS_KIND
from eboxcast.audit.dossier import (
    ALWAYS,
    ANCHORS,
    DELETIONS,
    ENTRIES,
    FORMAT,
    HEAD,
    KIND,
    MANIFEST,
    OLD_FORMAT,
    PROOFS,
    SEALS,
    SIGNED_DELETIONS,
    SIGNED_MANIFEST,
    TREE,
)
from eboxcast.audit.given_heads import moment_of_stamp
from eboxcast.lib.merkle import Growing, edge_of, leaf_hash, root_by_path

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import, and not every dossier is signed
    from eboxcast.lib.signatures import Signed

MOST_FAULTS = 100
MOST_PARTS = 100_000
MOST_BYTES = 4 << 30
"""Of all files together, unpacked: the seals of a year with a million entries are a third of it."""
_LONGEST_LINE = 1 << 24
_LONGEST_MANIFEST = 1 << 26
_LONGEST_ANCHORS = 1 << 22
_LONGEST_SIGNED = 1 << 27
_LONGEST_HEAD = 1 << 16
_MOST_ENTRIES = 1_000_000
_LONGEST_PLACE = 200
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others may want gigabytes of memory to be unpacked."""
_BROADCAST = re.compile(r"\d{4}-\d{4,9}")
_HEAD = re.compile(r"\d{1,18}:[0-9a-f]{64}")
_BLOCK = 1 << 20
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,  # also what is nested too deep, and encrypted files
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


class Wrong(StrEnum):
    """What is wrong with a dossier."""

    UNREADABLE = "unreadable"
    """It is no dossier, or is cut."""
    TOO_LARGE = "too-large"
    """Unpacked it is more than is verified where it was given."""
    FILE_MISSING = "file-missing"
    FILE_ADDED = "file-added"
    FILE_ALTERED = "file-altered"
    ENTRY_ALTERED = "entry-altered"
    """An entry that none of the seals has."""
    LINK = "link"
    """A seal does not follow the one before."""
    HEAD_DIFFERS = "head-differs"
    """The last seal is not the head that the dossier names."""
    ANCHOR_DIFFERS = "anchor-differs"
    """A head that was handed out had another digest at this number."""
    FORGED = "forged"
    """What is signed was changed, or a key signed it that does not count."""
    DELETIONS_DIFFER = "deletions-differ"
    """The account of what was deleted is not that of the entries, or not what was signed."""
    ROOT_DIFFERS = "root-differs"
    """A head was signed, and the seals up to it give another root."""
    UNPROVED = "unproved"
    """The path of an entry does not lead to the root of the signed head, or there is none."""
    UNSIGNED = "unsigned"
    """The manifest or the head is not signed, and keys were given to compare with."""
    EMPTY = "empty"
    """No entry is in it."""
    ENTRIES_DIFFER = "entries-differ"
    """There are more or fewer entries than its manifest says."""
    OTHER_BROADCAST = "other-broadcast"
    """An entry is about another broadcast than its manifest says, or calls it by another number."""


class Proved(StrEnum):
    """What of a dossier is proved."""

    WHOLE = "whole"
    """All of it: the installation stated it so."""
    PART = "part"
    """The entries that are in it, by a head that was kept elsewhere; not that these are all, and no other file."""
    NOTHING = "nothing"
    """Nothing: it has faults, or it is consistent, as anyone could have made it."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: with which file, or at which seal."""

    wrong: Wrong
    place: str


@dataclass(kw_only=True)
class DossierVerification:
    """What was found in a dossier."""

    broadcast: str = ""
    manifest: str = ""
    """The SHA-256 of the manifest, which the audit has of each dossier that was given."""
    files: int = 0
    entries: int = 0
    seals: int = 0
    first: int = 0
    head: str = ""
    proved_to: int = 0
    """By anchors that were given from outside; 0 where none agrees."""
    signed_to: int = 0
    """By signed heads that were given from outside; 0 where none agrees."""
    outside: int = 0
    """Anchors and heads from outside that are not between the first seal and the last."""
    signed_manifest: Signed | None = None
    """The manifest, where it is signed and whole."""
    vouched: bool = False
    """Whether a key that counts signed the manifest, or the audit of this installation has it."""
    signed: Signed | None = None
    """The signed head in it, where it is whole; None also where the installation signed nothing."""
    key_counts: bool | None = None
    """Whether its key is one that counts; None where there is no such head, or nothing to compare the key with."""
    deletions: int = 0
    """Deletions that the entries tell, with their rules."""
    included: int = 0
    """Entries whose path leads to the root of that head."""
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.fault_count

    @property
    def proved(self) -> Proved:
        """Return what of it is proved."""
        if not self.good or not (self.vouched or self.proved_to or self.signed_to):
            return Proved.NOTHING
        return Proved.WHOLE if self.vouched else Proved.PART

    def found(self, wrong: Wrong, place: object) -> None:
        """Add something that is wrong."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(wrong, str(place)[:_LONGEST_PLACE]))


def verify_dossier(
    path: Path,
    anchors: Sequence[tuple[int, bytes]] = (),
    *,
    heads: Sequence[Root] = (),
    counts: Callable[[Signed], bool] | None = None,
    is_recorded: Callable[[str, str], bool] | None = None,
    name: str = "",
    most_bytes: int = MOST_BYTES,
) -> DossierVerification:
    """Compute every digest of a dossier again, and compare it with heads that were kept outside. Needs no database.

    ``counts`` says whether the key of a signature is one of the installation; where it is given, a dossier that is not
    signed as a whole has a fault, unless ``is_recorded`` says of its broadcast and the SHA-256 of its manifest that
    the audit of this installation has it. ``name`` is what whoever gave it calls it; ``most_bytes`` is how much of it,
    unpacked, is looked at.
    """
    found = DossierVerification()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_bytes:
                found.found(Wrong.TOO_LARGE, name or path.name)
            else:
                _Verifier(archive, found, counts, is_recorded).verify(anchors, heads)
    except _UNREADABLE:
        found.found(Wrong.UNREADABLE, name or path.name)
    return found


@dataclass(frozen=True, kw_only=True)
class _Manifest:
    """What a manifest says."""

    broadcast: str
    broadcast_id: str | None
    """None in an old one, as the number of entries."""
    head: str
    entries: int | None
    files: dict[str, dict[str, object]]

    @classmethod
    def read(cls, content: bytes) -> _Manifest:
        """Return what is in the file. Raises ValueError and others where it is none."""
        told = json.loads(content)
        is_old = told["format"] == OLD_FORMAT
        named = _BROADCAST.fullmatch(told["broadcast"]) and _HEAD.fullmatch(told["head"])
        if not named or not (is_old or told["format"] == FORMAT):
            raise ValueError
        return cls(
            broadcast=str(told["broadcast"]),
            broadcast_id=None if is_old else str(UUID(told["broadcast_id"])),
            head=str(told["head"]),
            entries=None if is_old else int(told["entries"]),
            files=dict(told["files"]),
        )

    @property
    def needed(self) -> Set[str]:
        """Return the files that there must be."""
        return self.files.keys() if self.broadcast_id is None else self.files.keys() | ALWAYS

    def fits(self, entry: dict[str, Any]) -> bool:
        """Return whether an entry is about this broadcast, by both its names, or about a run."""
        about = entry["broadcast"]
        if about is None or (entry["run"] is not None and about != self.broadcast_id):
            return True  # a run may have been tried for another broadcast before
        number = entry["data"].get("number", self.broadcast)
        return about == (self.broadcast_id or about) and bool(number == self.broadcast)


@dataclass
class _Chain:
    """What the walk along the seals keeps."""

    tree: Growing | None
    """The tree over the seals, made anew; None in a dossier that does not say what stood before them."""
    digests: dict[int, str] = field(default_factory=dict)
    """Of the seals that are anchors."""
    leaves: dict[int, bytes] = field(default_factory=dict)
    """Of the seals that have an entry of the dossier."""
    deletions: list[tuple[int, bytes]] = field(default_factory=list)
    """Entries that say that something was deleted, with the numbers of their seals."""
    roots: dict[int, bytes] = field(default_factory=dict)
    """By the size of the tree, where a head was signed."""

    def add(self, digest: str, *, sizes: Set[int]) -> bytes:
        """Add a seal to the tree and return its leaf."""
        leaf = leaf_hash(bytes.fromhex(digest))
        if self.tree:
            self.tree.add(leaf)
            if self.tree.size in sizes:
                self.roots[self.tree.size] = self.tree.root()
        return leaf


class _Verifier:
    """Verifies one dossier; a file that is not what it should be is one more fault."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        found: DossierVerification,
        counts: Callable[[Signed], bool] | None,
        is_recorded: Callable[[str, str], bool] | None,
    ) -> None:
        self.archive = archive
        self.found = found
        self.counts = counts
        self.is_recorded = is_recorded

    def verify(self, anchors: Sequence[tuple[int, bytes]], heads: Sequence[Root]) -> None:
        if any(part.compress_type not in _PACKED for part in self.archive.infolist()):
            raise ValueError
        content = self._start_of(MANIFEST, _LONGEST_MANIFEST)
        told = _Manifest.read(content)
        self.found.broadcast, self.found.head = told.broadcast, told.head
        self.found.manifest = hashlib.sha256(content).hexdigest()
        self._vouched(content)
        self._files(told)
        kept = [self._anchor(text) for text in json.loads(self._start_of(ANCHORS, _LONGEST_ANCHORS))["anchors"]]
        own = self._own_head()
        chain = self._seals(
            self._entries(told),
            wanted={number for number, _ in (*kept, *anchors)},
            sizes={head.size for head in (*heads, *([own] if own else ()))},
        )
        self._compare(chain.digests, kept, anchors)
        self._compare_heads(chain.roots, heads)
        self._deletions(chain)
        if own:
            self._included(chain, own)

    def _vouched(self, content: bytes) -> None:
        """Look for who says that this manifest is theirs."""
        if self.is_recorded and self.is_recorded(self.found.broadcast, self.found.manifest):
            self.found.vouched = True
        elif self.counts:
            for name in sorted({SIGNED_MANIFEST, HEAD} - set(self.archive.namelist())):
                self.found.found(Wrong.UNSIGNED, name)
        signed = self._signed(SIGNED_MANIFEST, KIND, most=_LONGEST_SIGNED)
        if signed and signed.payload != content:
            self.found.found(Wrong.FORGED, MANIFEST)
        elif signed:
            self.found.signed_manifest = signed
            self.found.vouched = self.found.vouched or bool(self.counts and self.counts(signed))

    def _files(self, told: _Manifest) -> None:
        there = self.archive.namelist()
        often = Counter(there)
        for name in sorted(told.needed - set(there)):
            self.found.found(Wrong.FILE_MISSING, name)
        for name in there:
            if often[name] > 1:
                self.found.found(Wrong.FILE_ADDED, name)
            elif name in (MANIFEST, SIGNED_MANIFEST):
                continue
            elif name not in told.files:
                self.found.found(Wrong.FILE_ADDED, name)
            elif self._digest(name) != told.files[name]["sha256"]:
                self.found.found(Wrong.FILE_ALTERED, name)
        self.found.files = len(set(there) - {MANIFEST, SIGNED_MANIFEST})

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.archive.open(name) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def _own_head(self) -> Root | None:
        """Return the signed head in the dossier; None where there is none, or it was changed."""
        signed = self._signed(HEAD, HEAD_KIND, most=_LONGEST_HEAD)
        if signed is None:
            return None
        try:
            head = root_in(signed.payload)
        except ValueError:
            self.found.found(Wrong.FORGED, HEAD)
            return None
        self.found.signed = signed
        self.found.key_counts = self.counts(signed) if self.counts else None
        return head

    def _signed(self, name: str, kind: str, *, most: int) -> Signed | None:
        """Return what is signed in a file, where it is there and was not changed.

        Where the manifest counts, so does what its list has, also if its own key expired and nothing stamped it.
        """
        if name not in self.archive.namelist():
            return None
        from eboxcast.lib.signatures import SignatureWrong, read_signed  # cryptography takes long to import

        try:
            signed = read_signed(self._start_of(name, most).decode("ascii"), kind=kind)
            moment_of_stamp(signed)
        except (SignatureWrong, ValueError):
            self.found.found(Wrong.FORGED, name)
            return None
        if self.counts and not self.found.vouched and not self.counts(signed):
            self.found.found(Wrong.FORGED, name)
        return signed

    def _deletions(self, chain: _Chain) -> None:
        """Compare the account of what was deleted with the entries, and with what is signed of it."""
        if DELETIONS not in self.archive.namelist():
            return
        content = self._start_of(DELETIONS, _LONGEST_MANIFEST)
        told = deletions_told(content)
        signed = self._signed(SIGNED_DELETIONS, DELETIONS_KIND, most=_LONGEST_MANIFEST)
        if told != list(deletions_in(chain.deletions)) or (signed and signed.payload != content):
            self.found.found(Wrong.DELETIONS_DIFFER, DELETIONS)
        self.found.deletions = len(told)

    def _entries(self, told: _Manifest) -> dict[str, bytes | None]:
        """Return the entries by their digests; those alone that say that something was deleted with what they say."""
        found: dict[str, bytes | None] = {}
        for line in self._lines(ENTRIES):
            entry, digest = json.loads(line), hashlib.sha256(line).hexdigest()
            found[digest] = line if entry["action"] in ACTIONS else None
            if not told.fits(entry):
                self.found.found(Wrong.OTHER_BROADCAST, digest)
            if len(found) > _MOST_ENTRIES:
                raise ValueError
        if not found:
            self.found.found(Wrong.EMPTY, ENTRIES)
        elif told.entries not in (None, len(found)):
            self.found.found(Wrong.ENTRIES_DIFFER, ENTRIES)
        return found

    def _seals(self, contents: dict[str, bytes | None], *, wanted: Set[int], sizes: Set[int]) -> _Chain:
        """Follow the chain; keep the digests that are wanted, and the roots of these sizes."""
        chain = _Chain(tree=self._tree())
        sealed: set[str] = set()
        last: tuple[int, str] | None = None
        for line in self._lines(SEALS):
            seal, digest = json.loads(line), hashlib.sha256(line).hexdigest()
            number = int(seal["number"])
            if last and (number != last[0] + 1 or seal["previous"] != last[1]):
                self.found.found(Wrong.LINK, number)
            if number == 1 and seal["previous"] != ROOT.hex():
                self.found.found(Wrong.LINK, number)
            if seal["format"] != AUDIT_FORMAT:
                raise ValueError
            leaf = chain.add(digest, sizes=sizes)
            if seal["content"] in contents:
                sealed.add(seal["content"])
                chain.leaves[number] = leaf
                if (deletion := contents[seal["content"]]) is not None:
                    chain.deletions.append((number, deletion))
            last = (number, digest)
            self.found.seals += 1
            self.found.first = self.found.first or number
            if number in wanted:
                chain.digests[number] = digest
        for content in sorted(contents.keys() - sealed):
            self.found.found(Wrong.ENTRY_ALTERED, content)
        self.found.entries = len(contents)
        if last is None or f"{last[0]}:{last[1]}" != self.found.head:
            self.found.found(Wrong.HEAD_DIFFERS, last[0] if last else 0)
        return chain

    def _tree(self) -> Growing | None:
        """Return the tree as it stood before the first of the seals."""
        if TREE not in self.archive.namelist():
            return None
        told = json.loads(self._start_of(TREE, _LONGEST_HEAD))
        size, edge = int(told["size"]), [bytes.fromhex(one) for one in told["edge"]]
        if len(edge) != len(edge_of(size)) or any(len(one) != len(ROOT) for one in edge):
            raise ValueError
        return Growing(size, edge)

    def _included(self, chain: _Chain, head: Root) -> None:
        """Compare the signed head with the seals, and each entry with the signed head by its path alone."""
        if chain.roots.get(head.size) != head.root or not self.found.head.startswith(f"{head.size}:"):
            self.found.found(Wrong.ROOT_DIFFERS, head.size)
        unproved = set(chain.leaves)
        for line in self._lines(PROOFS):
            told = json.loads(line)
            number, path = int(told["number"]), [bytes.fromhex(one) for one in told["path"]]
            leaf = chain.leaves.get(number)
            if leaf and root_by_path(leaf, path, index=number - 1, size=head.size) == head.root:
                unproved.discard(number)
        for number in sorted(unproved):
            self.found.found(Wrong.UNPROVED, number)
        self.found.included = len(chain.leaves) - len(unproved)

    def _anchor(self, text: str) -> tuple[int, bytes]:
        number, _, digest = text.partition(":")
        return int(number), bytes.fromhex(digest)

    def _compare(
        self, digests: dict[int, str], kept: Sequence[tuple[int, bytes]], given: Sequence[tuple[int, bytes]]
    ) -> None:
        for number, digest in kept:
            if digests.get(number) != digest.hex():
                self.found.found(Wrong.ANCHOR_DIFFERS, number)
        for number, digest in given:
            if number not in digests:
                self.found.outside += 1
            elif digests[number] == digest.hex():
                self.found.proved_to = max(self.found.proved_to, number)
            else:
                self.found.found(Wrong.ANCHOR_DIFFERS, number)

    def _compare_heads(self, roots: dict[int, bytes], heads: Sequence[Root]) -> None:
        for head in heads:
            if head.size not in roots:
                self.found.outside += 1
            elif roots[head.size] == head.root:
                self.found.signed_to = max(self.found.signed_to, head.size)
            else:
                self.found.found(Wrong.ROOT_DIFFERS, head.size)

    def _lines(self, name: str) -> Iterator[bytes]:
        with self.archive.open(name) as file:
            while line := file.readline(_LONGEST_LINE):
                yield line.removesuffix(b"\n")

    def _start_of(self, name: str, most: int) -> bytes:
        with self.archive.open(name) as file:
            return file.read(most)
