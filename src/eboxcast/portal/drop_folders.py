"""The drop folders of the institutions: what lies there, what came of what was taken, and taking it now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from eboxcast.exchange.codes import OUTCOMES, SetFault
from eboxcast.exchange.collection import collect
from eboxcast.exchange.folders import DropFolderNotSet, drop_folder
from eboxcast.exchange.intake import TROUBLE, WAITING
from eboxcast.exchange.keys import list_keys
from eboxcast.exchange.signers import list_signers
from eboxcast.exchange.standing import (
    FolderStanding,
    LyingSet,
    TakenStanding,
    faults_in,
    folders,
    taken_lately,
)
from eboxcast.lib.policy import authorize, permits
from eboxcast.lib.translation import N_, translate
from eboxcast.portal.once import done_once
from eboxcast.portal.told import tell
from eboxcast.presenters.sftp_keys import sftp_key_list
from eboxcast.presenters.signers import signer_list
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_MOST = 50
_COLLECTED = N_("Sets collected: {count}. Not complete yet: {waiting}. Problems on our side: {troubles}.")


@dataclass(frozen=True)
class LyingShown:
    """What lies in a folder, with what is wrong with it in words."""

    lying: LyingSet
    faults: list[str]


@dataclass(frozen=True)
class FolderShown:
    """A folder, as it is shown."""

    standing: FolderStanding
    sets: list[LyingShown]


@dataclass(frozen=True)
class TakenShown:
    """What came of a set, in words."""

    standing: TakenStanding
    outcome: str
    faults: list[str]


@require_safe
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show what lies in the folders, and what came of the sets that were taken last."""
    authorize(request.actor, "exchange.collect")
    try:
        root = drop_folder()
    except DropFolderNotSet:
        return render(request, "portal/drop_folders.html", {"section": "drop-folders", "is_set": False})
    language = request.language
    shown = {
        "section": "drop-folders",
        "is_set": True,
        "folders": [_folder(one, language) for one in folders(root, actor=request.actor)],
        "keys": sftp_key_list(list_keys(actor=request.actor)).keys,
        "signers": signer_list(list_signers(actor=request.actor)).signers,
        "may_add": permits(request.actor, "sftp_key.add"),
        "may_add_signer": permits(request.actor, "signer.add"),
        "may_end_signer": permits(request.actor, "signer.end"),
        "taken": [_taken(one, language) for one in taken_lately(root, actor=request.actor, limit=_MOST)],
    }
    return render(request, "portal/drop_folders.html", shown)


@require_POST
@signed_in
def collect_now(request: PageRequest) -> HttpResponse:
    """Take all sets that are complete, and say how many there were."""
    if not done_once(request, lambda: authorize(request.actor, "exchange.collect")):
        return redirect("drop-folders")  # a second time it would say that there was nothing
    outcomes = Counter(one.outcome for one in collect(drop_folder(), actor=request.actor))
    waiting, troubles = outcomes.pop(WAITING, 0), outcomes.pop(TROUBLE, 0)
    tell(request, _COLLECTED, count=outcomes.total(), waiting=waiting, troubles=troubles)
    return redirect("drop-folders")


def _folder(standing: FolderStanding, language: str) -> FolderShown:
    sets = [LyingShown(one, [_fault(fault, language) for fault in one.faults]) for one in standing.sets]
    return FolderShown(standing, sets)


def _taken(standing: TakenStanding, language: str) -> TakenShown:
    codes = standing.taken.codes
    outcome = translate(OUTCOMES[standing.taken.result], language, {"codes": ", ".join(map(str, codes)) or "…"})
    return TakenShown(standing, outcome, faults_in(codes, language))


def _fault(fault: SetFault, language: str) -> str:
    return f"{fault.error_id}: {translate(fault.sentence, language, fault.data)}"
