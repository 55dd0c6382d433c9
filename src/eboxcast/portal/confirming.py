"""Forms of decisions: what follows is said before, and for what cannot be undone a number is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from eboxcast.lib.errors import InputRefused
from eboxcast.lib.translation import N_, translate
from eboxcast.web.forms import PageForm


class NotTyped(InputRefused):
    """What is to be typed to confirm was not."""

    code = "page.not-typed"
    sentence = N_("Type {expected} exactly as it is shown.")


_TO_CONFIRM = N_("To confirm, type {expected}")


class ConfirmedForm(PageForm):
    """A decision: ``expected`` is what has to be typed; nothing where it can be undone."""

    def __init__(self, *args: Any, expected: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        if expected:
            label, wrong = (
                translate(one, self.language, {"expected": expected}) for one in (_TO_CONFIRM, NotTyped.sentence)
            )
            look = {"class": "ds-input short", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            self.fields["typed"] = forms.CharField(
                label=label, max_length=40, error_messages={"required": wrong}, widget=forms.TextInput(attrs=look)
            )

    def refuse_unconfirmed(self) -> None:
        """Raise NotTyped where what is to be typed was not. Call it on a form that is valid."""
        if self.expected and self.cleaned_data["typed"].strip() != self.expected:
            raise NotTyped(expected=self.expected)
