"""Checking a package for an environment: with the limits of the message type it asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.package.checking import DEFAULT_LIMITS, check_package
from eboxcast.package.directory import find_files
from eboxcast.package.metadata import read_metadata
from eboxcast.package.model import Checked, Limits, Policies
from eboxcast.senders.models import MessageType


def check_for_sending(
    directory: Path, *, policies: Policies, progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Check a package with what its message type allows; a type that is not configured is said when it is prepared."""
    return check_package(directory, policies=policies, limits=_limits_of(directory), progress=progress)


def _limits_of(directory: Path) -> Limits:
    metadata_file = find_files(directory).metadata
    metadata = read_metadata(metadata_file).metadata if metadata_file else None
    if metadata is None:
        return DEFAULT_LIMITS
    with sanitized_db_errors():
        message_type = MessageType.objects.filter(code=metadata.message_type).first()
    if message_type is None:
        return DEFAULT_LIMITS
    return Limits(
        document_bytes=message_type.document_bytes,
        media_types=frozenset(message_type.media_types),
        languages=frozenset(message_type.languages),
    )
