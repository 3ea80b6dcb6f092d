"""The door: stations prove who they are, and then find a place."""

from dataclasses import replace
from typing import Final

from csms.clock import Clock
from csms.domain.attempt import StrangerPolicy
from csms.domain.identity import StationId
from csms.domain.security import Cause, Entry, Proof
from csms.domain.security_event import OwnEvent
from csms.service.attempts import Attempts
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
        attempts: Remembers who was not let in.
        clock: The time.
    """

    def __init__(
        self,
        sites: Sites,
        requirements: Requirements,
        judge: ProofJudge,
        journal: SecurityJournal,
        attempts: Attempts,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._attempts = attempts
        self._clock = clock
        self._sites = sites
        self._requirements = requirements
        self._judge = judge

    async def admit(self, station_id: StationId, proof: Proof) -> Admission:
        """Decide whether a station may connect, and remember it if it may not."""
        admission = await self._judged(station_id, proof)
        if not admission.is_granted:
            self.turned_away(station_id, proof, admission.cause)
        return admission

    def turned_away(self, name: str, proof: Proof, cause: str) -> None:
        """Remember that somebody was not let in."""
        self._attempts.note(name, proof, cause, self._clock.now())

    async def _judged(self, station_id: StationId, proof: Proof) -> Admission:
        judged = await self._judge.judge(station_id, proof)
        if isinstance(judged, Entry):
            return replace(await self._placed(station_id, proof), entry=judged)
        cause = judged
        if not self._requirements.is_listed(station_id):
            return Admission(f"it is in no site file, and {cause}")
        return Admission(str(cause), _REFUSALS.get(cause, Refusal.TOO_LOW))

    async def _placed(self, station_id: StationId, proof: Proof) -> Admission:
        """Find a place for a station that has proved itself."""
        if self._sites.of_station(station_id) is not None:
            return Admission()
        if self._attempts.is_refused(station_id):
            return Admission("an operator has refused it")
        match self._requirements.strangers:
            case StrangerPolicy.GUEST:
                return await self._sites.admit(station_id)
            case StrangerPolicy.HOLD if not self._attempts.is_full:
                self.turned_away(station_id, proof, "it waits to be adopted")
                return Admission()
            case StrangerPolicy.HOLD:
                return Admission("too many strangers wait to be adopted", Refusal.NO_ROOM)
            case StrangerPolicy.REFUSE:
                return Admission("it is in no site file, and strangers are refused")

    async def noticed(self, kind: OwnEvent, words: str) -> None:
        """Something at the port for encrypted connections touches security, and no station."""
        await self._journal.notice(kind, words)

    async def expelled(self, station_id: StationId, cause: Cause) -> None:
        """A station's connection is being closed, as it would not be let in by it any more."""
        text = f"{cause}: the connection of {station_id!r} is closed"
        await self._journal.notice(event_of(cause), text, station_id=station_id)

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected, speaking that version."""
        is_known = self._sites.of_station(station_id) is not None
        if not is_known and self._requirements.strangers is StrangerPolicy.HOLD:
            self._attempts.hold(station_id, protocol)
            return
        await self._sites.connected(station_id, protocol)
        self._attempts.forget(station_id)

    async def disconnected(self, station_id: StationId) -> None:
        """A station's connection has ended and no newer one has taken its place."""
        self._attempts.release(station_id)
        await self._sites.disconnected(station_id)
