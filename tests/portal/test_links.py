"""Links to the page where a thing is done: each leads to the page that it names."""

from __future__ import annotations

import pytest
from django.urls import resolve

from eboxcast.lib import policy
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.page_paths import PAGES, Page, page_of
from eboxcast.portal.links import link_to

KNOWN = {
    "broadcast": "2027-0001",
    "number": "12",
    "name": "ines",
    "run": "0198c6f2",
    "type": "DEMO-LETTER",
    "environment": "production",
}
"""What stands in paths; a page with another parameter adds it here."""


@pytest.mark.parametrize(
    ("action", "page"), [(action, page) for action, pages in PAGES.items() for page in pages], ids=str
)
def test_the_path_of_an_action_leads_to_the_page_it_names(action: str, page: Page) -> None:
    known = {name: KNOWN[name] for name in page.parameters}
    found = resolve(f"/{page.path.format_map(known)}")
    assert found.url_name == page.name
    assert {name: str(value) for name, value in found.captured_kwargs.items()} == known


def test_every_action_with_a_page_is_one_that_the_tables_know() -> None:
    steps = {"broadcast.", "installation.", "package."}
    assert [one for one in PAGES if not policy.is_known(one) and not one.startswith(tuple(steps))] == []


def test_the_page_that_fits_what_is_known_is_linked() -> None:
    assert link_to(NextAction(action="broadcast.see", parameters={"broadcast": "2027-0001"})) == "/broadcasts/2027-0001"
    assert link_to(NextAction(action="broadcast.see")) == "/broadcasts"
    assert link_to(NextAction(action="person.change", parameters={"active": "yes"})) == ""
    assert link_to(NextAction(action="audit.drop")) == ""


def test_what_stands_in_a_path_cannot_leave_it() -> None:
    assert page_of(NextAction(action="person.see", parameters={"name": "../a b?c#d"})) == "person/..%2Fa%20b%3Fc%23d"
