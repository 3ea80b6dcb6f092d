"""The plan of a day's faults."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fault_tables import (
    ALL,
    AT_RESOURCES,
    AT_SOURCES,
    AT_STATIONS,
    PER_DAY,
    PER_STATION_HOUR,
    SHARE_OF_STATIONS,
)
from simulators.chaos.faults import Fault, Stage, draw_faults

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
STATIONS = tuple(f"C-{number:03d}" for number in range(100))
STAGE = Stage(
    seed=1,
    starts_at=NOON,
    ends_at=NOON + timedelta(hours=24),
    stations=STATIONS,
    root="main",
    loaded_feeders=("main", "row"),
    metered_feeders=("main",),
)


def drawn(*kinds: FaultKind, seed: int = 1) -> tuple[Fault, ...]:
    return draw_faults(replace(STAGE, seed=seed), kinds or tuple(FaultKind))


def test_one_seed_gives_one_plan() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn(seed=2)


def test_every_kind_has_one_rate() -> None:
    tables = (PER_STATION_HOUR, PER_DAY, SHARE_OF_STATIONS)
    assert Counter(kind for table in tables for kind in table) == Counter(FaultKind)


def test_a_kind_is_drawn_alike_whichever_others_are() -> None:
    cuts = [fault for fault in drawn() if fault.kind is FaultKind.LINK_CUT]
    assert list(drawn(FaultKind.LINK_CUT)) == cuts


def test_faults_come_in_order_and_not_while_stations_are_being_set_up() -> None:
    happen = [fault for fault in drawn() if fault.kind not in SHARE_OF_STATIONS]
    assert happen == sorted(happen, key=lambda fault: fault.at)
    assert all(NOON + timedelta(minutes=15) <= fault.at < STAGE.ends_at for fault in happen)


def test_as_many_come_as_the_rates_say() -> None:
    counts = Counter(fault.kind for seed in range(20) for fault in drawn(seed=seed))
    assert 20 * 80 < counts[FaultKind.LINK_CUT] < 20 * 110  # 0.04 x 100 x 23.75 = 95
    assert 20 * 3.5 < counts[FaultKind.KILL] < 20 * 6.5
    ways = sum(counts[kind] for kind in SHARE_OF_STATIONS)
    assert 20 * 5 < ways < 20 * 9


def test_a_day_can_have_many_times_as_many() -> None:
    wild = [replace(STAGE, seed=seed, rate=10.0) for seed in range(10)]
    counts = Counter(fault.kind for stage in wild for fault in draw_faults(stage, tuple(FaultKind)))
    assert 10 * 900 < counts[FaultKind.LINK_CUT] < 10 * 1000
    assert 10 * 43 < counts[FaultKind.KILL] < 10 * 57
    assert 10 * 62 < sum(counts[kind] for kind in SHARE_OF_STATIONS) < 10 * 78
    assert draw_faults(replace(STAGE, rate=0.0), tuple(FaultKind)) == ()


def test_delays_stay_within_twenty_seconds_and_clocks_within_ten_minutes() -> None:
    for fault in drawn(FaultKind.DELAY, FaultKind.CLOCK_JUMP, FaultKind.WRONG_CLOCK):
        most = 20 if fault.kind is FaultKind.DELAY else 600
        assert 0 < abs(fault.size) <= most


def test_sudden_steps_happen_where_a_meter_can_show_them() -> None:
    for seed in range(30):
        silent = {FaultKind.METER_OUTAGE, FaultKind.BROKER_DEATH}
        faults = drawn(*silent, FaultKind.SUDDEN_STEP, seed=seed)
        outages = [fault for fault in faults if fault.kind in silent]
        for step in faults:
            if step.kind is FaultKind.SUDDEN_STEP:
                assert step.place == "main"
                assert all(step.ends_at < one.at or one.ends_at < step.at for one in outages)


def test_a_fault_says_what_it_is() -> None:
    fault = Fault(
        at=NOON, kind=FaultKind.DELAY, place="C-001", lasts_s=90, size=7.5, variant="both ways"
    )
    assert str(fault) == "delay C-001 both ways 7.5 for 90 s"


def test_where_nothing_fits_nobody_is_left_without_any_limit() -> None:
    tight = replace(STAGE, rate=10.0, spared=frozenset(STATIONS[:50]))
    kinds = (FaultKind.PROFILE_LOSS, FaultKind.IGNORES_TX_PROFILE)
    hit = {fault.place for fault in draw_faults(tight, kinds)}
    assert hit
    assert hit <= set(STATIONS[50:])


def test_nobody_disobeys_whose_meter_lies_or_begins_to_with_ways_of_its_own() -> None:
    wild = replace(STAGE, rate=60.0)
    kinds = {FaultKind.IGNORES_LIMITS, FaultKind.STOPS_OBEYING, FaultKind.ONE_PERIOD}
    faults = draw_faults(wild, {*kinds, FaultKind.LYING_METER})
    at = {kind: {one.place for one in faults if one.kind is kind} for kind in FaultKind}
    assert at[FaultKind.IGNORES_LIMITS] & at[FaultKind.ONE_PERIOD]
    assert not at[FaultKind.IGNORES_LIMITS] & at[FaultKind.LYING_METER]
    assert at[FaultKind.STOPS_OBEYING]
    assert not at[FaultKind.STOPS_OBEYING] & (
        at[FaultKind.LYING_METER] | at[FaultKind.ONE_PERIOD] | at[FaultKind.IGNORES_LIMITS]
    )


def test_what_goes_wrong_with_stations_that_obey_leaves_out_those_that_do_not() -> None:
    assert frozenset(FaultKind) == ALL
    assert FaultKind.LINK_CUT in AT_STATIONS
    assert AT_STATIONS.isdisjoint({FaultKind.IGNORES_LIMITS, FaultKind.STOPS_OBEYING})


def test_resources_go_wrong_where_there_are_any() -> None:
    assert not any(fault.kind in AT_RESOURCES for fault in drawn())
    among = draw_faults(replace(STAGE, resources=("battery", "tank")), tuple(FaultKind))
    found = [fault for fault in among if fault.kind in AT_RESOURCES]
    assert {fault.kind for fault in found} == AT_RESOURCES
    assert {fault.place for fault in found} == {"battery", "tank"}
    assert [fault for fault in among if fault.kind not in AT_RESOURCES] == list(drawn())


def test_sources_go_wrong_where_there_is_one_and_only_then_limits_are_cut_deep() -> None:
    kinds = {*AT_SOURCES, FaultKind.DEEP_CUT}
    assert not any(fault.kind in kinds for fault in drawn())
    among = draw_faults(replace(STAGE, rate=3.0, sources=("generator",)), tuple(kinds))
    assert {fault.kind for fault in among} == kinds
    assert {one.place for one in among if one.kind in AT_SOURCES} == {"generator"}
    cuts = [one for one in among if one.kind is FaultKind.DEEP_CUT]
    assert {one.place for one in cuts} == {"main"}
    assert all(0.2 <= one.size <= 0.8 for one in cuts)
