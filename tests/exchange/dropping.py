"""An institution that puts sets into its drop folders, and what it finds there afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from lxml import etree
from tests.delivery.procedure import INSTITUTION, SHORT, Story

from eboxcast.broadcasts.models import Broadcast
from eboxcast.exchange.collection import collect
from eboxcast.exchange.intake import Collected
from eboxcast.exchange.receipts import NAMESPACE
from eboxcast.lib.actors import STEWARD

Answer = etree._Element


class Dropping:
    """One institution and its folders."""

    def __init__(self, root: Path, story: Story) -> None:
        self.root = root
        self.story = story
        self.own = root / INSTITUTION
        for name in ("IN", "OUT", "INTEST", "OUTTEST"):
            (self.own / name).mkdir(parents=True)
        self.broadcast = story.scheduled()

    @property
    def incoming(self) -> Path:
        return self.own / "INTEST"

    def reference(self, sequence: int = 1, *, letter: str = "T", day: str = "20270118") -> str:
        return f"BRDC.{INSTITUTION}.{day}.{sequence:05}.{letter}"

    def put_parts(self, directory: Path, reference: str, *, into: str = "INTEST") -> list[Path]:
        files = sorted(directory.iterdir())
        names = [f"FI.{reference}.{len(files)}.{part}.{file.name}" for part, file in enumerate(files, 1)]
        return [Path(shutil.copy(file, self.own / into / name)) for file, name in zip(files, names, strict=True)]

    def put_go(self, reference: str, *, parts: int = 3, into: str = "INTEST", number: str = "") -> Path:
        go = self.own / into / f"GO.{reference}.{parts}.{number or self.broadcast.number}"
        go.touch()
        return go

    def put(self, directory: Path | None = None, sequence: int = 1) -> Path:
        """Put a whole set into the folder for acceptance and return its GO file."""
        self.put_parts(directory or self.story.files(SHORT), self.reference(sequence))
        return self.put_go(self.reference(sequence))

    def put_cancel(self, sequence: int = 1) -> Path:
        cancel = self.incoming / f"TD.{self.reference(sequence)}.3"
        cancel.touch()
        return cancel

    def collect(self) -> Collected:
        (collected,) = collect(self.root, actor=STEWARD)
        return collected

    def now(self) -> Broadcast:
        return Broadcast.objects.get(id=self.broadcast.id)

    def left(self, folder: str = "INTEST") -> list[str]:
        return sorted(path.name for path in (self.own / folder).iterdir())

    def answers(self, kind: str, folder: str = "OUTTEST") -> list[Answer]:
        return [etree.parse(path).getroot() for path in sorted((self.own / folder).glob(f"FO.{kind}.*"))]

    def receipt(self) -> Answer:
        return self.answers("ACRF")[-1]

    def notification(self) -> Answer:
        return self.answers("NOTI")[-1]


def texts(answer: Answer, name: str) -> list[str]:
    """Return the text of each element of that name."""
    return [element.text or "" for element in answer.iter(f"{{{NAMESPACE}}}{name}")]


def age(paths: Sequence[Path], by: timedelta) -> None:
    """Have files have lain there for some time."""
    for path in paths:
        found = path.stat()
        moment = found.st_mtime - by.total_seconds()
        os.utime(path, (moment, moment))
