"""What a server's process is set to, seen from inside it."""

import asyncio
import gc
import resource
from collections.abc import Iterator

import pytest
import uvloop

from csms.cli.process import allow_files, run_server


def test_server_runs_on_uvloop_and_with_short_collections() -> None:
    seen: list[object] = []

    async def main() -> None:
        seen.append(type(asyncio.get_running_loop()))
        await asyncio.sleep(0)
        seen.append(gc.get_freeze_count() > 0)

    run_server(main())
    assert seen == [uvloop.Loop, True]
    assert gc.get_freeze_count() == 0


def test_failure_of_a_server_is_told() -> None:
    async def main() -> None:
        raise OSError("no port")

    with pytest.raises(OSError, match="no port"):
        run_server(main())


@pytest.fixture
def most_files() -> Iterator[int]:
    """As many open files as the system allows; the process has set itself a lower limit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_server_may_open_as_many_files_as_the_system_lets_it(most_files: int) -> None:
    allow_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most_files, most_files)


def test_limit_that_cannot_be_raised_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_kind: int, _limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_files()
