from pathlib import Path

import pytest

from csms.domain.errors import (
    CallRefusedError,
    ChargeFlexError,
    Fault,
    InvalidInputError,
    NoTransactionError,
    SettingsError,
    UnknownEvseError,
    UnknownFeederError,
    UnknownSiteError,
    UnknownStationError,
)


def test_settings_error_has_one_line_for_each_fault() -> None:
    faults = (Fault(3, "feeders[0].limit_a", "expected a number"), Fault(9, "", "not YAML"))
    error = SettingsError(Path("config/site.yaml"), faults)
    assert str(error) == (
        "config/site.yaml:3: feeders[0].limit_a: expected a number\nconfig/site.yaml:9: not YAML"
    )
    assert error.faults == faults


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UnknownStationError("G-01"), "no station is called 'G-01'"),
        (UnknownEvseError("G-01", 2), "station 'G-01' has no EVSE 2"),
        (UnknownSiteError("depot"), "no site is called 'depot'"),
        (UnknownFeederError("depot", "f"), "site 'depot' has no feeder 'f'"),
        (InvalidInputError("energy_kwh", "expected 0 or more"), "energy_kwh: expected 0 or more"),
        (NoTransactionError("G-01/1"), "no transaction is running at G-01/1"),
        (CallRefusedError("NotSupported", "Reset is not served"), "Reset is not served"),
    ],
)
def test_error_says_what_is_wrong_with_what(error: ChargeFlexError, text: str) -> None:
    assert str(error) == text
