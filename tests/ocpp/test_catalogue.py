"""The list of all messages tells what the versions' tables say, and the docs have it."""

from functools import partial
from pathlib import Path
from typing import Any, Final

from csms.cli.config import MESSAGES_MARK
from csms.domain.commands import ReadSettings, ReadVariables
from csms.domain.events import HeartbeatReceived, StatusChanged
from csms.domain.identity import StationId
from csms.ocpp.adapter import Inbound, Outbound, Version
from csms.ocpp.catalogue import Entry, list_messages, write_catalogue
from csms.ocpp.schemas import Payload, Schemas
from csms.ocpp.versions import load_adapters
from tests.ocpp.golden import names_of

DOCS: Final = Path(__file__).parents[2] / "docs" / "ocpp.md"


def decode(_name: StationId, _call: Payload) -> HeartbeatReceived | StatusChanged:
    raise NotImplementedError


def decode_by(_word: str, _name: StationId, _call: Payload) -> HeartbeatReceived:
    raise NotImplementedError


def outbound(kind: type[Any], action: str) -> Outbound[Any, Any]:
    found: Outbound[Any, Any] = Outbound(kind, action, lambda _: {}, lambda _, __: None)
    return found


def version() -> Version:
    """A version of six messages, of which four are served."""
    actions = ("Authorize", "DataTransfer", "GetVariables", "Heartbeat", "NotifyEvent", "Reset")
    return Version(
        name="9",
        subprotocol="ocpp9",
        schemas=Schemas(dict.fromkeys(actions), {}),  # type: ignore[arg-type]
        inbound=(
            Inbound("Heartbeat", decode, lambda _: {}),
            Inbound("Authorize", partial(decode_by, "x"), lambda _: {}),
        ),
        outbound=(
            outbound(ReadSettings, "GetVariables"),
            outbound(ReadVariables, "GetVariables"),
            outbound(ReadVariables, "GetVariables"),
        ),
        error_names={},
    )


def entry(action: str, *meanings: str, is_to_us: bool) -> Entry:
    return Entry(action=action, is_to_us=is_to_us, meanings=meanings)


def test_messages_are_told_with_what_they_mean() -> None:
    assert list_messages(version()) == (
        entry("Authorize", "HeartbeatReceived", is_to_us=True),
        entry("DataTransfer", is_to_us=True),
        entry("Heartbeat", "HeartbeatReceived", "StatusChanged", is_to_us=True),
        entry("NotifyEvent", is_to_us=True),
        entry("DataTransfer", is_to_us=False),
        entry("GetVariables", "read_settings", "read_variables", is_to_us=False),
        entry("Reset", is_to_us=False),
    )


def test_messages_are_written_with_the_frames_that_show_them() -> None:
    frames = {"9": ["Heartbeat.odd", "Heartbeat", "GetVariables", "Reset"]}
    assert write_catalogue([version()], frames) == (
        "### OCPP 9: 3 of 7\n"
        "\n"
        "From stations:\n"
        "\n"
        "| message | is | shown by |\n"
        "|---|---|---|\n"
        "| Authorize | `HeartbeatReceived` |  |\n"
        "| DataTransfer | missing |  |\n"
        "| Heartbeat | `HeartbeatReceived`, `StatusChanged` | `Heartbeat`, `Heartbeat.odd` |\n"
        "| NotifyEvent | missing |  |\n"
        "\n"
        "To stations:\n"
        "\n"
        "| message | is | shown by |\n"
        "|---|---|---|\n"
        "| DataTransfer | missing |  |\n"
        "| GetVariables | `read_settings`, `read_variables` | `GetVariables` |\n"
        "| Reset | missing |  |\n"
    )


def test_docs_have_all_messages_of_all_versions() -> None:
    frames = {"1.6": names_of("v16"), "2.0.1": names_of("v201")}
    written = write_catalogue([one.version for one in load_adapters()], frames)
    _, _, table = DOCS.read_text("utf-8").partition(f"{MESSAGES_MARK}\n\n")
    how = "chargeflex config messages --frames tests/ocpp/frames --into docs/ocpp.md"
    assert table == written, f"the table is not up to date: {how}"
