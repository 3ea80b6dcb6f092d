"""A broker and a blank database for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mqtt.mosquitto import Mosquitto, running_broker
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that lets anybody in."""
    with running_broker(tmp_path) as running:
        yield running
