"""The drop folders, as those who look after them see them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings
from tests.broadcasts import people as p
from tests.delivery.procedure import INSTITUTION
from tests.exchange.conftest import dropping, story
from tests.exchange.dropping import Dropping
from tests.portal.test_people import tree, words
from tests.web.visitors import browser_of

from eboxcast.exchange.models import TakenSet

__all__ = ["dropping", "story"]


@pytest.fixture
def ines(dropping: Dropping) -> Iterator[Client]:
    """A browser of the integration team, with one drop folder."""
    with override_settings(EBOXCAST_DROP_DIR=dropping.root):
        yield browser_of(p.INES)


def page_of(client: Client) -> str:
    return words(client.get("/drop-folders").content)


def test_what_lies_in_a_folder_is_said_before_it_is_collected(ines: Client, dropping: Dropping) -> None:
    assert "Empty." in page_of(ines)
    dropping.put()
    assert "Complete: 3 files." in page_of(ines)
    dropping.put_parts(dropping.story.files(1), dropping.reference(2))
    assert "3 files without a GO file" in page_of(ines)
    dropping.put_go(dropping.reference(3), parts=2)
    assert "Not complete yet: 0 of 2 files." in page_of(ines)


def test_a_set_is_collected_at_once_and_its_answers_wait_to_be_fetched(ines: Client, dropping: Dropping) -> None:
    dropping.put()
    answer = ines.post("/drop-folders/collect")
    assert answer.headers["Location"] == "/drop-folders"
    page = page_of(ines)
    assert "Sets collected: 1. Not complete yet: 0. Problems on our side: 0." in page
    assert "accepted and prepared" in page
    assert "2 not fetched yet" in page
    number = dropping.broadcast.number
    assert tree(ines.get("/drop-folders").content).xpath("//tbody//a/@href") == [f"/broadcasts/{number}"]
    for path in (dropping.own / "OUTTEST").iterdir():
        path.unlink()
    assert "fetched" in page_of(ines)
    assert ines.post("/drop-folders/collect").status_code == 302
    assert "Sets collected: 0." in page_of(ines)


def test_why_a_set_will_be_refused_and_was_is_said(ines: Client, dropping: Dropping) -> None:
    dropping.put_parts(dropping.story.files(1), dropping.reference(letter="R"))
    dropping.put_go(dropping.reference(letter="R"))
    wrong = "BRDC-118: A set for production (R) was put in a folder other than IN."
    assert f"It will be refused: {wrong}" in page_of(ines)
    ines.post("/drop-folders/collect")
    assert TakenSet.objects.get().codes == [118]
    assert wrong in page_of(ines)
    assert "refused (118)" in page_of(ines)


def test_a_name_that_is_not_agreed_is_counted_and_never_shown(ines: Client, dropping: Dropping) -> None:
    (dropping.incoming / "85073003328.csv").write_text("85073003328")
    page = ines.get("/drop-folders").content.decode()
    assert "1 other file," in words(page.encode())
    assert "85073003328" not in page


def test_a_folder_that_cannot_be_used_is_said_and_keeps_no_other(ines: Client, dropping: Dropping) -> None:
    shutil.rmtree(dropping.own / "IN")
    dropping.put()
    page = page_of(ines)
    assert "This folder cannot be used" in page
    assert "Complete: 3 files." in page


def test_without_the_whole_folder_nothing_is_half_done(ines: Client, tmp_path: Path) -> None:
    with override_settings(EBOXCAST_DROP_DIR=tmp_path / "nowhere"):
        assert ines.get("/drop-folders").status_code == 503
        assert ines.post("/drop-folders/collect").status_code == 503
    with override_settings(EBOXCAST_DROP_DIR=None):
        assert "No drop folder is configured." in page_of(ines)
        assert ines.post("/drop-folders/collect").status_code == 400


def test_only_the_teams_that_prepare_look_and_collect(ines: Client, dropping: Dropping) -> None:
    dropping.put()
    assert INSTITUTION in page_of(browser_of(p.LOU))
    for other in (p.CARLA, p.ADA, p.VERA):
        assert browser_of(other).post("/drop-folders/collect").status_code == 403
    assert not TakenSet.objects.exists()
