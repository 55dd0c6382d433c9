"""Broadcasts made through the real actions, of people in every kind of eBox."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.actors import master

from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.loading import load_eboxes
from eboxcast.package.model import FaultyRows, Package, Policies
from eboxcast.package.sampling import damage, write_sample
from eboxcast.senders.models import MessageType, WithoutEbox
from eboxcast.senders.sender_file import load_senders

SENDER = "ines@sender"
OPERATOR = "olga@desk"

# Of every ten people: four active and eBox only, three active who want paper, two never activated, one deactivated.
_STATES = ("active;yes",) * 4 + ("active;no",) * 3 + ("never;no",) * 2 + ("deactivated;no",)
EBOX_ONLY, PAPER_TOO, NEVER, GONE = slice(0, 4), slice(4, 7), slice(7, 9), slice(9, 10)


class Broadcasts:
    """An institution with packages, and the operator who publishes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def directory(self, recipients: int = 40, *, faulty: bool = False, **particulars: object) -> Path:
        """Write a package; ``faulty`` puts rows of every kind of damage into its first list."""
        self.count += 1
        given = {"ticket": f"t{self.count}", "lists": 2, "seed": self.count, **particulars}
        paths = write_sample(self.folder / str(self.count), recipients=recipients, **given)  # type: ignore[arg-type]
        load_senders(paths.message_types, actor=master(SENDER))
        if faulty:
            first = paths.files.lists[0]
            damage(first, out=self.folder / "damaged.csv", each=1).replace(first)
        return paths.directory

    def package(self, recipients: int = 40, *, faulty: bool = False, **particulars: object) -> Package:
        """Write and check a package."""
        directory = self.directory(recipients, faulty=faulty, **particulars)
        policies = Policies(faulty_rows=FaultyRows.EXCLUDE if faulty else FaultyRows.BLOCK)
        package = check_for_sending(directory, policies=policies).package
        assert package is not None
        return package

    def give_eboxes(self, environment: str, keys: Keys) -> None:
        """Put people into the states above, in the order of their numbers."""
        rows = [f"{text_of_key(key)};{_STATES[place % 10]}" for place, key in enumerate(keys.tolist())]
        file = self.folder / "eboxes.csv"
        file.write_text("\n".join(["identifier;state;ebox_only", *rows]) + "\n")
        load_eboxes(environment, file)

    def prepared(self, environment: str = "production", **particulars: object) -> Run:
        """Prepare a new package."""
        return actions.prepare(self.package(**particulars), environment=environment, actor=master(SENDER))  # type: ignore[arg-type]

    def published(self, environment: str = "production", *, refuse: bool = False, **particulars: object) -> Run:
        """Prepare and launch a new package whose recipients have eBoxes in every state."""
        package = self.package(**particulars)  # type: ignore[arg-type]
        self.give_eboxes(environment, package.keys)
        if refuse:
            MessageType.objects.update(without_ebox=WithoutEbox.REFUSE)
        return self.launched(actions.prepare(package, environment=environment, actor=master(SENDER)))

    def launched(self, run: Run) -> Run:
        """Launch a run at once."""
        return actions.launch(run, actor=master(OPERATOR), window=Window(), waiting=lambda moment: None)


def in_state(keys: Keys, state: slice) -> Keys:
    """Return those of some people who were put into a state."""
    place = np.arange(len(keys)) % 10
    return keys[(place >= state.start) & (place < state.stop)]
