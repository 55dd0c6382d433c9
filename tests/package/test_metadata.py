"""The metadata file: every fault with its line and element, all at once, and nothing dangerous parsed."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from eboxcast.lib.media_types import MEDIA_TYPES
from eboxcast.package.faults import remedy_of, sentence_of
from eboxcast.package.metadata import MetadataReading, read_metadata, read_metadata_bytes
from eboxcast.package.metadata_shape import SHAPE, Branch, Leaf
from eboxcast.package.metadata_text import MOST_BYTES, NAMESPACE, is_ours
from eboxcast.package.model import EboxType

REPOSITORY = Path(__file__).parents[2]
XSD = REPOSITORY / "src/eboxcast/package/broadcast.xsd"

GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<Broadcast xmlns="urn:eboxcast:broadcast:1">
  <MessageID>
    <Ticket>letter-2027-fr</Ticket>
    <Sequence>7</Sequence>
  </MessageID>
  <SenderID>
    <Application>demo:broadcast</Application>
    <Institution>0456789034</Institution>
  </SenderID>
  <MessageType>DEMO-INFO</MessageType>
  <EboxType>CITIZEN</EboxType>
  <Language>FR</Language>
  <Document>
    <Title>Été 2027 &amp; après</Title>
    <DownloadFileName>letter.pdf</DownloadFileName>
  </Document>
</Broadcast>
"""
META = "<Meta><Type>DOMAIN</Type><Value>A</Value><Value>B</Value></Meta>"
ENTERPRISE = GOOD.replace("CITIZEN", "ENTERPRISE").replace("</Broadcast>", META + "</Broadcast>")


def read(text: str | bytes) -> MetadataReading:
    content = text.encode() if isinstance(text, str) else text
    return read_metadata_bytes(content, file_name="metadata.xml")


def faults_of(text: str | bytes) -> list[tuple[str, int | None, str | None]]:
    reading = read(text)
    assert (reading.metadata is None) == bool(reading.faults)
    for fault in reading.faults:
        assert sentence_of(fault, "en")
        assert remedy_of(fault, "en")
    return [(fault.code.removeprefix("metadata."), fault.line, fault.place) for fault in reading.faults]


def changed(old: str, new: str) -> list[tuple[str, int | None, str | None]]:
    assert old in GOOD
    return faults_of(GOOD.replace(old, new))


def test_a_good_file_gives_its_values() -> None:
    metadata = read(GOOD).metadata
    assert metadata is not None
    assert (metadata.ticket, metadata.sequence, metadata.language) == ("letter-2027-fr", 7, "fr")
    assert metadata.title == "Été 2027 & après"
    assert metadata.ebox_type is EboxType.CITIZEN
    assert metadata.file_digest == hashlib.sha256(GOOD.encode()).digest()


def test_metas_are_read_for_enterprises() -> None:
    metadata = read(ENTERPRISE).metadata
    assert metadata is not None
    assert metadata.metas == {"DOMAIN": ("A", "B")}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("letter-2027-fr", "x" * 26, ("too-long", 4, "Ticket")),
        ("letter-2027-fr", "  ", ("empty-value", 4, "Ticket")),
        ("<Sequence>7", "<Sequence>100000", ("sequence", 5, "Sequence")),
        ("demo:broadcast", "x" * 151, ("too-long", 8, "Application")),
        ("0456789034", "456789034", ("institution", 9, "Institution")),
        ("0456789034", "0456789035", ("institution-check-digits", 9, "Institution")),
        ("DEMO-INFO", "DEMO", ("too-short", 11, "MessageType")),
        ("CITIZEN", "Citizen", ("ebox-type", 12, "EboxType")),
        (">FR<", ">IT<", ("language", 13, "Language")),
        (">FR<", ">FR, NL<", ("two-languages", 13, "Language")),
        (">FR<", ">BI<", ("two-languages", 13, "Language")),
        (">FR</Language>", ">FR</Language><Language>NL</Language>", ("two-languages", 13, "Language")),
        ("Été 2027 &amp; après", "x" * 256, ("too-long", 15, "Title")),
        ("letter.pdf", "x" * 77 + ".pdf", ("too-long", 16, "DownloadFileName")),
        ("  </Document>", "<MIME>image/png</MIME></Document>", ("media-type", 17, "MIME")),
        ("</Title>", "</Title><Subtitle/>", ("unknown-element", 15, "Subtitle")),
        ("</Ticket>", "</Ticket><Ticket>x</Ticket>", ("twice", 4, "Ticket")),
        ("letter-2027-fr", "<b>letter</b>", ("unknown-element", 4, "b")),
        ("<EboxType>CITIZEN</EboxType>", "", ("missing", 2, "EboxType")),
        ("<Ticket>", '<Ticket lang="fr">', ("attribute", 4, "Ticket")),
        ("<Title>", '<Title xmlns="urn:other">', ("foreign-element", 15, "Title")),
        ("<SenderID>", "<SenderID>hello", ("text", 7, "SenderID")),
        ("</Broadcast>", META + "</Broadcast>", ("meta-for-citizens", 18, "Meta")),
    ],
)
def test_each_fault_has_its_line_and_element(old: str, new: str, expected: tuple[str, int, str]) -> None:
    assert expected in changed(old, new)


