"""Golden frames: what goes over the wire, word for word, one exchange in a file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from csms.ocpp.frames import Call, CallResult
from csms.ocpp.versions import load_adapters

FOLDER: Final = Path(__file__).parent / "frames"
ADAPTERS: Final = {adapter.name: adapter for adapter in load_adapters()}
V201, V16 = ADAPTERS["2.0.1"], ADAPTERS["1.6"]


@dataclass(frozen=True)
class Exchange:
    """A call and the result that answers it."""

    call: Call
    result: CallResult


def exchange(version: str, name: str) -> Exchange:
    """Read one exchange.

    Args:
        version: Its folder: `v16`.
        name: The action, and what is special about it: `Reset.hard`.
    """
    written: dict[str, Any] = json.loads((FOLDER / version / f"{name}.json").read_text("utf-8"))
    (two, call_id, action, payload), (three, result_id, answer) = written["call"], written["result"]
    assert (two, three) == (2, 3)
    assert call_id == result_id
    return Exchange(
        Call(message_id=call_id, action=action, payload=payload), CallResult(result_id, answer)
    )


def names_of(version: str) -> list[str]:
    """All exchanges of a version."""
    return sorted(path.stem for path in (FOLDER / version).glob("*.json"))
