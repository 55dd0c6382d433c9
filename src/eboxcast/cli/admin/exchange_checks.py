"""What `eboxcast doctor` looks at of the drop folders."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from eboxcast.database.findings import Check, Finding, State, Surroundings
from eboxcast.database.marks import is_ours
from eboxcast.database.names import CONTROL
from eboxcast.exchange.inventory import lying
from eboxcast.lib.translation import N_

_NOTHING = N_("There is nothing unexpected in the drop folders.")
_LYING = N_("{count} file(s) have been in {folder} since {since} without being collected.")
_REMEDY = N_("They have no GO file, or their names do not have the agreed format. Tell the institution.")


def drop_folders(around: Surroundings) -> Iterator[Finding]:
    """Files that lie in a drop folder for more than a day: they may hold national numbers."""
    control = around.reached.get(CONTROL)
    if settings.EBOXCAST_DROP_DIR is None or control is None or not is_ours(control):
        return
    found = lying(settings.EBOXCAST_DROP_DIR)
    if not found:
        yield Finding("drop-folders", State.OK, _NOTHING)
    for one in found:
        data = {"count": one.count, "folder": one.folder, "since": one.since}
        yield Finding("drop-folders", State.ATTENTION, _LYING, data, _REMEDY)


CHECKS: tuple[Check, ...] = (drop_folders,)
