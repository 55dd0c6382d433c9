"""Sentences in the reader's language: one gettext catalogue for faults, errors, pages and mails.

The source language is English. ``N_`` marks a sentence for the catalogue where it is written; ``say`` translates and
fills it where it is shown.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("fr", "nl", "de", "en")
DOMAIN = "eboxcast"


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence for the catalogue and return it as it is."""
    return sentence


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = resources.files("eboxcast") / "locale"
    return gettext.translation(DOMAIN, str(folder), languages=[language], fallback=language == "en")


def translate(sentence: str, language: str, data: Mapping[str, object] | None = None) -> str:
    """Return a marked sentence in a language, its ``{names}`` filled from the data."""
    return _catalogue(language).gettext(sentence).format_map({} if data is None else data) if sentence else ""


def name_in(names: Mapping[str, str], language: str) -> str:
    """Return the name something has in a language, else in the first of ``LANGUAGES`` it has one in; empty for none."""
    return next((names[one] for one in (language, *LANGUAGES) if names.get(one)), "")


def language_of_user() -> str:
    """Return the language asked for by EBOXCAST_LANGUAGE or the locale, else English."""
    for name in ("EBOXCAST_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = os.environ.get(name, "")[:2].lower()
        if language in LANGUAGES:
            return language
    return "en"
