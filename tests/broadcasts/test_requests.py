"""A form asks once, however often and at which moment it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connections
from tests.broadcasts import people as p

from eboxcast.broadcasts import requests
from eboxcast.broadcasts.models import Broadcast, Campaign, Numbering
from eboxcast.broadcasts.requests import Wanted

pytestmark = pytest.mark.usefixtures("january")


def sent(wanted: Wanted) -> Sequence[str]:
    try:
        return [one.number for one in requests.request(wanted, actor=p.ANNE)]
    finally:
        connections.close_all()


def test_a_form_that_is_sent_several_times_at_the_same_moment_asks_once() -> None:
    form = p.wanted(form="one", expected={"fr": 10, "nl": 20})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sent, [form] * 4))
    assert answers == [["2027-0001", "2027-0002"]] * 4
    assert (Broadcast.objects.count(), Campaign.objects.count(), Numbering.objects.get().last) == (2, 1, 2)


def test_without_a_form_each_request_is_one_of_its_own() -> None:
    assert [sent(p.wanted()), sent(p.wanted())] == [["2027-0001"], ["2027-0002"]]


def test_the_form_of_somebody_else_is_another_form() -> None:
    sent(p.wanted(form="one"))
    colleague = replace(p.ANNE, name="amir")
    assert requests.request(p.wanted(form="one"), actor=colleague)[0].number == "2027-0002"
