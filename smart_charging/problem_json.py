"""Problems as JSON, for programs that do not speak Python: the documents, and their schema.

Quantities over time may be written short: one number for all lines and slots, three for the lines,
one for all slots.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from smart_charging.policy import Aim, Fairness

Amount: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Percent: TypeAlias = Annotated[float, Field(ge=0, le=100)]
Line: TypeAlias = Literal[1, 2, 3]
ByLine: TypeAlias = Amount | list[Amount] | list[list[Amount]]
BySlot: TypeAlias = Amount | list[Amount]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TapJson(_Model):
    """What an ampere loads: `wye` its lines against neutral, or a balanced three-phase load;
    `pair` two lines against each other; `unknown` up to its lines, at any angle.
    """  # noqa: D205

    lines: list[Line] = [1, 2, 3]
    wiring: Literal["wye", "pair", "unknown"] = "wye"


class ForecastJson(_Model):
    """Load that is not planned, as quantiles: a load for each level, rising."""

    levels: Annotated[list[Share], Field(min_length=1)]
    amps: list[ByLine]


class TransformerJson(_Model):
    """The feeder's lines are the primary side; everything at it and below is on the secondary."""

    ratio: Positive = 1.0
    is_delta_wye: bool = False


class FeederJson(_Model):
    """A feeder."""

    key: Key
    parent: str | None = None
    limit_a: ByLine
    uncontrolled_a: ByLine = 0.0
    forecast: ForecastJson | None = None
    transformer: TransformerJson | None = None


class OutcomeJson(_Model):
    """One way in which a stay may go on."""

    probability: Share
    departs_at: AwareDatetime
    energy_wh: Amount


class SocJson(_Model):
    """A state of charge that is wanted."""

    capacity_wh: Positive
    now_pct: Percent
    wanted_pct: Percent
    efficiency: Annotated[float, Field(gt=0, le=1)] = 0.9


class DemandJson(_Model):
    """What a vehicle is to get: `energy_wh`, or what it takes to a state of charge (`to_soc`)."""

    energy_wh: Amount | None = None
    to_soc: SocJson | None = None
    departs_at: AwareDatetime
    arrives_at: AwareDatetime | None = None
    extra_wh: Amount = 0.0
    served_wh: Amount = 0.0
    weight: Amount = 1.0
    urgency: Annotated[int, Field(ge=-100, le=100)] = 0
    outcomes: list[OutcomeJson] = []


class TaperJson(_Model):
    """A battery whose current falls from where `begins_wh` are missing to full."""

    begins_wh: Positive
    missing_wh: Amount


class DischargeJson(_Model):
    """A vehicle that can feed back."""

    max_a: Amount
    available_wh: Amount
    efficiency: Annotated[float, Field(gt=0, le=1)] = 0.9


class EvseJson(TapJson):
    """An EVSE with its vehicle."""

    key: Key
    feeder: str
    w_per_a: Positive
    max_a: Amount
    min_a: Amount = 6.0
    floor_a: Amount = 0.0
    step_a: Positive = 0.1
    levels_a: list[Positive] = []
    held_a: Amount = 0.0
    on_s: Amount = 0.0
    off_s: Amount = 0.0
    steady_s: Amount = 0.0
    is_idle: bool = False
    can_pause: bool = True
    max_periods: Annotated[int, Field(ge=1)] = 24
    module: str | None = None
    taper: TaperJson | None = None
    discharge: DischargeJson | None = None
    demand: DemandJson


class ModuleJson(_Model):
    """A power module that EVSEs share."""

    key: Key
    max_w: Amount


class SwitchingJson(_Model):
    """How something is switched that is off or takes at least so much."""

    min_a: Amount
    on_s: Amount = 0.0
    off_s: Amount = 0.0
    min_on_s: Amount = 0.0
    min_off_s: Amount = 0.0


class StandbyJson(_Model):
    """How a source runs that stands by; its store takes nothing."""

    min_a: Amount
    starts_s: Amount = 0.0
    on_s: Amount = 0.0
    min_on_s: Amount = 0.0
    relief_a: BySlot = 0.0


class StoreJson(TapJson):
    """A battery, or something else that takes energy earlier or later."""

    key: Key
    feeder: str
    w_per_a: Positive
    charge_a: Amount
    discharge_a: Amount = 0.0
    stored_wh: Amount
    least_wh: BySlot = 0.0
    most_wh: BySlot
    drain_w: BySlot = 0.0
    efficiency: Annotated[float, Field(gt=0, le=1)] = 1.0
    gain: BySlot | None = None
    loss_per_h: Amount = 0.0
    wear_per_kwh: Amount = 0.0
    switching: SwitchingJson | None = None
    standby: StandbyJson | None = None


class ReservationJson(TapJson):
    """Current that cannot be steered now."""

    key: Key
    feeder: str
    amps: BySlot


class DemandChargeJson(_Model):
    """A price on the highest hourly power."""

    kind: Literal["demand charge"] = "demand charge"
    per_kw: Amount
    peak_w: Amount = 0.0


class StepFeeJson(_Model):
    """A monthly fee by the mean of the highest hours of several days: [W, fee], rising."""

    kind: Literal["step fee"] = "step fee"
    steps: list[tuple[Amount, Amount]]
    day_peaks_w: list[Amount] = []
    peak_today_w: Amount = 0.0
    count: Annotated[int, Field(ge=1)] = 3


class TariffJson(_Model):
    """What energy and power cost."""

    per_kwh: Number | list[Number]
    base_w: Number | list[Number] = 0.0
    fed_per_kwh: Number | list[Number] | None = None
    capacity: Annotated[DemandChargeJson | StepFeeJson, Field(discriminator="kind")] | None = None


class TargetJson(_Model):
    """What a feeder should carry best, or at least; null in slots in which nothing is wanted."""

    feeder: str
    wanted_w: list[Number | None]
    base_w: Number | list[Number] = 0.0
    is_least: bool = False


class FeedLimitJson(_Model):
    """What a feeder may feed in at most; null in slots in which nothing is limited."""

    feeder: str
    most_w: list[Annotated[Number, Field(ge=0)] | None]
    base_w: Number | list[Number] = 0.0
    line: Annotated[int, Field(ge=1, le=3)] | None = None


class PolicyJson(_Model):
    """How the site is run."""

    fairness: Fairness = Fairness.PROPORTIONAL
    aim: Aim = Aim.EARLY
    risk: Annotated[float, Field(ge=0, lt=1)] = 0.01


class ProblemJson(_Model):
    """A planning problem.

    Slots are all of one length (`slot_s`, `slots`), or each of its own (`slots_s`).
    """

    starts_at: AwareDatetime
    slot_s: Annotated[int, Field(gt=0, le=604_800)] = 900
    slots: Annotated[int, Field(gt=0, le=2000)] = 96
    slots_s: Annotated[list[Annotated[int, Field(gt=0, le=604_800)]], Field(max_length=2000)] = []
    committed: Annotated[int, Field(gt=0)] = 1
    policy: PolicyJson = PolicyJson()
    tariff: TariffJson | None = None
    targets: list[TargetJson] = []
    feed_limits: list[FeedLimitJson] = []
    feeders: list[FeederJson]
    modules: list[ModuleJson] = []
    evses: list[EvseJson]
    stores: list[StoreJson] = []
    reservations: list[ReservationJson] = []


def problem_schema() -> dict[str, JsonValue]:
    """The JSON Schema of problems."""
    schema: dict[str, Any] = ProblemJson.model_json_schema()
    return schema
