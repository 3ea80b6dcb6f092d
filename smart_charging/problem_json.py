"""Problems and plans as JSON, for programs that do not speak Python.

Limits and loads may be written short: one number for all lines and slots, three for the lines.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from smart_charging.errors import ProblemError
from smart_charging.problem import Array, ChargingPlan, ChargingProblem, Demand, Evse, Feeder
from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap

Amps: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Line: TypeAlias = Literal[1, 2, 3]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FeederJson(_Model):
    """A feeder."""

    key: str
    parent: str | None = None
    limit_a: Amps | list[Amps] | list[list[Amps]]
    uncontrolled_a: Amps | list[Amps] | list[list[Amps]] = 0.0


class DemandJson(_Model):
    """What a vehicle is to get."""

    energy_wh: Annotated[float, Field(ge=0)]
    departs_at: AwareDatetime
    arrives_at: AwareDatetime | None = None
    extra_wh: Annotated[float, Field(ge=0)] = 0.0
    served_wh: Annotated[float, Field(ge=0)] = 0.0
    weight: Annotated[float, Field(ge=0)] = 1.0


class EvseJson(_Model):
    """An EVSE with its vehicle.

    `wiring` says what an ampere of it loads: `wye` its lines against neutral, or a balanced
    three-phase load; `pair` two lines against each other; `unknown` up to its lines, at any angle.
    """

    key: str
    feeder: str
    lines: list[Line] = [1, 2, 3]
    wiring: Literal["wye", "pair", "unknown"] = "wye"
    w_per_a: Annotated[float, Field(gt=0)]
    max_a: Amps
    min_a: Amps = 6.0
    floor_a: Amps = 0.0
    step_a: Annotated[float, Field(gt=0)] = 0.1
    demand: DemandJson


class ProblemJson(_Model):
    """A planning problem."""

    starts_at: AwareDatetime
    slot_s: Annotated[int, Field(gt=0)] = 900
    slots: Annotated[int, Field(gt=0, le=2000)] = 96
    committed: Annotated[int, Field(gt=0)] = 1
    feeders: list[FeederJson]
    evses: list[EvseJson]


def read_problem(document: ProblemJson) -> ChargingProblem:
    """Build a problem from its JSON form.

    Raises:
        ProblemError: It contradicts itself; names the field.
    """
    return ChargingProblem(
        starts_at=document.starts_at,
        slots_s=(document.slot_s,) * document.slots,
        committed=document.committed,
        feeders=tuple(_feeder(feeder, document.slots) for feeder in document.feeders),
        evses=tuple(_evse(evse) for evse in document.evses),
    )


def write_plan(plan: ChargingPlan) -> dict[str, Any]:
    """Write a plan as JSON values."""
    ends_at = plan.starts_at + timedelta(seconds=sum(plan.slots_s))
    return {
        "starts_at": plan.starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "slots_s": list(plan.slots_s),
        "committed": plan.committed,
        "method": str(plan.method),
        "detail": plan.detail,
        "evses": [
            {
                "key": planned.key,
                "limits_a": [round(amps, 3) for amps in planned.limits_a],
                "expected_wh": round(planned.expected_wh, 1),
                "short_wh": round(planned.short_wh, 1),
                "reason": {
                    "cause": str(planned.reason.cause),
                    "feeder": planned.reason.feeder,
                    "line": planned.reason.line,
                    "until": planned.reason.until and planned.reason.until.isoformat(),
                },
            }
            for planned in plan.evses
        ],
    }


def _feeder(feeder: FeederJson, slots: int) -> Feeder:
    where = f"feeders[{feeder.key}]"
    return Feeder(
        key=feeder.key,
        parent=feeder.parent,
        limit_a=_by_line_and_slot(f"{where}.limit_a", feeder.limit_a, slots),
        uncontrolled_a=_by_line_and_slot(f"{where}.uncontrolled_a", feeder.uncontrolled_a, slots),
    )


def _by_line_and_slot(
    where: str, value: float | list[float] | list[list[float]], slots: int
) -> Array:
    try:
        array = np.array(value, dtype=float)
        if array.ndim == 1:
            array = array.reshape(-1, 1)
        return np.array(np.broadcast_to(array, (3, slots)))
    except ValueError as error:
        expected = f"expected a number, three numbers, or 3 lists of {slots}"
        raise ProblemError(where, expected) from error


def _evse(evse: EvseJson) -> Evse:
    fields = evse.model_dump(exclude={"demand", "lines", "wiring"})
    return Evse(**fields, tap=_tap(evse), demand=Demand(**evse.demand.model_dump()))


def _tap(evse: EvseJson) -> Tap:
    lines = tuple(evse.lines)
    if evse.wiring == "wye":
        return wye_tap(lines)
    if evse.wiring == "unknown":
        return unknown_tap(lines)
    if len(set(lines)) != 2:
        raise ProblemError(f"evses[{evse.key}].lines", "expected two lines for the wiring pair")
    return pair_tap(lines[0], lines[1])
