"""What the benchmarks ask the server over HTTP."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import httpx2

_PATIENCE_S: Final = 60.0
_TASKS: Final = re.compile(r"^\w*asyncio_tasks\w*(?:\{.*\})? (\S+)$", re.MULTILINE)


class Api:
    """A server's REST API.

    Args:
        client: Knows where it is.
    """

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    @classmethod
    @contextmanager
    def at(cls, url: str) -> Iterator["Api"]:
        """The API at an address, until this is left."""
        with httpx2.Client(base_url=url, timeout=_PATIENCE_S, trust_env=False) as client:
            yield cls(client)

    @property
    def url(self) -> str:
        """Where the server is."""
        return str(self._client.base_url).rstrip("/")

    def is_ready(self) -> bool:
        """Whether the server serves."""
        try:
            answer = self._client.get("/readyz")
        except httpx2.TransportError:
            return False
        return answer.status_code == HTTPStatus.OK

    def newest_plan(self, site_ids: Sequence[str]) -> tuple[int, datetime | None]:
        """The highest number of any plan, 0 before the first, and when it was made."""
        plans = [self._get(f"/api/v1/sites/{site_id}/plan") for site_id in site_ids]
        made = [(plan["number"], datetime.fromisoformat(plan["made_at"])) for plan in plans if plan]
        return max(made, default=(0, None))

    def starting(self, site_id: str) -> int:
        """How many connectors get nothing yet because their make is on trial or not set up."""
        evses = self._get(f"/api/v1/sites/{site_id}/view")["evses"]
        reasons = [evse["reason"] for evse in evses.values()]
        return sum(reason["code"] == "starting" for reason in reasons if reason)

    def report_load(self, site_id: str, amps: float) -> None:
        """Report what the root feeder's building draws on every line."""
        path = f"/api/v1/sites/{site_id}/feeders/root/load"
        self._client.put(path, json={"current_a": [amps] * 3}).raise_for_status()

    def put(self, path: str, body: Mapping[str, Any], token: str | None = None) -> None:
        """Put something, in the name of whoever has a token if there is one."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client.put(path, json=dict(body), headers=headers).raise_for_status()

    def delete(self, path: str) -> None:
        """Take something away."""
        self._client.delete(path).raise_for_status()

    def task_count(self) -> int | None:
        """How many asyncio tasks there are, None where the metrics do not tell."""
        found = _TASKS.search(self._client.get("/metrics").text)
        return round(float(found[1])) if found else None

    def _get(self, path: str) -> Any:  # noqa: ANN401
        answer = self._client.get(path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        answer.raise_for_status()
        return answer.json()
