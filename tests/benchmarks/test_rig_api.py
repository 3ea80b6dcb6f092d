from datetime import UTC, datetime

import httpx2
import pytest

from benchmarks.rig.api import Api

PLANS = {
    "/api/v1/sites/one/plan": {"number": 7, "made_at": "2026-01-14T12:00:05Z"},
    "/api/v1/sites/two/plan": {"number": 9, "made_at": "2026-01-14T12:00:00Z"},
}


def api(metrics: str = "") -> Api:
    """The API of a server with two sites that were planned, and one that was not yet."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/metrics":
            return httpx2.Response(200, text=metrics)
        plan = PLANS.get(request.url.path)
        return httpx2.Response(200, json=plan) if plan else httpx2.Response(404)

    return Api(httpx2.Client(base_url="http://csms", transport=httpx2.MockTransport(answer)))


def test_the_newest_plan_is_that_with_the_highest_number() -> None:
    number, made_at = api().newest_plan(["one", "two", "three"])

    assert (number, made_at) == (9, datetime(2026, 1, 14, 12, 0, tzinfo=UTC))


def test_before_the_first_plan_there_is_none() -> None:
    assert api().newest_plan(["three"]) == (0, None)


@pytest.mark.parametrize(
    ("metrics", "tasks"),
    [
        ("# HELP chargeflex_asyncio_tasks Tasks\nchargeflex_asyncio_tasks 1042.0\n", 1042),
        ('chargeflex_asyncio_tasks{loop="main"} 12.0\n', 12),
        ("chargeflex_connectors 3.0\n", None),
    ],
)
def test_tasks_are_read_from_the_metrics_where_they_are_told(
    metrics: str, tasks: int | None
) -> None:
    assert api(metrics).task_count() == tasks
