"""What a meter shows, as stations write it."""

from datetime import datetime
from typing import Any, Final

from tests.conformance.station import Fields, time_of

SIGNED: Final = {
    "signedMeterData": "T0NNRnx7fQ==",
    "signingMethod": "ECDSA-secp256r1-SHA256",
    "encodingMethod": "OCMF",
    "publicKey": "b2NhOmJhc2UxNjphc24xOg==",
}
"""A signed reading; the system keeps it, and need not understand it."""


def energy(
    register_wh: float,
    context: str = "Sample.Periodic",
    *,
    at: datetime | None = None,
    signed: Fields | None = None,
) -> Fields:
    """The meter's register at an instant; now, if none is given."""
    sample: dict[str, Any] = {"value": register_wh, "context": context}
    if signed:
        sample["signedMeterValue"] = signed
    return {"timestamp": time_of(at), "sampledValue": [sample]}
