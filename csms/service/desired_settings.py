"""Settings as desired state: what a station has is compared with what is wanted, and corrected."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from csms.clock import Clock
from csms.domain.commands import CommandStatus, Outcome, ReadSettings, WriteSetting
from csms.domain.settings import SettingState, SettingVerdict, WantedSetting, is_same
from csms.service.live_station import LiveStation
from csms.service.ports import StationGateway

logger = logging.getLogger(__name__)

_READ_AT_ONCE: Final = 4
"""Stations limit how many they tell at once, and some do not say how many (2.0.1 B06.FR.05)."""
_VERDICT: Final[Mapping[CommandStatus, SettingVerdict]] = {
    CommandStatus.ACCEPTED: SettingVerdict.WRITTEN,
    CommandStatus.REBOOT_REQUIRED: SettingVerdict.AFTER_RESTART,
    CommandStatus.NOT_SUPPORTED: SettingVerdict.UNKNOWN,
    CommandStatus.UNKNOWN: SettingVerdict.UNKNOWN,
    CommandStatus.REJECTED: SettingVerdict.REFUSED,
}


class DesiredSettings:
    """Brings stations' settings to what is wanted, one station at a time.

    Args:
        gateway: Delivers commands.
        clock: The time.
    """

    def __init__(self, gateway: StationGateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    async def apply(self, station: LiveStation, wanted: Sequence[WantedSetting]) -> None:
        """Compare a station's settings with what is wanted, and write those that differ."""
        its = [one for one in wanted if one.is_for(station.station_id, station.protocol)]
        told: dict[str, str] = {}
        for some in _in_parts(its):
            names = tuple(one.name for one in some)
            outcome = await self._gateway.send(station.station_id, ReadSettings(names))
            told.update(outcome.values)
        station.settings = {one.name: await self._settle(station, one, told) for one in its}

    async def _settle(
        self, station: LiveStation, wanted: WantedSetting, told: Mapping[str, str]
    ) -> SettingState:
        has = told.get(wanted.name)
        if has is not None and is_same(has, wanted.value):
            return self._state(wanted, has, SettingVerdict.SAME)
        command = WriteSetting(wanted.name, wanted.value)
        outcome: Outcome = await self._gateway.send(station.station_id, command)
        verdict = _VERDICT.get(outcome.status, SettingVerdict.UNANSWERED)
        if not outcome.is_accepted:
            logger.warning("%s stays %s: %s", wanted.name, has, outcome.detail or outcome.status)
        return self._state(wanted, has, verdict, outcome.detail)

    def _state(
        self, wanted: WantedSetting, told: str | None, verdict: SettingVerdict, detail: str = ""
    ) -> SettingState:
        return SettingState(
            name=wanted.name,
            wanted=wanted.value,
            told=told,
            verdict=verdict,
            detail=detail,
            at=self._clock.now(),
        )


def _in_parts(wanted: Sequence[WantedSetting]) -> Iterator[Sequence[WantedSetting]]:
    for first in range(0, len(wanted), _READ_AT_ONCE):
        yield wanted[first : first + _READ_AT_ONCE]
