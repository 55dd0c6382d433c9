"""Files on a page: what is right is prepared, what is wrong is said with its place, and nothing is done by halves."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.delivery.conftest import story
from tests.delivery.procedure import ANNE, SHORT, Story
from tests.package.spreadsheets import write_xlsx
from tests.web.visitors import browser_of

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.models import Broadcast, FileDelivery, State
from eboxcast.delivery.broadcasts import kept_files
from eboxcast.web.uploads import LAST

__all__ = ["story"]

KINDS = {".xml": "metadata", ".pdf": "document"}


@pytest.fixture
def anne(story: Story) -> Client:
    return browser_of(ANNE)


def fields(directory: Path | None, environment: str = "acceptance", **more: object) -> dict[str, object]:
    """Return the form as a browser sends it."""
    found: dict[str, list[BytesIO]] = {}
    for path in sorted(directory.iterdir() if directory else ()):
        file = BytesIO(path.read_bytes())
        file.name = path.name
        found.setdefault(KINDS.get(path.suffix, "recipients"), []).append(file)
    return {"handle": uuid4().hex, "environment": environment, **found, **more, LAST: "yes"}


def send(client: Client, broadcast: Broadcast, form: dict[str, object]) -> HttpResponse:
    """Send files and follow to the answer."""
    return client.post(f"/broadcasts/{broadcast.number}/files", form, follow=True)


def words(answer: HttpResponse) -> str:
    """Return what somebody reads on a page."""
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def handle_of(answer: HttpResponse) -> str:
    found = re.search(r'name="kept" value="([0-9a-f]{32})"', answer.content.decode())
    assert found
    return found.group(1)


def wrong_rows(directory: Path, *rows: str) -> Path:
    """Add rows to the list of a package."""
    path = directory / "recipients-01.csv"
    path.write_bytes(path.read_bytes() + "".join(f"{row}\r\n" for row in rows).encode())
    return directory


def test_files_that_are_right_are_prepared_and_the_lists_are_not_kept(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    assert "at most 50 recipients" in words(anne.get(f"/broadcasts/{broadcast.number}/files"))
    answer = send(anne, broadcast, fields(story.files(SHORT)))
    assert answer.status_code == 200
    assert "The files can be used." in words(answer)
    assert "prepared for 3 recipients" in words(answer)
    broadcast.refresh_from_db()
    assert broadcast.state == State.ACCEPTANCE_DELIVERED
    assert FileDelivery.objects.get().via == "page"
    (kept,) = kept_files.kept_of(broadcast)
    assert {str(one.kind) for one in kept.files} == {"document", "metadata"}


def test_what_is_wrong_is_said_with_line_and_row_and_only_the_list_is_sent_again(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    wrong = wrong_rows(story.files(SHORT), "12345678901;Jan Peeters", "70102033;Els")
    answer = send(anne, broadcast, fields(wrong))
    said = words(answer)
    assert "The files cannot be used." in said
    assert "The check digits are wrong." in said
    assert "line 5" in said
    assert "1234*******; Jan Peeters" in said
    assert "12345678901" not in answer.content.decode()
    page = anne.get(f"/broadcasts/{broadcast.number}/files")
    assert "Already here: recipients-01.csv" in words(page)
    corrected = fields(story.files(SHORT), kept=handle_of(page))
    del corrected["document"], corrected["metadata"]
    assert "The files can be used." in words(send(anne, broadcast, corrected))


def test_faulty_rows_are_left_out_on_demand_and_handed_out(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    answer = send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901;=1+1")))
    handle = handle_of(answer)
    rejected = anne.post(f"/broadcasts/{broadcast.number}/files/{handle}/rejected-rows", {"list": "1"})
    assert rejected["Content-Disposition"].startswith("attachment")
    assert b"12345678901;'=1+1" in rejected.content
    assert Entry.objects.filter(action="broadcast.rejected_rows_given", by="anne").count() == 1
    again = {"handle": uuid4().hex, "environment": "acceptance", "kept": handle, "faulty_rows": "exclude", LAST: "yes"}
    answer = send(anne, broadcast, again)
    assert "Rows left out: 1." in words(answer)
    used = handle_of(anne.get(f"/broadcasts/{broadcast.number}/files"))
    rejected = anne.post(f"/broadcasts/{broadcast.number}/files/{used}/rejected-rows", {"list": "1"})
    assert b"'=1+1" in rejected.content
    assert Entry.objects.filter(action="run.rejected_rows_given", by="anne").count() == 1


def test_a_spreadsheet_counts_only_when_it_is_confirmed(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    directory = as_spreadsheet(story.files(SHORT))
    answer = send(anne, broadcast, fields(directory))
    assert "Nothing is delivered until you confirm it." in words(answer)
    assert "Sheets that are not read: Notes." in words(answer)
    assert not FileDelivery.objects.exists()
    form = {
        "handle": uuid4().hex,
        "environment": "acceptance",
        "kept": handle_of(answer),
        "confirmed": "on",
        LAST: "yes",
    }
    assert "The files can be used." in words(send(anne, broadcast, form))


def as_spreadsheet(directory: Path) -> Path:
    """Put the list of a package into a spreadsheet, beside a sheet with notes."""
    plain = directory / "recipients-01.csv"
    rows = [line.split(";") for line in plain.read_text("utf-8-sig").splitlines()]
    plain.unlink()
    write_xlsx(directory / "list.xlsx", {"People": rows, "Notes": [["made by", "Bea"]]})
    return directory
