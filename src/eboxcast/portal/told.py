"""What was just done, said once on the page that follows."""

from __future__ import annotations

from eboxcast.lib.formatting import spoken
from eboxcast.lib.translation import translate
from eboxcast.web.requests import PageRequest

_TOLD = "told"


def tell(request: PageRequest, sentence: str, **data: object) -> None:
    """Have the next page say what was done."""
    request.session[_TOLD] = translate(sentence, request.language, spoken(data, request.language))


def told_before(request: PageRequest) -> str:
    """Return what the page before did; empty for nothing, and the next time."""
    return str(request.session.pop(_TOLD, ""))
