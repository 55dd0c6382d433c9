"""What is at an address of the web, instead of in a file."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import urllib3

from eboxcast.lib.errors import Trouble
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_

_SECONDS = 30


class NotFetched(Trouble):
    """What is at an address did not come."""

    code = "proof.not-fetched"
    sentence = N_("{address} could not be fetched: {reason}.")
    remedy = N_("Try again later, or give the file instead.")


def is_address(text: str) -> bool:
    """Return whether what was given is an address of the web rather than a file."""
    return text.startswith(("http://", "https://"))


def content_at(address: str, asked: Mapping[str, str], *, most: int) -> bytes:
    """Return what is at an address, where it is not too much. Raises NotFetched."""
    try:
        with urllib3.PoolManager(retries=False, timeout=_SECONDS) as pool:
            answer = pool.request("GET", address, fields=asked, redirect=False, preload_content=False)
            content = answer.read(most + 1)
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise NotFetched(address=mask_and_strip(address), reason=type(error).__name__) from error
    if answer.status != HTTPStatus.OK or len(content) > most:
        raise NotFetched(address=mask_and_strip(address), reason=str(answer.status))
    return bytes(content)
