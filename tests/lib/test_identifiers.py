"""Which numbers are good, and why one is not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import ssn, vat

from eboxcast.lib.identifiers import (
    ENTERPRISE_BASE,
    Reason,
    Refused,
    are_cbe,
    are_niss,
    masked,
    read_cbe,
    read_niss,
    text_of_key,
)

TODAY = date(2027, 3, 1)

# fmt: off
GOOD_NISS = [
    "85073003328", "90011500287", "72123199757", "50060999818", "04022900132", "11111112477", "00010111783",
    "88432120454", "79250231108", "03522407747", "15280845044", "61000001307", "61050001342", "61000100285",
    "85023100390", "76200005532", "76400005575", "04022900103", "94022722580", "42012205181", "93051822361",
    "17073003384", "98472899765", "01490700185",
]
# fmt: on

BAD_NISS = {
    "85073003329": Reason.CHECK_DIGITS,
    "85073003382": Reason.CHECK_DIGITS,
    "58073003328": Reason.CHECK_DIGITS,
    "85070303328": Reason.CHECK_DIGITS,
    "8507300332": Reason.LENGTH,
    "850730033281": Reason.LENGTH,
    "00000000000": Reason.ZERO,
    "99999999999": Reason.CHECK_DIGITS,
    "85130100397": Reason.MONTH,
    "85330100343": Reason.MONTH,
    "85530100386": Reason.MONTH,
    "85600100338": Reason.MONTH,
    "12345678901": Reason.CHECK_DIGITS,
    "71022722580": Reason.CHECK_DIGITS,
    "84022711080": Reason.CHECK_DIGITS,
    "8507300332O": Reason.LETTER,
    "10111783": Reason.LEADING_ZERO_LOST,
    "8.5073E+10": Reason.SCIENTIFIC,
    "8,5073E+10": Reason.SCIENTIFIC,
    "85073003328.0": Reason.DECIMAL,
    "": Reason.EMPTY,
    "onbekend": Reason.CHARACTERS,
    "0403019261": Reason.ENTERPRISE_NUMBER,
    "49070100307": Reason.FUTURE_BIRTH,
}

# fmt: off
GOOD_CBE = [
    "0403019261", "0428759497", "0123456749", "0456789034", "0777777771", "0888888895", "0999999922",
    "1000000021", "1000000120", "1023456797", "0119746597", "0406798006", "0852093431", "0474028805",
    "0220916609", "0206731645", "0212148896", "0800002352",
]
# fmt: on

BAD_CBE = {
    "0431150351": Reason.CHECK_DIGITS,
    "0123456789": Reason.CHECK_DIGITS,
    "0456789035": Reason.CHECK_DIGITS,
    "0465789034": Reason.CHECK_DIGITS,
    "0852093432": Reason.CHECK_DIGITS,
    "0119746500": Reason.CHECK_DIGITS,
    "0119756198": Reason.CHECK_DIGITS,
    "0119756099": Reason.CHECK_DIGITS,
    "0000000097": Reason.ZERO,
    "456789034": Reason.LEADING_ZERO_LOST,
    "2123456791": Reason.ESTABLISHMENT_UNIT,
    "9123456791": Reason.FIRST_DIGIT,
    "04567890345": Reason.LENGTH,
    "85073003328": Reason.CITIZEN_NUMBER,
    "4.56789E+8": Reason.SCIENTIFIC,
    "O403019261": Reason.LETTER,
}


@pytest.mark.parametrize("text", GOOD_NISS)
def test_a_good_niss_is_its_own_key(text: str) -> None:
    assert read_niss(text, today=TODAY) == int(text)
    assert text_of_key(int(text)) == text
    assert are_niss(np.array([int(text)]), today=TODAY).all()


@pytest.mark.parametrize("text", GOOD_CBE)
def test_a_good_cbe_number_is_a_key_of_the_kind_enterprise(text: str) -> None:
    assert read_cbe(text, today=TODAY) == ENTERPRISE_BASE + int(text)
    assert text_of_key(ENTERPRISE_BASE + int(text)) == text
    assert are_cbe(np.array([int(text)])).all()


@pytest.mark.parametrize(("text", "reason"), BAD_NISS.items())
def test_a_bad_niss_is_refused_with_its_reason(text: str, reason: Reason) -> None:
    refused = read_niss(text, today=TODAY)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


@pytest.mark.parametrize(("text", "reason"), BAD_CBE.items())
def test_a_bad_cbe_number_is_refused_with_its_reason(text: str, reason: Reason) -> None:
    refused = read_cbe(text, today=TODAY)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


@pytest.mark.parametrize(
    "text", ["85.07.30-033.28", "85.07.30 033 28", "850730-033-28", "85 07 30 033 28", " 85073003328\u00a0"]
)
def test_formatted_forms_of_a_niss_are_accepted(text: str) -> None:
    assert read_niss(text, today=TODAY) == 85073003328


@pytest.mark.parametrize("text", ["0403.019.261", "0403 019 261", "BE0403019261", "be 0403.019.261"])
def test_formatted_forms_of_a_cbe_number_are_accepted(text: str) -> None:
    assert read_cbe(text, today=TODAY) == ENTERPRISE_BASE + 403019261


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("10111783", "00.01.**-***.83"),
        ("8.5073003328E+10", "85.07.**-***.28"),
        ("85073003328,00", "85.07.**-***.28"),
        ("85O73003328", "85.07.**-***.28"),
        ("8.5073E+10", None),
        ("8507300332O", None),
    ],
)
def test_damage_names_the_likely_number_masked_where_it_can_be_known(text: str, likely: str | None) -> None:
    refused = read_niss(text, today=TODAY)
    assert isinstance(refused, Refused)
    assert refused.likely == likely


def test_a_birth_in_a_coming_year_becomes_good_when_that_year_comes() -> None:
    assert read_niss("49070100307", today=date(2049, 1, 1)) == 49070100307
    assert not are_niss(np.array([49070100307]), today=date(2048, 12, 31)).any()
    assert are_niss(np.array([49070100307]), today=date(2049, 1, 1)).all()


def test_other_scripts_digits_are_no_digits() -> None:
    refused = read_niss("٨٥٠٧٣٠٠٣٣٢٨", today=TODAY)
    assert refused == Refused(Reason.CHARACTERS)


def test_masked_forms_hide_who_it_is() -> None:
    assert masked(85073003328) == "85.07.**-***.28"
    assert masked(ENTERPRISE_BASE + 403019261) == "0403.***.*61"


@given(st.integers(0, 10**11 - 1), st.integers(2000, 2099))
def test_columns_and_single_niss_are_judged_alike(number: int, year: int) -> None:
    today = date(year, 6, 1)
    root = number // 100
    near = [number, root * 100 + 97 - root % 97, root * 100 + 97 - (2 * 10**9 + root) % 97]
    scalar = [isinstance(read_niss(f"{n:011d}", today=today), int) for n in near]
    assert are_niss(np.array(near), today=today).tolist() == scalar


@given(st.integers(0, 10**10 - 1))
def test_columns_and_single_cbe_numbers_are_judged_alike(number: int) -> None:
    root = number // 100
    near = [number, root * 100 + 97 - root % 97]
    scalar = [isinstance(read_cbe(f"{n:010d}", today=TODAY), int) for n in near]
    assert are_cbe(np.array(near)).tolist() == scalar


@given(st.integers(1, 10**9 - 1))
def test_stdnum_accepts_every_niss_we_accept(root: int) -> None:
    """The year is far enough for stdnum's own clock never to matter: only births before 2020 are compared."""
    for check in (97 - root % 97, 97 - (2 * 10**9 + root) % 97):
        text = f"{root:09d}{check:02d}"
        ours = isinstance(read_niss(text, today=date(2019, 1, 1)), int)
        assert not ours or ssn.is_valid(text), text


@given(st.integers(1, 2 * 10**8 - 1))
def test_stdnum_accepts_every_cbe_number_we_accept(root: int) -> None:
    text = f"{root % 10**8:08d}{97 - root % 10**8 % 97:02d}"
    if isinstance(read_cbe(text, today=TODAY), int):
        assert vat.is_valid(text)


@pytest.mark.parametrize("text", ["0119746500", "0119756198", "0119756099", "0000000097"])
def test_we_refuse_cbe_numbers_that_stdnum_lets_through(text: str) -> None:
    assert vat.is_valid(text)
    assert isinstance(read_cbe(text, today=TODAY), Refused)
