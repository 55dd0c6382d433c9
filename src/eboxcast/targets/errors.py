"""What can be wrong with the file that says where each environment publishes."""

from __future__ import annotations

from eboxcast.lib.errors import Misconfigured
from eboxcast.lib.translation import N_


class TargetsFileWrong(Misconfigured):
    """The file named by EBOXCAST_TARGETS_FILE cannot be used."""

    code = "targets.file-wrong"
    sentence = N_("{file}: {place}: {problem}")
    remedy = N_("Correct it; docs/reference/targets.md explains every key.")
