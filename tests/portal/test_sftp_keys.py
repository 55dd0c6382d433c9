"""The keys of the institutions on the pages: registering one, seeing it, ending it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings
from tests.broadcasts import people as p
from tests.exchange.sftp_clients import public_key
from tests.portal.test_people import words
from tests.web.visitors import browser_of

from eboxcast.exchange.models import SftpKey


@pytest.mark.usefixtures("january")
def test_a_key_is_registered_shown_and_ended(tmp_path: Path) -> None:
    with override_settings(EBOXCAST_DROP_DIR=tmp_path):
        ines = browser_of(p.INES)
        given = {"institution": p.INSTITUTION, "label": "payroll", "key": "nonsense", "days": "30"}
        assert "not an SSH public key" in words(ines.post("/drop-folders/keys/add", given).content)
        assert ines.post("/drop-folders/keys/add", {**given, "key": public_key()}).status_code == 302
        key = SftpKey.objects.get()
        page = words(ines.get("/drop-folders").content)
        assert key.fingerprint in page
        assert "payroll" in page
        address = f"/drop-folders/keys/{key.pk}/end"
        assert "can no longer sign in" in words(ines.get(address).content)
        assert ines.post(address).status_code == 302
        assert "ended" in words(ines.get("/drop-folders").content)
    key.refresh_from_db()
    assert key.ended_by == "ines"
