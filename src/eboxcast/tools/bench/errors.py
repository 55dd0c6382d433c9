"""Why a bench ends without its figures."""

from __future__ import annotations

from eboxcast.lib.errors import Trouble, WrongUse
from eboxcast.lib.translation import N_


class BenchUnknown(WrongUse):
    """There is no benchmark of that name."""

    code = "bench.unknown"
    sentence = N_("There is no benchmark {name}.")
    remedy = N_("Choose one of: {names}.")


class BenchStopped(Trouble):
    """A command that was measured did not do its work."""

    code = "bench.stopped"
    sentence = N_("The bench stopped: {command} ended with {exit_code}: {said}")
    remedy = N_("Run `eboxcast doctor`, and look whether the disk is full; then the bench again.")


class BenchNeedsRoom(Trouble):
    """The large rows would fill the disk."""

    code = "bench.room"
    sentence = N_("`--large` needs {needed} GB in {folder}; {free} GB are free.")
    remedy = N_("Make room, or set TMPDIR to a folder with room.")
