"""The door: stations prove who they are, and then find a place."""

from dataclasses import replace
from typing import Final

from csms.domain.identity import StationId
from csms.domain.security import Cause, Entry, Proof
from csms.domain.security_event import OwnEvent
from csms.service.ports import Admission, Refusal
from csms.service.proof_judge import ProofJudge, event_of
from csms.service.requirements import Requirements
from csms.service.security_journal import SecurityJournal
from csms.service.sites import Sites

_REFUSALS: Final = {
    Cause.NO_PASSWORD: Refusal.NOT_PROVEN,
    Cause.NO_PASSWORD_SET: Refusal.NOT_PROVEN,
    Cause.WRONG_PASSWORD: Refusal.NOT_PROVEN,
    Cause.TOO_MANY_TRIES: Refusal.TOO_MANY_TRIES,
    Cause.BUSY: Refusal.BUSY,
}


class Door:
    """Decides who may connect, and tells the sites who does.

    A stranger is told so (404), as OCPP-J 1.6 §3.2 wants it, before anything is asked of it. A
    guest has to prove itself before it takes anybody's place.

    Args:
        sites: All sites.
        requirements: What is required of stations.
        judge: Judges what they bring.
        journal: Where attempts are written down.
    """

    def __init__(
        self,
        sites: Sites,
        requirements: Requirements,
        judge: ProofJudge,
        journal: SecurityJournal,
    ) -> None:
        self._journal = journal
        self._sites = sites
        self._requirements = requirements
        self._judge = judge

    async def admit(self, station_id: StationId, proof: Proof) -> Admission:
        """Decide whether a station may connect."""
        judged = await self._judge.judge(station_id, proof)
        if isinstance(judged, Entry):
            return replace(await self._sites.admit(station_id), entry=judged)
        cause = judged
        if not self._requirements.is_listed(station_id):
            return Admission(f"it is in no site file, and {cause}")
        return Admission(str(cause), _REFUSALS.get(cause, Refusal.TOO_LOW))

    async def noticed(self, kind: OwnEvent, words: str) -> None:
        """Something at the port for encrypted connections touches security, and no station."""
        await self._journal.notice(kind, words)

    async def expelled(self, station_id: StationId, cause: Cause) -> None:
        """A station's connection is being closed, as it would not be let in by it any more."""
        text = f"{cause}: the connection of {station_id!r} is closed"
        await self._journal.notice(event_of(cause), text, station_id=station_id)

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected, speaking that version."""
        await self._sites.connected(station_id, protocol)

    async def disconnected(self, station_id: StationId) -> None:
        """A station's connection has ended and no newer one has taken its place."""
        await self._sites.disconnected(station_id)
