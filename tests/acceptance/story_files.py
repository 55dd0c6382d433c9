"""The files of the story: who takes part, the form, and each package as it comes, with what is wrong with it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.senders.forms import form_in

from eboxcast.package.sampling import write_sample

INSTITUTION = "0456789034"
EVERYBODY = 300_000
FEW = 200
TESTERS = 5
_NUMBER = re.compile(rb"^(\d{11});", re.MULTILINE)

_OPERATOR = {
    "ines": ("Inès Petit", "fr", "integration"),
    "lou": ("Lou Wolf", "de", "launch"),
    "vera": ("Vera Maes", "nl", "validator"),
    "carla": ("Carla Smith", "en", "contact-centre"),
    "ada": ("Ada Janssens", "nl", "auditor"),
}
_INSTITUTION = {"anne": ("Anne Dubois", "fr", "requester"), "bram": ("Bram Claes", "nl", "confirmer")}
LANGUAGES = {name: language for name, (_, language, _) in {**_OPERATOR, **_INSTITUTION}.items()}
_TEAM = """
[[team]]
code = "ebox-ga-tb"
name = { fr = "e-Box GA/TB", nl = "e-Box GA/TB", de = "e-Box GA/TB" }
"""
_SCHEDULER = """
[[person]]
name = "scheduler"
full_name = "The scheduler of the launch team"
language = "en"
roles = ["launch"]
service = true
"""
_ALL = {'without_ebox = "refuse"': 'without_ebox = "publish"'}
_CONTACT = f"""
[[contact]]
institution = "{INSTITUTION}"
name = "Rita Remy"
email = "rita@institution.example"
"""


def operator_file(folder: Path) -> Path:
    """Write who the operator's and BCSS's people are."""
    return _written(folder / "operator.toml", "".join(_person(name) for name in _OPERATOR) + _SCHEDULER + _TEAM)


def institution_file(folder: Path) -> Path:
    """Write who acts for the institution."""
    return _written(folder / "institution.toml", "".join(_person(name) for name in _INSTITUTION) + _CONTACT)


def type_form(folder: Path, **changes: str) -> Path:
    """Write the form of an institution that nobody knows yet."""
    return form_in(folder, **{"pensions:letters": "demo:broadcast", "PENSION-NOTICE": "DEMO-INFO", **_ALL, **changes})


def package(folder: Path, language: str, *, recipients: int, title: str | None = None) -> Path:
    """Write the package of one language."""
    ticket = f"story-{language}"
    return write_sample(folder, recipients=recipients, language=language, ticket=ticket, title=title).directory


def with_a_lost_zero(directory: Path) -> Path:
    """Do what a spreadsheet does to the first number of the list."""
    (rows,) = directory.glob("*.csv")
    content = rows.read_bytes()
    assert b"\n0" in content
    rows.write_bytes(content.replace(b"\n0", b"\n", 1))
    return directory


def with_one_row_too_many(directory: Path) -> Path:
    """Name somebody twice, so that the list is longer than a list may be."""
    (rows,) = directory.glob("*.csv")
    content = rows.read_bytes()
    rows.write_bytes(content + content.splitlines(keepends=True)[1])
    return directory


def without_the_last(directory: Path, copy: Path) -> Path:
    """Copy a package whose list names one person less."""
    shutil.copytree(directory, copy)
    (rows,) = copy.glob("*.csv")
    rows.write_bytes(b"".join(rows.read_bytes().splitlines(keepends=True)[:-1]))
    return copy


def keys_of(directory: Path) -> list[int]:
    """Return everybody in the lists of a package, read by nothing of ours."""
    found = (number for path in directory.glob("*.csv") for number in _NUMBER.findall(path.read_bytes()))
    return sorted({int(number) for number in found})


def eboxes_file(folder: Path, directory: Path, name: str) -> Path:
    """Write that everybody in a package has an eBox, the first of them one that was never activated."""
    first, *others = keys_of(directory)
    rows = [f"{first:011d};never;no", *(f"{key:011d};active;yes" for key in others)]
    return _written(folder / name, "\n".join(["identifier;state;ebox_only", *rows, ""]))


def _person(name: str) -> str:
    full_name, language, role = {**_OPERATOR, **_INSTITUTION}[name]
    of = f'institution = "{INSTITUTION}"\n' if name in _INSTITUTION else ""
    return (
        f'[[person]]\nname = "{name}"\nfull_name = "{full_name}"\nlanguage = "{language}"\n{of}'
        f'roles = ["{role}"]\nemail = "{name}@example.be"\n'
    )


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
