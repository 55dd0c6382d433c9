"""The one page of the simulated identity provider: who do you want to be?"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from eboxcast.lib.translation import LANGUAGES, N_, translate
from eboxcast.simulator.identity.people import Persona

_TITLE = N_("Demo sign-in")
_WARNING = N_("This is not a real sign-in. These people and enterprises are fictional.")
_QUESTION = N_("Who do you want to sign in as?")
_CANCEL = N_("Cancel")
_ACTS_FOR = N_("Can act for: {names}")
_CANNOT = N_("This sign-in request is not valid.")
_AGAIN = N_("Go back to the page you came from and sign in again.")

_STYLE = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 0 auto; padding: 1rem; }
.warning { border: .25rem dashed #b35900; padding: .75rem 1rem; font-weight: 700; }
button { font: inherit; display: block; width: 100%; text-align: start; padding: .75rem 1rem; margin: 0 0 .75rem;
  border: 2px solid currentColor; border-radius: .5rem; background: Canvas; color: CanvasText; min-height: 3rem; }
button:focus-visible { outline: .25rem solid #b35900; outline-offset: .125rem; }
small { display: block; }
"""
"""In the page, allowed by its digest: the simulator has no other file."""


def language_of(asked: str) -> str:
    """Return the language that a site asked for, else English."""
    return next((one for one in asked.split() if one in LANGUAGES), "en")


def choosing_page(people: Iterable[Persona], language: str) -> str:
    """Return the page that offers everybody."""
    buttons = "".join(
        f'<button name="person" value="{escape(persona.subject)}">{escape(persona.name)}'
        f"<small>{escape(persona.shown)}</small>{_mandates(persona, language)}</button>"
        for persona in people
    )
    cancel = f'<button name="person" value="">{escape(translate(_CANCEL, language))}</button>'
    return _page(_QUESTION, f'<form method="post">{buttons}{cancel}</form>', language)


def refusing_page(language: str) -> str:
    """Return the page for a request that no site of ours has made."""
    return _page(_CANNOT, f"<p>{escape(translate(_AGAIN, language))}</p>", language)


def style() -> str:
    """Return the style of the pages, as it stands in them."""
    return _STYLE


def _mandates(persona: Persona, language: str) -> str:
    if not persona.mandates:
        return ""
    names = ", ".join(one.name for one in persona.mandates)
    return f"<small>{escape(translate(_ACTS_FOR, language, {'names': names}))}</small>"


def _page(heading: str, body: str, language: str) -> str:
    title, warning = (escape(translate(one, language)) for one in (_TITLE, _WARNING))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f'<p class="warning">{warning}</p><h1>{escape(translate(heading, language))}</h1>{body}</main></body></html>'
    )
