"""The far end is somebody else's: the ChargePoint classes of the `ocpp` package, both versions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import pytest
from ocpp import exceptions, v16, v201
from ocpp.routing import on
from websockets.exceptions import ConnectionClosed

from csms.domain.altered import altered
from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    CommandStatus,
    Outcome,
    ReadSettings,
    ResetKind,
    ResetStation,
    SetProfile,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
)
from csms.domain.events import (
    AuthorizationAsked,
    DataReceived,
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StatusChanged,
    TransactionReply,
    TransactionReported,
)
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ChargingState, ConnectorStatus, RateUnit, StationModel
from csms.domain.transaction import TransactionStage
from tests.gateway.rig import Rig, listening

CallT = TypeVar("CallT", bound=Callable[..., Any])

takes: Final[Callable[[str], Callable[[CallT], CallT]]] = on
"""The package's decorator, with the types that it does not tell."""

NOON: Final = "2026-01-14T12:00:00Z"
NOON_AT: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
ACCEPTED: Final = Outcome(status=CommandStatus.ACCEPTED)
MODEL: Final = StationModel(vendor="Nordlys", model="NL-22")
TOKEN: Final = IdToken("04A2B3C4")


class Station16(v16.ChargePoint):  # type: ignore[misc] # the package is not typed
    """A station as the package's example has it, that takes what we ask."""

    asked: dict[str, dict[str, Any]]

    def _note(self, action: str, fields: dict[str, Any]) -> None:
        self.asked = {**getattr(self, "asked", {}), action: fields}

    @takes("Reset")
    def on_reset(self, **fields: Any) -> Any:
        self._note("Reset", fields)
        return v16.call_result.Reset(status="Accepted")

    @takes("SetChargingProfile")
    def on_set_charging_profile(self, **fields: Any) -> Any:
        self._note("SetChargingProfile", fields)
        return v16.call_result.SetChargingProfile(status="Accepted")

    @takes("RemoteStartTransaction")
    def on_remote_start(self, **fields: Any) -> Any:
        self._note("RemoteStartTransaction", fields)
        return v16.call_result.RemoteStartTransaction(status="Rejected")

    @takes("GetConfiguration")
    async def on_get_configuration(self, **fields: Any) -> Any:
        self._note("GetConfiguration", fields)
        return v16.call_result.GetConfiguration(
            configuration_key=[
                {"key": "ChargingScheduleMaxPeriods", "readonly": True, "value": "8"}
            ],
            unknown_key=["MeterValueSampleInterval"],
        )


class Station201(v201.ChargePoint):  # type: ignore[misc]
    """The same, for 2.0.1."""

    asked: dict[str, dict[str, Any]]

    def _note(self, action: str, fields: dict[str, Any]) -> None:
        self.asked = {**getattr(self, "asked", {}), action: fields}

    @takes("Reset")
    def on_reset(self, **fields: Any) -> Any:
        self._note("Reset", fields)
        return v201.call_result.Reset(status="Accepted")

    @takes("SetChargingProfile")
    def on_set_charging_profile(self, **fields: Any) -> Any:
        self._note("SetChargingProfile", fields)
        return v201.call_result.SetChargingProfile(status="Accepted")

    @takes("RequestStartTransaction")
    def on_request_start(self, **fields: Any) -> Any:
        self._note("RequestStartTransaction", fields)
        return v201.call_result.RequestStartTransaction(status="Rejected")


@asynccontextmanager
async def foreign(
    rig: Rig, version: str, path: str = "/CP_1", kind: Any = None, **options: Any
) -> AsyncIterator[Any]:
    """Connect the package's station, as its examples do."""
    kind = kind or {"ocpp1.6": Station16, "ocpp2.0.1": Station201}[version]
    async with rig.station(path, version, **options) as station:
        charge_point = kind("CP_1", station.socket)
        running = asyncio.create_task(charge_point.start())
        try:
            yield charge_point
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await running


def register(at: datetime, value: float, context: str) -> MeterSample:
    measurand = Measurand.ENERGY_IMPORT_REGISTER
    return MeterSample(at=at, measurand=measurand, value=value, context=context)


