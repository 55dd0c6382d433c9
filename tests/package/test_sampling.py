"""A sample is valid, the same for the same seed, and nobody's."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from pypdf import PdfReader
from stdnum.be import ssn, vat

from eboxcast.lib.buckets import KIND_FACTOR
from eboxcast.package.errors import SampleInTheWay, SampleTooLarge
from eboxcast.package.lists.reading import read_list
from eboxcast.package.metadata import read_metadata
from eboxcast.package.model import EboxType, Limits
from eboxcast.package.sampling import DAMAGES, MOST_CITIZENS, MOST_ENTERPRISES, damage, synthetic_keys, write_sample
from eboxcast.package.sampling_content import LETTERS


def test_citizens_are_well_formed_distinct_and_born_from_1900_to_1911() -> None:
    keys = synthetic_keys(2000, seed=7)
    numbers = [f"{key:011d}" for key in keys]
    assert len(set(numbers)) == 2000
    assert all(ssn.is_valid(number) for number in numbers)
    births = {ssn.get_birth_year(number) for number in numbers}
    assert births == set(range(1900, 1912))


def test_enterprises_are_well_formed_and_distinct() -> None:
    keys = synthetic_keys(2000, seed=7, ebox_type=EboxType.ENTERPRISE)
    numbers = [f"{key % KIND_FACTOR:010d}" for key in keys]
    assert len(set(numbers)) == 2000
    assert all(vat.is_valid(number) for number in numbers)
    assert all(key // KIND_FACTOR == 1 for key in keys)


def test_more_citizens_than_birthdays_and_serials_allow_get_bis_numbers() -> None:
    keys = synthetic_keys(4_500_000, seed=1)
    keys.sort()
    assert np.all(np.diff(keys) > 0)
    assert MOST_CITIZENS > 12_000_000


@pytest.mark.parametrize(
    ("ebox_type", "most"), [(EboxType.CITIZEN, MOST_CITIZENS), (EboxType.ENTERPRISE, MOST_ENTERPRISES)]
)
def test_more_than_there_are_is_refused(ebox_type: EboxType, most: int) -> None:
    with pytest.raises(SampleTooLarge):
        synthetic_keys(most + 1, seed=1, ebox_type=ebox_type)


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    def contents(name: str, seed: int) -> dict[str, bytes]:
        write_sample(tmp_path / name, recipients=50, seed=seed)
        return {str(file.relative_to(tmp_path / name)): file.read_bytes() for file in (tmp_path / name).rglob("*.*")}

    first, again, other = contents("a", 1), contents("b", 1), contents("c", 2)
    assert first == again
    assert first["package/recipients-01.csv"] != other["package/recipients-01.csv"]
    assert len(first) == 6


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
@pytest.mark.parametrize("ebox_type", list(EboxType))
def test_metadata_and_its_annotated_twin_are_valid(tmp_path: Path, language: str, ebox_type: EboxType) -> None:
    paths = write_sample(tmp_path, recipients=1, language=language, ebox_type=ebox_type, sequence=3, title="A & B")
    schema = etree.XMLSchema(etree.parse(paths.schema))
    for file in (paths.files.metadata, paths.annotated):
        assert schema.validate(etree.parse(file))
        metadata = read_metadata(file).metadata
        assert metadata is not None
        assert (metadata.title, metadata.sequence, metadata.language) == ("A & B", 3, language)


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_the_letter_can_be_read(tmp_path: Path, language: str) -> None:
    reader = PdfReader(write_sample(tmp_path, recipients=1, language=language).files.document)
    text = " ".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    assert all(words in text for words in (LETTERS[language].title, LETTERS[language].footer))


def test_lists_are_balanced_and_hold_everybody_once(tmp_path: Path) -> None:
    paths = write_sample(tmp_path, recipients=10, lists=3)
    rows = [file.read_text().splitlines()[1:] for file in paths.files.lists]
    assert [len(part) for part in rows] == [4, 3, 3]
    assert {row.split(";")[0] for part in rows for row in part} == {f"{k:011d}" for k in synthetic_keys(10, seed=1)}


def test_more_than_300_000_make_a_second_list(tmp_path: Path) -> None:
    paths = write_sample(tmp_path, recipients=300_001)
    assert [file.name for file in paths.files.lists] == ["recipients-01.csv", "recipients-02.csv"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_sample(tmp_path, recipients=1)
    with pytest.raises(SampleInTheWay):
        write_sample(tmp_path, recipients=1)


def test_the_message_types_are_those_of_the_metadata(tmp_path: Path) -> None:
    paths = write_sample(tmp_path, recipients=1)
    metadata = read_metadata(paths.files.metadata).metadata
    senders = tomllib.loads(paths.message_types.read_text())
    assert metadata is not None
    assert [each["cbe"] for each in senders["institution"]] == [metadata.institution]
    assert [each["name"] for each in senders["application"]] == [metadata.application]
    assert metadata.message_type in {each["code"] for each in senders["message_type"]}


def test_a_damaged_list_has_every_kind_of_damage(tmp_path: Path) -> None:
    sample = write_sample(tmp_path, recipients=100).files.lists[0]
    bad = damage(sample, out=tmp_path / "bad.csv", each=2)
    reading = read_list(bad, ebox_type=EboxType.CITIZEN, limits=Limits())
    expected = ["leading-zero-lost", "scientific", "check-digits", "letter", "enterprise-number", "empty"]
    assert set(reading.fault_counts) >= {f"row.{name}" for name in expected}
    assert reading.rows == 102
    assert len(reading.keys) - len(set(reading.keys.tolist())) == 2
    assert len(DAMAGES) == 7
