"""What an institution may put into its folders, however many files it writes at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eboxcast.exchange.access import MOST_FILES, Access, OverQuota, Upload

INSTITUTION = "0456789034"
QUOTA = 1 << 20
BLOCK = bytes(64 << 10)


@pytest.fixture
def access(tmp_path: Path) -> Access:
    access = Access(tmp_path, INSTITUTION, QUOTA)
    access.make_folders()
    return access


def fill(upload: Upload) -> None:
    """Write until there is no room any more."""
    while True:
        upload.write(upload.size, BLOCK)


def test_many_open_files_fill_the_folders_together_and_no_more(access: Access) -> None:
    uploads = [access.open_to_write("IN", f"list-{number}.csv", create=True) for number in range(12)]
    for upload in uploads:
        upload.write(0, b"x")
    with ThreadPoolExecutor(len(uploads)) as threads:
        filling = [threads.submit(fill, upload) for upload in uploads]
        assert all(isinstance(one.exception(), OverQuota) for one in filling)
    used = sum(upload.size for upload in uploads)
    for upload in uploads:
        upload.leave()
    assert QUOTA - len(BLOCK) < used <= QUOTA


def test_what_is_made_longer_without_being_written_counts_too(access: Access) -> None:
    uploads = [access.open_to_write("IN", f"{number}", create=True) for number in range(2)]
    uploads[0].cut(QUOTA)
    with pytest.raises(OverQuota):
        uploads[1].cut(1)
    uploads[0].cut(0)
    uploads[1].cut(QUOTA)
    for upload in uploads:
        upload.leave()


def test_of_many_who_create_a_file_only_so_many_do(access: Access, tmp_path: Path) -> None:
    folder = tmp_path / INSTITUTION / "IN"
    for number in range(MOST_FILES - 3):
        (folder / f"{number}").touch()
    with ThreadPoolExecutor(12) as threads:
        opening = [threads.submit(access.open_to_write, "INTEST", f"new-{number}", create=True) for number in range(12)]
        opened = [one.result() for one in opening if one.exception() is None]
    for upload in opened:
        upload.leave()
    assert len(opened) == 3
