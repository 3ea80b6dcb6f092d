"""All messages of the versions that we speak: which are served, as what, and what shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import UnionType
from typing import Any, Final, get_args, get_type_hints

from csms.ocpp.adapter import Inbound, Version

_TO_US: Final = frozenset(
    {
        "Authorize",
        "BootNotification",
        "ClearedChargingLimit",
        "DataTransfer",
        "DiagnosticsStatusNotification",
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
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
        "TransactionEvent",
    }
)
"""Messages that stations send; all others are sent to them (1.6 §4, §5; 2.0.1 part 2)."""
_EITHER_WAY: Final = frozenset({"DataTransfer"})
_MISSING: Final = "missing"
_HEAD: Final = ("| message | is | shown by |", "|---|---|---|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message in one direction.

    Attributes:
        is_to_us: Whether stations send it.
        meanings: What it is in the neutral model; empty: it is not served.
    """

    action: str
    is_to_us: bool
    meanings: tuple[str, ...]


def list_messages(version: Version) -> tuple[Entry, ...]:
    """All messages of a version, by direction and name."""
    events = {entry.action: _events_of(entry) for entry in version.inbound}
    commands: dict[str, tuple[str, ...]] = {}
    for entry in version.outbound:
        known = commands.get(entry.action, ())
        commands[entry.action] = tuple(dict.fromkeys((*known, _command_name(entry.command))))
    actions = version.schemas.actions
    to_us = sorted(actions & _TO_US)
    to_stations = sorted(actions - (_TO_US - _EITHER_WAY))
    return (
        *(Entry(action=one, is_to_us=True, meanings=events.get(one, ())) for one in to_us),
        *(Entry(action=one, is_to_us=False, meanings=commands.get(one, ())) for one in to_stations),
    )


def write_catalogue(versions: Iterable[Version], frames: Mapping[str, Sequence[str]]) -> str:
    """Write all messages of some versions as tables in Markdown.

    Args:
        versions: Which versions.
        frames: By a version's name, the names of its golden frames: `Reset.hard`.
    """
    parts = []
    for version in versions:
        entries, shown = list_messages(version), frames.get(version.name, ())
        served = sum(1 for entry in entries if entry.meanings)
        parts.append(f"### OCPP {version.name}: {served} of {len(entries)}")
        for title, is_to_us in (("From stations", True), ("To stations", False)):
            rows = [_row(entry, shown) for entry in entries if entry.is_to_us is is_to_us]
            parts.append("\n".join((f"{title}:\n", *_HEAD, *rows)))
    return "\n\n".join(parts) + "\n"


def _row(entry: Entry, frames: Sequence[str]) -> str:
    shown = [name for name in frames if name.partition(".")[0] == entry.action]
    meanings = ", ".join(f"`{one}`" for one in entry.meanings) or _MISSING
    tests = ", ".join(f"`{name}`" for name in sorted(shown)) if entry.meanings else ""
    return f"| {entry.action} | {meanings} | {tests} |"


def _events_of(entry: Inbound[Any, Any]) -> tuple[str, ...]:
    """What a call is understood as, by what its reader says that it returns."""
    decode = entry.decode.func if isinstance(entry.decode, partial) else entry.decode
    told = get_type_hints(decode)["return"]
    kinds = get_args(told) if isinstance(told, UnionType) else (told,)
    return tuple(kind.__name__ for kind in kinds)


def _command_name(command: type) -> str:
    tag: str = command.__struct_config__.tag  # type: ignore[attr-defined]
    return tag
