"""What templates say in the reader's language: sentences of the catalogue, moments, days, numbers.

Each reads the language of the page (web/language.py), so that no template can mix two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from eboxcast.lib import formatting
from eboxcast.lib.clock import BRUSSELS
from eboxcast.lib.formatting import iso
from eboxcast.lib.translation import name_in, translate, worded
from eboxcast.web.requests import form_id

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Context, sentence: str, **data: object) -> SafeString:
    """Say a sentence of the catalogue: ``{% t "Signed in as {name}" name=account %}``. Its data is escaped."""
    language = _language(context)
    words = {name: conditional_escape(_shown(value, language)) for name, value in data.items()}
    return mark_safe(conditional_escape(worded(sentence, language, words)).format_map(words))  # noqa: S308 - all parts are escaped


@register.simple_tag(takes_context=True)
def said(context: Context, sentence: str) -> str:
    """Say a sentence that the view marked with ``N_``."""
    return translate(sentence, _language(context))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> SafeString:
    """Show a moment in words to the minute, and for programs."""
    return _moment(value, formatting.minute_in, _language(context))


@register.simple_tag(takes_context=True)
def short_moment(context: Context, value: datetime | None) -> SafeString:
    """Show a moment in figures to the minute, for a column."""
    return _moment(value, formatting.short_minute, _language(context))


@register.simple_tag(takes_context=True)
def exact_moment(context: Context, value: datetime | None) -> SafeString:
    """Show a moment in figures to the second, where entries follow each other."""
    return _moment(value, formatting.short_moment, _language(context))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> SafeString:
    """Show a day in words, and for programs."""
    if value is None:
        return mark_safe("–")
    there = value.astimezone(BRUSSELS).date() if isinstance(value, datetime) else value
    return _time(there.isoformat(), formatting.long_date(there, _language(context)))


@register.simple_tag(takes_context=True)
def short_day(context: Context, value: date | None) -> SafeString:
    """Show a day in figures with its weekday, for a column."""
    if value is None:
        return mark_safe("–")
    there = value.astimezone(BRUSSELS).date() if isinstance(value, datetime) else value
    return _time(there.isoformat(), formatting.short_date(there, _language(context)))


@register.filter
def figures(value: date | None, language: str) -> SafeString:
    """Show a day in figures alone, where little room is: ``{{ day|figures:language }}``."""
    if value is None:
        return mark_safe("–")
    there = value.astimezone(BRUSSELS).date() if isinstance(value, datetime) else value
    return _time(there.isoformat(), formatting.figures(there, language))


@register.filter(is_safe=True)
def heading(words: str) -> str:
    """Begin the heading of a column with a capital, also behind the sign of a sum: ``= excluded``."""
    return re.sub(r"\w", lambda first: first[0].upper(), words, count=1)


@register.simple_tag
def times(start: datetime, end: datetime) -> str:
    """Show from which time to which, where the day stands beside it."""
    return "–".join(formatting.short_times(start, end))


@register.simple_tag(takes_context=True)
def number(context: Context, value: int | None) -> str:
    """Show a number with its thousands apart."""
    return "–" if value is None else formatting.grouped(value, _language(context))


@register.simple_tag(takes_context=True)
def size(context: Context, value: int) -> str:
    """Show a number of bytes."""
    return formatting.size(value, _language(context))


@register.simple_tag(takes_context=True)
def name(context: Context, names: Mapping[str, str]) -> str:
    """Show the name something has in the language of the page."""
    return name_in(names, _language(context))


@register.simple_tag(takes_context=True)
def once(context: Context) -> SafeString:
    """Have a form be taken once, however often it is sent: within the form, ``{% once %}``."""
    return mark_safe(f'<input type="hidden" name="form" value="{form_id(context["request"])}">')  # noqa: S308 - an UUID


class Unfilled(dict[str, object]):
    """Data that leaves each ``{name}`` of a sentence for later, in the form that is filled then."""

    def __init__(self, form: str = "{{{}}}") -> None:
        super().__init__()
        self.form = form

    def __missing__(self, name: str) -> str:
        return self.form.format(name)


def _shown(value: object, language: str) -> str:
    if isinstance(value, SafeString):
        return value
    if isinstance(value, datetime):
        return formatting.minute_in(value, language)
    return str(formatting.spoken({"": value}, language)[""])


def _moment(value: datetime | None, form: Callable[[datetime, str], str], language: str) -> SafeString:
    return _time(iso(value, "seconds"), form(value, language)) if value else mark_safe("–")


def _time(machine: str, human: str) -> SafeString:
    return mark_safe(f'<time datetime="{conditional_escape(machine)}">{conditional_escape(human)}</time>')  # noqa: S308 - both are escaped


def _language(context: Context) -> str:
    return str(context["language"])
