"""The audit on the web: searching, verifying, a head to keep, the dossier, and what may never be shown."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.broadcasts import people as p
from tests.web.visitors import browser_of

from eboxcast.audit.dossier_verification import verify_dossier
from eboxcast.audit.models import Entry
from eboxcast.delivery.eboxes import look_into_ebox
from eboxcast.lib.actors import Actor

pytestmark = pytest.mark.usefixtures("january")
NUMBER, KEY = "00.01.01-003.71", 101_003_71


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def search(query: str = "", actor: Actor = p.ADA) -> HttpResponse:
    answer: HttpResponse = browser_of(actor).get(f"/audit{query}")
    return answer


def test_entries_are_shown_in_words_and_the_newest_first() -> None:
    number = p.confirmed().number
    page = text_of(search())
    shown = page[page.index('<ol class="entries') :]
    assert shown.index("Gave the GO") < shown.index("Accepted the date") < shown.index("Requested the broadcast")
    assert f'href="/broadcasts/{number}"' in page
    assert "180,000" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?broadcast=2027-0001", "<strong>Accepted the date", "<strong>Signed in"),
        ("?by=bram", "Gave the GO", "<strong>Accepted the date"),
        ("?action=broadcast.accepted", "<strong>Accepted the date", "<strong>Gave the GO"),
        ("?action=broadcast", "<strong>Gave the GO", "<strong>Signed in"),
        ("?action=run", "No entries.", "<strong>Gave the GO"),
        ("?since=2027-01-19", "No entries.", "<strong>Gave the GO"),
        ("?until=2027-01-18", "<strong>Gave the GO", "No entries."),
        ("?since=18/01/2027&until=18/01/2027", "<strong>Gave the GO", "No entries."),
    ],
    ids=str,
)
def test_they_are_searched_by_broadcast_person_action_and_period(query: str, shown: str, hidden: str) -> None:
    p.confirmed()
    page = text_of(search(query))
    assert shown in page
    assert hidden not in page


@pytest.mark.parametrize(
    "query", ["?broadcast=2027-9999", "?since=yesterday", "?action=drop", "?before=-1", f"?before={10**30}", "?by=%00"]
)
def test_a_search_that_makes_no_sense_says_so(query: str) -> None:
    answer = search(query)
    assert answer.status_code == 422
    assert "No entries." in text_of(answer)


def test_older_entries_are_on_the_next_page() -> None:
    p.confirmed()
    client = browser_of(p.ADA)
    client.post("/audit/anchor", {"to": ""})
    page = text_of(client.get("/audit?action=broadcast&before=3"))
    assert page.count('<div class="entry-head">') == 2


def test_the_whole_audit_is_verified_in_the_page() -> None:
    p.confirmed()
    client = browser_of(p.ADA)
    anchor = text_of(client.post("/audit/anchor", {"to": "a notary"})).split('technical">')[1].split("<")[0]
    page = text_of(client.post("/audit/verify", {"anchors": anchor}))
    assert "No faults found." in page
    assert "by a head you gave" in page
    assert "What was checked" in page


def test_without_a_head_it_says_what_is_not_proved() -> None:
    p.confirmed()
    assert "Without a head that was kept elsewhere" in text_of(browser_of(p.ADA).post("/audit/verify", {}))


def test_a_head_that_differs_is_a_fault() -> None:
    p.confirmed()
    client = browser_of(p.ADA)
    client.post("/audit/anchor")
    page = text_of(client.post("/audit/verify", {"anchors": f"2:{'a' * 64}"}))
    assert "The audit was tampered with or damaged: 1 fault." in page
    assert "Anchor 2: a different digest was issued." in page


def test_what_is_no_head_is_said_beside_the_field() -> None:
    answer = browser_of(p.ADA).post("/audit/verify", {"anchors": "nonsense"})
    assert answer.status_code == 422
    assert "This is not a head" in text_of(answer)


def test_a_head_for_nobody_s_number() -> None:
    answer = browser_of(p.ADA).post("/audit/anchor", {"to": f"for {NUMBER}"})
    assert answer.status_code == 422
    assert "033" not in text_of(answer)


@pytest.mark.parametrize("actor", [p.INES, p.VERA, p.ANNE, p.LOU], ids=lambda actor: str(actor.name))
@pytest.mark.parametrize(
    "path",
    ["/audit/verify", "/audit/verify/dossier", "/audit/anchor", "/audit/person", "/broadcasts/2027-0001/dossier"],
)
def test_only_the_auditor_verifies_and_takes_away(actor: Actor, path: str) -> None:
    p.requested()
    before = Entry.objects.exclude(action__startswith="account.").count()
    answer = browser_of(actor).post(path, {"national_number": NUMBER})
    assert answer.status_code == 403
    assert Entry.objects.exclude(action__startswith="account.").count() == before


def test_who_looked_into_an_ebox_is_found_by_its_number_which_is_nowhere() -> None:
    client = browser_of(p.ADA)
    look_into_ebox("acceptance", KEY, actor=p.INES)
    answer = client.post("/audit/person", {"national_number": NUMBER})
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Looked into an eBox in acceptance" in page
    assert NUMBER not in page
    assert NUMBER.replace(".", "").replace("-", "") not in page


def test_a_number_that_is_none_is_not_repeated() -> None:
    answer = browser_of(p.ADA).post("/audit/person", {"national_number": "85.07.30-033.29"})
    assert answer.status_code == 422
    assert "Check the digits" in text_of(answer)
    assert "033.29" not in text_of(answer)


def test_the_dossier_of_a_broadcast_is_one_file_that_proves_itself(tmp_path: Path) -> None:
    number = p.confirmed().number
    answer = browser_of(p.ADA).post(f"/broadcasts/{number}/dossier")
    file = tmp_path / "dossier.zip"
    file.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == f'attachment; filename="dossier-{number}.zip"'
    assert verify_dossier(file).good
    assert verify_dossier(file).broadcast == number
    assert "Took the dossier of the broadcast" in text_of(search(f"?broadcast={number}"))


def taken(client: Client, number: str) -> bytes:
    answer = client.post(f"/broadcasts/{number}/dossier")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def verify(client: Client, content: bytes, **more: str) -> HttpResponse:
    file = SimpleUploadedFile("dossier.zip", content)
    return client.post("/audit/verify/dossier", {"dossier": file, **more, "whole": "1"})  # type: ignore[return-value]


def bomb() -> bytes:
    """Return an archive that says it is a terabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", b"{}")
        archive.filelist[0].file_size = 1 << 40
    return out.getvalue()


