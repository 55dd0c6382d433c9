"""The sender's own words are shown without what could harm or betray."""

from __future__ import annotations

import pytest

from eboxcast.lib.masking import mask_and_strip


@pytest.mark.parametrize(
    "name",
    [
        "85073003328.csv",
        "list 85.07.30-033.28",
        "850730-03328_x",
        "list85073003328x",
        "nr85.07.30-033.29",
        "85\u00a007\u00a030\u202f033\u00a028",
        "20270208850730033281",
        "list.8507300332800001.csv",
        "085.07.30-033.2829034",
    ],
)
def test_a_national_number_in_a_name_is_not_shown(name: str) -> None:
    assert "033" not in mask_and_strip(name)


@pytest.mark.parametrize(
    "name", ["recipients-01.csv", "20270215-0456789034.csv", "Été – 2027.pdf", "20270208-123456789012345.csv"]
)
def test_other_names_stay_as_they_are(name: str) -> None:
    assert mask_and_strip(name) == name


def test_digits_inside_a_digest_or_a_longer_word_are_no_national_number() -> None:
    digest = "3f" * 10 + "a85073003328b" + "9c" * 16
    for text in (digest, f"files={digest[:32]}", "7a85073003329f", "4c1d-12345678901e"):
        assert mask_and_strip(text) == text


def test_a_number_with_wrong_check_digits_is_not_shown_where_it_stands_alone() -> None:
    assert mask_and_strip("number=85073003329, 85073003328;x") == "number=***********, ***********;x"


def test_so_many_digits_that_they_could_be_a_digest_hide_no_national_number() -> None:
    assert "85073003328" not in mask_and_strip("85073003328" * 3)
    assert "85073003328" not in mask_and_strip(f"07890789078{85073003328}90789078907890789")


def test_a_number_that_stands_against_one_with_signs_is_not_shown() -> None:
    for text in ("85.07.30-033.2885073003328", "8507300332885.07.30-033.28", "85.07.30-033.28" * 2):
        assert set(mask_and_strip(text)) == {"*"}


def test_control_signs_do_not_reach_the_terminal() -> None:
    assert mask_and_strip("a\x1b[31mb\nc\u202ed") == "a�[31mb�c�d"


def test_the_narrow_spaces_of_french_stay() -> None:
    assert mask_and_strip("À vérifier\u00a0: 300\u202f000") == "À vérifier\u00a0: 300\u202f000"
