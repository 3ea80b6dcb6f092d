"""What the simulated stations of a benchmark say and answer, in one version of OCPP."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from benchmarks.load.template import Template

JsonObject: TypeAlias = dict[str, Any]
Steps: TypeAlias = tuple[tuple[float, float], ...]
Command: TypeAlias = Callable[[JsonObject], JsonObject]

VOLTS: Final = 230.0
RATING_A: Final = 16.0
TRIGGERED: Final = frozenset({"BootNotification", "Heartbeat", "StatusNotification"})
"""What a station can be made to send."""

SAMPLES: Final = (
    ("Energy.Active.Import.Register", "Wh", "register_wh:8", {"location": "Outlet"}),
    ("Energy.Active.Import.Interval", "Wh", 61.3, {"location": "Outlet"}),
    ("Energy.Reactive.Import.Register", "varh", 1204.5, {"location": "Outlet"}),
    ("Power.Active.Import", "W", "power_w:7", {"location": "Outlet"}),
    ("Power.Reactive.Import", "var", 410.2, {"location": "Outlet"}),
    ("Power.Offered", "W", 3680.0, {"location": "Outlet"}),
    ("Power.Factor", "", 0.98, {"location": "Outlet"}),
    ("Current.Import", "A", "current_a:5", {"phase": "L1", "location": "Outlet"}),
    ("Current.Offered", "A", 16.0, {"phase": "L1", "location": "Outlet"}),
    ("Voltage", "V", 231.4, {"phase": "L1-N", "location": "Outlet"}),
    ("Frequency", "", 50.02, {"location": "Inlet"}),
    ("SoC", "Percent", 54.0, {"location": "EV"}),
)
"""Twelve values of a single-phase vehicle: measurand, unit, number or field, and the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A charging profile, which counts from when it comes.

    Attributes:
        steps: From which second on how many amperes hold, from 0 on.
        is_of_transaction: False: a default, which holds while a transaction has none of its own.
        lasts_s: After so long it has lapsed.
    """

    steps: Steps
    is_of_transaction: bool
    lasts_s: float = math.inf

    @property
    def amps(self) -> float:
        """What holds at first."""
        return self.steps[0][1]

    def ahead(self, after_s: float) -> Steps:
        """What holds after so many seconds, as steps from then on; empty: it has lapsed."""
        if after_s >= self.lasts_s:
            return ()
        number = max(i for i, (start_s, _) in enumerate(self.steps) if start_s <= after_s)
        later = ((start_s - after_s, amps) for start_s, amps in self.steps[number + 1 :])
        return ((0.0, self.steps[number][1]), *later)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One version of OCPP.

    Attributes:
        free: The status of a connector without a vehicle.
        occupied: The status of one where a vehicle has just been plugged in.
        start: The start of a transaction.
        sample: The twelve values, sent while a transaction runs.
        commands: What answers the server's calls, by action.
        read_limit: Reads a SetChargingProfile.
        tell_limit: Answers a GetCompositeSchedule with what holds from now on.
    """

    name: str
    subprotocol: str
    boot: Template
    heartbeat: Template
    free: Template
    occupied: Template
    start: Template
    sample: Template
    commands: Mapping[str, Command]
    read_limit: Callable[[JsonObject], Limit]
    tell_limit: Callable[[JsonObject, Steps], JsonObject]


def call(action: str, payload: JsonObject) -> Template:
    """The template of a call."""
    written = json.dumps(payload, separators=(",", ":"))
    return Template(f'[2,"<id:10>","{action}",{written}]')


def accept(_call: JsonObject) -> JsonObject:
    """Do what the server asks for."""
    return {"status": "Accepted"}


def trigger(call: JsonObject) -> JsonObject:
    """Answer to a TriggerMessage; what is asked for follows."""
    can_send = call.get("requestedMessage") in TRIGGERED
    return {"status": "Accepted" if can_send else "NotImplemented"}


def write_schedule(call: JsonObject, steps: Steps) -> JsonObject:
    """Write a schedule, as long as was asked for; all versions write it alike."""
    return {
        "duration": call["duration"],
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": round(start_s), "limit": amps}
            for start_s, amps in steps
            if start_s < call["duration"]
        ],
    }


def read_schedule(purpose: str, schedule: JsonObject) -> Limit:
    """Read a schedule; all versions write it alike."""
    watts = VOLTS if schedule["chargingRateUnit"] == "W" else 1.0
    return Limit(
        steps=tuple(
            (float(period["startPeriod"]), float(period["limit"]) / watts)
            for period in schedule["chargingSchedulePeriod"]
        ),
        is_of_transaction=purpose == "TxProfile",
        lasts_s=float(schedule.get("duration", math.inf)),
    )
