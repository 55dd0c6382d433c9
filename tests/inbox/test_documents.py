"""The document of a message, as browsers and programs fetch it."""

from __future__ import annotations

from hashlib import sha256

import pytest
from tests.inbox.browsers import PRODUCTION, browser_of
from tests.inbox.conftest import ALICE
from tests.mailboxes.conftest import NewOrder, publish

from eboxcast.mailboxes.models import ReadTally
from eboxcast.mailboxes.opening import AT_ONCE
from eboxcast.reports.proofs import holds, read_receipt

P = PRODUCTION
PDF = b"%PDF-1.7 a letter of some bytes"

pytestmark = pytest.mark.usefixtures("eboxes_shown")


def tallied() -> int:
    return sum(ReadTally.objects.using(P).values_list("count", flat=True))


def address_of(order: NewOrder, document: bytes = PDF, **values: object) -> str:
    run = publish(order, [ALICE], environment=P, document=document, **values)
    return f"/ebox/messages/{run}/document"


def test_a_document_comes_whole_and_is_read(order: NewOrder) -> None:
    answer = browser_of(ALICE).get(address_of(order))
    assert answer.getvalue() == PDF
    headers = {name: answer[name] for name in ("Content-Type", "Content-Length", "Accept-Ranges", "Cache-Control")}
    assert headers == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'inline; filename="letter.pdf"'
    assert tallied() == 1


def test_asking_for_the_headers_is_not_reading(order: NewOrder) -> None:
    answer = browser_of(ALICE).head(address_of(order))
    assert (answer.getvalue(), answer["Content-Length"]) == (b"", str(len(PDF)))
    assert tallied() == 0


@pytest.mark.parametrize("size", [len(PDF), 2 * AT_ONCE + 5])
def test_a_part_is_that_part(order: NewOrder, size: int) -> None:
    """Of a small document and of one that comes in pieces."""
    content = (PDF * (size // len(PDF) + 1))[:size]
    answer = browser_of(ALICE).get(address_of(order, content), headers={"Range": "bytes=5-9"})
    assert answer.status_code == 206
    assert answer.getvalue() == content[5:10]
    assert answer["Content-Range"] == f"bytes 5-9/{size}"
    assert answer["Content-Length"] == "5"


def test_beyond_the_end_there_is_nothing(order: NewOrder) -> None:
    answer = browser_of(ALICE).get(address_of(order), headers={"Range": "bytes=5000-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(PDF)}")


def test_what_the_browser_has_is_not_sent_again(order: NewOrder) -> None:
    """Known by its digest; of another document it gets the whole."""
    client, address = browser_of(ALICE), address_of(order)
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address, headers={"If-Range": etag, "Range": "bytes=0-1"}).status_code == 206
    assert client.get(address, headers={"If-Range": '"other"', "Range": "bytes=0-1"}).status_code == 200


def test_a_download_is_kept_as_a_file(order: NewOrder) -> None:
    """With its name, whatever is in it."""
    name = 'a"; filename="evil.html\r\né.pdf'
    address = address_of(order, file_name=name).replace("/document", "/download")
    answer = browser_of(ALICE).get(address)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "\r" not in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert tallied() == 1


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "text/xml", "application/zip"])
def test_what_could_act_as_a_page_of_ours_is_never_shown_as_one(order: NewOrder, media_type: str) -> None:
    """Neither by its address nor by the page of its message."""
    document = b"<script>alert(1)</script>"
    address = address_of(order, document, media_type=media_type, file_name="a.html")
    client = browser_of(ALICE)
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = client.get(address.removesuffix("/document")).content.decode()
    assert "iframe" not in page
    assert "alert" not in page


def test_a_text_is_shown_as_text(order: NewOrder) -> None:
    answer = browser_of(ALICE).get(address_of(order, "é".encode(), media_type="text/plain"))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("inline")


def test_only_our_own_page_frames_a_document(order: NewOrder) -> None:
    answer = browser_of(ALICE).get(address_of(order))
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_receipt_proves_it_without_being_read(order: NewOrder) -> None:
    """By the roots that the certificate has; it does not hold the number."""
    run = publish(order, [ALICE, ALICE + 1], environment=P, document=PDF)
    answer = browser_of(ALICE).get(f"/ebox/messages/{run}/receipt")
    receipt = read_receipt(answer.content, file="receipt")
    assert receipt.received
    assert receipt.document_sha256 == sha256(PDF).hexdigest()
    assert holds(receipt, ALICE)
    assert not holds(receipt, ALICE + 1)
    assert str(ALICE) not in answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment;")
    assert tallied() == 0
