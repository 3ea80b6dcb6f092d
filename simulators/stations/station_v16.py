"""A simulated station that speaks OCPP 1.6-J: what it tells (§4). Fields are those of §6."""

from collections.abc import Mapping
from typing import ClassVar, Final

from csms.ocpp.frames import Call, JsonObject
from simulators.stations.charging_profiles import Profile
from simulators.stations.commands_v16 import commands_v16
from simulators.stations.dialect import MODEL, VENDOR, Command, EndCause
from simulators.stations.fields import optional, required
from simulators.stations.link import Answer
from simulators.stations.outbox import Message
from simulators.stations.outlet import Outlet, OutletState, Reading, Transaction
from simulators.stations.profile_store import SameLevel
from simulators.stations.station import Station
from simulators.stations.wire import drop_absent, format_time

_REASON: Final = {
    EndCause.UNPLUGGED: "EVDisconnected",
    EndCause.STOPPED_REMOTELY: "Remote",
    EndCause.DEAUTHORIZED: "DeAuthorized",
    EndCause.RESET: "SoftReset",
    EndCause.POWER_LOSS: "PowerLoss",
}


class StationV16(Station):
    """A station that speaks OCPP 1.6-J; an outlet is a connector."""

    subprotocol: ClassVar[str] = "ocpp1.6"
    malformed_code: ClassVar[str] = "FormationViolation"
    same_level: ClassVar[SameLevel] = SameLevel.REPLACES

    def commands(self) -> Mapping[str, Command]:
        """What it does for the CSMS, by action."""
        return {**commands_v16(self), "TriggerMessage": self._trigger}

    def boot_message(self) -> Message:
        """BootNotification.req (§6.3)."""
        payload = {
            "chargePointVendor": VENDOR,
            "chargePointModel": MODEL,
            "chargePointSerialNumber": self.station_id[:25],
            "firmwareVersion": self.firmware,
        }
        return Message(action="BootNotification", payload=lambda: payload)

    def came_online(self, *, has_booted: bool) -> None:
        """Tell also that the station as a whole, connector 0, is available (§4.9)."""
        if has_booted:
            self.uplink.tell(self._status_message(0, "Available"))
        super().came_online(has_booted=has_booted)

    def tell_connector(self, outlet: Outlet) -> None:
        """Tell the state of a connector."""
        self.uplink.tell(self._status_message(outlet.model.number, outlet.state))

    def tell_change(self, outlet: Outlet, before: OutletState) -> None:  # noqa: ARG002
        """Tell the same way what the vehicle does: in 1.6 that is part of the status (§4.9)."""
        self.tell_connector(outlet)

    def tell_started(self, outlet: Outlet, transaction: Transaction) -> None:
        """StartTransaction.req (§6.45), whose answer brings the transaction's number."""

        def take(result: JsonObject) -> None:
            transaction.number = result.get("transactionId")
            if _status(result) != "Accepted":
                self.stop(transaction, EndCause.DEAUTHORIZED)

        payload = {
            "connectorId": outlet.model.number,
            "idTag": transaction.token,
            "meterStart": int(transaction.begin_wh),
            "timestamp": format_time(self.own_clock.at(transaction.started_at)),
        }
        self.uplink.tell(
            Message(
                action="StartTransaction", payload=lambda: payload, is_kept=True, on_result=take
            )
        )

    def tell_sample(self, outlet: Outlet, transaction: Transaction) -> None:
        """MeterValues.req during a transaction (§4.7)."""
        values = [self._meter_value(outlet, "Sample.Periodic")]
        self.uplink.tell(
            Message(
                action="MeterValues",
                payload=lambda: {
                    "connectorId": outlet.model.number,
                    "transactionId": transaction.number,
                    "meterValue": values,
                },
                is_kept=True,
                is_sample=True,
            )
        )

    def tell_ended(self, outlet: Outlet, transaction: Transaction, cause: EndCause) -> None:
        """StopTransaction.req (§6.49)."""
        payload = {
            "meterStop": int(outlet.shown_wh),
            "timestamp": format_time(self.own_clock.now()),
            "reason": _REASON[cause],
        }
        self.uplink.tell(
            Message(
                action="StopTransaction",
                payload=lambda: {**payload, "transactionId": transaction.number},
                is_kept=True,
            )
        )

    async def is_authorized(self, token: str) -> bool:
        """Authorize.req (§6.1)."""
        message = Message(action="Authorize", payload=lambda: {"idTag": token})
        result = await self.uplink.call(message)
        return result is None or _status(result) == "Accepted"

    def is_meant(self, profile: Profile, transaction: Transaction) -> bool:
        """A TxProfile may name its transaction, and need not (§7.8)."""
        return profile.transaction in {None, str(transaction.number)}

    def answer_while_rejected(self, call: Call) -> Answer | None:  # noqa: ARG002
        """A rejected station answers nothing (§4.2)."""
        return None

    def _trigger(self, call: JsonObject) -> JsonObject:
        """TriggerMessage.req (§5.17): the answer goes out before what was asked for."""
        connector = optional(call, "connectorId", int)
        if connector not in {None, 0, *self.outlets}:
            return {"status": "Rejected"}
        outlets = [o for number, o in self.outlets.items() if connector in {None, number}]
        match required(call, "requestedMessage", str):
            case "BootNotification":
                messages = [self.boot_message()]
            case "Heartbeat":
                messages = [Message(action="Heartbeat", payload=dict)]
            case "MeterValues":
                messages = [self._meter_message(outlet) for outlet in outlets]
            case "StatusNotification":
                messages = [self._status_message(o.model.number, o.state) for o in outlets]
                if not connector:
                    messages.insert(0, self._status_message(0, "Available"))
            case "DiagnosticsStatusNotification" | "FirmwareStatusNotification" as action:
                messages = [Message(action=action, payload=lambda: {"status": "Idle"})]
            case _:
                return {"status": "NotImplemented"}
        for message in messages:
            self.uplink.prompt(message)
        return {"status": "Accepted"}

    def _status_message(self, connector: int, status: str) -> Message:
        """StatusNotification.req (§6.47)."""
        payload = {
            "connectorId": connector,
            "errorCode": "NoError",
            "status": status,
            "timestamp": format_time(self.own_clock.now()),
        }
        return Message(action="StatusNotification", payload=lambda: payload)

    def _meter_message(self, outlet: Outlet) -> Message:
        """MeterValues.req as the CSMS asks for them."""
        transaction = outlet.transaction
        payload = {
            "connectorId": outlet.model.number,
            "transactionId": transaction.number if transaction else None,
            "meterValue": [self._meter_value(outlet, "Trigger")],
        }
        return Message(action="MeterValues", payload=lambda: drop_absent(payload))

    def _meter_value(self, outlet: Outlet, context: str) -> JsonObject:
        """A MeterValue (§7.33) with all that is sampled."""
        readings = outlet.readings(self.settings.measurands)
        return {
            "timestamp": format_time(self.own_clock.now()),
            "sampledValue": [_sampled(reading, context) for reading in readings],
        }


def _sampled(reading: Reading, context: str) -> JsonObject:
    """A SampledValue (§7.43): 1.6 writes numbers as text."""
    return drop_absent(
        {
            "value": f"{reading.value:.2f}".rstrip("0").rstrip("."),
            "context": context,
            "measurand": reading.measurand,
            "phase": reading.phase,
            "unit": reading.unit,
        }
    )


def _status(result: JsonObject) -> str:
    info = result.get("idTagInfo")
    return str(info.get("status")) if isinstance(info, dict) else ""
