"""The pages with the messages of a recipient."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.inbox.browsers import ACCEPTANCE, PRODUCTION, ROOTS, browser, browser_of, move_clock, text_of
from tests.inbox.conftest import ALICE, BEN, COMPANY
from tests.mailboxes.conftest import NewOrder, publish
from tests.standby import replica_at

from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import Reading, ReadTally

P = PRODUCTION
LANGUAGES = ("fr", "nl", "de", "en")

pytestmark = pytest.mark.usefixtures("eboxes_shown")


def tallied(environment: str = P) -> int:
    return sum(ReadTally.objects.using(environment).values_list("count", flat=True))


def titles(page: str) -> list[str]:
    return re.findall(r'class="letter-title"[^>]*>([^<]*)<', page)


def test_a_recipient_sees_their_messages(order: NewOrder) -> None:
    """Sender, title, and that it is unread; others see nothing of it."""
    publish(order, [ALICE], environment=P, title="Votre pécule <2026>")
    page = text_of(browser_of(ALICE).get("/ebox/"))
    assert titles(page) == ["Votre pécule &lt;2026&gt;"]
    assert "1 unread of 1" in page
    assert titles(text_of(browser_of(BEN).get("/ebox/"))) == []


def test_no_page_has_a_number_of_anybody(order: NewOrder) -> None:
    """In no address, title or form."""
    run = publish(order, [ALICE, COMPANY], environment=P)
    for client in (browser_of(ALICE), browser_of(BEN, mailbox=COMPANY)):
        for address in ("", "hidden", "choose", f"messages/{run}"):
            page = text_of(client.get(f"/ebox/{address}"))
            assert not re.search(r"0?6022180167|0?5090551189", page)


@pytest.mark.parametrize("root", ROOTS.values())
def test_a_page_that_is_not_there_leads_back_to_the_messages(order: NewOrder, root: str) -> None:
    page = text_of(browser_of(ALICE, environment=ACCEPTANCE if "acc" in root else P).get(f"{root}nowhere"))
    assert f'class="ds-button" data-variant="secondary" href="{root}"' in page
    assert "Alice" in page


def test_messages_are_searched_and_filtered(order: NewOrder) -> None:
    """By words without accents, by sender, and both."""
    publish(order, [ALICE], environment=P, ticket="a", title="Votre pécule")
    publish(order, [ALICE], environment=P, ticket="b", title="Rappel")
    client = browser_of(ALICE)
    assert titles(text_of(client.get("/ebox/", {"q": "PECULE"}))) == ["Votre pécule"]
    assert titles(text_of(client.get("/ebox/", {"sender": "0456789034"}))) == ["Rappel", "Votre pécule"]
    assert "No messages match." in text_of(client.get("/ebox/", {"q": "pécule", "sender": "0403019261"}))
    assert "No messages match." in text_of(client.get("/ebox/", {"q": "x" * 5000, "page": "9" * 50}))


@pytest.mark.parametrize("address", ["/ebox/", "/ebox/hidden"])
def test_a_search_leads_to_an_address_unless_it_holds_a_national_number(order: NewOrder, address: str) -> None:
    publish(order, [ALICE], environment=P)
    client = browser_of(ALICE)
    assert client.post(address, {"q": "rappel", "sender": ""}).headers["Location"] == f"{address}?q=rappel"
    for typed in ({"q": "to 85.07.30-033.28"}, {"sender": "85073003328"}):
        answer = client.post(address, typed)
        assert answer.status_code == 422
        assert "A search takes no national number." in text_of(answer)
        assert "033" not in text_of(answer)
        assert client.get(address, typed).headers["Location"] == address


def test_more_messages_than_a_page_has(order: NewOrder) -> None:
    """The search stays while turning pages."""
    for number in range(26):
        publish(order, [ALICE], environment=P, ticket=f"t{number}", title=f"Message {number}")
    page = text_of(browser_of(ALICE).get("/ebox/", {"q": "message"}))
    assert len(titles(page)) == 25
    assert 'href="/ebox/?q=message&amp;page=2"' in page
    assert titles(text_of(browser_of(ALICE).get("/ebox/", {"q": "message", "page": "2"}))) == ["Message 0"]


def test_looking_at_a_message_is_not_reading_it(order: NewOrder) -> None:
    """Its document is in a frame, which is read when the browser fetches it."""
    run = publish(order, [ALICE], environment=P)
    page = text_of(browser_of(ALICE).get(f"/ebox/messages/{run}"))
    assert f'<iframe class="document" loading="lazy" data-src="/ebox/messages/{run}/document"' in page
    assert tallied() == 0


def test_a_text_is_in_the_page_and_read_with_it(order: NewOrder) -> None:
    """As text, whatever it holds."""
    text = "Bonjour <script>alert(1)</script> é".encode()
    run = publish(order, [ALICE], environment=P, document=text, media_type="text/plain", file_name="a.txt")
    page = text_of(browser_of(ALICE).get(f"/ebox/messages/{run}"))
    assert "Bonjour &lt;script&gt;alert(1)&lt;/script&gt; é" in page
    assert "iframe" not in page
    assert tallied() == 1


def test_when_a_message_expires_is_told(order: NewOrder) -> None:
    """On its page always, in the list when that is near."""
    run = publish(order, [ALICE], environment=P)
    client = browser_of(ALICE)
    assert "until" not in text_of(client.get("/ebox/"))
    move_clock(timedelta(days=170))
    client = browser_of(ALICE)
    assert re.search(r"until <time", text_of(client.get("/ebox/")))
    page = text_of(client.get(f"/ebox/messages/{run}"))
    assert re.search(r"Available until \w+ \d+ \w+ 20\d\d\.", page)
    assert "expires soon" in page


def test_a_message_is_hidden_and_shown_again(order: NewOrder) -> None:
    """And what was done can be undone at once."""
    run = publish(order, [ALICE], environment=P)
    client = browser_of(ALICE)
    after = client.post(f"/ebox/messages/{run}/hide", follow=True)
    assert titles(text_of(after)) == []
    assert f'action="/ebox/messages/{run}/show"' in text_of(after)
    assert titles(text_of(client.get("/ebox/hidden"))) == ["Une lettre"]
    assert "Show it again" in text_of(client.get(f"/ebox/messages/{run}"))
    client.post(f"/ebox/messages/{run}/show")
    assert titles(text_of(client.get("/ebox/"))) == ["Une lettre"]


def test_a_form_of_another_site_hides_nothing(order: NewOrder) -> None:
    run = publish(order, [ALICE], environment=P)
    client = browser_of(ALICE, enforce_csrf_checks=True)
    assert client.post(f"/ebox/messages/{run}/hide").status_code == 403
    assert not Reading.objects.using(P).exists()


@pytest.mark.parametrize("address", ["", "/document", "/download"])
def test_a_message_of_somebody_else_is_not_there(order: NewOrder, address: str) -> None:
    """In the same words as one that was recalled, and one that never was."""
    theirs, recalled = publish(order, [BEN], environment=P), publish(order, [ALICE], environment=P, ticket="b")
    fence.recall(P, recalled)
    client = browser_of(ALICE)
    answers = [client.get(f"/ebox/messages/{run}{address}") for run in (theirs, recalled, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({re.sub(r'value="[^"]*"', "", text_of(answer)) for answer in answers}) == 1
    assert "This message is not in this eBox" in text_of(answers[0])
    assert tallied() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_acceptance_cannot_be_taken_for_the_real_thing(order: NewOrder, language: str) -> None:
    """On every page of it, signed in or not; and on none of production."""
    run = publish(order, [ALICE])
    clients = {environment: browser_of(ALICE, environment=environment, language=language) for environment in ROOTS}
    nobody = browser(language)
    for address in ("", "hidden", f"messages/{run}"):
        assert 'class="acceptance"' in text_of(clients[ACCEPTANCE].get(f"/ebox-acceptance/{address}"))
        assert 'class="acceptance"' not in text_of(clients[PRODUCTION].get(f"/ebox/{address}"))
    assert 'class="acceptance"' in text_of(nobody.get("/ebox-acceptance/sign-in"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_in_the_language_of_the_reader(order: NewOrder, language: str) -> None:
    """What the sender wrote stays in the sender's, and says so."""
    run = publish(order, [ALICE], environment=P)
    page = text_of(browser_of(ALICE, language=language).get(f"/ebox/messages/{run}"))
    assert f'<html lang="{language}">' in page
    assert 'lang="fr">Une lettre</h1>' in page
    assert {"fr": "Institution", "nl": "Instelling", "de": "Institution", "en": "Institution"}[language] in page


