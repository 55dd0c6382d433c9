"""Whose turn it is, as a mail says it: the reader's own step with the command that does it."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.production import files_digest
from eboxcast.broadcasts.progress import Step, standing_of
from eboxcast.broadcasts.states import Action
from eboxcast.lib.formatting import iso, long_moment
from eboxcast.lib.telling import sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.letter import Turn
from eboxcast.notices.readers import Reader
from eboxcast.notices.words import WHO, said, word
from eboxcast.senders.models import TypeRequest
from eboxcast.senders.type_states import next_of, turn_of

_YOURS = N_("Your next step: {what}.")
_THEIRS = N_("Next step for {who}: {what}.")
_BY_ITSELF = N_("Next step: {what}.")
_BY = N_("By {moment}.")
_COMMANDS: Mapping[Action, str] = {
    Action.ACCEPT: "eboxcast broadcast decide {number} accept --date DATE",
    Action.POSTPONE: "eboxcast broadcast decide {number} postpone --reason …",
    Action.AGREE: "eboxcast broadcast agree {number} DATE",
    Action.WANT: "eboxcast broadcast want {number} DATE",
    Action.RECONFIRM: "eboxcast broadcast reconfirm {number}",
    Action.WAIVE: "eboxcast broadcast waive {number} {what} --reason …",
    Action.DELIVER_ACCEPTANCE: "eboxcast broadcast deliver {number} DIR --environment acceptance",
    Action.TEST: "eboxcast broadcast test {number}",
    Action.JUDGE: "eboxcast broadcast look {number}",
    Action.APPROVE: "eboxcast broadcast verdict {number} approve",
    Action.REJECT: "eboxcast broadcast verdict {number} reject --reason …",
    Action.DELIVER_PRODUCTION: "eboxcast broadcast deliver {number} DIR --environment production",
    Action.GIVE_GO: "eboxcast broadcast go {number} --moment {moment} --files {files}",
    Action.WARN: "eboxcast broadcast warn {number}",
    Action.ARM: "eboxcast broadcast arm {number}",
}
_SHOW = "eboxcast broadcast show {number}"
_FILES_SHOWN = 12
_MOST = 4


def turns_of(about: About, reader: Reader) -> tuple[Turn, ...]:
    """Return what comes next, the reader's own steps first."""
    if about.request is not None:
        return (_of_request(about.request, reader),)
    if about.broadcast is None:
        return ()
    turns = [_turn(step, about.broadcast, reader) for step in standing_of(about.broadcast).steps]
    return tuple(sorted(turns, key=lambda turn: not turn.mine)[:_MOST])


def _turn(step: Step, broadcast: Broadcast, reader: Reader) -> Turn:
    language, mine = reader.language, not reader.roles.isdisjoint(step.turn)
    what = said(step.sentence, language, {name: word(str(value)) for name, value in step.data.items()})
    who = ", ".join(translate(WHO[role], language) for role in step.turn)
    sentence = _YOURS if mine else _THEIRS if who else _BY_ITSELF
    return Turn(
        who=translate(sentence, language, {"what": what, "who": who}),
        mine=mine,
        by=translate(_BY, language, {"moment": long_moment(step.due_at, language)}) if step.due_at else "",
        command=_COMMANDS.get(step.action, _SHOW).format_map(_filling(step, broadcast)) if mine else "",
    )


def _filling(step: Step, broadcast: Broadcast) -> dict[str, object]:
    agreed = broadcast.agreed_at
    return {
        "number": broadcast.number,
        "moment": iso(agreed, "seconds") or "",
        "files": files_digest(broadcast)[:_FILES_SHOWN],
        **step.data,
    }


def _of_request(request: TypeRequest, reader: Reader) -> Turn:
    mine = turn_of(request) in reader.roles
    return Turn(who=sentence_in(next_of(request), reader.language), mine=mine, by="", command="")
