"""The versions of OCPP that we speak, best first."""

from csms.ocpp.adapter import Adapter
from csms.ocpp.v16.version import load_v16
from csms.ocpp.v201.version import load_v201


def load_adapters() -> tuple[Adapter, ...]:
    """Load all versions, in the order in which the server prefers them."""
    return (Adapter(load_v201()), Adapter(load_v16()))
