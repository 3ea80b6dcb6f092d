"""Whether what a station brings proves that it is who it says to be."""

from dataclasses import replace
from typing import Final

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.domain.security import (
    Cause,
    Credentials,
    Entry,
    Proof,
    SecurityProfile,
    judge_certificate,
)
from csms.domain.security_event import OwnEvent
from csms.service.credentials_desk import CredentialsDesk
from csms.service.password_guard import PasswordGuard
from csms.service.requirements import Requirements
from csms.service.security_journal import SecurityJournal

_EVENTS: Final = {
    Cause.NO_PASSWORD: OwnEvent.BELOW_PROFILE,
    Cause.NO_TLS: OwnEvent.BELOW_PROFILE,
    Cause.NO_CERTIFICATE: OwnEvent.BELOW_PROFILE,
    Cause.NO_PASSWORD_SET: OwnEvent.FAILED_TO_AUTHENTICATE,
    Cause.WRONG_PASSWORD: OwnEvent.FAILED_TO_AUTHENTICATE,
    Cause.TOO_MANY_TRIES: OwnEvent.FAILED_TO_AUTHENTICATE,
    Cause.WRONG_CERTIFICATE: OwnEvent.INVALID_CERTIFICATE,
    Cause.REVOKED_CERTIFICATE: OwnEvent.INVALID_CERTIFICATE,
    Cause.EXPIRED_CERTIFICATE: OwnEvent.INVALID_CERTIFICATE,
    Cause.PASSWORD_CHANGED: OwnEvent.FAILED_TO_AUTHENTICATE,
    Cause.PROFILE_RAISED: OwnEvent.BELOW_PROFILE,
}


def event_of(cause: Cause) -> OwnEvent:
    """As what it is written down that a station was not let in, or not any more."""
    return _EVENTS[cause]


class ProofJudge:
    """Judges what stations bring, and keeps the highest profile that each has come with.

    Args:
        requirements: What is required of them.
        desk: All credentials.
        guard: Judges passwords.
        journal: Where attempts are written down.
        clock: The time.
    """

    def __init__(
        self,
        requirements: Requirements,
        desk: CredentialsDesk,
        guard: PasswordGuard,
        journal: SecurityJournal,
        clock: Clock,
    ) -> None:
        self._requirements = requirements
        self._desk = desk
        self._guard = guard
        self._journal = journal
        self._clock = clock

    async def judge(self, station_id: StationId, proof: Proof) -> Cause | Entry:
        """Why a station's proof is not enough, or by what it is let in."""
        required = self._requirements.of(station_id)
        cause = _missing(required, proof)
        if cause is None:
            entry, cause = await self._weigh(station_id, proof, required)
            if entry.profile >= self._requirements.of(station_id):  # may have been raised meanwhile
                await self._note_reached(station_id, entry.profile)
                return entry
        await self._notice(station_id, proof, cause or Cause.NO_PASSWORD, required)
        return cause or Cause.NO_PASSWORD

    async def _weigh(
        self, station_id: StationId, proof: Proof, required: SecurityProfile
    ) -> tuple[Entry, Cause | None]:
        """What a proof is good for, and what is wrong with it."""
        cause = None
        if proof.certificate is not None:
            now, operator = self._clock.now(), self._requirements.operator
            cause = judge_certificate(proof.certificate, station_id, operator, now)
            if cause is None:
                profile = SecurityProfile.TLS_CERTIFICATE
                return Entry(profile=profile, certificate=proof.certificate), None
        if proof.password is None or not (required or self._guard.has_password(station_id)):
            return Entry(), cause
        found = await self._guard.judge(station_id, proof.address, proof.password)
        if isinstance(found, Cause):
            return Entry(), cause or found
        good_for = SecurityProfile.TLS_PASSWORD if proof.has_tls else SecurityProfile.PASSWORD
        return Entry(profile=good_for, password_hash=found.password_hash), cause

    async def _note_reached(self, station_id: StationId, came_with: SecurityProfile) -> None:
        credentials = self._desk.of(station_id)
        if came_with > (credentials.reached if credentials else SecurityProfile.NONE):
            await self._desk.alter(station_id, lambda known: _reached(known, came_with))

    async def _notice(
        self, station_id: StationId, proof: Proof, cause: Cause, required: SecurityProfile
    ) -> None:
        kind = _EVENTS.get(cause)
        if kind is None:
            return
        is_known = self._requirements.is_listed(station_id)
        await self._journal.notice(
            kind,
            f"{cause}; security profile {required:d} is required of {station_id!r}",
            station_id=station_id if is_known else None,
            address=proof.address,
        )


def _missing(required: SecurityProfile, proof: Proof) -> Cause | None:
    """What a proof lacks to be enough at its best; None: it has to be looked at."""
    if required >= SecurityProfile.TLS_PASSWORD and not proof.has_tls:
        return Cause.NO_TLS
    if required is SecurityProfile.TLS_CERTIFICATE and proof.certificate is None:
        return Cause.NO_CERTIFICATE
    has_any = proof.password is not None or proof.certificate is not None
    return Cause.NO_PASSWORD if required > SecurityProfile.NONE and not has_any else None


def _reached(known: Credentials, came_with: SecurityProfile) -> Credentials:
    return replace(known, reached=max(known.reached, came_with))
