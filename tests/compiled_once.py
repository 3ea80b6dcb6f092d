"""Statements are compiled once in a process of tests, and not once for every database it opens.

SQLAlchemy keeps what it has compiled with an engine, for the engine's dialect: a server has one of
each, thousands of tests had thousands, and spent a third of their time compiling the same.
"""

from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_kept: dict[str, tuple[Dialect, Any]] = {}


def create_engine(url: Any, **options: Any) -> AsyncEngine:
    """Make an engine that has the dialect and the statements of those before it."""
    made = create_async_engine(url, **options)
    engine = made.sync_engine
    name = engine.dialect.name
    if name in _kept and _has_connected(_kept[name][0]):
        engine.dialect, engine._compiled_cache = _kept[name]
        engine.pool._dialect = engine.dialect
    else:
        _kept[name] = engine.dialect, engine._compiled_cache
    return made


def _has_connected(dialect: Dialect) -> bool:
    """Whether a dialect knows its database, which it asks at the first connection."""
    return hasattr(dialect, "default_isolation_level")
