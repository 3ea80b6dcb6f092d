"""What a simulated grid company sends, when it beats, and when it says nothing."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from simulators.clock import ScaledClock
from simulators.grid_company import Conduct, Cut, GridCompany
from simulators.virtual_time import run_virtual

START = datetime(2026, 1, 14, 18, 0, tzinfo=UTC)


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


CUT = Cut(feeder_id="main", amps=35.0, starts_at=later(10), ends_at=later(40))


class Server:
    """Takes what it is sent, or not."""

    def __init__(self, clock: ScaledClock) -> None:
        self.clock = clock
        self.told: list[tuple[float, str, Mapping[str, Any]]] = []
        self.is_away = False

    async def ask(
        self, method: str, path: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        if self.is_away:
            return None
        minutes = (self.clock.now() - START).total_seconds() / 60
        self.told.append(
            (round(minutes, 2), f"{method} {path.removeprefix('/api/v1/grid/')}", body)
        )
        feeder = {"expected_a": [20.5, 18.0, 35.0], "expected_w": 15_040.0, "warning": "Too low"}
        return {"blocks": [{**one, "feeders": [feeder]} for one in body.get("blocks", ())]}


def play(story: Callable[[Server, Callable[..., GridCompany]], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        clock = ScaledClock(START)
        server = Server(clock)

        def company(said: list[str] | None = None, **more: Any) -> GridCompany:
            fields = {"site_id": "a/b", "cuts": (CUT,), "fallback_a": {"main": 20.0}, **more}
            tell = said.append if said is not None else None
            return GridCompany(Conduct(**fields), server.ask, clock, tell)

        await story(server, company)

    run_virtual(run())


async def let_run(company: GridCompany, minutes: float) -> None:
    running = asyncio.ensure_future(company.run())
    await asyncio.sleep(minutes * 60)
    running.cancel()
    await asyncio.wait({running})


def test_blocks_go_first_and_then_it_beats() -> None:
    async def story(server: Server, company: Callable[..., GridCompany]) -> None:
        await let_run(company(), 2.5)
        assert server.told == [
            (
                0.0,
                "PUT sites/a%2Fb/feeders/main/blocks/fallback",
                {
                    "blocks": [
                        {
                            "capacity": 20.0,
                            "unit": "A",
                            "phase": "ALL",
                            "start_time": "2026-01-14T18:00:00+00:00",
                            "end_time": None,
                        }
                    ]
                },
            ),
            (
                0.0,
                "PUT sites/a%2Fb/feeders/main/blocks/consumption",
                {
                    "blocks": [
                        {
                            "capacity": 35.0,
                            "unit": "A",
                            "phase": "ALL",
                            "start_time": "2026-01-14T18:10:00+00:00",
                            "end_time": "2026-01-14T18:40:00+00:00",
                        }
                    ]
                },
            ),
            *((minutes, "POST heartbeat", {}) for minutes in (0.0, 1.0, 2.0)),
        ]

    play(story)


def test_it_tries_again_until_the_server_answers() -> None:
    async def story(server: Server, company: Callable[..., GridCompany]) -> None:
        server.is_away = True
        asyncio.get_running_loop().call_later(12.0, setattr, server, "is_away", False)
        await let_run(company(), 1.0)
        assert [minutes for minutes, _, _ in server.told] == [0.25, 0.25, 0.25]

    play(story)


def test_it_says_nothing_for_as_long_as_it_is_silent() -> None:
    async def story(server: Server, company: Callable[..., GridCompany]) -> None:
        said: list[str] = []
        await let_run(company(said, silent_from=later(1.5), silent_s=300.0), 8.2)
        beats = [minutes for minutes, what, _ in server.told if what == "POST heartbeat"]
        assert beats == [0.0, 1.0, 6.5, 7.5]
        assert said[2:] == ["says nothing from now on", "speaks again"]

    play(story)


def test_it_says_what_it_has_heard() -> None:
    async def story(_server: Server, company: Callable[..., GridCompany]) -> None:
        said: list[str] = []
        await let_run(company(said, fallback_a={}), 0.1)
        assert said == [
            (
                "consumption of main: 35 A from 2026-01-14T18:10:00+00:00 until "
                "2026-01-14T18:40:00+00:00; expected: 20.5 / 18 / 35 A, 15.0 kW; Too low"
            )
        ]

    play(story)


def test_a_cut_holds_until_it_ends() -> None:
    assert [CUT.holds_at(later(at)) for at in (9.9, 10, 39.9, 40)] == [False, True, True, False]
