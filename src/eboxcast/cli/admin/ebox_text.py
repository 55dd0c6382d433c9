"""What an eBox shows, as lines."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.lib.formatting import moment_in, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.presenters.schemas.mailbox import EboxShown, MessageShown

_EMPTY = N_("This eBox contains no messages.")
_COUNT = N_("This eBox contains {count} message(s), newest first.")
_FROM = N_("From")
_SINCE = N_("Since")
_UNTIL = N_("Until")
_DOCUMENT = N_("Document")
_KIND = N_("Kind")
_READ = N_("Read")
_UNREAD = N_("not yet")


def ebox_lines(ebox: EboxShown, language: str) -> list[str]:
    """Return how many messages it has, then each."""
    count = len(ebox.messages)
    lines = [translate(_COUNT if count else _EMPTY, language, {"count": count})]
    for number, message in enumerate(ebox.messages, start=1):
        lines += ["", f"{number}. {message.title}", *message_lines(message, language)]
    return lines


def message_lines(message: MessageShown, language: str) -> list[str]:
    """Return what is shown of a message, but for its title."""

    def named(names: Mapping[str, str]) -> str:
        return mask_and_strip(name_in(names, language))

    facts = {
        _FROM: f"{named(message.institution_names)} · {named(message.application_names)}",
        _KIND: f"{named(message.message_type_names)} · {message.language.upper()}",
        _SINCE: moment_in(message.visible_at, language),
        _UNTIL: moment_in(message.expires_at, language),
        _DOCUMENT: f"{message.file_name} · {message.media_type} · {size(message.size, language)}",
        _READ: moment_in(message.read_at, language) if message.read_at else translate(_UNREAD, language),
    }
    labels = {label: translate(label, language) for label in facts}
    width = max(map(len, labels.values()))
    return [f"   {labels[label].ljust(width)}  {value}" for label, value in facts.items()]
