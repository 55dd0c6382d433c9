"""The moments at which a process may die or pause: where the fault tests kill it or hold it up.

A process halts itself at a named point only when ``EBOXCAST_TEST=1`` is set as well. Nobody else sets these variables:
`eboxcast doctor` shows them as unknown. The signals are the real ones; nothing here pretends.
"""

from __future__ import annotations

import os
import signal
import threading
from enum import StrEnum


class Point(StrEnum):
    """Where a publication can be interrupted, in the order in which it passes."""

    PREPARE_INTENDED = "prepare-intended"
    STORED_BEFORE_COMMIT = "stored-before-commit"
    STORED_BEFORE_RESULT = "stored-before-result"
    LAUNCH_INTENDED = "launch-intended"
    LAUNCHED_BEFORE_FENCE = "launched-before-fence"
    FENCE_BEFORE_COMMIT = "fence-before-commit"
    VISIBLE_BEFORE_RESULT = "visible-before-result"
    RESULT_BEFORE_CERTIFICATE = "result-before-certificate"


class Taking(StrEnum):
    """Where taking a set of files from a drop folder can be interrupted, in the order in which it passes."""

    DELIVERED = "set-delivered"
    CONCLUDED = "set-concluded"
    ANSWERED = "set-answered"
    REMOVED_ONE = "set-removed-one"
    ENDED = "set-ended"


class Making(StrEnum):
    """Where making notices can be interrupted, in the order in which it passes."""

    READ_BEFORE_COMMIT = "entries-read-before-commit"
    NOTICE_BEFORE_COMMIT = "notice-before-commit"


class Receiving(StrEnum):
    """Where taking in a mail can be interrupted, in the order in which it passes."""

    FILED_BEFORE_COMMIT = "mail-filed-before-commit"
    FILED = "mail-filed"


class Mailing(StrEnum):
    """Where mailing a recipient can be interrupted, in the order in which it passes."""

    TURN_BEFORE_COMMIT = "turn-before-commit"
    TURN_TAKEN = "turn-taken"
    SENT = "recipient-mailed"


class Compacting(StrEnum):
    """Where compacting can be interrupted, in the order in which it passes."""

    CLEARED_BEFORE_COMMIT = "table-cleared-before-commit"
    DELETED_BEFORE_COMMIT = "rows-deleted-before-commit"
    MERGED_BEFORE_COMMIT = "merged-before-commit"
    MERGED = "merged"
    BLOCKS_WRITTEN = "blocks-written"
    BLOCKS_STORED = "blocks-stored"
    BUILT_BEFORE_COMMIT = "built-before-commit"
    BUILT = "built"


class Calling(StrEnum):
    """Where a call to a provider can be interrupted: its batch was ours a moment ago, and nothing is written yet."""

    PUBLISHING = "publishing-before-write"
    LINKING = "linking-before-write"


class Proving(StrEnum):
    """Where making the tree of receipts, and sealing the audit, can be interrupted."""

    TREE_BEFORE_COMMIT = "tree-before-commit"
    SEALED_BEFORE_COMMIT = "sealed-before-commit"


_SIGNALS = {"EBOXCAST_CRASH_AT": signal.SIGKILL, "EBOXCAST_HALT_AT": signal.SIGSTOP}


def reached(point: Point | Taking | Making | Receiving | Mailing | Calling | Compacting | Proving) -> None:
    """Tell that a point is reached; dies or pauses there when a test asked for it."""
    if os.environ.get("EBOXCAST_TEST") != "1":
        return
    for variable, number in _SIGNALS.items():
        if os.environ.get(variable) == point:
            # To this thread: sent to the process another one may take it, and this one would go on for a moment.
            signal.pthread_kill(threading.get_ident(), number)
