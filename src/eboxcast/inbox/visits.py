"""Who has an eBox open in this browser: apart from the people of the procedure, by another cookie and addresses."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from eboxcast.database.environments import environments_in_reach
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.database.replicas import has_replica
from eboxcast.inbox.claims import Identity, Mandate
from eboxcast.inbox.configuration import SignInOptions
from eboxcast.inbox.errors import NoEboxesHere
from eboxcast.inbox.sealing import seal, unseal
from eboxcast.lib import clock
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.mailboxes import ended_visits
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.recipients import Recipient, recipient_of
from eboxcast.web import cookies
from eboxcast.web.identity import Begun

P = ParamSpec("P")

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = int(ended_visits.LONGEST.total_seconds())
SIGN_IN_SECONDS = 10 * 60
NEXT = "next"
_RENEWED_AFTER = 5 * 60
_WROTE = "wrote"
_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A recipient with an eBox open, and the others they may open."""

    recipient: Recipient
    identity: Identity
    number: int
    """By which it can be ended: drawn at random."""
    began: float
    """When they signed in, in seconds since 1970."""

    @property
    def name(self) -> str:
        """Return what the open eBox is called."""
        return self.identity.name_of(self.recipient.mailbox)


class InboxRequest(HttpRequest):
    """A request to the pages of recipients."""

    language: str
    visit: Visit


View = Callable[Concatenate[InboxRequest, str, P], HttpResponseBase]


def options_of(environment: str) -> SignInOptions:
    """Return who signs the recipients of an environment in. Raises NoEboxesHere where its eBoxes are not shown."""
    options: Mapping[str, SignInOptions] = settings.EBOXCAST_SIGN_IN
    own_eboxes = settings.EBOXCAST_TARGETS[environment].capabilities.own_eboxes
    if environment not in options or environment not in environments_in_reach() or not own_eboxes:
        raise NoEboxesHere
    return options[environment]


def signed_in(view: View[P]) -> View[P]:
    """Have a view answer only a recipient; others sign in first, and come back to what they asked for."""

    @wraps(view)
    def answer(request: InboxRequest, environment: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        options_of(environment)
        found = _visit_of(request, environment)
        if found is None:
            return HttpResponseRedirect(_sign_in_address(request, environment))
        request.visit, sealed_at = found
        response: HttpResponseBase
        try:
            response = view(request, environment, *args, **kwargs)
        except MessageGone as gone:
            response = _gone(request, gone)
        if request.method == "POST":
            remember_writing(response, environment)
        kept = cookies.is_given(response, _cookie(environment), path=root_of(environment))
        if not kept and clock.now().timestamp() - sealed_at > _RENEWED_AFTER:
            keep_visit(response, request.visit)
        return response

    return cast("View[P]", answer)


def begin_visit(environment: str, identity: Identity, mailbox: int) -> Visit:
    """Open an eBox for somebody who signed in; whether it is theirs has been asked."""
    recipient = recipient_of(environment, mailbox, person=identity.person)
    number = secrets.randbelow(2**63 - 1) + 1
    return Visit(recipient=recipient, identity=identity, number=number, began=clock.now().timestamp())


def change_ebox(visit: Visit, mailbox: int) -> Visit:
    """Open another eBox of the same person; signing out comes no later for it."""
    recipient = recipient_of(visit.recipient.environment, mailbox, person=visit.identity.person)
    return replace(visit, recipient=recipient)


def keep_visit(response: HttpResponseBase, visit: Visit) -> None:
    """Have the browser keep a visit for another while."""
    environment = visit.recipient.environment
    values = {
        "person": visit.identity.person,
        "name": visit.identity.name,
        "mandates": [[one.key, one.name] for one in visit.identity.mandates],
        "numbers": visit.recipient.numbers,
        "visit": visit.number,
        "began": visit.began,
        "sealed": int(clock.now().timestamp()),
    }
    text = seal(values, purpose=f"visit {environment}")
    cookies.give(response, _cookie(environment), text, path=root_of(environment), seconds=IDLE_SECONDS)


def remember_writing(response: HttpResponseBase, environment: str) -> None:
    """Show this browser what it just did: its next pages come from the primary, until a replica surely has it too."""
    if has_replica(environment):
        seconds = settings.EBOXCAST_REPLICA_SECONDS + 1
        cookies.give(response, _cookie(environment, _WROTE), "1", path=root_of(environment), seconds=seconds)


def end_visit(request: HttpRequest, response: HttpResponse, environment: str, *, everywhere: bool = False) -> None:
    """Sign out, here or in every browser: whoever kept what this one had can open nothing with it."""
    found = _visit_of(request, environment)
    if found is not None:
        person, visit = found[0].identity.person, ended_visits.EVERY if everywhere else found[0].number
        ended_visits.end_visit(environment, person=person, visit=visit)
    cookies.drop(response, _cookie(environment), path=root_of(environment))


def keep_begun(response: HttpResponse, environment: str, begun: Begun, *, after: str) -> None:
    """Have the browser keep a sign-in until it comes back."""
    values = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "after": after}
    text = seal(values, purpose=f"sign-in {environment}")
    cookies.give(response, _cookie(environment, "sign_in"), text, path=root_of(environment), seconds=SIGN_IN_SECONDS)


