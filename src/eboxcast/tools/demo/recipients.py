"""The first recipients of the demo as people who can sign in to their eBox: they were the testers, too."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from eboxcast.inbox.configuration import PEOPLE_FILE, SIGN_IN_FILE
from eboxcast.lib.identifiers import text_of_key
from eboxcast.package.sampling import synthetic_keys

_NAMES = ("Alice Dumont", "Bart Claes", "Chiara Rossi", "David Maes", "Emma Schmitz")
_ENTERPRISE = {"number": "0456789034", "name": "Demo enterprise"}
_PORTS_BEYOND = 10
"""From the port of the pages to that of the sign-in: demos whose pages are at other ports do not meet."""
_SECRET_FILE = "sign-in.secret"  # noqa: S105 - the name of a file
_SIGN_IN = f"""\
# For the demo: `eboxcast up` starts this identity provider, where each visitor chooses who they are.
[{{environment}}]
issuer = "http://127.0.0.1:{{port}}"
client_id = "eboxcast"
client_secret_file = "{_SECRET_FILE}"
"""


def let_recipients_sign_in(installation: Path, *, recipients: int) -> tuple[str, ...]:
    """Write who can sign in, and with which identity provider, into the state folder; return their names."""
    people: list[dict[str, object]] = [
        {"name": name, "number": text_of_key(key)}
        for name, key in zip(_NAMES, synthetic_keys(recipients, seed=1).tolist(), strict=False)
    ]
    people[1]["mandates"] = [_ENTERPRISE]
    (installation / PEOPLE_FILE).write_text(json.dumps({"people": people}, indent=2), encoding="utf-8")
    (installation / _SECRET_FILE).write_text("simulated\n", encoding="ascii")
    port = settings.EBOXCAST_PAGES_LISTEN[1] + _PORTS_BEYOND
    tables = (_SIGN_IN.format(environment=one, port=port) for one in ("acceptance", "production"))
    (installation / SIGN_IN_FILE).write_text("\n".join(tables), encoding="utf-8")
    return _NAMES
