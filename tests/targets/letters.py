"""A third target, made by docs/howto/add-a-target.md: it writes a letter for each recipient into a folder.

A letter press in the place of an eBox: nothing is seen by all in one moment, nobody can be asked what became of a
letter, and a letter that was posted does not come back. A letter with the same name is written once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from eboxcast.lib.forms import Fit
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.base import Answered, Guard, RunRefused, Target, TryAgain, always
from eboxcast.targets.opening import KINDS, Kind
from eboxcast.targets.options import Capabilities, TargetOptions


@dataclass(frozen=True, kw_only=True)
class LetterOptions(TargetOptions):
    """Where the letters go."""

    kind: ClassVar[str] = "letters"

    folder: Annotated[Path, Fit(lambda path: path, "Write a folder.", is_path=True)] = Path()

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(atomic_visibility=False, recall=False, own_eboxes=False, idempotency_key=True)


class LetterTarget(Target):
    """Writes a letter for each recipient."""

    def __init__(self, environment: str, options: LetterOptions) -> None:
        super().__init__(environment, options)
        self._folder = options.folder

    def refuse_inexpressible(self, message: NewMessage) -> None:
        if message.language == "de":
            raise RunRefused(provider_code="language", provider_message="The press has no ß", reference="-")

    def publish(self, message: NewMessage, recipient: int, *, idempotency_key: str, guard: Guard = always) -> Answered:
        try:
            letter = self._folder / f"{idempotency_key}.letter"
            with guard():
                letter.write_text(f"{text_of_key(recipient)}\n{message.title}\n", encoding="utf-8")
        except OSError as cause:
            raise TryAgain(reason=cause.strerror or "the folder cannot be written to") from None
        return Answered(published=[recipient], message_ids=[idempotency_key])

    def probe(self) -> None:
        if not self._folder.is_dir():
            raise TryAgain(reason="there is no such folder")


@contextmanager
def letters_known() -> Iterator[None]:
    """Have this kind in the table of kinds for a while."""
    KINDS[LetterOptions.kind] = Kind(
        options=LetterOptions,
        open=LetterTarget,
        needed=("folder",),
        whereabouts=("folder",),
    )
    try:
        yield
    finally:
        del KINDS[LetterOptions.kind]
