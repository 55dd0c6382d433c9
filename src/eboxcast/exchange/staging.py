"""A private copy of a set, for as long as it is looked at: nobody changes it meanwhile, and nothing of it stays."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eboxcast.exchange.folders import Changed, Folder, Mark
from eboxcast.exchange.names import Named

STAGING = ".staging"


def clear(root: Path) -> None:
    """Remove the copies of collectors that were killed; call it while no other one works."""
    (root / STAGING).mkdir(mode=0o700, exist_ok=True)
    for left in (root / STAGING).iterdir():
        shutil.rmtree(left)


@contextmanager
def staged(folder: Folder, parts: Sequence[Named], *, root: Path) -> Iterator[tuple[Path, dict[str, Mark]]]:
    """Copy the parts under their own names into a folder that only we can read; it goes with the context.

    Raises NotOrdinary, Changed, OSError; Changed also where a part is not the same any more once all are copied.
    """
    with tempfile.TemporaryDirectory(dir=root / STAGING) as name:
        copies = {part.name: folder.copy(part.name, Path(name) / part.rest) for part in parts}
        if any(folder.digest(part) != copied for part, copied in copies.items()):
            raise Changed
        yield Path(name), {part: mark for part, (mark, _) in copies.items()}
