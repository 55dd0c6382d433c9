"""Browsers of recipients, each with an eBox open, or of nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connections
from django.http import HttpResponse
from django.test import Client
from tests.inbox.conftest import ALICE, BEN, COMPANY

from eboxcast.inbox.claims import Identity, Mandate
from eboxcast.inbox.visits import begin_visit, keep_visit
from eboxcast.lib import clock

PRODUCTION, ACCEPTANCE = "production", "acceptance"
ROOTS = {PRODUCTION: "/ebox/", ACCEPTANCE: "/ebox-acceptance/"}
IDENTITIES = {
    ALICE: Identity(person=ALICE, name="Alice"),
    BEN: Identity(person=BEN, name="Ben", mandates=(Mandate(key=COMPANY, name="Demo & Co"),)),
}


def browser(language: str = "en", **kwargs: Any) -> Client:
    """Return a browser in which nobody has signed in."""
    client = Client(SERVER_NAME="127.0.0.1", **kwargs)
    client.cookies["eboxcast_language"] = language
    return client


def browser_of(
    person: int, *, environment: str = PRODUCTION, mailbox: int | None = None, language: str = "en", **kwargs: Any
) -> Client:
    """Return a browser in which somebody has an eBox open: their own, unless it is said."""
    client = browser(language, **kwargs)
    response = HttpResponse()
    keep_visit(response, begin_visit(environment, IDENTITIES[person], person if mailbox is None else mailbox))
    client.cookies.update(response.cookies)
    return client


def text_of(answer: Any) -> str:
    """Return a page, or a document."""
    content: bytes = answer.getvalue()
    return content.decode()


def move_clock(ahead: timedelta) -> None:
    """Have it be later, here and for each request: the pages ask the installation what time it is."""
    clock.move(ahead)
    with connections["default"].cursor() as cursor:
        cursor.execute("update installation set clock_offset = %s", [ahead])
