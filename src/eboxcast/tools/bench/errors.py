"""Why a bench ends without its figures."""

from __future__ import annotations

from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_


class BenchStopped(Trouble):
    """A command that was measured did not do its work."""

    code = "bench.stopped"
    sentence = N_("The benchmark stopped: {command} ended with exit code {exit_code}: {said}")
    remedy = N_("Run `eboxcast doctor`, check that the disk is not full, then run the benchmark again.")


class BenchNeedsRoom(Trouble):
    """The large rows would fill the disk."""

    code = "bench.room"
    sentence = N_("`--large` needs {needed} GB in {folder}, but only {free} GB are free.")
    remedy = N_("Free up space, or set TMPDIR to a folder with enough space.")
