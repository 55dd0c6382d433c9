"""What `eboxcast audit` answers: entries, a head, years that went."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer

from eboxcast.audit.dropping import Ended
from eboxcast.audit.selectors import Head, SealedEntry, Wanted, read_entries
from eboxcast.cli.admin.entry_words import entry_words
from eboxcast.cli.shell import console
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped, iso, short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate

LIST_FORMAT = "eboxcast.audit-list/1"
ANCHOR_FORMAT = "eboxcast.audit-anchor/1"
EXPIRE_FORMAT = "eboxcast.audit-expire/1"

_NONE = N_("No entries.")
_MORE = N_("There are older entries. Use --limit or --since.")
_DROPPED = N_("The year {year} was deleted: {entries} entries. Its last digest is kept: {anchor}")
_DUE = N_("Would delete the year {year}.")
_NOTHING_DUE = N_("No year has reached the end of its retention period.")


def show_entries(wanted: Wanted, limit: int, *, actor: Actor, as_json: bool) -> None:
    """Print the newest entries, oldest first."""
    with sanitized_db_errors():
        entries = read_entries(wanted, limit + 1, actor=actor)
    more, entries = len(entries) > limit, entries[-limit:]
    if as_json:
        values = [_values(entry) for entry in entries]
        typer.echo(json.dumps({"format": LIST_FORMAT, "entries": values, "more": more}, ensure_ascii=False, indent=2))
        return
    language = language_of_user()
    typer.echo("\n".join(map(_line, entries)) or translate(_NONE, language))
    if more:
        console.line(translate(_MORE, language))


def show_anchor(head: Head, *, as_json: bool) -> None:
    """Print the head of the audit."""
    values = {"format": ANCHOR_FORMAT, "number": head.number, "sha256": head.digest.hex(), "anchor": str(head)}
    typer.echo(json.dumps(values, indent=2) if as_json else str(head))


def show_due(years: Sequence[int], *, as_json: bool) -> None:
    """Print which years would be dropped."""
    language = language_of_user()
    lines = [translate(_DUE, language, {"year": year}) for year in years]
    _show_years([{"year": year, "entries": None, "anchor": None} for year in years], lines, True, as_json=as_json)


def show_dropped(gone: Sequence[Ended], *, as_json: bool) -> None:
    """Print which years were dropped."""
    language = language_of_user()
    lines = [
        translate(
            _DROPPED,
            language,
            {"year": year.segment, "entries": grouped(year.entries, language), "anchor": str(year.head)},
        )
        for year in gone
    ]
    values = [{"year": year.segment, "entries": year.entries, "anchor": str(year.head)} for year in gone]
    _show_years(values, lines, False, as_json=as_json)


def _show_years(years: list[dict[str, object]], lines: list[str], dry_run: bool, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"format": EXPIRE_FORMAT, "dry_run": dry_run, "years": years}, indent=2))
    else:
        typer.echo("\n".join(lines) or translate(_NOTHING_DUE, language_of_user()))


def _line(entry: SealedEntry) -> str:
    about = [str(number)[:8] for number in (entry.broadcast, entry.run) if number]
    words = [short_moment(entry.at), mask_and_strip(entry.by), entry.action, entry.environment, *about]
    return f"{entry.number or '-':>8}  " + "  ".join(filter(None, [*words, entry_words(entry.data)]))


def _values(entry: SealedEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "sealed_at": iso(entry.sealed_at, "microseconds"),
        "entry": entry.id,
        "at": iso(entry.at, "microseconds"),
        "by": entry.by,
        "action": entry.action,
        "environment": entry.environment or None,
        "broadcast": str(entry.broadcast) if entry.broadcast else None,
        "run": str(entry.run) if entry.run else None,
        "data": entry.data,
    }
