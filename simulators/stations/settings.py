"""What of a station can be read and set from afar, in words that no version owns."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from simulators.stations.charging_profiles import Unit
from simulators.stations.profile_wire import Abilities

MEASURANDS: Final = (
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "SoC",
    "Voltage",
)
_MAX_INTERVAL_S: Final = 86_400


class Setting(StrEnum):
    """A setting that both versions have under names of their own."""

    CONNECTION_TIMEOUT_S = "connection_timeout_s"
    HEARTBEAT_S = "heartbeat_s"
    MAX_PERIODS = "max_periods"
    MAX_PROFILES = "max_profiles"
    MAX_STACK_LEVEL = "max_stack_level"
    METER_INTERVAL_S = "meter_interval_s"
    METER_MEASURANDS = "meter_measurands"
    RATE_UNITS = "rate_units"
    RETRY_S = "retry_s"


class Settings:
    """The settings of one station, as texts: that is how they travel."""

    def __init__(self, abilities: Abilities) -> None:
        self._texts = {
            Setting.CONNECTION_TIMEOUT_S: "120",
            Setting.HEARTBEAT_S: "300",
            Setting.MAX_PERIODS: str(abilities.max_periods),
            Setting.MAX_PROFILES: str(abilities.max_profiles),
            Setting.MAX_STACK_LEVEL: str(abilities.max_stack_level),
            Setting.METER_INTERVAL_S: "60",
            Setting.METER_MEASURANDS: (
                "Current.Import,Energy.Active.Import.Register,Power.Active.Import,SoC"
            ),
            Setting.RATE_UNITS: ",".join(sorted(abilities.units)),
            Setting.RETRY_S: "60",
        }

    def read(self, setting: Setting) -> str:
        """A setting's text."""
        return self._texts[setting]

    def seconds(self, setting: Setting) -> int:
        """A setting that is a time."""
        return int(self._texts[setting])

    @property
    def measurands(self) -> tuple[str, ...]:
        """What meter values hold."""
        return tuple(self._texts[Setting.METER_MEASURANDS].split(","))

    def write(self, setting: Setting, text: str) -> bool:
        """Set a setting; False if the value is none for it, or it cannot be set."""
        check = _WRITABLE.get(setting)
        if check is None or not check(text):
            return False
        self._texts[setting] = text
        return True


def _is_interval(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= _MAX_INTERVAL_S


def _is_measurands(text: str) -> bool:
    return all(name in MEASURANDS for name in text.split(","))


_WRITABLE: Final[dict[Setting, Callable[[str], bool]]] = {
    Setting.CONNECTION_TIMEOUT_S: _is_interval,
    Setting.HEARTBEAT_S: _is_interval,
    Setting.METER_INTERVAL_S: _is_interval,
    Setting.METER_MEASURANDS: _is_measurands,
    Setting.RETRY_S: _is_interval,
}


def units_of(*, is_dc: bool, only_watts: bool) -> frozenset[Unit]:
    """Units that a station takes limits in: a DC output has no amperes per phase."""
    if is_dc or only_watts:
        return frozenset({Unit.WATT})
    return frozenset({Unit.AMPERE, Unit.WATT})
