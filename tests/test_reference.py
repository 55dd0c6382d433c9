"""The tables of the JSON answers, and their JSON Schema, are those of the code. To write them anew: make reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests import reference

PAGES = sorted(reference.REFERENCE.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_of_a_page_are_those_of_the_schemas(page: Path) -> None:
    text = page.read_text("utf-8")
    assert reference.page_with_tables(text) == text


def test_the_json_schema_is_that_of_the_schemas() -> None:
    assert json.loads(reference.JSON_SCHEMA.read_text("utf-8")) == reference.json_schema()


def test_each_answer_has_its_table() -> None:
    assert {one.__name__ for one in reference.answers().values()} - reference.names_in_pages() == set()
