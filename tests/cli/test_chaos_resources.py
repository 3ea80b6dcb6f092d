"""Days of chaos at sites with batteries, sun, heat and loads that can wait."""

import pytest

from csms.cli.chaos import judge
from csms.cli.chaos_run import Asked, run_seed
from simulators.chaos.fault_kinds import FaultKind
from tests.cli.rig import chargeflex, logging_as_before
from tests.cli.seed_reports import seed_report


def test_nothing_is_over_a_limit_while_resources_disobey_fall_silent_and_tell_lies() -> None:
    kinds = {
        FaultKind.RESOURCE_DISOBEYS,
        FaultKind.RESOURCE_SILENT,
        FaultKind.RESOURCE_DEAF,
        FaultKind.RESOURCE_NONSENSE,
        FaultKind.METER_NONSENSE,
        FaultKind.BROKER_DEATH,
        FaultKind.KILL,
    }
    with logging_as_before():
        report = run_seed(
            Asked(
                seed=3,
                stations=8,
                hours=1,
                kinds=frozenset(kinds),
                rate=40.0,
                demand=4.0,
                has_resources=True,
            )
        )
    assert set(report.faults) == set(kinds)
    assert report.over_as == 0.0
    assert report.excused_as > 0.0  # until a resource that disobeys is found: it does matter
    assert report.nonsense_taken == ()
    assert report.nonsense_refused > 100


def test_nothing_is_over_a_limit_while_a_source_fails_starts_late_or_stops_under_load() -> None:
    kinds = {
        FaultKind.SOURCE_FAILS,
        FaultKind.SOURCE_LATE,
        FaultKind.SOURCE_STOPS,
        FaultKind.DEEP_CUT,
        FaultKind.KILL,
    }
    with logging_as_before():
        report = run_seed(
            Asked(
                seed=4,
                stations=6,
                hours=1,
                kinds=frozenset(kinds),
                rate=20.0,
                demand=4.0,
                has_resources=True,
            )
        )
    assert set(report.faults) == set(kinds)
    assert report.over_as == 0.0
    assert report.source_starts > 0
    assert report.source_trips > 0


def test_verdict_asks_that_nonsense_is_refused() -> None:
    assert judge([seed_report()])
    assert not judge([seed_report(nonsense_taken=("battery {'power_w': nan}",))])


@pytest.mark.parametrize("option", ["--resources", "resource_disobeys"])
def test_help_tells_of_resources(option: str) -> None:
    assert option in chargeflex("chaos", "--help").out
