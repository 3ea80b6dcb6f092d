"""Drawn sites are files that the system itself takes."""

from pathlib import Path

import pytest
import yaml

from csms.domain.site import Earthing
from csms.settings.site_file import read_site
from simulators import site as simulated
from simulators.chaos.site_drawing import draw_site


def test_one_seed_gives_one_site() -> None:
    assert draw_site(7, 40) == draw_site(7, 40)
    assert draw_site(7, 40) != draw_site(8, 40)


@pytest.mark.parametrize("first", range(0, 200, 40))
def test_two_hundred_seeds_are_valid_files(tmp_path: Path, first: int) -> None:
    path = tmp_path / "site.yaml"
    for seed in range(first, first + 40):
        path.write_text(draw_site(seed, 30), encoding="utf-8")
        site = read_site(path)
        assert len(site.station_ids) == 30
        assert [one.feeder_id for one in simulated.read_site(path).feeders] == [
            one.feeder_id for one in site.feeders
        ]
        root, *others = [one.uncontrolled for one in simulated.read_site(path).feeders]
        load = site.feeders[0].uncontrolled
        assert (root and root.has_total_meter) == (load and load.has_total_meter)
        assert not any(one and one.has_total_meter for one in others)


def test_seeds_cover_what_sites_can_be_like(tmp_path: Path) -> None:
    sites = []
    for seed in range(60):
        path = tmp_path / "site.yaml"
        path.write_text(draw_site(seed, 80), encoding="utf-8")
        sites.append(read_site(path))
    assert {site.earthing for site in sites} == {Earthing.TN, Earthing.IT}
    assert {_depth(site.feeders) for site in sites} == {2, 3, 4}
    feeders = [feeder for site in sites for feeder in site.feeders]
    assert {bool(feeder.limit.windows) for feeder in feeders} == {True, False}
    assert any(len(set(feeder.limit.default)) > 1 for feeder in feeders)
    loads = [feeder.uncontrolled for feeder in feeders if feeder.uncontrolled]
    assert {load.is_metered for load in loads} == {True, False}
    assert {load.has_total_meter for load in loads if load.is_metered} == {True, False}
    places = [place for site in sites for place in site.places]
    assert {place.fallback_a for place in places if not place.is_dc} == {0.0, 6.0, 8.0}
    assert {len(place.lines) for place in places} == {1, 2, 3}
    assert sum(place.is_dc for place in places) == 60 * 4
    for site in sites:
        control = site.control
        assert 300 <= control.plan_every_s <= 900
        assert control.limits_live_s >= 2.5 * control.plan_every_s
        assert 5 <= control.min_gap_s <= 60
        assert 60 <= control.meter_every_s <= 300


def test_limits_leave_something_to_steer() -> None:
    site = yaml.safe_load(draw_site(3, 100))
    rated_a = sum(charger.get("max_a", 0) for charger in site["chargers"])
    limit = site["feeders"][0]["limit_a"]
    default = limit["default"] if isinstance(limit, dict) else limit
    assert max(default) < rated_a


def _depth(feeders: object) -> int:
    depths: dict[str | None, int] = {None: 0}
    for feeder in feeders:  # type: ignore[attr-defined]
        depths[feeder.feeder_id] = depths[feeder.parent_id] + 1
    return max(depths.values())
