"""What a process loads before it serves its first page, so that no visitor waits for it."""

from __future__ import annotations

import gc
from pathlib import Path

from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

_OURS = Path(__file__).parents[1]


def load_pages() -> None:
    """Load the views and templates of all pages, and have the collector of garbage never look through them again.

    Looking through all that stays takes a tenth of a second, and falls upon whoever asks for a page just then.
    """
    _ = get_resolver().url_patterns
    for folder in map(Path, get_app_template_dirs("templates")):
        if folder.is_relative_to(_OURS):
            for template in folder.rglob("*.html"):
                get_template(str(template.relative_to(folder)))
    gc.collect()
    gc.freeze()
