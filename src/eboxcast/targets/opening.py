"""The kinds of targets, in one table; which one an environment has; and opening it. Nobody else asks for the kind.

The table is read when settings are, so it imports no target: each is imported when it is opened, the HTTP of a provider
by those alone who send to one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.options import Capabilities, LocalOptions, TargetOptions

if TYPE_CHECKING:
    from eboxcast.targets.base import Target


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of target: what the targets file sets for it, and how it is opened."""

    options: type[TargetOptions]
    open: Callable[[str, Any], Target]
    """Takes the environment and options of this kind."""
    needed: tuple[str, ...] = ()
    """Keys that must be in the file."""
    whereabouts: tuple[str, ...] = ()
    """Keys that say together where it publishes: in acceptance and in production they are not all the same."""


def _open_local(environment: str, options: LocalOptions) -> Target:
    from eboxcast.targets.local import LocalTarget  # reads the models: once Django is set up

    return LocalTarget(environment, options)


def _open_ebox_rest(environment: str, options: EboxRestOptions) -> Target:
    from eboxcast.targets.ebox_rest.target import EboxRestTarget  # brings HTTP, and a local publication has no use

    return EboxRestTarget(environment, options)


KINDS: dict[str, Kind] = {
    LocalOptions.kind: Kind(options=LocalOptions, open=_open_local),
    EboxRestOptions.kind: Kind(
        options=EboxRestOptions,
        open=_open_ebox_rest,
        needed=("base_url", "token_url", "client_id", "client_secret_file"),
        whereabouts=("base_url", "client_id"),
    ),
}


def options_of(environment: str) -> TargetOptions:
    """Return how an environment publishes, as it is set."""
    options: TargetOptions = settings.EBOXCAST_TARGETS[environment]
    return options


def capabilities_of(environment: str, *, kind: str = "") -> Capabilities:
    """Return what the target of an environment can do; nothing is opened for it.

    With the ``kind`` something went to, where the environment publishes to another by now: what that kind can do.
    """
    options = options_of(environment)
    if kind in KINDS and kind != options.kind:
        return KINDS[kind].options().capabilities
    return options.capabilities


def target_of(environment: str) -> Target:
    """Return the target of an environment: one for each thread, closed there. No call is made yet."""
    return open_target(environment, options_of(environment))


def open_target(environment: str, options: TargetOptions) -> Target:
    """Return a target with these options. Raises TargetsFileWrong when a file they name cannot be used any more."""
    return KINDS[options.kind].open(environment, options)
