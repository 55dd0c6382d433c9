"""`eboxcast audit`: who did what when, and the proof that nobody touched it since."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.audit.anchoring import Kept, hand_out_head, read_anchor
from eboxcast.audit.dropping import drop_due, foresee_drop
from eboxcast.audit.heads import hand_out_tree_head
from eboxcast.audit.pseudonyms import search_person
from eboxcast.audit.selectors import Wanted, read_entries
from eboxcast.audit.verification import Wrong, verify
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.cli.admin.dossier import GOOD, MANIFEST, MORE_FAULTS, show_verified
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.given_files import head_in, keys_in, record_in
from eboxcast.cli.shell.options import AsJson, moment
from eboxcast.cli.shell.private import key_given, refuse_existing, write_private
from eboxcast.cli.shell.usage import NumberInArguments
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.ownership import as_owner, owns_the_audit
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.formatting import grouped, short_moment, short_run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.operations.dossier import hand_out_dossier
from eboxcast.presenters.audit import (
    audit_head,
    audit_list,
    audit_verdict,
    entry_words,
    signed_head,
    years_deleted,
    years_due,
)
from eboxcast.presenters.audit_words import SENTENCES, SUBJECTS, WRONG
from eboxcast.presenters.broadcast_records import history_of
from eboxcast.presenters.broadcasts import broadcast_answer
from eboxcast.presenters.json import json_text
from eboxcast.presenters.schemas.audit import (
    AuditEntry,
    AuditExpiry,
    AuditList,
    AuditVerdict,
    DossierGiven,
)
from eboxcast.reports.proofs import Trust

_MORE = N_("There are older entries. Use --limit, --since or --until.")

app = command_app()


class AnchorUnreadable(WrongUse):
    """An anchor is a number and a digest."""

    code = "audit.anchor-unreadable"
    sentence = N_("{text} is not a valid anchor.")
    remedy = N_(
        "Give it as printed in a certificate or an email: a number, a colon, and 64 characters from 0 to 9 and a to f."
    )


class NothingRecorded(NotAllowedNow):
    """There is no head of an empty chain."""

    code = "audit.nothing-recorded"
    sentence = N_("Nothing has been recorded yet, so there is no head to give.")


class ActionUnknown(WrongUse):
    """A typing error would otherwise look like an audit without such entries."""

    code = "audit.action-unknown"
    sentence = N_("The audit records no action {action}.")
    remedy = N_("Give a whole action, such as broadcast.go_given, or its first word: broadcast.")


class NotTheOwner(NotAllowedNow):
    """The role that works may add to the audit and read it, and that is right so."""

    code = "audit.not-the-owner"
    sentence = N_("This process uses a role that may not delete a year of the audit.")
    remedy = N_("Set EBOXCAST_OWNER_URL for this command only (docs/howto/use-your-own-postgresql.md).")


Limit = Annotated[int, typer.Option(min=1, help="The maximum number of entries; the newest are shown.")]


@app.callback()
def main() -> None:
    """Read and verify the audit, and print its head."""


@app.command("list")
def list_(
    broadcast: Annotated[str | None, typer.Option(help="Only about this broadcast.")] = None,
    run: Annotated[str | None, typer.Option(help="Only about this run.")] = None,
    by: Annotated[str, typer.Option(help="Only what this person did, or what was done about them.")] = "",
    action: Annotated[
        str, typer.Option(help="Only this action, such as broadcast.go_given, or all of a subject: broadcast.")
    ] = "",
    since: Annotated[str | None, typer.Option(help="Only since this moment: 2027-02-15T18:00, Brussels time.")] = None,
    until: Annotated[str | None, typer.Option(help="Only before this moment.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List entries, oldest first. Entries that are not sealed yet come last, without a number."""
    if action not in ("", *SUBJECTS, *SENTENCES):
        raise ActionUnknown(action=mask_and_strip(action))
    who = actor()
    wanted = Wanted(
        broadcast=find_broadcast(broadcast, actor=who).id if broadcast else None,
        run=find_run(run, actor=who).id if run else None,
        by=by.strip(),
        action=action,
        since=moment(since),
        until=moment(until),
    )
    _show_entries(wanted, limit, actor=who, as_json=as_json)


