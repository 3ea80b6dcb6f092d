"""OCPP 2.0.1 as one value: schemas and tables; the neutral error codes are its own."""

from functools import cache
from importlib.resources import files

from csms.ocpp.adapter import Version
from csms.ocpp.schemas import load_schemas
from csms.ocpp.v201.inbound import INBOUND
from csms.ocpp.v201.outbound import OUTBOUND


@cache
def load_v201() -> Version:
    """Load OCPP 2.0.1, once in a process."""
    return Version(
        name="2.0.1",
        subprotocol="ocpp2.0.1",
        schemas=load_schemas(files("ocpp.v201") / "schemas"),
        inbound=INBOUND,
        outbound=OUTBOUND,
        error_names={},
    )
