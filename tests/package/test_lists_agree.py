"""The fast pass and the exact one give the same answers, whatever the file looks like."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eboxcast.package.lists import ListReading, read_list
from eboxcast.package.lists.encoding import text_of
from eboxcast.package.lists.layout import layout_of
from eboxcast.package.lists.source import opened, read_whole
from eboxcast.package.model import EboxType, Limits

LIMITS = Limits(rows_per_list=500)


def niss(root: int) -> str:
    return f"{root:09d}{97 - root % 97:02d}"


def cbe(root: int) -> str:
    return f"{root:08d}{97 - root % 97:02d}"


def dotted(number: str) -> str:
    if len(number) == 11:
        return f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    return f"{number[:4]}.{number[4:7]}.{number[7:]}"


good_niss = st.builds(
    lambda year, month, day, serial: niss(((year * 100 + month) * 100 + day) * 1000 + serial),
    st.integers(0, 99),
    st.sampled_from([0, 1, 9, 12, 21, 32, 40, 52]),
    st.integers(0, 31),
    st.integers(1, 998),
)
good = good_niss | st.builds(cbe, st.integers(1, 19999999))
damaged = st.one_of(
    good.map(lambda number: number[:-1]),
    good.map(lambda number: number.lstrip("0")),
    good.map(lambda number: number + "0"),
    good.map(lambda number: number[1:] + number[0]),
    good.map(lambda number: number + ".0"),
    good.map(lambda number: f" {number}\u00a0"),
    good.map(lambda number: number[:5] + "O" + number[6:]),
    good.map(lambda number: f'"{number}'),
    good.map(lambda number: f'{number}"'),
    good.map(lambda number: f'"{number}"x'),
    good.map(lambda number: f'"{number}";"'),
    st.sampled_from(["", " ", "8.5073E+10", "8,5073E+10", "00000000000", "x", '""', '"', "99999999999"]),
)
identifier = st.one_of(good, good, good.map(dotted), good.map(lambda number: f'"{number}"'), damaged)
name = st.sampled_from(
    ["Maes", "Lefèvre", "", '"Peeters"', '"a;b"', '"a,b"', '"two\nlines"', '5" pipe', '"x ""y"" z"', "œ"]
)
simple_name = st.sampled_from(["Maes", "Lefèvre", "", '"Peeters"', '"a;b"'])
end = st.sampled_from(["\n", "\r\n", "\r"])
odd_line = st.sampled_from(["", " ", ";;", ",,", "\t", '""', "only one"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    separator = draw(st.sampled_from([";", ",", "\t"]))
    index = draw(st.integers(0, 2))
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"], ["\n", "\r"]]))
    plain = draw(st.booleans())
    names = simple_name if plain else name
    heading = draw(st.sampled_from(["NISS", "insz", "KBO", '"NISS"', "Nummer"]))
    lines = []
    if draw(st.integers(0, 4)):
        lines.append([*["Nom"] * index, heading, "Langue"][: index + 1 + draw(st.integers(0, 1))])
    for _ in range(draw(st.integers(0, 12))):
        cell = draw(good if plain else identifier)
        lines.append(
            [*[draw(names) for _ in range(index)], cell, *[draw(names) for _ in range(draw(st.integers(0, 2)))]]
        )
    texts = [separator.join(line) for line in lines]
    for _ in range(0 if plain else draw(st.integers(0, 3))):
        texts.insert(draw(st.integers(0, len(texts))), draw(odd_line))
    text = "".join(line + draw(st.sampled_from(ends)) for line in texts)
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"])), "replace")


def both(content: bytes, ebox_type: EboxType, cap: int = 1000) -> tuple[ListReading, ListReading]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.csv")
        path.write_bytes(content)
        fast = read_list(path, ebox_type=ebox_type, limits=LIMITS, cap=cap)
        return fast, read_list(path, ebox_type=ebox_type, limits=LIMITS, cap=cap, force_exact=True)


def assert_alike(fast: ListReading, exact: ListReading) -> None:
    for field in fields(ListReading):
        if field.name not in {"keys", "lines"}:
            assert getattr(fast, field.name) == getattr(exact, field.name), field.name
    assert fast.keys.tolist() == exact.keys.tolist()
    places = range(len(fast.keys))
    assert [fast.line_of(place) for place in places] == [exact.line_of(place) for place in places]
    assert fast.rows == fast.excluded + len(fast.keys)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(files(), st.sampled_from(EboxType))
@example(b'NISS;N\n85073003328;"a\n85073003328;b"\n', EboxType.CITIZEN)
@example(b'NISS\n85073003328"\n', EboxType.CITIZEN)
@example(b'NISS;a\n"85073003328;x";"y"\n', EboxType.CITIZEN)
@example(b"NISS\n85073003328", EboxType.CITIZEN)
@example(b"KBO\n0403019261\r\n0403.019.261", EboxType.ENTERPRISE)
def test_both_passes_agree_on_keys_lines_faults_and_counts(content: bytes, ebox_type: EboxType) -> None:
    assert_alike(*both(content, ebox_type))


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*'0185";,\t\n\r .-', "85073003328", "NISS", "\n", ";"]), max_size=40), st.booleans())
def test_both_passes_agree_on_rubbish(parts: list[str], header: bool) -> None:
    content = ("NISS;x\n" * header + "".join(parts)).encode()
    assert_alike(*both(content, EboxType.CITIZEN))


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.sampled_from(["{};Nom\n", '"{}";"a;b"\r\n', "{}\n"]), st.booleans())
def test_both_passes_agree_on_lists_longer_than_one_part(seed: int, form: str, as_dotted: bool) -> None:
    random = np.random.default_rng(seed)
    numbers = [niss(root) for root in random.integers(10**6, 10**9, 400).tolist()]
    rows = [form.format(dotted(number) if as_dotted else number) for number in numbers]
    assert_alike(*both("".join(["NISS;x\n", *rows]).encode(), EboxType.CITIZEN))


@pytest.mark.parametrize(
    "content",
    [
        b"NISS;Nom\n85073003328;Maes\n",
        b"NISS\r\n85073003328\r\n",
        b"NISS\r85073003328\r",
        b'"NISS";"Nom"\n"85073003328";"Ma;es"\n',
        "NISS;Nom\n85073003328;Lefèvre\n".encode("utf-16"),
    ],
)
def test_ordinary_lists_are_regular_so_the_fast_pass_is_what_reads_them(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with opened(path) as file:
        text = text_of(read_whole(file, path), path.name)
    assert layout_of(text, offset=text.begin, separator=ord(";"), index=0) is not None