def test_a_missing_title_is_reported_for_a_foreign_one_too() -> None:
    assert changed("<Title>", '<Title xmlns="urn:other">')[0] == ("missing", 14, "Title")


def test_elements_out_of_order_are_named_with_where_they_belong() -> None:
    text = GOOD.replace("  <EboxType>CITIZEN</EboxType>\n", "").replace(
        "</Language>\n", "</Language>\n<EboxType>CITIZEN</EboxType>\n"
    )
    assert faults_of(text) == [("order", 13, "EboxType")]
    assert read(text).faults[0].data == {"before": "Language"}


def test_all_faults_come_at_once_in_the_order_of_lines() -> None:
    text = (
        GOOD.replace("letter-2027-fr", "")
        .replace("CITIZEN", "ALL")
        .replace("FR", "EN")
        .replace("<Title>", "<T/><Title>")
    )
    assert [code for code, _, _ in faults_of(text)] == ["empty-value", "ebox-type", "language", "unknown-element"]


def test_values_that_are_good_are_known_even_beside_faults() -> None:
    reading = read(GOOD.replace("letter-2027-fr", ""))
    assert reading.metadata is None
    assert (reading.ebox_type, reading.download_file_name) == (EboxType.CITIZEN, "letter.pdf")


@pytest.mark.parametrize("surplus", [META * 10, "<Meta><Type>T</Type>" + "<Value>v</Value>" * 11 + "</Meta>"])
def test_too_many_metas_or_values_are_said_once(surplus: str) -> None:
    codes = [code for code, _, _ in faults_of(ENTERPRISE.replace("</Broadcast>", surplus + "</Broadcast>"))]
    assert codes == ["too-many"]


BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9))
    + "]>\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace("<Broadcast ", "<!DOCTYPE Broadcast>\n<Broadcast ", 1), ("dtd", 2)),
        (BOMB + GOOD.partition("\n")[2], ("dtd", 2)),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', ("dtd", 1)),
        ('<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>', ("dtd", 1)),
        (GOOD.replace("letter-2027-fr", "&xxe;"), ("ampersand", 4)),
        (GOOD.replace("&amp;", "&"), ("ampersand", 15)),
        (GOOD.replace("<Broadcast", '<?xml-stylesheet href="x.xsl"?><Broadcast', 1), ("instruction", 2)),
        (GOOD.replace("</Ticket>", "</Tickets>"), ("tags", 4)),
        (GOOD.replace("</Broadcast>", ""), ("tags", 19)),
        ("Not XML at all", ("not-well-formed", 1)),
        ("<a>" * 5000, ("not-well-formed", 1)),
        (GOOD.replace("urn:eboxcast:broadcast:1", "urn:other"), ("namespace", 2)),
        (GOOD.replace(' xmlns="urn:eboxcast:broadcast:1"', ""), ("no-namespace", 2)),
        (GOOD.replace("Broadcast", "Message"), ("root", 2)),
        ("", ("empty", None)),
        ("  \n ", ("empty", None)),
    ],
)
def test_what_is_no_metadata_gets_one_clear_answer(text: str, expected: tuple[str, int | None]) -> None:
    assert [(code, line) for code, line, _ in faults_of(text)] == [expected]


def test_an_include_of_another_file_is_only_an_unknown_element() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></Broadcast>'
    assert [code for code, _, _ in changed("</Broadcast>", include)] == ["foreign-element"]


def test_a_doctype_in_a_comment_or_in_a_text_is_no_dtd() -> None:
    text = GOOD.replace("<MessageID>", "<!-- <!DOCTYPE x> --><MessageID>").replace(
        "letter-2027-fr", "<![CDATA[<!DOCTYPE a>]]>"
    )
    metadata = read(text).metadata
    assert metadata is not None
    assert metadata.ticket == "<!DOCTYPE a>"


