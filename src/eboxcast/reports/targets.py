"""Where a run publishes: as its release tells once it is visible, as it is set before that."""

from __future__ import annotations

from eboxcast.delivery.models import Run
from eboxcast.delivery.target_options import options_of
from eboxcast.mailboxes.models import Release
from eboxcast.targets.options import TargetKind


def is_sent(release: Release) -> bool:
    """Say whether a release is or was sent to a provider. On our own eBoxes its account is closed as it appears."""
    return release.visible_at is not None and release.completed_at != release.visible_at


def target_of_run(run: Run, release: Release | None) -> TargetKind:
    """Return the target of a run, also where its environment publishes elsewhere by now."""
    if release is None or release.visible_at is None:
        return options_of(run.environment).kind
    if not is_sent(release):
        return TargetKind.LOCAL
    kind = options_of(run.environment).kind
    return TargetKind.EBOX_REST if kind is TargetKind.LOCAL else kind
