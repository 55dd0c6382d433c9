"""What `doctor` looks at beyond the databases: whether their stories agree, work that stands still, and the mails."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from datetime import timedelta

from django.conf import settings

from eboxcast import __version__
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import ENDED
from eboxcast.database import doctor as databases
from eboxcast.database.findings import Check, Finding, State, Surroundings, examine
from eboxcast.database.names import CONTROL, ENVIRONMENTS
from eboxcast.delivery.expiry import Step, foresee_expiry
from eboxcast.delivery.models import Intent, Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.recovery import repair as recovery
from eboxcast.delivery.recovery.repair import Difference, Found
from eboxcast.delivery.remote import health
from eboxcast.lib import clock
from eboxcast.lib.actors import INSTITUTION_ROLES, STEWARD, Actor
from eboxcast.lib.errors import TargetRefusal, TargetTrouble
from eboxcast.lib.formatting import short_run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.compacting import standing
from eboxcast.notices.incoming.replies import last_read
from eboxcast.notices.listing import last_problem, tally, unread_since
from eboxcast.notices.models import State as NoticeState
from eboxcast.notices.readers import ROLES
from eboxcast.notices.webhooks import standings
from eboxcast.operations.passes import PATIENCE, is_missed, last_pass, waiting
from eboxcast.package.malware import ScannerAway, ask_scanner
from eboxcast.senders.people import reached_roles
from eboxcast.targets.opening import capabilities_of, target_of


def look(doors: Sequence[Check] = ()) -> list[Finding]:
    """Look at everything a broadcast depends on, and last at what the doors look at; change nothing."""
    return examine((*databases.CHECKS, differences, *_CHECKS, *doors))


def look_for(actor: Actor, doors: Sequence[Check] = ()) -> list[Finding]:
    """Look at everything for somebody on a page. At the machine nobody is asked who they are. Raises NotYourRole."""
    authorize(actor, "installation.examine")
    return look(doors)


def look_and_repair(doors: Sequence[Check] = (), *, restored: str | None, acting: Callable[[], Actor]) -> list[Finding]:
    """Look at everything, and mend what can be mended without the files.

    ``restored`` is the environment the operator restored; ``acting`` says who does it, once the databases answer.
    """
    return examine((*databases.CHECKS, _repair(restored, acting), *_CHECKS, *doors))


_OF_RUN = {"run": "{run}"}
_ACTIONS = {
    "repair": NextAction(action="run.repair"),
    "prepare": NextAction(action="run.prepare", parameters={"environment": "{environment}"}),
    "see": NextAction(action="run.see", parameters=_OF_RUN),
    "resume": NextAction(action="run.resume", parameters=_OF_RUN),
    "launch": NextAction(action="run.launch", parameters=_OF_RUN),
    "work": NextAction(action="run.work", parameters={"environment": "{environment}"}),
    "notices": NextAction(action="notice.see"),
    "retry_notices": NextAction(action="notice.retry"),
    "read": NextAction(action="notice.take_in"),
    "lead": NextAction(action="procedure.lead"),
    "lead_once": NextAction(action="procedure.lead", parameters={"once": "yes"}),
}


# Whether control and the environments agree

_AGREE = N_("The control and {environment} databases agree.")
_MENDED = N_("Run {run} is consistent again in {environment}.")
_REPAIR = N_("Run: {repair}")
_SENTENCES = {
    Difference.RUN_MISSING: N_(
        "The control database has no record of run {run}, which exists in {environment}. Was control restored?"
    ),
    Difference.VISIBILITY_FORGOTTEN: N_(
        "Run {run} was published, but is not visible to anyone in {environment}. Was {environment} restored?"
    ),
    Difference.SENDING_FORGOTTEN: N_(
        "Run {run} was sent, but {environment} no longer has the list of who received it. Was {environment} restored?"
    ),
    Difference.RELEASE_MISSING: N_("{environment} has no data for run {run}. Was {environment} restored?"),
}
_REMEDIES = {
    Difference.SENDING_FORGOTTEN: N_("Restore {environment} to a later point in time, if you can. If not: {repair}"),
    Difference.RELEASE_MISSING: N_("Prepare it again from the same files: {prepare}"),
}


def differences(around: Surroundings) -> Iterator[Finding]:
    """Where control and an environment disagree."""
    for environment in _environments(around):
        found = list(recovery.find_differences(environment))
        if not found:
            yield Finding("stories", State.OK, _AGREE, {"environment": environment})
        yield from map(_of_difference, found)


def _repair(restored: str | None, acting: Callable[[], Actor]) -> Check:
    def stories(around: Surroundings) -> Iterator[Finding]:
        for environment in _environments(around):
            for found in list(recovery.find_differences(environment, was_restored=environment == restored)):
                if recovery.repair(found, actor=acting()):
                    yield Finding("stories", State.OK, _MENDED, _data_of(found))
        yield from differences(around)

    return stories


def interrupted(around: Surroundings) -> Iterator[Finding]:
    """What somebody wanted of a run and nobody brought to an end."""
    if CONTROL not in around.ours:
        return
    for intent in Intent.objects.filter(done_at=None).select_related("run"):
        sentence = N_("{action} of run {run}, requested by {by} on {moment}, was interrupted or is in progress.")
        data = {
            "action": intent.action,
            "run": intent.run.short,
            "by": intent.by,
            "moment": intent.asked_at,
        }
        remedy = N_("If no process is working on it any more: {see}")
        yield Finding("intents", State.ATTENTION, sentence, data, remedy, _ACTIONS)


# Work

_SOMEBODY = N_("Start a worker: {work}")
_STALLED = N_(
    "{count} batches of run {run} are assigned to {workers}, which stopped responding. They have not "
    "been taken over since {since}."
)
_UNATTENDED = N_("Run {run} in {environment} is running and has open batches, but no process is working on it.")
_SILENT = N_("{count} workers of {environment} have not responded since {since}.")
_START_AGAIN = N_(
    "Check that their machines are running, and restart the workers. Other workers will take over their batches."
)
_ALIVE = N_("{count} workers of {environment} are active.")
_OTHER_VERSION = N_("The workers of {environment} have version {versions}; this program has version {version}.")
_SAME_VERSION = N_("Install the same version on all machines and restart the workers.")
_PAUSED = N_("Run {run} in {environment} is paused: {reason}")
_FAILED = N_("Run {run} in {environment} failed: {reason}")
_GO_ON = N_("To see its status: {see}; to continue: {resume}")
_WAITS = N_("Run {run} in {environment} was never launched. It will be discarded on {until}.")
_LAUNCH = N_("Launch it before then: {launch}")
_ANSWERS = N_("The provider of {environment} accepts the login and responds.")
_NO_ANSWER = N_("The provider of {environment} cannot be used at the moment: {reason}")
_COMPARE = N_("Check EBOXCAST_TARGETS_FILE against docs/reference/targets.md, or ask the provider's support.")


def lanes(around: Surroundings) -> Iterator[Finding]:
    """Batches and runs that nobody works on although it is time."""
    for environment in _environments(around):
        for found in health.stalled(environment):
            data = {
                **_named(found.run),
                "count": found.batches_count,
                "workers": ", ".join(found.workers),
                "since": found.since,
            }
            yield Finding("lanes", State.ATTENTION, _STALLED, data, _SOMEBODY, _ACTIONS)
        for run in health.unattended(environment):
            yield Finding("lanes", State.ATTENTION, _UNATTENDED, _named(run), _SOMEBODY, _ACTIONS)


def workers(around: Surroundings) -> Iterator[Finding]:
    """Which workers fell silent, and how many there are. Without a remote provider there are none to miss."""
    for environment in filter(_sends, _environments(around)):
        found = health.workers(environment)
        data = {"environment": environment, "count": found.alive_count}
        yield Finding("workers", State.OK, _ALIVE, data)
        if found.silent_since:
            silent = {**data, "count": found.silent_count, "since": found.silent_since}
            yield Finding("workers", State.ATTENTION, _SILENT, silent, _START_AGAIN)
        if others := [version for version in found.versions if version != __version__]:
            of_them = {**data, "versions": ", ".join(others), "version": __version__}
            yield Finding("workers", State.ATTENTION, _OTHER_VERSION, of_them, _SAME_VERSION)


_COMPACTED = N_(
    "{environment}: {releases} visible broadcasts are compacted, in {compactions} parts; {waiting} are not yet."
)
_NOT_COMPACTED = N_("{environment}: {waiting} visible broadcasts are not compacted, so eBoxes open more slowly.")
_IN_ROWS = N_("{environment}: {rows} recipients are stored in rows beside what is compacted.")
_ROWS_WAIT = N_(
    "{environment}: {rows} recipients are stored in rows beside what is compacted. The oldest broadcast that needs "
    "its rows, prepared or not compacted yet, was stored on {since}."
)
_COMPACT = N_("Run the steward as a service: `{lead}` (docs/howto/operate.md).")
_MANY_WAITING = 64


def compaction(around: Surroundings) -> Iterator[Finding]:
    """Whether an eBox is opened from a few blocks, or from a row of each broadcast."""
    for environment in _environments(around):
        found = standing(environment)
        data = {
            "environment": environment,
            "compactions": found.compactions,
            "releases": found.releases,
            "waiting": found.waiting,
        }
        if found.waiting >= _MANY_WAITING:
            yield Finding("compaction", State.ATTENTION, _NOT_COMPACTED, data, _COMPACT, _ACTIONS)
        elif found.compactions:
            yield Finding("compaction", State.OK, _COMPACTED, data)
        if found.compactions and found.rows:
            in_rows = {"environment": environment, "rows": found.rows, "since": found.oldest_at}
            yield Finding("compaction", State.OK, _ROWS_WAIT if found.oldest_at else _IN_ROWS, in_rows)


def halted(around: Surroundings) -> Iterator[Finding]:
    """Runs that wait for somebody's decision."""
    for environment in _environments(around):
        for run in health.halted(environment):
            sentence = _PAUSED if run.state == RunState.PAUSED else _FAILED
            data = {**_named(run), "reason": mask_and_strip(run.reason) or "-"}
            yield Finding("halted", State.ATTENTION, sentence, data, _GO_ON, _ACTIONS)


