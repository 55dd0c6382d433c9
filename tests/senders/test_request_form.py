"""The form is read whole; all that is wrong with it is said at once, each with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.senders.forms import CODE, FORM, INSTITUTION

from eboxcast.senders.errors import FormUnreadable, FormWrong
from eboxcast.senders.request_form import RequestForm, read_request

NISS = "85073003328"


def reading(folder: Path, text: str) -> RequestForm:
    path = folder / "form.toml"
    path.write_text(text, encoding="utf-8")
    return read_request(path)


def places(folder: Path, text: str) -> list[str]:
    with pytest.raises(FormWrong) as refusal:
        reading(folder, text)
    return [str(fault.data["place"]) for fault in refusal.value.parts]


def test_a_whole_form_is_read(tmp_path: Path) -> None:
    form = reading(tmp_path, FORM)
    assert (form.institution.cbe, form.message_type.code, form.message_type.validity.unit) == (
        INSTITUTION,
        CODE,
        "year",
    )
    assert form.expected.dates == [date(2127, 2, 15), date(2127, 9, 15)]
    assert form.message_type.description == "The yearly notice.\nOne page."
    assert form.technical_contact.phone == "+32 2 123 45 67"


def test_what_is_left_out_is_not_kept(tmp_path: Path) -> None:
    asked = reading(tmp_path, FORM).columns()
    assert asked["business_contact"] == {"name": "Bea Claes", "email": "bea@pensions.example"}
    assert set(asked["titles"]) == {"fr", "nl", "de"}


def test_every_wrong_place_is_named_at_once(tmp_path: Path) -> None:
    text = FORM.replace('"0456789034"', '"0456789035"').replace('"CITIZEN"', '"PEOPLE"').replace("250000", '"many"')
    assert places(tmp_path, text) == ["institution cbe", "message_type ebox_type", "expected recipients"]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('cbe = "0456789034"', "cbe = 456789034", "institution cbe"),
        (', de = "Pensionsamt"', "", "institution name de"),
        (', de = "Pensionsamt"', ', de = "Pensionsamt", it = "Ufficio"', "institution name it"),
        ('name = "pensions:letters"', "", "application name"),
        ('"PENSION-NOTICE"', '"SHORT"', "message_type code"),
        ('"The law on pensions, article 12."', '"  "', "message_type legal_basis"),
        ('["fr", "nl"]', '["fr", "en"]', "message_type languages"),
        ('["fr", "nl"]', "[]", "message_type languages"),
        ('["fr", "nl"]', '[["fr"]]', "message_type languages"),
        ('unit = "year"', 'unit = "week"', "message_type validity unit"),
        ("number = 1,", "number = true,", "message_type validity number"),
        ("number = 1,", "number = 0,", "message_type validity number"),
        ('"application/pdf"', '"image/webp"', "message_type media_types"),
        ("2000000", "2000000000", "message_type document_bytes"),
        ('"refuse"', '"perhaps"', "message_type without_ebox"),
        ("2127-02-15", "1999-02-15", "expected dates"),
        ("2127-02-15", "2127-02-15T18:00:00", "expected dates"),
        ("2127-02-15", '"2127-02-15"', "expected dates"),
        ('"bea@pensions.example"', '"bea"', "business_contact email"),
        ('"+32 2 123 45 67"', '"02 123 45 67"', "technical_contact phone"),
        ("[requested_by]", "[asked_by]", "requested_by"),
        ("broadcasts_a_year", "broadcasts_per_year", "expected broadcasts_a_year"),
    ],
)
def test_each_wrong_place_is_named(tmp_path: Path, before: str, after: str, place: str) -> None:
    assert before in FORM
    assert place in places(tmp_path, FORM.replace(before, after, 1))


def test_what_the_form_does_not_know_is_named(tmp_path: Path) -> None:
    assert places(tmp_path, FORM.replace("[expected]", 'colour = "red"\n[expected]')) == ["message_type colour"]


@pytest.mark.parametrize("words", ["The yearly notice.", "Bea Claes", "rita@pensions.example", "Avis de pension"])
def test_a_national_number_is_refused_and_not_repeated(tmp_path: Path, words: str) -> None:
    put = f"{NISS}@pensions.example" if "@" in words else f"of {NISS}"
    with pytest.raises(FormWrong) as refusal:
        reading(tmp_path, FORM.replace(words, put, 1))
    assert NISS not in repr((refusal.value, refusal.value.parts))


@pytest.mark.parametrize("content", [b"[institution", b"\xff\xfe", b"85073003328 = 1\n85073003328 = 2"])
def test_what_is_no_form_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "form.toml"
    path.write_bytes(content)
    with pytest.raises(FormUnreadable) as refusal:
        read_request(path)
    assert NISS not in repr(refusal.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FormUnreadable):
        read_request(tmp_path / "nothing.toml")
