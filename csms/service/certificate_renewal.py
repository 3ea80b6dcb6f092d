"""Having certificates of stations renewed before they end (OCPP 2.0.1 A02; 1.6 whitepaper A02)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.certificate import CertificateKind, StationCertificate
from csms.domain.commands import Outcome, ReportKind, TriggerReport
from csms.domain.identity import StationId
from csms.domain.security_event import OwnEvent
from csms.domain.station import Registration
from csms.log import about
from csms.service.ports import StationGateway
from csms.service.sites import Sites
from csms.service.station_certificates import StationCertificates
from csms.service.station_security import StationSecurity

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 60.0
_AT_ONE_LOOK: Final = 5
"""Stations reconnect with a new certificate, and signing takes time: not all of them at once."""
_FIRST_WAIT: Final = timedelta(hours=1)
_LONGEST_WAIT: Final = timedelta(days=1)
_ALARM_BEFORE: Final = timedelta(days=7)
_ALARM_AFTER: Final = timedelta(days=30)
"""Who has not come back by then is not awaited any more."""
_ALARM_EVERY: Final = timedelta(days=1)
_ASKED_BY: Final[Mapping[CertificateKind, tuple[ReportKind, ...]]] = {
    CertificateKind.STATION: (ReportKind.STATION_CERTIFICATE,),
    CertificateKind.V2G: (ReportKind.V2G_CERTIFICATE,),
    CertificateKind.COMBINED: (ReportKind.COMBINED_CERTIFICATE, ReportKind.STATION_CERTIFICATE),
}
"""What stations are asked for; who names no use may have just one, and know no other word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """How the renewal of a certificate stands.

    Attributes:
        certificate: The one that ends.
        tries: How often its station has been asked for a new request.
        asked_at: When last; None: never.
        said: What it answered.
        next_at: When it is asked again at the earliest; None: as soon as may be.
    """

    certificate: StationCertificate
    tries: int = 0
    asked_at: datetime | None = None
    said: str = ""
    next_at: datetime | None = None


@dataclass(slots=True)
class _Attempt:
    tries: int = 0
    asked_at: datetime | None = None
    said: str = ""
    next_at: datetime | None = None
    alarmed_at: datetime | None = None


class CertificateRenewal:
    """Asks stations for new requests while their certificates still hold.

    A few are asked at a time, those whose certificate ends first before the others. Who refuses, or
    agrees and then asks for nothing, is asked again after an hour, then two, up to a day. A week
    before the end, and every day from then on, it is written down that it has not worked yet.

    Args:
        certificates: What is known of stations' certificates.
        security: By what stations have come, and where it is written down.
        sites: Which stations may be asked.
        gateway: Delivers commands.
        clock: The time.
    """

    def __init__(
        self,
        certificates: StationCertificates,
        security: StationSecurity,
        sites: Sites,
        gateway: StationGateway,
        clock: Clock,
    ) -> None:
        self._certificates = certificates
        self._security = security
        self._sites = sites
        self._gateway = gateway
        self._clock = clock
        self._attempts: dict[str, _Attempt] = {}

    async def run(self) -> None:
        """Look after certificates that end soon, until cancelled."""
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                await self.look()
            except Exception:  # they are looked at again
                logger.exception("could not look after certificates that end soon")

    async def due(self) -> list[Renewal]:
        """Certificates in use that end soon, the most urgent first, and what is done about it."""
        return [self._renewal(one) for one in await self._due()]

    async def look(self) -> None:
        """Ask some of the stations whose turn it is, and write down what has not worked."""
        due = await self._due()
        prints = {one.fingerprint for one in due}
        self._attempts = {key: one for key, one in self._attempts.items() if key in prints}
        left = _AT_ONE_LOOK if self._certificates.can_sign else 0
        for certificate in due:
            attempt = self._attempts.setdefault(certificate.fingerprint, _Attempt())
            if left and self._is_turn(certificate, attempt):
                left -= 1
                with about(station=certificate.station_id):
                    await self._ask(certificate, attempt)
            await self._alarm(certificate, attempt)

    async def _due(self) -> list[StationCertificate]:
        due = await self._certificates.due(self._security.shown_certificates())
        return [one for one in due if self._sites.of_station(one.station_id) is not None]

    def _is_turn(self, certificate: StationCertificate, attempt: _Attempt) -> bool:
        is_late_enough = attempt.next_at is None or attempt.next_at <= self._clock.now()
        return is_late_enough and self._may_be_asked(certificate.station_id)

    def _may_be_asked(self, station_id: StationId) -> bool:
        live = self._sites.of_station(station_id)
        if live is None:
            return False
        station = live.stations[station_id]
        is_accepted = station.registration is Registration.ACCEPTED
        return station.is_connected and station.is_ready and is_accepted

    async def _ask(self, certificate: StationCertificate, attempt: _Attempt) -> None:
        outcome = await self._trigger(certificate)
        attempt.tries += 1
        attempt.asked_at = self._clock.now()
        attempt.next_at = attempt.asked_at + min(
            _FIRST_WAIT * 2 ** (attempt.tries - 1), _LONGEST_WAIT
        )
        attempt.said = f"{outcome.status} {outcome.detail}".rstrip()
        logger.info("asked to renew what ends at %s: %s", certificate.not_after, attempt.said)

    async def _trigger(self, certificate: StationCertificate) -> Outcome:
        station_id, kinds = certificate.station_id, _ASKED_BY[certificate.kind]
        evse_number = await self._certificates.evse_of(certificate)
        commands = [TriggerReport(kind=kind, evse_number=evse_number) for kind in kinds]
        outcome = await self._gateway.send(station_id, commands[0])
        for command in commands[1:]:
            if outcome.is_accepted or not outcome.is_certain:
                return outcome
            outcome = await self._gateway.send(station_id, command)
        return outcome

    async def _alarm(self, certificate: StationCertificate, attempt: _Attempt) -> None:
        now = self._clock.now()
        left = certificate.not_after - now
        if not -_ALARM_AFTER < left <= _ALARM_BEFORE:
            return
        if attempt.alarmed_at is not None and now - attempt.alarmed_at < _ALARM_EVERY:
            return
        attempt.alarmed_at = now
        await self._security.journal.notice(
            OwnEvent.CERTIFICATE_ENDS,
            _words_of(certificate, attempt, now),
            station_id=certificate.station_id,
        )

    def _renewal(self, certificate: StationCertificate) -> Renewal:
        attempt = self._attempts.get(certificate.fingerprint, _Attempt())
        return Renewal(
            certificate=certificate,
            tries=attempt.tries,
            asked_at=attempt.asked_at,
            said=attempt.said,
            next_at=attempt.next_at,
        )


def _words_of(certificate: StationCertificate, attempt: _Attempt, now: datetime) -> str:
    verb = "has ended" if certificate.not_after <= now else "ends"
    whose = f" of {certificate.name}" if certificate.name else ""
    ends = f"the {certificate.kind}{whose} {verb} at {certificate.not_after:%Y-%m-%dT%H:%MZ}"
    if not attempt.tries:
        return f"{ends}, and nobody could be asked to renew it"
    times = "once" if attempt.tries == 1 else f"{attempt.tries} times"
    return f"{ends}; the station was asked {times} to renew it: {attempt.said}"