def unlaunched(around: Surroundings) -> Iterator[Finding]:
    """Releases that nobody launches and that will soon be given up."""
    for environment in _environments(around):
        for due in foresee_expiry(environment, actor=STEWARD):
            if due.step in (Step.WARNED, Step.DISCARDED) and due.until:
                data = {"run": short_run(due.run), "environment": environment, "until": due.until}
                yield Finding("unlaunched", State.ATTENTION, _WAITS, data, _LAUNCH, _ACTIONS)


def providers(around: Surroundings) -> Iterator[Finding]:
    """Whether each remote provider knows us and answers."""
    for environment in filter(_sends, ENVIRONMENTS):
        if environment not in around.reached:
            continue
        data: dict[str, object] = {"environment": environment}
        target = target_of(environment)
        try:
            target.probe()
        except (TargetTrouble, TargetRefusal) as error:
            data["reason"] = _reason(error)
            yield Finding("providers", State.FAILED, _NO_ANSWER, data, _COMPARE)
        else:
            yield Finding("providers", State.OK, _ANSWERS, data)
        finally:
            target.close()


# Mails

_SENT = N_("{sent} notices sent, {waiting} waiting.")
_GIVEN_UP = N_("{count} notices could not be sent and will not be retried: {problem}")
_TO_BE_RETRIED = N_("{count} notices could not be sent yet and will be retried: {problem}")
_SEE_NOTICES = N_("To see them: `{notices}`. Once the cause is fixed: {retry_notices}")
_FILES = N_("Notices are saved as files in {folder} and are not sent by email.")
_SET = N_("To send them by email, set EBOXCAST_SMTP_URL and EBOXCAST_MAIL_FROM.")


