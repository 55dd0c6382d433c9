"""Where a run publishes: as its release tells once it is visible, as it is set before that."""

from __future__ import annotations

from eboxcast.delivery.models import Run
from eboxcast.mailboxes.models import Release
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.opening import options_of
from eboxcast.targets.options import LocalOptions


def is_sent(release: Release) -> bool:
    """Say whether a release is or was sent to a provider. On our own eBoxes its account is closed as it appears."""
    return release.visible_at is not None and release.completed_at != release.visible_at


def target_of_run(run: Run, release: Release | None) -> str:
    """Return the kind of target of a run, also where its environment publishes elsewhere by now.

    Which one it was is noted at its launch; of earlier runs, and after control was restored, their release tells.
    """
    if release is None or release.visible_at is None:
        return options_of(run.environment).kind
    if run.target:
        return run.target
    if not is_sent(release):
        return LocalOptions.kind
    kind = options_of(run.environment).kind
    return EboxRestOptions.kind if kind == LocalOptions.kind else kind
