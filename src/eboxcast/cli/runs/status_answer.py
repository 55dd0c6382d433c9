"""The answer of `status`, and of the commands that change a run, in words and as JSON."""

from __future__ import annotations

import json

import typer

from eboxcast.cli.runs.next_steps import Standing, standing_of
from eboxcast.cli.runs.work_answer import work_lines, work_values
from eboxcast.delivery.models import Run
from eboxcast.delivery.remote.progress import UnderWay, under_way
from eboxcast.lib import clock
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.certificate_parts import Certificate
from eboxcast.reports.certificate_verdict import verdict_of
from eboxcast.reports.states import ENVIRONMENTS, state_in

FORMAT = "eboxcast.status/1"

_HEAD = N_("Run {run} · {environment} · {state} since {since} · {by}")
_PENDING = N_("Asked by {by} at {at} and not done yet: {action}. If no process is at it any more: {command}")
_REASON = N_("Reason: {reason}")
_NEXT = N_("What can come next:")


def show_status(run: Run, *, as_json: bool) -> None:
    """Print where a settled run stands."""
    language = language_of_user()
    typer.echo(_as_json(run, language) if as_json else "\n".join(status_text(run, language)))


def status_text(run: Run, language: str) -> list[str]:
    """Return where a settled run stands, line by line."""
    certificate, standing = certificate_of(run), standing_of(run)
    message = certificate.message
    head = {
        "run": certificate.run,
        "environment": translate(ENVIRONMENTS[certificate.environment], language),
        "state": state_in(certificate.state, language),
        "since": clock.shown(standing.since),
        "by": standing.by,
    }
    lines = [
        translate(_HEAD, language, head),
        f"{_ticket(certificate)} · {message.language.upper()} · {message.title}",
        verdict_of(certificate, language),
    ]
    if certificate.reason:
        lines.append(translate(_REASON, language, {"reason": certificate.reason}))
    lines += [translate(_PENDING, language, {**vars(part), "at": clock.shown(part.at)}) for part in standing.pending]
    if going := _going(run):
        lines += work_lines(run, going, language)
    lines += ["", translate(_NEXT, language)]
    width = max(len(step.command) for step in standing.steps)
    return lines + [f"  {step.command.ljust(width)}  {translate(step.purpose, language)}" for step in standing.steps]


def _ticket(certificate: Certificate) -> str:
    message = certificate.message
    return message.ticket if message.sequence is None else f"{message.ticket} · {message.sequence}"


def _going(run: Run) -> UnderWay | None:
    return under_way(run) if run.published_count is None else None


def _as_json(run: Run, language: str) -> str:
    certificate, standing, going = certificate_of(run), standing_of(run), _going(run)
    recipients = certificate.recipients
    answer = {
        "format": FORMAT,
        "run": certificate.run,
        "environment": certificate.environment,
        "state": certificate.state,
        "since": _iso(standing),
        "by": standing.by,
        "sentence": verdict_of(certificate, language),
        "reason": certificate.reason,
        "ticket": certificate.message.ticket,
        "sequence": certificate.message.sequence,
        "title": certificate.message.title,
        "recipients": recipients and recipients.recipients,
        "published": recipients and recipients.published,
        "refused": recipients and recipients.refused,
        "unknown": recipients and recipients.unknown,
        "under_way": recipients and recipients.under_way,
        "not_attempted": recipients and recipients.not_attempted,
        "work": work_values(going) if going else None,
        "visible_at": certificate.moments.visible,
        "expires_at": certificate.moments.expires,
        "pending": [
            {
                "action": pending.action,
                "by": pending.by,
                "at": pending.at.astimezone(clock.BRUSSELS).isoformat(timespec="milliseconds"),
                "command": pending.command,
            }
            for pending in standing.pending
        ],
        "next": [{"command": step.command, "purpose": translate(step.purpose, language)} for step in standing.steps],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _iso(standing: Standing) -> str:
    return standing.since.astimezone(clock.BRUSSELS).isoformat(timespec="milliseconds")
