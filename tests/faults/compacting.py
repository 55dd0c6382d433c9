"""Somebody compacts in a process of its own, which dies: `compacting.py ENVIRONMENT POINT SECONDS HOURS`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta

from eboxcast.database import boot

boot.start()

# Only here, as the models need the settings.
from eboxcast.mailboxes.compacting import Rules, compact  # noqa: E402


def main(environment: str, point: str = "", seconds: str = "0", hours: str = "0") -> None:
    """Compact everything, and whatever becomes of it; a point to die at is looked for by the code itself.

    What is no longer read stays for some hours.
    """
    rules = Rules(waiting_releases=1, fan_in=2, patience=timedelta(hours=float(hours)))
    if point:
        os.environ |= {"EBOXCAST_TEST": "1", "EBOXCAST_CRASH_AT": point}
    if float(seconds):
        threading.Timer(float(seconds), lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    while compact(environment, rules):
        pass


main(*sys.argv[1:])
