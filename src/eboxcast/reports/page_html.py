"""A page as one self-contained HTML file that prints on A4: no script, no image, nothing from elsewhere.

A module apart from the text: publishing prints text and need not load the template engine.
"""

from __future__ import annotations

from importlib import resources

from django.template import Context, Engine

from eboxcast.lib.command_line import command_of
from eboxcast.lib.telling import Renderer
from eboxcast.reports.sections import Page


def html_of(page: Page, *, render: Renderer = command_of) -> str:
    """Return the page as HTML."""
    source = (resources.files("eboxcast.reports") / "templates" / "page.html").read_text(encoding="utf-8")
    return Engine().from_string(source).render(Context({"page": page.said(render)}))
