"""`eboxcast serve`: the pages; `eboxcast up`: all that an installation needs to run; both until a signal."""

from __future__ import annotations

import os
import secrets
import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer
from django.conf import settings
from django.db import connections

from eboxcast.cli.shell import acting, console
from eboxcast.cli.shell.app import command_app
from eboxcast.database import boot
from eboxcast.database.errors import NotEmbedded
from eboxcast.database.installation import is_real, procedure_is_on
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.inbox.configuration import PEOPLE_FILE
from eboxcast.lib.errors import EboxcastError, Trouble, WrongUse
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.targets.opening import capabilities_of
from eboxcast.tools.subprocesses import command
from eboxcast.tools.together import run_together


class PagesNotBuilt(WrongUse):
    """Style sheets and scripts are fetched and built once, from a checkout."""

    code = "pages.not-built"
    sentence = N_("The style sheets and scripts of the pages have not been built.")
    remedy = N_("Run `make design` in the folder of eboxcast. It needs npm or the network.")


class PartEnded(Trouble):
    """One of the commands that run together ended, and the others with it."""

    code = "up.part-ended"
    sentence = N_("`{part}` ended with exit code {code}, and everything else was stopped.")
    remedy = N_("The lines above say why. Correct it, then run the same command again.")


_PAGES_ONLY = N_(
    "Only the pages are served: the steward and the workers need someone with the role launch who acts here."
)
_READY = N_("Serving the pages at {address}. SIGTERM or Ctrl-C stops it after the current requests.")
_BYTES_OF_A_SECRET = 48
_SECONDS_TO_FINISH = 30

app = command_app()


@app.command()
def up(
    database: Annotated[
        bool, typer.Option("--database", help="Only start the embedded database, show where it is, and end.")
    ] = False,
) -> None:
    """Run everything on this machine until Ctrl-C: database, pages, steward, and a worker for each remote provider.

    The SFTP server runs too where EBOXCAST_SFTP_LISTEN and EBOXCAST_DROP_DIR are set, and emails that come in are read
    where EBOXCAST_IMAP_URL is.

    The steward and the workers act as you, so you need the role launch; without it only the pages are served. The
    embedded database keeps running afterwards; other commands start it automatically.
    """
    if database:
        _start_database()
        return
    boot.start()
    _refuse_unbuilt()
    ended = run_together(_commands())
    if ended.command:
        raise PartEnded(part=ended.command, code=ended.exit_code)


@app.command()
def serve() -> None:
    """Serve the pages to browsers, at the address in EBOXCAST_PAGES_LISTEN.

    `/health/live` and `/health/ready` answer a supervisor or a load balancer.
    """
    _refuse_unbuilt()
    _keep_secret()
    console.line(translate(_READY, language_of_user(), {"address": settings.EBOXCAST_PAGES_URL}))
    # The server takes the place of this process, so that signals and the exit code are its own.
    os.execv(sys.executable, _server())  # noqa: S606 - a list of our own making


def _start_database() -> None:
    boot.configure()
    if not settings.EBOXCAST_EMBEDDED:
        raise NotEmbedded
    boot.reach_server()
    places = boot.places()
    typer.echo(f"The database answers.\ndata    {places.data}\nsocket  {places.socket}\nlog     {places.log}")


def _refuse_unbuilt() -> None:
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise PagesNotBuilt


def _commands() -> dict[str, list[str]]:
    """Return what runs, by its name."""
    found = {"serve": command("serve"), **_simulated_sign_in()}
    as_whom = _who_leads()
    if as_whom is None:
        console.line(translate(_PAGES_ONLY, language_of_user()))
        return found
    found["steward"] = command(*as_whom, "steward")
    if settings.EBOXCAST_MAILBOX:
        found["mail-in"] = command(*as_whom, "mail-in")
    if settings.EBOXCAST_SFTP_LISTEN and settings.EBOXCAST_DROP_DIR:
        found["sftp"] = command("sftp")
    for environment in _remote_environments():
        name = f"worker --environment {environment}"
        found[name] = command(*as_whom, "worker", "--environment", environment)
    return found


def _simulated_sign_in() -> dict[str, list[str]]:
    """Return what lets recipients choose who they are, where a demo has said who can be chosen."""
    people, options = settings.EBOXCAST_STATE_DIR / PEOPLE_FILE, settings.EBOXCAST_SIGN_IN
    if is_real() or not options or not people.is_file():
        return {}
    listening = urlsplit(next(iter(options.values())).issuer)
    back = [f"{settings.EBOXCAST_PAGES_URL}{root}signed-in" for root in ("/ebox/", "/ebox-acceptance/")]
    words = ("simulate-sign-in", people, "--host", listening.hostname, "--port", listening.port)
    return {"simulate-sign-in": command(*words, "--redirect", back[0], "--redirect", back[1])}


def _who_leads() -> tuple[str, ...] | None:
    """Return what says to a command who acts; None where nobody may lead the procedure here."""
    if not procedure_is_on():
        return None
    try:
        authorize(acting.actor(), "procedure.lead")
    except EboxcastError:
        return None
    return ("--as", acting.named()) if acting.named() else ()


def _remote_environments() -> list[str]:
    reached = [one for one in ENVIRONMENTS if one in connections.settings]
    return [one for one in reached if not capabilities_of(one).atomic_visibility]


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
