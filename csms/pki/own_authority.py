"""Our own authorities, as the service asks for them: without stopping everything else."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from csms.clock import Clock
from csms.domain.certificate import CertificateKind, Refused, Signed, StationCertificate
from csms.domain.errors import InvalidInputError
from csms.domain.identity import StationId
from csms.pki.authority import FolderAuthority
from csms.pki.requests import Bearer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSettings:
    """A certificate authority of this server.

    Attributes:
        folder: Where it is kept.
        passphrase: What its key is locked with; None: nothing.
        days: For how many days its certificates are good.
    """

    folder: Path
    passphrase: bytes | None = field(default=None, repr=False)
    days: int = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class CaSettings:
    """The certificate authorities of this server.

    Attributes:
        station: Signs what stations show to this server.
        v2g: Signs what they show to vehicles; None: nobody does.
        renew_before_days: So many days before they end certificates are renewed.
    """

    station: IssuerSettings
    v2g: IssuerSettings | None = None
    renew_before_days: int = 30

    @property
    def all(self) -> tuple[IssuerSettings, ...]:
        """All of them."""
        return (self.station, self.v2g) if self.v2g else (self.station,)


class Issuer:
    """An authority, and for how many days its certificates are good.

    Args:
        settings: Where it is.

    Raises:
        CertificateFileError: There is none, or its key cannot be opened.
    """

    def __init__(self, settings: IssuerSettings) -> None:
        self.authority = FolderAuthority(settings.folder, settings.passphrase)
        self.days = settings.days
        self.folder = settings.folder


class OwnAuthority:
    """Signs certificates of stations by authorities in folders.

    What a station shows to vehicles, alone or beside this server, is signed by the V2G authority,
    as vehicles know no other (OCPP 2.0.1 A02.FR.11). Whoever signs, a certificate is made out to
    the organization of the stations' own authority. Where there is no V2G authority, what is for
    both uses is for this server alone.

    Args:
        settings: The authorities.
        clock: The time.
        let_in: Who may sign what stations connect by; none: nothing is asked of them.

    Raises:
        CertificateFileError: An authority cannot be used.
    """

    def __init__(
        self, settings: CaSettings, clock: Clock, let_in: Sequence[x509.Certificate] = ()
    ) -> None:
        self._station = Issuer(settings.station)
        self._v2g = Issuer(settings.v2g) if settings.v2g else None
        self._clock = clock
        issuers = (self._station, self._v2g) if self._v2g else (self._station,)
        self._shut_out = [one for one in issuers if let_in and not one.authority.is_below(let_in)]
        for one in self._shut_out:
            logger.warning(
                "ocpp.tls.client_ca does not name the authority in %s: it signs nothing by which "
                "stations connect, as they could not come back",
                one.folder,
            )

    async def sign(
        self,
        station_id: StationId,
        request: str,
        kind: CertificateKind,
        names: frozenset[str] = frozenset(),
    ) -> Signed | Refused:
        """Sign what a station asks for in PEM, or say why not.

        Args:
            station_id: Who asks.
            request: PEM.
            kind: What the certificate is for.
            names: Common names that one for vehicles may bear instead of the station's identity.
        """
        if kind is CertificateKind.COMBINED and self._v2g is None:
            kind = CertificateKind.STATION
        issuer = self._station if kind is CertificateKind.STATION else self._v2g
        if issuer is None:
            return Refused("expected a request for a ChargingStationCertificate: this is no V2G CA")
        if kind is not CertificateKind.V2G and issuer in self._shut_out:
            return Refused("stations cannot connect by what this CA signs")
        bearer = Bearer(
            station_id=station_id,
            kind=kind,
            names=names if kind is CertificateKind.V2G else frozenset(),
            organization=self._station.authority.organization,
        )
        now = self._clock.now()
        return await asyncio.to_thread(issuer.authority.sign, bearer, request, now, issuer.days)

    async def revoke(self, certificates: Sequence[StationCertificate]) -> None:
        """Put certificates on the lists of the authorities that have signed them.

        Raises:
            InvalidInputError: One was signed by a V2G authority, and there is none.
            CertificateFileError: A list cannot be read.
        """
        by_station: list[int] = []
        by_v2g: list[int] = []
        for one in certificates:
            signed = by_station if one.kind is CertificateKind.STATION else by_v2g
            signed.append(int(one.serial, 16))
        if by_v2g and self._v2g is None:
            raise InvalidInputError("ca.v2g", "expected the authority that signed what it revokes")
        now = self._clock.now()
        for issuer, serials in ((self._station, by_station), (self._v2g, by_v2g)):
            if issuer is not None and serials:
                await asyncio.to_thread(issuer.authority.revoke, serials, now)
