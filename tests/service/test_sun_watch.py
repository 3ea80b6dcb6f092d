"""What roofs will give: worked out in a child process, corrected by what is measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from csms.domain.resource import Photovoltaics, Quantity
from csms.service.roofs import Roofs
from csms.service.sun_process import SunQuestion, answer
from csms.service.sun_watch import SunWatch, sun_w
from smart_charging.forecast.sun import PvArray
from tests.domain.resources import ROOF, with_resources
from tests.domain.sites import small_site
from tests.service.rig import NOON, open_office

SITE = with_resources(small_site(), ROOF)
EDGES = [NOON + timedelta(minutes=15 * i) for i in range(13)]


def roofs(watts: float) -> Roofs:
    return Roofs(asked_at=NOON, clear_w={"roof": np.full(144, watts)})


def test_child_answers_for_each_array() -> None:
    array = PvArray(latitude=63.4, longitude=10.4, peak_w=10_000.0)
    noon = datetime(2026, 6, 17, 11, tzinfo=UTC)
    question = SunQuestion(arrays={"roof": array}, starts_at=noon, slots_s=(900, 900))
    given = answer(question)["roof"]
    assert given.shape == (2,)
    assert 7_000.0 < given[0] < 9_000.0


async def test_watch_asks_a_child_and_knows_the_day(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        watch = SunWatch(office.live, office.clock)
        await watch._ask(NOON)
        assert office.live.roofs.asked_at == NOON
        # at noon in January it is a tenth of the peak, and night after four hours
        clear_w = office.live.roofs.clear_w["roof"]
        assert clear_w.shape == (144,)
        assert 500.0 < clear_w[0] < 3_000.0
        assert clear_w[16] == 0.0


async def test_what_is_expected_fades_from_what_is_measured(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        office.live.roofs = roofs(5_000.0)
        report = office.operations.resources.report
        report("fjordgata", "roof", {Quantity.POWER_W: -1_000.0}, NOON)
        expected = sun_w(office.live, EDGES, NOON)
        # a fifth comes through now, six tenths usually; after 7.5 min 4 % of that has faded
        assert expected[0] == pytest.approx(5_000.0 * (0.6 - 0.4 * 0.9592), abs=1.0)
        assert expected[-1] > expected[0]


async def test_without_an_answer_the_sun_counts_as_nothing(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        assert sun_w(office.live, EDGES, NOON).tolist() == [0.0] * 12


async def test_what_was_seen_tells_what_is_usual(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        office.live.roofs = roofs(5_000.0)
        watch = SunWatch(office.live, office.clock)
        report = office.operations.resources.report
        report("fjordgata", "roof", {Quantity.POWER_W: -4_500.0}, NOON)
        watch.look(NOON)
        kind = replace(ROOF).kind
        assert isinstance(kind, Photovoltaics)
        usual = office.live.roofs.expected_w("roof", kind, EDGES, None)
        assert usual.tolist() == pytest.approx([4_500.0] * 12)
