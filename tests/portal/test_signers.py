"""The certificates with which institutions sign, on the pages: registering one, seeing it, ending it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings
from tests.authorities import own
from tests.broadcasts import people as p
from tests.portal.test_people import words
from tests.web.visitors import browser_of

from eboxcast.exchange.models import Signer
from eboxcast.lib.actors import Actor


def page_of(person: Actor) -> str:
    return browser_of(person).get("/drop-folders").content.decode()


@pytest.mark.usefixtures("january")
def test_a_certificate_is_registered_shown_and_ended(tmp_path: Path) -> None:
    with override_settings(EBOXCAST_DROP_DIR=tmp_path):
        ines = browser_of(p.INES)
        given = {"institution": p.INSTITUTION, "label": "payroll", "certificate": "nonsense"}
        assert "not a certificate that can be used" in words(ines.post("/drop-folders/signers/add", given).content)
        sent = {**given, "certificate": own("Payroll").decode()}
        assert ines.post("/drop-folders/signers/add", sent).status_code == 302
        signer = Signer.objects.get()
        page = words(ines.get("/drop-folders").content)
        assert signer.fingerprint in page
        assert "Payroll" in page
        address = f"/drop-folders/signers/{signer.pk}/end"
        assert address in page_of(p.INES)
        assert address not in page_of(p.LOU)
        assert "need no signature any more" in words(ines.get(address).content)
        assert ines.post(address).status_code == 302
        assert "ended" in words(ines.get("/drop-folders").content)
    signer.refresh_from_db()
    assert signer.ended_by == "ines"
