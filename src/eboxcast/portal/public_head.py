"""The signed head of the audit for anyone who asks, above all for witnesses: what `audit head` prints.

Where the setting is off there is no such address: how many entries there are shows how busy an installation is.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from eboxcast.accounts.errors import TooManyTries
from eboxcast.accounts.guessing import HEADS, MINUTES, SIGNED_HEADS
from eboxcast.audit.heads import public_head
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.errors import EboxcastError, WrongUse
from eboxcast.lib.translation import N_
from eboxcast.presenters.audit import signed_head
from eboxcast.presenters.json import json_text
from eboxcast.web.errors import remedy_on_page, sentence_on_page
from eboxcast.web.requests import PageRequest

_SIZE = re.compile("[1-9][0-9]{0,17}")
_SECONDS = 60
"""As long as none is signed anew."""


class SinceUnclear(WrongUse):
    """A size is a number of entries."""

    code = "audit.since-unclear"
    sentence = N_("The size of the older head is not valid.")
    remedy = N_("Give the number of entries in it: since=1204.")


class AskedTooOften(TooManyTries):
    """Each answer costs the database some work."""

    code = "audit.head-asked-too-often"
    sentence = N_("The head of the audit was requested too often from this address.")


@require_safe
def show(request: PageRequest) -> HttpResponse:
    """Give the newest head, with the proof that it goes on from one of the size ``since``."""
    if settings.EBOXCAST_PUBLIC_AUDIT_HEAD != "on":
        raise Http404
    since = request.GET.get("since")
    if since is not None and not _SIZE.fullmatch(since):
        return _problem(request, SinceUnclear(), 400)
    try:
        with sanitized_db_errors():
            HEADS.count("", request.META["REMOTE_ADDR"])
            handed = public_head(int(since) if since else None, renew=_is_turn())
    except TooManyTries as error:
        answer = _problem(request, AskedTooOften(**error.data), 429)
        answer["Retry-After"] = str(60 * MINUTES)
        return answer
    except EboxcastError as error:
        return _problem(request, error, 503)
    answer = HttpResponse(f"{json_text(signed_head(handed), precision='microseconds')}\n", "application/json")
    answer["Cache-Control"] = f"public, max-age={_SECONDS}"
    return answer


def _is_turn() -> bool:
    """Return whether nobody had anything signed within the last minute."""
    try:
        SIGNED_HEADS.count("", "")
    except TooManyTries:
        return False
    return True


def _problem(request: PageRequest, error: EboxcastError, status: int) -> HttpResponse:
    """Return what is wrong as text: no person reads it, but the record of a program."""
    language = request.language
    said = " ".join(filter(None, (sentence_on_page(error, language), remedy_on_page(error, language))))
    return HttpResponse(f"{said}\n", "text/plain; charset=utf-8", status)
