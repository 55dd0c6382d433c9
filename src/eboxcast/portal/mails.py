"""The mails of the procedure: to whom, how each stands, why one was not sent, and having it sent again."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.broadcasts.errors import BroadcastNotFound
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_, translate
from eboxcast.notices import listing
from eboxcast.notices.listing import Sought
from eboxcast.notices.words import STATES
from eboxcast.portal.once import once
from eboxcast.portal.told import tell
from eboxcast.presenters.notices import kinds_in, mail_sheet, notice_list
from eboxcast.presenters.people import ROLES
from eboxcast.web.forms import PageForm, options
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

_A_PAGE = 50
_LONGEST = 100
_AGAIN = N_("{count} {count:email|emails} will be sent again in the next pass of the steward.")


class FilterForm(PageForm):
    """Which mails are asked for."""

    state = forms.ChoiceField(label=N_("State"), choices=[("", N_("All states")), *options(STATES)], required=False)
    kind = forms.ChoiceField(label=N_("Subject"), required=False)
    broadcast = forms.CharField(label=N_("Broadcast"), max_length=_LONGEST, required=False)
    reader = forms.CharField(label=N_("Recipient"), max_length=_LONGEST, required=False)
    before = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    widths = {"broadcast": "short", "reader": "short"}  # noqa: RUF012 - as in the base class

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, **kwargs)
        everything = ("", translate(N_("All subjects"), language))
        self.fields["kind"].choices = [everything, *kinds_in(language)]  # type: ignore[attr-defined]  # a choice

    def sought(self, actor: Actor) -> Sought:
        """Return what is asked for; what cannot be read asks for everything. Raises BroadcastNotFound."""
        given = self.cleaned_data if self.is_valid() else {}
        number = given.get("broadcast", "")
        return Sought(
            broadcast=find_broadcast(number, actor=actor).id if number else None,
            states=[given["state"]] if given.get("state") else [],
            kind=given.get("kind", ""),
            reader=given.get("reader", ""),
            before=given.get("before"),
        )


@require_safe
@signed_in
def show_list(request: PageRequest) -> HttpResponse:
    """Show mails, the newest first, a page at a time."""
    authorize(request.actor, "notice.see")
    form = FilterForm(request.GET, language=request.language)
    try:
        sought = form.sought(request.actor)
    except BroadcastNotFound as error:
        form.refuse(error, field="broadcast")
        found = []
    else:
        found = listing.list_notices(sought, actor=request.actor, limit=_A_PAGE + 1)[::-1]
    shown = {
        "section": "mails",
        "form": form,
        "mails": notice_list(found[:_A_PAGE]).notices,
        "tally": listing.tally(),
        "older": _older(request, found[_A_PAGE - 1].pk) if len(found) > _A_PAGE else "",
    }
    return render(request, "portal/mails.html", shown, status=422 if form.wrong else 200)


@require_safe
@signed_in
def show(request: PageRequest, number: int) -> HttpResponse:
    """Show a mail as its reader got it; a link that opens an account is in no mail that is kept."""
    sheet = mail_sheet(listing.find_notice(number, actor=request.actor))
    role = translate(ROLES[Role(sheet.role)], request.language) if sheet.role else ""
    return render(request, "portal/mail.html", {"section": "mails", "sheet": sheet, "mail": sheet.mail, "role": role})


@require_POST
@signed_in
def retry(request: PageRequest, number: int) -> HttpResponse:
    """Have a mail sent again that could not be sent."""
    _retry(request, number)
    return redirect("mail", number)


@require_http_methods(["GET", "POST"])
@signed_in
def retry_all(request: PageRequest) -> HttpResponse:
    """Say how many mails were not sent, and have all of them sent again."""
    authorize(request.actor, "notice.retry")
    if request.method == "POST":
        _retry(request, None)
        return redirect("mails")
    tally = listing.tally()
    shown = {"section": "mails", "count": tally.failed + tally.given_up, "problem": listing.last_problem()}
    return render(request, "portal/mails_retry.html", shown)


def _retry(request: PageRequest, number: int | None) -> None:
    with suppress(FormSentBefore), once(request):
        tell(request, _AGAIN, count=listing.retry(number, actor=request.actor))


def _older(request: PageRequest, before: int) -> str:
    """Return the question for the page after this one."""
    return urlencode({**request.GET.dict(), "before": str(before)})
