"""A simulated station that speaks OCPP 2.0.1: what it tells. Fields are those of part 2 §1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from csms.ocpp.frames import Call, CallError, ErrorCode, JsonObject
from simulators.stations.charging_profiles import Profile
from simulators.stations.commands_v201 import commands_v201, rejected
from simulators.stations.dialect import MODEL, VENDOR, Command, EndCause
from simulators.stations.fields import optional, required
from simulators.stations.link import Answer
from simulators.stations.outbox import Message
from simulators.stations.outlet import REGISTER, Outlet, OutletState, Reading, Transaction
from simulators.stations.profile_store import SameLevel
from simulators.stations.speaker import Registration
from simulators.stations.station import Station
from simulators.stations.wire import drop_absent, format_time

_CAUSE: Final = {
    EndCause.UNPLUGGED: ("EVDisconnected", "EVCommunicationLost"),
    EndCause.STOPPED_REMOTELY: ("Remote", "RemoteStop"),
    EndCause.DEAUTHORIZED: ("DeAuthorized", "Deauthorized"),
    EndCause.RESET: ("ImmediateReset", "ResetCommand"),
    EndCause.POWER_LOSS: ("PowerLoss", "AbnormalCondition"),
}
"""stoppedReason and triggerReason."""
_REGISTER: Final = (REGISTER,)


class StationV201(Station):
    """A station that speaks OCPP 2.0.1; every EVSE has one connector."""

    subprotocol: ClassVar[str] = "ocpp2.0.1"
    malformed_code: ClassVar[str] = "FormatViolation"
    same_level: ClassVar[SameLevel] = SameLevel.CLASHES

    def commands(self) -> Mapping[str, Command]:
        """What it does for the CSMS, by action."""
        return {**commands_v201(self), "TriggerMessage": self._trigger}

    def boot_message(self) -> Message:
        """BootNotificationRequest (B01)."""
        payload = {
            "reason": "PowerUp",
            "chargingStation": {
                "vendorName": VENDOR,
                "model": MODEL,
                "serialNumber": self.station_id[:25],
                "firmwareVersion": self.firmware,
            },
        }
        return Message(action="BootNotification", payload=lambda: payload)

    def tell_connector(self, outlet: Outlet) -> None:
        """Tell whether the connector is occupied."""
        self.uplink.tell(self._status_message(outlet))

    def tell_change(self, outlet: Outlet, before: OutletState) -> None:
        """Tell that the connector is occupied or free, and what the transaction does."""
        if OutletState.AVAILABLE in {before, outlet.state}:
            self.tell_connector(outlet)
        transaction = outlet.transaction
        if transaction is not None:  # E02.FR.13
            event = _Event("Updated", "ChargingStateChanged", {"chargingState": outlet.state})
            self._tell_event(outlet, transaction, event)

    def tell_started(self, outlet: Outlet, transaction: Transaction) -> None:
        """Tell that a transaction has begun (E01.FR.05, FR.09, FR.10; F02.FR.21)."""
        is_remote = transaction.remote_start_id is not None
        about = {"chargingState": "EVConnected", "remoteStartId": transaction.remote_start_id}
        event = _Event(
            "Started",
            "RemoteStart" if is_remote else "Authorized",
            drop_absent(about),
            self._meter_value(outlet, _REGISTER, "Transaction.Begin"),
            _id_token(transaction.token),
        )
        self._tell_event(outlet, transaction, event)

    def tell_sample(self, outlet: Outlet, transaction: Transaction) -> None:
        """Tell what the meter shows (J02.FR.11)."""
        self._tell_event(outlet, transaction, self._sample(outlet, "MeterValuePeriodic"))

    def tell_ended(self, outlet: Outlet, transaction: Transaction, cause: EndCause) -> None:
        """Tell that a transaction is over (E06.FR.06, FR.08, FR.11)."""
        reason, trigger = _CAUSE[cause]
        state = "Idle" if cause is EndCause.UNPLUGGED else "EVConnected"
        about = {"chargingState": state, "stoppedReason": reason}
        values = self._meter_value(outlet, _REGISTER, "Transaction.End")
        self._tell_event(outlet, transaction, _Event("Ended", trigger, about, values))

    async def is_authorized(self, token: str) -> bool:
        """AuthorizeRequest (C01)."""
        payload = {"idToken": _id_token(token)}
        result = await self.uplink.call(Message(action="Authorize", payload=lambda: payload))
        return result is None or _status(result) == "Accepted"

    def is_meant(self, profile: Profile, transaction: Transaction) -> bool:
        """A TxProfile must name its transaction (K01.FR.03, FR.33)."""
        return profile.transaction == transaction.key

    def answer_while_rejected(self, call: Call) -> Answer | None:
        """Calls are not for a rejected station (B03.FR.08)."""
        return CallError(message_id=call.message_id, code=ErrorCode.SECURITY_ERROR)

    def _tell_event(self, outlet: Outlet, transaction: Transaction, event: "_Event") -> None:
        def take(result: JsonObject) -> None:
            if "idTokenInfo" in result and _status(result) != "Accepted":  # E05.FR.10
                self.stop(transaction, EndCause.DEAUTHORIZED)

        payload = self._event_payload(outlet, transaction, event)
        transaction.seq_no += 1
        self.uplink.tell(
            Message(
                action="TransactionEvent",
                payload=lambda: payload,
                is_kept=True,
                is_sample=event.kind == "Updated",
                on_result=take,
            )
        )

    def _event_payload(
        self, outlet: Outlet, transaction: Transaction, event: "_Event"
    ) -> JsonObject:
        """TransactionEventRequest (part 2 §1.60)."""
        is_charging = event.about["chargingState"] is OutletState.CHARGING
        phases = outlet.model.supply.phase_count(outlet.lines_used)
        return drop_absent(
            {
                "eventType": event.kind,
                "timestamp": format_time(self.own_clock.now()),
                "triggerReason": event.trigger,
                "seqNo": transaction.seq_no,
                "offline": not self.uplink.is_online,  # E04.FR.03
                "numberOfPhasesUsed": phases if is_charging else None,  # E02.FR.18
                "transactionInfo": {"transactionId": transaction.key, **event.about},
                "evse": {"id": outlet.model.number, "connectorId": 1},
                "idToken": event.token,
                "meterValue": event.values and [event.values],
            }
        )

    def _sample(self, outlet: Outlet, trigger: str) -> "_Event":
        context = "Trigger" if trigger == "Trigger" else "Sample.Periodic"
        values = self._meter_value(outlet, self.settings.measurands, context)
        return _Event("Updated", trigger, {"chargingState": outlet.state}, values)

    def _trigger(self, call: JsonObject) -> JsonObject:
        """TriggerMessageRequest (F06): the answer goes out before what was asked for."""
        evse = optional(call, "evse", dict) or {}
        number = optional(evse, "id", int)
        outlets = [o for key, o in self.outlets.items() if number in {None, key}]
        match required(call, "requestedMessage", str):
            case "BootNotification":
                if self.uplink.registration is Registration.ACCEPTED:  # F06.FR.17
                    return rejected("CSNotAccepted")
                messages = [self.boot_message()]
            case "Heartbeat":
                messages = [Message(action="Heartbeat", payload=dict)]
            case "MeterValues":
                messages = [self._meter_message(outlet) for outlet in outlets]
            case "StatusNotification":
                if "connectorId" not in evse or not outlets:  # F06.FR.12
                    return rejected("MissingParam")
                messages = [self._status_message(outlet) for outlet in outlets]
            case "TransactionEvent":
                return self._report_transactions(outlets)
            case "LogStatusNotification" | "FirmwareStatusNotification" as action:
                messages = [Message(action=action, payload=lambda: {"status": "Idle"})]
            case _:
                return {"status": "NotImplemented"}
        for message in messages:
            self.uplink.prompt(message)
        return {"status": "Accepted"}

    def _report_transactions(self, outlets: list[Outlet]) -> JsonObject:
        """Tell how the running transactions stand (F06.FR.07)."""
        for outlet in outlets:
            if outlet.transaction is not None:
                self._tell_event(outlet, outlet.transaction, self._sample(outlet, "Trigger"))
        is_running = any(outlet.transaction for outlet in outlets)
        return {"status": "Accepted"} if is_running else rejected("TxNotFound")

    def _status_message(self, outlet: Outlet) -> Message:
        """StatusNotificationRequest (G01)."""
        payload = {
            "timestamp": format_time(self.own_clock.now()),
            "connectorStatus": "Available" if outlet.vehicle is None else "Occupied",
            "evseId": outlet.model.number,
            "connectorId": 1,
        }
        return Message(action="StatusNotification", payload=lambda: payload)

    def _meter_message(self, outlet: Outlet) -> Message:
        """MeterValuesRequest (J01)."""
        values = self._meter_value(outlet, self.settings.measurands, "Trigger")
        payload = {"evseId": outlet.model.number, "meterValue": [values]}
        return Message(action="MeterValues", payload=lambda: payload)

    def _meter_value(self, outlet: Outlet, measurands: Sequence[str], context: str) -> JsonObject:
        return {
            "timestamp": format_time(self.own_clock.now()),
            "sampledValue": [_sampled(r, context) for r in outlet.readings(measurands)],
        }


@dataclass(frozen=True, slots=True)
class _Event:
    """What a transaction event is about.

    Attributes:
        kind: Its eventType.
        trigger: Its triggerReason.
        about: More of its transactionInfo; at least the charging state.
        values: Its meter values.
        token: Whose transaction it is.
    """

    kind: str
    trigger: str
    about: JsonObject
    values: JsonObject | None = None
    token: JsonObject | None = None


def _sampled(reading: Reading, context: str) -> JsonObject:
    """A SampledValueType."""
    return drop_absent(
        {
            "value": reading.value,
            "context": context,
            "measurand": reading.measurand,
            "phase": reading.phase,
            "unitOfMeasure": {"unit": reading.unit},
        }
    )


def _id_token(token: str) -> JsonObject:
    return {"idToken": token, "type": "KeyCode"}


def _status(result: JsonObject) -> str:
    info = result.get("idTokenInfo")
    return str(info.get("status")) if isinstance(info, dict) else ""
