"""The versions of OCPP that we speak, best first."""

from collections.abc import Callable, Mapping
from typing import Final

from csms.ocpp.adapter import Adapter, Version
from csms.ocpp.v16.version import load_v16
from csms.ocpp.v201.version import load_v201

_VERSIONS: Final[Mapping[str, Callable[[], Version]]] = {
    "2.0.1": load_v201,
    "1.6": load_v16,
}
VERSION_NAMES: Final = tuple(_VERSIONS)
"""As people write them, in the order in which the server prefers them."""


def load_adapters() -> tuple[Adapter, ...]:
    """Load all versions, in the order in which the server prefers them."""
    return tuple(Adapter(load()) for load in _VERSIONS.values())
