"""The metadata of a sample, plain and annotated, and the message types it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from eboxcast.package.model import EboxType
from eboxcast.package.sampling_texts import APPLICATION, APPLICATION_TITLE, INSTITUTION, INSTITUTION_NAME, TYPE_TITLE

MESSAGE_TYPES = {EboxType.CITIZEN: "DEMO-INFO", EboxType.ENTERPRISE: "DEMO-INFO-ENTERPRISE"}


@dataclass(frozen=True, kw_only=True)
class SampleMessage:
    """What the metadata of a sample says."""

    ticket: str
    sequence: int | None
    title: str
    file_name: str
    language: str
    ebox_type: EboxType


def metadata_xml(message: SampleMessage) -> str:
    """Return the metadata file of a sample."""
    return _filled(_PLAIN, message)


def annotated_metadata_xml(message: SampleMessage) -> str:
    """Return a metadata file in which a comment explains each element, the optional ones too."""
    return _filled(_ANNOTATED, message)


def message_types_toml(language: str) -> str:
    """Return the institution, application and message types of the samples, as `message-type load` reads them."""
    types = "".join(_message_type(code, ebox_type) for ebox_type, code in MESSAGE_TYPES.items())
    return _SENDER.format(
        institution=INSTITUTION,
        institution_name=_names(INSTITUTION_NAME),
        application=APPLICATION,
        application_title=_names(APPLICATION_TITLE),
        types=types,
        example=language,
    )


def _message_type(code: str, ebox_type: EboxType) -> str:
    return _TYPE.format(code=code, title=_names(TYPE_TITLE), ebox_type=ebox_type.value, application=APPLICATION)


def _names(names: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f'{language} = "{name}"' for language, name in names.items()) + " }"


def _filled(template: str, message: SampleMessage) -> str:
    sequence = "" if message.sequence is None else f"\n    <Sequence>{message.sequence}</Sequence>"
    return template.format(
        ticket=escape(message.ticket),
        sequence=sequence,
        application=APPLICATION,
        institution=INSTITUTION,
        message_type=MESSAGE_TYPES[message.ebox_type],
        ebox_type=message.ebox_type.value,
        language=message.language.upper(),
        title=escape(message.title),
        file_name=escape(message.file_name),
    )


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

_SENDER = """# Who sends the samples, and what: load it with `eboxcast message-type load FILE`.
# This file came with a sample in the language "{example}"; it serves them all.

[[institution]]
cbe = "{institution}"
name = {institution_name}

[[application]]
name = "{application}"  # SenderID/Application in the metadata
institution = "{institution}"
title = {application_title}
{types}"""

_TYPE = """
[[message_type]]
code = "{code}"  # MessageType in the metadata
title = {title}
ebox_type = "{ebox_type}"
applications = ["{application}"]
validity = {{ number = 6, unit = "month" }}  # day, month or year
languages = ["fr", "nl", "de"]
document_bytes = 10485760
media_types = ["application/pdf", "text/plain"]
without_ebox = "publish"  # or "refuse": what happens for recipients without an active eBox
"""