def notices(around: Surroundings) -> Iterator[Finding]:
    """Whether the procedure's mails leave the house."""
    if not _is_followed(around):
        return
    found = tally()
    yield Finding("notices", State.OK, _SENT, {"sent": found.sent, "waiting": found.waiting})
    for count, sentence in ((found.given_up, _GIVEN_UP), (found.failed, _TO_BE_RETRIED)):
        if count:
            data = {"count": count, "problem": mask_and_strip(last_problem()) or "-"}
            yield Finding("notices", State.ATTENTION, sentence, data, _SEE_NOTICES, _ACTIONS)
    if settings.EBOXCAST_MAIL_SERVER is None:
        folder = str(settings.EBOXCAST_STATE_DIR / "mail")
        yield Finding("notices", State.ATTENTION, _FILES, {"folder": folder}, _SET)


# The mails that come in

_READ = N_("The emails that came in were last read on {moment}.")
_NOT_READ = N_("The emails that came in have not been read since {moment}.")
_NEVER_READ = N_("The emails that came in have never been read, although EBOXCAST_IMAP_URL is set.")
_READ_THEM = N_("Run it as a service: `{read}` (docs/howto/read-replies.md).")


def mail_in(around: Surroundings) -> Iterator[Finding]:
    """Whether replies and bounces are read, where there is a mailbox for them."""
    if settings.EBOXCAST_MAILBOX is None or not _is_followed(around):
        return
    at = last_read()
    if at is not None and clock.now() - at <= PATIENCE:
        yield Finding("mail-in", State.OK, _READ, {"moment": at})
    elif at is not None:
        yield Finding("mail-in", State.ATTENTION, _NOT_READ, {"moment": at}, _READ_THEM, _ACTIONS)
    else:
        yield Finding("mail-in", State.ATTENTION, _NEVER_READ, {}, _READ_THEM, _ACTIONS)


