"""Second clicks, other tabs, the back button, sending again: in a real browser nothing is done twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit
from tests.delivery.procedure import BRAM, Story, go_to
from tests.exchange.sftp_clients import public_key
from tests.web.visitors import account_of

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.models import State
from eboxcast.exchange.models import SftpKey
from eboxcast.notices.models import Webhook
from eboxcast.senders.models import Token

TOKEN = "/person/anne/token"
SENT_BEFORE = "This form was sent before."


def ask_for_token(page: Page) -> None:
    page.goto(TOKEN)
    page.get_by_label("What it is for").fill("desk")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_double_click_makes_one_token(visit: Visit, scripts: bool) -> None:
    """Without scripts a browser sends the form twice, and shows only what the second one is answered."""
    account_of(p.ANNE)
    page = visit.window(p.INES, java_script_enabled=scripts)
    ask_for_token(page)
    page.get_by_role("button", name="Make the token").dblclick()
    made, told = page.get_by_label("The token, shown only now"), page.get_by_text(SENT_BEFORE)
    expect(made.or_(told)).to_be_visible()
    if scripts:
        expect(made).to_be_visible()
    assert Token.objects.count() == 1


def test_reloading_the_page_with_a_token_makes_no_other_one(visit: Visit) -> None:
    account_of(p.ANNE)
    page = visit.window(p.INES)
    ask_for_token(page)
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_label("The token, shown only now")).to_be_visible()
    page.reload()
    expect(page.get_by_text(SENT_BEFORE)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Lambert")
    assert Token.objects.count() == 1


def test_the_page_before_an_alarm_was_registered_is_a_new_form(visit: Visit) -> None:
    """Going back keeps nothing of what was typed: neither the address, which may hold a key, nor the form."""
    page = visit.window(p.INES)
    page.goto("/alarms/add")
    page.get_by_label("Name").fill("Pager")
    page.get_by_label("Address").fill("https://pager.example.be/hook?key=abc")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_label("The key, shown only now")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Address")).to_have_value("")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert Webhook.objects.count() == 1


def test_a_key_that_is_registered_in_two_tabs_is_told_in_the_second(visit: Visit, tmp_path: Path) -> None:
    key = public_key()
    with override_settings(EBOXCAST_DROP_DIR=tmp_path):
        first = visit.window(p.INES)
        second = first.context.new_page()
        for tab in (first, second):
            tab.goto("/drop-folders/keys/add")
            tab.get_by_label("Name").fill("payroll")
            tab.get_by_label("Public key").fill(key)
        first.get_by_role("button", name="Register").click()
        expect(first.get_by_role("status")).to_contain_text("The key is registered")
        second.get_by_role("button", name="Register").click()
        expect(second.get_by_role("alert")).to_contain_text(re.compile(r"This key is already registered: key \d+"))
    assert SftpKey.objects.count() == 1


def test_a_go_that_is_given_in_two_tabs_is_given_once(story: Story, story_visit: Visit) -> None:
    broadcast = story.delivered()
    first = story_visit.window(BRAM)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(f"/broadcasts/{broadcast.number}/go")
        tab.get_by_label("The agreed moment").fill("15/02/2027 18:00")
        tab.get_by_label("The first 8 or more").fill(tab.locator(".digests mark").inner_text())
    first.get_by_role("button", name="Give the GO").dblclick()
    expect(first.get_by_role("heading", name="The GO was given")).to_be_visible()
    second.get_by_role("button", name="Give the GO").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("This is not possible now")
    expect(second.get_by_text("Its state was changed by Bram Peeters")).to_be_visible()
    assert broadcast.gos.count() == 1


def test_a_launch_from_two_tabs_and_after_going_back_happens_once(story: Story, story_visit: Visit) -> None:
    broadcast = story.ready()
    go_to(broadcast)
    first = story_visit.window(p.LOU)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(f"/broadcasts/{broadcast.number}/launch")
        tab.get_by_label("To confirm, type").fill(broadcast.number)
    first.get_by_role("button", name="Launch now").dblclick()
    expect(first).to_have_url(f"{story_visit.address}/broadcasts/{broadcast.number}/run")
    second.get_by_role("button", name="Launch now").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("This is not possible now")
    expect(second.get_by_text("is published: launching is not possible now")).to_be_visible()
    first.go_back()
    expect(first.get_by_role("button", name="Launch now")).to_have_count(0)
    broadcast.refresh_from_db()
    assert broadcast.state in {State.LAUNCHED, State.PUBLISHED}
    assert Entry.objects.filter(action="broadcast.launched").count() == 1
