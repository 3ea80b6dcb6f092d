"""A blank database for every test, once as a file of SQLite and once on PostgreSQL."""

from pathlib import Path

import pytest

from tests.storage.conftest import blank_file, blank_template, cluster, database, database_url

__all__ = ["blank_file", "blank_template", "cluster", "database", "database_url"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a test's history is; nothing is there yet."""
    return tmp_path / "history"
