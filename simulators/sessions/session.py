"""A plug-in session: a vehicle that comes, wants energy, and leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

_FULL_PCT: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleModel:
    """What a vehicle can take.

    Attributes:
        line_count: Lines that its on-board charger can use, 1 to 3.
        max_a: Most current per line.
        min_a: Least current that it charges with: 6 A by IEC 61851-1, some cars want 8 or 10 A.
        battery_wh: Usable capacity.
        max_dc_w: Most power at a DC outlet; 0: it has no DC inlet.
        taper_from_pct: State of charge above which its battery takes less and less.
        taper_c_rate: What the battery takes where that begins, as a share of its capacity per
            hour. An on-board charger gives far less, so that AC charging hardly tapers.
    """

    line_count: int = 3
    max_a: float = 16.0
    min_a: float = 6.0
    battery_wh: float = 60_000.0
    max_dc_w: float = 0.0
    taper_from_pct: float = 80.0
    taper_c_rate: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One stay of a vehicle at an outlet.

    Attributes:
        user: Whose vehicle it is; also the id token that is shown, so at most 20 characters.
        arrives_at: When it is plugged in.
        departs_at: When it is unplugged.
        energy_wh: What it takes if time allows.
        start_soc_pct: State of charge on arrival; None: it leaves full with `energy_wh`.
        uses_dc: Whether it comes to a DC outlet.
        stated_departs_at: When the driver said it would leave, None if nothing was said.
        stated_energy_wh: What the driver asked for, None if nothing was said.
        station_hint: The station at which the data set saw it.
    """

    session_id: str
    user: str
    arrives_at: datetime
    departs_at: datetime
    energy_wh: float
    vehicle: VehicleModel
    start_soc_pct: float | None = None
    uses_dc: bool = False
    stated_departs_at: datetime | None = None
    stated_energy_wh: float | None = None
    station_hint: str | None = None

    @property
    def arrival_soc_pct(self) -> float:
        """State of charge on arrival."""
        if self.start_soc_pct is not None:
            return self.start_soc_pct
        return max(0.0, _FULL_PCT * (1 - self.energy_wh / self.vehicle.battery_wh))

    @property
    def wanted_wh(self) -> float:
        """What it takes if time allows, at most what its battery still holds."""
        room_wh = self.vehicle.battery_wh * (1 - self.arrival_soc_pct / _FULL_PCT)
        return min(self.energy_wh, room_wh)
