from datetime import UTC, datetime, timedelta, timezone

import pytest

from csms.domain.metering import Measurand, MeterSample, Reading, gather_reading

AT = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
EARLIER = datetime(2026, 1, 14, 11, 59, tzinfo=UTC)


def sample(
    measurand: Measurand,
    value: float | None,
    phase: str | None = None,
    *,
    at: datetime = AT,
    location: str = "Outlet",
) -> MeterSample:
    return MeterSample(at=at, measurand=measurand, value=value, phase=phase, location=location)


def current(value: float | None, phase: str | None = None, *, at: datetime = AT) -> MeterSample:
    return sample(Measurand.CURRENT_IMPORT, value, phase, at=at)


def power(value: float | None, phase: str | None = None) -> MeterSample:
    return sample(Measurand.POWER_IMPORT, value, phase)


def register(value: float | None, phase: str | None = None) -> MeterSample:
    return sample(Measurand.ENERGY_IMPORT_REGISTER, value, phase)


def test_sample_cannot_be_changed_and_equals_its_like() -> None:
    one = power(7360.0)
    with pytest.raises(AttributeError):
        one.value = 0.0  # type: ignore[misc]
    assert one == power(7360.0)
    assert one != power(7361.0)
    assert len({one, power(7360.0)}) == 1


def test_measurand_is_found_by_its_name() -> None:
    assert {Measurand.VOLTAGE: 230.0}["Voltage"] == 230.0  # type: ignore[index]
    assert {"Voltage": 230.0}[Measurand.VOLTAGE] == 230.0


def test_no_samples_make_no_reading() -> None:
    assert gather_reading(()) is None


def test_samples_of_other_things_make_no_reading() -> None:
    assert gather_reading(
        (sample(Measurand.VOLTAGE, 230.0), sample(Measurand.FREQUENCY, 50.0))
    ) is (None)


def test_values_that_could_not_be_read_make_no_reading() -> None:
    assert gather_reading((current(None), power(None), register(None))) is None


def test_a_full_message_is_gathered_into_one_reading() -> None:
    samples = (
        current(16.1, "L1"),
        current(15.9, "L2"),
        current(16.0, "L3"),
        power(11_040.0),
        register(1_234_500.0),
        sample(Measurand.STATE_OF_CHARGE, 61.0, location="EV"),
    )
    assert gather_reading(samples) == Reading(
        at=AT,
        current_a=(16.1, 15.9, 16.0),
        power_w=11_040.0,
        register_wh=1_234_500.0,
        soc_pct=61.0,
    )


def test_phases_that_are_not_told_carry_nothing() -> None:
    assert gather_reading((current(20.0, "L2"),)) == Reading(at=AT, current_a=(0.0, 20.0, 0.0))


def test_phases_may_be_named_with_the_neutral() -> None:
    samples = (current(6.0, "L1-N"), current(7.0, "L2-N"), current(8.0, "L3-N"))
    assert gather_reading(samples) == Reading(at=AT, current_a=(6.0, 7.0, 8.0))


def test_current_of_the_neutral_and_between_lines_is_left_out() -> None:
    samples = (current(6.0, "L1"), current(9.0, "N"), current(9.0, "L1-L2"))
    assert gather_reading(samples) == Reading(at=AT, current_a=(6.0, 0.0, 0.0))


def test_one_figure_for_the_current_may_flow_in_every_phase() -> None:
    reading = Reading(at=AT, current_a=(16.0, 16.0, 16.0), is_one_for_all=True)
    assert gather_reading((current(16.0),)) == reading


def test_figures_by_phase_outrank_the_figure_for_all() -> None:
    samples = (current(30.0), current(10.0, "L1"), current(10.0, "L2"), current(10.0, "L3"))
    assert gather_reading(samples) == Reading(at=AT, current_a=(10.0, 10.0, 10.0))


def test_power_by_phase_is_summed_where_no_total_is_told() -> None:
    samples = (power(3600.0, "L1-N"), power(3500.0, "L2-N"), power(3400.0, "L3-N"))
    assert gather_reading(samples) == Reading(at=AT, power_w=10_500.0)


def test_told_total_of_power_is_taken_instead_of_the_sum() -> None:
    samples = (power(3600.0, "L1"), power(7000.0), power(3500.0, "L2"))
    assert gather_reading(samples) == Reading(at=AT, power_w=7000.0)


def test_registers_by_phase_are_summed() -> None:
    samples = (register(1000.0, "L1"), register(2000.0, "L2"), register(3000.0, "L3"))
    assert gather_reading(samples) == Reading(at=AT, register_wh=6000.0)


def test_power_alone_tells_no_current() -> None:
    assert gather_reading((power(7360.0),)) == Reading(at=AT, power_w=7360.0)


def test_only_the_newest_samples_of_a_message_count() -> None:
    samples = (
        current(16.0, "L1"),
        current(32.0, "L1", at=EARLIER),
        current(31.0, "L2", at=EARLIER),
    )
    assert gather_reading(samples) == Reading(at=AT, current_a=(16.0, 0.0, 0.0))


def test_what_the_vehicle_says_of_its_current_is_not_the_meter() -> None:
    inside = sample(Measurand.CURRENT_IMPORT, 400.0, location="EV")
    assert gather_reading((inside,)) is None
    assert gather_reading((inside, current(16.0, "L1"))) == Reading(
        at=AT, current_a=(16.0, 0.0, 0.0)
    )


def test_state_of_charge_may_come_from_the_vehicle_or_the_outlet() -> None:
    inside = sample(Measurand.STATE_OF_CHARGE, 61.0, location="EV")
    outside = sample(Measurand.STATE_OF_CHARGE, 62.0)
    assert gather_reading((inside,)) == Reading(at=AT, soc_pct=61.0)
    assert gather_reading((outside,)) == Reading(at=AT, soc_pct=62.0)


def test_what_a_vehicle_says_later_leaves_the_meter_behind() -> None:
    later = sample(Measurand.STATE_OF_CHARGE, 61.0, location="EV")
    assert gather_reading((current(16.0, "L1", at=EARLIER), later)) == Reading(at=AT, soc_pct=61.0)


def test_samples_of_one_instant_in_several_parts_count_together() -> None:
    again = datetime(2026, 1, 14, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    samples = (current(16.0, "L1"), current(15.0, "L2", at=again))
    assert gather_reading(samples) == Reading(at=AT, current_a=(16.0, 15.0, 0.0))


def test_the_last_of_two_totals_counts() -> None:
    assert gather_reading((power(1000.0), power(2000.0))) == Reading(at=AT, power_w=2000.0)


def test_zero_is_a_reading() -> None:
    assert gather_reading((power(0.0), current(0.0, "L1"))) == Reading(
        at=AT, current_a=(0.0, 0.0, 0.0), power_w=0.0
    )
