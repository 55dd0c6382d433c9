"""Which file in a directory is what, and what does not belong there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eboxcast.package.directory import Found, find_files
from eboxcast.package.faults import remedy_of, sentence_of
from eboxcast.package.sampling import write_sample

METADATA = "metadata.xml"
LETTER = "information-fr.pdf"
LIST = "recipients-01.csv"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_sample(tmp_path, recipients=3).directory


def codes_of(found: Found) -> list[tuple[str, str]]:
    assert all(sentence_of(fault, "en") and remedy_of(fault, "en") for fault in found.faults)
    return [(fault.code.removeprefix("package."), fault.file) for fault in found.faults]


def test_a_sample_is_found_as_it_was_written(package: Path) -> None:
    files = find_files(package).files
    assert files is not None
    assert (files.metadata.name, files.document.name) == (METADATA, LETTER)
    assert [file.name for file in files.lists] == [LIST]


def test_lists_come_in_the_order_of_their_names_and_hidden_files_do_not_count(package: Path) -> None:
    for name in ("b.csv", "a.CSV", ".hidden.pdf", ".DS_Store"):
        (package / name).write_bytes((package / LIST).read_bytes())
    assert [file.name for file in find_files(package).lists] == ["a.CSV", "b.csv", LIST]
    assert find_files(package).faults == ()


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda package: (package / "notes.docx").write_text("x"), ("stray-file", "notes.docx")),
        (lambda package: (package / "other.pdf").write_text("x"), ("second-document", "other.pdf")),
        (lambda package: (package / "other.xml").write_text("<a/>"), ("stray-file", "other.xml")),
        (lambda package: (package / "old").mkdir(), ("directory-inside", "old")),
        (lambda package: (package / "more.csv").symlink_to(package / LIST), ("link-inside", "more.csv")),
        (lambda package: os.mkfifo(package / "pipe.csv"), ("special-file-inside", "pipe.csv")),
    ],
)
def test_what_does_not_belong_is_named(
    package: Path, spoil: Callable[[Path], object], expected: tuple[str, str]
) -> None:
    spoil(package)
    found = find_files(package)
    assert codes_of(found) == [expected]
    assert found.files is None


@pytest.mark.parametrize(("name", "code"), [(METADATA, "no-metadata"), (LETTER, "no-document"), (LIST, "no-list")])
def test_what_is_missing_is_said_of_the_directory(package: Path, name: str, code: str) -> None:
    (package / name).unlink()
    assert codes_of(find_files(package)) == [(code, str(package))]


def test_two_metadata_files_are_named_both(package: Path) -> None:
    (package / "more.xml").write_bytes((package / METADATA).read_bytes())
    found = find_files(package)
    assert codes_of(found) == [("two-metadata", "more.xml")] or codes_of(found) == [("two-metadata", METADATA)]
    assert found.faults[0].data["names"] == f"{METADATA}, more.xml"


def test_several_xml_files_of_which_none_is_ours_are_no_metadata(package: Path) -> None:
    (package / METADATA).write_text("<!-- <Broadcast xmlns='urn:eboxcast:broadcast:1'> --><a/>")
    (package / "more.xml").write_text("<b/>")
    assert codes_of(find_files(package)) == [("no-metadata", str(package))]


def test_a_single_xml_of_another_kind_is_taken_for_the_metadata_so_its_faults_can_be_told(package: Path) -> None:
    (package / METADATA).write_text("<a/>")
    found = find_files(package)
    assert (found.metadata, found.document) == (package / METADATA, package / LETTER)
    assert found.faults == ()


def test_a_document_with_the_extension_of_a_list_is_the_document(package: Path) -> None:
    (package / LETTER).rename(package / "table.csv")
    text = (package / METADATA).read_text()
    (package / METADATA).write_text(text.replace(LETTER, "table.csv"))
    found = find_files(package)
    assert found.document == package / "table.csv"
    assert [file.name for file in found.lists] == [LIST]


def test_accents_as_macos_writes_them_make_no_other_name(package: Path) -> None:
    (package / LETTER).rename(package / "re\u0301sume\u0301.pdf")
    text = (package / METADATA).read_text()
    (package / METADATA).write_text(text.replace(LETTER, "résumé.pdf"))
    assert find_files(package).files is not None


def test_a_file_or_nothing_instead_of_a_directory_is_a_fault(package: Path) -> None:
    assert codes_of(find_files(package / LIST)) == [("not-a-directory", str(package / LIST))]
    assert codes_of(find_files(package / "absent")) == [("unreadable", str(package / "absent"))]


def test_an_empty_directory_lacks_metadata_and_lists(tmp_path: Path) -> None:
    assert [code for code, _ in codes_of(find_files(tmp_path))] == ["no-metadata", "no-list"]
