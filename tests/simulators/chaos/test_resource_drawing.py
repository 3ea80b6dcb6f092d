"""Drawn resources are such as the system itself takes, and leave the rest of the site as it was."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    Photovoltaics,
    Resource,
    StandbySource,
    ThermalLoad,
)
from csms.domain.site_policy import Aim
from csms.settings.site_file import read_site
from simulators import site as simulated
from simulators.chaos.resource_drawing import add_resources
from simulators.chaos.site_drawing import draw_site
from simulators.chaos.source_drawing import add_source


def drawn(seed: int, stations: int = 8) -> str:
    return add_resources(seed, draw_site(seed, stations))


def test_one_seed_gives_the_same_resources() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


@pytest.mark.parametrize("first", [0, 60])
def test_sites_with_resources_are_valid_files_and_read_alike(tmp_path: Path, first: int) -> None:
    path = tmp_path / "site.yaml"
    for seed in range(first, first + 60):
        path.write_text(drawn(seed), encoding="utf-8")
        taken = {one.resource_id: one for one in read_site(path).resources if one.rated_w}
        known = {one.station_id: one for one in simulated.read_site(path).resources}
        assert taken.keys() == known.keys()
        for name, one in taken.items():
            place = known[name]
            assert (one.feeder_id, one.lines) == (place.feeder_id, place.lines)
            assert one.rated_w == pytest.approx(place.model.max_a * place.model.w_per_a)
            assert one.unsteered_w == pytest.approx(place.fallback_a * place.model.w_per_a)


def test_seeds_cover_what_resources_can_be_like(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    found: list[Resource] = []
    for seed in range(60):
        path.write_text(drawn(seed), encoding="utf-8")
        found += read_site(path).resources
    kinds = {type(one.kind) for one in found}
    assert kinds == {Battery, Photovoltaics, ThermalLoad, DeferrableLoad}
    assert {one.keeps_setpoints for one in found if one.rated_w} == {True, False}
    assert {one.fallback_w > 0 for one in found} == {True, False}
    assert {len(one.lines) for one in found} == {1, 2, 3}


def test_the_rest_of_the_site_is_as_it_was() -> None:
    bare, more = yaml.safe_load(draw_site(3, 8)), yaml.safe_load(drawn(3))
    assert more["chargers"] == bare["chargers"]
    assert more["control"] == bare["control"]
    assert _without_room(more["feeders"]) == _without_room(bare["feeders"])


def test_sites_with_a_source_are_valid_files_and_some_have_prices_by_which_it_runs(
    tmp_path: Path,
) -> None:
    path, found, are_priced = tmp_path / "site.yaml", 0, set()
    for seed in range(60):
        path.write_text(add_source(seed, drawn(seed)), encoding="utf-8")
        site = read_site(path)
        sources = [one for one in site.resources if isinstance(one.kind, StandbySource)]
        assert tuple(one.resource_id for one in sources) == simulated.read_site(path).sources
        assert len(sources) <= 1
        found += len(sources)
        for one in sources:
            assert one.keeps_setpoints
            are_priced.add(site.policy.aim is Aim.CHEAP)
    assert 20 < found < 60  # where a meter shows all there may be none
    assert are_priced == {True, False}


def test_source_leaves_feeders_chargers_and_other_resources_as_they_were() -> None:
    for seed in range(20):
        before = yaml.safe_load(drawn(seed))
        after = yaml.safe_load(add_source(seed, drawn(seed)))
        _take_source_off(after["feeders"])
        assert after["chargers"] == before["chargers"]
        assert after["feeders"] == before["feeders"]


def _take_source_off(feeders: list[dict[str, Any]]) -> None:
    for one in feeders:
        others = [two for two in one.get("resources", []) if "standby" not in two]
        if others:
            one["resources"] = others
        else:
            one.pop("resources", None)
        _take_source_off(one.get("feeders", []))


def _without_room(feeders: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (one["id"], one.get("uncontrolled"), _without_room(one.get("feeders", [])))
        for one in feeders
    ]
