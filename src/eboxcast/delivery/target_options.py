"""Where each environment publishes, as it is set."""

from __future__ import annotations

from django.conf import settings

from eboxcast.targets.options import TargetKind, TargetOptions


def options_of(environment: str) -> TargetOptions:
    """Return where an environment publishes."""
    options: TargetOptions = settings.EBOXCAST_TARGETS[environment]
    return options


def is_remote(environment: str) -> bool:
    """Say whether an environment publishes to a remote provider."""
    return options_of(environment).kind is not TargetKind.LOCAL
