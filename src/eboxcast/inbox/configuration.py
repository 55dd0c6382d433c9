"""Which identity provider signs recipients in: a TOML file (docs/howto/sign-in-of-recipients.md), read at start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from eboxcast.database.names import ENVIRONMENTS
from eboxcast.lib.errors import Misconfigured, Reason
from eboxcast.lib.forms import MISSING, TABLE, Form, Unfit, Unreadable, WrongPlaces, filled, line, read_toml
from eboxcast.lib.translation import N_
from eboxcast.targets.values import readable_file, url

SIGN_IN_FILE = "sign-in.toml"
"""In the state folder, where no other file is named."""
PEOPLE_FILE = "people.json"
"""Beside it: who can be chosen in the simulated sign-in that `eboxcast up` starts on a demo or test installation."""
_NOT_TOML = N_("This cannot be read: {problem}")
_OTHER_TABLE = N_("There are only two tables: [acceptance] and [production].")


@dataclass(frozen=True, kw_only=True)
class SignInOptions(Form):
    """The identity provider of one environment, and what it calls the numbers it tells us."""

    issuer: Annotated[str, url()] = ""
    client_id: Annotated[str, line(500)] = ""
    client_secret_file: Annotated[Path, readable_file()] | None = None
    scope: Annotated[str, line(500)] = "openid profile"
    citizen_claim: Annotated[str, line(100)] = "national_number"
    """The claim with the national number of who signs in."""
    enterprise_claim: Annotated[str, line(100)] = "enterprises"
    """The claim with the enterprises they act for: a CBE number, a list of them, or of tables with number and name."""
    acr_values: Annotated[str, line(500)] = ""
    """How strongly people must prove who they are, in the provider's words; empty: as it decides."""

    def __post_init__(self) -> None:
        for name in ("issuer", "client_id", "client_secret_file"):
            if not getattr(self, name):
                raise Unfit(MISSING, name)

    def client_secret(self) -> str:
        """Return the secret, read when it is needed, so that it can be changed without a restart."""
        return self.client_secret_file.read_text("utf-8").strip() if self.client_secret_file else ""


class SignInFileWrong(Misconfigured):
    """EBOXCAST_SIGN_IN_FILE, or a file that it names, cannot be used; ``parts`` has every wrong place."""

    code = "sign-in.file-wrong"
    sentence = N_("{file}: {count} {count:value is|values are} missing or wrong.")
    remedy = N_("Correct it. For every key, see docs/howto/sign-in-of-recipients.md.")

    def __init__(self, *, file: str, faults: Sequence[Reason]) -> None:
        super().__init__(file=file, count=len(faults))
        self.parts = tuple(faults)


def sign_in_options(path: Path | None) -> Mapping[str, SignInOptions]:
    """Return the options of each environment whose recipients can sign in. Raises SignInFileWrong."""
    if path is None:
        return {}
    try:
        tables, _ = read_toml(path)
    except Unreadable as unreadable:
        fault = Unfit(_NOT_TOML, problem=unreadable.problem).at("TOML")
        raise SignInFileWrong(file=path.name, faults=[fault]) from None
    found: dict[str, SignInOptions] = {}
    faults: list[Reason] = []
    for name, table in tables.items():
        try:
            found[name] = _options(name, table, path.parent)
        except WrongPlaces as wrong:
            faults += wrong.faults
    if faults:
        raise SignInFileWrong(file=path.name, faults=faults)
    return found


def _options(name: str, table: object, folder: Path) -> SignInOptions:
    place = f"[{name}]"
    if name not in ENVIRONMENTS:
        raise WrongPlaces([Unfit(_OTHER_TABLE).at(place)])
    if not isinstance(table, dict):
        raise WrongPlaces([Unfit(TABLE, table=name).at(place)])
    return filled(SignInOptions, table, folder=folder, place=place)