@app.command("verify")
def verify_(
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="A head kept elsewhere, NUMBER:DIGEST. May be repeated."),
    ] = None,
    head: Annotated[
        list[Path] | None,
        typer.Option(help="A signed head kept elsewhere, as `eboxcast audit head` wrote it. May be repeated."),
    ] = None,
    witness: Annotated[
        list[Path] | None,
        typer.Option(help="The record of a witness, or a head it countersigned, as a file. May be repeated."),
    ] = None,
    dossier: Annotated[
        Path | None, typer.Option(help="Verify this dossier of a broadcast instead. Needs no database.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="For a dossier: the keys, as `eboxcast keys list --json` gives them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recalculate every digest and show up to which anchor the audit is proved. Exits with 1 if there are faults."""
    anchors = [_read(text) for text in anchor or ()]
    heads = [head_in(path).root for path in head or ()]
    if dossier:
        kept = [(one.number, one.digest) for one in anchors]
        show_verified(dossier, kept, heads=heads, trust=Trust(keys=keys_in(keys)), as_json=as_json)
        return
    seen = [one for path in witness or () for one in record_in(path)]
    with sanitized_db_errors():
        found = verify(anchors, heads, [one.head.root for one in seen], actor=actor())
    verdict = audit_verdict(found, witnesses=sorted({one.witness for one in seen}))
    console.result(verdict, partial(_verdict_lines, anchored=bool(anchors or heads or seen)), as_json=as_json)
    if not found.good:
        raise typer.Exit(1)


@app.command("anchor")
def anchor_(
    to: Annotated[
        str, typer.Option(help="Who it is for, as recorded in the audit. By default, the person who runs the command.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print the head, NUMBER:DIGEST. Kept elsewhere, it can later prove that nothing up to now was altered."""
    with sanitized_db_errors():
        head = hand_out_head(to, actor=actor())
    if head is None:
        raise NothingRecorded
    console.result(audit_head(head), lambda shown, _: [shown.anchor], as_json=as_json)


@app.command("head")
def head_(
    since: Annotated[
        Path | None, typer.Option(help="An older signed head. The answer then proves that the audit only grew since.")
    ] = None,
) -> None:
    """Seal what is recorded, sign the head of the audit, and print it as JSON, to be kept elsewhere.

    A signing key is needed: `eboxcast keys create`
    """
    older = head_in(since).root if since else None
    with sanitized_db_errors():
        handed = hand_out_tree_head(older, actor=actor())
    if handed is None:
        raise NothingRecorded
    typer.echo(json_text(signed_head(handed), precision="microseconds"))


@app.command("dossier")
def dossier_(
    broadcast: Annotated[str, typer.Argument(help="The number of the broadcast: 2027-0001.")],
    out: Annotated[Path, typer.Option(help="The file to write, a ZIP archive.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything recorded about a broadcast to one file, with its proof. The audit records who requested it.

    To verify it without a database: `eboxcast audit verify --dossier FILE`
    """
    refuse_existing(out, force=force)
    who = actor()
    with sanitized_db_errors():
        found = find_broadcast(broadcast, actor=who)
        sheet = broadcast_answer(found, language_of_user(), history_of(found))
        given = hand_out_dossier(found, sheet=sheet, written=json_text, actor=who)
    write_private(out, given.blocks(), force=force)
    answer = DossierGiven(
        broadcast=found.number,
        file=mask_and_strip(str(out)),
        manifest_sha256=given.manifest,
        head=str(given.head),
    )
    console.result(answer, _given_lines, as_json=as_json)


@app.command()
def find(
    person: Annotated[str, typer.Argument(metavar="-", help="Always -: the number is read from standard input.")],
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List entries about a person, such as who opened their eBox. The audit records who searched."""
    if person != "-":
        raise NumberInArguments(command="eboxcast audit find")
    who = actor()
    with sanitized_db_errors():
        people = search_person(key_given(), actor=who)
    _show_entries(Wanted(people=people), limit, actor=who, as_json=as_json)


@app.command()
def expire(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, without changing anything.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete the years past their retention period: ten years, counted from 1 January after the action.

    One entry records how many were deleted. The last digest of the year is kept, so the rest can still be proved.
    """
    who = actor()
    if dry_run:
        with sanitized_db_errors():
            console.result(years_due(foresee_drop(actor=who)), _expiry_lines, as_json=as_json)
        return
    with as_owner(), sanitized_db_errors():
        if not owns_the_audit():
            raise NotTheOwner
        gone = drop_due(actor=who)
    console.result(years_deleted(gone), _expiry_lines, as_json=as_json)


def _show_entries(wanted: Wanted, limit: int, *, actor: Actor, as_json: bool) -> None:
    with sanitized_db_errors():
        entries = read_entries(wanted, limit + 1, actor=actor)
    answer = audit_list(entries[-limit:], more=len(entries) > limit)
    console.result(answer, _entry_lines, as_json=as_json, precision="microseconds")
    if answer.more and not as_json:
        console.line(translate(_MORE, language_of_user()))


def _read(text: str) -> Kept:
    anchor = read_anchor(text)
    if anchor is None:
        raise AnchorUnreadable(text=mask_and_strip(text))
    return anchor


_DOSSIER = N_("The dossier of broadcast {broadcast} is in {file}.")
_DOSSIER_HEAD = N_("Proved by the seals up to the head {head}")
_NONE = N_("No entries.")
_DELETED = N_("The year {year} was deleted: {entries} entries. Its last digest is kept: {anchor}")
_DUE = N_("Would delete the year {year}.")
_NOTHING_DUE = N_("No year has reached the end of its retention period.")
_COUNTED = N_("{seals} seals, from {first} to {last}; {entries} entries recalculated.")
_EMPTY = N_("Nothing is sealed.")
_UNSEALED = N_("Not sealed yet: {count} entries. These were not checked.")
_GONE = N_("{count} entries were deleted with their year; their seals are kept.")
_TOO_OLD = N_("{count} anchors are older than the seals that are kept, and cannot be checked.")
_PROVED = N_("Proved up to seal {number} by an anchor you gave: nothing up to there was altered, removed or moved.")
_SIGNED = N_("Proved up to seal {number} by a signed head you gave: nothing up to there was altered, removed or moved.")
_WITNESSED = N_("Proved up to seal {number} by what a witness countersigned.")
_WITNESSES = N_("Compare with the fingerprint that the witness gives: {fingerprints}")
_KEPT = N_("The heads kept in this database match up to seal {number}.")
_UNPROVED = N_(
    "Without an external anchor, this does not show whether the audit was rebuilt or its end "
    "removed. Take one from a certificate or an email: --anchor NUMBER:DIGEST"
)
_BAD = N_("The audit was tampered with or damaged: {count} {count:fault|faults}.")


def _given_lines(given: DossierGiven, language: str) -> Iterator[str]:
    """Return where a dossier is, and what proves it."""
    yield translate(_DOSSIER, language, {"broadcast": given.broadcast, "file": given.file})
    yield translate(MANIFEST, language, {"sha256": given.manifest_sha256})
    yield translate(_DOSSIER_HEAD, language, {"head": given.head})


def _entry_lines(answer: AuditList, language: str) -> list[str]:
    """Return a line for each entry."""
    return [_entry_line(one, language) for one in answer.entries] or [translate(_NONE, language)]


def _expiry_lines(answer: AuditExpiry, language: str) -> list[str]:
    """Return a line for each year."""
    return [
        translate(_DUE, language, {"year": one.year})
        if one.entries is None
        else translate(
            _DELETED, language, {"year": one.year, "entries": grouped(one.entries, language), "anchor": one.anchor}
        )
        for one in answer.years
    ] or [translate(_NOTHING_DUE, language)]


def _entry_line(entry: AuditEntry, language: str) -> str:
    about = [short_run(number) for number in (entry.broadcast, entry.run) if number]
    words = [short_moment(entry.at, language), mask_and_strip(entry.by), entry.action, entry.environment, *about]
    return f"{entry.number or '-':>8}  " + "  ".join(filter(None, [*words, entry_words(entry.data)]))


def _verdict_lines(found: AuditVerdict, language: str, *, anchored: bool) -> Iterator[str]:
    """Return what verifying found; ``anchored`` where a head was given from outside."""

    def line(sentence: str, **data: int) -> str:
        return translate(sentence, language, {name: grouped(count, language) for name, count in data.items()})

    for fault in found.faults:
        yield line(WRONG[Wrong(fault.wrong)], number=fault.number, entry=fault.entry or 0)
    if found.fault_count > len(found.faults):
        yield line(MORE_FAULTS, count=found.fault_count)
    last = int(found.head.partition(":")[0]) if found.head else 0
    if found.seals:
        yield line(_COUNTED, seals=found.seals, first=found.first, last=last, entries=found.entries)
    else:
        yield line(_EMPTY)
    for sentence, count in ((_UNSEALED, found.unsealed), (_GONE, found.gone), (_TOO_OLD, found.too_old)):
        if count:
            yield line(sentence, count=count)
    for sentence, number in _proved_to(found):
        yield line(sentence, number=number)
    if found.witnesses:
        yield translate(_WITNESSES, language, {"fingerprints": ", ".join(found.witnesses)})
    if not anchored:
        yield line(_UNPROVED)
    yield line(GOOD) if found.good else line(_BAD, count=found.fault_count)


def _proved_to(found: AuditVerdict) -> Iterator[tuple[str, int]]:
    """Yield by what an audit without faults is proved, and up to which seal."""
    by = {_KEPT: found.kept_to, _PROVED: found.proved_to, _SIGNED: found.signed_to, _WITNESSED: found.witnessed_to}
    yield from ((sentence, number) for sentence, number in by.items() if found.good and number)
