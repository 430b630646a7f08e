"""Structured log lines from an allow-list of keys; a personal datum has no key to stand under.

Whatever is not on the list is dropped and counted. Addresses are logged as route templates
(``/{r}/cases/{no}``), never as they were asked for; errors as their kind and place, never with
the values that were at hand.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from portal.core.tools.settings import SETTINGS

KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "route",
        "method",
        "status",
        "ms",
        "reference",
        "kind",
        "key",
        "tries",
        "count",
        "error",
        "where",
        "region",
        "state",
        "action",
        "address",
        "path",
        "dropped",
    }
)


def allowed(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the keys on the list; say how many were dropped."""
    dropped = [key for key in line if key not in KEYS]
    for key in dropped:
        del line[key]
    if dropped:
        line["dropped"] = len(dropped)
    return line


def start_logging() -> None:
    """Write JSON lines to standard error, and silence what would log addresses or statements."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(SETTINGS.log.upper()),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    for name in ("uvicorn.access", "piccolo", "asyncpg", "multipart", "python_multipart"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


LOG = structlog.get_logger()


def where(error: BaseException) -> str:
    """Return ``file:line function`` of the innermost own frame of *error*, without any values."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/portal/" in frame.filename] or frames
    return f"{own[-1].filename.rsplit('/portal/', 1)[-1]}:{own[-1].lineno} {own[-1].name}" if own else ""
