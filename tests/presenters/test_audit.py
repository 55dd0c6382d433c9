"""The data of an audit entry are words on a line."""

from __future__ import annotations

import pytest

from eboxcast.presenters.audit import entry_words

DIGEST = "85073003328ab" * 4 + "0" * 12
RUN = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"from": "requested", "to": "postponed"}, "from=requested to=postponed"),
        ({"reason": "no room", "side": "operator"}, 'reason="no room" side=operator'),
        ({"dates": ["2027-02-15", "2027-02-16"]}, "dates=2027-02-15,2027-02-16"),
        ({"faults": {"E101": 3}, "count": 0, "again": False}, "faults=E101:3 count=0 again=false"),
        ({"document": DIGEST, "run": RUN}, f"document={DIGEST[:12]} run=1b4e28ba"),
        ({"why": "", "faults": {}, "by": None}, ""),
        ({"number": "2027-0001", "to": "armed"}, "to=armed"),
        ({"rows": [{"a": 1}]}, 'rows=[{"a": 1}]'),
        ({"text": "85.07.30-033.28\n"}, 'text="***********\\n"'),
    ],
)
def test_an_entry_says_its_data_as_words(data: dict[str, object], words: str) -> None:
    assert entry_words(data, without=("number",)) == words


def test_what_is_quoted_cannot_be_taken_for_another_word() -> None:
    assert entry_words({"reason": "x", "text": "a=b to=armed"}) == 'reason=x text="a=b to=armed"'
