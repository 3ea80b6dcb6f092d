"""What a frame of a station deserves, by the specifications and the `ocpp` package's validator.

OCPP-J 1.6 §4 with its errata, OCPP 2.0.1 part 4 §4. It shares no code with the server, and where a
frame is wrong in several ways it names every code that would be right.
"""

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from ocpp.messages import MessageType, get_validator

from tests.ocpp.bounded import with_bounds

STATION_ACTIONS: Final = {
    "1.6": frozenset(
        {
            "Authorize",
            "BootNotification",
            "DataTransfer",
            "DiagnosticsStatusNotification",
            "FirmwareStatusNotification",
            "Heartbeat",
            "LogStatusNotification",
            "MeterValues",
            "SecurityEventNotification",
            "SignCertificate",
            "SignedFirmwareStatusNotification",
            "StartTransaction",
            "StatusNotification",
            "StopTransaction",
        }
    ),
    "2.0.1": frozenset(
        {
            "Authorize",
            "BootNotification",
            "ClearedChargingLimit",
            "DataTransfer",
            "FirmwareStatusNotification",
            "Get15118EVCertificate",
            "GetCertificateStatus",
            "Heartbeat",
            "LogStatusNotification",
            "MeterValues",
            "NotifyChargingLimit",
            "NotifyCustomerInformation",
            "NotifyDisplayMessages",
            "NotifyEVChargingNeeds",
            "NotifyEVChargingSchedule",
            "NotifyEvent",
            "NotifyMonitoringReport",
            "NotifyReport",
            "PublishFirmwareStatusNotification",
            "ReportChargingProfiles",
            "ReservationStatusUpdate",
            "SecurityEventNotification",
            "SignCertificate",
            "StatusNotification",
            "TransactionEvent",
        }
    ),
}
"""What a station may call (1.6 §4 and the security whitepaper; 2.0.1 part 2)."""
_PACKAGES: Final = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}
_CALL, _ANSWERS = 2, (3, 4)

FORMAT: Final = {"1.6": "FormationViolation", "2.0.1": "FormatViolation"}
OCCURRENCE: Final = {
    "1.6": "OccurenceConstraintViolation",  # as the specification spells it
    "2.0.1": "OccurrenceConstraintViolation",
}
FRAMEWORK: Final = {"1.6": "FormationViolation", "2.0.1": "RpcFrameworkError"}
PROPERTY: Final = "PropertyConstraintViolation"
TYPE: Final = "TypeConstraintViolation"
_TYPE_WORDS: Final = frozenset({"type", "maxLength", "minLength"})
_OCCURRENCE_WORDS: Final = frozenset({"required", "minItems", "maxItems"})
_PROPERTY_WORDS: Final = frozenset({"enum", "minimum", "maximum", "multipleOf"})
_BEGINS_AS_CALL: Final = re.compile(r'[\s]*\[\s*2\s*,\s*"(?P<id>[^"\\]{1,36})"')
_BEGINS_AS_ANSWER: Final = re.compile(r"\s*\[\s*[34]\s*,")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deserved:
    """How a frame may be answered.

    Attributes:
        message_id: Under which id.
        codes: Error codes that would be right; with `action`, that of a value that is none.
        action: The call may succeed, with an answer that fits this action.
    """

    message_id: str
    codes: frozenset[str]
    action: str | None = None


class Judge:
    """Knows what frames deserve in one version of OCPP.

    Args:
        version: Of OCPP.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self._calls: dict[str, Any] = {}
        self._server_actions = server_actions(version)

    def deserved(self, frame: str | bytes) -> Deserved | None:
        """How a frame may be answered; None: not at all."""
        if isinstance(frame, bytes):
            return self._refused("-1", FRAMEWORK)
        try:
            told = _without_nul(json.loads(frame, parse_constant=_no_number))
            json.dumps(told, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):
            return self._no_json(frame)
        if not isinstance(told, list) or not told:
            return self._refused("-1", FRAMEWORK)
        return self._of_array(told)

    def _of_array(self, told: list[Any]) -> Deserved | None:
        kind = told[0] if type(told[0]) is int else None
        if kind == _CALL:
            return self._of_call(told)
        if kind in _ANSWERS or self.version == "1.6":  # §4.1.3
            return None
        return Deserved(message_id=_id_of(told), codes=frozenset({"MessageTypeNotSupported"}))

    def _no_json(self, text: str) -> Deserved | None:
        """An answer to it is told from its beginning; so is the id of a call."""
        if _BEGINS_AS_ANSWER.match(text):
            return None
        begin = _BEGINS_AS_CALL.match(text)
        return Deserved(
            message_id=begin["id"] if begin else "-1",
            codes=frozenset({FORMAT[self.version], FRAMEWORK[self.version]}),
        )

    def _of_call(self, told: list[Any]) -> Deserved:
        message_id = _id_of(told)
        if len(told) != 4 or message_id != told[1] or not isinstance(told[2], str):
            return self._refused(message_id, FRAMEWORK)
        _, _, action, payload = told
        if not isinstance(payload, dict | None):
            return self._refused(message_id, FORMAT)
        if action not in STATION_ACTIONS[self.version]:
            is_known = action in self._server_actions
            code = "NotSupported" if is_known else "NotImplemented"
            return Deserved(message_id=message_id, codes=frozenset({code}))
        faults = self._faults(action, payload or {})
        if faults:
            return Deserved(message_id=message_id, codes=frozenset(map(self._code, faults)))
        return Deserved(message_id=message_id, codes=frozenset({PROPERTY}), action=action)

    def _faults(self, action: str, payload: dict[str, Any]) -> set[str]:
        """The keywords of the schema that a payload offends."""
        if action not in self._calls:
            validator = get_validator(MessageType.Call, action, self.version)
            self._calls[action] = type(validator)(with_bounds(validator.schema))
        return {str(error.validator) for error in self._calls[action].iter_errors(payload)}

    def _code(self, keyword: str) -> str:
        if keyword in _TYPE_WORDS:
            return TYPE
        if keyword in _PROPERTY_WORDS:
            return PROPERTY
        table = OCCURRENCE if keyword in _OCCURRENCE_WORDS else FORMAT
        return table[self.version]

    def _refused(self, message_id: str, code: dict[str, str]) -> Deserved:
        return Deserved(message_id=message_id, codes=frozenset({code[self.version]}))


def server_actions(version: str) -> frozenset[str]:
    """What only a server may call: all that is no call of a station."""
    folder = files(_PACKAGES[version]) / "schemas"
    names = {file.name.partition(".")[0] for file in folder.iterdir() if ".json" in file.name}
    calls = {name.removesuffix("Request") for name in names if not name.endswith("Response")}
    return frozenset(calls - STATION_ACTIONS[version])


def _id_of(told: list[Any]) -> str:
    """The id that a frame is answered under (2.0.1 part 4 §4.2.3)."""
    is_id = len(told) > 1 and isinstance(told[1], str) and 0 < len(told[1]) <= 36
    return told[1] if is_id else "-1"


def _without_nul(value: Any) -> Any:
    """Stations pad texts with NUL, which no database keeps: it counts for nothing."""
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [_without_nul(part) for part in value]
        case dict():
            return {_without_nul(name): _without_nul(part) for name, part in value.items()}
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
