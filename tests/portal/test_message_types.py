"""Message types on the web: the whole form of an institution, each decision, and what goes wrong on the way."""

from __future__ import annotations

from urllib.parse import urlencode

import lxml.html
import pytest
from django.http import HttpResponse
from tests.broadcasts import people as p
from tests.senders.forms import CODE, request_for
from tests.web.visitors import browser_of

from eboxcast.lib.actors import Actor
from eboxcast.senders.models import MessageType, TypeRequest
from eboxcast.senders.type_requests import accept_type, configure_type, refuse_type, validate_type

pytestmark = pytest.mark.usefixtures("january")
NUMBER = "85.07.30-033.28"
FILLED = {
    "application__name": "pensions:letters",
    "application__title__fr": "Courrier",
    "application__title__nl": "Post",
    "application__title__de": "Post",
    "message_type__code": CODE,
    "message_type__title__fr": "Avis de pension",
    "message_type__title__nl": "Pensioenbericht",
    "message_type__title__de": "Rentenbescheid",
    "message_type__description": "The yearly notice.\r\nOne page.",
    "message_type__legal_basis": "The law on pensions, article 12.",
    "message_type__ebox_type": "CITIZEN",
    "message_type__languages": ["fr", "nl"],
    "message_type__validity__number": "1",
    "message_type__validity__unit": "year",
    "message_type__media_types": ["application/pdf"],
    "message_type__document_bytes": "2",
    "message_type__without_ebox": "refuse",
    "expected__recipients": "250000",
    "expected__broadcasts_a_year": "2",
    "expected__dates__1": "2027-09-15",
    "expected__dates__2": "15/03/2027",
    "business_contact__name": "Bea Claes",
    "business_contact__email": "bea@pensions.example",
    "technical_contact__name": "Tom Renard",
    "technical_contact__email": "tom@pensions.example",
    "technical_contact__phone": "+32 2 123 45 67",
    "requested_by__name": "Anne Lambert",
    "requested_by__email": "anne@example.be",
}


def post(actor: Actor, path: str, data: dict[str, object] | None = None) -> HttpResponse:
    answer: HttpResponse = browser_of(actor).post(
        path, urlencode(data or {}, doseq=True), content_type="application/x-www-form-urlencoded"
    )
    return answer


def ask(actor: Actor = p.ANNE, **changes: object) -> HttpResponse:
    return post(actor, "/message-types/new", {**FILLED, **changes})


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a_form_becomes_a_request_with_all_that_was_filled_in() -> None:
    answer = ask()
    request = TypeRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/message-types/{request.pk}")
    assert request.institution_names == p.NAMES
    assert request.document_bytes == 2 * 1024 * 1024
    assert request.description == "The yearly notice.\nOne page."
    assert [str(day) for day in request.wanted_dates] == ["2027-03-15", "2027-09-15"]
    assert request.technical_contact["phone"] == "+32 2 123 45 67"


def test_the_integration_team_asks_for_an_institution_that_nobody_knows() -> None:
    names = {f"institution__name__{language}": "Fonds" for language in ("fr", "nl", "de")}
    ask(p.INES, institution__cbe="0403019261", **names)
    assert TypeRequest.objects.get().institution_names == {"fr": "Fonds", "nl": "Fonds", "de": "Fonds"}


def test_an_application_that_is_known_keeps_its_name() -> None:
    ask(application__name="demo:letters", application__title__fr="", application__title__nl="Iets")
    assert TypeRequest.objects.get().application_titles == p.NAMES


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"message_type__code": ""}, "Fill in this field."),
        ({"message_type__code": "AB"}, "Use at least 6 characters."),
        ({"expected__dates__1": "2026-01-04"}, "Choose dates from today onwards."),
        ({"expected__dates__1": "31/02/2027"}, "Enter a date, such as 15/02/2027."),
        ({"expected__recipients": "0"}, "Enter a number of at least 1."),
        ({"application__title__nl": ""}, "This is missing."),
        ({"technical_contact__phone": "02 123"}, "Write a phone number in international format"),
        ({"business_contact__email": "nobody"}, "Write an email address such as"),
        ({"message_type__media_types": ["image/gif"]}, "Choose one of the options."),
        ({"message_type__languages": []}, "Fill in this field."),
        ({"message_type__description": f"For {NUMBER}"}, "This contains what looks like a national number."),
        ({"message_type__title__fr": "a\x07b"}, "Write a text of 1 to 150 characters, on one line."),
        ({"message_type__title__fr": "a\x00b"}, "This value is not valid."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    changes: dict[str, object], said: str
) -> None:
    answer = ask(**changes)
    assert (answer.status_code, TypeRequest.objects.count()) == (422, 0)
    assert said in text_of(answer)
    assert f'href="#id_{next(iter(changes))}"' in text_of(answer)
    assert "The law on pensions, article 12." in text_of(answer)


def test_what_is_wrong_with_two_contacts_says_with_which() -> None:
    answer = ask(business_contact__name="", technical_contact__name="", technical_contact__email="nobody")
    page = lxml.html.fromstring(text_of(answer))
    links = [link.text_content() for link in page.xpath("//*[@id='errors']//a")]
    headings = [legend.text_content() for legend in page.xpath("//legend")]
    fields = [link.partition(":")[0].split(" – ") for link in links]
    assert [label for _, label in fields] == ["Name", "Name"]
    assert [part for part, _ in fields] == headings[-3:-1]


