"""Why the demo does not begin, or does not go on."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, Trouble
from eboxcast.lib.translation import N_


class DemoRunning(NotAllowedNow):
    """Two demos at once would play on the same installation."""

    code = "demo.running"
    sentence = N_("Another demo is running in {folder}.")
    remedy = N_("Wait until it has finished.")


class DemoFolderInTheWay(NotAllowedNow):
    """Each demo begins anew, and removes only what a demo made."""

    code = "demo.folder-in-the-way"
    sentence = N_("The demo would use the folder {folder}, but that folder was not created by a demo.")
    remedy = N_("Move that folder, or set EBOXCAST_STATE_DIR to another folder for the demo.")


class DemoStopped(Trouble):
    """A command of the story ended otherwise than the story needs."""

    code = "demo.stopped"
    sentence = N_("The demo stopped: {command} ended with exit code {exit_code}.")
    remedy = N_("Read the output of the command above, run `eboxcast doctor`, then run the demo again.")
