"""Meters of others, with messages as they send them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.meter_source import MeterSource, ValuePlace
from csms.mqtt.foreign_meter import ForeignMeter, MeterReading
from csms.mqtt.message import Told

NOON: Final = datetime(2026, 1, 14, 12, tzinfo=UTC)
SHELLY_PRO: Final = (
    '{"id":0,"a_current":4.029,"a_voltage":236.1,"a_act_power":951.2,"a_aprt_power":951.9,"a_pf":1.00,'
    '"b_current":4.027,"b_voltage":236.201,"b_act_power":-951.1,"c_current":3.03,"c_voltage":236.402,'
    '"c_act_power":715.4,"n_current":11.029,"total_current":11.083,"total_act_power":2484.782}'
)
SHELLY_EVENT: Final = (
    '{"src":"shellypro3em-f008d1d8b8b8","dst":"home/events","method":"NotifyStatus","params":'
    '{"ts":1768392000.55,"em:0":{"a_current":4.0,"b_current":5.0,"c_current":6.0}}}'
)
TASMOTA: Final = (
    '{"Time":"2026-01-14T13:00:00","ENERGY":{"TotalStartTime":"2025-02-01T10:00:00","Total":1,'
    '"Power":[1150,230,0],"Voltage":230,"Current":[5.01,1.2,0.0]}}'
)
ZIGBEE: Final = (
    '{"current_phase_a":3.11,"current_phase_b":0,"current_phase_c":12.75,"energy":1024.5,'
    '"linkquality":116,"power":3640,"voltage_phase_a":231.4}'
)
AMS: Final = (
    '{"id":"AMS-1234","name":"Main","up":1,"t":1768392000,"data":{"lv":"AIDON_V0001","P":2301,'
    '"I1":10.1,"I2":0.0,"I3":9.8,"U1":231.4,"U2":0,"U3":232.6}}'
)
P1: Final = (
    '{"phase_currently_delivered_l1":0.23,"phase_currently_delivered_l2":1.15,'
    '"phase_currently_delivered_l3":2.3,"timestamp":"2026-01-14T12:59:58+01:00"}'
)
VZLOGGER: Final = (
    '{"data":[{"uuid":"x","value":1},{"uuid":"l1","value":7},{"uuid":"l2","value":8}]}'
)


def source(*paths: str, topic: str = "t", **more: Any) -> MeterSource:
    places = tuple(ValuePlace(topic, JsonPath(path)) for path in paths)
    if "at" in more:
        more["taken_at"] = JsonPath(more.pop("at"))
    return MeterSource(values=places, **more)


def told(payload: object, topic: str = "t", *, s: float = 0.0, is_retained: bool = False) -> Told:
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    if isinstance(payload, str):
        body = payload.encode()
    at = NOON + timedelta(seconds=s)
    return Told(topic=topic, payload=body, came_at=at, is_retained=is_retained)


@pytest.mark.parametrize(
    ("meter", "payload", "current_a"),
    [
        (source("$.a_current", "$.b_current", "$.c_current"), SHELLY_PRO, (4.029, 4.027, 3.03)),
        (
            source(*(f"$.params['em:0'].{line}_current" for line in "abc"), at="$.params.ts"),
            SHELLY_EVENT,
            (4.0, 5.0, 6.0),
        ),
        (source("$.ENERGY.Current"), TASMOTA, (5.01, 1.2, 0.0)),
        (source("$.ENERGY.Current[*]"), TASMOTA, (5.01, 1.2, 0.0)),
        (source("$.ENERGY.Power", amps_per_unit=1 / 230), TASMOTA, (5.0, 1.0, 0.0)),
        (source(*(f"$.current_phase_{line}" for line in "abc")), ZIGBEE, (3.11, 0.0, 12.75)),
        (source("$.data.I1", "$.data.I2", "$.data.I3", at="$.t"), AMS, (10.1, 0.0, 9.8)),
        (
            source(
                *(f"$.phase_currently_delivered_l{n}" for n in (1, 2, 3)), amps_per_unit=1000 / 230
            ),
            P1,
            (1.0, 5.0, 10.0),
        ),
        (source("$.data[?@.uuid=='l2'].value"), VZLOGGER, (8.0, 8.0, 8.0)),
        (source("$"), "12.5", (12.5, 12.5, 12.5)),
        (source("$"), '"12.5"', (12.5, 12.5, 12.5)),
        (source("$"), "[1, 2, 3]", (1.0, 2.0, 3.0)),
        (source("$", amps_per_unit=-0.001), "-8000", (8.0, 8.0, 8.0)),
        (source("$"), "-0.4", (0.0, 0.0, 0.0)),
        (source("$", may_export=True), "[-40, 2, -0.1]", (0.0, 2.0, 0.0)),
    ],
)
def test_values_are_found_where_the_device_writes_them(
    meter: MeterSource, payload: str, current_a: tuple[float, float, float]
) -> None:
    reading = ForeignMeter(meter).take(told(payload))
    assert reading is not None
    assert reading.current_a == pytest.approx(current_a, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-01-14T11:59:30Z", NOON - timedelta(seconds=30)),
        ("2026-01-14T13:00:00.250+01:00", NOON + timedelta(milliseconds=250)),
        (1768392000, NOON),
        (1768391999.5, NOON - timedelta(milliseconds=500)),
        (1768392000000, NOON),
        ("1768392000", NOON),
    ],
)
def test_instants_are_read_as_devices_write_them(value: object, at: datetime) -> None:
    reading = ForeignMeter(source("$.i", at="$.t")).take(told({"i": 1, "t": value}))
    assert reading == MeterReading(at, (1.0, 1.0, 1.0))


@pytest.mark.parametrize(
    "value",
    ["2026-01-14T12:00:00", "soon", "", None, True, [], 1e300, -1e300, "9" * 400, "10000-01-01"],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(InvalidInputError, match=r"\$\.t: expected a"):
        ForeignMeter(source("$.i", at="$.t")).take(told({"i": 1, "t": value}))


@pytest.mark.parametrize(
    ("meter", "payload", "said"),
    [
        (source("$.a", "$.b", "$.c"), {"a": 1, "b": 2}, "$.c: expected one value, found none"),
        (source("$..a"), {"a": 1, "b": {"a": 2}}, "$..a: expected a value or three, found 2"),
        (source("$.a"), {"a": []}, "$.a: expected a value or three, found 0"),
        (source("$.a"), {"a": None}, "$.a: expected a number, got None"),
        (source("$.a"), {"a": True}, "$.a: expected a number, got True"),
        (source("$.a"), {"a": "1,5"}, "$.a: expected a number, got '1,5'"),
        (source("$.a"), {"a": "nan"}, "$.a: expected a number, got 'nan'"),
        (source("$.a"), {"a": "1e999"}, "$.a: expected a number, got inf"),
        (source("$.a"), {"a": {"b": 1}}, "$.a: expected a number, got a dict of 1"),
        (source("$.a"), {"a": -2}, "current_a: expected 0 A or more, got -2 A: say `sign: -1` "),
        (source("$.a"), "unavailable", "payload: expected JSON, got 'unavailable'"),
        (source("$.a"), b"", "payload: expected JSON, got ''"),
        (source("$.a"), "5", "$.a: expected a value or three, found 0"),
    ],
)
def test_what_is_missing_or_cannot_be_true_is_refused(
    meter: MeterSource, payload: object, said: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        ForeignMeter(meter).take(told(payload))
    assert str(caught.value).startswith(said)


def test_message_without_values_is_passed_over_where_not_all_have_them() -> None:
    meter = ForeignMeter(source("$.i1", "$.i2", "$.i3", at="$.t", is_in_all=False))
    assert meter.take(told({"p": 1200})) is None
    assert meter.take(told({"p": 1200}, is_retained=True)) is None
    with pytest.raises(InvalidInputError, match=r"\$\.i3: expected one value, found none"):
        meter.take(told({"i1": 1, "i2": 2, "t": 1768392000}))
    assert ForeignMeter(source("$.i", is_in_all=False)).take(told({"p": 1})) is None


def test_retained_message_without_an_instant_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="retained: expected a message that tells when"):
        ForeignMeter(source("$")).take(told("5", is_retained=True))
    reading = ForeignMeter(source("$.i", at="$.t")).take(
        told({"i": 5, "t": "2026-01-14T11:00:00Z"}, is_retained=True)
    )
    assert reading == MeterReading(NOON - timedelta(hours=1), (5.0, 5.0, 5.0))


def lines_apart() -> ForeignMeter:
    places = tuple(ValuePlace(f"em/{line}/power", JsonPath("$")) for line in range(3))
    return ForeignMeter(MeterSource(values=places, amps_per_unit=0.01))


def test_lines_with_topics_of_their_own_make_a_reading_as_old_as_the_oldest() -> None:
    meter = lines_apart()
    assert meter.take(told("100", "em/0/power", s=0)) is None
    assert meter.take(told("300", "em/2/power", s=1)) is None
    reading = meter.take(told("200", "em/1/power", s=2))
    assert reading == MeterReading(NOON, (1.0, 2.0, 3.0))
    assert meter.take(told("200", "em/1/power", s=3)) is None


def test_line_that_comes_again_before_the_others_counts_with_its_last_value() -> None:
    meter = lines_apart()
    assert meter.take(told("100", "em/0/power", s=0)) is None
    assert meter.take(told("700", "em/0/power", s=10)) is None
    assert meter.take(told("300", "em/2/power", s=11)) is None
    reading = meter.take(told("200", "em/1/power", s=12))
    assert reading == MeterReading(NOON + timedelta(seconds=10), (7.0, 2.0, 3.0))


def test_line_that_is_wrong_keeps_the_reading_from_being_made() -> None:
    meter = lines_apart()
    meter.take(told("100", "em/0/power"))
    meter.take(told("300", "em/2/power"))
    with pytest.raises(InvalidInputError, match="expected JSON, got 'off'"):
        meter.take(told("off", "em/1/power"))
    assert meter.take(told("200", "em/1/power", s=5)) == MeterReading(NOON, (1.0, 2.0, 3.0))


def test_message_too_deep_to_be_followed_is_refused() -> None:
    deep = b'{"a":' * 1000 + b"1" + b"}" * 1000
    with pytest.raises(InvalidInputError):
        ForeignMeter(source("$..b")).take(told(deep))
    with pytest.raises(InvalidInputError, match=r"\$\.a: expected a number, got a dict of 1"):
        ForeignMeter(source("$.a")).take(told(deep))


JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.from_regex(r"[+-]?[0-9]{1,400}(\.[0-9]{0,3})?", fullmatch=True),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "t", "b"]), inner, max_size=3)
    ),
    max_leaves=12,
)
SOURCES: Final = st.sampled_from(
    [
        source("$"),
        source("$.a", at="$.t"),
        source("$..a", "$.a[0]", "$[-1]", amps_per_unit=-1000.0),
        source("$.a[?@.b > 1]", may_export=True, at="$..t"),
        source("$[?length(@) > 0]", amps_per_unit=1e300),
    ]
)


@given(meter=SOURCES, document=JSON, is_retained=st.booleans())
def test_whatever_comes_makes_a_reading_that_can_be_or_is_refused(
    meter: MeterSource, document: object, *, is_retained: bool
) -> None:
    taker = ForeignMeter(meter)
    payload = json.dumps(document).encode()
    try:
        reading = taker.take(told(payload, is_retained=is_retained))
    except InvalidInputError:
        return
    if reading is not None:
        assert all(amps >= 0.0 for amps in reading.current_a)
        assert reading.at.tzinfo is not None


@given(meter=SOURCES, payload=st.binary(max_size=60))
def test_bytes_of_any_kind_are_taken_or_refused(meter: MeterSource, payload: bytes) -> None:
    try:
        reading = ForeignMeter(meter).take(told(payload))
    except InvalidInputError:
        return
    assert reading is None or len(reading.current_a) == 3