@pytest.mark.parametrize("path", ["/CP_1", "/ocpp/CP_1"])
async def test_1_6_example_boots_and_beats(path: str) -> None:
    async with listening() as rig, foreign(rig, "ocpp1.6", path) as station:
        boot = v16.call.BootNotification(charge_point_model="NL-22", charge_point_vendor="Nordlys")
        booted = await station.call(boot, suppress=False)
        assert (booted.status, booted.current_time, booted.interval) == ("Accepted", NOON, 300)
        beat = await station.call(v16.call.Heartbeat(), suppress=False)
        assert beat.current_time == NOON
        assert rig.handler.events == [
            StationBooted(station_id="CP_1", model=MODEL),
            HeartbeatReceived(station_id="CP_1"),
        ]
        assert rig.watch.seen == ["CP_1 1.6"]


@pytest.mark.parametrize("path", ["/CP_1", "/ocpp/CP_1"])
async def test_2_0_1_example_boots_and_beats(path: str) -> None:
    async with listening() as rig, foreign(rig, "ocpp2.0.1", path) as station:
        boot = v201.call.BootNotification(
            charging_station={"model": "NL-22", "vendor_name": "Nordlys"}, reason="PowerUp"
        )
        booted = await station.call(boot, suppress=False)
        assert (booted.status, booted.current_time, booted.interval) == ("Accepted", NOON, 300)
        beat = await station.call(v201.call.Heartbeat(), suppress=False)
        assert beat.current_time == NOON
        assert rig.handler.events == [
            StationBooted(station_id="CP_1", model=MODEL, reason="PowerUp"),
            HeartbeatReceived(station_id="CP_1"),
        ]
        assert rig.watch.seen == ["CP_1 2.0.1"]


async def test_1_6_station_charges_a_vehicle() -> None:
    rig = Rig()
    verdict = Authorization(status=TokenStatus.ACCEPTED, group="fleet")
    rig.handler.replies[AuthorizationAsked] = verdict
    rig.handler.replies[TransactionReported] = TransactionReply(transaction="7", verdict=verdict)
    async with listening(rig), foreign(rig, "ocpp1.6") as station:

        async def told(call: Any) -> Any:
            return await station.call(call, suppress=False)

        authorized = await told(v16.call.Authorize(id_tag="04A2B3C4"))
        assert authorized.id_tag_info == {"status": "Accepted", "parent_id_tag": "fleet"}
        await told(
            v16.call.StatusNotification(
                connector_id=1, error_code="NoError", status="Charging", timestamp=NOON
            )
        )
        started = await told(
            v16.call.StartTransaction(
                connector_id=1, id_tag="04A2B3C4", meter_start=1000, timestamp=NOON
            )
        )
        assert started.transaction_id == 7
        await told(
            v16.call.MeterValues(
                connector_id=1,
                transaction_id=7,
                meter_value=[
                    {"timestamp": NOON, "sampledValue": [{"value": "1.5", "unit": "kWh"}]}
                ],
            )
        )
        stopped = await told(
            v16.call.StopTransaction(meter_stop=2000, timestamp=NOON, transaction_id=7)
        )
        assert stopped.id_tag_info == {"status": "Accepted", "parent_id_tag": "fleet"}
        answered = await told(v16.call.DataTransfer(vendor_id="no.nordlys", data="x"))
        assert answered.status == "UnknownVendorId"
    assert rig.handler.events == [
        AuthorizationAsked(station_id="CP_1", id_token=TOKEN),
        StatusChanged(
            station_id="CP_1",
            evse_number=1,
            connector_number=1,
            status=ConnectorStatus.OCCUPIED,
            charging_state=ChargingState.CHARGING,
            at=NOON_AT,
        ),
        TransactionReported(
            station_id="CP_1",
            stage=TransactionStage.STARTED,
            at=NOON_AT,
            transaction=None,
            evse_number=1,
            connector_number=1,
            id_token=TOKEN,
            register_wh=1000.0,
            samples=(register(NOON_AT, 1000.0, "Transaction.Begin"),),
        ),
        MetersSampled(
            station_id="CP_1",
            evse_number=1,
            transaction="7",
            samples=(register(NOON_AT, 1500.0, "Sample.Periodic"),),
        ),
        TransactionReported(
            station_id="CP_1",
            stage=TransactionStage.ENDED,
            at=NOON_AT,
            transaction="7",
            register_wh=2000.0,
            samples=(register(NOON_AT, 2000.0, "Transaction.End"),),
            stop_reason="Local",
        ),
        DataReceived(station_id="CP_1", vendor="no.nordlys", message=None, data="x"),
    ]


