"""What holds for every page: its headers, its language, its errors, its health."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.test import RequestFactory
from structlog.testing import capture_logs
from tests.broadcasts import people as p
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.errors import NothingPrepared, NotInThisState, NotReady
from eboxcast.lib.errors import EboxcastError, InputRefused, NotAllowedNow, Trouble
from eboxcast.web.errors import error_page, server_error

ROOT = Path(__file__).parents[2] / "src/eboxcast"
TEMPLATES = sorted(path for door in ("web", "portal", "inbox") for path in (ROOT / door / "templates").rglob("*.html"))


def test_no_page_lets_anything_of_elsewhere_in(january: None) -> None:
    headers = browser().get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_a_script_or_a_style_in_it(template: Path) -> None:
    text = re.sub(r"{%.*?%}", "", template.read_text("utf-8"))
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:|<script(?![^>]*\ssrc=)|https?://", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_word_of_a_template_comes_from_the_catalogue(template: Path) -> None:
    text = re.sub(r"{% block (width|home) %}.*?{% endblock %}", "", template.read_text("utf-8"))
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text)
    assert set(re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", text))) <= {"eboxcast"}


@pytest.mark.parametrize(
    ("accepted", "language"), [("nl-BE,nl;q=0.9", "nl"), ("it,de;q=0.5,en;q=0.7", "en"), ("xx", "fr"), ("*;q=x", "fr")]
)
def test_before_anybody_chose_the_browser_says_the_language(january: None, accepted: str, language: str) -> None:
    answer = browser().get("/sign-in", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in answer.content.decode()
    assert answer.headers["Content-Language"] == language


def test_a_language_that_was_chosen_is_remembered_and_the_page_comes_again(january: None) -> None:
    client = browser_of(p.ANNE)
    chosen = client.post("/language", {"language": "de", "next": "/broadcasts"})
    assert chosen.headers["Location"] == "/broadcasts"
    assert '<html lang="de">' in client.get("/broadcasts").content.decode()


@pytest.mark.parametrize("asked", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\x"])
def test_nobody_is_led_elsewhere(january: None, asked: str) -> None:
    account_of(p.ANNE)
    client = browser()
    assert client.post("/language", {"language": "de", "next": asked}).headers["Location"] == "/"
    entered = client.post("/sign-in", {"identity": "anne", "password": PASSWORD, "next": asked})
    assert entered.headers["Location"] == "/"


def test_who_signs_in_comes_to_the_page_they_asked_for(january: None) -> None:
    account_of(p.ANNE)
    client = browser()
    asked = client.get("/broadcasts?late=on")
    assert asked.headers["Location"] == "/sign-in?next=%2Fbroadcasts%3Flate%3Don"
    entered = client.post(asked.headers["Location"], {"identity": "anne", "password": PASSWORD, "next": "/broadcasts"})
    assert entered.headers["Location"] == "/broadcasts"


def test_a_form_of_elsewhere_changes_nothing(january: None) -> None:
    client = browser_of(p.ANNE, enforce_csrf_checks=True)
    answer = client.post("/sign-out")
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_errors_are_pages_in_the_language_of_their_reader(january: None, language: str) -> None:
    client = browser()
    client.cookies["eboxcast_language"] = language
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NotAllowedNow(), 409, "Ce n&#x27;est pas possible maintenant"),
        (InputRefused(), 422, "Cela ne peut pas être accepté"),
        (Trouble(), 503, "Ce n&#x27;est pas disponible pour le moment"),
    ],
)
def test_an_error_has_the_status_that_fits(january: None, error: EboxcastError, status: int, title: str) -> None:
    answer = error_page(RequestFactory().get("/"), error)
    assert answer.status_code == status
    assert title in answer.content.decode()


def test_a_mistake_of_ours_is_told_without_its_words(january: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = server_error(RequestFactory().get("/85073003328"), ValueError("85.07.30-033.28"))
    assert answer.status_code == 500
    said = answer.content.decode() + "".join(capsys.readouterr())
    assert "85.07.30" not in said
    assert "85073003328" not in re.sub(r'value="[^"]*"', "", said)


def test_a_refusal_is_logged_with_who_asked_and_the_kind_of_page(january: None) -> None:
    client = browser_of(p.ANNE)
    with capture_logs() as logged:
        assert client.get("/people").status_code == 403
    assert [(one["event"], one["by"], one["route"]) for one in logged] == [("page.refused", "anne", "people")]


@pytest.mark.parametrize("path", ["/broadcasts/%00", "/person/a%00b", "/broadcasts/%0d%0aSet-Cookie:x", "/%1b[31m"])
def test_an_address_with_a_control_sign_is_not_there(january: None, path: str) -> None:
    answer = browser_of(p.INES).get(path)
    assert answer.status_code == 404
    assert "Set-Cookie:x" not in str(answer.headers)


@pytest.mark.parametrize("address", ["/sign-out", "/language"])
def test_an_address_that_only_receives_forms_is_a_page_with_the_way_back(january: None, address: str) -> None:
    answer = browser().get(address, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "nl"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "Open de pagina met het formulier" in answer.content.decode()
    assert b'data-variant="secondary" href="' in answer.content


def test_health_is_told_to_whoever_asks_by_whatever_name(january: None) -> None:
    client = browser()
    assert client.get("/health/live", headers={"Host": "10.1.2.3"}).content == b"live\n"
    assert client.get("/health/ready", headers={"Host": "10.1.2.3"}).content == b"ready\n"
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("database", ["default", "production"])
def test_without_a_database_we_are_not_ready(january: None, database: str) -> None:
    with lost(database):
        assert browser().get("/health/ready").status_code == 503
        assert browser().get("/health/live").status_code == 200


def test_without_acceptance_eboxes_of_production_are_still_served(january: None) -> None:
    with lost("acceptance"):
        assert browser().get("/health/ready").status_code == 200
        production = connections.settings.pop("production")
        try:
            assert browser().get("/health/ready").status_code == 503
        finally:
            connections.settings["production"] = production


@contextmanager
def lost(database: str) -> Iterator[None]:
    """Have a database be where nothing answers."""
    connection = connections[database]
    before = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = before


def test_behind_tls_every_check_of_django_for_deployment_is_clean() -> None:
    words = ["-m", "django", "check", "--deploy", "--fail-level", "INFO", "--settings", "eboxcast.config.settings"]
    settings = {"EBOXCAST_PAGES_URL": "https://broadcasts.example.be/eboxcast", "EBOXCAST_SECRET_KEY": "a1B2c3D4e5" * 6}
    done = subprocess.run(
        [sys.executable, *words], env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("address", ["/nowhere", "/people/add"])
def test_whoever_signed_in_keeps_their_head_where_something_is_wrong(january: None, address: str) -> None:
    """The sections, the way home, and their account; nobody else is shown any."""
    page = browser_of(p.ANNE).get(address).content.decode()
    assert 'href="/broadcasts"' in page
    assert 'href="/account"' in page
    assert 'href="/broadcasts"' not in browser().get(address).content.decode()


def test_a_page_for_others_says_in_words_whose_it_is(january: None) -> None:
    page = browser_of(p.ANNE).get("/people/add").content.decode()
    assert "Roles that do: integration team." in page
    assert "person.add" not in page


def test_a_part_of_a_page_that_nobody_is_signed_in_for_has_the_page_ask_anew(january: None) -> None:
    answer = browser().get("/broadcasts", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"
    answer = browser().post("/ask", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Refresh" not in answer.headers  # it would lose what was typed


def test_a_refusal_has_its_reasons_and_its_words_in_the_language_of_the_page() -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "fr"})
    missing = NotReady((NothingPrepared(broadcast="2027-1"),), broadcast="2027-1", asked="launching")
    page = error_page(request, missing).content.decode()
    assert page.count("<li>") == 1
    assert "launching" not in page


def test_a_refusal_names_who_was_there_first(january: None) -> None:
    broadcast = p.tested()
    acceptance.reject(broadcast, actor=p.ANNE, reason="wrong title")
    with pytest.raises(NotInThisState) as late:
        acceptance.approve(broadcast, actor=p.ANNE)
    request = RequestFactory().get("/", headers={"Accept-Language": "fr"})
    assert "par anne" in error_page(request, late.value).content.decode()
