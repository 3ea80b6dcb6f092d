"""What stations of both versions do alike."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.ocpp.frames import CallResult
from simulators.stations.manners import Composite, Manners
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import Json, Reply
from tests.simulators.stations.builders import NOON, Scene, outlet_model, scene, session

BOTH = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
PURPOSES = {
    "max": ("ChargePointMaxProfile", "ChargingStationMaxProfile"),
    "default": ("TxDefaultProfile", "TxDefaultProfile"),
    "tx": ("TxProfile", "TxProfile"),
}


def is_v16(stage: Scene) -> bool:
    return stage.station.subprotocol == "ocpp1.6"


async def set_limit(
    stage: Scene, limit: float, purpose: str = "tx", profile_id: int = 1, **changes: Any
) -> str:
    """Install a profile with one limit; returns the status of the answer."""
    unit, evse = changes.pop("unit", "A"), changes.pop("evse", 0 if purpose == "max" else 1)
    duration_s, level = changes.pop("duration_s", None), changes.pop("level", 0)
    periods = changes.pop("periods", [{"startPeriod": 0, "limit": limit}])
    schedule: Json = {
        "startSchedule": stage.clock.now().isoformat(),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": periods,
    }
    if duration_s:
        schedule["duration"] = duration_s
    profile: Json = {
        "stackLevel": level,
        "chargingProfilePurpose": PURPOSES[purpose][0 if is_v16(stage) else 1],
        "chargingProfileKind": "Absolute",
    }
    if is_v16(stage):
        profile |= {"chargingProfileId": profile_id, "chargingSchedule": schedule}
        request = {"connectorId": evse, "csChargingProfiles": profile}
    else:
        profile |= {"id": profile_id, "chargingSchedule": [{"id": 1, **schedule}]}
        if purpose == "tx":
            profile["transactionId"] = running_id(stage, evse)
        request = {"evseId": evse, "chargingProfile": profile}
    assert not changes
    answer = await stage.csms.call("SetChargingProfile", request)
    return str(answer["status"])


def running_id(stage: Scene, evse: int = 1) -> str:
    transaction = stage.station.outlets[evse].transaction
    return transaction.key if transaction else "none"


async def reset(stage: Scene) -> Json:
    kind = "Soft" if is_v16(stage) else "Immediate"
    return await stage.csms.call("Reset", {"type": kind})


@BOTH
def test_without_profiles_a_vehicle_gets_all_that_the_hardware_has(
    version: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            assert stage.amps == (32.0, 32.0, 32.0)
            assert stage.station.limit_a(1) == 32.0

    run_virtual(story())


@BOTH
def test_log_tells_what_a_station_does_and_names_no_token(
    version: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            await set_limit(stage, 10.0)
            await set_limit(stage, 10.0, evse=1, level=99)
            stage.station.unplug(1)
            stage.csms.connections[0].transport.abort()
            await stage.pass_time(1)

    with caplog.at_level(logging.INFO, logger="simulators"):
        run_virtual(story())
    told = [record.getMessage() for record in caplog.records]
    expected = [
        "S/1 is connected",
        "S/1 has booted: Accepted",
        "S/1/1: a vehicle is plugged in",
        "S/1/1: Charging, may draw 32.0 A",
        "S/1/1: takes a profile: tx",
        "S/1/1: Available, may draw 0.0 A",
        "S/1 has lost its connection",
    ]
    assert [line for line in told if line in expected] == expected
    assert any(line.startswith("S/1 refuses a profile: ") for line in told)
    assert any(line.startswith("S/1/1: the vehicle leaves with 0.") for line in told)
    assert "ANNA" not in caplog.text


@BOTH
def test_limit_is_followed_within_seconds_of_being_accepted(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            assert await set_limit(stage, 10.0) == "Accepted"
            assert stage.station.limit_a(1) == 10.0
            await stage.pass_time(5)
            assert stage.amps == (10.0, 10.0, 10.0)

    run_virtual(story())


@BOTH
def test_limit_that_lapses_gives_way_to_the_default_to_the_second(
    version: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await set_limit(stage, 6.0, "default", 9)
            await stage.charge()
            assert stage.amps == (6.0, 6.0, 6.0)
            await set_limit(stage, 20.0, duration_s=900)
            await stage.pass_time(890)
            assert stage.amps == (20.0, 20.0, 20.0)
            await stage.pass_time(10)
            assert stage.station.limit_a(1) == 6.0

    run_virtual(story())


@BOTH
def test_transaction_profile_dies_with_its_transaction(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            await set_limit(stage, 10.0)
            stage.station.unplug(1)
            await stage.charge()
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
def test_station_maximum_is_shared_by_what_charges(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        models = [outlet_model(1), outlet_model(2)]
        async with scene(version, tmp_path, models=models) as stage:
            await set_limit(stage, 40.0, "max")
            await stage.charge()
            assert stage.station.true_currents(1)[0] == 32.0
            await stage.charge(evse_number=2)
            assert stage.station.true_currents(1)[0] == 20.0
            assert stage.station.true_currents(2)[0] == 20.0
            stage.station.unplug(1)
            await stage.pass_time(30)
            assert stage.station.true_currents(2)[0] == 32.0

    run_virtual(story())


@BOTH
def test_limit_in_watts_is_shared_by_three_phases(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            assert await set_limit(stage, 6900.0, unit="W") == "Accepted"
            assert stage.station.limit_a(1) == pytest.approx(10.0)

    run_virtual(story())


@BOTH
def test_profile_without_a_transaction_is_rejected(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            assert await set_limit(stage, 10.0) == "Rejected"

    run_virtual(story())


@BOTH
@pytest.mark.parametrize(("purpose", "evse"), [("max", 1), ("tx", 0), ("default", 5)])
def test_profile_in_the_wrong_place_is_rejected(
    version: str, purpose: str, evse: int, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            if purpose == "tx" and not is_v16(stage):
                return  # K01.FR.16 is tried with its transaction below
            assert await set_limit(stage, 10.0, purpose, evse=evse) == "Rejected"

    run_virtual(story())


@BOTH
def test_malformed_profile_is_a_call_error_of_the_version(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            answer = await stage.csms.call_raw("SetChargingProfile", {"connectorId": "one"})
            code = "FormationViolation" if is_v16(stage) else "FormatViolation"
            assert answer[0] == 4
            assert answer[2] == code

    run_virtual(story())


@BOTH
def test_unknown_action_is_not_implemented(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            answer = await stage.csms.call_raw("MakeCoffee", {})
            assert answer[0] == 4
            assert answer[2] == "NotImplemented"

    run_virtual(story())


@BOTH
def test_cleared_profile_limits_no_longer(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            await set_limit(stage, 10.0, profile_id=4)
            key = "id" if is_v16(stage) else "chargingProfileId"
            assert await stage.csms.call("ClearChargingProfile", {key: 4}) == {"status": "Accepted"}
            assert stage.station.limit_a(1) == 32.0
            assert await stage.csms.call("ClearChargingProfile", {key: 4}) == {"status": "Unknown"}

    run_virtual(story())


@BOTH
def test_reset_ends_the_transaction_boots_and_begins_another(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await set_limit(stage, 8.0, "default")
            await stage.charge()
            first = running_id(stage)
            assert await reset(stage) == {"status": "Accepted"}
            await stage.pass_time(10)
            assert stage.amps == (0.0, 0.0, 0.0)
            assert running_id(stage) == "none"
            await stage.pass_time(120)
            assert running_id(stage) not in {first, "none"}
            assert stage.csms.actions().count("BootNotification") == 2
            assert stage.amps == (8.0, 8.0, 8.0)

    run_virtual(story())


@BOTH
def test_rude_station_resumes_its_transaction_and_forgets_its_profiles(
    version: str, tmp_path: Path
) -> None:
    manners = Manners(resumes_transactions=True, forgets_profiles=True)

    async def story() -> None:
        async with scene(version, tmp_path, manners=manners) as stage:
            await stage.charge()
            await set_limit(stage, 8.0)
            first = running_id(stage)
            await reset(stage)
            await stage.pass_time(120)
            assert running_id(stage) == first
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
def test_power_loss_ends_the_transaction_after_the_boot(version: str, tmp_path: Path) -> None:
    manners = Manners(reboots_at=(NOON + timedelta(minutes=5),))

    async def story() -> None:
        async with scene(version, tmp_path, manners=manners) as stage:
            await stage.charge()
            before = len(stage.csms.received)
            await stage.pass_time(300)
            actions = stage.csms.actions()[before:]
            ending = "StopTransaction" if is_v16(stage) else "TransactionEvent"
            assert actions.index("BootNotification") < len(actions) - actions[::-1].index(ending)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
def test_liar_accepts_a_limit_and_ignores_it(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path, manners=Manners(ignores_limits=True)) as stage:
            await stage.charge()
            assert await set_limit(stage, 6.0) == "Accepted"
            await stage.pass_time(60)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
@pytest.mark.parametrize("pretends", [False, True])
def test_station_that_stops_obeying_shows_that_or_not_and_obeys_again(
    version: str, pretends: bool, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            await set_limit(stage, 6.0)
            await stage.pass_time(10)
            limiter = stage.station.limiter
            stage.station.stops_obeying(60, pretends=pretends)
            await stage.pass_time(59)
            now = stage.clock.now()
            assert stage.amps == (32.0, 32.0, 32.0)
            assert limiter.is_ignoring(now)
            assert limiter.told_a(1, now) == 6.0
            assert limiter.over_time(1, now)(now).amps == (6.0 if pretends else 32.0)
            await stage.pass_time(10)
            assert stage.amps == (6.0, 6.0, 6.0)
            assert not limiter.is_ignoring(stage.clock.now())

    run_virtual(story())


@BOTH
def test_lying_meter_shows_a_part_of_what_flows(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path, manners=Manners(reported_share=0.5)) as stage:
            await stage.charge()
            assert stage.amps == (32.0, 32.0, 32.0)
            outlet = stage.station.outlets[1]
            shown = {
                one.measurand: one.value
                for one in outlet.readings(stage.station.settings.measurands)
            }
            assert shown["Current.Import"] == 16.0
            assert shown["Power.Active.Import"] == 11_040.0
            assert shown["Energy.Active.Import.Register"] == int(outlet.register_wh / 2)

    run_virtual(story())


@BOTH
@pytest.mark.parametrize(
    ("composite", "told_a"), [(Composite.TRUE, 32.0), (Composite.PRETENDED, 6.0)]
)
def test_liar_may_pretend_to_keep_to_its_limit(
    version: str, composite: Composite, told_a: float, tmp_path: Path
) -> None:
    manners = Manners(ignores_limits=True, composite=composite)

    async def story() -> None:
        async with scene(version, tmp_path, manners=manners) as stage:
            await stage.charge()
            assert await set_limit(stage, 6.0) == "Accepted"
            limit = stage.station.limiter.over_time(1, stage.clock.now())
            assert limit(stage.clock.now()).amps == told_a

    run_virtual(story())


@BOTH
def test_station_that_loses_power_may_lose_its_profiles(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            await set_limit(stage, 6.0)
            await stage.pass_time(10)
            stage.station.lose_power(forgets_profiles=False, resumes_transactions=True)
            await stage.pass_time(100)
            assert stage.amps == (6.0, 6.0, 6.0)
            stage.station.lose_power(forgets_profiles=True, resumes_transactions=True)
            await stage.pass_time(10)
            assert stage.amps == (0.0, 0.0, 0.0)
            await stage.pass_time(100)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
def test_trouble_comes_between_a_call_and_the_station(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            stage.station.trouble = lambda call, _obey: CallResult(
                call.message_id, {"status": "Rejected"}
            )
            assert await set_limit(stage, 6.0) == "Rejected"
            await stage.pass_time(60)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
@pytest.mark.parametrize(
    ("manners", "purpose", "unit"),
    [
        (Manners(refuses_station_max=True), "max", "A"),
        (Manners(refuses_tx_profile=True), "tx", "A"),
        (Manners(only_watts=True), "tx", "A"),
    ],
)
def test_rude_stations_reject_what_they_do_not_like(
    version: str, manners: Manners, purpose: str, unit: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path, manners=manners) as stage:
            await stage.charge()
            assert await set_limit(stage, 10.0, purpose, unit=unit) == "Rejected"
            assert stage.station.limit_a(1) == 32.0

    run_virtual(story())


@BOTH
def test_refused_token_is_not_charged(version: str, tmp_path: Path) -> None:
    blocked = {"idTagInfo": {"status": "Blocked"}, "idTokenInfo": {"status": "Blocked"}}

    async def story() -> None:
        async with scene(version, tmp_path, replies={"Authorize": blocked}) as stage:
            await stage.charge()
            assert stage.amps == (0.0, 0.0, 0.0)
            assert running_id(stage) == "none"

    run_virtual(story())


@BOTH
def test_token_refused_at_the_start_ends_the_transaction(version: str, tmp_path: Path) -> None:
    blocked = {"idTagInfo": {"status": "Blocked"}, "idTokenInfo": {"status": "Blocked"}}
    replies: dict[str, Reply] = {
        "StartTransaction": {"transactionId": 7, **blocked},
        "TransactionEvent": lambda call: blocked if call["eventType"] == "Started" else {},
    }

    async def story() -> None:
        async with scene(version, tmp_path, replies=replies) as stage:
            await stage.charge()
            assert stage.amps == (0.0, 0.0, 0.0)
            if is_v16(stage):
                assert stage.csms.payloads("StopTransaction")[0]["reason"] == "DeAuthorized"
            else:
                ended = stage.csms.payloads("TransactionEvent")[-1]
                assert ended["transactionInfo"]["stoppedReason"] == "DeAuthorized"
                assert ended["triggerReason"] == "Deauthorized"

    run_virtual(story())


@BOTH
def test_meter_values_come_at_the_interval_that_was_set(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await set_meter_interval(stage, 20)
            await stage.charge()
            await stage.pass_time(145)
            assert count_samples(stage) == 10

    run_virtual(story())


async def set_meter_interval(stage: Scene, seconds: int) -> None:
    if is_v16(stage):
        change = {"key": "MeterValueSampleInterval", "value": str(seconds)}
        await stage.csms.call("ChangeConfiguration", change)
        return
    variable = {
        "component": {"name": "SampledDataCtrlr"},
        "variable": {"name": "TxUpdatedInterval"},
        "attributeValue": str(seconds),
    }
    await stage.csms.call("SetVariables", {"setVariableData": [variable]})


def count_samples(stage: Scene) -> int:
    if is_v16(stage):
        return stage.csms.actions().count("MeterValues")
    events = stage.csms.payloads("TransactionEvent")
    return sum(event["triggerReason"] == "MeterValuePeriodic" for event in events)


@BOTH
def test_vehicle_that_leaves_during_authorization_is_not_charged(
    version: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            replies = stage.csms.replies

            def leave_first(_: Json) -> Json:
                stage.station.unplug(1)
                return {"idTagInfo": {"status": "Accepted"}, "idTokenInfo": {"status": "Accepted"}}

            replies["Authorize"] = leave_first
            await stage.station.plug_in(1, session())
            await stage.pass_time(60)
            assert running_id(stage) == "none"
            assert "StartTransaction" not in stage.csms.actions()
            assert "TransactionEvent" not in stage.csms.actions()

    run_virtual(story())


@BOTH
def test_vehicle_that_was_stopped_is_not_charged_again_by_a_new_connection(
    version: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            if is_v16(stage):
                await stage.csms.call("RemoteStopTransaction", {"transactionId": 7})
            else:
                await stage.csms.call(
                    "RequestStopTransaction", {"transactionId": running_id(stage)}
                )
            stage.csms.connections[-1].transport.abort()
            await stage.pass_time(60)
            assert len(stage.csms.connections) == 2
            assert running_id(stage) == "none"

    run_virtual(story())


@BOTH
def test_vehicle_that_left_in_the_dark_is_told_to_have_left(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await stage.charge()
            await reset(stage)
            await stage.pass_time(15)
            stage.station.unplug(1)
            await stage.pass_time(60)
            await stage.station.plug_in(1, session())
            await stage.pass_time(5)
            key = "status" if is_v16(stage) else "connectorStatus"
            told = [status[key] for status in stage.csms.payloads("StatusNotification")]
            assert "Available" in told[-5:]
            assert told[-1] != "Available"

    run_virtual(story())


@BOTH
def test_meters_go_silent_at_interval_zero_and_speak_again(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await set_meter_interval(stage, 0)
            await stage.charge()
            await stage.pass_time(600)
            assert count_samples(stage) == 0
            await set_meter_interval(stage, 30)
            await stage.pass_time(95)
            assert count_samples(stage) == 3

    run_virtual(story())


@BOTH
@pytest.mark.parametrize(
    ("action_16", "action_201", "payload"),
    [
        ("GetConfiguration", "GetVariables", {"key": [{}], "getVariableData": ["x"]}),
        ("Reset", "Reset", {"type": "Gently"}),
        ("TriggerMessage", "TriggerMessage", {"requestedMessage": 3}),
        ("DataTransfer", "DataTransfer", {}),
        ("GetCompositeSchedule", "GetCompositeSchedule", {"connectorId": 1, "evseId": 1}),
    ],
)
def test_faulty_calls_are_answered_and_the_station_lives_on(
    version: str, action_16: str, action_201: str, payload: Json, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            action = action_16 if is_v16(stage) else action_201
            answer = await stage.csms.call_raw(action, payload)
            assert answer[0] == 4
            await stage.charge()
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())
