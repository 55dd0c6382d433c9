"""Schemas become dataclasses late: nobody notices, whoever is first and in whatever order."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, field, fields, is_dataclass, replace
from threading import Barrier

import pytest

from eboxcast.lib.schemas import Schema


class Shown(Schema):
    """Something that is shown."""

    name: str
    words: tuple[str, ...] = ()


class More(Shown):
    """Something that is shown with more."""

    counts: list[int] = field(default_factory=list)


def test_the_first_is_made_like_every_other() -> None:
    class First(Schema):
        """Something of which none was made yet."""

        name: str
        counts: list[int] = field(default_factory=list)

    assert First(name="a") == First(name="a")
    assert asdict(First(name="a")) == {"name": "a", "counts": []}


def test_fields_are_known_before_one_is_made() -> None:
    class Unmade(Schema):
        """Something of which none is made."""

        name: str

    assert is_dataclass(Unmade)
    assert [one.name for one in fields(Unmade)] == ["name"]


def test_one_that_extends_another_has_the_fields_of_both() -> None:
    assert replace(More(name="a", counts=[1]), words=("b",)) == More(name="a", words=("b",), counts=[1])
    assert not hasattr(Shown(name="a"), "counts")


def test_what_was_made_stays_as_it_is_and_travels() -> None:
    shown = Shown(name="a")
    with pytest.raises(FrozenInstanceError):
        shown.name = "b"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(shown)) == shown  # noqa: S301 - ours


@pytest.mark.parametrize("wrong", [{}, {"name": "a", "nme": "b"}])
def test_a_wrong_field_is_refused_as_any_dataclass_does(wrong: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="argument"):
        Shown(**wrong)  # type: ignore[arg-type]


def test_many_make_the_first_at_once() -> None:
    class Wanted(Schema):
        """Something that the threads of a server all want first."""

        number: int

    together = Barrier(8)

    def make(number: int) -> Wanted:
        together.wait()
        return Wanted(number=number)

    with ThreadPoolExecutor(8) as threads:
        assert [one.number for one in threads.map(make, range(8))] == list(range(8))