def other(text: str, **options: int) -> bytes:
    """Return an archive that is another's."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:  # type: ignore[call-overload]
        archive.writestr("manifest.json", text)
    return out.getvalue()


def test_a_dossier_is_verified_in_the_page() -> None:
    client = browser_of(p.ADA)
    content = taken(client, p.confirmed().number)
    head = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("manifest.json"))["head"]
    page = text_of(verify(client, content, anchors=head))
    assert "No faults found." in page
    assert "by a head you gave" in page
    assert "The audit records that Ada Wouters took this dossier" in page


def test_a_dossier_of_which_something_was_taken_is_not_good() -> None:
    client = browser_of(p.ADA)
    whole = zipfile.ZipFile(io.BytesIO(taken(client, p.confirmed().number)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in whole.namelist():
            if name != "broadcast.json":
                archive.writestr(name, whole.read(name))
    page = text_of(verify(client, out.getvalue()))
    assert "The dossier was altered or damaged: 1 fault." in page
    assert "broadcast.json: the file is missing." in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "this is not a dossier"),
        (other("{}"), "this is not a dossier"),
        (other("[" * 100_000), "this is not a dossier"),
        (other('{"format": "eboxcast.dossier/1", "broadcast": "<b>", "head": "1"}'), "this is not a dossier"),
        (other("{}", compression=zipfile.ZIP_LZMA), "this is not a dossier"),
        (bomb(), "The dossier is too large for a page."),
    ],
    ids=["no archive", "other JSON", "deep", "no broadcast", "packed otherwise", "bomb"],
)
def test_what_is_no_dossier_is_refused_politely(content: bytes, said: str) -> None:
    answer = verify(browser_of(p.ADA), content)
    assert answer.status_code == 200
    assert said in text_of(answer)


def test_a_dossier_that_did_not_arrive_whole_is_not_looked_at() -> None:
    answer = browser_of(p.ADA).post("/audit/verify/dossier", {"dossier": SimpleUploadedFile("dossier.zip", b"PK")})
    assert "the connection was cut" in text_of(answer)
    assert "Choose a file." in text_of(browser_of(p.ADA).post("/audit/verify/dossier", {"whole": "1"}))
