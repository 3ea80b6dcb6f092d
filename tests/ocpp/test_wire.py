from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.metering import Measurand, MeterSample
from csms.ocpp.adapter import FieldError
from csms.ocpp.schemas import load_schemas
from csms.ocpp.wire import (
    drop_absent,
    format_time,
    parse_time,
    parse_time_if_told,
    read_number,
    read_sample,
    round_decimal,
    round_limit,
)

V16 = load_schemas(files("ocpp.v16") / "schemas")
NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-14T12:00:00Z", NOON),
        ("2026-01-14T13:00:00+01:00", NOON),
        ("2026-01-14T13:00:00+0100", NOON),
        ("2026-01-14T06:30:00-05:30", NOON),
        ("2026-01-15T01:00:00+13:00", NOON),
        ("2026-01-14T12:00:00", NOON),
        ("2026-01-14 12:00:00Z", NOON),
        ("2026-01-14T12:00Z", NOON),
        ("2026-01-14T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2026-01-14T12:00:00.250Z", NOON.replace(microsecond=250_000)),
        ("2026-01-14T12:00:00.000001Z", NOON.replace(microsecond=1)),
        ("2026-01-14T12:00:00.1234567Z", NOON.replace(microsecond=123_456)),
        ("2026-01-14T13:00:00.1234567+01:00", NOON.replace(microsecond=123_456)),
        ("2026-01-14T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_time_is_read_as_stations_write_it(text: str, instant: datetime) -> None:
    read = parse_time(text)
    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1768392000",
        "14.01.2026 12:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-14T25:00:00Z",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00+14:00",  # before the year 1 in UTC
        "9999-12-31T23:59:59-01:00",
        "x" * 10_000,
    ],
)
def test_what_is_no_time_is_a_fault_of_the_field(text: str) -> None:
    with pytest.raises(FieldError, match="expected a time in RFC 3339, got ") as caught:
        parse_time(text)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (NOON, "2026-01-14T12:00:00Z"),
        (NOON.replace(microsecond=999_999), "2026-01-14T12:00:00Z"),
        (datetime(2026, 1, 14, 13, 0, tzinfo=timezone(timedelta(hours=1))), "2026-01-14T12:00:00Z"),
        (datetime(2026, 1, 14, 12, 0, tzinfo=ZoneInfo("Etc/UTC")), "2026-01-14T12:00:00Z"),
        (datetime(2026, 7, 14, 12, 0, tzinfo=ZoneInfo("Europe/Oslo")), "2026-07-14T10:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_time_is_written_in_whole_seconds_of_utc(instant: datetime, text: str) -> None:
    assert format_time(instant) == text


@pytest.mark.parametrize(
    ("limit", "written"),
    [
        (16.0, 16.0),
        (16.1, 16.1),
        (16.19, 16.1),
        (16.1999, 16.1),
        (0.3, 0.3),
        (0.1 + 0.2, 0.3),
        (0.7, 0.7),
        (32.3, 32.3),
        (5.99, 5.9),
        (0.09, 0.0),
        (0.0, 0.0),
        (-0.01, 0.0),
        (-16.0, 0.0),
        (11_040.04, 11_040.0),
    ],
)
def test_limit_is_rounded_down_to_a_tenth(limit: float, written: float) -> None:
    assert round_limit(limit) == written


@given(st.integers(0, 10_000_000))
def test_limit_of_whole_tenths_stays_what_it_is(tenths: int) -> None:
    assert round_limit(tenths / 10) == tenths / 10


@given(st.floats(-100, 1_000_000))
def test_limit_is_never_rounded_up(limit: float) -> None:
    assert 0.0 <= round_limit(limit) <= max(0.0, limit + 1e-6)


@pytest.mark.parametrize(
    ("value", "unit", "multiplier", "number"),
    [
        ("1234", None, None, 1234.0),
        ("1234", "", 0, 1234.0),
        ("1234.5", "Wh", 0, 1234.5),
        ("1.25", "kWh", 0, 1250.0),
        (1.25, "kWh", 0, 1250.0),
        ("7.5", "kW", 0, 7500.0),
        ("2", "kVA", 0, 2000.0),
        ("2", "kvar", 0, 2000.0),
        ("2", "kvarh", 0, 2000.0),
        ("2", "kVAh", 0, 2000.0),
        ("16.1", "A", 0, 16.1),
        ("61", "Percent", 0, 61.0),
        (75, "W", 2, 7500.0),
        (75, "kW", -3, 75.0),
        (5, "Wh", 3, 5000.0),
        ("31", "Celcius", 0, 31.0),  # the standard's own spelling
        ("31", "Celsius", 0, 31.0),
        ("273.15", "K", 0, 0.0),
        ("212", "Fahrenheit", 0, 100.0),
        ("-0.5", "A", 0, -0.5),
        (" 16.1 ", "A", 0, 16.1),
        ("1e3", "W", 0, 1000.0),
        ("0.30004000000000003", "", 0, 0.30004000000000003),
        ("16", "Furlong", 0, 16.0),
    ],
)
def test_number_is_read_in_its_base_unit(
    value: object, unit: str | None, multiplier: int | None, number: float
) -> None:
    assert read_number(value, unit, multiplier) == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "multiplier"),
    [
        ("NaN", "", 0),
        ("nan", "kWh", 0),
        ("inf", "", 0),
        ("-Infinity", "W", 0),
        ("abc", "", 0),
        ("", "", 0),
        ("1,5", "", 0),
        ("16 A", "A", 0),
        ("1e400", "", 0),
        ("1e308", "kWh", 0),
        (1e308, "W", 3),
        (1, "W", 400),
        (1, "W", 10**30),
    ],
)
def test_what_is_no_finite_number_is_dropped(value: object, unit: str, multiplier: int) -> None:
    assert read_number(value, unit, multiplier) is None


def test_sample_that_tells_only_its_value_is_an_energy_register_at_the_outlet() -> None:
    call = {"connectorId": 1, "meterValue": [{"timestamp": "", "sampledValue": [{"value": "12"}]}]}
    [meter_value] = V16.calls["MeterValues"].read(call).meterValue
    assert read_sample(NOON, meter_value.sampledValue[0], 12.0) == MeterSample(
        at=NOON,
        measurand=Measurand.ENERGY_IMPORT_REGISTER,
        value=12.0,
        phase=None,
        context="Sample.Periodic",
        location="Outlet",
    )


def test_fields_without_a_value_are_left_out_and_empty_ones_stay() -> None:
    fields: dict[str, object] = {"a": None, "b": 0, "c": "", "d": [], "e": False}
    assert drop_absent(fields) == {"b": 0, "c": "", "d": [], "e": False}


def test_time_that_is_left_out_is_none_and_one_that_is_none_is_a_fault() -> None:
    assert parse_time_if_told(None) is None
    assert parse_time_if_told("2026-01-14T12:00:00Z") == NOON
    with pytest.raises(FieldError, match="expected a time in RFC 3339, got ''"):
        parse_time_if_told("")


@pytest.mark.parametrize(
    ("number", "written"), [(1 / 3, 0.333333), (-2 / 3, -0.666667), (41.5, 41.5), (0.0, 0.0)]
)
def test_number_has_no_more_than_six_decimals(number: float, written: float) -> None:
    assert round_decimal(number) == written
