"""For whoever answers calls: what is coming, what is in the eBoxes, and what to say about it."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from eboxcast.broadcasts.calls import find_call, list_calls
from eboxcast.lib.free_text import NO_NUMBER_SEARCHED, may_be_searched
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.broadcasts import broadcast_sheet
from eboxcast.presenters.calls import answers_for, call_group, call_list
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in

SECTION = "contact-centre"


class SearchForm(PageForm):
    """What a caller says the letter is about."""

    q = forms.CharField(
        label=N_("What is the letter about, or who sends it?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def clean_q(self) -> str:
        """Return the words. A national number is not repeated."""
        words = str(self.cleaned_data["q"])
        if not may_be_searched(words):
            self.data = {}
            raise forms.ValidationError(translate(NO_NUMBER_SEARCHED, self.language))
        return words


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show what people may call about, or what fits the words of a caller, which are sent and lead to an address."""
    authorize(request.actor, "calls.see")
    is_sent = request.method == "POST"
    form = SearchForm(request.POST if is_sent else request.GET, language=request.language)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    if is_sent == form.is_valid():  # an address with a number in it is left: the page would repeat it
        query = f"?{urlencode({'q': words})}" if words else ""
        return redirect(reverse("contact-centre") + query)
    calls = call_list(list_calls(words, actor=request.actor))
    shown = {"section": SECTION, "form": form, "words": words, "calls": calls}
    return render(request, "portal/contact_centre.html", shown, status=422 if form.wrong else 200)


@require_safe
@signed_in
def show_answers(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show what to answer about one broadcast, and whom to call."""
    call = find_call(broadcast, actor=request.actor)
    sheet = broadcast_sheet(call.broadcast, request.language)
    shown = {
        "section": SECTION,
        "group": call_group(call),
        "answers": answers_for(call, request.language),
        "own": [one for one in sheet.contacts if not one.team],
        "teams": [one for one in sheet.contacts if one.team],
        "notes": sheet.notes,
    }
    return render(request, "portal/answers.html", shown)
