"""Logs are events with fields, one line of JSON each, on standard error: results alone go to standard output.

Only what works on remote runs logs; a local publication does not wait for this to be imported.
"""

from __future__ import annotations

import logging
import sys

import structlog
from django.conf import settings

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(
        logging.getLevelNamesMapping()[settings.EBOXCAST_LOG_LEVEL.upper()]
    ),
    # Looked up when a logger is made, not now: who imports this may still replace standard error.
    logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
)

log = structlog.get_logger()


_LIBRARIES = ("procrastinate", "psycopg.pool", "asyncio")


class _OneLine(logging.Handler):
    """Says what a library has to say as one of our events: no traceback, which is for whoever debugs the library."""

    def emit(self, record: logging.LogRecord) -> None:
        failure = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        said = (record.getMessage().splitlines() or [""])[0]
        log.log(record.levelno, "library.said", library=record.name, said=said, failure=failure)


def take_over_libraries() -> None:
    """Let what the libraries of a worker log be lines like ours; without this Python writes them as they come."""
    for name in _LIBRARIES:
        library = logging.getLogger(name)
        library.handlers, library.propagate = [_OneLine()], False
        library.setLevel(logging.WARNING)
