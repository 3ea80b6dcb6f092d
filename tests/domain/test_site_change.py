"""What a site file would change, in words, and what of it waits for a start."""

# ruff: noqa: RUF001 - words are set with true dashes and times signs

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from csms.domain.site import AmpereSchedule, Site, Window
from csms.domain.site_change import SiteChange, changed_limits, compare_sites
from csms.domain.site_policy import Aim, ControlPolicy, SharingPolicy
from tests.domain.sites import flat, place, small_site, uncontrolled

NIGHT = Window(
    weekdays=frozenset(range(5)),
    from_time=time(22),
    to_time=time(6),
    amps=(80.0, 80.0, 63.0),
)
OLD = small_site(place("G-01", "level-1", 6.0))


def with_feeder(place_: int, **more: Any) -> Site:
    """The site with something else of one feeder."""
    feeders = [*OLD.feeders]
    feeders[place_] = replace(feeders[place_], **more)
    return replace(OLD, feeders=tuple(feeders))


def said(new: Site, *guests: str) -> list[SiteChange]:
    return list(compare_sites(OLD, new, frozenset(guests)))


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (with_feeder(0, limit=flat(50.0)), "Limit of Intake: 3 × 63 A → 3 × 50 A"),
        (
            with_feeder(0, limit=AmpereSchedule((63.0, 63.0, 40.0), (NIGHT,))),
            (
                "Limit of Intake: 3 × 63 A → 63 / 63 / 40 A; 80 / 80 / 63 A Mon, Tue, Wed, Thu, "
                "Fri 22:00–06:00"
            ),
        ),
        (with_feeder(1, name="Deck 1"), "Level 1 is called Deck 1"),
        (replace(OLD, name="Yard"), "name: Fjordgata → Yard"),
        (
            replace(OLD, control=ControlPolicy(plan_every_s=120)),
            "control.plan_every_s: 300 → 120",
        ),
        (replace(OLD, policy=SharingPolicy(aim=Aim.CHEAP)), "policy.aim: early → cheap"),
        (
            small_site(*OLD.places, place("G-02", "level-2", 0.0, (2,))),
            "Connector G-02/1 is new: up to 32 A on L2 below Level 2, 0 A without us",
        ),
    ],
)
def test_a_running_server_takes_what_it_looks_up_when_it_needs_it(new: Site, text: str) -> None:
    assert said(new) == [SiteChange(text)]


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (with_feeder(2, parent_id="level-1"), "Level 2 hangs on Level 1, no longer on Intake"),
        (replace(OLD, feeders=OLD.feeders[:2]), "Feeder Level 2 is gone"),
        (with_feeder(0, uncontrolled=uncontrolled(flat(9.0))), "Intake: uncontrolled is another"),
        (small_site(), "Connector G-01/1 is gone"),
        (
            small_site(place("G-01", "level-1", 10.0)),
            "G-01/1.fallback_a: 6 → 10",
        ),
        (replace(OLD, voltage_v=400.0), "voltage_v: 230 → 400"),
        (
            replace(OLD, control=ControlPolicy(settle_s=10)),
            "control.settle_s: 6 → 10",
        ),
    ],
)
def test_what_is_built_at_the_start_waits_for_it(new: Site, text: str) -> None:
    assert said(new) == [SiteChange(text, needs_restart=True)]


def test_a_guest_becomes_a_charger_of_the_file_at_the_next_start() -> None:
    new = small_site(*OLD.places, place("G-02", "level-1", 6.0))
    [change] = said(new, "G-02")
    assert change.needs_restart
    assert change.text.endswith("6 A without us; it is here as a guest")


def test_the_same_site_changes_nothing() -> None:
    assert said(small_site(place("G-01", "level-1", 6.0))) == []
    assert changed_limits(OLD, with_feeder(1, limit=flat(30.0))) == {
        "level-1": (flat(40.0), flat(30.0))
    }
