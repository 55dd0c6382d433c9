from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.simulator.simulated import PDF
from urllib3.filepost import encode_multipart_formdata

from eboxcast.lib.digests import digest
from eboxcast.simulator.errors import ContractRefusal
from eboxcast.simulator.upload import Part, read_upload


def read(fields: list[tuple[str, object]], *, piece: int) -> tuple[Part | None, list[Part]]:
    body, content_type = encode_multipart_formdata(fields)  # type: ignore[arg-type]

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), piece):
            yield body[start : start + piece]

    return asyncio.run(read_upload(content_type, pieces()))


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_parts_are_whole_however_the_body_is_cut(piece: int) -> None:
    fields: list[tuple[str, object]] = [("upfile1", ("brief.pdf", PDF, "application/pdf")), ("messageToPublish", "{}")]
    message, files = read(fields, piece=piece)
    assert message is not None
    assert (bytes(message.content), len(files)) == (b"{}", 1)
    assert (files[0].digest, files[0].file_name, files[0].media_type) == (digest(PDF), "brief.pdf", "application/pdf")


@pytest.mark.parametrize("name", ["brief.pdf", "lettre d'été.pdf", "%D0%BF.pdf", "п.pdf"])
def test_file_names_may_be_plain_or_uri_encoded(name: str) -> None:
    _, files = read([("upfile1", (name, b"x", "text/plain"))], piece=100)
    assert files[0].file_name == name.replace("%D0%BF", "п")


def test_more_than_six_files_are_refused() -> None:
    fields: list[tuple[str, object]] = [(f"upfile{number}", ("a", b"x", "text/plain")) for number in range(1, 9)]
    with pytest.raises(ContractRefusal, match="400"):
        read(fields, piece=100)
