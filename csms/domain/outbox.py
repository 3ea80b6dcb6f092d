"""Commands that wait for their station: which may, for how long, and which take another's place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from csms.domain.commands import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearMessage,
    ClearMonitors,
    Command,
    DeleteCertificate,
    DeliverCertificate,
    InstallCertificate,
    Outcome,
    PublishFirmware,
    Reserve,
    SendLocalList,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    SetNetworkProfile,
    ShowMessage,
    UnpublishFirmware,
    UpdateFirmware,
    WriteSetting,
    WriteVariables,
)
from csms.domain.identity import StationId

_DAY_S: Final = 86_400
_WAITS_S: Final[Mapping[type[Command[Any]], int]] = {
    CancelReservation: _DAY_S,
    ChangeAvailability: _DAY_S,
    ClearCache: _DAY_S,
    ClearMessage: _DAY_S,
    ClearMonitors: _DAY_S,
    DeleteCertificate: _DAY_S,
    DeliverCertificate: _DAY_S,
    InstallCertificate: _DAY_S,
    PublishFirmware: _DAY_S,
    SendLocalList: _DAY_S,
    SetMonitoringBase: _DAY_S,
    SetMonitoringLevel: _DAY_S,
    SetMonitors: _DAY_S,
    SetNetworkProfile: _DAY_S,
    ShowMessage: _DAY_S,
    UnpublishFirmware: _DAY_S,
    UpdateFirmware: 7 * _DAY_S,
    WriteSetting: _DAY_S,
    WriteVariables: _DAY_S,
}
"""Commands that say how a station is to be; others are about this moment, and do not wait."""
_SUBJECT: Final[Mapping[type[Command[Any]], Callable[[Any], object]]] = {
    ChangeAvailability: lambda one: (one.evse_number, one.connector_number),
    ClearCache: lambda _: "",
    SendLocalList: lambda _: "",
    SetMonitoringBase: lambda _: "",
    SetMonitoringLevel: lambda _: "",
    SetNetworkProfile: lambda one: one.slot,
    ShowMessage: lambda one: one.message.message_id,
    UpdateFirmware: lambda _: "",
    WriteSetting: lambda one: one.name.casefold(),
}
"""What a command is about, where a newer one about the same makes it pointless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a command is to be sent.

    Attributes:
        key: Names the order, so that it can be given again without being done again.
        wait_s: How long it may wait for its station; None: as long as its kind may.
    """

    key: str | None = None
    wait_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A command that waits."""

    number: int
    station_id: StationId
    command: Command[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What has come of a command that was given before.

    Attributes:
        command: As it is kept: in JSON values, with its name, without secrets.
    """

    number: int
    command: Mapping[str, Any]
    outcome: Outcome


def waits_s(command: Command[Any], order: Order, now: datetime) -> float:
    """How long a command may wait for its station; 0: it does not."""
    if order.wait_s is not None:
        return float(order.wait_s)
    if isinstance(command, Reserve):
        return max(0.0, (command.expires_at - now).total_seconds())
    return float(_WAITS_S.get(type(command), 0))


def subject_of(command: Command[Any]) -> str | None:
    """What a command is about; of those that wait only the newest about the same is sent.

    None: each is sent.
    """
    about = _SUBJECT.get(type(command))
    return None if about is None else f"{type(command).__name__}:{about(command)}"
