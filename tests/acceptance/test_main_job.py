"""The main job without the procedure, and what it answers to files that are meant to hurt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import numpy as np
import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine

PRODUCTION = ("--environment", "production")

BILLION_LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Broadcast xmlns="urn:eboxcast:broadcast:1"><Title>&c;</Title></Broadcast>
"""


def test_everybody_gets_it_and_nobody_else(machine: Machine, new_letter: NewLetter) -> None:
    """At its real size the story of the procedure does it (test_story.py)."""
    letter = new_letter("volume", recipients=10_000)
    with machine.observed("production") as observer:
        done = machine.run("publish", letter.directory, *PRODUCTION, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recipients"]["published"] == 10_000
    seen = np.array(machine.audience("production", "volume"), dtype=np.int64)
    assert np.array_equal(seen, np.array(letter.keys, dtype=np.int64))
    assert observer.seen == [(), (10_000,)]


def spoil_list(letter: Letter) -> None:
    """An unclosed quote, NUL bytes, a person twice, a wrong number, half an UTF-16 file, and no end."""
    number = f"{letter.keys[0]:011d}".encode()
    wrong = f"{letter.keys[0] + 1:011d}".encode()
    letter.lists[0].write_bytes(b'NISS;name\r\n"' + number + b"\r\n" + number + b";\x00\r\n" + wrong * 90_000)
    letter.lists[1].write_bytes((b"NISS\r\n" + number + b"\r\n" + wrong).decode().encode("utf-16-le"))


def spoil_metadata(letter: Letter) -> None:
    (letter.directory / "metadata.xml").write_text(BILLION_LAUGHS, encoding="utf-8")


def spoil_document(letter: Letter) -> None:
    document = next(letter.directory.glob("*.pdf"))
    document.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    shutil.copyfile(document, letter.directory / "second.pdf")
    (letter.directory / "loop.csv").symlink_to("loop.csv")


@pytest.mark.parametrize("spoil", [spoil_list, spoil_metadata, spoil_document])
def test_hostile_files_are_refused_in_words(
    machine: Machine, new_letter: NewLetter, spoil: Callable[[Letter], None]
) -> None:
    letter = new_letter("hostile", recipients=10)
    numbers = [f"{key:011d}" for key in letter.keys] + [f"{letter.keys[0] + 1:011d}"]
    spoil(letter)
    refused = machine.run("publish", letter.directory, *PRODUCTION)
    assert refused.returncode == 3, refused
    assert "Traceback" not in refused.stderr
    assert "→ " in refused.stdout
    assert not any(number in refused.stdout + refused.stderr for number in numbers)
    assert machine.states() == []
