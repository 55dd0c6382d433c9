"""Why the demo does not begin, or does not go on."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, Trouble
from eboxcast.lib.wording import N_


class DemoElsewhere(NotAllowedNow):
    """The databases are somebody's own, and no place for made-up people."""

    code = "demo.elsewhere"
    sentence = N_("The demo only runs on the embedded database, and EBOXCAST_DATABASE_URL names another one.")
    remedy = N_("Run it where no EBOXCAST_…_URL is set.")


class DemoAlone(NotAllowedNow):
    """The story is told with the engine alone, and this installation follows the procedure."""

    code = "demo.alone"
    sentence = N_("The demo is told with the engine alone, and this installation follows the procedure.")
    remedy = N_("Give it one of its own: make demo")


class DemoStopped(Trouble):
    """A command of the story ended otherwise than the story needs."""

    code = "demo.stopped"
    sentence = N_("The demo stopped here: {command} ended with {exit_code}.")
    remedy = N_("Read what the command said above; run `eboxcast doctor`, then the demo again.")
