"""From options to a target that can be called."""

from __future__ import annotations

from eboxcast.targets.ebox_rest.target import EboxRestTarget, capabilities_of
from eboxcast.targets.options import TargetKind, TargetOptions
from eboxcast.targets.remote import RemoteCapabilities, RemoteTarget


def open_remote(options: TargetOptions) -> RemoteTarget:
    """Return a target for one lane: open one in each thread, and close it there. No call is made yet."""
    _check_remote(options)
    return EboxRestTarget(options)


def remote_capabilities(options: TargetOptions) -> RemoteCapabilities:
    """Return what the provider of these options can do, without opening anything."""
    _check_remote(options)
    return capabilities_of(options)


def _check_remote(options: TargetOptions) -> None:
    if options.kind is not TargetKind.EBOX_REST:
        raise ValueError(f"{options.kind} is no remote target")