async def test_2_0_1_station_charges_a_vehicle() -> None:
    rig = Rig()
    verdict = Authorization(status=TokenStatus.ACCEPTED, group="fleet")
    rig.handler.replies[AuthorizationAsked] = verdict
    rig.handler.replies[TransactionReported] = TransactionReply(transaction="t-1", verdict=verdict)
    written = {"id_token": "04A2B3C4", "type": "ISO14443"}
    group = {"status": "Accepted", "group_id_token": {"id_token": "fleet", "type": "Central"}}
    async with listening(rig), foreign(rig, "ocpp2.0.1") as station:

        async def told(call: Any) -> Any:
            return await station.call(call, suppress=False)

        def event(kind: str, number: int, about: dict[str, Any], wh: float, context: str) -> Any:
            return v201.call.TransactionEvent(
                event_type=kind,
                timestamp=NOON,
                trigger_reason="CablePluggedIn",
                seq_no=number,
                transaction_info={"transaction_id": "t-1", **about},
                evse={"id": 1, "connector_id": 1},
                id_token=written,
                meter_value=[
                    {"timestamp": NOON, "sampled_value": [{"value": wh, "context": context}]}
                ],
            )

        authorized = await told(v201.call.Authorize(id_token=written))
        assert authorized.id_token_info == group
        await told(
            v201.call.StatusNotification(
                timestamp=NOON, connector_status="Occupied", evse_id=1, connector_id=1
            )
        )
        started = await told(
            event("Started", 0, {"charging_state": "Charging"}, 1000.0, "Transaction.Begin")
        )
        assert started.id_token_info == group
        await told(event("Updated", 1, {}, 1500.0, "Sample.Periodic"))
        await told(event("Ended", 2, {"stopped_reason": "Local"}, 2000.0, "Transaction.End"))
        answered = await told(v201.call.DataTransfer(vendor_id="no.nordlys", data={"a": [1]}))
        assert answered.status == "UnknownVendorId"
    part = TransactionReported(
        station_id="CP_1",
        stage=TransactionStage.STARTED,
        at=NOON_AT,
        transaction="t-1",
        evse_number=1,
        connector_number=1,
        seq_no=0,
        id_token=TOKEN,
        register_wh=1000.0,
        samples=(register(NOON_AT, 1000.0, "Transaction.Begin"),),
        charging_state=ChargingState.CHARGING,
        trigger="CablePluggedIn",
    )
    assert rig.handler.events == [
        AuthorizationAsked(station_id="CP_1", id_token=TOKEN),
        StatusChanged(
            station_id="CP_1",
            evse_number=1,
            connector_number=1,
            status=ConnectorStatus.OCCUPIED,
            at=NOON_AT,
        ),
        part,
        altered(
            part,
            stage=TransactionStage.UPDATED,
            seq_no=1,
            register_wh=None,
            samples=(register(NOON_AT, 1500.0, "Sample.Periodic"),),
            charging_state=None,
        ),
        altered(
            part,
            stage=TransactionStage.ENDED,
            seq_no=2,
            register_wh=2000.0,
            samples=(register(NOON_AT, 2000.0, "Transaction.End"),),
            charging_state=None,
            stop_reason="Local",
        ),
        DataReceived(station_id="CP_1", vendor="no.nordlys", message=None, data={"a": [1]}),
    ]


