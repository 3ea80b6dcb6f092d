"""What vehicles ask for by ISO 15118, as stations tell it (K15 to K17)."""

from typing import Final

from csms.domain.charging_needs import ChargingNeeds, TransferMode, VehicleSchedule
from csms.domain.identity import StationId
from csms.domain.notices import NeedsReply, NeedsTold, VehicleScheduleTold
from csms.domain.station import RateUnit
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import read_periods
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import write_reason
from csms.ocpp.wire import drop_absent, parse_time, parse_time_if_told, read_index

_MODE: Final = {
    "AC_single_phase": TransferMode.AC_SINGLE_PHASE,
    "AC_two_phase": TransferMode.AC_TWO_PHASE,
    "AC_three_phase": TransferMode.AC_THREE_PHASE,
    "DC": TransferMode.DC,
}
_ALTERNATING: Final = {
    "energy_wh": "energyAmount",
    "min_a": "evMinCurrent",
    "max_a": "evMaxCurrent",
    "max_v": "evMaxVoltage",
}
"""Needs by the fields of an ACChargingParametersType (part 2 §2.1)."""
_DIRECT: Final = {
    "energy_wh": "energyAmount",
    "max_a": "evMaxCurrent",
    "max_v": "evMaxVoltage",
    "max_w": "evMaxPower",
    "soc_pct": "stateOfCharge",
    "capacity_wh": "evEnergyCapacity",
    "full_soc_pct": "fullSoC",
    "bulk_soc_pct": "bulkSoC",
}
"""Needs by the fields of a DCChargingParametersType (part 2 §2.21)."""
_NOTHING: Final[dict[str, str]] = {}


def decode_needs(station_id: StationId, call: Payload) -> NeedsTold:
    """NotifyEVChargingNeedsRequest (K15, K17)."""
    return NeedsTold(
        station_id=station_id,
        evse_number=read_index(call.evseId),
        needs=_read_needs(call.chargingNeeds, call.maxScheduleTuples),
    )


def encode_needs(reply: NeedsReply) -> JsonObject:
    """NotifyEVChargingNeedsResponse (K15.FR.02 to K15.FR.05)."""
    return drop_absent({"status": str(reply.verdict), "statusInfo": write_reason(reply.cause)})


def decode_vehicle_schedule(station_id: StationId, call: Payload) -> VehicleScheduleTold:
    """NotifyEVChargingScheduleRequest (K15.FR.10, K17.FR.10).

    Its periods count from the time base, whatever start the schedule has by itself; its tariff
    and its number have no place in the model.
    """
    written = call.chargingSchedule
    return VehicleScheduleTold(
        station_id=station_id,
        evse_number=read_index(call.evseId),
        schedule=VehicleSchedule(
            starts_at=parse_time(call.timeBase),
            unit=RateUnit(written.chargingRateUnit),
            periods=tuple((period.start_s, period.limit) for period in read_periods(written)),
            duration_s=written.duration,
        ),
    )


def _read_needs(written: Payload, max_periods: int | None) -> ChargingNeeds:
    """A ChargingNeedsType (part 2 §2.8), which tells of one kind of current (K15.FR.06)."""
    mode = _MODE[written.requestedEnergyTransfer]
    kinds = [
        (written.acChargingParameters, _ALTERNATING),
        (written.dcChargingParameters, _DIRECT),
    ]
    if mode is TransferMode.DC:
        kinds.reverse()
    parameters, fields = next((kind for kind in kinds if kind[0] is not None), (None, _NOTHING))
    return ChargingNeeds(
        mode=mode,
        departs_at=parse_time_if_told(written.departureTime),
        max_periods=max_periods,
        **{name: getattr(parameters, field) for name, field in fields.items()},
    )
