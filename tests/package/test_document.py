"""The document is what its content is, whatever its name says."""

from __future__ import annotations

import os
import resource
import threading
import zlib
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf, String

from eboxcast.package.document import check_document, is_safe_name
from eboxcast.package.faults import remedy_of, sentence_of
from eboxcast.package.model import Document, Limits
from eboxcast.package.pdf.inspection import inspect_pdf
from eboxcast.package.sampling_content import LETTERS, letter_pdf

LETTER = letter_pdf(LETTERS["fr"], language="fr")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def check(
    tmp_path: Path, content: bytes, *, name: str = "letter.pdf", media_type: str | None = None, **limits: object
) -> tuple[Document | None, list[str]]:
    path = tmp_path / name
    path.write_bytes(content)
    document, faults = check_document(path, file_name=name, media_type=media_type, limits=Limits(**limits))  # type: ignore[arg-type]
    assert (document is None) == bool(faults)
    assert all(sentence_of(fault, "en") and remedy_of(fault, "en") for fault in faults)
    return document, [fault.code.removeprefix("document.") for fault in faults]


def test_a_good_pdf_gives_its_size_digest_and_pages(tmp_path: Path) -> None:
    document, faults = check(tmp_path, LETTER)
    assert faults == []
    assert document is not None
    assert (document.size, document.digest, document.page_count) == (len(LETTER), sha256(LETTER).digest(), 1)
    assert document.media_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (PNG, "content"),
        (b"Dear Sir", "content-unknown"),
        (LETTER[: len(LETTER) // 2], "damaged"),
        (LETTER[:-40], "damaged"),
        (b"%PDF-1.7\n%%EOF\n", "damaged"),
        (b"", "empty"),
    ],
)
def test_what_is_no_whole_pdf_is_refused(
    tmp_path: Path, content: bytes, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, content) == (None, [fault])
    assert capfd.readouterr().err == ""


def saved(change: Callable[[Pdf], object], **options: object) -> bytes:
    with pikepdf.open(BytesIO(LETTER)) as pdf:
        change(pdf)
        out = BytesIO()
        pdf.save(out, **options)  # type: ignore[arg-type]
        return out.getvalue()


def javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=String("calc.exe"))


def on_opening(pdf: Pdf, action: Dictionary) -> None:
    pdf.Root.OpenAction = action


def on_closing(pdf: Pdf, action: Dictionary) -> None:
    pdf.Root.AA = Dictionary(WC=pdf.make_indirect(action))


def on_page(pdf: Pdf, action: Dictionary) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=action)


def on_link(pdf: Pdf, action: Dictionary) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])


def on_next(pdf: Pdf, action: Dictionary) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.URI, URI=String("https://example.invalid"), Next=Array([action]))


def in_names(pdf: Pdf, action: Dictionary) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))


@pytest.mark.parametrize("place", [on_opening, on_closing, on_page, on_link, on_next, in_names])
@pytest.mark.parametrize(("action", "fault"), [(javascript, "javascript"), (launch, "launch")])
def test_an_action_is_found_wherever_it_hides(
    place: Callable[[Pdf, Dictionary], None], action: Callable[[], Dictionary], fault: str
) -> None:
    assert inspect_pdf(saved(lambda pdf: place(pdf, action()))).faults == (fault,)


@pytest.mark.parametrize("packed", [True, False])
def test_an_action_in_a_compressed_object_is_found(packed: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    content = saved(lambda pdf: on_closing(pdf, javascript()), object_stream_mode=mode)
    assert (b"JavaScript" in content) is not packed
    assert inspect_pdf(content).faults == ("javascript",)


def test_an_action_with_its_names_disguised_is_found() -> None:
    action = Dictionary(S=Name.JavaScript, JS=String("xxxx"))
    content = saved(lambda pdf: on_opening(pdf, action), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    disguised = content.replace(b"/JS (xxxx", b"/#4aS (").replace(b"/JavaScript", b"/J#61vaScript")
    assert len(disguised) == len(content)
    assert b"/JavaScript" not in disguised
    assert inspect_pdf(disguised).faults == ("javascript",)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_without_unpacking_it() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert inspect_pdf(bomb(megabytes=150)).faults == ("damaged",)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 128 * 1024


def bomb(*, megabytes: int) -> bytes:
    """Return a PDF whose only compressed objects are followed by that much nothing."""
    packer = zlib.compressobj()
    blank = b" " * 1024 * 1024
    packed = b"".join(
        [packer.compress(b"6 0 << >> "), *(packer.compress(blank) for _ in range(megabytes)), packer.flush()]
    )
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Extra 6 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(packed), packed),
    ]
    content, offsets = b"%PDF-1.5\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    entries = [(0, 0, 0), *((1, offset, 0) for offset in [*offsets, len(content)]), (2, 4, 0)]
    table = b"".join(kind.to_bytes(1, "big") + a.to_bytes(4, "big") + b.to_bytes(2, "big") for kind, a, b in entries)
    head = b"<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    end = b"startxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"5 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (head, table) + end


@given(st.integers(0, len(LETTER) - 1), st.binary(max_size=20))
def test_a_letter_damaged_anywhere_is_refused_or_good_but_never_an_accident(place: int, noise: bytes) -> None:
    findings = inspect_pdf(LETTER[:place] + noise + LETTER[place + len(noise) :])
    assert set(findings.faults) <= {"damaged", "encrypted", "no-pages"}