# The steward

_RAN = N_("The steward last ran on {moment}.")
_TROUBLED = N_("The steward last ran on {moment}, with {count} problems.")
_SEE_TROUBLES = N_("To see them: {lead_once}")
_NOBODY_LEADS = N_("The steward is not running: no emails were made about events since {moment}.")
_AWAY = N_(
    "The steward last ran on {moment}. Waiting for it: {broadcasts} broadcasts in progress, {emails} emails,"
    " {alarms} alarms."
)
_NEVER = N_(
    "The steward has never run. Waiting for it: {broadcasts} broadcasts in progress, {emails} emails, {alarms} alarms."
)
_LEAD = N_("Run it as a service: `{lead}` (docs/howto/operate.md); or once, now: {lead_once}")


def steward(around: Surroundings) -> Iterator[Finding]:
    """Whether what the procedure does by itself is done, wherever something waits for it."""
    if not _is_followed(around):
        return
    last, since = last_pass(), unread_since()
    waits = waiting()
    if since is not None and clock.now() - since > PATIENCE:
        yield Finding("steward", State.ATTENTION, _NOBODY_LEADS, {"moment": since}, _LEAD, _ACTIONS)
    elif is_missed(last) and waits.anything:
        data = {
            "broadcasts": waits.broadcasts,
            "emails": waits.emails,
            "alarms": waits.alarms,
            "moment": last.ended_at if last else None,
        }
        yield Finding("steward", State.ATTENTION, _AWAY if last else _NEVER, data, _LEAD, _ACTIONS)
    elif last is not None and last.trouble_count:
        of_last = {"moment": last.ended_at, "count": last.trouble_count}
        yield Finding("steward", State.ATTENTION, _TROUBLED, of_last, _SEE_TROUBLES, _ACTIONS)
    elif last is not None:
        yield Finding("steward", State.OK, _RAN, {"moment": last.ended_at})


_RUNG = N_("Alarms go to {count} {count:address|addresses}.")
_NOT_RUNG = N_("Alarms to {label} ({origin}) cannot be sent: {problem}. Waiting: {count}.")
_LOOK_THERE = N_("Check that it responds. Alarms are retried; to try the address at once, use the page of the alarms.")


def alarms(around: Surroundings) -> Iterator[Finding]:
    """Whether other systems are told of what is urgent, where somebody asked for that."""
    if CONTROL not in around.ours:
        return
    found = standings()
    if found:
        yield Finding("alarms", State.OK, _RUNG, {"count": len(found)})
    for one in found:
        if one.last is not None and one.last.state != NoticeState.SENT:
            data: dict[str, object] = {
                "label": mask_and_strip(one.webhook.label),
                "origin": one.origin,
                "problem": mask_and_strip(one.last.last_problem) or "-",
                "count": one.waiting_count,
            }
            yield Finding("alarms", State.ATTENTION, _NOT_RUNG, data, _LOOK_THERE)


