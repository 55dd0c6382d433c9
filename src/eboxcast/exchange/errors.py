"""What stands in the way of a drop folder; what is wrong with a set is told to its sender in a receipt instead."""

from __future__ import annotations

from eboxcast.lib.errors import Trouble, WrongUse
from eboxcast.lib.translation import N_


class DropFolderNotSet(WrongUse):
    """There is no drop folder here."""

    code = "exchange.not-set"
    sentence = N_("No drop folder is configured.")
    remedy = N_("Set EBOXCAST_DROP_DIR to the folder that contains the drop folders of the institutions.")


class DropFolderUnusable(Trouble):
    """A folder cannot be read or written."""

    code = "exchange.folder-unusable"
    sentence = N_("The drop folder {folder} cannot be used: {reason}.")
    remedy = N_(
        "Give the user of this program permission to read, write and search it, then run the same command again."
    )
