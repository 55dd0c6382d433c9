"""Paged lists, as the contract has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eboxcast.simulator.errors import invalid_input

_PAGE_SIZE = 25
_LARGEST_PAGE = 100


def page_of(items: Sequence[object], query: Mapping[str, str]) -> dict[str, object]:
    """Return one page of a list and how many items the whole has."""
    page = _whole(query, "page", 1, largest=2**31 - 1)
    size = _whole(query, "pageSize", _PAGE_SIZE, largest=_LARGEST_PAGE)
    return {"items": list(items[(page - 1) * size : page * size]), "totalItems": len(items)}


def _whole(query: Mapping[str, str], name: str, default: int, *, largest: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= largest:
        raise invalid_input(f"{name} is not a number from 1 to {largest}")
    return int(text)
