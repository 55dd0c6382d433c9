"""What came next right after an event, as a mail says it: the reader's own steps with the pages where they are done."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.broadcasts.progress import Step, steps_recorded
from eboxcast.broadcasts.states import Action, permission_of
from eboxcast.broadcasts.words import WHO
from eboxcast.lib.command_line import command_of
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.letter import Turn
from eboxcast.notices.links import link_to, way_to
from eboxcast.notices.readers import Reader
from eboxcast.notices.words import day_or_moment, said, word
from eboxcast.reports.page_text import unbroken
from eboxcast.senders.models import TypeRequest
from eboxcast.senders.type_states import next_in, state_after, turn_in

_YOURS = N_("Your next step: {what}.")
_THEIRS = N_("Next step for {who}: {what}.")
_BY_ITSELF = N_("Next step: {what}.")
_BY = N_("By {moment}.")
_BEGINS_WITH: Mapping[Action, str] = {
    Action.JUDGE: "broadcast.look",
    **dict.fromkeys((Action.LAUNCH, Action.FINISH, Action.REPORT, Action.CLOSE), "broadcast.see"),
}
"""What leads to a step, where that is not the step itself: to look before judging, and at what goes on by itself."""
_MOST = 4


def turns_of(about: About, reader: Reader) -> tuple[Turn, ...]:
    """Return what came next, the reader's own steps first."""
    if about.request is not None:
        return (_of_request(about, about.request, reader),)
    if about.broadcast is None:
        return ()
    turns = [_turn(step, about.broadcast.number, reader) for step in steps_recorded(about.standing)]
    return tuple(sorted(turns, key=lambda turn: not turn.mine)[:_MOST])


def _turn(step: Step, number: str, reader: Reader) -> Turn:
    language, mine = reader.language, not reader.roles.isdisjoint(step.turn)
    what = said(step.sentence, language, {name: word(str(value)) for name, value in step.data.items()})
    who = ", ".join(translate(WHO[role], language) for role in step.turn)
    sentence = _YOURS if mine else _THEIRS if who else _BY_ITSELF
    action = _action(step, number)
    link = link_to(action) if mine else ""
    return Turn(
        who=translate(sentence, language, {"what": what, "who": who}),
        mine=mine,
        by=translate(_BY, language, {"moment": day_or_moment(step.due_at, language)}) if step.due_at else "",
        link=link,
        command=command_of(action) if mine and not link else "",
    )


def _action(step: Step, number: str) -> NextAction:
    name = _BEGINS_WITH.get(step.action, permission_of(step.action))
    waived = {"what": str(step.data["what"])} if step.action == Action.WAIVE else {}
    return NextAction(action=name, parameters={"broadcast": number, **waived})


def _of_request(about: About, request: TypeRequest, reader: Reader) -> Turn:
    state = state_after(about.entry.action, about.entry.environment)
    who = sentence_in(next_in(state, request), reader.language, render=lambda action: unbroken(way_to(action)))
    return Turn(who=who, mine=turn_in(state) in reader.roles, by="", link="", command="")