def test_a_schema_location_is_allowed_and_not_followed() -> None:
    location = (
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://example.invalid/x"'
    )
    assert changed(' xmlns="urn', location + ' xmlns="urn') == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    metadata = read(GOOD.replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)).metadata
    assert metadata is not None
    assert metadata.title == "Été 2027 & après"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GOOD.encode("cp1252"), "encoding"),
        (GOOD.encode("utf-16-le"), "encoding"),
        (GOOD.replace("UTF-8", "UTF-7").encode(), "encoding-unknown"),
        (GOOD.replace("UTF-8", "UTF-16").encode(), "encoding-unknown"),
        (GOOD.replace("letter", "let\0ter").encode(), "encoding"),
    ],
)
def test_wrong_encodings_are_named(content: bytes, code: str) -> None:
    assert [found for found, _, _ in faults_of(content)] == [code]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_numbers_hold_for_every_line_end(end: str) -> None:
    text = GOOD.replace("CITIZEN", "ALL").replace("\n", end)
    assert faults_of(text) == [("ebox-type", 12, "EboxType")]


def test_line_numbers_hold_after_a_declaration_of_two_lines() -> None:
    text = GOOD.replace('"1.0" ', '"1.0"\n').replace("CITIZEN", "ALL")
    assert faults_of(text) == [("ebox-type", 13, "EboxType")]


@pytest.mark.parametrize(
    "content",
    [b"a" * (1024 * 1024 + 1), b"<a>" + b"x" * (1024 * 1024)],
)
def test_a_file_over_the_limit_is_not_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "metadata.xml"
    file.write_bytes(content)
    assert [fault.code for fault in read_metadata(file).faults] == ["metadata.too-big"]


def test_what_cannot_be_read_is_a_fault_and_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    for name in ("absent.xml", "pipe.xml"):
        assert [fault.code for fault in read_metadata(tmp_path / name).faults] == ["metadata.unreadable"]


DIGEST = hashlib.sha256(b"letter").digest()


def with_digest(value: str, method: str = "SHA-256") -> str:
    digest = f"<Digest><DigestMethod>{method}</DigestMethod><DigestValue>{value}</DigestValue></Digest>"
    return GOOD.replace("  </Document>", digest + "</Document>")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (DIGEST.hex(), "hexadecimal"),
        (DIGEST.hex().upper(), "hexadecimal"),
        (base64.b64encode(b"\xfb\xff" + DIGEST[2:]).decode(), "base64"),
        (base64.urlsafe_b64encode(b"\xfb\xff" + DIGEST[2:]).decode(), "base64url"),
        (base64.urlsafe_b64encode(b"\xfb\xff" + DIGEST[2:]).decode().rstrip("="), "base64url"),
    ],
)
def test_a_digest_is_read_in_the_usual_forms(value: str, form: str) -> None:
    reading = read(with_digest(value))
    assert reading.metadata is not None
    assert reading.digest_form == form
    assert reading.metadata.document_digest in {DIGEST, b"\xfb\xff" + DIGEST[2:]}


@pytest.mark.parametrize("value", ["abc", DIGEST.hex()[:-1], hashlib.sha1(b"").hexdigest(), "-" * 20 + "+" * 23])  # noqa: S324 - a wrong one
def test_another_digest_is_a_fault(value: str) -> None:
    assert [code for code, _, _ in faults_of(with_digest(value))] == ["digest-value"]


def test_another_digest_method_is_a_fault() -> None:
    assert [code for code, _, _ in faults_of(with_digest(DIGEST.hex(), "SHA-1"))] == ["digest-method"]


def test_the_content_digest_leaves_out_sequence_and_layout_only() -> None:
    def content_digest(text: str) -> bytes:
        metadata = read(text).metadata
        assert metadata is not None
        return metadata.content_digest

    same = GOOD.replace("<Sequence>7", "<Sequence>8").replace("  ", "\t").replace(">FR<", "> fr <")
    assert content_digest(same) == content_digest(GOOD)
    for old, new in [("2027-fr", "2028-fr"), ("Été", "Ete"), (">FR<", ">NL<"), ("DEMO-INFO", "DEMO-INFOS")]:
        assert content_digest(GOOD.replace(old, new)) != content_digest(GOOD)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<?85073003328xml a?><Broadcast/>", "***********xml"),
        ('<?xml version="1.0" encoding="x85073003328"?><a/>', "x***********"),
    ],
)
def test_a_national_number_as_a_name_in_the_xml_is_masked(text: str, shown: str) -> None:
    (fault,) = read(text).faults
    assert shown in fault.data.values()
    assert "85073003328" not in f"{fault} {sentence_of(fault, 'en')}"


def test_no_message_shows_what_could_be_a_national_number() -> None:
    number = "85073003328"
    text = GOOD.replace("0456789034", number).replace("<Title>", f"<N{number}/><Title n{number}='{number}'>{number}")
    text = text.replace("CITIZEN", number).replace("FR", number)
    reading = read(text)
    assert len(reading.faults) == 5
    assert number not in " ".join(sentence_of(fault, "en") + str(fault) for fault in reading.faults)