def test_an_attached_file_is_found() -> None:
    def attach(pdf: Pdf) -> None:
        pdf.attachments["list.csv"] = AttachedFileSpec(pdf, b"11111111111", filename="list.csv")

    assert inspect_pdf(saved(attach)).faults == ("embedded-file",)


def test_a_dynamic_form_is_found_and_a_plain_one_is_not() -> None:
    def form(pdf: Pdf, **more: object) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), **more)

    assert inspect_pdf(saved(form)).faults == ()
    assert inspect_pdf(saved(lambda pdf: form(pdf, XFA=Array([])))).faults == ("dynamic-form",)


def test_a_text_about_javascript_is_no_javascript() -> None:
    def describe(pdf: Pdf) -> None:
        pdf.docinfo["/Title"] = "How /JavaScript and /Launch and /EF are refused"

    assert inspect_pdf(saved(describe)).faults == ()


def test_several_things_are_named_at_once() -> None:
    def both(pdf: Pdf) -> None:
        on_opening(pdf, javascript())
        on_page(pdf, launch())

    assert inspect_pdf(saved(both)).faults == ("javascript", "launch")


@pytest.mark.parametrize("user_password", ["secret", ""])
def test_an_encrypted_pdf_is_refused_even_when_it_opens_without_password(user_password: str) -> None:
    encryption = pikepdf.Encryption(owner="owner", user=user_password)
    assert inspect_pdf(saved(lambda _: None, encryption=encryption)).faults == ("encrypted",)


def test_a_pdf_without_pages_is_refused() -> None:
    out = BytesIO()
    Pdf.new().save(out)
    assert inspect_pdf(out.getvalue()).faults == ("no-pages",)


def test_a_document_over_the_limit_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(LETTER)
    _, faults = check_document(path, file_name="letter.pdf", media_type=None, limits=Limits(document_bytes=1000))
    assert [(fault.code, dict(fault.data)) for fault in faults] == [
        ("document.too-big", {"size": len(LETTER), "limit": 1000})
    ]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("Été, 100 €\n".encode(), []),
        ("Été, 100 €\n".encode("cp1252"), []),
        ("Été\n".encode("utf-16"), ["nul-byte"]),
        (b"caf\x81", ["text-encoding"]),
        (PNG, ["content"]),
        (LETTER, ["content"]),
        (b"<html><body>hello</body></html>", []),
    ],
)
def test_plain_text_is_utf_8_or_windows_1252(tmp_path: Path, content: bytes, faults: list[str]) -> None:
    document, found = check(tmp_path, content, name="letter.txt")
    assert found == faults
    assert document is None or document.page_count is None


@pytest.mark.parametrize(
    ("name", "media_type", "fault"),
    [
        ("letter", None, "type-unknown"),
        ("letter.png", None, "type-unknown"),
        ("letter.docx", None, "type-not-allowed"),
        ("letter.txt", "application/pdf", "extension"),
        ("letter.pdf.exe", "application/pdf", "extension"),
        ("x" * 77 + ".pdf", None, "file-name-too-long"),
        ("CON.pdf", None, "file-name-unsafe"),
    ],
)
def test_name_and_type_have_to_agree(tmp_path: Path, name: str, media_type: str | None, fault: str) -> None:
    assert check(tmp_path, LETTER, name=name, media_type=media_type) == (None, [fault])


@pytest.mark.parametrize(
    "name", ["a/b.pdf", "..\\b.pdf", "a\u202efdp.exe", "a\nb.pdf", ".pdf", "a.pdf ", "lpt1.pdf", 'a".pdf']
)
def test_unsafe_names_are_known(name: str) -> None:
    assert not is_safe_name(name)


@pytest.mark.parametrize("name", ["letter.pdf", "Été 2027 - info (1).pdf", "con-firmation.pdf"])
def test_ordinary_names_are_safe(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize(
    ("name", "content", "faults"),
    [
        ("table.odt", b"PK\x03\x04rest", []),
        ("table.xlsx", b"PK\x03\x04rest", []),
        ("table.doc", b"PK\x03\x04rest", ["content"]),
        ("page.html", b"<!DOCTYPE html><p>", []),
        ("page.html", b"hello", ["content-unknown"]),
        ("data.xml", b"<?xml version='1.0'?><a/>", []),
    ],
)
def test_other_types_are_checked_by_their_first_bytes_where_the_message_type_allows_them(
    tmp_path: Path, name: str, content: bytes, faults: list[str]
) -> None:
    office = ["application/vnd.oasis.opendocument.text", "application/msword", "text/html", "text/xml"]
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert check(tmp_path, content, name=name, media_types=frozenset([*office, sheet]))[1] == faults


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"x" * 5_000_000)
    stop = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"x")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = (check_document(path, file_name="letter.txt", media_type=None, limits=Limits())[1] for _ in range(500))
        codes = next(({fault.code for fault in faults} for faults in found if faults), set())
    finally:
        stop.set()
        writer.join()
    assert codes == {"document.changed"}


def test_what_vanished_or_is_a_pipe_is_a_fault(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    for name in ("absent.pdf", "pipe.pdf"):
        _, faults = check_document(tmp_path / name, file_name=name, media_type=None, limits=Limits())
        assert [fault.code for fault in faults] == ["document.unreadable"]
