"""`eboxcast ebox load`: take over what the owner of the eBoxes says of them."""

from __future__ import annotations

from pathlib import Path

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.delivery.eboxes import take_over_eboxes
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, language_of_user, translate

_LOADED = N_(
    "Loaded into {environment}: {rows} eBoxes, {active} active, {never} never activated, "
    "{deactivated} deactivated; {ebox_only} eBox only; {replaced} numbers replaced."
)


def load(file: Path, *, environment: str) -> None:
    """Load a file of eBoxes (docs/reference/ebox-file.md) and say what it held."""
    loaded = take_over_eboxes(environment, file, actor=actor())
    language = language_of_user()
    counts = {"rows": loaded.rows, **loaded.states, "ebox_only": loaded.ebox_only, "replaced": loaded.replaced}
    shown = {name: grouped(count, language) for name, count in counts.items()}
    console.line(translate(_LOADED, language, {"environment": environment, **shown}))
