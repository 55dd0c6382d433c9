"""Why the demo does not begin, or does not go on."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, Trouble
from eboxcast.lib.translation import N_


class DemoRunning(NotAllowedNow):
    """Two demos at once would play on the same installation."""

    code = "demo.running"
    sentence = N_("Another demo is playing on {folder}.")
    remedy = N_("Wait for its end.")


class DemoFolderInTheWay(NotAllowedNow):
    """Each demo begins anew, and removes only what a demo made."""

    code = "demo.folder-in-the-way"
    sentence = N_("The folder {folder} is where the demo has its installation, and no demo made it.")
    remedy = N_("Move it away, or set EBOXCAST_STATE_DIR to another folder for the demo.")


class DemoStopped(Trouble):
    """A command of the story ended otherwise than the story needs."""

    code = "demo.stopped"
    sentence = N_("The demo stopped here: {command} ended with {exit_code}.")
    remedy = N_("Read what the command said above; run `eboxcast doctor`, then the demo again.")
