"""The simulated grid company, and how it reaches a server."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import httpx2

from csms.domain.grid_company import FeederRef, GridCompany, hash_of
from simulators import grid_company
from simulators.clock import Clock
from simulators.grid_company import Ask, Conduct
from simulators.scenario import Scenario

Complain: TypeAlias = Callable[[str, bool], None]
"""Is told why something was not done, and whether that is a refusal: it will not be done later."""

_HEARTBEAT_S: Final = 900.0
_BEAT_EVERY_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class GridPlayer:
    """The grid company of a scenario, if there is one in it.

    Attributes:
        companies: What the settings have to name.
        token: What it comes with.
    """

    scenario: Scenario
    companies: tuple[GridCompany, ...]
    token: str

    async def run(self, client: httpx2.AsyncClient, clock: Clock) -> None:
        """Play the grid company until cancelled."""
        if not self.companies:
            return
        scenario = self.scenario
        conduct = Conduct(
            site_id=scenario.site.site_id,
            cuts=scenario.cuts,
            fallback_a={cut.feeder_id: cut.amps for cut in scenario.cuts},
            beat_every_s=_BEAT_EVERY_S,
        )
        await grid_company.GridCompany(conduct, ask_by(client, self.token), clock).run()


def grid_player(scenario: Scenario) -> GridPlayer:
    """The grid company of a scenario, with a token of its own."""
    token = secrets.token_urlsafe()
    if not scenario.cuts:
        return GridPlayer(scenario, (), token)
    site_id = scenario.site.site_id
    company = GridCompany(
        party_id="nett",
        name="Nett AS",
        token_hashes=(hash_of(token),),
        heartbeat_s=_HEARTBEAT_S,
        feeders=frozenset(FeederRef(site_id, cut.feeder_id) for cut in scenario.cuts),
    )
    return GridPlayer(scenario, (company,), token)


def ask_by(client: httpx2.AsyncClient, token: str, complain: Complain | None = None) -> Ask:
    """Make what asks a server through a client, with a token.

    Args:
        client: Knows where the server is.
        token: The grid company's.
        complain: Is told why something was not done; None: nobody is.
    """
    headers = {"authorization": f"Bearer {token}"}

    async def ask(method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            response = await client.request(method, path, json=dict(body), headers=headers)
        except httpx2.TransportError as error:
            cause, is_refused = str(error) or type(error).__name__, False
        else:
            if response.is_success:
                answer: Mapping[str, Any] = response.json()
                return answer
            cause, is_refused = _detail(response), response.is_client_error
        if complain is not None:
            complain(cause, is_refused)
        return None

    return ask


def _detail(response: httpx2.Response) -> str:
    """What a server says of what it has not done."""
    try:
        return str(response.json()["detail"])
    except (ValueError, LookupError, TypeError):
        return response.text
