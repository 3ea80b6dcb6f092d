"""Logging: one line per record, with the station and the site that it is about."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_station: ContextVar[str] = ContextVar("station", default="-")
_site: ContextVar[str] = ContextVar("site", default="-")

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s station=%(station)s site=%(site)s %(message)s"


@contextmanager
def about(*, station: str | None = None, site: str | None = None) -> Iterator[None]:
    """Mark every record made within, in this task, with a station or a site."""
    tokens = [(var, var.set(name)) for var, name in ((_station, station), (_site, site)) if name]
    try:
        yield
    finally:
        for var, token in tokens:
            var.reset(token)


def set_up_logging(level: str) -> None:
    """Send all records to standard error.

    Args:
        level: `DEBUG` also shows every frame, `INFO` what stations and plans do.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(_add_context)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("websockets", "aiosqlite", "asyncio", "httpx2"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _add_context(record: logging.LogRecord) -> bool:
    record.station = _station.get()
    record.site = _site.get()
    return True
