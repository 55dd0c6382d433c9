"""Finding messages in an eBox."""

from __future__ import annotations

import pytest
from tests.mailboxes.conftest import NewOrder, publish

from eboxcast.mailboxes import finding, hiding, opening
from eboxcast.mailboxes.finding import Found, Selection
from eboxcast.mailboxes.recipients import recipient_of

A = "acceptance"
OTHER = {"fr": "Office national des vacances", "nl": "Rijksdienst voor vakantie", "de": "Amt für Urlaub"}


@pytest.fixture
def found_in_ebox(order: NewOrder) -> None:
    """Three messages of two senders."""
    publish(order, [42], ticket="a", title="Votre pécule de vacances", institution_names=OTHER)
    publish(order, [42], ticket="b", title="Attestation fiscale 2026")
    publish(order, [42], ticket="c", title="Rappel")


def find(language: str = "fr", **wanted: object) -> Found:
    return finding.find(opening.letters_of(recipient_of(A, 42)), Selection(**wanted), language=language)  # type: ignore[arg-type]


def titles(found: Found) -> list[str]:
    return [letter.title for letter in found.letters]


@pytest.mark.parametrize(
    ("words", "titles_found"),
    [
        ("PECULE", ["Votre pécule de vacances"]),
        ("  fiscale 2026 ", ["Attestation fiscale 2026"]),
        ("2026 fiscale", []),
        ("office national", ["Votre pécule de vacances"]),
        ("rijksdienst", []),
        ("", ["Rappel", "Attestation fiscale 2026", "Votre pécule de vacances"]),
        ("%", []),
    ],
)
def test_words_are_found_in_title_and_sender(found_in_ebox: None, words: str, titles_found: list[str]) -> None:
    """As one phrase, in the reader's language, whatever accents and capitals."""
    assert titles(find(words=words)) == titles_found


def test_a_sender_is_found_in_each_language(found_in_ebox: None) -> None:
    """The name that is shown is the one that is searched."""
    assert titles(find("nl", words="rijksdienst")) == ["Votre pécule de vacances"]


def test_senders_are_counted(order: NewOrder, found_in_ebox: None) -> None:
    """By name, with a number to choose them by."""
    assert [(sender.name, sender.count) for sender in find().senders] == [("Institution", 3)]
    assert find(sender="0456789034").found_count == 3
    assert find(sender="0123456749").found_count == 0


def test_hidden_messages_are_apart(order: NewOrder, found_in_ebox: None) -> None:
    """Counted, and found among themselves."""
    recipient = recipient_of(A, 42)
    (letter,) = find(words="rappel").letters
    hiding.hide(recipient, letter.run)
    found = find()
    assert (found.message_count, found.hidden_count, found.unread_count) == (2, 1, 2)
    assert titles(find(hidden=True)) == ["Rappel"]


def test_pages(order: NewOrder) -> None:
    """Newest first; a page beyond the last is the last, and before the first the first."""
    for number in range(finding.PAGE_SIZE + 2):
        publish(order, [42], ticket=f"t{number}", title=f"Message {number}")
    assert titles(find(page=2)) == ["Message 1", "Message 0"]
    assert find(page=9).page == find(page=2).page_count == 2
    assert find(page=-1).page == 1
    assert titles(find())[0] == f"Message {finding.PAGE_SIZE + 1}"


def test_what_is_read_is_not_counted_as_unread(order: NewOrder, found_in_ebox: None) -> None:
    """The figure beside the eBox."""
    opening.open_document(recipient_of(A, 42), find(words="rappel").letters[0].run)
    assert find().unread_count == 2
