"""The files of the demo: a broadcast with its short list, two drafts that are wrong, and who has an eBox."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import text_of_key
from eboxcast.package.sampling import damage, synthetic_keys, write_lists, write_sample
from eboxcast.tools.demo.dates import DemoDates
from eboxcast.tools.demo.people import write_form, write_people

SHORT_LIST = 5
WRONG_TITLE = "Ce qui change pour vous"
_LONGEST_DRAFT = 20_000
_STATES = ("active;yes", "active;no", "deactivated;no", "never;no", None)
"""State and "eBox only" as the owner of the eBoxes writes them; None has never been heard of."""
_SHARES = (0.55, 0.20, 0.05, 0.10, 0.10)


@dataclass(frozen=True, kw_only=True)
class DemoFiles:
    """All that the demo reads."""

    folder: Path
    operator: Path
    institution: Path
    form: Path
    draft: Path
    """A package with faults of all sorts."""
    wrong: Path
    """For acceptance: nothing a check could find, and a title that somebody cut short."""
    acceptance: Path
    package: Path
    """For production: everybody."""
    testers_eboxes: Path
    eboxes: Path
    one_ebox: Path
    """The identifier of one tester: it goes to standard input, never on a command line."""


def write_files(folder: Path, *, recipients: int, dates: DemoDates) -> DemoFiles:
    """Write everything below a new folder; the people are the same in every demo."""
    keys = synthetic_keys(recipients, seed=1)
    package = _package(folder / "letter", keys)
    acceptance = _package(folder / "letter-for-testers", keys[:SHORT_LIST])
    operator, institution = write_people(folder)
    files = DemoFiles(
        folder=folder,
        operator=operator,
        institution=institution,
        form=write_form(folder / "message-type.toml", recipients=recipients, date=dates.wanted.isoformat()),
        draft=_draft(acceptance, folder / "draft", keys[:_LONGEST_DRAFT]),
        wrong=_package(folder / "letter-with-short-title", keys[:SHORT_LIST], title=WRONG_TITLE),
        acceptance=acceptance,
        package=package,
        testers_eboxes=folder / "eboxes-of-testers.csv",
        eboxes=folder / "eboxes.csv",
        one_ebox=folder / "one-ebox.txt",
    )
    _write_eboxes(files.testers_eboxes, keys[:SHORT_LIST], [_STATES[0]] * SHORT_LIST)
    drawn = np.random.default_rng(1).choice(len(_STATES), len(keys), p=_SHARES)
    _write_eboxes(files.eboxes, keys, [_STATES[state] for state in drawn.tolist()])
    files.one_ebox.write_text(text_of_key(int(keys[0])) + "\n", encoding="ascii")
    return files


def _package(folder: Path, keys: Keys, title: str | None = None) -> Path:
    package = write_sample(folder, recipients=1, language="fr", ticket="demo-letter", title=title).directory
    write_lists(package, keys, language="fr")
    return package


def _draft(package: Path, folder: Path, keys: Keys) -> Path:
    shutil.copytree(package, folder)
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
