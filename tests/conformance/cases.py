"""The ids of the official test cases, and how many there are."""

from typing import Final

import pytest

CASES_IN_BLOCK: Final = {
    "A": 14, "B": 21, "C": 16, "D": 6, "E": 27, "F": 15, "G": 10, "H": 9,
    "I": 1, "J": 9, "K": 32, "L": 19, "M": 18, "N": 30, "O": 18, "P": 2,
}  # fmt: skip
"""Cases for a CSMS in OCPP 2.0.1 edition 3, part 6, by the functional block in their ids."""

CORE: Final = "core"
ADVANCED_SECURITY: Final = "advanced security"
LOCAL_LIST: Final = "local list"
SMART_CHARGING: Final = "smart charging"
RESERVATION: Final = "reservation"
ADVANCED_DEVICES: Final = "advanced device management"
ADVANCED_UI: Final = "advanced user interface"
ISO_15118: Final = "ISO 15118"
NO_PROFILE: Final = "in no profile"


def case(case_id: str, *profiles: str) -> pytest.MarkDecorator:
    """Say which official case a test is.

    Args:
        case_id: Its id, without `_CSMS` at the end.
        profiles: The certification profiles that list it.
    """
    return pytest.mark.case(case_id, profiles or (NO_PROFILE,))
