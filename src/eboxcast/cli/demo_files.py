"""The files of the demo: two broadcasts with their short lists, a list with faults, and who has an eBox."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import text_of_key
from eboxcast.package.sampling import write_lists, write_sample
from eboxcast.package.sampling_damage import damage
from eboxcast.package.sampling_numbers import synthetic_keys

SHORT_LIST = 5
_LONGEST_DRAFT = 20_000
_STATES = ("active;yes", "active;no", "deactivated;no", "never;no", None)
"""State and "eBox only" as the owner of the eBoxes writes them; None has never been heard of."""
_SHARES = (0.55, 0.20, 0.05, 0.10, 0.10)


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """One language: the package for everybody, and the same document with a short list."""

    ticket: str
    folder: Path
    package: Path
    acceptance: Path


@dataclass(frozen=True, kw_only=True)
class DemoFiles:
    """All that the demo reads."""

    folder: Path
    message_types: Path
    french: Broadcast
    dutch: Broadcast
    draft: Path
    """A package with faults of all sorts."""
    testers_eboxes: Path
    eboxes: Path
    one_ebox: Path
    """The identifier of one tester: it goes to standard input, never on a command line."""


def write_files(folder: Path, *, recipients: int, stamp: str) -> DemoFiles:
    """Write everything below a new folder; the people are the same in every demo, the tickets are new."""
    keys = synthetic_keys(2 * recipients, seed=1)
    halves = {"fr": keys[:recipients], "nl": keys[recipients:]}
    french, dutch = (_broadcast(folder / language, half, language, stamp) for language, half in halves.items())
    testers = np.concatenate([half[:SHORT_LIST] for half in halves.values()])
    files = DemoFiles(
        folder=folder,
        message_types=french.folder / "message-type.toml",
        french=french,
        dutch=dutch,
        draft=_draft(french, halves["fr"][:_LONGEST_DRAFT]),
        testers_eboxes=folder / "eboxes-of-testers.csv",
        eboxes=folder / "eboxes.csv",
        one_ebox=folder / "one-ebox.txt",
    )
    _write_eboxes(files.testers_eboxes, testers, [_STATES[0]] * len(testers))
    drawn = np.random.default_rng(1).choice(len(_STATES), len(keys), p=_SHARES)
    _write_eboxes(files.eboxes, keys, [_STATES[state] for state in drawn.tolist()])
    files.one_ebox.write_text(text_of_key(int(testers[0])) + "\n", encoding="ascii")
    return files


def _broadcast(folder: Path, keys: Keys, language: str, stamp: str) -> Broadcast:
    ticket = f"demo-{language}-{stamp}"
    package = write_sample(folder, recipients=1, language=language, ticket=ticket).directory
    acceptance = folder / "acceptance"
    shutil.copytree(package, acceptance)
    write_lists(package, keys, language=language)
    write_lists(acceptance, keys[:SHORT_LIST], language=language)
    return Broadcast(ticket=ticket, folder=folder, package=package, acceptance=acceptance)


def _draft(broadcast: Broadcast, keys: Keys) -> Path:
    folder = broadcast.folder / "draft"
    shutil.copytree(broadcast.acceptance, folder)
    (path,) = write_lists(folder, keys, language="fr")
    damage(path, out=path)
    metadata = folder / "metadata.xml"
    text = metadata.read_text(encoding="utf-8")
    metadata.write_text(text.replace(">FR<", ">FRANÇAIS<"), encoding="utf-8")
    return folder


def _write_eboxes(path: Path, keys: Keys, states: list[str | None]) -> None:
    rows = (f"{text_of_key(key)};{state}\n" for key, state in zip(keys.tolist(), states, strict=True) if state)
    with path.open("w", encoding="ascii") as file:
        file.write("identifier;state;ebox_only\n")
        file.writelines(rows)
