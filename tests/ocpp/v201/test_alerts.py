import pytest

from csms.domain.device_model import EventOrigin, EventTrigger, StationAlert, VariableName
from csms.domain.events import Acknowledged
from csms.domain.notices import AlertsTold
from tests.ocpp.golden import exchange
from tests.ocpp.v201.exchanges import (
    FIVE_PAST,
    NOON,
    TEMPERATURE,
    TRANSACTION,
    VEHICLE,
    assert_refused,
    assert_told,
    told,
)

TOLD = AlertsTold(
    station_id="G-01",
    seq_no=0,
    at=FIVE_PAST,
    alerts=(
        StationAlert(
            alert_id=5,
            at=NOON,
            variable=TEMPERATURE,
            value="61.5",
            trigger=EventTrigger.ALERTING,
            origin=EventOrigin.CUSTOM_MONITOR,
            cause_id=4,
            monitor_id=91,
            is_cleared=True,
            transaction=TRANSACTION,
            code="E17",
            detail="fan stopped",
        ),
        StationAlert(
            alert_id=6,
            at=FIVE_PAST,
            variable=VariableName(component=VEHICLE, name="Problem"),
            value="true",
            trigger=EventTrigger.DELTA,
            origin=EventOrigin.HARD_WIRED_NOTIFICATION,
        ),
    ),
    has_more=True,
)


def test_events_of_a_station_are_understood() -> None:
    assert_told("NotifyEvent", TOLD, Acknowledged())


@pytest.mark.parametrize(
    ("word", "trigger"),
    [
        ("Alerting", EventTrigger.ALERTING),
        ("Delta", EventTrigger.DELTA),
        ("Periodic", EventTrigger.PERIODIC),
    ],
)
def test_every_trigger_of_an_event_is_known(word: str, trigger: EventTrigger) -> None:
    alert = exchange("v201", "NotifyEvent").call.payload["eventData"][0]
    event = told("NotifyEvent", eventData=[{**alert, "trigger": word}])
    assert event.alerts[0].trigger is trigger


@pytest.mark.parametrize(
    ("word", "origin"),
    [
        ("HardWiredNotification", EventOrigin.HARD_WIRED_NOTIFICATION),
        ("HardWiredMonitor", EventOrigin.HARD_WIRED_MONITOR),
        ("PreconfiguredMonitor", EventOrigin.PRECONFIGURED_MONITOR),
        ("CustomMonitor", EventOrigin.CUSTOM_MONITOR),
    ],
)
def test_every_origin_of_an_event_is_known(word: str, origin: EventOrigin) -> None:
    alert = exchange("v201", "NotifyEvent").call.payload["eventData"][0]
    event = told("NotifyEvent", eventData=[{**alert, "eventNotificationType": word}])
    assert event.alerts[0].origin is origin


def test_report_of_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("NotifyEvent", why, generatedAt="soon")


def test_event_at_a_time_that_is_none_is_refused() -> None:
    alert = exchange("v201", "NotifyEvent").call.payload["eventData"][0]
    why = "expected a time in RFC 3339, got ''"
    assert_refused("NotifyEvent", why, eventData=[{**alert, "timestamp": ""}])
