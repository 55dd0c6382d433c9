"""`eboxcast metrics`: what is going on, for Prometheus."""

from __future__ import annotations

import math
from typing import Annotated

import typer
from prometheus_client import generate_latest, start_http_server

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.signals import asked_to_end
from eboxcast.exchange.sftp_tally import sftp_metrics
from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.operations.metrics import registry


class PortTaken(Trouble):
    """The port to serve on cannot be had."""

    code = "metrics.port"
    sentence = N_("Port {port} cannot be used: {reason}.")
    remedy = N_("Choose another port with --port; 0 takes any free port.")


_LOOPBACK = "127.0.0.1"
_SERVING = N_("Serving metrics at {url}. SIGTERM or Ctrl-C stops it.")

app = command_app()


@app.command()
def main(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Serve on this port, on this machine only; 0 takes any free port."),
    ] = None,
) -> None:
    """Write metrics for Prometheus: once, or at each scrape on a port of this machine."""
    if port is None:
        typer.echo(generate_latest(registry(sftp_metrics)).decode(), nl=False)
    else:
        _serve(port)


def _serve(port: int) -> None:
    ending = asked_to_end()
    try:
        server, thread = start_http_server(port, addr=_LOOPBACK, registry=registry(sftp_metrics))
    except OSError as error:
        raise PortTaken(port=port, reason=error.strerror or "-") from None
    url = f"http://{_LOOPBACK}:{server.server_port}/metrics"
    console.line(translate(_SERVING, language_of_user(), {"url": url}))
    ending.wait(math.inf)
    server.shutdown()
    thread.join()
    server.server_close()
