"""What the simulated provider holds: contents, messages, and who got them, once or twice.

The same content given twice to the same recipient is a double delivery, be it by two links of one message or by two
messages. Tests look for that, so it is told by content and not by message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

ContentKey = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A document or annex of a content; its bytes are kept once for each digest."""

    digest: bytes
    size: int
    file_name: str
    media_type: str
    main: bool
    signed: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Content:
    """What many messages can have in common, and who has it."""

    organization: str
    application: str
    message_type: str
    subject: dict[str, str]
    files: tuple[File, ...]
    optional: dict[str, object]
    """What else the sender gave, as an eBox shows it."""
    held: dict[int, Message] = field(default_factory=dict)
    """By recipient, the message that brought it first."""
    again: list[tuple[int, Message]] = field(default_factory=list)
    """Whom it was delivered to once more."""


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A content with an identity, published to one recipient and perhaps linked to others."""

    message_id: str
    owner: str
    """Who published it, and alone may link it."""
    recipient: int
    content: Content
    published_at: datetime
    expires_at: datetime

    def reaches(self, key: int) -> bool:
        """Tell whether a recipient has this message."""
        return self.content.held.get(key) is self or (key, self) in self.content.again

    def recipients(self) -> Iterator[int]:
        """Return everybody who has this message, each as often as it was delivered."""
        yield from (key for key, message in list(self.content.held.items()) if message is self)
        yield from (key for key, message in list(self.content.again) if message is self)


@dataclass(slots=True)
class Holdings:
    """Everything the provider holds."""

    messages: dict[str, Message] = field(default_factory=dict)
    contents: dict[ContentKey, Content] = field(default_factory=dict)
    documents: dict[bytes, bytes] = field(default_factory=dict)
    used_keys: set[tuple[str, str, str]] = field(default_factory=set)
    """Idempotency keys: sender, application, key."""
    read: set[tuple[str, int]] = field(default_factory=set)
    hidden: set[tuple[str, int]] = field(default_factory=set)
    deliveries: int = 0

    def content(self, fresh: Content) -> Content:
        """Return the content the provider has already, or this one from now on."""
        return self.contents.setdefault(_key(fresh), fresh)

    def keep(self, message: Message) -> None:
        """Keep a new message and deliver it to its own recipient."""
        self.messages[message.message_id] = message
        self.deliver(message, [message.recipient])

    def deliver(self, message: Message, keys: Sequence[int]) -> None:
        """Give a message to recipients, and remember who had its content before."""
        held, again = message.content.held, message.content.again
        once = dict.fromkeys(keys, message)
        self.deliveries += len(keys)
        if len(once) == len(keys) and held.keys().isdisjoint(once):
            held.update(once)
            return
        for key in keys:
            if key in held:
                again.append((key, message))
            else:
                held[key] = message

    def doubles(self) -> Iterator[tuple[int, Message]]:
        """Return each delivery of a content to somebody who had it."""
        for content in list(self.contents.values()):
            yield from list(content.again)

    def everybody(self) -> Iterator[int]:
        """Return the recipient of each delivery."""
        for content in list(self.contents.values()):
            yield from list(content.held)
            yield from (key for key, _ in list(content.again))


def _key(content: Content) -> ContentKey:
    files = tuple((file.digest, file.main) for file in content.files)
    subject = tuple(sorted(content.subject.items()))
    return content.organization, content.application, content.message_type, subject, files