def take_begun(request: HttpRequest, environment: str) -> tuple[Begun, str] | None:
    """Return the sign-in that this browser began, and the page to show after it."""
    sealed = cookies.take(request, _cookie(environment, "sign_in"), path=root_of(environment))
    values = unseal(sealed, purpose=f"sign-in {environment}", seconds=SIGN_IN_SECONDS)
    if values is None:
        return None
    after = str(values.pop("after"))
    return Begun(address="", **values), after


def forget_begun(response: HttpResponse, environment: str) -> None:
    """Let nothing be left of a sign-in."""
    cookies.drop(response, _cookie(environment, "sign_in"), path=root_of(environment))


def came_for(request: HttpRequest, environment: str) -> str:
    """Return the page that somebody asked for before signing in, where it is one of their eBox; else its list."""
    asked = request.GET.get(NEXT, "")
    root = root_of(environment)
    ours = url_has_allowed_host_and_scheme(asked, None, require_https=request.is_secure()) and asked.startswith(root)
    return asked if ours else root


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the template around errors on the pages of an eBox, with the visit where there is one."""
    environment = next((name for name in ENVIRONMENTS if request.path.startswith(root_of(name))), None)
    if environment is None:
        return {}
    request.current_app = environment  # read by {% url %}, where no view was found
    visit = SimpleLazyObject(lambda: (_visit_of(request, environment) or (None,))[0])
    return {"frame": "inbox/base.html", "start": "inbox:messages", "environment": environment, "visit": visit}


def root_of(environment: str) -> str:
    """Return the address of the eBoxes of an environment."""
    return reverse(f"{environment}:messages")


def _visit_of(request: HttpRequest, environment: str) -> tuple[Visit, int] | None:
    sealed = cookies.take(request, _cookie(environment), path=root_of(environment))
    values = unseal(sealed, purpose=f"visit {environment}", seconds=IDLE_SECONDS) if sealed else None
    if values is None or "visit" not in values or clock.now().timestamp() - values["began"] > LONGEST_SECONDS:
        return None
    of_visit = {"person": values["person"], "visit": values["visit"], "began": values["began"]}
    if ended_visits.is_ended(environment, **of_visit):
        return None
    numbers = tuple(values["numbers"])
    mandates = tuple(Mandate(key=key, name=name) for key, name in values["mandates"])
    visit = Visit(
        recipient=Recipient(
            environment=environment,
            mailbox=numbers[0],
            person=values["person"],
            numbers=numbers,
            from_replica=has_replica(environment)
            and not cookies.take(request, _cookie(environment, _WROTE), path=root_of(environment)),
        ),
        identity=Identity(person=values["person"], name=values["name"], mandates=mandates),
        number=values["visit"],
        began=values["began"],
    )
    return visit, values["sealed"]


def _gone(request: InboxRequest, gone: MessageGone) -> HttpResponse:
    """Say that a message is not there, in the eBox that was asked for it."""
    words = {"sentence": sentence_in(gone, request.language), "remedy": remedy_in(gone, request.language)}
    shown = {"environment": request.visit.recipient.environment, "visit": request.visit, **words}
    return render(request, "inbox/gone.html", shown, status=_NOT_FOUND)


def _sign_in_address(request: HttpRequest, environment: str) -> str:
    asked = request.get_full_path() if request.method == "GET" else root_of(environment)
    query = f"?{urlencode({NEXT: asked})}" if asked != root_of(environment) else ""
    return reverse(f"{environment}:sign-in") + query


def _cookie(environment: str, of: str = "visit") -> str:
    return f"eboxcast_ebox_{of}_{environment}"
