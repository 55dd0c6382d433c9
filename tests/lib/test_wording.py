"""Every sentence exists in every language, whole, with the same data in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.translation import language_of_user, name_in, translate
from eboxcast.package.faults import FAULTS

SOURCE = Path(__file__).parents[2] / "src/eboxcast"
TRANSLATED = ("fr", "nl", "de")


@cache
def sentences() -> tuple[str, ...]:
    ways = [
        ("**.py", "eboxcast.lib.sentences:extract"),
        ("**/templates/**.html", "eboxcast.lib.sentences:extract_from_template"),
    ]
    found = extract_from_dir(SOURCE, ways)
    return tuple(dict.fromkeys(str(message) for _, _, message, _, _ in found))


@cache
def catalogue(language: str) -> dict[str, Message]:
    with (SOURCE / f"locale/{language}/LC_MESSAGES/eboxcast.po").open("rb") as file:
        return {str(message.id): message for message in read_po(file, locale=language) if message.id}


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def errors(base: type[EboxcastError] = EboxcastError) -> Iterator[type[EboxcastError]]:
    for each in base.__subclasses__():
        yield each
        yield from errors(each)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_nothing_else_is(language: str) -> None:
    translated = {text for text, message in catalogue(language).items() if message.string and not message.fuzzy}
    assert len(sentences()) > 300
    assert sorted(set(sentences()) - translated) == []
    assert sorted(translated - set(sentences())) == []


def test_what_is_counted_has_a_form_for_one() -> None:
    counted = re.compile(r"(?<!of ){\w+} (recipients|rows|broadcasts|checks)\b")
    pages = extract_from_dir(SOURCE, [("**/templates/**.html", "eboxcast.lib.sentences:extract_from_template")])
    assert [str(message) for _, _, message, _, _ in pages if counted.search(str(message))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_name_the_same_data(language: str) -> None:
    wrong = {
        text: message.string
        for text, message in catalogue(language).items()
        if names_in(text) != names_in(str(message.string))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_commands_and_options_as_they_are(language: str) -> None:
    def literal(text: str) -> set[str]:
        return {word.strip("`.,;:()?") for word in text.split() if word.startswith(("`", "--", "EBOXCAST_"))}

    wrong = {
        text: message.string
        for text, message in catalogue(language).items()
        if literal(text) != literal(str(message.string))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_sentences_end_as_in_english(language: str) -> None:
    wrong = [
        text for text, message in catalogue(language).items() if text.endswith(".") != str(message.string).endswith(".")
    ]
    assert wrong == []


def test_every_fault_and_error_speaks_from_the_catalogue() -> None:
    spoken = {text for kind in FAULTS.values() for text in (kind.sentence, kind.remedy)}
    spoken |= {text for error in errors() for text in (error.sentence, error.remedy) if text}
    assert spoken <= set(sentences())


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Ajoutez-le."), ("nl", "Voeg het toe."), ("de", "Fügen Sie es hinzu."), ("en", "Add it.")],
)
def test_a_sentence_is_said_in_the_language_asked_for(language: str, said: str) -> None:
    assert translate("Add it.", language) == said


def test_data_goes_into_the_sentence() -> None:
    assert translate("{place} is empty.", "fr", {"place": "Title"}) == "Title est vide."


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [("en", 0, "0 pages"), ("en", "1", "1 page"), ("fr", 0, "0 page"), ("fr", 2, "2 pages"), ("nl", 1, "1 pagina")],
)
def test_a_word_fits_its_number(language: str, count: object, said: str) -> None:
    assert translate("{count} {count:page|pages}", language, {"count": count}) == said


def test_german_has_one_word_for_a_dossier() -> None:
    """docs/howto/translate.md; a folder is no dossier."""
    german = {text: str(one.string) for text, one in catalogue("de").items()}
    assert {said for text, said in german.items() if re.search(r"\bDossiers?\b", said) and "dossier" in text} == set()


def test_no_sentence_leaves_it_to_the_reader_how_many_there_are() -> None:
    """No "file(s)": the forms stand beside each other, and the number chooses."""
    undecided = re.compile(r"\w\([a-zé]{1,3}\)|\('s\)|\w+/\w+en\b")
    every = [*sentences(), *(str(one.string) for language in TRANSLATED for one in catalogue(language).values())]
    assert [text for text in every if undecided.search(text)] == []


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "nl_BE.UTF-8"}, "nl"),
        ({"LANG": "nl_BE.UTF-8", "EBOXCAST_LANGUAGE": "de"}, "de"),
        ({"LANG": "nl_BE.UTF-8", "LC_ALL": "fr_BE"}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"EBOXCAST_LANGUAGE": "xx"}, "en"),
    ],
)
def test_the_user_is_spoken_to_in_the_language_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("EBOXCAST_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_user() == language


NAMES = {"de": "Amt", "fr": "Office", "nl": "Dienst"}


@pytest.mark.parametrize(
    ("names", "language", "name"),
    [
        (NAMES, "de", "Amt"),
        (NAMES, "en", "Office"),
        ({**NAMES, "fr": ""}, "en", "Dienst"),
        ({**NAMES, "en": "Agency"}, "en", "Agency"),
        ({"de": "Amt"}, "nl", "Amt"),
        ({}, "en", ""),
    ],
)
def test_a_name_is_in_the_language_else_french_then_dutch(names: dict[str, str], language: str, name: str) -> None:
    assert name_in(names, language) == name


ROOT = Path(__file__).parents[2]
WORST = [
    re.compile(line)
    for line in (ROOT / "tests" / "worst_words.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def worst_in(text: str) -> list[str]:
    return [found[0] for pattern in WORST if (found := pattern.search(text))]


def test_no_sentence_has_one_of_the_worst_words() -> None:
    """docs/tone.md says how we write, and what to write instead."""
    assert {sentence: found for sentence in sentences() if (found := worst_in(sentence))} == {}


PAGES = [
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changelog.d").glob("*.md"))
    if page.name != "tone.md"
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_has_one_of_the_worst_words(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert {number: found for number, line in enumerate(lines, start=1) if (found := worst_in(line))} == {}


def test_the_worst_words_are_found_where_they_stand() -> None:
    assert worst_in("The launch is gone on with.")
    assert not worst_in("The launch continues.")
