"""What people may call about, put together by letter, and what to answer them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from eboxcast.broadcasts.calls import Call, Calls, is_over
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.calls import Answer, CallGroup, CallList, CallShown, CallState

_NOT_FOUND = N_("I cannot find the letter")
_NO_EBOX = N_("I have no eBox, or never opened it")
_WRONG = N_("The letter is wrong, or not for me")
_MANY = N_("Many callers report the same problem")

_WHERE = {
    "coming": N_("It is not visible yet. It will be in the eBox from {moment}."),
    "visible": N_(
        "It has been in the eBox since {moment}, for the people on the institution's list. "
        "Only the institution can tell whether someone is on it."
    ),
    "expired": N_("It has expired: it has not been in the eBox since {until}. Ask the institution for a copy."),
    "recalled": N_("It was recalled from all eBoxes. Reason: {reason}"),
    "over": N_("It will not be sent."),
}
_UNTIL = N_("It stays there until {until}.")
_ACTIVATE = N_("They can activate their eBox at any time: the letter is then there. Nothing has to be requested.")
_PAPER = N_("The letter is not put into eBoxes that are not active. The institution decides whether to send paper.")
_CALL_THEM = N_("Give the contact of the institution. You cannot look into eBoxes, and do not need to.")
_CALL_US = N_("Call the integration team: a letter can be recalled from all eBoxes.")


def call_list(calls: Calls) -> CallList:
    """Return everything that people may call about, the languages of a letter together."""
    return CallList(coming=_groups(calls.coming), visible=_groups(calls.visible))


def call_group(call: Call) -> CallGroup:
    """Return one broadcast that people may call about."""
    return _groups([call])[0]


def answers_for(call: Call, language: str) -> tuple[Answer, ...]:
    """Return what callers ask about a broadcast, with what is true of it now."""
    state = _state(call)
    broadcast = call.broadcast
    data = {
        "moment": _minute(broadcast.visible_at or broadcast.agreed_at),
        "until": _minute(call.until),
        "reason": mask_and_strip(broadcast.reason) or "–",
    }
    where = translate(_WHERE[state], language, data)
    if state == "visible" and call.until:
        where += " " + translate(_UNTIL, language, data)
    pairs = [(_NOT_FOUND, where)]
    if state in ("coming", "visible"):
        pairs.append((_NO_EBOX, translate(_ACTIVATE if call.waits_for_activation else _PAPER, language)))
    pairs += [(_WRONG, translate(_CALL_THEM, language)), (_MANY, translate(_CALL_US, language))]
    return tuple(Answer(question=translate(question, language), answer=answer) for question, answer in pairs)


def _minute(moment: datetime | None) -> datetime | str:
    return moment.replace(second=0) if moment else "–"


def _groups(calls: Iterable[Call]) -> tuple[CallGroup, ...]:
    return tuple(_group(list(together)) for _, together in groupby(calls, key=_letter))


def _letter(call: Call) -> tuple[object, ...]:
    """Return what broadcasts have in common that people see as one letter."""
    one = call.broadcast
    return one.campaign_id or one.id, one.subject, one.visible_at or one.agreed_at, _state(call)


def _group(calls: list[Call]) -> CallGroup:
    first = calls[0].broadcast
    shown = tuple(map(_shown, calls))
    known = [one.first_time for one in shown if one.first_time is not None]
    return CallGroup(
        subject=mask_and_strip(first.subject),
        institution_names=first.institution.names,
        campaign=mask_and_strip(first.campaign.name) if first.campaign else "",
        state=_state(calls[0]),
        moment=first.visible_at or first.agreed_at,
        until=calls[0].until,
        recipients=sum(one.recipients for one in shown),
        first_time=sum(known) if len(known) == len(shown) else None,
        calls=shown,
    )


def _shown(call: Call) -> CallShown:
    one = call.broadcast
    return CallShown(
        number=one.number,
        language=one.language,
        state=_state(call),
        agreed_at=one.agreed_at,
        visible_at=one.visible_at,
        until=call.until,
        recipients=one.expected_count if one.recipients_count is None else one.recipients_count,
        prepared=one.recipients_count is not None,
        first_time=one.first_time_count,
        has_document=bool(one.production_run or one.acceptance_run),
    )


def _state(call: Call) -> CallState:
    one: Broadcast = call.broadcast
    if one.state == State.RECALLED:
        return "recalled"
    if is_over(one):
        return "over"
    if one.visible_at is None:
        return "coming"
    return "expired" if call.until and call.until <= clock.now() else "visible"
