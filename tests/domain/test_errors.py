from datetime import UTC, datetime
from pathlib import Path

import pytest

from csms.domain.errors import (
    CallRefusedError,
    ChargeFlexError,
    ExportFailedError,
    Fault,
    InvalidInputError,
    NoTransactionError,
    SettingsError,
    SiteFileError,
    StationStaysError,
    UnknownEvseError,
    UnknownFeederError,
    UnknownSiteError,
    UnknownStationError,
)
from csms.domain.limit_errors import NotLimitedError, NotOfferedError
from csms.domain.request_errors import TooManyRequestsError
from csms.language.catalogue import translate
from csms.language.languages import Language
from csms.language.said import Said


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


@pytest.mark.parametrize(
    ("error", "english", "norwegian"),
    [
        (
            UnknownFeederError("depot", "f"),
            "site 'depot' has no feeder 'f'",
            "anlegget 'depot' har ingen kurs 'f'",
        ),
        (
            NotOfferedError("yard/f", 900, 4000.4, 2500.0),
            "expected what feeder yard/f offers, above 0 and at most 2500 W for 900 s, got 4000 W",
            "forventet det kursen yard/f tilbyr, over 0 og høyst 2500 W i 900 s, fikk 4000 W",
        ),
        (
            InvalidInputError("amps", Said("expected 0 to %(most)g A on every line", most=62.5)),
            "amps: expected 0 to 62.5 A on every line",
            "amps: forventet 0 til 62,5 A på hver fase",
        ),
        (
            StationStaysError("G-01", Said("it is connected")),
            "station 'G-01' cannot be removed: expected a guest that is offline, it is connected",
            (
                "laderen 'G-01' kan ikke fjernes: forventet en gjest som ikke er tilkoblet, "
                "den er tilkoblet"
            ),
        ),
        (
            NotLimitedError("f", "nett", datetime(2026, 1, 14, 12, tzinfo=UTC)),
            "feeder 'f' is not limited by nett from 2026-01-14T12:00:00+00:00 on",
            "kursen 'f' er ikke begrenset av nett fra 2026-01-14T12:00:00+00:00",
        ),
        (
            TooManyRequestsError(100.0, 0.25),
            "expected at most 100 requests a second; ask again in 0.2 s",
            "forventet høyst 100 forespørsler i sekundet; spør igjen om 0,2 s",
        ),
    ],
)
def test_error_is_english_for_logs_and_can_be_told_in_other_languages(
    error: ChargeFlexError, english: str, norwegian: str
) -> None:
    assert (str(error), type(str(error))) == (english, str)
    assert f"{error}" == error.said == english
    assert translate(error.said, Language.NB) == norwegian


@pytest.mark.parametrize(
    "error",
    [
        InvalidInputError("ca", "the disk is full"),
        ExportFailedError("the disk is full"),
        StationStaysError("G-01", "the disk is full"),
        SiteFileError("yard", "the disk is full"),
    ],
)
def test_error_with_words_of_others_is_not_told_half_in_another_language(
    error: ChargeFlexError,
) -> None:
    assert translate(error.said, Language.NB) == str(error)


def test_error_without_words_says_nothing() -> None:
    assert ChargeFlexError().said == ""
