"""Samples of a reading become columns; what columns cannot tell stays beside them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.metering import Measurand, MeterSample, gather_reading
from csms.history.meter_values import read_meter
from csms.storage.readings import write_readings
from tests.service.rig import NOON

REGISTER = "Energy.Active.Import.Register"


def test_plain_samples_become_columns_and_nothing_else_is_kept() -> None:
    samples = [
        [REGISTER, 1234.5],
        ["Power.Active.Import", 7360.0],
        ["Current.Import", 16.0, "L1"],
        ["Current.Import", 15.5, "L2"],
        ["Current.Import", 0.0, "L3"],
        ["SoC", 55.0],
    ]
    assert read_meter(json.dumps(samples)) == ((1234.5, 7360.0, 16.0, 15.5, 0.0, 55.0), None)


def test_what_was_not_told_is_empty() -> None:
    assert read_meter('[["Current.Import",16.0,"L1"]]') == (
        (None, None, 16.0, None, None, None),
        None,
    )
    assert read_meter("[]") == ((None,) * 6, None)


@pytest.mark.parametrize(
    ("samples", "values"),
    [
        ('[["Voltage",231.0]]', (None,) * 6),
        (
            f'[["{REGISTER}",5.0,null,"Transaction.Begin"]]',
            (5.0, None, None, None, None, None),
        ),
        (f'[["{REGISTER}",5.0],["{REGISTER}",7.0]]', (7.0, None, None, None, None, None)),
        ('[["SoC",40.0,null,"Sample.Periodic","EV"]]', (None, None, None, None, None, 40.0)),
        (
            f'[["{REGISTER}",null,null,"Sample.Periodic","Outlet","AP;0;3;ALCV3ABBBI"]]',
            (None,) * 6,
        ),
        ('[["Current.Import",9.0]]', (None, None, 9.0, 9.0, 9.0, None)),
        ('[["Current.Import",9.0,"L2-N"]]', (None, None, None, 9.0, None, None)),
        (
            '[["Power.Active.Import",1000.0,"L1"],["Power.Active.Import",1500.0,"L2"]]',
            (None, 2500.0, None, None, None, None),
        ),
    ],
)
def test_samples_that_columns_cannot_tell_are_kept_word_for_word(
    samples: str, values: tuple[float | None, ...]
) -> None:
    assert read_meter(samples) == (values, samples)


AMPS = st.floats(0, 100).map(lambda value: round(value, 1))
SAMPLES = st.lists(
    st.builds(
        MeterSample,
        at=st.just(NOON),
        measurand=st.sampled_from(
            [
                Measurand.CURRENT_IMPORT,
                Measurand.POWER_IMPORT,
                Measurand.ENERGY_IMPORT_REGISTER,
                Measurand.STATE_OF_CHARGE,
                Measurand.VOLTAGE,
            ]
        ),
        value=st.none() | AMPS,
        phase=st.sampled_from([None, "L1", "L2", "L3", "L1-N", "L1-L2"]),
        location=st.sampled_from(["Outlet", "EV"]),
    ),
    min_size=1,
    max_size=8,
)


@given(SAMPLES)
def test_columns_tell_what_the_rest_of_the_system_gathers(samples: list[MeterSample]) -> None:
    [(_, _, text)] = write_readings(samples)
    (register_wh, power_w, *amps, soc_pct), _ = read_meter(text)
    reading = gather_reading(tuple(samples))
    if reading is None:
        assert (register_wh, power_w, *amps, soc_pct) == (None,) * 6
        return
    assert register_wh == reading.register_wh
    assert (power_w, soc_pct) == (reading.power_w, reading.soc_pct)
    assert tuple(value or 0.0 for value in amps) == (reading.current_a or (0.0, 0.0, 0.0))
