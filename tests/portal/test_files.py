"""Files on a page: what is right is prepared, what is wrong is said with its place, and nothing is done by halves."""

from __future__ import annotations

import os
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.signals import post_save
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from tests.audit.without_entries import Control, refuse_and_compare
from tests.broadcasts import people as p
from tests.delivery.conftest import story
from tests.delivery.procedure import ANNE, BRAM, EVERYBODY, SHORT, Story
from tests.moments import pass_time
from tests.package.spreadsheets import write_xlsx
from tests.web.visitors import browser, browser_of

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import acceptance, requests
from eboxcast.broadcasts.models import Broadcast, FileDelivery, SeenIn, State
from eboxcast.database.boot import places
from eboxcast.delivery.broadcasts import kept_files
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.kept_files import Kind
from eboxcast.lib import clock
from eboxcast.mailboxes.models import ReadTally
from eboxcast.package.model import MOST_ROWS
from eboxcast.senders.models import MessageType
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
    nothing = anne.post(f"/broadcasts/{broadcast.number}/files/{used}/rejected-rows", {"list": "99"})
    assert nothing.status_code == 404
    assert not Entry.objects.filter(action="run.rejected_rows_given").exists()
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


def test_once_a_list_is_prepared_none_that_came_before_it_is_kept(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    faulty = send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    assert "Download the rejected rows" in words(faulty)
    unconfirmed = send(anne, broadcast, fields(as_spreadsheet(story.files(SHORT))))
    form = {"handle": uuid4().hex, "environment": "acceptance", "kept": handle_of(unconfirmed), "confirmed": "on"}
    assert "The files can be used." in words(send(anne, broadcast, {**form, LAST: "yes"}))
    assert [len(one.of(Kind.RECIPIENTS)) for one in kept_files.kept_of(broadcast)] == [0, 0, 0]
    assert "Yes, deliver this" not in words(anne.get(unconfirmed.redirect_chain[-1][0]))
    assert "Download the rejected rows" not in words(anne.get(faulty.redirect_chain[-1][0]))


def test_lists_for_another_environment_or_under_check_stay(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    for row in ("12345678901", "12345678902"):
        send(anne, broadcast, fields(wrong_rows(story.files(SHORT), row)))
    checked, other = kept_files.kept_of(broadcast)
    (checked.folder / "answer.json").unlink()
    order = other.folder / "order.json"
    order.write_text(order.read_text().replace('"acceptance"', '"production"'))
    send(anne, broadcast, fields(story.files(SHORT)))
    assert [len(one.of(Kind.RECIPIENTS)) for one in kept_files.kept_of(broadcast)] == [0, 1, 1]


def as_spreadsheet(directory: Path) -> Path:
    """Put the list of a package into a spreadsheet, beside a sheet with notes."""
    plain = directory / "recipients-01.csv"
    rows = [line.split(";") for line in plain.read_text("utf-8-sig").splitlines()]
    plain.unlink()
    write_xlsx(directory / "list.xlsx", {"People": rows, "Notes": [["made by", "Bea"]]})
    return directory


def test_the_same_form_twice_is_one_delivery_and_a_changed_one_another(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    directory = wrong_rows(story.files(SHORT), "12345678901")
    handle = uuid4().hex
    first = send(anne, broadcast, fields(directory, handle=handle))
    assert send(anne, broadcast, fields(directory, handle=handle)).redirect_chain == first.redirect_chain
    assert FileDelivery.objects.count() == 1
    other = send(anne, broadcast, fields(story.files(SHORT), handle=handle))
    assert other.redirect_chain != first.redirect_chain
    assert "The files can be used." in words(other)


def test_a_list_that_is_too_long_is_split(anne: Client, story: Story) -> None:
    broadcast = story.approved()
    requests.reconfirm(broadcast, actor=ANNE)
    directory = story.files(MOST_ROWS + 1)
    one_list(directory)
    answer = send(anne, broadcast, fields(directory, "production"))
    assert "Split it into 2 lists, or have it split on this page." in words(answer)
    form = {"handle": uuid4().hex, "environment": "production", "kept": handle_of(answer), "split": "on", LAST: "yes"}
    answer = send(anne, broadcast, form)
    assert "prepared for 300,001 recipients" in words(answer)
    assert "recipients-02.csv" in words(answer)


def one_list(directory: Path) -> None:
    """Put the lists of a package together."""
    first, *others = sorted(directory.glob("*.csv"))
    rows = [row for other in others for row in other.read_bytes().splitlines(keepends=True)[1:]]
    (directory / "recipients.csv").write_bytes(first.read_bytes() + b"".join(rows))
    for path in (first, *others):
        path.unlink()


def test_for_production_only_the_list_is_sent_and_what_follows_is_said_first(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    send(anne, broadcast, fields(story.files(SHORT)))
    approve(broadcast)
    page = anne.get(f"/broadcasts/{broadcast.number}/files")
    assert "Deliver the files for production" in words(page)
    assert "Already here: metadata.xml" in words(page)
    form = fields(story.files(EVERYBODY), "production", kept=handle_of(page))
    del form["document"], form["metadata"]
    assert "prepared for 40 recipients" in words(send(anne, broadcast, form))
    again = anne.get(f"/broadcasts/{broadcast.number}/files?environment=acceptance")
    assert "The test and its result no longer count" in words(again)
    assert "The files for production are withdrawn." in words(again)


def approve(broadcast: Broadcast) -> None:
    run_test(broadcast, actor=p.INES)
    acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.PROOF)
    acceptance.approve(broadcast, actor=ANNE)
    requests.reconfirm(broadcast, actor=ANNE)


def test_files_of_another_broadcast_are_refused_in_words(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    answer = send(anne, broadcast, fields(story.files(SHORT, language="nl")))
    assert "The files cannot be used for this broadcast." in words(answer)
    assert "Language" in words(answer)
    anne.cookies["eboxcast_language"] = "fr"
    address = answer.redirect_chain[-1][0]
    assert "Les fichiers ne sont pas utilisables pour cette diffusion." in words(anne.get(address))


def test_files_are_withdrawn_but_not_those_that_came_meanwhile(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    send(anne, broadcast, fields(story.files(SHORT)))
    address = f"/broadcasts/{broadcast.number}/files/withdraw"
    page = anne.get(address)
    assert "The broadcast waits for files for acceptance again." in words(page)
    run = re.search(r'name="run" value="([0-9a-f-]{36})"', page.content.decode())
    assert run
    send(anne, broadcast, fields(story.files(SHORT + 1)))
    stale = anne.post(address, {"run": run.group(1)})
    assert stale.status_code == 409
    assert "by Anne Lambert on 18 January 2027" in words(stale)
    last = FileDelivery.objects.filter(accepted=True).last()
    assert last
    assert anne.post(address, {"run": str(last.run)}).status_code == 302
    broadcast.refresh_from_db()
    assert broadcast.state == State.SCHEDULED
    assert anne.post(address, {"run": str(last.run)}).status_code == 409


def test_others_of_the_institution_see_the_answer_and_deliver_nothing(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    answer = send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    bram = browser_of(BRAM)
    seen = bram.get(answer.redirect_chain[-1][0])
    assert "The check digits are wrong." in words(seen)
    assert "Deliver without the faulty rows" not in words(seen)
    assert bram.post(f"/broadcasts/{broadcast.number}/files", fields(story.files(SHORT))).status_code == 403
    assert FileDelivery.objects.count() == 1


class Named(BytesIO):
    """A file with a name."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


def test_what_is_too_large_is_refused_before_it_is_read_and_the_rest_is_kept(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    address = f"/broadcasts/{broadcast.number}/files"
    whole = anne.generic("POST", address, b"", content_type=MULTIPART_CONTENT, CONTENT_LENGTH=str(2 << 30))
    assert whole.status_code == 413
    assert "together at most 1024 MB" in words(whole)
    MessageType.objects.update(document_bytes=1000)
    answer = send(anne, broadcast, fields(story.files(SHORT)))
    assert answer.status_code == 422
    assert "information-fr.pdf is too large" in words(answer)
    assert "Already here: metadata.xml" in words(answer)
    assert not FileDelivery.objects.exists()
    assert left_over() == []


def left_over() -> list[Path]:
    """Return what is left of files that did not arrive."""
    return list(kept_files.root().rglob(".*"))


def test_what_was_cut_is_not_delivered(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    body = encode_multipart(BOUNDARY, fields(story.files(SHORT)))
    for end in (len(body) // 3, len(body) - 120, len(body) - 2 * len(BOUNDARY) - 60):
        answer = anne.generic("POST", f"/broadcasts/{broadcast.number}/files", body[:end], MULTIPART_CONTENT)
        assert answer.status_code == 422
        assert "Not everything arrived" in words(answer)
    assert not FileDelivery.objects.exists()
    assert left_over() == []


class Stream(BytesIO):
    """A body whose connection breaks at its end."""

    def read(self, size: int | None = -1, /) -> bytes:
        if found := super().read(size):
            return found
        raise ConnectionResetError


def stream(client: Client, broadcast: Broadcast, body: Stream, *, length: int) -> HttpResponse:
    """Send files of which no more arrives than the body has."""
    return client.generic(
        "POST",
        f"/broadcasts/{broadcast.number}/files",
        b"-",
        MULTIPART_CONTENT,
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": body},
    )


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_connection_that_breaks_leaves_no_file(anne: Client, story: Story, share: float) -> None:
    broadcast = story.scheduled()
    body = encode_multipart(BOUNDARY, fields(story.files(SHORT)))
    answer = stream(anne, broadcast, Stream(body[: int(len(body) * share)]), length=len(body))
    assert answer.status_code == 422
    assert "Not everything arrived" in words(answer)
    assert left_over() == []


def test_a_file_that_cannot_be_decoded_leaves_neither_itself_nor_those_before_it(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="recipients"; filename="%s.csv"\r\n%s\r\n%s\r\n'
    body = part % ("first", "", "NISS") + part % ("second", "Content-Transfer-Encoding: base64\r\n", "TklTUw0KM")
    answer = anne.generic("POST", f"/broadcasts/{broadcast.number}/files", f"{body}--{BOUNDARY}--", MULTIPART_CONTENT)
    assert answer.status_code == 422
    assert left_over() == []


def test_nothing_is_read_of_whoever_delivers_no_files(story: Story) -> None:
    broadcast = story.scheduled()
    body = Stream(encode_multipart(BOUNDARY, fields(story.files(SHORT))))
    assert stream(browser_of(BRAM), broadcast, body, length=len(body.getvalue())).status_code == 403
    assert body.tell() == 0


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("../../../etc/list.csv", 302),
        ("..\\..\\list.csv", 302),
        ("a\r\nSet-Cookie: stolen=1.csv", 302),
        ("<script>alert(1)<.csv", 302),
        ("\u202evsc.exe.csv", 302),
        (f"{'é' * 200}.csv", 422),
        (".hidden.csv", 422),
        ("metadata.xml", 422),
    ],
)
def test_a_name_leads_nowhere(anne: Client, story: Story, name: str, status: int) -> None:
    broadcast = story.scheduled()
    form = fields(story.files(SHORT))
    form["recipients"] = Named(name, b"NISS\r\n12345678901\r\n")
    before = set(kept_files.root().parent.rglob("*"))
    answer = anne.post(f"/broadcasts/{broadcast.number}/files", form)
    assert answer.status_code == status
    made = set(kept_files.root().parent.rglob("*")) - before
    outside = [path for path in made if not path.is_relative_to(kept_files.root())]
    assert [path for path in outside if path.suffix in {".csv", ".xml", ".pdf"}] == []
    if status == 302:
        page = anne.get(answer["Location"])
        assert "<script>alert" not in page.content.decode()
        handle = answer["Location"].rsplit("/")[-1]
        rejected = anne.post(f"/broadcasts/{broadcast.number}/files/{handle}/rejected-rows", {"list": "1"})
        assert rejected.status_code in (200, 404)
        assert "stolen" not in {**answer.cookies, **page.cookies, **rejected.cookies}


def test_a_bomb_and_other_surprises_are_answered_in_words(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10_001):
            archive.writestr(f"xl/{number}.xml", b"")
    for name, content, said in (
        ("list.xlsx", bomb.getvalue(), "The spreadsheet is too large to be read."),
        ("list.xlsx", b"PK\x03\x04 broken", "The spreadsheet is damaged and cannot be opened."),
        ("list.csv", b"", "The file is empty."),
        ("list.csv", b"NISS\x00\x00", "The file contains a NUL byte"),
        ("list.pdf", b"%PDF-1.4", "looks like a second document"),
    ):
        form = fields(story.files(SHORT))
        form["recipients"] = Named(name, content)
        assert said in words(send(anne, broadcast, form)), name


@pytest.mark.parametrize("wrong", [{"column": "\x00"}, {"handle": "../x"}, {"environment": "moon"}, {"kept": "y"}])
def test_a_form_that_makes_no_sense_changes_nothing(anne: Client, story: Story, wrong: dict[str, str]) -> None:
    broadcast = story.scheduled()
    assert send(anne, broadcast, {**fields(story.files(SHORT)), **wrong}).status_code == 422
    assert not FileDelivery.objects.exists()


def test_nothing_is_taken_from_whoever_has_not_signed_in_or_comes_from_elsewhere(story: Story) -> None:
    broadcast = story.scheduled()
    address = f"/broadcasts/{broadcast.number}/files"
    ended = browser().post(address, fields(story.files(SHORT)))
    assert ended.status_code == 403
    assert "Sign in again." in words(ended)
    forged = browser_of(ANNE, enforce_csrf_checks=True).post(address, fields(story.files(SHORT)))
    assert forged.status_code == 403
    theirs = browser_of(p.ELSE_WHERE).post(address, fields(story.files(SHORT)))
    assert theirs.status_code == 404
    assert kept_files.kept_of(broadcast) == []
    assert left_over() == []


def test_what_may_no_longer_be_kept_goes(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    (kept,) = kept_files.kept_of(broadcast)
    assert kept_files.remove_expired(by="ines") == 0
    long_ago = (clock.now() - clock.offset()).timestamp() - 31 * 24 * 60 * 60
    os.utime(kept.folder, (long_ago, long_ago))
    assert kept_files.remove_expired(by="ines") == 1
    told = Entry.objects.get(action=kept_files.DELETED, broadcast=broadcast.id)
    assert told.data == {"deliveries": 1, "rule": "delivery-old", "days": 30}
    assert anne.get(f"/broadcasts/{broadcast.number}/files/{kept.handle}").status_code == 404


def test_without_its_entry_nothing_that_is_kept_goes(anne: Client, story: Story, sweepers: Control) -> None:
    broadcast = story.scheduled()
    send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    (kept,) = kept_files.kept_of(broadcast)
    os.utime(kept.folder, (0, 0))
    refuse_and_compare(sweepers, lambda: kept_files.remove_expired(by="ines"))
    assert kept_files.kept_of(broadcast) == [kept]
    assert kept_files.remove_expired(by="ines") == 1


def test_whoever_sees_a_broadcast_sees_the_message_as_a_recipient_will(anne: Client, story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    address = f"/broadcasts/{broadcast.number}/preview"
    for actor in (ANNE, p.VERA, p.CARLA):
        page = browser_of(actor).get(address)
        assert "Ce qui change pour vous" in words(page)
        assert "18 January 2027" in words(page)
        assert "frame-src 'self'" in page["Content-Security-Policy"]
    document = anne.get(f"{address}/document?environment=acceptance")
    assert document.content.startswith(b"%PDF")
    assert document["X-Frame-Options"] == "SAMEORIGIN"
    assert document["Content-Disposition"].startswith("inline")
    assert anne.get(f"{address}/document?keep=yes")["Content-Disposition"].startswith("attachment")
    assert not ReadTally.objects.using("acceptance").exists()
    assert "No files have been delivered" in words(anne.get(f"{address}?environment=production"))


def test_the_example_is_filled_in_for_the_broadcast_and_explains_each_element(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    example = anne.get(f"/broadcasts/{broadcast.number}/files/example")
    assert example["Content-Disposition"] == f'attachment; filename="metadata-{broadcast.number}.xml"'
    assert b"<Application>demo:broadcast</Application>" in example.content
    form = fields(story.files(SHORT))
    form["metadata"] = Named("metadata.xml", b'<Other xmlns="urn:eboxcast:broadcast:1"/>')
    said = words(send(anne, broadcast, form))
    assert "Compare it with the annotated example. Download the annotated example for this broadcast" in said


def test_a_delivery_under_check_says_so_and_one_that_was_interrupted_is_taken_up(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    answer = send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    (kept,) = kept_files.kept_of(broadcast)
    (kept.folder / "answer.json").unlink()
    page = anne.get(answer.redirect_chain[-1][0])
    assert "The files are being checked." in words(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()
    again = {"handle": uuid4().hex, "environment": "acceptance", "kept": kept.handle, LAST: "yes"}
    assert "The check digits are wrong." in words(send(anne, broadcast, again))


def test_what_is_missing_names_no_folder_of_ours(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    directory = story.files(SHORT)
    (directory / "information-fr.pdf").rename(directory / "other.pdf")
    answer = send(anne, broadcast, fields(directory))
    assert "The metadata names the document information-fr.pdf, but this file is missing." in words(answer)
    assert "uploads" not in answer.content.decode()
    assert "this file is missing" in words(anne.get(f"/broadcasts/{broadcast.number}/files"))


def test_numbers_that_a_spreadsheet_damaged_and_rows_that_it_hides_are_named(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    directory = story.files(SHORT)
    (directory / "recipients-01.csv").unlink()
    write_xlsx(directory / "list.xlsx", {"People": filtered})
    said = words(send(anne, broadcast, fields(directory)))
    assert "A spreadsheet removed the zeros at the start of the number." in said
    assert "sheet People, row 3, column B" in said
    assert "Rows are hidden. The hidden rows are part of the list: 1." in said


def filtered(book: object, sheet: Any) -> None:
    """Write people, one of them hidden, one with a number of whom the zero is lost."""
    for row, values in enumerate((["Name", "NISS"], ["Jan", "85073003328"], ["Els", 7010203361])):
        sheet.write_row(row, 0, values)
    sheet.set_row(1, options={"hidden": True})


def test_the_column_is_chosen_where_more_than_one_could_be_it(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    directory = story.files(SHORT)
    path = directory / "recipients-01.csv"
    numbers = [row.split(";")[0] for row in path.read_text("utf-8-sig").splitlines()[1:]]
    path.write_text("NISS;INSZ\r\n" + "".join(f"{one};{one}\r\n" for one in numbers))
    answer = send(anne, broadcast, fields(directory))
    assert '<option value="INSZ">' in answer.content.decode()
    chosen = {"handle": uuid4().hex, "environment": "acceptance", "kept": handle_of(answer), "column": "INSZ"}
    assert "The files can be used." in words(send(anne, broadcast, {**chosen, LAST: "yes"}))


def test_where_no_file_can_be_stored_the_page_says_so(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    places().root.joinpath("uploads").write_text("in the way")
    try:
        answer = anne.post(f"/broadcasts/{broadcast.number}/files", fields(story.files(SHORT)))
    finally:
        places().root.joinpath("uploads").unlink()
    assert answer.status_code == 503
    assert "Nothing was delivered." in words(answer)


def test_where_only_the_answer_cannot_be_stored_the_page_says_that_the_files_were_delivered(
    anne: Client, story: Story
) -> None:
    broadcast = story.scheduled()

    def block_answer(**_: object) -> None:
        for folder in (kept_files.root() / broadcast.number).iterdir():
            (folder / "answer.part").mkdir()

    post_save.connect(block_answer, sender=FileDelivery)
    try:
        answer = anne.post(f"/broadcasts/{broadcast.number}/files", fields(story.files(SHORT)))
    finally:
        post_save.disconnect(block_answer, sender=FileDelivery)
    assert answer.status_code == 503
    assert "The files were delivered, but the answer could not be stored" in words(answer)
    assert "Nothing was delivered" not in words(answer)
    broadcast.refresh_from_db()
    assert broadcast.state == State.ACCEPTANCE_DELIVERED
    (kept,) = kept_files.kept_of(broadcast)
    assert kept.of(Kind.RECIPIENTS) == ()
    pass_time(seconds=10)
    page = anne.get(f"/broadcasts/{broadcast.number}/files/{kept.handle}")
    assert "The files were delivered, but the answer to them is lost." in words(page)
    assert "hx-trigger" not in page.content.decode()


def test_where_the_list_of_faults_is_lost_the_page_says_so_and_asks_no_more(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    (kept,) = kept_files.kept_of(broadcast)
    (kept.folder / "answer.json").unlink()
    pass_time(seconds=11)
    page = anne.get(f"/broadcasts/{broadcast.number}/files/{kept.handle}")
    assert "the list of faults is lost" in words(page)
    assert "hx-trigger" not in page.content.decode()


def test_what_is_being_checked_is_kept_however_many_come_after_it(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    send(anne, broadcast, fields(wrong_rows(story.files(SHORT), "12345678901")))
    (checked,) = kept_files.kept_of(broadcast)
    (checked.folder / "answer.json").unlink()
    directory = wrong_rows(story.files(SHORT), "12345678901")
    for _ in range(6):
        send(anne, broadcast, fields(directory))
    assert checked.folder.is_dir()
    pass_time(days=1)
    send(browser_of(ANNE), broadcast, fields(directory))
    assert not checked.folder.is_dir()


def test_whoever_sends_an_old_form_is_told_who_was_quicker_and_keeps_the_files(anne: Client, story: Story) -> None:
    broadcast = story.scheduled()
    old = re.search(r'name="seen" value="(\w+)"', anne.get(f"/broadcasts/{broadcast.number}/files").content.decode())
    assert old
    story.deliver(broadcast, story.files(SHORT))
    answer = send(anne, broadcast, fields(story.files(SHORT + 1), seen=old.group(1)))
    assert answer.status_code == 409
    assert f"Anne Lambert changed broadcast {broadcast.number} on 18 January 2027" in words(answer)
    assert "The new files replace those delivered before." in words(answer)
    assert "Already here: recipients-01.csv" in words(answer)
    again = {"handle": uuid4().hex, "environment": "acceptance", "kept": handle_of(answer), LAST: "yes"}
    assert "prepared for 4 recipients" in words(send(anne, broadcast, again))
