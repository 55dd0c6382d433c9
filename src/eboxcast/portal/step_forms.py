"""The forms of the steps on a broadcast: what is asked, and the one action that takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms

from eboxcast.broadcasts import aftermath, contacts, requests, scheduling
from eboxcast.broadcasts.deadlines import terms_of
from eboxcast.broadcasts.errors import ContactUnreachable, DateInThePast, DateNotFree, DateNotPossible, NoFreeDate
from eboxcast.broadcasts.load import recipients_of
from eboxcast.broadcasts.lookup import planned_on
from eboxcast.broadcasts.models import Broadcast, Lateness
from eboxcast.broadcasts.progress import accepted_days, days_left, proposed_days
from eboxcast.broadcasts.words import LATENESS
from eboxcast.delivery.broadcasts import closing, contact_centre
from eboxcast.lib.actors import Actor
from eboxcast.lib.clock import BRUSSELS
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.free_text import MOST_CHARACTERS, MOST_OF_A_NAME
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_, translate
from eboxcast.planning.errors import AgreedMomentOutside
from eboxcast.planning.selectors import window_on
from eboxcast.portal.dates import FIELD, NO_DATE, Picked, picker_of
from eboxcast.presenters.contacts import contacts_of_broadcast
from eboxcast.presenters.evenings import Evenings
from eboxcast.senders.errors import DetailUnfit
from eboxcast.web.forms import CountField, PageForm
from eboxcast.web.requests import PageRequest

_SEEN_BY = N_("Everyone who works on this broadcast can see it, and it stays on record. Do not identify any citizen.")


def _reason() -> forms.CharField:
    return forms.CharField(
        label=N_("Reason"), help_text=_SEEN_BY, max_length=MOST_CHARACTERS, widget=forms.TextInput(attrs={"size": 60})
    )


class StepForm(PageForm):
    """What a step asks; ``take`` does it."""

    template: ClassVar[str] = "step"
    on_calendar: ClassVar[bool] = False
    """Whether dates are chosen on the calendar."""
    beside: ClassVar[Mapping[type[EboxcastError], str]] = {}
    """The field that is wrong, by what the action refuses."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """How the broadcast stood when the page was opened."""

    def __init__(self, *args: Any, broadcast: Broadcast, actor: Actor, picked: Picked, **kwargs: Any) -> None:
        self.broadcast, self.actor, self.picked = broadcast, actor, picked
        self.refused: EboxcastError | None = None
        super().__init__(*args, **kwargs)

    def take(self) -> None:
        """Take the step."""
        raise NotImplementedError

    def refuse_beside(self, error: EboxcastError) -> None:
        """Say beside the field why the action refused it."""
        self.refused = error
        field = self.beside.get(type(error)) or str(error.data.get("asked", ""))
        self.refuse(error, field=field if field in self.fields else None)

    def shown(self, request: PageRequest) -> dict[str, Any]:
        """Return what the page shows beside the form."""
        return {}


class _ReasonForm(StepForm):
    reason = _reason()


class RefuseForm(_ReasonForm):
    """Refusing a broadcast."""

    def take(self) -> None:
        """Refuse it."""
        scheduling.refuse(self.broadcast, actor=self.actor, reason=self.cleaned_data["reason"])


class CancelForm(_ReasonForm):
    """Cancelling a broadcast."""

    def take(self) -> None:
        """Cancel it."""
        scheduling.cancel(self.broadcast, actor=self.actor, reason=self.cleaned_data["reason"])


class _DayForm(StepForm):
    """One of a few days."""

    template = "step_day"

    day = forms.ChoiceField(label=N_("Date"), widget=forms.RadioSelect)
    beside = dict.fromkeys((DateNotFree, DateInThePast), "day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = self.offered()
        self.fields["day"].choices = [(day.isoformat(), day.isoformat()) for day in self.days]  # type: ignore[attr-defined]  # it has them

    def offered(self) -> list[date]:
        """Return the days to choose from."""
        raise NotImplementedError

    @property
    def chosen(self) -> date:
        """Return the day that was chosen."""
        return date.fromisoformat(self.cleaned_data["day"])

    def shown(self, request: PageRequest) -> dict[str, Any]:
        """Return each day with all that speaks for and against it, the first that is possible chosen."""
        evenings = Evenings(beside=planned_on(self.days, actor=self.actor), language=self.language)
        first = next(iter(days_left(self.broadcast)), None)
        return {
            "evenings": evenings.shown(self.broadcast, self.days),
            "chosen": self["day"].value() or (first.isoformat() if first else ""),
            "accepted": accepted_days(self.broadcast),
        }


class AcceptForm(_DayForm):
    """Accepting one of the requested dates, for one's side."""

    at = forms.TimeField(
        label=N_("Another moment than the start of the evening"),
        help_text=N_("Only if it must be later, such as 20:00. Nothing is visible before it."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    widths: ClassVar[Mapping[str, str]] = {"at": "short"}
    beside = dict.fromkeys((DateNotFree, DateInThePast), "day") | {AgreedMomentOutside: "at"}

    def offered(self) -> list[date]:
        """Return the requested days."""
        return list(self.broadcast.wanted_dates)

    def take(self) -> None:
        """Accept it."""
        scheduling.accept(self.broadcast, actor=self.actor, day=self.chosen, agreed_at=self._agreed_at())

    def _agreed_at(self) -> datetime | None:
        """Return the moment in that evening, which may be after midnight."""
        time = self.cleaned_data["at"]
        if time is None:
            return None
        moment = datetime.combine(self.chosen, time, BRUSSELS)
        before = moment < window_on(self.chosen).starts_at
        return datetime.combine(self.chosen + timedelta(days=1), time, BRUSSELS) if before else moment


class AgreeForm(_DayForm):
    """Accepting one of the proposed dates."""

    def offered(self) -> list[date]:
        """Return the proposed days."""
        return list(proposed_days(self.broadcast))

    def take(self) -> None:
        """Accept it."""
        scheduling.agree(self.broadcast, actor=self.actor, day=self.chosen)


class _DatesForm(StepForm):
    """Dates chosen on the calendar."""

    template = "step_dates"
    on_calendar = True
    full_too: ClassVar[bool] = True

    dates = forms.Field(label=N_("Dates"), required=False)
    beside = dict.fromkeys((DateNotPossible, DateNotFree, DateInThePast), FIELD)

    def clean(self) -> dict[str, Any]:
        """Miss a date."""
        if not self.picked.dates:
            self.add_error(FIELD, translate(NO_DATE, self.language))
        return self.cleaned_data

    def shown(self, request: PageRequest) -> dict[str, Any]:
        """Return the calendar."""
        told = self.refused.data if self.refused else {}
        refused: Any = told.get("dates") or (told["date"],) if "free" in told else ()
        picker = picker_of(
            self.picked if request.method == "POST" else self.first_picked(),
            actor=self.actor,
            language=self.language,
            recipients=recipients_of(self.broadcast),
            broadcast=self.broadcast,
            full_too=self.full_too,
            refused=refused,
            free=told.get("free", ()),  # type: ignore[arg-type]  # days
        )
        return {"picker": picker}

    def first_picked(self) -> Picked:
        """Return what is chosen when the page opens."""
        return self.picked


class WantForm(_DatesForm):
    """Requesting other dates."""

    def take(self) -> None:
        """Request them."""
        scheduling.want(self.broadcast, actor=self.actor, dates=self.picked.dates)


class PostponeForm(_DatesForm):
    """Proposing other dates."""

    full_too = False

    reason = _reason()

    def take(self) -> None:
        """Propose them."""
        reason, dates = self.cleaned_data["reason"], self.picked.dates
        scheduling.postpone(self.broadcast, actor=self.actor, reason=reason, dates=dates)

    def first_picked(self) -> Picked:
        """Return the nearest free dates."""
        if self.picked.dates:
            return self.picked
        try:
            return Picked(dates=tuple(scheduling.days_to_propose(self.broadcast)), month=self.picked.month)
        except NoFreeDate:
            return self.picked


class ReconfirmForm(StepForm):
    """Confirming again that the date is wanted."""

    def take(self) -> None:
        """Reconfirm it."""
        requests.reconfirm(self.broadcast, actor=self.actor)


class WaiveForm(StepForm):
    """Waiving a deadline that was missed."""

    what = forms.ChoiceField(label=N_("Missed deadline"), widget=forms.RadioSelect)
    reason = _reason()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        late = sorted((term for term in terms_of(self.broadcast) if term.late), key=lambda term: term.waived)
        missed = [term.what for term in late] or list(Lateness)
        self.fields["what"].choices = [(str(one), translate(LATENESS[one], self.language)) for one in missed]  # type: ignore[attr-defined]  # it has them
        self.initial.setdefault("what", str(missed[0]))

    def take(self) -> None:
        """Waive it."""
        what, reason = Lateness(self.cleaned_data["what"]), self.cleaned_data["reason"]
        requests.waive(self.broadcast, actor=self.actor, what=what, reason=reason)


class NoteForm(StepForm):
    """Recording what came another way."""

    note = forms.CharField(label=N_("Note"), help_text=_SEEN_BY, max_length=MOST_CHARACTERS)

    def take(self) -> None:
        """Record it."""
        aftermath.note(self.broadcast, actor=self.actor, text=self.cleaned_data["note"])


class ContactForm(StepForm):
    """Naming whom to call."""

    template = "step_contact"

    team = forms.CharField(required=False, max_length=MOST_OF_A_NAME, widget=forms.HiddenInput)
    name = forms.CharField(label=N_("Name"), max_length=MOST_OF_A_NAME)
    email = forms.EmailField(label=N_("Email"), max_length=MOST_OF_A_NAME, required=False)
    phone = forms.CharField(
        label=N_("Phone"),
        max_length=MOST_OF_A_NAME,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    beside: ClassVar[Mapping[type[EboxcastError], str]] = {ContactUnreachable: "email"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = contacts.sheet_of(self.broadcast).get(str(self["team"].value() or ""))
        for name in ("name", "email", "phone") if now else ():
            self.initial.setdefault(name, getattr(now, name))

    def take(self) -> None:
        """Name them."""
        given = {name: self.cleaned_data[name] for name in ("team", "name", "email", "phone")}
        contacts.set_contact(self.broadcast, actor=self.actor, **given)

    def refuse_beside(self, error: EboxcastError) -> None:
        """Say beside the field which of the three it was."""
        if isinstance(error, DetailUnfit) and error.data["field"] in self.fields:
            self.refuse(error, field=str(error.data["field"]))
        else:
            super().refuse_beside(error)

    def shown(self, request: PageRequest) -> dict[str, Any]:
        """Return the whole sheet, and which of its lines is being changed."""
        return {
            "places": contacts_of_broadcast(self.broadcast).places,
            "sets_teams": permits(self.actor, "contacts.set_team"),
            "whose": str(self["team"].value() or ""),
        }


class WarnForm(StepForm):
    """Warning the contact centre."""

    first_time = CountField(
        label=N_("First-time users expected"),
        help_text=N_("Leave empty: it is counted automatically where the eBoxes are our own."),
        required=False,
        min_value=0,
        max_value=requests.MOST_RECIPIENTS,
    )
    widths: ClassVar[Mapping[str, str]] = {"first_time": "short"}

    def take(self) -> None:
        """Warn it."""
        contact_centre.warn(self.broadcast, actor=self.actor, first_time=self.cleaned_data["first_time"])


class ReportForm(StepForm):
    """Giving the institution its report."""

    def take(self) -> None:
        """Report."""
        closing.report(self.broadcast, actor=self.actor)


class CloseForm(StepForm):
    """Closing a broadcast."""

    def take(self) -> None:
        """Close it."""
        closing.close(self.broadcast, actor=self.actor)