_EVERYBODY = N_("Every role that gets notices has a person with an email address.")
_NOBODY = N_("No one with the role {role} has an email address, so notices to this role reach no one.")
_NOBODY_THERE = N_("Institution {institution} has a broadcast in progress, but no {role} with an email address.")
_ADD = N_("The integration team must add such a person, or add the email address of one.")


def readers(around: Surroundings) -> Iterator[Finding]:
    """Whether every role that a notice is for has somebody to whom a mail can be sent."""
    if not _is_followed(around):
        return
    reached = reached_roles()
    found = [*_roles_of_nobody(reached), *_roles_of_nobody_there(reached)]
    if not found:
        yield Finding("readers", State.OK, _EVERYBODY)
    yield from found


def _roles_of_nobody(reached: Container[tuple[str, str]]) -> Iterator[Finding]:
    for role in sorted(set(ROLES.values()) - INSTITUTION_ROLES):
        if (role, "") not in reached:
            yield Finding("readers", State.ATTENTION, _NOBODY, {"role": role}, _ADD)


def _roles_of_nobody_there(reached: Container[tuple[str, str]]) -> Iterator[Finding]:
    under_way = Broadcast.objects.exclude(state__in=ENDED).order_by("institution")
    for institution in under_way.values_list("institution", flat=True).distinct():
        for role in sorted(INSTITUTION_ROLES):
            if (role, institution) not in reached:
                data = {"institution": institution, "role": role}
                yield Finding("readers", State.ATTENTION, _NOBODY_THERE, data, _ADD)


# Malware

_EXAMINES = N_("The malware scanner responds: {version}.")
_NOT_EXAMINED = N_("The malware scanner does not respond: {reason}. Delivered files wait.")
_START_SCANNER = N_("Start clamd, or correct EBOXCAST_CLAMD.")
_STALE_SIGNATURES = N_("The signatures of the malware scanner are from {at}.")
_UPDATE_SIGNATURES = N_("Run freshclam as a service, and check that it reaches its mirror.")
_FRESH = timedelta(days=3)


def malware(around: Surroundings) -> Iterator[Finding]:
    """Whether delivered files can be examined, and how old what the scanner knows is, by the clock of the machine."""
    if settings.EBOXCAST_CLAMD is None:
        return
    try:
        found = ask_scanner(settings.EBOXCAST_CLAMD)
    except ScannerAway as error:
        yield Finding("malware", State.FAILED, _NOT_EXAMINED, {"reason": error.data["reason"]}, _START_SCANNER)
        return
    yield Finding("malware", State.OK, _EXAMINES, {"version": found.version})
    made = found.signatures_at
    if made is None or clock.now() - clock.offset() - made > _FRESH:
        yield Finding("malware", State.ATTENTION, _STALE_SIGNATURES, {"at": made or "–"}, _UPDATE_SIGNATURES)


_CHECKS: tuple[Check, ...] = (
    interrupted,
    lanes,
    workers,
    compaction,
    halted,
    unlaunched,
    providers,
    readers,
    steward,
    notices,
    mail_in,
    alarms,
    malware,
)


def _is_followed(around: Surroundings) -> bool:
    """Say whether there is a procedure, from the mark that is read once for all checks."""
    return CONTROL in around.ours and around.marks[CONTROL].procedure == "on"


def _environments(around: Surroundings) -> list[str]:
    """Leave alone what is another database than meant, or has other tables: ``marks`` says so already."""
    if CONTROL not in around.ours:
        return []
    return [alias for alias in around.reached if alias != CONTROL and alias in around.ours]


def _of_difference(found: Found) -> Finding:
    remedy = _REMEDIES.get(found.difference, _REPAIR)
    sentence = _SENTENCES[found.difference]
    return Finding("stories", State.FAILED, sentence, _data_of(found), remedy, _ACTIONS)


def _data_of(found: Found) -> dict[str, object]:
    return {"run": short_run(found.run), "environment": found.environment}


def _sends(environment: str) -> bool:
    return not capabilities_of(environment).atomic_visibility


def _named(run: Run) -> dict[str, object]:
    return {"run": run.short, "environment": run.environment}


def _reason(error: TargetTrouble | TargetRefusal) -> str:
    told = [str(error.data[name]) for name in ("reason", "provider_code", "provider_message") if name in error.data]
    return mask_and_strip(" ".join(told))
