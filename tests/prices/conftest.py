"""What all tests of prices need."""

import pytest


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers on this machine are asked straight, whatever the environment says."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
