"""Requests drawn from the API's own description: no failure, no answer that it does not describe.

They are the same in every run. `HYPOTHESIS_PROFILE=thorough pytest --timeout 0
tests/api/test_contract.py` sends a hundred times as many.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from tests.api.rig import Api, open_api

EXAMPLES: Final = settings().max_examples // 50
KNOWN: Final = {
    "site_id": "fjordgata",
    "station_id": "G-01",
    "feeder_id": "level-1",
    "evse_number": 1,
    "number": 1,
    "value": "04A2B3C4",
}
"""What the paths of most requests name, so that they get further than to what is not there."""
ENDLESS: Final = ("/live",)
"""Streams, which have tests of their own."""
GROUPS: Final = 8
"""Routes are tried in so many groups, each with an application of its own."""

load_all_checks()
NOT_CHECKED: Final[list[Any]] = [
    CHECKS.get_one(name) for name in ("positive_data_acceptance", "ignored_auth")
]
"""What fits the description may still not be true: a limit that ends before it begins. Who may do
what is tested route by route elsewhere; here there are no users, and all are let in.
"""


class Rig:
    """An application that is run by steps, with a charging vehicle and a plan."""

    def __init__(self, path: Path) -> None:
        self._runner = asyncio.Runner()
        self._opening = open_api(path)
        self.api: Api = self._runner.run(self._opening.__aenter__())
        self._runner.run(self._begin())

    def send(self, case: Case[Any]) -> httpx2.Response:
        """Send a request as it was drawn."""
        drawn = requests.Request(**case.as_transport_kwargs(base_url="http://csms")).prepare()
        body: Any = drawn.body
        headers: Any = drawn.headers
        request = self.api.client.build_request(
            str(drawn.method), str(drawn.url), headers=headers, content=body
        )
        return self._runner.run(self.api.client.send(request))

    def close(self) -> None:
        """Close it."""
        self._runner.run(self._opening.__aexit__(None, None, None))
        self._runner.close()

    async def _begin(self) -> None:
        await self.api.charge()
        await self.api.plan()


@pytest.fixture
def rig(database_file: Path) -> Iterator[Rig]:
    opened = Rig(database_file)
    yield opened
    opened.close()


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_request_breaks_the_description(rig: Rig, group: int) -> None:
    operations = list(operations_of(rig.api, group))
    assert operations
    for operation in operations:
        for mode in modes_of(operation):
            check_operation(rig, operation, mode)


def operations_of(api: Api, group: int) -> Iterator[Any]:
    """The operations of a group; a route stays in its group when others come."""
    schema = schemathesis.openapi.from_dict(tuples_as_lists(api.app.openapi()))
    for one in schema.get_all_operations():
        assert isinstance(one, Ok), one
        operation = one.ok()
        if (
            not operation.path.endswith(ENDLESS)
            and crc32(operation.path.encode()) % GROUPS == group
        ):
            yield operation


def tuples_as_lists(described: Any) -> Any:
    """The same description; tuples of one type are lists of a length, as Schemathesis reads them.

    It turns `prefixItems` into what its own validator then does not take.
    """
    if isinstance(described, list):
        return [tuples_as_lists(one) for one in described]
    if not isinstance(described, dict):
        return described
    inner = {name: tuples_as_lists(one) for name, one in described.items()}
    match inner.pop("prefixItems", None):
        case [first, *rest] if all(one == first for one in rest):
            inner["items"] = first
    return inner


def modes_of(operation: Any) -> Iterator[GenerationMode]:
    """A path's names may be any text, so that only what goes with it can be wrong."""
    yield GenerationMode.POSITIVE
    if len(operation.query) or len(operation.body):
        yield GenerationMode.NEGATIVE


def check_operation(rig: Rig, operation: Any, mode: GenerationMode) -> None:
    @settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode), st.integers(0, 3))
    def check(case: Case[Any], chance: int) -> None:
        assume(all(can_be_told(one) for one in (case.query or {}).values()))
        if chance and mode is GenerationMode.POSITIVE:
            names = case.path_parameters or {}
            names.update({name: KNOWN[name] for name in names if name in KNOWN})
        case.validate_response(rig.send(case), excluded_checks=NOT_CHECKED)

    check()


def can_be_told(value: object) -> bool:
    """Whether a parameter's value is sent as what it was drawn as.

    A list of one is sent as that one would be, and one of nothing not at all.
    """
    return not isinstance(value, list | dict) or sum(one is not None for one in value) > 1
