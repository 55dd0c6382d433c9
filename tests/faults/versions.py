"""Another version of the program: a copy of the package, with one migration more, in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import eboxcast

APP = "delivery"
_NAME = "9000_think_of_tomorrow"
_MIGRATION = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = [migrations.RunSQL("alter table batch add column tomorrow text not null default ''")]
"""
UNDO = (
    "delete from django_migrations where name = '9000_think_of_tomorrow'",
    "alter table if exists batch drop column if exists tomorrow",
)
"""Brings a database back to this version."""


def newer(folder: Path) -> dict[str, str]:
    """Copy the package, a migration further, and return the variables that make a command use the copy."""
    copy = folder / "newer" / "eboxcast"
    shutil.copytree(Path(eboxcast.__file__).parent, copy)
    migrations = copy / APP / "migrations"
    last = max(path.stem for path in migrations.glob("[0-9]*.py"))
    (migrations / f"{_NAME}.py").write_text(_MIGRATION.format(app=APP, last=last), encoding="utf-8")
    return {"PYTHONPATH": str(copy.parent)}


def older(folder: Path) -> dict[str, str]:
    """Copy the package without its newest migration, and return the variables that make a command use the copy."""
    copy = folder / "older" / "eboxcast"
    shutil.copytree(Path(eboxcast.__file__).parent, copy)
    max((copy / APP / "migrations").glob("[0-9]*.py")).unlink()
    return {"PYTHONPATH": str(copy.parent)}
