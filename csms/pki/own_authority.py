"""Our own authority, as the service asks for it: without stopping everything else."""

import asyncio

from csms.clock import Clock
from csms.domain.certificate import CertificateKind, Refused, Signed
from csms.domain.identity import StationId
from csms.pki.authority import FolderAuthority


class OwnAuthority:
    """Signs stations' own certificates by the authority in a folder.

    Args:
        authority: The authority.
        clock: The time.
        days: For how many days certificates are good.
    """

    def __init__(self, authority: FolderAuthority, clock: Clock, days: int) -> None:
        self._authority = authority
        self._clock = clock
        self._days = days

    async def sign(
        self, station_id: StationId, request: str, kind: CertificateKind
    ) -> Signed | Refused:
        """Sign what a station asks for in PEM, or say why not."""
        if kind is not CertificateKind.STATION:
            return Refused("expected a request for a ChargingStationCertificate: this is no V2G CA")
        now = self._clock.now()
        return await asyncio.to_thread(self._authority.sign, station_id, request, now, self._days)
