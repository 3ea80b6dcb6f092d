"""OCPP 1.6-J as one value: schemas, tables, spellings."""

from functools import cache
from importlib.resources import files
from typing import Final

from csms.ocpp.adapter import Version
from csms.ocpp.frames import ErrorCode
from csms.ocpp.schemas import load_schemas
from csms.ocpp.v16.inbound import INBOUND
from csms.ocpp.v16.outbound import OUTBOUND

_ERROR_NAMES: Final = {
    # Both misspellings are the standard's own and stay (OCPP-J 1.6 errata §5.1, §5.2).
    ErrorCode.FORMAT_VIOLATION: "FormationViolation",
    ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION: "OccurenceConstraintViolation",
    # Codes that came with 2.0.1: a frame that is no call is not of the form that 1.6 describes.
    ErrorCode.RPC_FRAMEWORK_ERROR: "FormationViolation",
}


@cache
def load_v16() -> Version:
    """Load OCPP 1.6-J, once in a process."""
    return Version(
        name="1.6",
        subprotocol="ocpp1.6",
        schemas=load_schemas(files("ocpp.v16") / "schemas"),
        inbound=INBOUND,
        outbound=OUTBOUND,
        error_names=_ERROR_NAMES,
        # OCPP-J 1.6 §4.1.3: a message of an unknown type is to be ignored.
        silent_faults=frozenset({ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED}),
    )
