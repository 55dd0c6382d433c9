"""Style sheets and scripts under names that hold their digest, so that browsers keep them for a year."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # it has no types


class Hashed(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the same
    """The built files; where none were built, pages come without style, and `serve` says what to do."""

    manifest_strict = False
