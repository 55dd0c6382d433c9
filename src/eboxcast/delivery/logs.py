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
