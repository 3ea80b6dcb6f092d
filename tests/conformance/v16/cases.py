"""The sections that the cases of OCPP 1.6 come from, and the chapters of their table."""

from typing import Final

import pytest

BAR: Final = 120
"""Cases that have to pass."""

CORE: Final = "core"
FIRMWARE: Final = "firmware"
LOCAL_LIST: Final = "local list"
RESERVATION: Final = "reservation"
SMART_CHARGING: Final = "smart charging"
TRIGGER: Final = "trigger"
SECURITY: Final = "security"
OCPP_J: Final = "OCPP-J"
CHAPTERS: Final = (
    *(CORE, FIRMWARE, LOCAL_LIST, RESERVATION),
    *(SMART_CHARGING, TRIGGER, SECURITY, OCPP_J),
)


def case16(section: str, chapter: str, *, is_each: bool = False) -> pytest.MarkDecorator:
    """Say which section a test is a case of.

    Args:
        section: Its number and title; `J` before those of OCPP-J, `W` before the whitepaper's.
        chapter: Under which it is counted.
        is_each: Whether every set of parameters shows a rule of its own, and so is a case.
    """
    return pytest.mark.case16(section, chapter, is_each)