def test_a_form_that_is_sent_twice_is_one_request_and_its_form_is_kept() -> None:
    ask()
    answer = ask()
    assert (answer.status_code, TypeRequest.objects.count()) == (409, 1)
    assert "has already been requested" in text_of(answer)
    assert "The law on pensions, article 12." in text_of(answer)


def test_nobody_asks_for_another_institution_by_adding_its_number() -> None:
    ask(p.ELSE_WHERE, institution__cbe=p.INSTITUTION)
    assert TypeRequest.objects.get().institution == p.ELSE_WHERE.institution


def test_a_script_in_a_title_is_a_text() -> None:
    ask(message_type__title__fr="<script>alert(1)</script>")
    page = text_of(browser_of(p.VERA).get(f"/message-types/{TypeRequest.objects.get().pk}"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_each_sees_what_waits_for_them() -> None:
    request = request_for(actor=p.ANNE)
    link = f'href="/message-types/{request.pk}/validate"'
    assert link in text_of(browser_of(p.VERA).get("/message-types"))
    assert link not in text_of(browser_of(p.INES).get("/message-types"))
    assert "PENSION-NOTICE" not in text_of(browser_of(p.ELSE_WHERE).get("/message-types"))


def test_what_waits_for_somebody_stands_on_their_first_page_too() -> None:
    link = f'href="/message-types/{request_for(actor=p.ANNE).pk}/validate"'
    assert link in text_of(browser_of(p.VERA).get("/"))
    assert link not in text_of(browser_of(p.INES).get("/"))


def test_a_request_goes_its_whole_way() -> None:
    number = request_for(actor=p.ANNE).pk
    for actor, path in (
        (p.VERA, f"/message-types/{number}/validate"),
        (p.INES, f"/message-types/{number}/accept"),
        (p.INES, f"/message-types/configure/acceptance/{CODE}"),
        (p.INES, f"/message-types/configure/production/{CODE}"),
    ):
        assert "What happens then" in text_of(browser_of(actor).get(path))
        assert post(actor, path)["Location"] == f"/message-types/{number}"
        assert post(actor, path).status_code == 302, "a second click changes nothing"
    assert MessageType.objects.get(code=CODE).production_at is not None
    assert TypeRequest.objects.get().steps.count() == 5


def test_a_refusal_needs_a_reason_that_names_nobody() -> None:
    path = f"/message-types/{request_for(actor=p.ANNE).pk}/refuse"
    assert post(p.VERA, path, {"reason": ""}).status_code == 422
    assert post(p.VERA, path, {"reason": f"For {NUMBER}"}).status_code == 422
    assert TypeRequest.objects.get().state == "requested"
    assert post(p.VERA, path, {"reason": "No legal basis"}).status_code == 302
    assert "No legal basis" in text_of(browser_of(p.ANNE).get(path.removesuffix("/refuse")))


def test_who_decides_second_is_told_who_was_first_and_when() -> None:
    number = request_for(actor=p.ANNE).pk
    refuse_type(number, reason="no", actor=p.INES)
    answer = post(p.VERA, f"/message-types/{number}/validate")
    assert answer.status_code == 409
    assert "Last step: ines, 18 January 2027 at 09:00" in text_of(answer)


def test_a_refused_request_is_corrected_and_submitted_again() -> None:
    number = request_for(actor=p.ANNE).pk
    refuse_type(number, reason="too vague", actor=p.VERA)
    path = f"/message-types/{number}/again"
    page = text_of(browser_of(p.ANNE).get(path))
    assert "too vague" in page
    assert 'value="PENSION-NOTICE"' in page
    assert 'value="2127-02-15"' in page
    assert post(p.ANNE, path, FILLED).status_code == 302
    assert TypeRequest.objects.get(state="requested").replaces_id == number
    assert browser_of(p.ANNE).get(path).status_code == 409


def test_a_type_that_was_loaded_for_acceptance_is_configured_in_production() -> None:
    MessageType.objects.update(production_at=None)
    page = text_of(browser_of(p.INES).get("/message-types/DEMO-LETTER"))
    assert 'href="/message-types/configure/production/DEMO-LETTER"' in page
    assert post(p.INES, "/message-types/configure/production/DEMO-LETTER")["Location"] == "/message-types/DEMO-LETTER"
    assert MessageType.objects.get().production_at is not None


@pytest.mark.parametrize(
    "path",
    [
        "/message-types/999999999999999999999999",
        "/message-types/1/validate",
        "/message-types/configure/moon/DEMO-LETTER",
        "/message-types/configure/production/../../etc",
        "/message-types/NO-SUCH-TYPE",
    ],
)
def test_what_is_not_there_is_not_there(path: str) -> None:
    assert browser_of(p.INES).get(path).status_code in (403, 404)
    assert browser_of(p.VERA).get(path).status_code in (403, 404)


def test_a_type_in_production_can_be_neither_refused_nor_withdrawn() -> None:
    number = request_for(actor=p.ANNE).pk
    validate_type(number, actor=p.VERA)
    accept_type(number, actor=p.INES)
    for environment in ("acceptance", "production"):
        configure_type(CODE, environment=environment, actor=p.INES)
    assert post(p.VERA, f"/message-types/{number}/refuse", {"reason": "late"}).status_code == 409
    assert post(p.ANNE, f"/message-types/{number}/withdraw").status_code == 409
