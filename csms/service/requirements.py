"""Which security profile a station has to come with at the least."""

from dataclasses import dataclass
from typing import Final

from csms.domain.attempt import StrangerPolicy
from csms.domain.identity import StationId
from csms.domain.security import SecurityProfile, required_profile
from csms.domain.site import Site
from csms.service.credentials_desk import CredentialsDesk
from csms.service.sites import Sites


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityPolicy:
    """What holds for all stations.

    Attributes:
        profile: The lowest one of stations of which no site file says anything.
        most: The highest one that can be had here; without TLS that is the one with passwords.
        operator: Who has to own stations' certificates; None: whoever signed them is trusted.
        strangers: What becomes of stations that no site knows.
    """

    profile: SecurityProfile = SecurityProfile.PASSWORD
    most: SecurityProfile = SecurityProfile.PASSWORD
    operator: str | None = None
    strangers: StrangerPolicy = StrangerPolicy.GUEST


OPEN: Final = SecurityPolicy(profile=SecurityProfile.NONE)
"""Whoever connects is believed: for demonstrations, simulations and closed networks."""


class Requirements:
    """What is required of every station: by the files, by an operator, by what it came with.

    Args:
        sites: All sites.
        policy: What holds where a site file says nothing.
        desk: All credentials.
    """

    def __init__(self, sites: Sites, policy: SecurityPolicy, desk: CredentialsDesk) -> None:
        self._sites = sites
        self._policy = policy
        self._desk = desk

    @property
    def operator(self) -> str | None:
        """Who has to own stations' certificates; None: whoever signed them is trusted."""
        return self._policy.operator

    @property
    def strangers(self) -> StrangerPolicy:
        """What becomes of stations that no site knows."""
        return self._policy.strangers

    def of(self, station_id: StationId) -> SecurityProfile:
        """The lowest profile that a station is let in with."""
        return required_profile(self._desk.of(station_id), self.filed(station_id))

    def filed(self, station_id: StationId) -> SecurityProfile:
        """What the files say of a station. Of one that is not known, what the strictest site does.

        Only sites that take guests count there: no other will have it.
        """
        live = self._sites.of_station(station_id)
        if live is not None:
            said = live.site.security.of(station_id)
            return self._policy.profile if said is None else said
        guests = [self.of_guests(live.site) for live in self._sites if live.site.guests]
        return max(guests, default=self._policy.profile)

    def of_guests(self, site: Site) -> SecurityProfile:
        """What a site's file says of stations that it does not list."""
        said = site.security.profile
        return self._policy.profile if said is None else said

    def is_listed(self, station_id: StationId) -> bool:
        """Whether a station belongs to a site, or has been given a password."""
        credentials = self._desk.of(station_id)
        has_password = credentials is not None and bool(credentials.hashes)
        return has_password or self._sites.of_station(station_id) is not None
