from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.lib import clock
from eboxcast.lib.identifiers import read_cbe, read_niss
from eboxcast.simulator.eboxes import in_share
from eboxcast.simulator.recipients import NOBODY, ebox_id, read_recipients

TEXTS = st.one_of(
    st.from_regex(r"[0-9]{10,11}", fullmatch=True), st.text(max_size=12), st.sampled_from(["85073003328", "0403019261"])
)


@given(st.lists(st.tuples(st.sampled_from(["citizen", "enterprise"]), TEXTS), max_size=8))
def test_columns_of_numbers_are_read_by_the_rules_of_the_house(pairs: list[tuple[str, str]]) -> None:
    keys = read_recipients([{"eboxType": kind, "eboxIdValue": text} for kind, text in pairs])
    for (kind, text), key in zip(pairs, keys.tolist(), strict=True):
        read = (read_niss if kind == "citizen" else read_cbe)(text, today=clock.today())
        plain = len(text) == (11 if kind == "citizen" else 10) and text.isascii() and text.isdigit()
        assert key == (read if plain and isinstance(read, int) else NOBODY)
        assert key == NOBODY or ebox_id(key) == {"eboxType": kind, "eboxIdValue": text}


def test_a_share_is_about_that_share_and_others_are_others() -> None:
    keys = np.arange(10**10, 10**10 + 100_000, dtype=np.int64)
    one, other = in_share(keys, 0.2, salt=1), in_share(keys, 0.2, salt=2)
    assert 19_000 < one.sum() < 21_000
    assert 3_400 < (one & other).sum() < 4_600
    assert not in_share(keys, 0.0).any()
    assert in_share(keys, 1.0).all()
