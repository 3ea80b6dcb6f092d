"""A gateway with the real door before it: stations, credentials and sites on a real database."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.exceptions import InvalidStatus

from csms.domain.security import SecurityProfile, SiteSecurity
from csms.domain.security_event import OwnEvent
from csms.domain.site import GuestPlace, Site
from csms.service.requirements import SecurityPolicy
from csms.service.station_security import StationSecurity
from tests.domain.sites import place, small_site
from tests.gateway.rig import FakeStation, Rig, listening
from tests.service.rig import Office, open_office

SECRET: Final = "Correct-Horse-Battery"  # noqa: S105 - to be tried
OTHER: Final = "Another-Horse-Battery"
GUESTS: Final = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0)


def basic(name: str, password: str | bytes) -> dict[str, Any]:
    """The options of a connection with HTTP Basic authentication."""
    secret = password if isinstance(password, bytes) else password.encode()
    pair = b64encode(name.encode() + b":" + secret).decode()
    return {"additional_headers": {"Authorization": f"Basic {pair}"}}


def site_of(security: SiteSecurity | None = None, guests: GuestPlace | None = GUESTS) -> Site:
    """Two chargers, and a place for guests."""
    places = (place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0))
    return replace(small_site(*places, guests=guests), security=security or SiteSecurity())


@dataclass
class Secured:
    """A listening gateway, and all that is behind it."""

    office: Office
    security: StationSecurity
    rig: Rig

    async def refusal(self, path: str, *versions: str, **options: Any) -> int:
        """Connect where it has to be refused; the status."""
        with pytest.raises(InvalidStatus) as caught:
            async with self.rig.station(path, *versions, **options):
                pytest.fail("expected a refusal")
        return caught.value.response.status_code

    async def is_served(self, path: str, *versions: str, **options: Any) -> bool:
        """Connect, and see that calls are answered."""
        async with self.rig.station(path, *versions, **options) as station:
            return await _boots(station)

    async def events(self) -> list[tuple[str, str, str]]:
        """All security events but for what the test itself has set."""
        rows = await self.office.rows(
            "SELECT station_id, kind, detail FROM security_event ORDER BY number"
        )
        found = [(row["station_id"], row["kind"], row["detail"]) for row in rows]
        return [one for one in found if one[1] != OwnEvent.RECONFIGURED]


@asynccontextmanager
async def secured(
    path: Path,
    profile: SecurityProfile = SecurityProfile.PASSWORD,
    *,
    site: Site | None = None,
    most: SecurityProfile = SecurityProfile.TLS_CERTIFICATE,
    operator: str | None = None,
    **settings: Any,
) -> AsyncIterator[Secured]:
    """Open the door of a site at a free port."""
    policy = SecurityPolicy(profile=profile, most=most, operator=operator)
    rig = Rig()
    async with open_office(
        path, site or site_of(), policy=policy, connections=rig.registry
    ) as office:
        security = office.security
        async with listening(rig, behind=(office.desk, security.door), **settings):
            yield Secured(office, security, rig)


async def _boots(station: FakeStation) -> bool:
    answer = await station.ask("Heartbeat", {})
    return bool(answer[0] == 3)
