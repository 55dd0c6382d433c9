"""What loads each command: a module is imported when one of its commands is called, never before.

`check` and `--help` must not wait for Django, nor `broadcast show` for the twenty-two commands beside it. Each loader
imports in its function and returns the app of the module, on which the module hangs its command, or several by name.
"""

from __future__ import annotations

import typer


def check() -> typer.Typer:
    from eboxcast.cli.package.check import app  # when called

    return app


def split() -> typer.Typer:
    from eboxcast.cli.package.split import app  # when called

    return app


def sample() -> typer.Typer:
    from eboxcast.cli.package.sample import app  # when called

    return app


def rehearse() -> typer.Typer:
    from eboxcast.cli.runs.rehearse import app  # when called

    return app


def publish() -> typer.Typer:
    from eboxcast.cli.runs.publish import app  # when called

    return app


def keys() -> typer.Typer:
    from eboxcast.cli.admin.keys import app  # when called

    return app


def receipts() -> typer.Typer:
    from eboxcast.cli.runs.receipts import app  # when called

    return app


def following() -> typer.Typer:
    from eboxcast.cli.runs.following import app  # when called

    return app


def decisions() -> typer.Typer:
    from eboxcast.cli.runs.decisions import app  # when called

    return app


def serve() -> typer.Typer:
    from eboxcast.cli.admin.serve import app  # when called

    return app


def report() -> typer.Typer:
    from eboxcast.cli.runs.report import app  # when called

    return app


def expire() -> typer.Typer:
    from eboxcast.cli.admin.expire import app  # when called

    return app


def ebox() -> typer.Typer:
    from eboxcast.cli.admin.ebox import app  # when called

    return app


def message_type() -> typer.Typer:
    from eboxcast.cli.people.message_type import app  # when called

    return app


def person() -> typer.Typer:
    from eboxcast.cli.people.person import app  # when called

    return app


def calendar() -> typer.Typer:
    from eboxcast.cli.admin.calendar import app  # when called

    return app


def contacts() -> typer.Typer:
    from eboxcast.cli.broadcast.contacts import app  # when called

    return app


def exchange() -> typer.Typer:
    from eboxcast.cli.admin.exchange import app  # when called

    return app


def sftp() -> typer.Typer:
    from eboxcast.cli.admin.sftp import app  # when called

    return app


def sftp_keys() -> typer.Typer:
    from eboxcast.cli.admin.sftp import keys_app  # when called

    return keys_app


def mail_in() -> typer.Typer:
    from eboxcast.cli.admin.mail_in import app  # when called

    return app


def signers() -> typer.Typer:
    from eboxcast.cli.admin.signers import app  # when called

    return app


def steward() -> typer.Typer:
    from eboxcast.cli.admin.steward import app  # when called

    return app


def audit() -> typer.Typer:
    from eboxcast.cli.admin.audit import app  # when called

    return app


def witness() -> typer.Typer:
    from eboxcast.cli.admin.witness import app  # when called

    return app


def alarms() -> typer.Typer:
    from eboxcast.cli.admin.alarms import app  # when called

    return app


def notices() -> typer.Typer:
    from eboxcast.cli.admin.notices import app  # when called

    return app


def identity() -> typer.Typer:
    from eboxcast.cli.people.identity import app  # when called

    return app


def clock() -> typer.Typer:
    from eboxcast.cli.admin.clock import app  # when called

    return app


def databases() -> typer.Typer:
    from eboxcast.cli.admin.databases import app  # when called

    return app


def doctor() -> typer.Typer:
    from eboxcast.cli.admin.doctor import app  # when called

    return app


def worker() -> typer.Typer:
    from eboxcast.cli.runs.worker import app  # when called

    return app


def metrics() -> typer.Typer:
    from eboxcast.cli.admin.metrics import app  # when called

    return app


def simulate() -> typer.Typer:
    from eboxcast.cli.admin.simulate import app  # when called

    return app


def demo() -> typer.Typer:
    from eboxcast.cli.admin.demo import app  # when called

    return app


def bench() -> typer.Typer:
    from eboxcast.cli.admin.bench import app  # when called

    return app


def broadcast_dates() -> typer.Typer:
    from eboxcast.cli.broadcast.dates import app  # when called

    return app


def broadcast_showing() -> typer.Typer:
    from eboxcast.cli.broadcast.showing import app  # when called

    return app


def broadcast_files() -> typer.Typer:
    from eboxcast.cli.broadcast.files import app  # when called

    return app


def broadcast_testing() -> typer.Typer:
    from eboxcast.cli.broadcast.testing import app  # when called

    return app


def broadcast_verdicts() -> typer.Typer:
    from eboxcast.cli.broadcast.verdicts import app  # when called

    return app


def broadcast_contacts() -> typer.Typer:
    from eboxcast.cli.broadcast.contacts import sheet_app  # when called

    return sheet_app


def broadcast_go() -> typer.Typer:
    from eboxcast.cli.broadcast.go import app  # when called

    return app


def broadcast_production() -> typer.Typer:
    from eboxcast.cli.broadcast.production import app  # when called

    return app


def completion() -> typer.Typer:
    from eboxcast.cli.shell.completion import app  # when called

    return app


BROADCAST = {
    "request": broadcast_dates,
    "list": broadcast_showing,
    "show": broadcast_showing,
    "decide": broadcast_dates,
    "agree": broadcast_dates,
    "want": broadcast_dates,
    "reconfirm": broadcast_dates,
    "waive": broadcast_dates,
    "cancel": broadcast_dates,
    "deliver": broadcast_files,
    "take-back": broadcast_files,
    "testers": broadcast_testing,
    "test": broadcast_testing,
    "look": broadcast_testing,
    "proofs": broadcast_testing,
    "verdict": broadcast_verdicts,
    "contacts": broadcast_contacts,
    "warn": broadcast_production,
    "go": broadcast_go,
    "withdraw-go": broadcast_go,
    "arm": broadcast_production,
    "disarm": broadcast_production,
    "report": broadcast_production,
    "close": broadcast_production,
    "note": broadcast_showing,
}
"""The commands below `broadcast`, in the order in which they come."""
