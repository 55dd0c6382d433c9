"""Metadata written for somebody: plain for a sample, or with a comment that explains each element."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from eboxcast.package.model import EboxType

_PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<Broadcast xmlns="urn:eboxcast:broadcast:1">
  <MessageID>
    <Ticket>{ticket}</Ticket>{sequence}
  </MessageID>
  <SenderID>
    <Application>{application}</Application>
    <Institution>{institution}</Institution>
  </SenderID>
  <MessageType>{message_type}</MessageType>
  <EboxType>{ebox_type}</EboxType>
  <Language>{language}</Language>
  <Document>
    <Title>{title}</Title>
    <DownloadFileName>{file_name}</DownloadFileName>
    <MIME>application/pdf</MIME>
  </Document>
</Broadcast>
"""
_ANNOTATED = """<?xml version="1.0" encoding="UTF-8"?>
<!-- The metadata of one broadcast: one document, one language, one message type. The elements keep this order.
     White space around a value does not count. No DTD, no entity, no reference to another file. At most 1 MB. -->
<Broadcast xmlns="urn:eboxcast:broadcast:1">
  <MessageID>
    <!-- Your own name for this message: 1 to 25 characters. With the application it names one message. -->
    <Ticket>{ticket}</Ticket>{sequence}
    <!-- Optional: a number from 0 to 99999, to tell a new edition of the same ticket apart:
         <Sequence>1</Sequence> -->
  </MessageID>
  <SenderID>
    <!-- The application that sends, as it was agreed: 1 to 150 characters. -->
    <Application>{application}</Application>
    <!-- The CBE number of your institution: ten digits, no points, with good check digits. -->
    <Institution>{institution}</Institution>
  </SenderID>
  <!-- The message type as it was agreed: 6 to 80 characters. -->
  <MessageType>{message_type}</MessageType>
  <!-- Whose eBoxes: CITIZEN (the lists hold national numbers) or ENTERPRISE (the lists hold CBE numbers). -->
  <EboxType>{ebox_type}</EboxType>
  <!-- FR, NL or DE: one. Another language is another broadcast, with its own three files. -->
  <Language>{language}</Language>
  <Document>
    <!-- What the recipient reads first: 1 to 255 characters. -->
    <Title>{title}</Title>
    <!-- The name of the document's file: 1 to 80 characters. The document lies beside this file. -->
    <DownloadFileName>{file_name}</DownloadFileName>
    <!-- Optional: the media type of the document, application/pdf or text/plain or what your message type allows. -->
    <MIME>application/pdf</MIME>
    <!-- Optional: the SHA-256 of the document, in base64url, base64 or hexadecimal; it is compared.
         <Digest><DigestMethod>SHA-256</DigestMethod><DigestValue>...</DigestValue></Digest> -->
  </Document>
  <!-- Only for enterprises, at most ten: a type and one to ten values, of 1 to 25 characters each.
       <Meta><Type>DOMAIN</Type><Value>EMPLOYMENT</Value></Meta> -->
</Broadcast>
"""


@dataclass(frozen=True, kw_only=True)
class ExampleMessage:
    """What the metadata say."""

    ticket: str
    sequence: int | None
    application: str
    institution: str
    message_type: str
    ebox_type: EboxType
    language: str
    title: str
    file_name: str


def metadata_xml(message: ExampleMessage) -> str:
    """Return a metadata file."""
    return _filled(_PLAIN, message)


def annotated_metadata_xml(message: ExampleMessage) -> str:
    """Return a metadata file in which a comment explains each element, the optional ones too."""
    return _filled(_ANNOTATED, message)


def _filled(template: str, message: ExampleMessage) -> str:
    sequence = "" if message.sequence is None else f"\n    <Sequence>{message.sequence}</Sequence>"
    return template.format(
        ticket=escape(message.ticket),
        sequence=sequence,
        application=escape(message.application),
        institution=message.institution,
        message_type=escape(message.message_type),
        ebox_type=message.ebox_type.value,
        language=message.language.upper(),
        title=escape(message.title),
        file_name=escape(message.file_name),
    )