WORDS = ["", " ", "x", "x y", "CITIZEN", "FR", "nL", "BI", "7", "99999", "100000", "DEMO-INFO", "application/pdf"]
LENGTHS = ["x" * length for length in (25, 26, 80, 81, 150, 151, 255, 256)]
VALUES = st.sampled_from([*WORDS, *LENGTHS, "0456789034", "SHA-256", DIGEST.hex(), "é" * 80])


@st.composite
def trees(draw: st.DrawFn, shape: Branch | Leaf = SHAPE) -> str:
    """Draw metadata near the rules: wrong values, elements missing, doubled, swapped, unknown."""
    if isinstance(shape, Leaf):
        good = {"Institution": "0456789034", "EboxType": "ENTERPRISE", "Language": "fr", "Sequence": "7"}
        good |= {"MIME": "text/plain", "DigestMethod": "SHA-256", "DigestValue": DIGEST.hex()}
        value = draw(VALUES) if draw(st.integers(0, 20)) == 0 else good.get(shape.name, "some value")
        return f"<{shape.name}>{value}</{shape.name}>"
    children = [draw(trees(child)) for child in shape.children if draw(st.integers(0, 30))]
    match draw(st.integers(0, 30)):
        case 0:
            children.reverse()
        case 1:
            children += children[-1:]
        case 2:
            children.append("<Unknown/>")
        case 3:
            children.append("text")
    attribute = ' xmlns="urn:eboxcast:broadcast:1"' if shape is SHAPE else ""
    return f"<{shape.name}{attribute}>{''.join(children)}</{shape.name}>"


SCHEMA = etree.XMLSchema(etree.parse(XSD))


@given(trees())
def test_the_schema_and_our_words_agree_on_what_is_good(text: str) -> None:
    valid = SCHEMA.validate(etree.fromstring(text))
    beyond_the_schema = {"metadata.institution-check-digits", "metadata.meta-for-citizens"}
    codes = {fault.code for fault in read(text).faults}
    assert valid == (not codes - beyond_the_schema)
    assert "metadata.schema" not in codes


@given(st.one_of(st.binary(), st.text().map(str.encode), st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=9))))
def test_no_bytes_make_it_fall(content: bytes | tuple[int, bytes]) -> None:
    if isinstance(content, tuple):
        place, noise = content
        content = GOOD.encode()[:place] + noise + GOOD.encode()[place + len(noise) :]
    reading = read(content)
    assert (reading.metadata is None) == bool(reading.faults)
    assert all(sentence_of(fault, "en") for fault in reading.faults)


def test_the_schema_and_the_table_name_the_same_media_types() -> None:
    names = {element.get("value") for element in etree.parse(XSD).iter("{*}enumeration")}
    assert names - {"CITIZEN", "ENTERPRISE", "SHA-256"} == MEDIA_TYPES


def test_the_schema_in_the_documentation_is_the_one_in_the_package() -> None:
    assert (REPOSITORY / "docs/reference/broadcast.xsd").read_bytes() == XSD.read_bytes()


HOSTILE = {
    "blanks": "<a>" + " " * MOST_BYTES,
    "comments never closed": "<!--" * (MOST_BYTES // 4),
    "texts never closed": "<![CDATA[" * (MOST_BYTES // 9),
    "comments": "<!---->" * (MOST_BYTES // 7),
    "a name without an end": "<a" + "b" * MOST_BYTES,
    "tags without an end": "<a " * (MOST_BYTES // 3),
    "declarations": "<?xml " * (MOST_BYTES // 6),
    "an instruction without an end": "<?" + "9" * MOST_BYTES,
    "brackets": "<a>" * (MOST_BYTES // 3),
    "attributes": "<a " + " ".join(f'b{number:x}=""' for number in range(100_000)) + "/>",
    "namespaces": "<a " + " ".join(f'xmlns:b{number:x}="c"' for number in range(60_000)) + "/>",
    "elements": f'<Broadcast xmlns="{NAMESPACE}">' + "<Meta/>" * (MOST_BYTES // 8) + "</Broadcast>",
    "unknown elements": f'<Broadcast xmlns="{NAMESPACE}">' + "<x/>" * (MOST_BYTES // 5) + "</Broadcast>",
    "blank text": f'<Broadcast xmlns="{NAMESPACE}"><Language>' + " x" * (MOST_BYTES // 3) + "</Language></Broadcast>",
    "laughs": '<!DOCTYPE a [<!ENTITY b "ha">' + "".join(f'<!ENTITY b{n} "&b;&b;">' for n in range(9)) + "]><a>&b8;</a>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_made_to_take_hours_takes_seconds(text: str) -> None:
    content, started = text.encode()[:MOST_BYTES], process_time()
    is_ours(content)
    assert read(content).faults
    assert process_time() - started < 5
