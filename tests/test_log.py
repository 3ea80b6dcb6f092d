"""Every record says which station and which site it is about."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from csms.log import about, set_up_logging
from tests.cli.rig import NOISY, logging_as_before

logger = logging.getLogger("csms.test")


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    with logging_as_before():
        yield


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was logged, without the time."""
    return [line.split(" ", 2)[2] for line in capsys.readouterr().err.splitlines()]


def test_record_is_one_line_with_station_and_site(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO")
    with about(station="G-01"), about(site="fjordgata"):
        logger.info("booted: %s", "Nordlys")
    logger.warning("alone")
    assert lines(capsys) == [
        "INFO csms.test station=G-01 site=fjordgata booted: Nordlys",
        "WARNING csms.test station=- site=- alone",
    ]


def test_inner_marks_go_and_outer_ones_stay(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO")
    with about(station="G-01", site="a"):
        with about(station="G-02"):
            logger.info("inner")
        logger.info("outer")
    assert lines(capsys) == [
        "INFO csms.test station=G-02 site=a inner",
        "INFO csms.test station=G-01 site=a outer",
    ]


async def test_marks_of_one_task_are_not_another_ones(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO")

    async def live(station: str, turn: asyncio.Event, next_turn: asyncio.Event) -> None:
        with about(station=station):
            next_turn.set()
            await turn.wait()
            logger.info("hello")

    one, other = asyncio.Event(), asyncio.Event()
    await asyncio.gather(live("G-01", one, other), live("G-02", other, one))
    assert sorted(lines(capsys)) == [
        "INFO csms.test station=G-01 site=- hello",
        "INFO csms.test station=G-02 site=- hello",
    ]


def test_level_keeps_the_rest_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("WARNING")
    logger.info("not this")
    logger.warning("this")
    assert lines(capsys) == ["WARNING csms.test station=- site=- this"]


@pytest.mark.parametrize("name", NOISY)
def test_libraries_that_talk_much_only_warn(capsys: pytest.CaptureFixture[str], name: str) -> None:
    set_up_logging("DEBUG")
    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("trouble")
    assert lines(capsys) == [f"WARNING {name} station=- site=- trouble"]
