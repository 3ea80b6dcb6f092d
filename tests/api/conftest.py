"""An application on a blank database, and a client that reaches it without a socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.rig import Api, open_api
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """The API of a site with two chargers, a meter at its intake, and room for a guest."""
    async with open_api(database_file) as opened:
        yield opened
