"""`eboxcast serve`: the pages, until a signal."""

from __future__ import annotations

import os
import secrets
import sys

from django.conf import settings

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.translation import N_, language_of_user, translate


class PagesNotBuilt(WrongUse):
    """Style sheets and scripts are fetched and built once, from a checkout."""

    code = "pages.not-built"
    sentence = N_("The style sheets and scripts of the pages have not been built.")
    remedy = N_("Run `make design` in the folder of eboxcast. It needs npm or the network.")


_READY = N_("Serving the pages at {address}. SIGTERM or Ctrl-C stops it after the current requests.")
_BYTES_OF_A_SECRET = 48
_SECONDS_TO_FINISH = 30

app = command_app()


@app.command()
def main() -> None:
    """Serve the pages to browsers, at the address in EBOXCAST_PAGES_LISTEN.

    `/health/live` and `/health/ready` answer a supervisor or a load balancer.
    """
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise PagesNotBuilt
    _keep_secret()
    console.line(translate(_READY, language_of_user(), {"address": settings.EBOXCAST_PAGES_URL}))
    # The server takes the place of this process, so that signals and the exit code are its own.
    os.execv(sys.executable, _server())  # noqa: S606 - a list of our own making


def _server() -> list[str]:
    """Return what starts the server: processes for the cores, threads in each that wait for the database."""
    host, port = settings.EBOXCAST_PAGES_LISTEN
    options = {
        "interface": "wsgi",
        "host": host,
        "port": port,
        "workers": settings.EBOXCAST_PAGES_PROCESSES,
        "blocking-threads": settings.EBOXCAST_PAGES_THREADS,
        "workers-kill-timeout": _SECONDS_TO_FINISH,
        "log-level": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "granian", *words, "--respawn-failed-workers", "eboxcast.config.wsgi:application"]


def _keep_secret() -> None:
    """Make the secret that signs sessions, where none was given; the first process that serves makes it for all."""
    if settings.EBOXCAST_SECRET_KEY:
        return
    settings.EBOXCAST_STATE_DIR.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(settings.EBOXCAST_SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(_BYTES_OF_A_SECRET))
