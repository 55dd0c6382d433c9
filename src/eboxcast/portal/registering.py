"""What an institution is known by, a key or a certificate: the page that registers one, and the page that ends one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.exchange.models import Registered
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.portal.confirming import ConfirmedForm
from eboxcast.portal.once import once
from eboxcast.portal.told import tell
from eboxcast.presenters.schemas.live import Decision
from eboxcast.senders.models import Institution
from eboxcast.web.forms import PageForm
from eboxcast.web.requests import PageRequest


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the pages say of one kind of thing."""

    register: str
    lead: str
    added: str
    added_before: str
    end: str
    ended: str
    consequences: tuple[str, ...]


class RegisteringForm(PageForm):
    """Something of an institution to register."""

    institution = forms.ChoiceField(label=N_("Institution"))

    def __init__(self, *args: Any, institutions: Iterable[Institution], language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, **kwargs)
        named = sorted((name_in(one.names, language), one.cbe) for one in institutions)
        self.fields["institution"].choices = [(cbe, f"{name} ({cbe})") for name, cbe in named]  # type: ignore[attr-defined]  # a choice


def register(
    request: PageRequest,
    form: RegisteringForm,
    add: Callable[[dict[str, Any]], Registered],
    *,
    field: str,
    words: Words,
) -> HttpResponse:
    """Show the form, or register what it gives, once; ``field`` is where that stands."""
    if form.is_valid():
        try:
            with once(request):
                added = add(form.cleaned_data)
        except FormSentBefore:
            tell(request, words.added_before)
            return redirect("drop-folders")
        except WrongUse as error:
            form.refuse(error)
        except InputRefused as error:
            form.refuse(error, field=field)
        else:
            tell(request, words.added, fingerprint=added.fingerprint)
            return redirect("drop-folders")
    shown = {
        "section": "drop-folders",
        "title": translate(words.register, request.language),
        "lead": translate(words.lead, request.language),
        "form": form,
    }
    return render(request, "portal/register.html", shown, status=422 if form.wrong else 200)


def ask_to_end(request: PageRequest, known: Registered, *, action: str, words: Words) -> HttpResponse:
    """Say what follows when something that is registered ends."""
    names = Institution.objects.get(cbe=known.institution).names
    data = {"label": known.label, "institution": f"{name_in(names, request.language)} ({known.institution})"}
    decision = Decision(
        action=action,
        label=translate(words.end, request.language),
        consequences=tuple(translate(one, request.language, data) for one in words.consequences),
        final=True,
        halting=True,
    )
    shown = {
        "section": "drop-folders",
        "title": known.label,
        "back": reverse("drop-folders"),
        "decision": decision,
        "form": ConfirmedForm(language=request.language),
    }
    return render(request, "portal/decide.html", shown)


def ended(request: PageRequest, words: Words) -> HttpResponse:
    """Say that it has ended, on the page where it was."""
    tell(request, words.ended)
    return redirect("drop-folders")