def test_somebody_acts_for_an_enterprise(order: NewOrder) -> None:
    """Its messages are apart from their own, and counted as the enterprise's."""
    run = publish(order, [COMPANY], environment=P, title="Aux entreprises")
    client = browser_of(BEN)
    assert titles(text_of(client.get("/ebox/"))) == []
    assert client.get(f"/ebox/messages/{run}/document").status_code == 404
    client.post("/ebox/choose", {"ebox": "1"})
    page = text_of(client.get("/ebox/"))
    assert titles(page) == ["Aux entreprises"]
    assert "Demo &amp; Co" in page
    assert client.get(f"/ebox/messages/{run}/document").status_code == 200
    assert list(Reading.objects.using(P).values_list("mailbox", flat=True)) == [COMPANY]


@pytest.mark.parametrize("ebox", ["2", "-1", "x", "", "0456789034", "٣"])
def test_nobody_chooses_an_ebox_that_is_not_theirs(order: NewOrder, ebox: str) -> None:
    client = browser_of(BEN)
    assert client.post("/ebox/choose", {"ebox": ebox}).status_code == 200
    assert "Demo" not in re.findall(r'class="visitor">.*?</', text_of(client.get("/ebox/")), re.DOTALL)[0]


def test_what_somebody_just_did_is_not_asked_of_a_replica(order: NewOrder) -> None:
    """It may not be there yet: for a while their pages come from where it was written."""
    run = publish(order, [ALICE], environment=P)
    client = browser_of(ALICE)
    client.get("/ebox/")
    with replica_at(P):
        client.get("/ebox/")
        assert "eboxcast_ebox_wrote_production" not in client.cookies
        client.get(f"/ebox/messages/{run}/document")
        cookie = client.cookies.pop("eboxcast_ebox_wrote_production")
        assert (cookie["max-age"], cookie["path"]) == (6, "/ebox/")
        client.post(f"/ebox/messages/{run}/hide")
        assert "eboxcast_ebox_wrote_production" in client.cookies
