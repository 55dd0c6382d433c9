"""Read the metadata file: all its faults at once, or the values it says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

from lxml import etree

from eboxcast.lib import clock
from eboxcast.lib.digests import digest, digest_of_values
from eboxcast.lib.identifiers import Refused, read_cbe
from eboxcast.package.faults import Fault
from eboxcast.package.metadata_shape import Walk, read_digest, walk
from eboxcast.package.metadata_text import MOST_BYTES, parse
from eboxcast.package.model import EboxType, Metadata
from eboxcast.package.reading import Unread, read_once


@dataclass(frozen=True, kw_only=True)
class MetadataReading:
    """What a metadata file says. The single values are there, where they are good, even when others are faulty:
    the document and the lists are checked with them all the same.
    """

    metadata: Metadata | None = None
    faults: tuple[Fault, ...] = ()
    ebox_type: EboxType | None = None
    download_file_name: str | None = None
    media_type: str | None = None
    document_digest: bytes | None = None
    digest_form: str | None = None
    digest_line: int | None = None
    language_line: int | None = None


def read_metadata(path: Path) -> MetadataReading:
    """Return what a metadata file says and everything that is wrong with it."""
    content = read_once(path, most=MOST_BYTES)
    if isinstance(content, Unread):
        return MetadataReading(faults=(Fault(code=f"metadata.{content.why}", file=path.name, data=content.data),))
    return read_metadata_bytes(content, file_name=path.name)


def read_metadata_bytes(content: bytes, *, file_name: str) -> MetadataReading:
    """Do the same for bytes already read."""
    if not content.strip():
        return MetadataReading(faults=(Fault(code="metadata.empty", file=file_name),))
    root = parse(content, file_name=file_name)
    if isinstance(root, Fault):
        return MetadataReading(faults=(root,))
    found = walk(root, file_name=file_name)
    _check_institution(found)
    _check_metas(found, root)
    if not found.faults:
        found.faults.extend(_against_schema(root, file_name))
    return _reading(found, file_digest=digest(content))


def _check_institution(found: Walk) -> None:
    value = found.one("SenderID/Institution")
    if value and isinstance(read_cbe(value.text, today=clock.today()), Refused):
        fault = Fault(
            code="metadata.institution-check-digits", file=found.file_name, line=value.line, place="Institution"
        )
        found.faults.append(fault)


def _check_metas(found: Walk, root: etree._Element) -> None:
    ebox_type = found.one("EboxType")
    if ebox_type and ebox_type.text == EboxType.CITIZEN and found.metas:
        meta = next(child for child in root if etree.QName(child).localname == "Meta")
        found.note("meta-for-citizens", meta, place="Meta")


@cache
def _schema() -> etree.XMLSchema:
    with (resources.files("eboxcast.package") / "broadcast.xsd").open("rb") as file:
        return etree.XMLSchema(etree.parse(file))


def _against_schema(root: etree._Element, file_name: str) -> list[Fault]:
    """Let the published schema have the last word: what is accepted here is valid there."""
    schema = _schema()
    if schema.validate(root):
        return []
    last = cast("Any", schema.error_log).last_error  # the stubs do not know it
    return [Fault(code="metadata.schema", file=file_name, line=last.line)]


def _reading(found: Walk, *, file_digest: bytes) -> MetadataReading:
    digest_value = found.one("Document/Digest/DigestValue")
    language = found.one("Language")
    ebox_type = _text(found, "EboxType")
    document_digest, form = (read_digest(digest_value.text) if digest_value else None) or (None, None)
    return MetadataReading(
        metadata=None if found.faults else _metadata(found, file_digest, document_digest),
        faults=tuple(sorted(found.faults, key=lambda fault: fault.line or 0)),
        ebox_type=EboxType(ebox_type) if ebox_type else None,
        download_file_name=_text(found, "Document/DownloadFileName"),
        media_type=_text(found, "Document/MIME"),
        document_digest=document_digest,
        digest_form=form,
        digest_line=digest_value.line if digest_value else None,
        language_line=language.line if language else None,
    )


def _metadata(found: Walk, file_digest: bytes, document_digest: bytes | None) -> Metadata:
    sequence = _text(found, "MessageID/Sequence")
    metas = _metas(found)
    values = {
        "ticket": found.values["MessageID/Ticket"][0].text,
        "application": found.values["SenderID/Application"][0].text,
        "institution": found.values["SenderID/Institution"][0].text,
        "message_type": found.values["MessageType"][0].text,
        "language": found.values["Language"][0].text.lower(),
        "title": found.values["Document/Title"][0].text,
        "download_file_name": found.values["Document/DownloadFileName"][0].text,
    }
    ebox_type = EboxType(found.values["EboxType"][0].text)
    media_type = _text(found, "Document/MIME")
    rest = {
        "ebox_type": ebox_type.value,
        "media_type": media_type,
        "document_digest": document_digest.hex() if document_digest else None,
        "metas": metas,
    }
    return Metadata(
        file_name=found.file_name,
        sequence=int(sequence) if sequence else None,
        ebox_type=ebox_type,
        media_type=media_type,
        document_digest=document_digest,
        metas=metas,
        file_digest=file_digest,
        content_digest=digest_of_values({**values, **rest}),
        **values,
    )


def _metas(found: Walk) -> dict[str, tuple[str, ...]]:
    """Return the values by type; a type that stands twice has the values of both."""
    metas: dict[str, tuple[str, ...]] = {}
    for (kind, *_), values in found.metas:
        metas[kind.text] = metas.get(kind.text, ()) + tuple(value.text for value in values)
    return metas


def _text(found: Walk, path: str) -> str | None:
    value = found.one(path)
    return value.text if value else None
