"""What holds for all tests.

Generated examples are the same in every run, and take their time. A test that sets up logging,
as every command does, leaves the next test the root logger that it found.

`HYPOTHESIS_PROFILE=thorough pytest --timeout 0 ...` looks at a hundred times as many examples,
others in every run, and prints how to see one again.
"""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import compiled_once

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough",
    settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=10_000,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csms.storage.database.create_async_engine", compiled_once.create_engine)
        yield


@pytest.fixture(autouse=True)
def _root_logger_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
