"""The report: the certificate with the readings, and a page that stands on its own."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from tests.actors import master
from tests.moments import pass_time
from tests.reports.broadcasts import Broadcasts

from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.lib.formatting import moment_in
from eboxcast.mailboxes import opening
from eboxcast.package.model import Package
from eboxcast.presenters.json import json_text
from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_html import html_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.recipients import readings_of
from eboxcast.reports.report import page_of_report, report_of

A = "acceptance"


class Page(HTMLParser):
    """Reads a page and keeps what could lead out of it, and which elements were left open."""

    VOID = ("meta", "link", "img", "br", "hr", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read_by(run: Run, package: Package, count: int) -> None:
    """Let some of the recipients read it now."""
    for key in package.keys[:count].tolist():
        opening.mark_read(run.environment, opening.open_ebox(run.environment, key)[0])


def test_readings_are_counted_by_day(broadcasts: Broadcasts) -> None:
    package = broadcasts.package(ticket="same", seed=1)
    run = broadcasts.published(A, ticket="same", seed=1)
    read_by(run, package, 3)
    today = clock.today()
    pass_time(days=1)
    read_by(run, package, 5)
    readings = readings_of(run)
    assert readings is not None
    days = [(day.day, day.count) for day in readings.days]
    assert days == [(today, 3), (today + timedelta(days=1), 2)]
    assert readings.total == 5


def test_what_was_never_visible_has_no_readings(broadcasts: Broadcasts) -> None:
    report = report_of(broadcasts.prepared(), actor=master("ada"))
    assert report.readings is None
    assert "Opened for the first time" not in text_of(page_of_report(report, "en"))


def test_its_json_holds_the_certificate_and_the_readings(broadcasts: Broadcasts) -> None:
    run = broadcasts.published()
    read = json.loads(json_text(report_of(run, actor=master("ada"))))
    assert set(read) == {"format", "certificate", "readings"}
    assert read["certificate"]["run"] == str(run.id)
    assert read["readings"] == {"total": 0, "days": []}


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_page_needs_nothing_from_elsewhere(broadcasts: Broadcasts, language: str) -> None:
    html = html_of(page_of_report(report_of(broadcasts.published(faulty=True), actor=master("ada")), language))
    page = Page(html)
    assert page.open == []
    assert "script" not in page.tags
    assert not {name for name, _ in page.attributes} & {"src", "href", "srcset", "action", "style", "onclick"}
    assert not re.search(r"https?:|//|url\(|@import", html)
    assert ("lang", language) in page.attributes


def test_the_page_says_what_the_text_says(broadcasts: Broadcasts) -> None:
    certificate = certificate_of(broadcasts.published(recipients=100))
    html = html_of(page_of(certificate, "en"))
    assert "Published to all 100 recipients" in html
    assert 'class="verdict good"' in html
    for digest in (certificate.document.sha256, certificate.lists[0].sha256):
        assert digest in html
    visible = certificate.moments.visible
    assert visible is not None
    assert moment_in(visible, "en") in html


def test_the_senders_words_cannot_become_markup(broadcasts: Broadcasts) -> None:
    html = html_of(page_of(certificate_of(broadcasts.prepared(title="<b>A & B</b>")), "en"))
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in html
    assert "<b>" not in html