LIMIT: Final = SetProfile(
    evse_number=1,
    profile=ChargingProfile(
        profile_id=5,
        purpose=ProfilePurpose.TX_DEFAULT,
        stack_level=0,
        unit=RateUnit.AMPERE,
        periods=(ProfilePeriod(0, 16.0), ProfilePeriod(300, 6.0)),
    ),
)
START: Final = StartCharging(id_token=TOKEN, remote_start_id=3, evse_number=1)
PERIODS: Final = [{"start_period": 0, "limit": 16}, {"start_period": 300, "limit": 6}]


async def test_1_6_station_takes_our_commands() -> None:
    async with listening() as rig, foreign(rig, "ocpp1.6") as station:
        await rig.watch.until(bool)
        assert await rig.registry.send("CP_1", ResetStation(ResetKind.HARD)) == ACCEPTED
        assert await rig.registry.send("CP_1", LIMIT) == ACCEPTED
        started = await rig.registry.send("CP_1", START)
        assert started == StartOutcome(status=CommandStatus.REJECTED)
        names = ("max_periods", "meter_interval_s")
        assert await rig.registry.send("CP_1", ReadSettings(names)) == SettingsOutcome(
            status=CommandStatus.ACCEPTED,
            values={"max_periods": "8"},
            unknown=frozenset({"meter_interval_s"}),
            read_only=frozenset({"max_periods"}),
        )
        assert station.asked["Reset"] == {"type": "Hard"}
        profile = station.asked["SetChargingProfile"]["cs_charging_profiles"]
        assert profile["charging_profile_purpose"] == "TxDefaultProfile"
        assert profile["charging_schedule"]["charging_schedule_period"] == PERIODS
        assert station.asked["RemoteStartTransaction"]["id_tag"] == "04A2B3C4"


async def test_2_0_1_station_takes_our_commands() -> None:
    async with listening() as rig, foreign(rig, "ocpp2.0.1") as station:
        await rig.watch.until(bool)
        assert await rig.registry.send("CP_1", ResetStation(ResetKind.HARD)) == ACCEPTED
        assert await rig.registry.send("CP_1", LIMIT) == ACCEPTED
        started = await rig.registry.send("CP_1", START)
        assert started == StartOutcome(status=CommandStatus.REJECTED)
        assert station.asked["Reset"] == {"type": "Immediate"}
        profile = station.asked["SetChargingProfile"]["charging_profile"]
        assert profile["charging_profile_purpose"] == "TxDefaultProfile"
        assert profile["charging_schedule"][0]["charging_schedule_period"] == PERIODS
        asked = station.asked["RequestStartTransaction"]
        assert asked["remote_start_id"] == 3
        assert asked["id_token"] == {"id_token": "04A2B3C4", "type": "ISO14443"}


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_command_that_the_station_does_not_implement_is_not_supported(version: str) -> None:
    async with listening() as rig, foreign(rig, version):
        await rig.watch.until(bool)
        outcome = await rig.registry.send("CP_1", StopCharging("7"))
        assert outcome.status is CommandStatus.NOT_SUPPORTED
        assert outcome.is_certain


async def test_station_that_calls_back_while_it_is_asked_is_answered() -> None:
    # Its loop answers our command only after its own call has been answered by us.
    async with listening() as rig, foreign(rig, "ocpp1.6") as station:
        await rig.watch.until(bool)
        outcomes = await asyncio.gather(
            *(rig.registry.send("CP_1", ResetStation(ResetKind.SOFT)) for _ in range(10)),
            *(station.call(v16.call.Heartbeat(), suppress=False) for _ in range(10)),
        )
        assert outcomes[:10] == [ACCEPTED] * 10
        assert [beat.current_time for beat in outcomes[10:]] == [NOON] * 10


async def test_refused_call_is_the_packages_exception() -> None:
    async with listening() as rig, foreign(rig, "ocpp1.6") as station:
        with pytest.raises(exceptions.NotSupportedError):
            await station.call(v16.call.ClearCache(), suppress=False)
        incomplete = v16.call.BootNotification(charge_point_model="M", charge_point_vendor=7)
        with pytest.raises(exceptions.TypeConstraintViolationError):
            await station.call(incomplete, suppress=False, skip_schema_validation=True)
        assert await station.call(v16.call.Heartbeat(), suppress=False)
