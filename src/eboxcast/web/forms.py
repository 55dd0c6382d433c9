"""Forms in the reader's language and in the look of the design system; whatever is wrong is said beside the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.text import capfirst

from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.translation import N_, translate
from eboxcast.web.errors import parts_on_page, remedy_on_page, sentence_on_page
from eboxcast.web.templatetags.page import Unfilled

_WRONG: Mapping[str, str] = {
    "required": N_("Fill in this field."),
    "invalid": N_("This value is not valid."),
    "invalid_choice": N_("Choose one of the options."),
    "invalid_list": N_("Choose one of the options."),
    "max_length": N_("Use at most {limit_value} characters."),
    "min_length": N_("Use at least {limit_value} characters."),
    "max_value": N_("Enter a number of at most {limit_value}."),
    "min_value": N_("Enter a number of at least {limit_value}."),
    "null_characters_not_allowed": N_("This value is not valid."),
    "missing": N_("Choose a file."),
    "empty": N_("The file is empty."),
}
_KINDS: tuple[tuple[type[forms.Field], str, str], ...] = (
    (forms.DateField, "invalid", N_("Enter a date, such as 15/02/2027.")),
    (forms.TimeField, "invalid", N_("Enter a time, such as 18:00.")),
    (forms.EmailField, "invalid", N_("Enter an email address, such as name@example.be.")),
    (forms.IntegerField, "invalid", N_("Enter a whole number.")),
    (forms.FileField, "required", N_("Choose a file.")),
)
_GROUPED = re.compile(r"\d{1,3}(?:([ .,'\u00a0\u202f])\d{3})(?:\1\d{3})*")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")


class Renderer(DjangoTemplates):
    """Renders the forms with our templates."""

    form_template_name = "web/form/form.html"
    field_template_name = "web/form/field.html"


class CountField(forms.IntegerField):
    """A number of things, which people also write with their thousands apart: 180 000, 180.000."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        """Return the number."""
        text = str(value or "").strip()
        return super().to_python(re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else text)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Have a phone show its digits."""
        return {"inputmode": "numeric", "autocomplete": "off"}


@dataclass(frozen=True)
class Wrong:
    """One thing to correct, with the field it is in; none for the form as a whole."""

    field: str
    label: str
    sentence: str


class PageForm(forms.Form):
    """A form of a page: its labels, helps, choices and errors are sentences of the catalogue, marked with ``N_``."""

    template_name = "web/form/form.html"
    required_css_class = ""
    widths: ClassVar[Mapping[str, str]] = {}
    """How wide a field is, by its name: ``short`` for a number or a date."""
    parts: ClassVar[Mapping[str, str]] = {}
    """The heading that a field is under, by its name, where others have the same label."""

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.language = language
        for name, field in self.fields.items():
            self._say(field)
            self._look(name, field)

    def refuse(self, error: EboxcastError, *, field: str | None = None) -> None:
        """Say why an action refused what was handed in: beside a field, or above the form."""
        parts = parts_on_page(error, self.language)
        whole = (sentence_on_page(error, self.language), remedy_on_page(error, self.language))
        for sentence in parts or [" ".join(filter(None, whole))]:
            self.add_error(field, sentence)

    @property
    def wrong(self) -> list[Wrong]:
        """Return everything to correct, in the order of the fields."""
        found = [Wrong("", "", str(sentence)) for sentence in self.non_field_errors()]
        fields = [(field, str(sentence)) for field in self for sentence in field.errors]
        return found + [Wrong(field.auto_id, self._label_of(field), sentence) for field, sentence in fields]

    def _label_of(self, field: forms.BoundField) -> str:
        """Return what a field is called among all others of the form."""
        part = self.parts.get(field.name)
        return f"{translate(part, self.language)} – {field.label}" if part else str(field.label)

    def _say(self, field: forms.Field) -> None:
        field.label = capfirst(translate(str(field.label or ""), self.language))
        field.help_text = translate(str(field.help_text), self.language)
        messages = {**_WRONG, **{code: sentence for kind, code, sentence in _KINDS if isinstance(field, kind)}}
        unfilled = Unfilled("%({})s")
        field.error_messages = {code: translate(one, self.language, unfilled) for code, one in messages.items()}
        choices = getattr(field, "choices", None)
        if choices is not None and not callable(choices):
            field.choices = [(value, capfirst(translate(str(label), self.language))) for value, label in choices]  # type: ignore[attr-defined]  # it has them
        if isinstance(field, forms.DateField):
            field.input_formats = _DAYS

    def _look(self, name: str, field: forms.Field) -> None:
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={**field.widget.attrs, "type": "date"}, format="%Y-%m-%d")
        elif isinstance(field, forms.TimeField):
            field.widget = forms.TimeInput(attrs={**field.widget.attrs, "type": "time"}, format="%H:%M")
        field.widget.attrs["class"] = " ".join(filter(None, ("ds-input", self.widths.get(name, ""))))


def options(words: Mapping[Any, str], chosen: Iterable[Any] | None = None) -> list[tuple[str, str]]:
    """Return the choices of a field from a table of words, all or some of them."""
    return [(str(value), words[value]) for value in (words if chosen is None else chosen)]
