from typing import Any

import pytest

from csms.domain.charging_needs import ChargingNeeds, TransferMode, VehicleSchedule
from csms.domain.events import StationEvent
from csms.domain.notices import (
    Agreement,
    NeedsReply,
    NeedsTold,
    NeedsVerdict,
    VehicleScheduleTold,
)
from csms.domain.station import RateUnit
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import NOON, TWO, assert_refused, assert_told, told

ALTERNATING = {"energyAmount": 20_000, "evMinCurrent": 6, "evMaxCurrent": 32, "evMaxVoltage": 400}
DIRECT = {"evMaxCurrent": 200, "evMaxVoltage": 920}

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "NotifyEVChargingNeeds",
        NeedsTold(
            station_id="G-01",
            evse_number=1,
            needs=ChargingNeeds(
                mode=TransferMode.AC_THREE_PHASE,
                departs_at=TWO,
                energy_wh=20_000,
                min_a=6,
                max_a=32,
                max_v=400,
                max_periods=12,
            ),
        ),
        NeedsReply(verdict=NeedsVerdict.PROCESSING),
    ),
    (
        "NotifyEVChargingNeeds.direct",
        NeedsTold(
            station_id="G-01",
            evse_number=2,
            needs=ChargingNeeds(
                mode=TransferMode.DC,
                energy_wh=45_000,
                max_a=200,
                max_v=920,
                max_w=150_000,
                soc_pct=22,
                capacity_wh=77_000,
                full_soc_pct=100,
                bulk_soc_pct=80,
            ),
        ),
        NeedsReply(verdict=NeedsVerdict.REJECTED, cause="no transaction"),
    ),
    (
        "NotifyEVChargingSchedule",
        VehicleScheduleTold(
            station_id="G-01",
            evse_number=1,
            schedule=VehicleSchedule(
                starts_at=NOON,
                unit=RateUnit.WATT,
                periods=((0, 11_000.0), (1800, 4200.5)),
                duration_s=3600,
            ),
        ),
        Agreement(is_accepted=True),
    ),
    (
        "NotifyEVChargingSchedule.beyond",
        VehicleScheduleTold(
            station_id="G-01",
            evse_number=1,
            schedule=VehicleSchedule(starts_at=NOON, unit=RateUnit.AMPERE, periods=((0, 32.0),)),
        ),
        Agreement(is_accepted=False, cause="more than 16 A"),
    ),
]


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("AC_single_phase", TransferMode.AC_SINGLE_PHASE),
        ("AC_two_phase", TransferMode.AC_TWO_PHASE),
        ("AC_three_phase", TransferMode.AC_THREE_PHASE),
        ("DC", TransferMode.DC),
    ],
)
def test_every_way_of_charging_is_known(word: str, mode: TransferMode) -> None:
    event = told("NotifyEVChargingNeeds", chargingNeeds={"requestedEnergyTransfer": word})
    assert event.needs == ChargingNeeds(mode=mode, max_periods=12)


@pytest.mark.parametrize(
    ("mode", "parameters", "max_a"),
    [
        ("DC", {"acChargingParameters": ALTERNATING, "dcChargingParameters": DIRECT}, 200),
        (
            "AC_single_phase",
            {"acChargingParameters": ALTERNATING, "dcChargingParameters": DIRECT},
            32,
        ),
        ("DC", {"acChargingParameters": ALTERNATING}, 32),
        ("AC_single_phase", {"dcChargingParameters": DIRECT}, 200),
    ],
)
def test_parameters_of_the_current_that_is_wanted_count_before_the_others(
    mode: str, parameters: dict[str, Any], max_a: float
) -> None:
    needs = {"requestedEnergyTransfer": mode, **parameters}
    assert told("NotifyEVChargingNeeds", chargingNeeds=needs).needs.max_a == max_a


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (NeedsVerdict.ACCEPTED, "Accepted"),
        (NeedsVerdict.PROCESSING, "Processing"),
        (NeedsVerdict.REJECTED, "Rejected"),
    ],
)
def test_every_verdict_on_needs_has_a_word(verdict: NeedsVerdict, word: str) -> None:
    incoming = V201.decode_call("G-01", exchange("v201", "NotifyEVChargingNeeds").call)
    assert incoming.encode_reply(NeedsReply(verdict=verdict)) == {"status": word}


def test_departure_at_a_time_that_is_none_is_refused() -> None:
    needs = {"requestedEnergyTransfer": "DC", "departureTime": "soon"}
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("NotifyEVChargingNeeds", why, chargingNeeds=needs)


def test_schedule_from_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got ''"
    assert_refused("NotifyEVChargingSchedule", why, timeBase="")


@pytest.mark.parametrize("name", ["NotifyEVChargingNeeds", "NotifyEVChargingSchedule"])
def test_vehicle_at_an_evse_that_there_cannot_be_is_refused(name: str) -> None:
    assert_refused(name, "expected a connector or EVSE from 0 on, got -1", evseId=-1)


def test_state_of_charge_beyond_full_is_refused() -> None:
    battery = {**DIRECT, "stateOfCharge": 101}
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": battery}
    why = (
        "chargingNeeds/dcChargingParameters/stateOfCharge: 101 is greater than the maximum of 100.0"
    )
    assert_refused("NotifyEVChargingNeeds", why, chargingNeeds=needs)
