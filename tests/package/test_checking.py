"""A package is right or it is not; whatever is wrong is said at once."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eboxcast.package.checking import check_package
from eboxcast.package.model import Checked, Duplicates, EboxType, FaultyRows, Limits, PackageFiles, Policies
from eboxcast.package.sampling import SamplePaths, synthetic_keys, write_sample

EXCLUDE = Policies(faulty_rows=FaultyRows.EXCLUDE)
BLOCK_DUPLICATES = Policies(duplicates=Duplicates.BLOCK, faulty_rows=FaultyRows.EXCLUDE)


@pytest.fixture
def sample(tmp_path: Path) -> SamplePaths:
    return write_sample(tmp_path, recipients=10, lists=2)


def codes_of(checked: Checked) -> set[str]:
    assert {fault.code for fault in checked.faults} == set(checked.fault_counts)
    return set(checked.fault_counts)


def edit_metadata(sample: SamplePaths, old: str, new: str) -> None:
    text = sample.files.metadata.read_text()
    assert old in text
    sample.files.metadata.write_text(text.replace(old, new))


def test_a_sample_becomes_a_package_whose_account_adds_up(sample: SamplePaths) -> None:
    checked = check_package(sample.directory)
    assert checked.package is not None
    assert (checked.faults, dict(checked.fault_counts)) == ((), {})
    assert checked.package.keys.tolist() == sorted(synthetic_keys(10, seed=1).tolist())
    assert np.bincount(checked.package.list_of_key).tolist() == [5, 5]
    assert all(each.rows == each.excluded + each.merged + each.recipients for each in checked.lists)


def test_an_enterprise_sample_is_right_too(tmp_path: Path) -> None:
    paths = write_sample(tmp_path, recipients=5, ebox_type=EboxType.ENTERPRISE, language="nl")
    package = check_package(paths.directory).package
    assert package is not None
    assert package.metadata.ebox_type is EboxType.ENTERPRISE


def test_files_may_be_given_one_by_one_under_any_name(sample: SamplePaths, tmp_path: Path) -> None:
    letter = shutil.copy(sample.files.document, tmp_path / "another name.bin")
    files = PackageFiles(
        metadata=sample.files.metadata, document=Path(letter), lists=tuple(reversed(sample.files.lists))
    )
    package = check_package(files).package
    assert package is not None
    assert package.document.file_name == sample.files.document.name
    assert [path.name for path in package.files.lists] == [each.file_name for each in package.lists]


def test_two_lists_of_one_name_are_refused(sample: SamplePaths, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = shutil.copy(sample.files.lists[0], tmp_path / "other")
    checked = check_package(replace(sample.files, lists=(sample.files.lists[0], Path(twin))))
    assert codes_of(checked) == {"package.same-name"}
    assert checked.package is None


def test_the_faults_of_all_three_files_come_at_once(sample: SamplePaths) -> None:
    edit_metadata(sample, "DEMO-INFO", "DEMO")
    sample.files.document.write_bytes(b"\x89PNG\r\n\x1a\n")
    sample.files.lists[0].write_text("NISS\n85073003329\n")
    sample.files.lists[1].write_text("")
    (sample.directory / "stray.docx").write_text("")
    checked = check_package(sample.directory)
    assert checked.package is None
    assert codes_of(checked) == {
        "metadata.too-short",
        "document.content",
        "row.check-digits",
        "list.empty",
        "list.all-faulty",
        "package.stray-file",
    }


def test_a_faulty_row_blocks_unless_the_sender_excludes_it(sample: SamplePaths) -> None:
    with sample.files.lists[0].open("a") as file:
        file.write("85073003329;D1;FR\r\n")
    assert check_package(sample.directory).package is None
    checked = check_package(sample.directory, policies=EXCLUDE)
    assert checked.package is not None
    assert (checked.lists[0].excluded, len(checked.package.keys)) == (1, 10)
    assert codes_of(checked) == {"row.check-digits"}


def test_the_same_person_in_two_lists_is_merged_or_blocks_even_where_faulty_rows_are_excluded(
    sample: SamplePaths,
) -> None:
    row = sample.files.lists[0].read_text().splitlines()[1]
    with sample.files.lists[1].open("a") as file:
        file.write(row + "\r\n")
    merged = check_package(sample.directory)
    assert merged.package is not None
    assert [each.merged for each in merged.lists] == [0, 1]
    blocked = check_package(sample.directory, policies=BLOCK_DUPLICATES)
    assert blocked.package is None
    assert codes_of(blocked) == {"list.duplicate"}


@pytest.mark.parametrize("right", [True, False])
def test_the_digest_in_the_metadata_is_compared(sample: SamplePaths, right: bool) -> None:
    digest = hashlib.sha256(sample.files.document.read_bytes() if right else b"other").hexdigest()
    element = f"<Digest><DigestMethod>SHA-256</DigestMethod><DigestValue>{digest}</DigestValue></Digest></Document>"
    edit_metadata(sample, "</Document>", element)
    checked = check_package(sample.directory)
    assert (checked.package is not None) is right
    if not right:
        assert [(fault.code, dict(fault.data)) for fault in checked.faults] == [
            ("document.digest", {"form": "hexadecimal"})
        ]


def test_what_the_message_type_allows_is_checked(sample: SamplePaths) -> None:
    limits = Limits(document_bytes=1000, languages=frozenset({"nl"}), rows_per_list=3)
    checked = check_package(sample.directory, limits=limits)
    assert codes_of(checked) == {"document.too-big", "metadata.language-not-allowed", "list.too-many-rows"}
    assert checked.fault_counts["list.too-many-rows"] == 2


def test_lists_are_checked_even_when_metadata_and_document_are_missing(sample: SamplePaths) -> None:
    sample.files.metadata.unlink()
    sample.files.document.unlink()
    checked = check_package(sample.directory)
    assert codes_of(checked) == {"package.no-metadata"}
    assert sum(each.recipients for each in checked.lists) == 10


def test_progress_is_told_list_by_list(sample: SamplePaths) -> None:
    told: list[tuple[int, int]] = []
    check_package(sample.directory, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_all_faults_are_counted_and_few_listed(sample: SamplePaths) -> None:
    sample.files.lists[0].write_text("NISS\n" + "85073003329\n" * 50)
    checked = check_package(sample.directory, cap=10)
    assert checked.fault_counts["row.check-digits"] == 50
    assert sum(fault.code == "row.check-digits" for fault in checked.faults) == 10
