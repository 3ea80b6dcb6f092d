"""What every handler is given."""

from dataclasses import dataclass, field

from csms.clock import Clock
from csms.domain.authorization import (
    Authorization,
    IdToken,
    TokenRules,
    TokenStatus,
    judge,
    judge_use,
)
from csms.domain.identity import StationId
from csms.service.attempts import Attempts
from csms.service.certificates import NoCertificateAuthority, NoVehiclePki
from csms.service.ports import CertificateDesk, VehiclePki
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerContext:
    """What every handler is given.

    Attributes:
        heartbeat_every_s: For stations that belong to no site.
        certificates: Has certificates of stations signed.
        vehicle_pki: Reaches those who issue certificates to vehicles.
        attempts: Knows which strangers wait to be adopted.
    """

    sites: Sites
    open_uow: OpenUnitOfWork
    clock: Clock
    rules: TokenRules = field(default_factory=TokenRules)
    heartbeat_every_s: int = 300
    certificates: CertificateDesk = field(default_factory=NoCertificateAuthority)
    vehicle_pki: VehiclePki = field(default_factory=NoVehiclePki)
    attempts: Attempts = field(default_factory=Attempts)

    async def judge(self, uow: UnitOfWork, token: IdToken, station_id: StationId) -> Authorization:
        """Decide on a token that was shown at a station, and keep that it was."""
        verdict = await self._judge(uow, token, station_id)
        live = self.sites.of_station(station_id)
        if live is not None and verdict.status is not TokenStatus.ACCEPTED:
            live.tally.refused(one.place.evse for one in live.evses_of(station_id))
        return verdict

    async def _judge(self, uow: UnitOfWork, token: IdToken, station_id: StationId) -> Authorization:
        now = self.clock.now()
        record = await uow.tokens.find(token)
        await uow.tokens.note_seen(token, now)
        verdict = judge(record, self.rules.admission, now)
        if not self.rules.is_one_at_a_time:
            return verdict
        running = await uow.transactions.running_of(token)
        is_elsewhere = any(one.station_id != station_id for one in running)
        return judge_use(verdict, is_charging_elsewhere=is_elsewhere)
